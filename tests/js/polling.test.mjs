/** When the publisher is asked: jittered, no sooner than it wants, less and less while it fails. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import * as fault from "./support/fault-server.mjs";
import { follower, ids, START, series, startPublisher, tokenOf } from "./support/series.mjs";

const published = series([{ insert: ids("a", 20) }, { insert: ids("b", 2) }]);
const MANIFEST = "/r/main/manifest";

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

test("polls come after 80 to 100 % of the interval, and not all at the same time", async () => {
  const waits = [];
  for (let round = 0; round < 20; round += 1) {
    clock.now = START;
    const subject = await subscribed({ revocations: { pollSeconds: 100 } });
    await subject.refresh();
    waits.push(await nextPoll(subject, 120));
  }
  assert.ok(Math.min(...waits) >= 80 && Math.max(...waits) <= 101, waits.join());
  assert.ok(new Set(waits).size > 5, waits.join());
});

for (const code of [429, 503]) {
  test(`the Retry-After of status ${code} is obeyed, as seconds and as a date`, async () => {
    const date = new Date(1_700_000_000_000);
    const later = new Date(date.getTime() + 50_000);
    const forms = [{ "retry-after": "50" }, { "retry-after": later.toUTCString(), date: date.toUTCString() }];
    for (const headers of forms) {
      clock.now = START;
      const subject = await subscribed();
      await subject.refresh();
      publisher.routes[MANIFEST] = fault.status(code, headers);
      await assert.rejects(subject.refresh(), { code: "ERR_FETCH_STATUS" });
      const wait = await nextPoll(subject, 100);
      assert.ok(wait >= 50 && wait <= 51, `${wait} seconds`);
      publisher.serve(0);
    }
  });
}

test("a Retry-After of a year makes nobody blind for longer than five minutes", async () => {
  const subject = await subscribed();
  await subject.refresh();
  publisher.routes[MANIFEST] = fault.status(503, { "retry-after": "31536000" });
  await assert.rejects(subject.refresh());
  assert.ok((await nextPoll(subject, 400)) <= 301);
});

test("failures in a row back off up to a minute, at random, and one success ends that", async () => {
  const subject = await subscribed();
  await subject.refresh();
  publisher.routes[MANIFEST] = fault.status(500);
  const waits = [];
  for (let failure = 0; failure < 12; failure += 1) {
    await subject.refresh().catch(() => {});
    waits.push(await nextPoll(subject, 100));
  }
  assert.ok(waits[0] <= 2 && waits.at(-1) >= 30 && Math.max(...waits) <= 61, waits.join());
  publisher.serve(0);
  await subject.refresh();
  assert.ok((await nextPoll(subject, 30)) <= 11);
});

test("a start is spread only when asked, and a check does not wait for it", async () => {
  const subject = await subscribed({ autoRefresh: true, revocations: { spreadSeconds: 3_600 } });
  assert.equal(publisher.requests.length, 0);
  assert.equal(subject.check(tokenOf("innocent")).details.reason, "no_snapshot");
  assert.equal((await subject.verify(tokenOf("innocent"))).code, "ACCEPTED");
  publisher.requests.length = 0;
  await subscribed({ autoRefresh: true });
  assert.ok(publisher.requests.length > 0);
});

async function subscribed(options = {}) {
  const verifier = await follower(publisher, published, clock, options);
  made.push(verifier);
  return verifier;
}

/** Whole seconds until a check finds a refresh due. Each second of the clock is tried. */
async function nextPoll(subject, most) {
  const before = clock.now;
  for (let second = 1; second <= most; second += 1) {
    clock.now = before + second;
    const handed = [];
    await subject.verify(tokenOf("innocent"), { waitUntil: (promise) => handed.push(promise) }).catch(() => {});
    await Promise.all(handed);
    if (handed.length > 0) return second;
  }
  throw new Error(`no poll within ${most} seconds`);
}
