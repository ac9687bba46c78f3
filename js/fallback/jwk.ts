/** One JSON Web Key (RFC 7517 §4): checked and prepared, or refused with what is wrong with it. */
import { type Algorithm, algorithmNamed } from "./algorithm.js";
import { decodeBase64url, type Octets } from "./base64url.js";
import { EcdsaKey, isCurveName } from "./ecdsa.js";
import { Ed25519Key } from "./ed25519.js";
import { isKeyIdLength } from "./header.js";
import { HmacKey } from "./hmac.js";
import { isObject, type Json, type JsonObject } from "./json.js";
import { defective } from "./key-defect.js";
import { RsaKey } from "./rsa.js";
import type { PreparedKey } from "./signature.js";

/** Where a key set comes from: a public one must hold no symmetric keys. */
export type KeySource = "public" | "trusted";

/** A key that can verify. */
export interface Key {
  /** `null`: it has none. */
  readonly keyId: string | null;
  /** The one algorithm the key declares. */
  readonly declared: Algorithm | null;
  readonly prepared: PreparedKey;
}

/** Imports one member of a set. @throws `DefectiveKey` */
export function keyOf(member: Json, source: KeySource): Key {
  if (!isObject(member)) throw defective("malformed");
  checkUse(member);
  const keyId = keyIdOf(member);
  const prepared = prepare(member, source);
  const declared = declaredAlgorithm(member);
  if (declared !== null && !prepared.supports(declared)) throw defective("algUnsupported");
  return { keyId, declared, prepared };
}

/** Whether a key may verify tokens of this algorithm. One without `alg` serves the first allowed one that fits it. */
export function serves({ declared, prepared }: Key, algorithm: Algorithm, allowed: readonly Algorithm[]): boolean {
  if (declared !== null) return declared === algorithm;
  // EdDSA and Ed25519 are two names of one algorithm (RFC 9864 §2.2).
  if (prepared.family === "Ed25519") return prepared.supports(algorithm);
  return allowed.find((candidate) => prepared.supports(candidate)) === algorithm;
}

/** `use` and `key_ops`, where present, must allow verification (RFC 7517 §4.2, §4.3). */
function checkUse(jwk: JsonObject): void {
  if (jwk.has("use") && jwk.get("use") !== "sig") throw defective("useForbids");
  const operations = jwk.get("key_ops");
  if (operations === undefined) return;
  if (!Array.isArray(operations)) throw defective("malformed");
  if (!operations.includes("verify")) throw defective("useForbids");
}

function keyIdOf(jwk: JsonObject): string | null {
  const keyId = jwk.get("kid");
  if (keyId === undefined) return null;
  if (typeof keyId !== "string" || !isKeyIdLength(keyId)) throw defective("malformed");
  return keyId;
}

function prepare(jwk: JsonObject, source: KeySource): PreparedKey {
  const type = textOf(jwk, "kty");
  if (type === "oct") return prepareSecret(jwk, source);
  if (PRIVATE.some((name) => jwk.has(name))) throw defective("privateMaterial");
  if (type === "RSA") return prepareRsa(jwk);
  if (type !== "EC" && type !== "OKP") throw defective("typeUnsupported");
  const curve = textOf(jwk, "crv");
  if (type === "EC") return preparePoint(jwk, curve);
  if (curve === "Ed25519") return prepareEd25519(jwk);
  throw defective("typeUnsupported");
}

function prepareSecret(jwk: JsonObject, source: KeySource): PreparedKey {
  if (source === "public") throw defective("privateMaterial");
  return new HmacKey(octetsOf(textOf(jwk, "k")));
}

function prepareRsa(jwk: JsonObject): PreparedKey {
  const texts = { n: textOf(jwk, "n"), e: textOf(jwk, "e") };
  return new RsaKey({ n: octetsOf(texts.n), e: octetsOf(texts.e), texts });
}

function prepareEd25519(jwk: JsonObject): PreparedKey {
  const text = textOf(jwk, "x");
  return new Ed25519Key({ x: octetsOf(text), text });
}

function preparePoint(jwk: JsonObject, curve: string): PreparedKey {
  const texts = { x: textOf(jwk, "x"), y: textOf(jwk, "y") };
  const [x, y] = [octetsOf(texts.x), octetsOf(texts.y)];
  if (!isCurveName(curve)) throw defective("typeUnsupported");
  return new EcdsaKey(curve, { x, y, texts });
}

function textOf(jwk: JsonObject, name: string): string {
  const text = jwk.get(name);
  if (typeof text !== "string") throw defective("malformed");
  return text;
}

function octetsOf(text: string): Octets {
  const octets = decodeBase64url(text);
  if (typeof octets === "string") throw defective("malformed");
  return octets;
}

function declaredAlgorithm(jwk: JsonObject): Algorithm | null {
  const name = jwk.get("alg");
  if (name === undefined) return null;
  if (typeof name !== "string") throw defective("malformed");
  const algorithm = algorithmNamed(name);
  if (algorithm === undefined) throw defective("algUnsupported");
  return algorithm;
}

/** Members that only private keys have (RFC 7518 §6.2.2, §6.3.2). */
const PRIVATE = ["d", "p", "q", "dp", "dq", "qi", "oth"];
