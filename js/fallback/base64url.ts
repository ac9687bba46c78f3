/** Bytes that lie in an ordinary buffer, as WebCrypto wants them. */
export type Octets = Uint8Array<ArrayBuffer>;

/**
 * Why a text is not base64url as RFC 7515 §2 has it. `character`: outside the alphabet, `=` is one. `not_canonical`:
 * an impossible length, or bits set that no octet uses, so that two texts would stand for the same octets.
 */
export type Base64Defect = "character" | "not_canonical";

/** The octets of a text, or what is wrong with it. A wrong character outranks everything else. */
export function decodeBase64url(text: string): Octets | Base64Defect {
  const octets = new Uint8Array((text.length * 3) >> 2);
  let pending = 0;
  let bits = 0;
  let filled = 0;
  for (let at = 0; at < text.length; at += 1) {
    const value = VALUES[text.charCodeAt(at)] ?? NONE;
    if (value === NONE) return "character";
    pending = ((pending << 6) | value) & PENDING;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    octets[filled] = pending >> bits;
    filled += 1;
  }
  return bits === 6 || (pending & ((1 << bits) - 1)) !== 0 ? "not_canonical" : octets;
}

/** The one text of octets. */
export function encodeBase64url(octets: Uint8Array): string {
  const binary = Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** At most six bits wait while six more come. */
const PENDING = 0xfff;

const NONE = 255;

/** By character code: the six bits it stands for. */
const VALUES = /* @__PURE__ */ (() => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const values = new Uint8Array(128).fill(NONE);
  for (let value = 0; value < alphabet.length; value += 1) values[alphabet.charCodeAt(value)] = value;
  return values;
})();
