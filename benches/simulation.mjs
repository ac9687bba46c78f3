/**
 * `cargo xtask simulate`: what many verifiers would ask of a publisher and its cache in a day. **A simulation**: nothing is
 * served and nobody waits. The sizes are measured on editions that the publisher writes and a reader follows; how many
 * requests there are follows from the model below by arithmetic.
 */
import { load } from "../tests/fallback/suite/snapshots.mjs";
import { NOW, POLICY } from "../tests/fallback/suite/verifiers.mjs";
import { loadModules } from "../tests/fallback/support/modules.mjs";
import { publish } from "../tests/support/publisher.mjs";
import { table } from "./report/document.mjs";

const DAY = 86_400;

/** One of 2^4 shards. */
const SHARD = "4-0";

/** Of the epoch in a manifest (`docs/format.md`, Manifest). */
const EPOCH_OFFSET = 40;

/** Polls that are measured. */
const POLLS = 24;

const MODEL = {
  "edge locations, each following the whole": 10_000,
  "seconds between their polls": 10,
  "phones, each following the common part and one shard": 1_000_000,
  "seconds between their polls ": 60,
  "places of the cache": 200,
  "seconds that a manifest stays in the cache": 5,
  "live entries": 100_000,
  "revocations a day, each published at once": 25_000,
  "share of entries without a known subject": 0.1,
  shards: 16,
  "bytes of headers of a request and its answer (assumed)": 350,
};

const [edges, edgePoll, phones, phonePoll, places, cacheSeconds, entries, revoked, common, shards, headers] =
  Object.values(MODEL);

const { core } = await loadModules();
const whole = stream("whole", edgePoll, entries, revoked);
const commonPart = stream("common", phonePoll, entries * common, revoked * common);
const shard = stream(SHARD, phonePoll, entries * (1 - common), revoked * (1 - common));
const streams = { whole: await whole, common: await commonPart, shard: await shard };
console.log("A SIMULATION: sizes are measured, requests are computed.\n");
console.log(
  table([["model", ""], ...Object.entries(MODEL).map(([name, value]) => [name, value.toLocaleString("en")])]),
);
console.log("\nMeasured, in bytes\n");
console.log(
  table([
    ["part", "first load", "a poll that finds something", "polls that do"],
    ...Object.entries(streams).map(sizes),
  ]),
);
console.log("\nA day\n");
console.log(
  table([
    ["", "requests", "MB"],
    ["an edge location", ...clientDay([streams.whole])],
    ["a phone", ...clientDay([streams.common, streams.shard])],
    ["all edge locations, at the cache", ...clientDay([streams.whole], edges)],
    ["all phones, at the cache", ...clientDay([streams.common, streams.shard], phones)],
    ["the origin", ...origin()],
  ]),
);

/** One part: what its readers fetch first, and what a poll costs that finds something. */
async function stream(part, pollSeconds, live, revokedADay) {
  const isShard = part === SHARD;
  const inPart = Math.round(live / (isShard ? shards : 1));
  const rate = revokedADay / (isShard ? shards : 1) / DAY;
  const gap = Math.max(1, Math.round(rate * pollSeconds));
  const { editions, publisherKey } = published(part, inPart, gap);
  const reader = await readerOf(publisherKey, part, editions[0]);
  const first = await bytesOf(reader, editions[0], part);
  const polls = [];
  for (let at = gap; at < editions.length; at += gap) polls.push(await bytesOf(reader, editions[at], part));
  const bytes = polls.reduce((sum, poll) => sum + poll.bytes, 0) / polls.length;
  const objects = polls.reduce((sum, poll) => sum + poll.objects, 0) / polls.length;
  return {
    pollSeconds,
    first: first.bytes,
    bytes,
    objects,
    share: Math.min(1, rate * pollSeconds),
    rate,
    copies: isShard ? shards : 1,
  };
}

/** A base, and then editions with one revocation each. */
function published(part, count, gap) {
  const entry = (number) => {
    const expires_at = NOW + 60 + ((number * 7_919) % 80_000);
    // Every entry of a part has to live in it: a shard's are found by trying.
    return {
      type: "token",
      issuer: POLICY.issuer,
      jti: `token-${number}`,
      expires_at,
      ...(part === SHARD ? { subject: `user-${number}` } : {}),
    };
  };
  const factor = part === SHARD ? shards : 1;
  const range = (from, to) => Array.from({ length: (to - from) * factor }, (_, at) => entry(from * factor + at));
  const steps = POLLS * gap;
  const editions = Array.from({ length: steps + 1 }, (_, at) => ({
    ...{ version: at + 1, issued_at: NOW - 10, next_update: NOW + 300, remove: [] },
    insert: at === 0 ? range(0, count) : range(count + at, count + at + 1),
  }));
  const description = { is_series: true, part, shard_bits: Math.log2(shards) };
  const { publisherKey, editions: written } = publish([POLICY.issuer], editions, description);
  let objects = new Map();
  const all = written.map(({ manifest, objects: added, kept }) => {
    objects = new Map([...kept.map((name) => [name, objects.get(name)]), ...added]);
    const named = [...objects].map(([name, bytes]) => [name, bytes.toString("base64")]);
    return { manifest: manifest.toString("base64"), objects: Object.fromEntries(named) };
  });
  return { publisherKey, editions: all };
}

/** A shard is read beside a common part. */
async function readerOf({ x }, part, { manifest }) {
  const pins = { publisherKeys: [x], rootKey: null, tenant: "main" };
  const profile = part === "whole" ? "whole" : "parts";
  const revocations = { ...pins, profile, onStale: "accept", onNotCovered: "reject" };
  const reader = new core.FallbackCore({ ...POLICY, revocations });
  if (part !== SHARD) return reader;
  const epoch = Buffer.from(manifest, "base64").readUInt32LE(EPOCH_OFFSET);
  const beside = { epoch, version: 1, issued_at: NOW - 10, next_update: NOW + 300, entries: [] };
  const { editions } = publish([POLICY.issuer], [beside], { part: "common", shard_bits: Math.log2(shards) });
  await load(reader, { manifest: editions[0].manifest, objects: {} }, NOW, "common");
  return reader;
}

/** What taking an edition fetches. */
async function bytesOf(reader, edition, part) {
  const { needed } = await load(reader, edition, NOW, part);
  const bytes = needed.reduce((sum, { length }) => sum + length + headers, edition.manifest.length * 0.75 + headers);
  return { bytes, objects: needed.length };
}

function sizes([name, { first, bytes, share }]) {
  return [name, shown(first), shown(bytes), `${(share * 100).toFixed(0)} %`];
}

/** Requests and megabytes of so many clients that follow these parts. */
function clientDay(followed, clients = 1) {
  const day = followed.map(({ pollSeconds, bytes, objects, share }) => {
    const polls = DAY / pollSeconds;
    return { requests: polls * (1 + share * objects), bytes: polls * (share * bytes + (1 - share) * headers) };
  });
  return [sum(day, "requests") * clients, (sum(day, "bytes") * clients) / 1e6].map(shown);
}

/** Each place asks again for each manifest once it left the cache, and once for each object. */
function origin() {
  const day = Object.values(streams).map(({ bytes, objects, rate, copies, share, pollSeconds }) => {
    const manifests = (DAY / cacheSeconds) * places * copies;
    const changed = rate * DAY * places * copies;
    const perPublication = Math.min(1, objects / Math.max(1, rate * pollSeconds));
    return {
      requests: manifests + changed * perPublication,
      bytes: manifests * headers + Math.min(manifests, changed) * (share > 0 ? bytes : 0),
    };
  });
  return [shown(sum(day, "requests")), shown(sum(day, "bytes") / 1e6)];
}

function sum(list, member) {
  return list.reduce((total, each) => total + each[member], 0);
}

function shown(number) {
  return number.toLocaleString("en", { maximumFractionDigits: number < 10 ? 2 : 0 });
}
