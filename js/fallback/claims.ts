/** The claims set (RFC 7519 §4), judged only once the signature held. */
import { claim as finding } from "./failure.js";
import type { JsonObject } from "./json.js";
import type { Policy } from "./policy.js";
import { plus } from "./time.js";

/** Judges everything a policy says about claims. The order is fixed: types, presence, issuer, audience, times. */
export function judgeClaims(claims: JsonObject, policy: Policy, now: number): void {
  requireStrings(claims);
  requirePresence(claims, policy);
  if (claims.get("iss") !== policy.issuer) throw finding.issuer();
  judgeAudience(claims, policy.audience);
  judgeTimes(claims, policy, now);
}

function requireStrings(claims: JsonObject): void {
  for (const name of STRINGS) {
    if (claims.has(name) && typeof claims.get(name) !== "string") throw finding.mistyped(name);
  }
  // An empty jti is no identifier (RFC 7519 §4.1.7): it could not be revoked.
  if (claims.get("jti") === "") throw finding.mistyped("jti");
}

function requirePresence(claims: JsonObject, { audience, requiredClaims }: Policy): void {
  const required = ["exp", "iss", ...(audience === null ? [] : ["aud"]), ...requiredClaims];
  const missing = required.find((name) => !claims.has(name));
  if (missing !== undefined) throw finding.missing(missing);
}

/** RFC 7519 §4.1.3: a string, or an array of strings; one match is enough. */
function judgeAudience(claims: JsonObject, expected: readonly string[] | null): void {
  if (expected === null) return;
  const found = stringsOf(claims, "aud");
  if (found === null || !found.some((value) => expected.includes(value))) throw finding.audience();
}

/** The string values of a claim: one, or each of an array; `null` when it holds anything else. */
function stringsOf(claims: JsonObject, name: string): readonly string[] | null {
  const value = claims.get(name);
  if (typeof value === "string") return [value];
  if (!Array.isArray(value)) return null;
  return value.every((item) => typeof item === "string") ? value : null;
}

/** Each bound is computed as the core does it, so that both round fractions alike. */
function judgeTimes(claims: JsonObject, policy: Policy, now: number): void {
  const { clockToleranceSeconds: tolerance, maxLifetimeSeconds: lifetime } = policy;
  const [exp, nbf, iat] = [timeOf(claims, "exp"), timeOf(claims, "nbf"), timeOf(claims, "iat")];
  if (exp === null) throw finding.missing("exp");
  if (now >= plus(exp, tolerance)) throw finding.expired(now, exp);
  if (now < plus(exp, -lifetime)) throw finding.lifetime(exp, plus(now, lifetime));
  if (nbf !== null && now < plus(nbf, -tolerance)) throw finding.notYetValid(now, nbf);
  if (iat !== null && now < plus(iat, -tolerance)) throw finding.issuedInFuture(now, iat);
}

/** The reader lets finite numbers pass only. */
function timeOf(claims: JsonObject, name: string): number | null {
  const time = claims.get(name);
  if (time === undefined) return null;
  if (typeof time !== "number") throw finding.mistyped(name);
  return time;
}

/** Claims that hold a string wherever they are present: a mistyped one must not slip past a look-up. */
const STRINGS = ["iss", "sub", "jti", "sid", "client_id", "azp"];
