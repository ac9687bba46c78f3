/** Genuine editions of one publisher, and tokens of which each is revoked in some of them: what the suites judge. */
import { publish } from "../../support/publisher.mjs";
import { NOW } from "../suite/verifiers.mjs";

/** Options of a test that needs the publisher: skipped aloud without it, a failure in CI. */
export const needsPublisher = { skip: missing() };

const ISSUER = "joe";

const DECLARED = [
  { number: 8, name: "device", members: [["sub"], ["device_id", "did"]] },
  { number: 20, name: "password", members: [["sub"]], generation_claim: "gen" },
];

/** A token's claims, what revokes it, what is told then, and from which edition until which (not included). */
const VICTIMS = {
  token: [{ jti: "stolen" }, { type: "token", jti: "stolen", expires_at: NOW + 600 }, { dimension: "token" }],
  token_of_unknown_exp: [{ jti: "lost" }, { type: "token", jti: "lost" }, { dimension: "token" }],
  key: [{}, { type: "key", value: "k-stolen" }, told("key"), "k-stolen"],
  subject: [{ sub: "mallory" }, { type: "subject", value: "mallory" }, told("subject")],
  session: [{ sid: "s-9" }, { type: "session", value: "s-9" }, told("session")],
  client: [{ client_id: "c-9" }, { type: "client", value: "c-9" }, told("client")],
  client_by_azp: [{ azp: "c-8" }, { type: "client", value: "c-8" }, told("client")],
  organization: [{ org_id: ["o-1", "o-9"] }, { type: "organization", value: "o-9" }, told("organization")],
  subject_client: [
    { sub: "bob", azp: "c-7" },
    { type: "subject_client", values: ["bob", "c-7"] },
    told("subject_client"),
  ],
  declared: [{ sub: "bob", did: "d-9" }, { type: "device", values: ["bob", "d-9"] }, told("device")],
  generation: [{ sub: "carol", gen: 4 }, { type: "password", value: "carol", not_before: 5 }, generation(5)],
  generation_missing: [{ sub: "carol" }, null, generation(5)],
  without_iat: [{ sub: "mallory", iat: undefined }, null, told("subject")],
};

/** Tokens that stand beside those and are not revoked. */
const BYSTANDERS = {
  innocent: {},
  other_jti: { jti: "stolen2" },
  other_client_of_the_subject: { sub: "bob", azp: "c-6" },
  member_missing: { sub: "bob" },
  issued_in_the_second_of_the_cut_off: { sub: "mallory", iat: NOW - 30 },
  generation_that_lives: { sub: "carol", gen: 5 },
};

/**
 * `{ publisherKey, series, victims, bystanders, … }`: bytes in base64, tokens as claims. Every edition of the series
 * revokes a few tokens more; the last but one takes everything of the first back.
 */
export function makeSnapshots() {
  const targets = Object.entries(VICTIMS).filter(([, [, target]]) => target !== null);
  const all = targets.map(([, [, target]]) => entry(target));
  const editions = [
    [...all, ...fillers(0, 400)],
    fillers(400, 40),
    fillers(440, 400),
    [],
    fillers(840, 3),
    fillers(843, 3),
  ];
  const series = editions.map((insert, at) => edition(at + 1, { insert, remove: at === 4 ? all : [] }));
  const { publisherKey, editions: published } = publish([ISSUER], series, { is_series: true, declared: DECLARED });
  const epoch = published[1].manifest.readUInt32LE(EPOCH_OFFSET);
  const single = (issuer, more) => {
    const entries = all.map((target) => ({ ...target, issuer }));
    return encoded(publish([issuer], [edition(2, { epoch, entries })], { declared: DECLARED, ...more }).editions[0]);
  };
  return {
    publisherKey: publisherKey.x,
    series: accumulated(published).map(encoded),
    lastRevoked: 4,
    sameEdition: single(ISSUER, {}),
    otherTenant: single(ISSUER, { tenant: "other" }),
    otherIssuer: single("elsewhere", {}),
    victims: Object.entries(VICTIMS).map(([name, [claims, , details, kid]]) => ({ name, claims, details, kid })),
    bystanders: Object.entries(BYSTANDERS).map(([name, claims]) => ({ name, claims })),
    parts: makeParts(),
  };
}

/** One publication as a whole, as a common part and as shards, and shards that do not go with them. */
function makeParts() {
  const subjects = Array.from({ length: 12 }, (_, at) => `subject-${at}`);
  const entries = subjects.flatMap((sub, at) => [
    ...(at % 2 === 0 ? [entry({ type: "subject", value: sub })] : []),
    entry({ type: "token", jti: `stolen-${at}`, expires_at: NOW + 600, subject: sub }),
    entry({ type: "token", jti: `lost-${at}`, expires_at: NOW + 600 }),
  ]);
  const part = (name, epoch) => {
    const description = { part: name, shard_bits: SHARD_BITS };
    return encoded(publish([ISSUER], [edition(1, { epoch, entries })], description).editions[0]);
  };
  const names = Array.from({ length: 2 ** SHARD_BITS }, (_, at) => `${SHARD_BITS}-${at}`);
  return {
    subjects,
    whole: part("whole", 1),
    common: part("common", 1),
    shards: Object.fromEntries(names.map((name) => [name, part(name, 1)])),
    laterShards: Object.fromEntries(names.map((name) => [name, part(name, 2)])),
  };
}

const SHARD_BITS = 2;

function edition(version, more) {
  return { version, issued_at: NOW - 100 + version, next_update: NOW + 300, ...more };
}

function entry(target) {
  return { issuer: ISSUER, ...(target.type === "token" ? {} : { not_before: NOW - 30 }), ...target };
}

function fillers(from, count) {
  const number = (at) => `filler-${from + at}`;
  return Array.from({ length: count }, (_, at) =>
    at % 4 === 0
      ? entry({ type: "subject", value: number(at), not_before: NOW - 40 - (at % 7) })
      : entry({ type: "token", jti: number(at), expires_at: NOW + 100 + 37 * (at % 50) }),
  );
}

/** Each edition with the objects of earlier ones that it still needs. */
function accumulated(editions) {
  let objects = new Map();
  return editions.map(({ manifest, objects: added, kept }) => {
    objects = new Map([...kept.map((name) => [name, objects.get(name)]), ...added]);
    return { manifest, objects };
  });
}

function encoded({ manifest, objects }) {
  const named = [...objects].map(([name, bytes]) => [name, bytes.toString("base64")]);
  return { manifest: manifest.toString("base64"), objects: Object.fromEntries(named) };
}

/** Of the epoch in a manifest (`docs/format.md`, Manifest). */
const EPOCH_OFFSET = 40;

function told(dimension) {
  return { dimension, since: NOW - 30 };
}

function generation(least) {
  return { dimension: "password", generation: least };
}

function missing() {
  if (process.env.RESCIND_PUBLISHER_BIN) return false;
  const message = "no publisher: RESCIND_PUBLISHER_BIN must name the built example publish_snapshots";
  if (process.env.CI) throw new Error(message);
  console.error(`SKIPPED: ${message}`);
  return message;
}
