/** ed25519-speccheck: twelve signatures that libraries disagree about. One answer for each, the same in every build. */
import { fromHex, toBase64url, utf8 } from "./octets.mjs";
import { outcome, signatureHolds } from "./verifiers.mjs";

/** In the order of the file: what is decided and why. `key`: the key does not get into the set. */
export const ANSWERS = [
  ["key", "the key has small order"],
  ["key", "the key has small order"],
  ["refused", "R has small order"],
  ["accepted", "key and R have a part of small order, and the equation holds without cofactor"],
  ["refused", "the equation holds with cofactor only"],
  ["refused", "the equation holds with cofactor only"],
  ["refused", "S is not below the group order"],
  ["refused", "S is not below the group order"],
  ["refused", "R has small order, and is not canonical"],
  ["refused", "R has small order, and is not canonical"],
  ["key", "the key has small order, and is not canonical"],
  ["key", "the key has small order, and is not canonical"],
];

/** The answer to each case. */
export function runSpeccheck(modules, cases) {
  return Promise.all(cases.map((item) => answer(modules, item)));
}

async function answer(modules, { message, pub_key, signature }) {
  const jwk = { kty: "OKP", crv: "Ed25519", alg: "EdDSA", x: toBase64url(fromHex(pub_key)) };
  const { KeySet } = modules["key-set"];
  const imported = await outcome(() => KeySet.fromJwkSet(utf8(JSON.stringify({ keys: [jwk] })), "public"));
  if (imported.isEmpty) return "key";
  return (await signatureHolds(modules, jwk, fromHex(message), fromHex(signature))) ? "accepted" : "refused";
}
