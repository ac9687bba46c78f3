/** The verifiers under test, kept over all inputs, each with a token that it has to accept whatever came before. */
import { readFileSync } from "node:fs";
import { importPackage } from "../js/support/package.mjs";
import { secretKey } from "../js/support/tokens.mjs";
import { ADDRESSES, Network, publish } from "../support/publisher.mjs";

export const ISSUER = "https://issuer.example";

export const NOW = 1_800_000_000;

export const corpus = JSON.parse(readFileSync(new URL("../vectors/jwt_attack_corpus.json", import.meta.url), "utf8"));

export const rescind = await importPackage();

/** A secret whose tokens can be made up: HS256. */
export const signer = secretKey("HS256", Buffer.alloc(32, 0x5a));

export const CLAIMS = {
  iss: ISSUER,
  sub: "alice",
  aud: ["api"],
  iat: NOW - 10,
  exp: NOW + 900,
  jti: "good",
  sid: "session",
  client_id: "client",
};

const ENTRIES = [
  { type: "token", issuer: ISSUER, jti: "stolen" },
  ...["key", "subject", "session", "client", "organization"].map((type) => ({
    type,
    issuer: ISSUER,
    value: "gone",
    not_before: NOW,
  })),
];

/** More of them, so that the objects are others. */
const MORE = [...ENTRIES, ...["a", "b"].map((jti) => ({ type: "token", issuer: ISSUER, jti, expires_at: NOW + 900 }))];

/** A genuine edition, and next ones, of which `updates.mjs` makes hostile ones. */
const edition = (version, entries) => ({ version, issued_at: NOW - 10, next_update: NOW + 100, entries });

const { publisherKey, editions } = publish([ISSUER], [edition(1, ENTRIES), edition(2, MORE), edition(2, [])]);

export const [current, ...next] = editions;

/** Under one secret, with a snapshot. */
export function bySecret() {
  const network = new Network();
  network.edition = current;
  return subject(network, signer.token(CLAIMS), {
    issuer: ISSUER,
    audience: "api",
    requiredClaims: ["sub"],
    keys: { secret: new Uint8Array(signer.secret) },
    revocations: { url: ADDRESSES.feed, publisherKeys: [publisherKey] },
  });
}

/** With the corpus's keys, fetched. */
export function byKeys() {
  const { issuer, audience } = corpus.profiles.default;
  const network = new Network();
  network.keys = Buffer.from(JSON.stringify(corpus.jwks.main));
  const { token } = corpus.cases.find(({ id }) => id === "008-valid-ES256-p256");
  return subject(network, token, { issuer, audience, keys: { jwksUri: ADDRESSES.keys }, revocations: null });
}

async function subject(network, good, options) {
  const fixed = { ...options, now: () => NOW, autoRefresh: false, fetch: network.fetch };
  const verifier = await rescind.createVerifier(fixed);
  await verifier.refresh();
  return { verifier, network, good, options: fixed };
}
