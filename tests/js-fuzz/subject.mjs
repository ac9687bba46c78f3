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

/** A publisher's series: deltas small enough to be carried, and after a while some that are objects of their own. */
const SERIES = Array.from({ length: 40 }, (_, at) => ({
  version: at + 1,
  issued_at: NOW - 10,
  next_update: NOW + 100,
  insert: at === 0 ? ENTRIES : Array.from({ length: 24 }, (_, other) => another(`${at}-${other}`)),
  remove: at < 2 ? [] : [another(`${at - 1}-0`)],
}));

function another(jti) {
  return { type: "token", issuer: ISSUER, jti, expires_at: NOW + 900 };
}

const { publisherKey, editions } = publish([ISSUER], SERIES, { is_series: true });

const whole = { version: 50, issued_at: NOW - 10, next_update: NOW + 100, entries: [...ENTRIES, another("whole")] };

/** The genuine edition that verifiers start with. */
export const [current] = editions;

/** Genuine next ones, of which `updates.mjs` makes hostile ones: by a delta, by several, by another base. */
export const next = [...[2, 40].map(servedAfter), ...publish([ISSUER], [whole]).editions];

/** What a feed serves after so many editions. */
function servedAfter(count) {
  const network = new Network();
  for (const edition of editions.slice(0, count)) network.goOn(edition);
  return network.edition;
}

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

/** `twin` is the same verifier with a cache before it: it has to say the same, also the second time. */
async function subject(network, good, options) {
  const fixed = { ...options, now: () => NOW, autoRefresh: false, fetch: network.fetch };
  const [verifier, twin] = await Promise.all([
    rescind.createVerifier({ ...fixed, cache: null }),
    rescind.createVerifier(fixed),
  ]);
  await Promise.all([verifier.refresh(), twin.refresh()]);
  return { verifier, twin, network, good, options: fixed };
}

/** What all the ways to ask say of a token, once they agree. */
export async function verdictOf({ verifier, twin }, token) {
  const { code } = verifier.check(token);
  const others = [
    twin.check(token).code,
    twin.check(token).code,
    await awaited(verifier, token),
    await awaited(twin, token),
  ];
  const different = others.find((other) => other !== code);
  if (different !== undefined) throw new Error(`check says ${code}, and another way to ask says ${different}`);
  return code;
}

function awaited(verifier, token) {
  return verifier.verify(token).then(
    (verdict) => verdict.code,
    (error) => error.code,
  );
}

/** Fetches anew with both: the code of the refusal, or REFRESHED. */
export async function refreshed({ verifier, twin }) {
  const [code, other] = await Promise.all([verifier, twin].map((one) => one.refresh().then(() => "REFRESHED", codeOf)));
  if (code !== other) throw new Error(`${code}, but ${other} with a cache`);
  return code;
}

function codeOf(error) {
  if (error instanceof rescind.RescindError) return error.code;
  throw error;
}
