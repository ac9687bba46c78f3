/** The publisher's events: an edition is there within a second, and without them nothing is worse than by polling. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import * as fault from "./support/fault-server.mjs";
import { importFile } from "./support/package.mjs";
import { eventually, follower, ids, START, series, startPublisher, tokenOf } from "./support/series.mjs";

const { EventStream } = await importFile("dist/event-stream.js");

const published = series([{ insert: ids("a", 20) }, { insert: ids("b", 2) }, { insert: ids("c", 2) }]);
const EVENTS = "/r/main/events";
const MANIFEST = "/r/main/manifest";

const clock = { now: START };
let publisher;
let streams;
let subject;

beforeEach(async () => {
  clock.now = START;
  publisher = await startPublisher(published);
  streams = [];
  publisher.routes[EVENTS] = events(streams);
});

afterEach(async () => {
  subject?.close();
  subject = null;
  await publisher.stop();
});

test("an event with a newer edition brings it at once, an older one brings no request", async () => {
  await listen();
  const { version } = subject.status().snapshot;
  send({ epoch: 1, version });
  send("no JSON");
  send({ epoch: "1", version: 9 });
  publisher.serve(1);
  clock.now += 1;
  await new Promise((resolve) => setTimeout(resolve, 700));
  assert.equal(manifests(), 1, "nothing newer was told");
  send({ epoch: 1, version: version + 1 });
  const started = performance.now();
  await eventually(() => subject.check(tokenOf("b-0")).code === "ERR_REVOCATION_REVOKED");
  assert.ok(performance.now() - started < 1_500);
  assert.equal(manifests(), 2);
});

test("an event brings its edition past a cache that still has the manifest before, and polls do not fall back", async () => {
  let at = 0;
  const present = () => fault.tagged(published.editions[at].manifest, `"${at}"`);
  publisher.routes[MANIFEST] = fault.cached(present);
  await listen();
  at = 1;
  clock.now += 1;
  const started = performance.now();
  send({ epoch: 1, version: 2 });
  await eventually(() => subject.check(tokenOf("b-0")).code === "ERR_REVOCATION_REVOKED");
  assert.ok(performance.now() - started < 1_000);
  await subject.refresh();
  assert.deepEqual(queries(), ["", "?edition=1-2", "?edition=1-2"]);
  assert.equal(subject.status().lastError, null);
});

test("an event that comes while an older manifest is on its way is looked for right after", async () => {
  await listen();
  const late = fault.tagged(published.editions[0].manifest, '"0"');
  publisher.routes[MANIFEST] = (request, response) => {
    publisher.serve(1);
    setTimeout(() => late(request, response), 800);
  };
  const started = performance.now();
  const refreshed = subject.refresh();
  clock.now += 1;
  send({ epoch: 1, version: 2 });
  await refreshed;
  await eventually(() => subject.status().snapshot.version === 2);
  assert.ok(performance.now() - started < 1_500);
});

test("whoever does not listen asks for the manifest by its one address, which caches share", async () => {
  subject = await follower(publisher, published, clock, { autoRefresh: true });
  await subject.refresh();
  assert.deepEqual(queries(), ["", ""]);
});

test("an event that comes before the caches know is looked for again", async () => {
  await listen();
  send({ epoch: 1, version: 2 });
  await eventually(() => manifests() === 2);
  publisher.serve(1);
  clock.now += 1;
  await eventually(() => subject.status().snapshot.version === 2);
});

test("a hundred events at once cost a handful of requests", async () => {
  await listen();
  publisher.serve(2);
  clock.now += 2;
  for (let count = 0; count < 100; count += 1) send({ epoch: 1, version: 3 });
  await eventually(() => subject.status().snapshot.version === 3);
  await new Promise((resolve) => setTimeout(resolve, 700));
  assert.ok(manifests() <= 3, `${manifests()} requests`);
});

test("a connection that ends is made again, and hints come through the new one", async () => {
  await listen();
  streams[0].end();
  await eventually(() => subject.status().push === "waiting");
  await eventually(() => streams.length === 2);
  publisher.serve(1);
  clock.now += 1;
  send({ epoch: 1, version: 2 });
  await eventually(() => subject.status().snapshot.version === 2);
});

test("closing ends the connection", async () => {
  await listen();
  subject.close();
  await eventually(() => publisher.requests.find(({ path }) => path === EVENTS).closed);
  assert.equal(subject.status().push, "off");
});

test("closing between an event and the look at the manifest rejects nowhere", async () => {
  const rejected = [];
  const note = (reason) => rejected.push(reason);
  process.on("unhandledRejection", note);
  await listen();
  clock.now += 1;
  send({ epoch: 1, version: 2 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  subject.close();
  await new Promise((resolve) => setTimeout(resolve, 50));
  process.off("unhandledRejection", note);
  assert.deepEqual(rejected, []);
});

test("a clock that fails when an event comes ends nothing", async () => {
  const rejected = [];
  const note = (reason) => rejected.push(reason);
  process.on("unhandledRejection", note);
  await listen();
  clock.now = Number.NaN;
  send({ epoch: 1, version: 2 });
  await new Promise((resolve) => setTimeout(resolve, 700));
  process.off("unhandledRejection", note);
  assert.deepEqual(rejected, []);
  clock.now = START + 1;
  publisher.serve(1);
  send({ epoch: 1, version: 2 });
  await eventually(() => subject.status().snapshot.version === 2);
});

const refusals = {
  "status 404": fault.status(404),
  "a page": fault.portal(),
  "another type": fault.body("data: {}\n\n", { "content-type": "text/plain" }),
  "an event without end": (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const pump = () => {
      while (!response.destroyed && response.write(`data: ${"x".repeat(1_000)}`));
      if (!response.destroyed) response.once("drain", pump);
    };
    pump();
  },
};

for (const [name, route] of Object.entries(refusals)) {
  test(`${name} in place of events leaves polling as it is, and is asked rarely`, async () => {
    publisher.routes[EVENTS] = route;
    subject = await follower(publisher, published, clock, PUSH);
    await eventually(() => subject.status().push === "waiting");
    assert.equal(subject.status().lastError, null);
    assert.equal(subject.check(tokenOf("a-0")).code, "ERR_REVOCATION_REVOKED");
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.ok(publisher.requests.filter(({ path }) => path === EVENTS).length <= 2);
  });
}

test("a publisher that asks for rest is not asked for the events that it announces", async () => {
  await listen();
  publisher.routes[MANIFEST] = fault.status(429, { "retry-after": "60" });
  await assert.rejects(subject.refresh(), { code: "ERR_FETCH_STATUS" });
  const before = manifests();
  send({ epoch: 1, version: 2 });
  await new Promise((resolve) => setTimeout(resolve, 700));
  assert.equal(manifests(), before);
});

test("a stream is read whatever its line ends are and however it is cut", () => {
  const text = ': hello\r\nevent: edition\rid: 1\ndata: {"a":\r\ndata:1}\n\r\nretry: 2500\n\ndata\n\ndata:  x\n\n';
  const bytes = new TextEncoder().encode(`${text}data: ü\r\r`);
  for (let size = 1; size <= bytes.length; size += 1) {
    const stream = new EventStream();
    const events = [];
    for (let at = 0; at < bytes.length; at += size) events.push(...stream.take(bytes.subarray(at, at + size)));
    assert.deepEqual(events, [{ data: '{"a":\n1}' }, { data: "" }, { data: " x" }, { data: "ü" }], `pieces of ${size}`);
    assert.equal(stream.retrySeconds, 2.5);
  }
});

test("a stream never holds more than a few kilobytes", () => {
  const endless = { line: "data: xxxxxxxxxxxx", event: "data: xxxxxxxxxxxx\n", comment: ":xxxxxxxxxxxxxxxxxx" };
  for (const [name, piece] of Object.entries(endless)) {
    const stream = new EventStream();
    const take = () => {
      for (let count = 0; count < 1_000; count += 1) stream.take(new TextEncoder().encode(piece));
    };
    assert.throws(take, { code: "ERR_FETCH_TOO_LARGE" }, name);
  }
});

const PUSH = { autoRefresh: true, revocations: { push: true } };

async function listen() {
  subject = await follower(publisher, published, clock, PUSH);
  await eventually(() => subject.status().push === "connected" && streams.length === 1);
}

function send(event) {
  const data = typeof event === "string" ? event : JSON.stringify(event);
  streams.at(-1).write(`: comment\ndata: ${data}\n\n`);
}

function manifests() {
  return queries().length;
}

/** Of the requests for the manifest. */
function queries() {
  return publisher.requests.filter(({ path }) => path === MANIFEST).map(({ query }) => query);
}

function events(open) {
  return (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(": welcome\n\n");
    open.push(response);
  };
}
