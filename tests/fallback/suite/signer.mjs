/** Compact JWS over any two texts, with a shared secret or a private key of WebCrypto. */
import { joined, toBase64url, utf8 } from "./octets.mjs";

/** HS256 under a fixed secret. */
export async function secretSigner() {
  const secret = new Uint8Array(32).fill(0x5a);
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return { secret, sign: (header, payload) => compact(header, payload, { name: "HMAC" }, key) };
}

/** A fresh key pair under one algorithm of JWS: `jwk` is public. */
export async function keyPair(alg, kid = alg) {
  const { generate, use } = PARAMS[alg];
  const { publicKey, privateKey } = await crypto.subtle.generateKey(generate, true, ["sign", "verify"]);
  const { ext, key_ops, ...jwk } = await crypto.subtle.exportKey("jwk", publicKey);
  return { alg, jwk: { ...jwk, kid, alg }, sign: (header, payload) => compact(header, payload, use, privateKey) };
}

async function compact(header, payload, params, key) {
  const input = utf8(`${part(header)}.${part(payload)}`);
  const signature = new Uint8Array(await crypto.subtle.sign(params, key, input));
  return new TextDecoder().decode(joined(input, utf8(`.${toBase64url(signature)}`)));
}

function part(value) {
  return toBase64url(typeof value === "string" ? utf8(value) : value);
}

function rsa(name, bits) {
  const hash = `SHA-${bits}`;
  const generate = { name, hash, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  return { generate, use: { name, saltLength: bits / 8 } };
}

function ecdsa(namedCurve, bits) {
  return { generate: { name: "ECDSA", namedCurve }, use: { name: "ECDSA", hash: `SHA-${bits}` } };
}

const ED25519 = { generate: { name: "Ed25519" }, use: { name: "Ed25519" } };

const PARAMS = {
  RS256: rsa("RSASSA-PKCS1-v1_5", 256),
  RS384: rsa("RSASSA-PKCS1-v1_5", 384),
  RS512: rsa("RSASSA-PKCS1-v1_5", 512),
  PS256: rsa("RSA-PSS", 256),
  PS384: rsa("RSA-PSS", 384),
  PS512: rsa("RSA-PSS", 512),
  ES256: ecdsa("P-256", 256),
  ES384: ecdsa("P-384", 384),
  ES512: ecdsa("P-521", 512),
  EdDSA: ED25519,
  Ed25519: ED25519,
};
