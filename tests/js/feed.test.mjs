/** The feed on genuine series: deltas, gaps, folds, new universes, restarts, and what is fetched for them. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import * as fault from "./support/fault-server.mjs";
import { importPackage } from "./support/package.mjs";
import { follower, ids, START, series, startPublisher, tokenOf } from "./support/series.mjs";

const { memoryStore } = await importPackage();

/** A base of 2,400, then 60 editions of 25 more of which one is taken back; on the way the publisher folds. */
const EDITIONS = 60;
const EDITS = [
  { insert: ids("base", 2_400) },
  ...Array.from({ length: EDITIONS }, (_, at) => ({
    insert: ids(`edition-${at}`, 25),
    remove: at === 0 ? [] : [`edition-${at - 1}-0`],
  })),
];
const published = series(EDITS);
const LAST = published.editions.length - 1;

/** Where the publisher wrote another base. */
const folds = published.editions.flatMap(({ objects }, at) => (at > 0 && hasBase(objects) ? [at] : []));

const clock = { now: START };
let publisher;
let made;

beforeEach(async () => {
  clock.now = START;
  made = [];
  publisher = await startPublisher(published);
});

afterEach(async () => {
  for (const verifier of made) verifier.close();
  await publisher.stop();
});

test("the series has a fold", () => assert.ok(folds.length > 0));

test("whoever follows every edition knows each revocation at once and fetches no base twice", async () => {
  const subject = await subscribed();
  for (const at of published.editions.keys()) {
    await follow(subject, at);
    check(subject, at);
  }
  const bases = publisher.objects().filter((path) => published.pool.get(nameIn(path)).length > 8_000);
  assert.equal(bases.length, 1, "folded in place: the new base came out of what was held");
});

test("a gap of any length is bridged by deltas that cost less than a base", async () => {
  for (const gap of [2, 3, 7, 16, LAST]) {
    const subject = await subscribed();
    await follow(subject, 0);
    publisher.requests.length = 0;
    await follow(subject, gap);
    check(subject, gap);
    const fetched = publisher.objects().reduce((sum, path) => sum + published.pool.get(nameIn(path)).length, 0);
    assert.ok(fetched < published.pool.get(published.largest).length / 2, `${fetched} bytes for a gap of ${gap}`);
  }
});

test("whoever comes late and whoever followed give the same answers", async () => {
  const late = await subscribed();
  await follow(late, LAST);
  check(late, LAST);
  const early = await subscribed();
  for (const at of [0, 5, LAST]) await follow(early, at);
  assert.deepEqual(late.status().snapshot.entries, early.status().snapshot.entries);
});

test("a base of a new universe is fetched once and answers for everything", async () => {
  const grown = series([{ insert: ids("base", 100) }, { insert: ids("more", 10) }, { insert: ids("many", 5_000) }]);
  const other = await startPublisher(grown);
  const subject = await follower(other, grown, clock);
  made.push(subject);
  for (const at of [0, 1, 2]) {
    other.serve(at);
    clock.now = START + at;
    await subject.refresh();
  }
  assert.ok(subject.status().snapshot.epoch > 1);
  for (const jti of ["base-0", "more-9", "many-0", "many-4999"]) assert.equal(codeOf(subject, jti), REVOKED, jti);
  assert.equal(codeOf(subject, "innocent"), "ACCEPTED");
  await other.stop();
});

test("deltas that are gone are replaced by a base within the same refresh", async () => {
  const subject = await subscribed();
  await follow(subject, 0);
  const deltas = deltasOf(await plannedFor(16));
  assert.ok(deltas.length > 0, "deltas that are objects of their own");
  for (const path of deltas) publisher.routes[path] = fault.status(404);
  await follow(subject, 16).catch((error) => assert.equal(error.details.status, 404));
  // A base can only stand in where the manifest needs none of the lost deltas from there either.
  await follow(subject, folds[0]);
  check(subject, folds[0]);
});

test("a delta that is cut or changed does no harm: a base follows", async () => {
  for (const spoil of [(bytes) => bytes.subarray(0, -1), (bytes) => flipped(bytes)]) {
    const subject = await subscribed();
    await follow(subject, 0);
    const at = folds[0];
    const [delta] = deltasOf(await plannedFor(at));
    const genuine = publisher.routes[delta];
    publisher.routes[delta] = fault.body(spoil(published.pool.get(nameIn(delta))));
    await follow(subject, at);
    check(subject, at);
    publisher.routes[delta] = genuine;
  }
});

test("a restart goes on from the store: nothing is fetched for the edition that is still the present one", async () => {
  for (const stop of [0, 5, folds[0], LAST]) {
    const store = memoryStore();
    const before = await subscribed({ store });
    for (let at = 0; at <= stop; at += 1) await follow(before, at);
    before.close();
    publisher.requests.length = 0;
    const subject = await subscribed({ store });
    clock.now = START + stop;
    await subject.verify(tokenOf("innocent"));
    check(subject, stop);
    assert.deepEqual(publisher.objects(), [], `after ${stop}`);
    subject.close();
  }
});

test("a restart without any network answers from the store, by the deltas that were carried too", async () => {
  const store = memoryStore();
  const before = await subscribed({ store });
  for (let at = 0; at <= LAST; at += 1) await follow(before, at);
  before.close();
  publisher.routes["/r/main/manifest"] = fault.status(503);
  const subject = await subscribed({ store });
  clock.now = START + LAST + 30;
  assert.equal((await subject.verify(tokenOf("innocent"))).evidence.snapshot.version, LAST + 1);
  check(subject, LAST);
});

test("a restart after a while fetches deltas only", async () => {
  const store = memoryStore();
  const before = await subscribed({ store });
  await follow(before, 0);
  before.close();
  publisher.requests.length = 0;
  const subject = await subscribed({ store });
  await follow(subject, 12);
  check(subject, 12);
  assert.ok(!publisher.objects().includes(`/r/main/objects/${published.largest}`), "not the base");
});

test("the store holds what the present edition needs, and nothing of those before", async () => {
  const { store, values } = countingStore();
  const subject = await subscribed({ store });
  for (let at = 0; at <= LAST; at += 1) await follow(subject, at);
  const names = [...values.keys()].filter((key) => key.includes("/objects/"));
  const present = published.editions[LAST];
  const needed = new Set([...present.objects.keys(), ...present.kept]);
  for (const name of names) assert.ok(needed.has(name.slice(-64)), name);
  assert.ok(names.length > 0);
  const list = new TextDecoder().decode([...values].find(([key]) => key.endsWith("/objects"))[1]);
  assert.deepEqual(list.split("\n").sort(), names.map((name) => name.slice(-64)).sort());
});

test("a process killed while it keeps an edition leaves the old one or the new one", async () => {
  const { store, values } = countingStore();
  const before = await subscribed({ store });
  await follow(before, 0);
  const kept = new Map(values);
  let writes = 0;
  const counted = {
    ...store,
    set: async (key, value) => {
      writes += 1;
      await store.set(key, value);
    },
  };
  const after = await subscribed({ store: counted });
  await follow(after, folds[0]);
  assert.ok(writes > 3);
  for (let alive = 0; alive <= writes; alive += 1) {
    const killed = new Map(kept);
    let left = alive;
    const dying = async (action) => {
      left -= 1;
      if (left < 0) return new Promise(() => {});
      return action();
    };
    const stopped = {
      get: async (key) => killed.get(key) ?? null,
      set: (key, value) => dying(() => killed.set(key, value)),
      delete: (key) => dying(() => killed.delete(key)),
    };
    const victim = await subscribed({ store: stopped });
    const update = follow(victim, folds[0]).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 60));
    victim.close();
    await update;
    const next = await subscribed({ store: { ...stopped, set: async () => {}, delete: async () => {} } });
    await follow(next, folds[0]);
    check(next, folds[0]);
  }
});

const REVOKED = "ERR_REVOCATION_REVOKED";

async function subscribed(options = {}) {
  const subject = await follower(publisher, published, clock, options);
  made.push(subject);
  return subject;
}

async function follow(subject, at) {
  publisher.serve(at);
  clock.now = START + at;
  await subject.refresh();
}

/** Everything that edition `at` says, and nothing of the next. */
function check(subject, at) {
  assert.equal(subject.status().snapshot.version, at + 1);
  for (const jti of ["base-0", "base-2399"]) assert.equal(codeOf(subject, jti), REVOKED, jti);
  for (let edition = 0; edition < EDITIONS; edition += 1) {
    const isIn = edition < at;
    assert.equal(codeOf(subject, `edition-${edition}-1`), isIn ? REVOKED : "ACCEPTED", `${edition} at ${at}`);
    const isTakenBack = edition + 1 < at;
    assert.equal(codeOf(subject, `edition-${edition}-0`), isIn && !isTakenBack ? REVOKED : "ACCEPTED");
  }
}

function codeOf(subject, jti) {
  return subject.check(tokenOf(jti)).code;
}

/** The objects that a follower of the first edition fetches for another one. */
async function plannedFor(at) {
  const scout = await subscribed();
  await follow(scout, 0);
  publisher.requests.length = 0;
  await follow(scout, at);
  return publisher.objects();
}

function deltasOf(paths) {
  return paths.filter((path) => published.pool.get(nameIn(path))[5] === 3);
}

function hasBase(objects) {
  return [...objects.values()].some((bytes) => bytes[5] !== 3);
}

function nameIn(path) {
  return path.slice(-64);
}

function flipped(bytes) {
  const copy = Buffer.from(bytes);
  copy[copy.length >> 1] ^= 1;
  return copy;
}

function countingStore() {
  const values = new Map();
  const store = {
    get: async (key) => values.get(key) ?? null,
    set: async (key, value) => void values.set(key, value),
    delete: async (key) => void values.delete(key),
  };
  return { store, values };
}
