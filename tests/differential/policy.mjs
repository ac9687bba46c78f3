/** The one policy under which all verifiers judge, and the keys they get. */
import { ASYMMETRIC, keyPair, secretKey } from "../js/support/tokens.mjs";

export const ISSUER = "https://issuer.example";

export const AUDIENCE = "api";

export const NOW = 1_800_000_000;

/** Seconds of clock tolerance. */
export const TOLERANCE = 5;

const pairs = ASYMMETRIC.map((alg) => keyPair(alg));

const only = keyPair("ES256");

const secret = secretKey("HS256");

/**
 * Key sets by name: `signers` sign, `jwks` verifies. A set of one key serves tokens without `kid`; the secret is of one
 * algorithm, and by far the fastest.
 */
export const sets = {
  main: { signers: pairs, algorithms: ASYMMETRIC, jwks: { keys: pairs.map(({ jwk }) => jwk) } },
  single: { signers: [only], algorithms: ["ES256"], jwks: { keys: [only.jwk] } },
  secret: {
    signers: [secret],
    algorithms: ["HS256"],
    jwks: { keys: [{ kty: "oct", k: secret.secret.toString("base64url"), kid: "HS256-1", alg: "HS256" }] },
    secret: new Uint8Array(secret.secret),
  },
};
