// The `Authorization: Bearer` scheme of RFC 6750: reading the token, and the challenge of a 401.

/**
 * The token of the request, or null when none was sent that way.
 * @param {Request} request
 * @returns {string | null}
 */
export function readBearer(request) {
  const match = /^Bearer +(\S+)$/i.exec(request.headers.get("Authorization") ?? "");
  return match === null ? null : match[1];
}

/**
 * The value of `WWW-Authenticate`. The description holds our own words and a stable code, never anything from the token.
 * @param {{ code: string, message: string }} refusal
 */
export function challenge({ code }) {
  if (code === "TOKEN_MISSING") return 'Bearer realm="orders"';
  return `Bearer realm="orders", error="invalid_token", error_description="${code}"`;
}
