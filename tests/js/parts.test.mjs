/** Profiles: a phone that holds the shards of its subjects, and an edge that loads shards as tokens come. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import * as fault from "./support/fault-server.mjs";
import { importPackage } from "./support/package.mjs";
import { SUBJECTS, serveParts, startParts } from "./support/parts.mjs";
import { eventually, follower, ISSUER, START, tokenOf } from "./support/series.mjs";

const { memoryStore } = await importPackage();

const clock = { now: START };
let publisher;
let made;

beforeEach(async () => {
  clock.now = START;
  made = [];
  publisher = await startParts();
  serve({ version: 1, bits: 3 });
  publisher.requests.length = 0;
});

afterEach(async () => {
  for (const verifier of made) verifier.close();
  await publisher.stop();
});

test("a phone loads the common part and its own shard, and nothing else", async () => {
  const subject = await phone("user-1");
  await subject.refresh();
  const manifests = publisher.requests.map(({ path }) => path).filter((path) => path.endsWith("/manifest"));
  assert.equal(manifests.length, 2);
  assert.equal(manifests[0], "/r/main/common/manifest");
  assert.match(manifests[1], /^\/r\/main\/shards\/3-[0-7]\/manifest$/);
  assert.equal(codeOf(subject, "user-1"), "ACCEPTED");
  assert.equal(codeOf(subject, "user-1", "stolen-user-1"), REVOKED);
  assert.equal(codeOf(subject, "user-1", "anybody's", { client_id: "bad-client" }), REVOKED);
  const refused = SUBJECTS.filter((sub) => codeOf(subject, sub) === "ERR_REVOCATION_NOT_COVERED");
  assert.ok(refused.length > 30, `${refused.length} others are not covered`);
});

test("a phone of several subjects holds the shards of all of them, and verify loads no other", async () => {
  const subject = await phone("user-1", "user-2", "user-3");
  await subject.refresh();
  for (const sub of ["user-1", "user-2", "user-3"]) assert.equal(codeOf(subject, sub, `stolen-${sub}`), REVOKED);
  const other = SUBJECTS.find((sub) => codeOf(subject, sub) === "ERR_REVOCATION_NOT_COVERED");
  publisher.requests.length = 0;
  const error = await subject.verify(tokenOf("jti", { sub: other })).catch((thrown) => thrown);
  assert.deepEqual([error.code, error.details.reason], ["ERR_REVOCATION_NOT_COVERED", "shard_not_loaded"]);
  assert.equal(publisher.requests.length, 0);
});

test("on demand a shard comes with the first token of its subject, once for many at the same time", async () => {
  const subject = await onDemand();
  await subject.refresh();
  assert.equal(codeOf(subject, "user-7"), "ERR_REVOCATION_NOT_COVERED");
  publisher.requests.length = 0;
  const tokens = Array.from({ length: 20 }, (_, at) => tokenOf(`jti-${at}`, { sub: "user-7" }));
  await Promise.all(tokens.map((token) => subject.verify(token)));
  assert.equal(publisher.requests.filter(({ path }) => path.endsWith("/manifest")).length, 1);
  assert.equal(codeOf(subject, "user-7", "stolen-user-7"), REVOKED);
});

test("on demand no more than sixteen shards are held, and the one in use stays", async () => {
  serve({ version: 2, bits: 6 });
  const subject = await onDemand();
  await subject.refresh();
  for (const sub of SUBJECTS) {
    await subject.verify(tokenOf("a", { sub }));
    await subject.verify(tokenOf("b", { sub: "user-0" }));
  }
  const { parts } = subject.status().snapshot;
  assert.equal(parts.length, 17, parts.join());
  assert.equal(codeOf(subject, "user-0", "stolen-user-0"), REVOKED);
});

test("a shard that cannot be had refuses its tokens alone, is asked for rarely, and heals", async () => {
  const subject = await onDemand();
  await subject.refresh();
  const routes = Object.keys(publisher.routes).filter((path) => path.includes("/shards/"));
  const genuine = routes.map((path) => publisher.routes[path]);
  for (const path of routes) publisher.routes[path] = fault.status(503);
  publisher.requests.length = 0;
  for (let round = 0; round < 5; round += 1) {
    const error = await subject.verify(tokenOf("a", { sub: "user-9" })).catch((thrown) => thrown);
    assert.equal(error.details.reason, "shard_not_loaded");
    if (round === 0) assert.deepEqual([error.cause.code, error.cause.details.status], ["ERR_FETCH_STATUS", 503]);
  }
  assert.equal(publisher.requests.length, 1);
  for (const [at, path] of routes.entries()) publisher.routes[path] = genuine[at];
  clock.now += 2;
  assert.equal((await subject.verify(tokenOf("a", { sub: "user-9" }))).code, "ACCEPTED");
});

test("when the number of shards or the epoch changes, no check in between finds none", async () => {
  const subject = await phone("user-1", "user-2");
  await subject.refresh();
  for (const [version, bits, epoch] of [
    [1, 5, 2],
    [1, 1, 3],
    [1, 0, 4],
    [1, 3, 5],
  ]) {
    serve({ version, bits, epoch });
    clock.now += 1;
    let isRunning = true;
    const refresh = subject.refresh().finally(() => {
      isRunning = false;
    });
    while (isRunning) {
      assert.equal(codeOf(subject, "user-1", "stolen-user-1"), REVOKED, `${bits} bits`);
      assert.equal(codeOf(subject, "user-1"), "ACCEPTED");
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await refresh;
    assert.equal(subject.status().snapshot.epoch, epoch);
    for (const sub of ["user-1", "user-2"]) assert.equal(codeOf(subject, sub, `stolen-${sub}`), REVOKED);
  }
});

test("a new epoch waits for all shards: while one is missing everything stays as it was", async () => {
  const subject = await phone("user-1");
  await subject.refresh();
  serve({ version: 1, bits: 3, epoch: 2 });
  clock.now += 1;
  const shards = Object.keys(publisher.routes).filter((path) => path.includes("/shards/"));
  const genuine = shards.map((path) => publisher.routes[path]);
  for (const path of shards) publisher.routes[path] = fault.status(404);
  await assert.rejects(subject.refresh(), { code: "ERR_FETCH_STATUS" });
  assert.equal(subject.status().snapshot.epoch, 1);
  assert.equal(codeOf(subject, "user-1", "stolen-user-1"), REVOKED);
  for (const [at, path] of shards.entries()) publisher.routes[path] = genuine[at];
  await subject.refresh();
  assert.equal(subject.status().snapshot.epoch, 2);
});

test("a phone starts from its store while the publisher is away", async () => {
  const store = memoryStore();
  const before = await phone("user-1", { store });
  await before.refresh();
  before.close();
  for (const path of Object.keys(publisher.routes)) publisher.routes[path] = fault.status(503);
  const subject = await phone("user-1", { store });
  assert.equal((await subject.verify(tokenOf("jti", { sub: "user-1" }))).code, "ACCEPTED");
  assert.equal(codeOf(subject, "user-1", "stolen-user-1"), REVOKED);
});

test("the publisher's least wait between two polls is obeyed, also after a failure", async () => {
  serve({ version: 2, bits: 0, least: 40 });
  const subject = await kept(follower(publisher, key(), clock, { revocations: { pollSeconds: 1 } }));
  await subject.refresh();
  publisher.requests.length = 0;
  const poll = async (seconds) => {
    clock.now += seconds;
    await subject.verify(tokenOf("jti"), { waitUntil: () => {} });
    await new Promise((resolve) => setTimeout(resolve, 30));
    return publisher.requests.filter(({ path }) => path === "/r/main/manifest").length;
  };
  assert.equal(await poll(39), 0);
  assert.equal(await poll(10), 1);
  publisher.routes["/r/main/manifest"] = fault.status(500);
  await subject.refresh().catch(() => {});
  publisher.requests.length = 0;
  assert.equal(await poll(39), 0);
  assert.equal(await poll(2), 1);
});

test("options of a profile are checked, and a subject is of the verifier's issuer unless it says otherwise", async () => {
  const profiles = [
    1,
    "shards",
    {},
    { subjects: [{}] },
    { subjects: [{ sub: "" }] },
    { subjects: [{ issuer: 1, sub: "a" }] },
    { subjects: Array(17).fill({ sub: "a" }) },
  ];
  for (const profile of profiles) {
    await assert.rejects(follower(publisher, key(), clock, { revocations: { profile } }), (error) =>
      error.details.option.startsWith("revocations.profile"),
    );
  }
  const profile = { subjects: [{ sub: "user-1" }] };
  const subject = await kept(follower(publisher, key(), clock, { revocations: { profile } }));
  await subject.refresh();
  assert.equal(codeOf(subject, "user-1", "stolen-user-1"), REVOKED);
});

test("a phone learns its subject at sign-in, another later, and none at sign-out", async () => {
  const store = memoryStore();
  const subject = await phone({ store });
  await subject.refresh();
  assert.deepEqual(subject.status().snapshot.parts, ["common"]);
  assert.equal(codeOf(subject, "user-1"), "ERR_REVOCATION_NOT_COVERED");
  await subject.follow([{ sub: "user-1" }]);
  assert.equal(codeOf(subject, "user-1"), "ACCEPTED");
  assert.equal(codeOf(subject, "user-1", "stolen-user-1"), REVOKED);
  const other = SUBJECTS.find((sub) => codeOf(subject, sub) === "ERR_REVOCATION_NOT_COVERED");
  await subject.follow([{ issuer: ISSUER, sub: other }]);
  assert.equal(codeOf(subject, other, `stolen-${other}`), REVOKED);
  assert.equal(codeOf(subject, "user-1"), "ERR_REVOCATION_NOT_COVERED");
  await subject.follow([]);
  assert.deepEqual(subject.status().snapshot.parts, ["common"]);
});

test("subjects that are followed before anything was fetched, or while a refresh runs, are covered", async () => {
  const subject = await phone({});
  await subject.follow([{ sub: "user-1" }]);
  assert.equal(codeOf(subject, "user-1", "stolen-user-1"), REVOKED);
  serve({ version: 2, bits: 3 });
  clock.now += 1;
  const refresh = subject.refresh();
  await subject.follow([{ sub: "user-1" }, { sub: "user-2" }]);
  await refresh;
  for (const sub of ["user-1", "user-2"]) assert.equal(codeOf(subject, sub, `stolen-${sub}`), REVOKED);
  assert.equal(subject.status().lastError, null);
});

test("subjects that cannot be had now are told, and come with the next refresh", async () => {
  const subject = await phone({});
  await subject.refresh();
  const shards = Object.keys(publisher.routes).filter((path) => path.includes("/shards/"));
  const genuine = shards.map((path) => publisher.routes[path]);
  for (const path of shards) publisher.routes[path] = fault.status(503);
  await assert.rejects(subject.follow([{ sub: "user-1" }]), { code: "ERR_FETCH_STATUS" });
  for (const [at, path] of shards.entries()) publisher.routes[path] = genuine[at];
  await subject.refresh();
  assert.equal(codeOf(subject, "user-1", "stolen-user-1"), REVOKED);
});

test("subjects are followed where the profile names subjects, and nowhere else", async () => {
  for (const subject of [await onDemand(), await kept(follower(publisher, key(), clock))]) {
    await assert.rejects(subject.follow([{ sub: "user-1" }]), {
      details: { option: "revocations.profile", expected: "{ subjects: [] } where follow is called" },
    });
  }
  const subject = await phone({});
  await assert.rejects(subject.follow("user-1"), { code: "ERR_OPTION_INVALID" });
  subject.close();
  await assert.rejects(subject.follow([]), { code: "ERR_VERIFIER_CLOSED" });
});

test("an event has the parts of a phone looked at", async () => {
  const streams = [];
  publisher.routes["/r/main/events"] = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    streams.push(response.write(": welcome\n\n") && response);
  };
  const profile = { subjects: [{ sub: "user-1" }] };
  const subject = await kept(
    follower(publisher, key(), clock, { autoRefresh: true, revocations: { profile, push: true } }),
  );
  await eventually(() => streams.length === 1);
  serve({ version: 7, bits: 3 });
  clock.now += 1;
  const send = (version) => streams[0].write(`data: {"epoch":1,"version":${version}}\n\n`);
  send(20);
  await eventually(() => subject.status().snapshot.version === 7);
  const looks = () => publisher.requests.filter(({ path }) => path === "/r/main/common/manifest").length;
  const before = looks();
  send(20);
  send(19);
  await new Promise((resolve) => setTimeout(resolve, 700));
  assert.equal(looks(), before, "nothing newer was told");
  send(21);
  await new Promise((resolve) => setTimeout(resolve, 4_500));
  assert.equal(looks(), before + 2, "one look, and one more for caches that are behind");
});

const REVOKED = "ERR_REVOCATION_REVOKED";

function codeOf(subject, sub, jti = "good", claims = {}) {
  return subject.check(tokenOf(jti, { sub, ...claims })).code;
}

async function kept(promise) {
  const verifier = await promise;
  made.push(verifier);
  return verifier;
}

function phone(...values) {
  const options = values.filter((value) => typeof value === "object");
  const subjects = values.filter((value) => typeof value === "string").map((sub) => ({ issuer: ISSUER, sub }));
  return kept(follower(publisher, key(), clock, { revocations: { profile: { subjects } }, ...options[0] }));
}

function onDemand() {
  return kept(follower(publisher, key(), clock, { revocations: { profile: "on-demand" } }));
}

let publisherKey;

function serve(edition) {
  publisherKey = serveParts(publisher, clock, edition);
}

function key() {
  return { publisherKey };
}
