/** The Wycheproof JOSE and primitive files, whole. */
import { Exceptions } from "./exceptions.mjs";
import { fromHex, toBase64url } from "./octets.mjs";
import { authentication, signatureHolds } from "./verifiers.mjs";

/** The primitive files by name, with how a group of theirs becomes a JWK. */
export const PRIMITIVES = {
  ...rsaFiles("rsa_signature_2048_sha%_test.json", "RS"),
  ...rsaFile("rsa_pss_2048_sha256_mgf1_32_test.json", "PS256"),
  ...rsaFile("rsa_pss_2048_sha384_mgf1_48_test.json", "PS384"),
  ...rsaFile("rsa_pss_4096_sha512_mgf1_64_test.json", "PS512"),
  "ecdsa_secp256r1_sha256_p1363_test.json": (group) => ecKey(group.publicKey, "P-256", "ES256"),
  "ecdsa_secp384r1_sha384_p1363_test.json": (group) => ecKey(group.publicKey, "P-384", "ES384"),
  "ed25519_test.json": ({ publicKey }) => ({ kty: "OKP", crv: "Ed25519", alg: "EdDSA", x: fromHexText(publicKey.pk) }),
};

export const HMACS = { "hmac_sha256_test.json": 256, "hmac_sha384_test.json": 384, "hmac_sha512_test.json": 512 };

/** Runs a file of whole tokens; `errata` are its reasoned exceptions. */
export async function runJose(modules, file, errata = []) {
  const exceptions = new Exceptions(errata);
  const score = { run: 0, wrong: [] };
  for (const [group, test] of testsOf(file)) {
    const { code } = await authentication(modules, group.public ?? group.private, test.jws);
    count(score, test, code === "ACCEPTED", exceptions.expected(test.tcId, test.result === "valid"));
  }
  return score;
}

/** Runs a file of signatures over any octets. tcId 8 of the PKCS#1 files, "acceptable", is refused here as in the core. */
export async function runPrimitive(modules, name, file) {
  const score = { run: 0, wrong: [] };
  for (const [group, test] of testsOf(file)) {
    const jwk = PRIMITIVES[name](group);
    const holds = await signatureHolds(modules, jwk, fromHex(test.msg), fromHex(test.sig));
    count(score, test, holds, test.result === "valid");
  }
  return score;
}

/** Keys and truncated tags differ per test: those outside RFC 7518 §3.2 must be refused. */
export async function runHmac(modules, name, file) {
  const bits = HMACS[name];
  const score = { run: 0, wrong: [] };
  for (const [group, test] of testsOf(file)) {
    const jwk = { kty: "oct", alg: `HS${bits}`, k: fromHexText(test.key) };
    const holds = await signatureHolds(modules, jwk, fromHex(test.msg), fromHex(test.tag));
    const allowed = group.tagSize === bits && fromHex(test.key).length * 8 >= bits;
    count(score, test, holds, test.result === "valid" && allowed);
  }
  return score;
}

export function* testsOf(file) {
  for (const group of file.testGroups) for (const test of group.tests) yield [group, test];
}

function count(score, test, answer, expected) {
  score.run += 1;
  if (answer !== expected) score.wrong.push(test.tcId);
}

function rsaFiles(pattern, prefix) {
  const files = ["256", "384", "512"].map((hash) => rsaFile(pattern.replace("%", hash), `${prefix}${hash}`));
  return Object.assign({}, ...files);
}

function rsaFile(name, alg) {
  return {
    [name]: ({ publicKey }) => ({
      kty: "RSA",
      alg,
      n: integer(publicKey.modulus),
      e: integer(publicKey.publicExponent),
    }),
  };
}

export function ecKey({ uncompressed }, crv, alg) {
  const point = fromHex(uncompressed).subarray(1);
  const [x, y] = [point.subarray(0, point.length / 2), point.subarray(point.length / 2)];
  return { kty: "EC", crv, alg, x: toBase64url(x), y: toBase64url(y) };
}

/** Without leading zero octets (RFC 7518 §6.3.1). */
function integer(hex) {
  const octets = fromHex(hex);
  return toBase64url(octets.subarray(octets.findIndex((octet) => octet !== 0)));
}

function fromHexText(hex) {
  return toBase64url(fromHex(hex));
}
