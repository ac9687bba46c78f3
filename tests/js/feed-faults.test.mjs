/** What can go wrong on the way of a snapshot, one test each: what the user sees, and that it heals by itself. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import * as fault from "./support/fault-server.mjs";
import { importPackage } from "./support/package.mjs";
import {
  eventually,
  follower,
  ids,
  keyDocument,
  keyOf,
  resigned,
  START,
  series,
  startPublisher,
  tokenOf,
} from "./support/series.mjs";

const { memoryStore } = await importPackage();

/** `a-…` is revoked by the first edition, `b-…` by the second, `c-…` by the third. */
const published = series([{ insert: ids("a", 300) }, { insert: ids("b", 3) }, { insert: ids("c", 200) }]);
const [, second, third] = published.editions.map(({ manifest }) => manifest);
const MANIFEST = "/r/main/manifest";

const clock = { now: START };
let publisher;
let elsewhere;
let made;
let subject;

beforeEach(async () => {
  clock.now = START;
  made = [];
  publisher = await startPublisher(published);
  elsewhere = await startPublisher(published, 1);
  subject = await subscribed();
  await subject.refresh();
  publisher.requests.length = 0;
});

afterEach(async () => {
  for (const verifier of made) verifier.close();
  await Promise.all([publisher.stop(), elsewhere.stop()]);
});

/** Each answers the manifest of the second edition wrongly. */
const manifestFaults = {
  "a manifest that is cut": [() => fault.body(second.subarray(0, -1)), /^ERR_MANIFEST_/],
  "a manifest with a flipped bit": [() => fault.body(flipped(second)), /^ERR_MANIFEST_/],
  "a manifest signed by another key": [() => fault.body(resigned(second, 3)), "ERR_MANIFEST_KEY_UNKNOWN"],
  "a body that breaks off": [() => fault.brokenAfter(second, 100), "ERR_FETCH_FAILED"],
  "status 500": [() => fault.status(500), "ERR_FETCH_STATUS"],
  "no answer in time": [() => fault.silent, "ERR_FETCH_TIMEOUT"],
  "a byte now and then": [() => fault.dripping(second, 50), "ERR_FETCH_TIMEOUT"],
  "a redirect to another origin": [() => fault.redirect(`${elsewhere.origin}${MANIFEST}`), "ERR_FETCH_REDIRECT"],
  "an HTML page": [() => fault.portal(), "ERR_FETCH_CONTENT"],
  nothing: [() => fault.body(""), "ERR_FETCH_CONTENT"],
  "an endless body": [() => fault.endless(Buffer.alloc(65_536, 1)), "ERR_FETCH_TOO_LARGE"],
  "a small body that unpacks to a huge one": [() => fault.bomb(50_000_000), "ERR_FETCH_TOO_LARGE"],
};

for (const [name, [route, code]] of Object.entries(manifestFaults)) {
  test(`${name} keeps the last good snapshot, shows, and heals with the next good answer`, async () => {
    publisher.routes[MANIFEST] = route();
    await assert.rejects(subject.refresh(), { name: "RescindError" });
    seesFirst(code);
    publisher.serve(1);
    await subject.refresh();
    seesSecond();
    assert.equal(elsewhere.requests.length, 0);
  });
}

/** Each answers an object of the third edition wrongly. */
const objectFaults = {
  "an object that is cut": [(bytes) => fault.body(bytes.subarray(0, -1)), "ERR_OBJECT_MISMATCH"],
  "an object with a flipped bit": [(bytes) => fault.body(flipped(bytes)), "ERR_OBJECT_MISMATCH"],
  "an object with a byte too many": [(bytes) => fault.body(Buffer.concat([bytes, bytes])), "ERR_FETCH_TOO_LARGE"],
  "an object that is not there": [() => fault.status(404), "ERR_FETCH_STATUS"],
  "an object that never comes": [() => fault.silent, "ERR_FETCH_TIMEOUT"],
  "a page in place of an object": [() => fault.portal(), "ERR_FETCH_CONTENT"],
};

for (const [name, [route, code]] of Object.entries(objectFaults)) {
  test(`${name} keeps a newcomer without a snapshot, shows, and heals`, async () => {
    const [object, bytes] = [`/r/main/objects/${published.largest}`, published.pool.get(published.largest)];
    publisher.serve(publishedAt(published.largest));
    clock.now = START + 2;
    const genuine = publisher.routes[object];
    publisher.routes[object] = route(bytes);
    const newcomer = await subscribed();
    await assert.rejects(newcomer.refresh(), { code });
    assert.equal(newcomer.status().snapshot, null);
    assert.equal(newcomer.status().lastError.code, code);
    assert.equal(newcomer.check(tokenOf("innocent")).details.reason, "no_snapshot");
    publisher.routes[object] = genuine;
    await newcomer.refresh();
    assert.equal(newcomer.check(tokenOf("a-1")).code, "ERR_REVOCATION_REVOKED");
    assert.equal(newcomer.status().lastError, null);
  });
}

test("an older version is refused, and a gap is bridged", async () => {
  publisher.serve(2);
  clock.now = START + 2;
  await subject.refresh();
  for (const older of [1, 0]) {
    publisher.serve(older);
    await assert.rejects(subject.refresh(), { code: "ERR_MANIFEST_ROLLED_BACK" });
    assert.equal(subject.status().snapshot.version, 3);
    assert.equal(subject.check(tokenOf("c-1")).code, "ERR_REVOCATION_REVOKED");
  }
});

test("editions out of order leave the highest in force, in every order", async () => {
  for (const order of [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ]) {
    const verifier = await subscribed();
    clock.now = START + 2;
    for (const at of order) {
      publisher.serve(at);
      await verifier.refresh().catch(({ code }) => assert.equal(code, "ERR_MANIFEST_ROLLED_BACK"));
    }
    assert.equal(verifier.status().snapshot.version, 3, order.join());
    assert.equal(verifier.check(tokenOf("b-1")).code, "ERR_REVOCATION_REVOKED");
  }
});

test("a cache that is stuck is told by the age, and nothing extends what it confirms", async () => {
  for (const [seconds, freshness] of [
    [59, "fresh"],
    [60, "stale"],
    [3_599, "stale"],
  ]) {
    clock.now = START + seconds;
    await subject.refresh();
    assert.deepEqual([subject.status().snapshot.freshness, subject.status().snapshot.ageSeconds], [freshness, seconds]);
  }
  clock.now = START + 3_600;
  const error = await subject.verify(tokenOf("innocent")).catch((thrown) => thrown);
  assert.deepEqual([error.code, error.details.reason], ["ERR_REVOCATION_NOT_COVERED", "expired"]);
  assert.equal(subject.status().snapshot.freshness, "expired");
  assert.equal(subject.status().lastError.code, "ERR_MANIFEST_EXPIRED");
});

test("a clock that jumps ahead, back or to zero never makes a snapshot younger than it is", async () => {
  clock.now = START + 86_400;
  assert.equal(subject.status().snapshot.freshness, "expired");
  for (const back of [START - 86_400, 0]) {
    clock.now = back;
    const { freshness, ageSeconds } = subject.status().snapshot;
    assert.deepEqual([freshness, ageSeconds], ["fresh", 0]);
    assert.equal(subject.check(tokenOf("a-1")).code, "ERR_REVOCATION_REVOKED");
  }
  clock.now = START + 30;
  publisher.serve(1);
  await subject.verify(tokenOf("innocent"));
  await eventually(() => subject.status().snapshot.version === 2, "a refresh after the clock was set");
});

test("a hundred refreshes at once are one", async () => {
  publisher.serve(1);
  clock.now = START + 1;
  await Promise.all(Array.from({ length: 100 }, () => subject.refresh()));
  assert.equal(publisher.requests.filter(({ path }) => path === MANIFEST).length, 1);
  seesSecond();
});

test("after eight hours in the background the first check waits for a fresh snapshot", async () => {
  const sleeper = await subscribed({ onStale: "reject" });
  await sleeper.refresh();
  const token = tokenOf("innocent", { exp: START + 40_000 });
  clock.now = START + 28_800;
  assert.equal(sleeper.check(token).details.reason, "expired", "before anything was fetched");
  const later = { version: 50, issued_at: START + 28_790, next_update: START + 28_900 };
  const late = series([{ insert: ids("a", 300) }], later);
  publisher.routes[MANIFEST] = fault.body(late.editions[0].manifest);
  for (const [sha256, bytes] of late.pool) publisher.routes[`/r/main/objects/${sha256}`] = fault.body(bytes);
  const { evidence } = await sleeper.verify(token);
  assert.deepEqual([evidence.snapshot.version, evidence.snapshot.freshness], [50, "fresh"]);
});

const stores = {
  "a store that throws": () => ({ get: fails, set: fails, delete: fails }),
  "a store that is full": () => ({ ...memoryStore(), set: fails }),
  "a store that never answers": () => ({ get: hangs, set: hangs, delete: hangs }),
  "a store that answers text": () => ({ ...memoryStore(), get: async () => "text" }),
  "a store that answers other bytes": () => ({ ...memoryStore(), get: async () => new Uint8Array([1, 2, 3]) }),
  "a store that has no promises": () => ({ get: () => null, set: () => {}, delete: () => {} }),
};

for (const [name, store] of Object.entries(stores)) {
  test(`${name} stops no check and shows`, async () => {
    const verifier = await subscribed({ store: store(), deadlineSeconds: 10 });
    assert.equal((await verifier.verify(tokenOf("innocent"))).code, "ACCEPTED");
    assert.equal(verifier.check(tokenOf("a-1")).code, "ERR_REVOCATION_REVOKED");
    const told = verifier.status().lastError;
    if (name.includes("no promises")) assert.equal(told, null);
    else assert.deepEqual([told.code, told.about], ["ERR_STORE_FAILED", "revocations"]);
  });
}

test("a store whose every value is damaged in turn is noticed, and the network heals it", async () => {
  const values = new Map();
  const store = {
    get: async (key) => values.get(key) ?? null,
    set: async (key, value) => void values.set(key, value),
    delete: async (key) => void values.delete(key),
  };
  const writer = await subscribed({ store });
  await writer.refresh();
  const good = new Map(values);
  assert.ok(good.size >= 4, [...good.keys()].join());
  for (const [key, value] of good) {
    for (const damage of [flipped(value), value.subarray(0, value.length - 1), Buffer.alloc(0)]) {
      values.clear();
      for (const [name, content] of good) values.set(name, content);
      values.set(key, damage);
      const reader = await subscribed({ store });
      assert.equal((await reader.verify(tokenOf("innocent"))).code, "ACCEPTED", key);
      assert.equal(reader.check(tokenOf("a-1")).code, "ERR_REVOCATION_REVOKED");
      await reader.refresh();
      assert.equal(reader.status().snapshot.version, 1);
    }
  }
});

test("a store that recovers gets what it missed, without a new edition", async () => {
  const store = memoryStore();
  let full = true;
  const flaky = { ...store, set: async (...value) => (full ? fails() : store.set(...value)) };
  const verifier = await subscribed({ store: flaky });
  await verifier.refresh();
  assert.equal(verifier.status().lastError.code, "ERR_STORE_FAILED");
  full = false;
  await verifier.refresh();
  assert.equal(verifier.status().lastError, null);
  publisher.routes[MANIFEST] = fault.status(500);
  const next = await subscribed({ store });
  assert.equal((await next.verify(tokenOf("innocent"))).code, "ACCEPTED");
});

test("keys that were replaced are learnt from the key document, by the root and once", async () => {
  const rooted = { revocations: { publisherKeys: [keyOf(9).jwk], rootKey: keyOf(7).jwk } };
  const store = memoryStore();
  const verifier = await subscribed({ ...rooted, store });
  await verifier.refresh();
  assert.equal(verifier.status().lastError, null, "no document yet");
  publisher.routes["/r/main/keys"] = fault.body(keyDocument([{ number: 1, root: 7, publishers: [4], signer: 7 }]));
  publisher.routes[MANIFEST] = fault.body(resigned(second, 4));
  clock.now = START + 1;
  await verifier.refresh();
  assert.equal(verifier.status().snapshot.version, 2);
  publisher.routes[MANIFEST] = fault.body(third);
  await assert.rejects(
    verifier.refresh(),
    { code: "ERR_MANIFEST_KEY_UNKNOWN" },
    "the key before is not trusted any more",
  );
  verifier.close();
  delete publisher.routes["/r/main/keys"];
  const restarted = await subscribed({ ...rooted, store });
  await assert.rejects(restarted.refresh(), { code: "ERR_MANIFEST_KEY_UNKNOWN" }, "remembered over a restart");
  publisher.routes[MANIFEST] = fault.body(resigned(third, 4));
  clock.now = START + 2;
  await restarted.refresh();
  assert.equal(restarted.status().snapshot.version, 3);
});

test("a root key alone is enough, and a document that nobody vouches for is refused", async () => {
  const rootOnly = { revocations: { publisherKeys: undefined, rootKey: keyOf(7).jwk } };
  publisher.routes["/r/main/keys"] = fault.body(keyDocument([{ number: 1, root: 7, publishers: [9], signer: 8 }]));
  const verifier = await subscribed(rootOnly);
  await assert.rejects(verifier.refresh(), { code: "ERR_MANIFEST_KEYS_UNLINKED" });
  publisher.routes["/r/main/keys"] = fault.body(keyDocument([{ number: 1, root: 7, publishers: [9], signer: 7 }]));
  await verifier.refresh();
  assert.equal(verifier.check(tokenOf("a-1")).code, "ERR_REVOCATION_REVOKED");
});

function seesFirst(code) {
  const { snapshot, lastError } = subject.status();
  assert.deepEqual([snapshot.version, snapshot.freshness], [1, "fresh"]);
  if (code instanceof RegExp) assert.match(lastError.code, code);
  else assert.equal(lastError.code, code);
  assert.equal(subject.check(tokenOf("a-1")).code, "ERR_REVOCATION_REVOKED");
  assert.equal(subject.check(tokenOf("b-1")).code, "ACCEPTED");
}

function seesSecond() {
  assert.equal(subject.status().snapshot.version, 2);
  assert.equal(subject.status().lastError, null);
  assert.equal(subject.check(tokenOf("b-1")).code, "ERR_REVOCATION_REVOKED");
}

/** The edition that brings an object. */
function publishedAt(sha256) {
  return published.editions.findIndex(({ objects }) => objects.has(sha256));
}

async function subscribed(options = {}) {
  const verifier = await follower(publisher, published, clock, options);
  made.push(verifier);
  return verifier;
}

function flipped(bytes) {
  const copy = Buffer.from(bytes);
  copy[copy.length >> 1] ^= 1;
  return copy;
}

async function fails() {
  throw new Error("disk full");
}

function hangs() {
  return new Promise(() => {});
}
