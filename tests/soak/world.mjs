/** What changes during a soak: key sets and editions, and the tokens whose verdicts follow from them. */
import { keyPair } from "../js/support/tokens.mjs";
import { publish } from "../support/publisher.mjs";

export const ISSUER = "https://issuer.example";

export const NOW = 1_800_000_000;

/** Editions differ in which of so many tokens is revoked. */
const VICTIMS = 8;

/** Other revocations in each edition, so that its objects are of some size. */
const OTHERS = 64;

const [kept, one, other] = ["kept", "one", "other"].map((kid) => keyPair("ES256", kid));
const more = ["EdDSA", "RS256", "ES384"].map((alg) => keyPair(alg));

/** Two key sets in turn: most keys stay, one goes and another one comes. */
export const keySets = [one, other].map((changing) =>
  Buffer.from(JSON.stringify({ keys: [kept, changing, ...more].map(({ jwk }) => jwk) })),
);

/** `{ token, expected(swap) }`: the code that a token has to get after that many swaps. */
export const probes = [
  ...Array.from({ length: 24 }, (_, at) => probe(kept.token(claims(`kept-${at}`)), () => "ACCEPTED")),
  ...more.map((pair) => probe(pair.token(claims(pair.alg)), () => "ACCEPTED")),
  ...[one, other].map((pair, at) => probe(pair.token(claims(pair.kid)), (swap) => keyOutcome(swap % 2 === at))),
  ...Array.from({ length: VICTIMS }, (_, at) =>
    probe(kept.token(claims(`victim-${at}`)), (swap) => revocationOutcome(swap % VICTIMS === at)),
  ),
  probe(kept.token({ ...claims("expired"), exp: NOW - 100 }), () => "ERR_CLAIM_EXPIRED"),
  probe(`${kept.token(claims("forged")).slice(0, -6)}AAAAAA`, () => "ERR_SIGNATURE_INVALID"),
  probe("a.b.c", () => "ERR_TOKEN_BASE64"),
  probe("x".repeat(20_000), () => "ERR_TOKEN_TOO_LARGE"),
];

/** That many editions, all signed and each newer than the one before. */
export function publishEditions(count) {
  const editions = Array.from({ length: count }, (_, swap) => ({
    version: swap + 1,
    issued_at: NOW - 10,
    next_update: NOW + 1_000,
    entries: entries(swap),
  }));
  return publish([ISSUER], editions);
}

function entries(swap) {
  const others = Array.from({ length: OTHERS }, (_, at) => token(`${swap}-${at}`, NOW + 60 * at));
  const cutOffs = ["subject", "session", "client"].map((type) => ({ ...cutOff(type), value: `${type}-${swap}` }));
  return [token(`victim-${swap % VICTIMS}`), ...others, ...cutOffs];
}

function token(jti, expires_at) {
  return { type: "token", issuer: ISSUER, jti, expires_at };
}

function cutOff(type) {
  return { type, issuer: ISSUER, not_before: NOW };
}

function claims(jti) {
  return { iss: ISSUER, aud: "api", sub: "alice", iat: NOW - 60, exp: NOW + 600, jti, client_id: "app" };
}

function probe(token, expected) {
  return { token, expected };
}

function keyOutcome(isThere) {
  return isThere ? "ACCEPTED" : "ERR_KEY_NOT_FOUND";
}

function revocationOutcome(isRevoked) {
  return isRevoked ? "ERR_REVOCATION_REVOKED" : "ACCEPTED";
}
