/** The npm peers in Node, each at its best: keys imported before, `iss` and `aud` checked (hono: `exp`, `nbf`, `iat`). */
import { createPublicKey, createSecretKey } from "node:crypto";
import { JwtVerifier } from "aws-jwt-verify";
import fastJwt from "fast-jwt";
import { verify as honoVerify } from "hono/jwt";
import * as jose from "jose";
import jsonwebtoken from "jsonwebtoken";
import { audienceOf, importedKey, issuerOf, joseContender } from "./contenders.mjs";

/** Packages whose versions belong to the results. */
export const PEERS = ["jose", "fast-jwt", "jsonwebtoken", "aws-jwt-verify", "hono"];

/** All peers that know the algorithm of a set. */
export async function peerContenders(set) {
  return [
    await joseContender(jose, set),
    fastJwtContender(set, false),
    fastJwtContender(set, true),
    ...(set.alg === "EdDSA" ? [] : [jsonwebtokenContender(set)]),
    ...(set.secret === null && set.alg !== "PS256" ? [awsContender(set)] : []),
    await honoContender(set),
  ];
}

function fastJwtContender(set, cache) {
  const key = set.secret === null ? set.pem : Buffer.from(set.secret, "base64url");
  const verify = fastJwt.createVerifier({
    key,
    algorithms: [set.alg],
    allowedIss: issuerOf(set),
    allowedAud: audienceOf(set),
    cache,
  });
  return { contender: "fast-jwt", mode: cache ? "cached" : "sync", sync: true, verify };
}

function jsonwebtokenContender(set) {
  const key = keyObject(set);
  const options = { algorithms: [set.alg], issuer: issuerOf(set), audience: audienceOf(set) };
  const verify = (token) => jsonwebtoken.verify(token, key, options);
  return { contender: "jsonwebtoken", mode: "sync", sync: true, verify };
}

/** Takes asymmetric keys only and knows no PSS; its key set is filled in by hand, so that it never fetches. */
function awsContender(set) {
  const verifier = JwtVerifier.create({
    issuer: issuerOf(set),
    audience: audienceOf(set),
    jwksUri: "https://auth.example.com/jwks.json",
  });
  verifier.cacheJwks({ keys: [set.jwk] });
  return { contender: "aws-jwt-verify", mode: "sync", sync: true, verify: (token) => verifier.verifySync(token) };
}

async function honoContender(set) {
  const key = await importedKey(set);
  return { contender: "hono", mode: "async", sync: false, verify: (token) => honoVerify(token, key, set.alg) };
}

function keyObject({ secret, jwk }) {
  if (secret !== null) return createSecretKey(Buffer.from(secret, "base64url"));
  return createPublicKey({ key: jwk, format: "jwk" });
}
