// The protected API, as a Cloudflare worker: it checks every token with the npm package and asks no one.
//
//   GET /api/orders   200 with the caller's orders, 401 as RFC 6750 section 3 wants it, or 503 while nothing can be judged
//   GET /api/status   what the verifier holds: snapshot, keys, last error
import { createVerifier, RescindError } from "rescind";
import { challenge, readBearer } from "./bearer.js";
import { ordersOf } from "./orders.js";

/** @typedef {{ ISSUER: string, AUDIENCE: string, JWKS_URI: string, REVOCATIONS_URL: string, PUBLISHER_KEYS: JsonWebKey[], POLL_SECONDS: number, PAGE_ORIGIN: string }} Env */

/** What says nothing about the token: keys or snapshot cannot be had. A new sign-in would not help. */
const OURS = /^ERR_(?:FETCH_|KEYS_UNAVAILABLE|REVOCATION_NOT_COVERED|SNAPSHOT_STALE|STORE_)/;

/** Lives as long as the isolate. It is a value, never a promise: workerd forbids one request to wait on another's I/O. */
let verifier;

export default {
  /** @param {Request} request @param {Env} env @param {{ waitUntil(promise: Promise<unknown>): void }} context */
  async fetch(request, env, context) {
    if (request.method === "OPTIONS") return preflight(env);
    if (request.method !== "GET")
      return json(
        env,
        405,
        { code: "METHOD_NOT_ALLOWED", message: "only GET is answered here" },
        { Allow: "GET, OPTIONS" },
      );
    verifier ??= await createVerifier(verifierOptions(env));
    const { pathname } = new URL(request.url);
    if (pathname === "/api/orders") return orders(request, env, context);
    if (pathname === "/api/status") return json(env, 200, verifier.status());
    return json(env, 404, { code: "NOT_FOUND", message: "there is nothing at this address" });
  },
};

async function orders(request, env, context) {
  const token = readBearer(request);
  if (token === null)
    return refuse(env, { code: "TOKEN_MISSING", message: "send the access token as 'Authorization: Bearer …'" });
  try {
    const verdict = await verifier.verify(token, { waitUntil: (promise) => context.waitUntil(promise) });
    return json(env, 200, {
      orders: ordersOf(verdict.claims),
      verdict: { code: verdict.code, evidence: verdict.evidence },
    });
  } catch (error) {
    if (!(error instanceof RescindError)) throw error;
    const refusal = { code: error.code, message: error.message, snapshot: verifier.status().snapshot };
    return OURS.test(error.code) ? json(env, 503, refusal, { "Retry-After": "1" }) : refuse(env, refusal);
  }
}

/** @param {Env} env */
function verifierOptions(env) {
  return {
    issuer: env.ISSUER,
    audience: env.AUDIENCE,
    typ: "at+jwt",
    requiredClaims: ["sub", "jti", "iat"],
    maxTokenBytes: 4096, // the issuer makes about 600
    keys: { jwksUri: env.JWKS_URI },
    revocations: { url: env.REVOCATIONS_URL, publisherKeys: env.PUBLISHER_KEYS, pollSeconds: env.POLL_SECONDS },
  };
}

/** RFC 6750 section 3: the challenge names an error only when a token was sent. */
function refuse(env, refusal) {
  return json(env, 401, refusal, { "WWW-Authenticate": challenge(refusal) });
}

function json(env, status, body, headers = {}) {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store", ...crossOrigin(env), ...headers },
  });
}

/** The page lives on another origin, and only that page may read the answers. */
function crossOrigin(env) {
  return {
    "Access-Control-Allow-Origin": env.PAGE_ORIGIN,
    "Access-Control-Expose-Headers": "WWW-Authenticate",
    Vary: "Origin",
  };
}

function preflight(env) {
  return new Response(null, {
    status: 204,
    headers: {
      ...crossOrigin(env),
      "Access-Control-Allow-Methods": "GET",
      "Access-Control-Allow-Headers": "Authorization",
      "Access-Control-Max-Age": "600",
    },
  });
}
