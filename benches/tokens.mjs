/** Fresh keys and 64 distinct signed tokens for each algorithm; private keys are not kept. */
import { constants, createHmac, generateKeyPairSync, randomBytes, randomUUID, sign } from "node:crypto";

/** Distinct tokens of one algorithm: enough that no branch predictor and no one-entry cache learns them. */
export const TOKENS = 64;

export const ISSUER = "https://auth.example.com/";

export const AUDIENCE = "https://api.example.com";

/** By the name in the tables: a key size of its own makes a name of its own. */
const KINDS = {
  HS256: hmac("HS256"),
  RS256: rsa("RS256", 2048),
  "RS256-4096": rsa("RS256", 4096),
  PS256: rsa("PS256", 2048),
  ES256: ecdsa("ES256", "P-256", "sha256"),
  ES384: ecdsa("ES384", "P-384", "sha384"),
  EdDSA: { alg: "EdDSA", pair: () => generateKeyPairSync("ed25519"), sign: (key) => (input) => sign(null, input, key) },
};

export const ALGORITHMS = Object.keys(KINDS);

/** `{ name, alg, jwk, pem, secret, tokens }`, plain JSON; `pem` and `secret` are null where there is none. */
export function makeSet(name) {
  const { alg, pair, sign: signWith } = KINDS[name];
  const kid = `${name.toLowerCase()}-2026-11`;
  const { publicKey, privateKey } = pair();
  const isSecret = Buffer.isBuffer(privateKey);
  const jwk = isSecret ? { kty: "oct", k: privateKey.toString("base64url") } : publicKey.export({ format: "jwk" });
  const signature = signWith(privateKey);
  return {
    name,
    alg,
    jwk: { ...jwk, kid, alg, use: "sig" },
    pem: isSecret ? null : publicKey.export({ type: "spki", format: "pem" }),
    secret: isSecret ? jwk.k : null,
    tokens: Array.from({ length: TOKENS }, () => token({ alg, typ: "JWT", kid }, signature)),
  };
}

/** What an access token of an app carries: about 300 bytes of claims, one name outside ASCII. */
function claims() {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: ISSUER,
    sub: `user-${randomBytes(8).toString("hex")}`,
    aud: AUDIENCE,
    iat: now - 60,
    nbf: now - 60,
    exp: now + 86_400,
    jti: randomUUID(),
    client_id: "mobile-app-7f3c",
    scope: "openid profile orders:read orders:write",
    name: "Zoë Müller",
  };
}

function token(header, signature) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const input = `${part(header)}.${part(claims())}`;
  return `${input}.${signature(Buffer.from(input)).toString("base64url")}`;
}

function hmac(alg) {
  const pair = () => ({ publicKey: null, privateKey: randomBytes(32) });
  return { alg, pair, sign: (key) => (input) => createHmac("sha256", key).update(input).digest() };
}

function rsa(alg, modulusLength) {
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  const options = alg === "PS256" ? pss : {};
  const pair = () => generateKeyPairSync("rsa", { modulusLength });
  return { alg, pair, sign: (key) => (input) => sign("sha256", input, { key, ...options }) };
}

function ecdsa(alg, namedCurve, hash) {
  const pair = () => generateKeyPairSync("ec", { namedCurve });
  return { alg, pair, sign: (key) => (input) => sign(hash, input, { key, dsaEncoding: "ieee-p1363" }) };
}
