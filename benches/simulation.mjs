/**
 * `cargo xtask simulate`: what many verifiers would ask of a publisher and its cache in a day. **A simulation**: nothing is
 * served and nobody waits. The sizes are measured, of editions that the publisher writes and a reader follows, and of
 * requests on an HTTP/2 connection; how many requests there are follows from the model below by arithmetic.
 */
import { load } from "../tests/fallback/suite/snapshots.mjs";
import { NOW, POLICY } from "../tests/fallback/suite/verifiers.mjs";
import { loadModules } from "../tests/fallback/support/modules.mjs";
import { publish } from "../tests/support/publisher.mjs";
import { table } from "./report/document.mjs";
import { exchangeBytes } from "./simulation/exchange.mjs";
import { poissonSample } from "./simulation/poisson.mjs";

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
  "seconds after which a part that did not change is signed anew, with the next edition": 15,
  "live entries": 100_000,
  "revocations a day, each published at once, at random moments": 25_000,
  "share of entries without a known subject (assumed)": 0.1,
  shards: 16,
  "connections that a client opens in a day (assumed)": 24,
  "bytes of one: TCP, TLS 1.3 with certificates (assumed)": 4_000,
};

const figures = Object.values(MODEL);
const [edges, edgePoll, phones, phonePoll, places, cacheSeconds, renewSeconds] = figures;
const [entries, revoked, common, shards, connections, connectionBytes] = figures.slice(7);

/** Other shares of entries that every phone has to load. */
const SHARES = [0.01, 0.05, common, 0.2];

const NOTES = `Beside a body a request and its answer cost what HTTP/2 makes of a browser's and a cache's header fields once they are
in the tables of the connection (most of it entity tags, the date and a name of the request), with 22 bytes for each
record of TLS; packets of TCP/IP are not counted. A connection is assumed to outlast the ${phonePoll} s between two polls, as browsers and
CDNs keep one; were it opened for every poll, a phone would need ${shown(((DAY / phonePoll) * connectionBytes) / 1e6)} MB more.
A poll of ${phonePoll} s is never answered 304 here: a part is signed anew, changed or not, ${renewSeconds} s after it was signed, when anything
is published. Two requests, not one, are a poll of a phone: each part has a manifest, and a cache shares it with others.
The first load follows from how many entries have no known subject: those are in the part that everyone loads, at 4.3
bytes each. A publisher that names the subject of tokens and sessions keeps it small; the share is an assumption.`;

const { core } = await loadModules();
const addresses = {
  whole: "/r/main/manifest",
  common: "/r/main/common/manifest",
  shard: `/r/main/shards/${SHARD}/manifest`,
};
const alone = await exchangeBytes([addresses.whole]);
const pair = await exchangeBytes([addresses.common, addresses.shard]);
const whole = await stream("whole", edgePoll, entries, revoked, alone);
const commonPart = await stream("common", phonePoll, entries * common, revoked * common, pair);
const shard = await stream(SHARD, phonePoll, entries * (1 - common), revoked * (1 - common), pair);
const streams = { whole, common: commonPart, shard };
console.log("A SIMULATION: sizes are measured, requests are computed.\n");
console.log(
  table([["model", ""], ...Object.entries(MODEL).map(([name, value]) => [name, value.toLocaleString("en")])]),
);
console.log("\nMeasured, in bytes\n");
console.log(
  table([
    ["part", "first load", "manifest", "objects of a poll", "beside bodies", "polls that find a manifest"],
    ...Object.entries(streams).map(sizes),
  ]),
);
console.log("\nFirst load of a phone, by the share of entries without a known subject\n");
console.log(table([["share", "kB"], ...SHARES.map((share) => [`${share * 100} %`, shown(firstLoad(share) / 1e3)])]));
console.log("\nA day\n");
console.log(
  table([
    ["", "requests", "MB"],
    ["an edge location", ...clientDay([whole])],
    ["a phone", ...clientDay([commonPart, shard])],
    ["all edge locations, at the cache", ...clientDay([whole], edges)],
    ["all phones, at the cache", ...clientDay([commonPart, shard], phones)],
    ["the origin", ...origin()],
  ]),
);
console.log(`\n${NOTES}`);

/** One part: what its readers fetch first, and what a poll costs on average. */
async function stream(part, pollSeconds, live, revokedADay, exchange) {
  const isShard = part === SHARD;
  const rate = revokedADay / (isShard ? shards : 1) / DAY;
  const signed = part === "whole" ? 1 / rate : secondsBetweenSignings(rate);
  const found = poissonSample(rate * pollSeconds, POLLS);
  // What is in no poll: editions that changed nothing, which all but the whole have.
  const renewals = part === "whole" ? 0 : Math.floor(pollSeconds / signed);
  const edits = found.map((count) => Math.max(count, renewals)).map((signings, at) => ({ signings, count: found[at] }));
  const { editions, publisherKey } = published(part, Math.round(live / (isShard ? shards : 1)), edits);
  const reader = await readerOf(publisherKey, part, editions[0]);
  const first = await fetched(reader, editions[0], part);
  const polls = [];
  let at = 0;
  for (const { signings } of edits) {
    at += signings;
    polls.push(signings === 0 ? null : await fetched(reader, editions[at], part));
  }
  return { part, pollSeconds, rate, signed, exchange, copies: isShard ? shards : 1, first, ...averages(polls) };
}

/** From when a part was signed until it is again: at a change, or at the first edition of anything after a while. */
function secondsBetweenSignings(rate) {
  const untouched = Math.exp(-rate * renewSeconds);
  return (1 - untouched) / rate + untouched / (revoked / DAY);
}

function averages(polls) {
  const changed = polls.filter((poll) => poll !== null);
  const mean = (member) => changed.reduce((total, poll) => total + poll[member], 0) / changed.length;
  return {
    share: changed.length / polls.length,
    manifest: mean("manifest"),
    objects: mean("objects"),
    objectBytes: mean("objectBytes"),
  };
}

/** A base, and then for each poll so many editions, of which the first ones have one revocation each. */
function published(part, count, edits) {
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
  const inserts = [[0, count]];
  for (const edit of edits) {
    for (let step = 0; step < edit.signings; step += 1) {
      const [, from] = inserts.at(-1);
      inserts.push([from, step < edit.count ? from + 1 : from]);
    }
  }
  const editions = inserts.map(([from, to], at) => ({
    ...{ version: at + 1, issued_at: NOW - 10, next_update: NOW + 300, remove: [] },
    insert: range(from, to),
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
async function fetched(reader, { manifest, objects }, part) {
  const { needed } = await load(reader, { manifest, objects }, NOW, part);
  const objectBytes = needed.reduce((total, { length }) => total + length, 0);
  return { manifest: Buffer.from(manifest, "base64").length, objects: needed.length, objectBytes };
}

function sizes([name, { first, manifest, objectBytes, exchange, share }]) {
  const load = first.manifest + first.objectBytes;
  return [name, ...[load, manifest, objectBytes, exchange.manifest].map(shown), `${(share * 100).toFixed(0)} %`];
}

/** A phone's, were another share of the entries in the part that all load: 4.3 bytes an entry, as measured. */
function firstLoad(share) {
  const bytesOf = ({ first, exchange }) =>
    first.manifest + first.objectBytes + exchange.manifest + exchange.object * first.objects;
  const objectOf = ({ first }, factor) => first.objectBytes * (factor - 1);
  const others = objectOf(commonPart, share / common) + objectOf(shard, (1 - share) / (1 - common));
  return bytesOf(commonPart) + bytesOf(shard) + others;
}

/** Requests and megabytes of so many clients that follow these parts. */
function clientDay(followed, clients = 1) {
  const day = followed.map(({ pollSeconds, manifest, objects, objectBytes, share, exchange }) => {
    const polls = DAY / pollSeconds;
    const changed = exchange.manifest + manifest + objectBytes + objects * exchange.object;
    return {
      requests: polls * (1 + share * objects),
      bytes: polls * (share * changed + (1 - share) * exchange.unchanged),
    };
  });
  const bytes = sum(day, "bytes") + connections * connectionBytes;
  return [sum(day, "requests") * clients, (bytes * clients) / 1e6].map(shown);
}

/** Each place asks again for each manifest once it left the cache, and once for each object. */
function origin() {
  const day = Object.values(streams).map(
    ({ manifest, objects, objectBytes, copies, share, pollSeconds, signed, exchange }) => {
      const asked = (DAY / cacheSeconds) * places * copies;
      const changed = asked * Math.min(1, cacheSeconds / signed);
      // Of the objects that polls fetch, each place asks for each one once.
      const perSigning = (objects * share * signed) / pollSeconds;
      const fetched = (DAY / signed) * places * copies * Math.min(objects, perSigning);
      const perObject = objects > 0 ? objectBytes / objects + exchange.object : 0;
      return {
        requests: asked + fetched,
        bytes: changed * (exchange.manifest + manifest) + (asked - changed) * exchange.unchanged + fetched * perObject,
      };
    },
  );
  return [shown(sum(day, "requests")), shown(sum(day, "bytes") / 1e6)];
}

function sum(list, member) {
  return list.reduce((total, each) => total + each[member], 0);
}

function shown(number) {
  return number.toLocaleString("en", { maximumFractionDigits: number < 10 ? 2 : 0 });
}
