// A token taken apart for showing. Nothing here is verified: that is what the verdict panel is for.

/**
 * @typedef {object} DecodedToken
 * @property {string} text
 * @property {string[]} parts   the three base64url parts
 * @property {Record<string, unknown>} header
 * @property {Record<string, unknown>} claims
 */

/** @param {string} text @returns {DecodedToken} */
export function decodeToken(text) {
  const parts = text.split(".");
  return { text, parts, header: decodePart(parts[0]), claims: decodePart(parts[1]) };
}

function decodePart(part) {
  const binary = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0))));
}
