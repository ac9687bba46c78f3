/** Parts under faults and races: what is loaded at the same moment, damaged in the store, or turned over meanwhile. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import * as fault from "./support/fault-server.mjs";
import { importPackage } from "./support/package.mjs";
import { SUBJECTS, serveParts, startParts } from "./support/parts.mjs";
import { follower, ISSUER, START, tokenOf } from "./support/series.mjs";

const { memoryStore } = await importPackage();

const REVOKED = "ERR_REVOCATION_REVOKED";

const clock = { now: START };
let publisher;
let publisherKey;
let made;

beforeEach(async () => {
  clock.now = START;
  made = [];
  publisher = await startParts();
  serve({ version: 1, bits: 3 });
});

afterEach(async () => {
  for (const verifier of made) verifier.close();
  await publisher.stop();
});

test("sixty subjects of as many shards at the same moment are all answered", async () => {
  serve({ version: 2, bits: 6 });
  const subject = await onDemand();
  await subject.refresh();
  const asked = SUBJECTS.map((sub) => subject.verify(tokenOf("good", { sub })).then(({ code }) => code));
  assert.deepEqual(new Set(await Promise.all(asked)), new Set(["ACCEPTED"]));
  assert.ok(subject.status().snapshot.parts.length <= 17);
});

test("a shard that comes during a refresh stays, and does not disturb it", async () => {
  const subject = await onDemand();
  await subject.refresh();
  await subject.verify(tokenOf("good", { sub: "user-0" }));
  serve({ version: 2, bits: 3 });
  clock.now += 1;
  const held = shardPaths().filter((path) => publisher.requests.some((request) => request.path === path));
  const genuine = publisher.routes[held[0]];
  let release;
  const gate = new Promise((resolve) => {
    release = resolve;
  });
  publisher.routes[held[0]] = async (...exchange) => {
    await gate;
    genuine(...exchange);
  };
  const refresh = subject.refresh();
  await Promise.all(SUBJECTS.slice(1, 9).map((sub) => subject.verify(tokenOf("good", { sub })).catch(() => {})));
  const before = subject.status().snapshot.parts;
  release();
  await refresh;
  for (const part of before) assert.ok(subject.status().snapshot.parts.includes(part), part);
  assert.equal(subject.status().snapshot.version, 2);
});

test("a shard that a check and a refresh load at the same time is no failure of either", async () => {
  const subject = await onDemand();
  await subject.refresh();
  await subject.verify(tokenOf("good", { sub: "user-0" }));
  for (let version = 2; version < 6; version += 1) {
    serve({ version, bits: 3 });
    clock.now += 1;
    const token = tokenOf("good", { sub: SUBJECTS[version * 7] });
    const results = await Promise.allSettled([subject.refresh(), subject.verify(token), subject.refresh()]);
    assert.deepEqual(
      results.filter(({ status }) => status === "rejected").map(({ reason }) => `${reason.code} ${reason.message}`),
      [],
    );
    assert.equal(subject.status().lastError, null);
  }
});

test("a value of the store of a phone that is damaged is healed by the network, whichever it is", async () => {
  const values = new Map();
  const store = storeOn(values);
  const before = await phone({ store }, "user-1");
  await before.refresh();
  const good = new Map(values);
  assert.ok([...good.keys()].filter((key) => key.includes("/objects/")).length >= 2, [...good.keys()].join());
  for (const [key, value] of good) {
    values.clear();
    for (const [name, content] of good) values.set(name, content);
    values.set(key, flipped(value));
    const options = [{ store }, "user-1"];
    const subject = await phone(...options);
    await subject.refresh();
    assert.equal(codeOf(subject, "user-1"), "ACCEPTED", key);
    assert.equal(codeOf(subject, "user-1", "stolen-user-1"), REVOKED, key);
    const edge = await onDemand({ store });
    assert.equal((await edge.verify(tokenOf("good", { sub: "user-1" }))).code, "ACCEPTED", key);
  }
});

test("a shard that lies in the store serves on demand while the publisher is away", async () => {
  const store = memoryStore();
  const before = await onDemand({ store });
  await before.verify(tokenOf("good", { sub: "user-1" }));
  before.close();
  for (const path of Object.keys(publisher.routes)) publisher.routes[path] = fault.status(503);
  const subject = await onDemand({ store });
  assert.equal((await subject.verify(tokenOf("good", { sub: "user-1" }))).code, "ACCEPTED");
});

test("a subject that comes first after a change of epoch is answered at once", async () => {
  const subject = await onDemand();
  await subject.refresh();
  serve({ version: 1, bits: 3, epoch: 2 });
  clock.now += 1;
  assert.equal((await subject.verify(tokenOf("good", { sub: "user-1" }))).code, "ACCEPTED");
  assert.equal(subject.status().snapshot.epoch, 2);
});

test("one shard that is away does not slow the polls of the others", async () => {
  const subject = await onDemand();
  await subject.verify(tokenOf("good", { sub: "user-1" }));
  for (const path of shardPaths()) publisher.routes[path] = fault.status(503);
  for (let round = 0; round < 8; round += 1) {
    clock.now += 60;
    await assert.rejects(subject.refresh(), { code: "ERR_FETCH_STATUS" });
  }
  serve({ version: 2, bits: 3 });
  for (const path of shardPaths()) publisher.routes[path] = fault.status(503);
  clock.now += 10;
  await subject.verify(tokenOf("good", { sub: "user-1" }), { waitUntil: () => {} });
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(subject.status().snapshot.version, 2);
});

test("the store keeps the shards in use and nothing of those before, also of another start", async () => {
  const values = new Map();
  const store = storeOn(values);
  const before = await phone({ store }, "user-1", "user-2", "user-3");
  await before.refresh();
  const few = partsIn(values);
  assert.ok(few.length > 2, few.join());
  before.close();
  const other = await phone({ store }, "user-1");
  await other.refresh();
  assert.equal(partsIn(values).length, 2, partsIn(values).join());
  other.close();
  serve({ version: 1, bits: 5, epoch: 2 });
  clock.now += 1;
  const later = await phone({ store }, "user-1");
  await later.refresh();
  assert.equal(partsIn(values).length, 2, partsIn(values).join());
  assert.ok(
    [...values.keys()].every((key) => !/\/3-\d/.test(key)),
    [...values.keys()].join("\n"),
  );
});

test("what another process cleared away from the store comes back", async () => {
  const values = new Map();
  const store = storeOn(values);
  const before = await phone({ store }, "user-1");
  await before.refresh();
  before.close();
  for (const key of values.keys()) if (/\/objects\/[0-9a-f]/.test(key)) values.delete(key);
  const subject = await phone({ store }, "user-1");
  await subject.refresh();
  assert.ok([...values.keys()].filter((key) => /\/objects\/[0-9a-f]/.test(key)).length >= 2);
});

test("a store that hangs leaves time for the network, however short the deadline is", async () => {
  const hangs = () => new Promise(() => {});
  const store = { get: hangs, set: hangs, delete: hangs };
  const subject = await phone({ store, deadlineSeconds: 1 }, "user-1", "user-2", "user-3");
  await subject.refresh();
  assert.equal(codeOf(subject, "user-1"), "ACCEPTED");
  assert.equal(subject.status().lastError.code, "ERR_STORE_FAILED");
});

function shardPaths() {
  return Object.keys(publisher.routes).filter((path) => path.includes("/shards/"));
}

/** Parts of which a manifest lies in the store. */
function partsIn(values) {
  return [...values.keys()].filter((key) => key.endsWith("/manifest"));
}

function storeOn(values) {
  return {
    get: async (key) => values.get(key) ?? null,
    set: async (key, value) => void values.set(key, value),
    delete: async (key) => void values.delete(key),
  };
}

function flipped(value) {
  const bytes = Uint8Array.from(value);
  bytes[bytes.length - 1] ^= 1;
  return bytes;
}

function codeOf(subject, sub, jti = "good") {
  return subject.check(tokenOf(jti, { sub })).code;
}

function serve(edition) {
  publisherKey = serveParts(publisher, clock, edition);
}

async function madeFor(options, profile) {
  const verifier = await follower(publisher, { publisherKey }, clock, { revocations: { profile }, ...options });
  made.push(verifier);
  return verifier;
}

function phone(options, ...subs) {
  return madeFor(options, { subjects: subs.map((sub) => ({ issuer: ISSUER, sub })) });
}

function onDemand(options = {}) {
  return madeFor(options, "on-demand");
}
