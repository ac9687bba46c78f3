/** What the suite works on: keys, tokens and (from a real authority) snapshots, as JSON for any runtime. */
import { ASYMMETRIC, keyPair, publisherKey, SYMMETRIC, secretKey } from "./tokens.mjs";

const ISSUER = "https://issuer.example";

export function makeFixtures() {
  const now = Math.floor(Date.now() / 1000);
  const pairs = ASYMMETRIC.map((alg) => keyPair(alg));
  const claims = { iss: ISSUER, aud: ["api"], sub: "user-1", jti: "token-1", iat: now, exp: now + 7_200 };
  return {
    issuer: ISSUER,
    now,
    jwks: { keys: pairs.map(({ jwk }) => jwk) },
    tokens: pairs.map(({ alg, kid, token }) => ({ alg, kid, claims, token: token(claims, { typ: "at+jwt" }) })),
    secrets: SYMMETRIC.map((alg) => secretFixture(alg, claims)),
    unknownKids: Array.from({ length: 50 }, (_, index) => pairs[3].token(claims, { kid: `unknown-${index}` })),
    pollution: pollution(
      pairs.find(({ alg }) => alg === "ES256"),
      claims,
    ),
    publisherKeys: [publisherKey()],
  };
}

function secretFixture(alg, claims) {
  const key = secretKey(alg);
  return { alg, secret: key.secret.toString("base64"), token: key.token(claims) };
}

function pollution({ token }, claims) {
  const text = JSON.stringify(claims).replace(
    "{",
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},',
  );
  return token(text);
}
