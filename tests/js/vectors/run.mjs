/** Public vectors by the package's own interface, in any runtime. Answers what went wrong, and how many were asked. */
import { keySetOf, policyOf, profileOf, tokenOf } from "./profile.mjs";

/** In the order of RFC 7518 §3.1, which matters for keys without `alg`. */
const ALGORITHMS = [
  ...["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512"],
  ...["PS256", "PS384", "PS512", "EdDSA", "Ed25519"],
];

/** `files`: `corpus`, and of Wycheproof `jws`, `jwk` and `errata`. */
export async function runVectors({ createVerifier }, files) {
  return {
    corpus: await runCorpus(createVerifier, files.corpus),
    jws: await runJose(createVerifier, files.jws, files.errata),
    jwk: await runJose(createVerifier, files.jwk, []),
  };
}

/** Cases that need a snapshot of their own are asked in tests/corpus. */
async function runCorpus(createVerifier, corpus) {
  const cases = corpus.cases.filter(({ revoked }) => revoked === undefined);
  const wrong = [];
  for (const item of cases) {
    const profile = profileOf(corpus, item.profile);
    const options = { ...policyOf(profile), now: () => profile.now, keys: { jwks: keySetOf(corpus, profile, item) } };
    const { code } = await verdict(createVerifier, options, tokenOf(item));
    if ((code === "ACCEPTED") !== (item.expect === "accept")) wrong.push(`${item.id}: ${code}`);
  }
  return { run: cases.length, wrong };
}

/** A token passes when its signature holds: what its octets say is another question there. */
async function runJose(createVerifier, file, errata) {
  const expected = new Map(errata.map(({ tcId, expect }) => [tcId, expect === "accept"]));
  const tests = file.testGroups.flatMap((group) => group.tests.map((test) => [group.public ?? group.private, test]));
  const wrong = [];
  for (const [keys, { tcId, jws, result }] of tests) {
    const jwks = keys.keys === undefined ? { keys: [keys] } : keys;
    const options = { issuer: "joe", audience: null, algorithms: ALGORITHMS, maxTokenBytes: 65_536, keys: { jwks } };
    const refusal = await verdict(createVerifier, options, jws);
    if (signatureHeld(refusal) !== (expected.get(tcId) ?? result === "valid")) wrong.push(`${tcId}: ${refusal.code}`);
  }
  return { run: tests.length, wrong };
}

/** Claims are judged after the signature, and so is everything about the payload but its base64url. */
function signatureHeld({ code, details }) {
  if (code === "ACCEPTED" || code.startsWith("ERR_CLAIM_")) return true;
  return code !== "ERR_TOKEN_BASE64" && code.startsWith("ERR_TOKEN_") && details.part === "payload";
}

/** The verdict of a verifier of its own, or why there is none. */
async function verdict(createVerifier, options, token) {
  try {
    const verifier = await createVerifier({ ...options, revocations: null, autoRefresh: false });
    const told = verifier.check(token);
    verifier.close();
    return told;
  } catch (error) {
    if (typeof error.code !== "string") throw error;
    return { code: error.code, details: error.details };
  }
}
