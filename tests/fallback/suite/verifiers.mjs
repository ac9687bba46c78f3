/** The fallback, asked in the ways that suites ask: `modules` holds its compiled files by name. */
import { utf8 } from "./octets.mjs";

/** In the order of RFC 7518 §3.1, which matters for keys without `alg`. */
export const ALGORITHMS = [
  ...["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512"],
  ...["PS256", "PS384", "PS512", "EdDSA", "Ed25519"],
];

export const NOW = 1_800_000_000;

/** A policy of issuer `joe`, without audience and revocation. */
export const POLICY = {
  issuer: "joe",
  audience: null,
  algorithms: ["HS256"],
  typ: null,
  requiredClaims: [],
  clockToleranceSeconds: 5,
  maxTokenBytes: 16_384,
  maxLifetimeSeconds: 315_360_000,
  revocations: null,
};

/** What a call answers or throws, as a value. Programming faults stay thrown. */
export async function outcome(call) {
  try {
    return await call();
  } catch (thrown) {
    if (thrown instanceof Error || typeof thrown?.code !== "string") throw thrown;
    return thrown;
  }
}

/** The verdict of a fresh verifier. Findings about policy and keys count too. */
export function verdict({ core }, policy, keys, token, now = NOW) {
  return outcome(() => {
    const verifier = new core.FallbackCore(policy);
    verifier.setKeys(utf8(JSON.stringify(keys)), "trusted");
    return verifier.verify(token, now);
  });
}

/** Steps one to four for a token under a JWK Set or a single JWK: `ACCEPTED` with the payload, or the finding. */
export function authentication({ algorithm, jws, "key-set": keySet }, keys, token) {
  return outcome(async () => {
    const set = keySet.KeySet.fromJwkSet(
      utf8(JSON.stringify(keys.keys === undefined ? { keys: [keys] } : keys)),
      "trusted",
    );
    const { payload } = await jws.authenticate(set, token, ALGORITHMS.map(algorithm.algorithmNamed), 65_536);
    return { code: "ACCEPTED", payload };
  });
}

/** Whether a JWK with `alg` made a signature over any octets. */
export function signatureHolds({ "key-set": keySet }, jwk, message, signature) {
  const set = keySet.KeySet.fromJwkSet(utf8(JSON.stringify({ keys: [jwk] })), "trusted");
  return set.rawSignatureHolds(message, signature);
}
