/** Bytes and their texts, in any runtime. */

export function utf8(text) {
  return new TextEncoder().encode(text);
}

export function fromHex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function toHex(octets) {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

export function toBase64url(octets) {
  const binary = Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export function joined(...parts) {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
