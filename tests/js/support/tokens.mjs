/** Real keys and signed tokens, made with node:crypto. */
import { constants, createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** How node:crypto makes and uses a key for each algorithm (RFC 7518 §3.1, RFC 8037 §3.1). */
const ALGORITHMS = {
  RS256: rsa("sha256"),
  RS384: rsa("sha384"),
  RS512: rsa("sha512"),
  PS256: pss("sha256", 32),
  PS384: pss("sha384", 48),
  PS512: pss("sha512", 64),
  ES256: ecdsa("P-256", "sha256"),
  ES384: ecdsa("P-384", "sha384"),
  ES512: ecdsa("P-521", "sha512"),
  EdDSA: eddsa(),
  Ed25519: eddsa(),
};

export const ASYMMETRIC = Object.keys(ALGORITHMS);

export const SYMMETRIC = ["HS256", "HS384", "HS512"];

/**
 * A key pair with one algorithm: `jwk` is public, `token(claims, header?)` signs, `tokenOf(header, claims)` signs under
 * any header, or text in its place.
 */
export function keyPair(alg, kid = `${alg}-1`) {
  const { generate, signature } = ALGORITHMS[alg];
  const { publicKey, privateKey } = generate();
  const jwk = { ...publicKey.export({ format: "jwk" }), kid, alg };
  return {
    alg,
    kid,
    jwk,
    token: (claims, header = {}) => signed({ alg, kid, ...header }, claims, signature(privateKey)),
    tokenOf: (header, claims) => signed(header, claims, signature(privateKey)),
  };
}

/** A secret with one HMAC algorithm. */
export function secretKey(alg, secret = randomBytes(64)) {
  const hash = alg.replace("HS", "sha");
  const mac = (input) => createHmac(hash, secret).update(input).digest();
  return {
    alg,
    secret,
    token: (claims, header = {}) => signed({ alg, ...header }, claims, mac),
    tokenOf: (header, claims) => signed(header, claims, mac),
  };
}

/** An Ed25519 key as publishers have it. */
export function publisherKey() {
  return generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
}

/** A compact JWS over any two texts or objects. */
export function signed(header, claims, signature) {
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${signature(Buffer.from(input)).toString("base64url")}`;
}

function part(value) {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}

function rsa(hash) {
  return { generate: rsaPair, signature: (key) => (input) => sign(hash, input, key) };
}

function pss(hash, saltLength) {
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return { generate: rsaPair, signature: (key) => (input) => sign(hash, input, { key, padding, saltLength }) };
}

function ecdsa(namedCurve, hash) {
  return {
    generate: () => generateKeyPairSync("ec", { namedCurve }),
    signature: (key) => (input) => sign(hash, input, { key, dsaEncoding: "ieee-p1363" }),
  };
}

function eddsa() {
  return { generate: () => generateKeyPairSync("ed25519"), signature: (key) => (input) => sign(null, input, key) };
}

/** One RSA key serves all RSA algorithms of a run: making one takes long, and the JWK's `alg` keeps them apart. */
let pair;

function rsaPair() {
  pair ??= generateKeyPairSync("rsa", { modulusLength: 2048 });
  return pair;
}
