/** What changes during a soak: key sets and editions, and the tokens whose verdicts follow from them. */
import { keyPair } from "../js/support/tokens.mjs";
import { publish } from "../support/publisher.mjs";

export const ISSUER = "https://issuer.example";

export const NOW = 1_800_000_000;

/** Editions differ in which of so many tokens is revoked. */
const VICTIMS = 8;

/** Other revocations that each edition brings, and for how many editions they stay. */
const OTHERS = 32;
const LIFE = 5;

/** Every so many swaps, so many editions are skipped. */
const SWAPS_BETWEEN = 10;
const MISSED = 6;

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
    probe(kept.token(claims(`victim-${at}`)), (swap) => revocationOutcome(editionAt(swap) % VICTIMS === at)),
  ),
  probe(kept.token({ ...claims("expired"), exp: NOW - 100 }), () => "ERR_CLAIM_EXPIRED"),
  probe(`${kept.token(claims("forged")).slice(0, -6)}AAAAAA`, () => "ERR_SIGNATURE_INVALID"),
  probe("a.b.c", () => "ERR_TOKEN_BASE64"),
  probe("x".repeat(20_000), () => "ERR_TOKEN_TOO_LARGE"),
];

/** The edition in force after a swap: mostly the next one, and sometimes several were missed meanwhile. */
export function editionAt(swap) {
  return swap + MISSED * Math.floor(swap / SWAPS_BETWEEN);
}

/** That many editions, each going on from the one before it. */
export function publishEditions(count) {
  const editions = Array.from({ length: count }, (_, edition) => ({
    version: edition + 1,
    issued_at: NOW - 10,
    next_update: NOW + 1_000,
    insert: entries(edition),
    remove: [...(edition === 0 ? [] : [victim(edition - 1)]), ...(edition < LIFE ? [] : others(edition - LIFE))],
  }));
  return publish([ISSUER], editions, { is_series: true });
}

function entries(edition) {
  return [victim(edition), ...others(edition)];
}

function victim(edition) {
  return token(`victim-${edition % VICTIMS}`);
}

function others(edition) {
  const tokens = Array.from({ length: OTHERS }, (_, at) => token(`${edition}-${at}`, NOW + 60 * at));
  const cutOffs = ["subject", "session", "client"].map((type) => ({ ...cutOff(type), value: `${type}-${edition}` }));
  return [...tokens, ...cutOffs];
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
