// What the page may do, said in headers: the policy a careful product would ship with.

/**
 * Security headers of every answer of the page server.
 * @param {{ edge: string, authority: string } | undefined} description   the two other origins the page may talk to
 * @returns {Record<string, string>}
 */
export function securityHeaders(description) {
  return {
    "Content-Security-Policy": contentSecurityPolicy(description),
    "Cross-Origin-Embedder-Policy": "require-corp", // with the next one: a clock fine enough to time one check
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  };
}

/** 'wasm-unsafe-eval' is what WebAssembly needs; nothing inline, no other origin but the edge and the snapshot. */
function contentSecurityPolicy(description) {
  const others = description === undefined ? "" : ` ${description.edge} ${description.authority}`;
  return [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    `connect-src 'self'${others}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
}
