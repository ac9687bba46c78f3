/** The examples of RFC 7515, 7520, 7797 and 8037: signatures hold, and what a JWT must not use is refused. */
import { toHex, utf8 } from "./octets.mjs";
import { authentication } from "./verifiers.mjs";

/** Each example by name with its answer and the one expected; `read` gives a vector file. */
export async function runRfcExamples(modules, read) {
  const answers = [];
  const ask = async (name, keys, token, expected, payload = null) => {
    const answer = await authentication(modules, keys ?? { keys: [] }, token);
    const same = payload === null || toHex(answer.payload ?? []) === toHex(utf8(payload));
    answers.push({ name, code: same ? answer.code : "another payload", expected });
  };
  for (const { id, jwk, jws, signature_valid } of (await read("rfc/rfc_examples.json")).jws) {
    await ask(id, jwk, jws, signature_valid ? "ACCEPTED" : "ERR_HEADER_ALG_NOT_ALLOWED");
  }
  for (const name of RFC_7520) {
    const { input, output } = await read(`rfc/rfc7520-jws/${name}.json`);
    // The keys declare no alg; the example names the one it uses them with.
    await ask(name, { ...publicPart(input.key), alg: input.alg }, output.compact, "ACCEPTED", input.payload);
  }
  const detached = await read("rfc/rfc7520-jws/4_5.signature_with_detached_content.json");
  await ask("detached", hmac(detached), detached.output.compact, "ERR_SIGNATURE_INVALID");
  await ask("json form", hmac(detached), JSON.stringify(detached.output.json), "ERR_TOKEN_MALFORMED");
  const unencoded = await read("rfc/rfc7797/hmac-sha2_b64_false.json");
  const withoutBlanks = unencoded.output.compact.replace(/[ !]/g, "");
  await ask("unencoded", hmac(unencoded), unencoded.output.compact, "ERR_TOKEN_MALFORMED");
  await ask("unencoded, letters only", hmac(unencoded), withoutBlanks, "ERR_HEADER_CRITICAL");
  const eddsa = await read("rfc/rfc8037/jws.json");
  await ask("rfc8037", publicPart(eddsa.input.key), eddsa.output.compact, "ACCEPTED", "Example of Ed25519 signing");
  return answers;
}

const RFC_7520 = [
  "4_1.rsa_v15_signature",
  "4_2.rsa-pss_signature",
  "4_3.ecdsa_signature",
  "4_4.hmac-sha2_integrity_protection",
];

function hmac({ input }) {
  return { ...publicPart(input.key), alg: "HS256" };
}

function publicPart(key) {
  const { d, p, q, dp, dq, qi, ...rest } = key;
  return rest;
}
