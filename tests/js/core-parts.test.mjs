/** The wasm's own calls with the profile "parts", as the package makes them: one part at a time, all or none. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { publish } from "../support/publisher.mjs";
import { importFile, packageDir } from "./support/package.mjs";
import { ISSUER, START } from "./support/series.mjs";

const { Core, initSync } = await importFile("dist/load/core.js");
initSync({ module: readFileSync(join(packageDir, "dist/load/core_bg.wasm")) });

const common = edition("common");
const shards = new Map(Array.from({ length: 4 }, (_, at) => [`2-${at}`, edition(`2-${at}`)]));

let core;

beforeEach(() => {
  core = made("parts");
});

afterEach(() => core.free());

test("the shard of a subject is named once a common part is pending, and by the one in force after", () => {
  assert.equal(core.shardFor(ISSUER, "user-1"), undefined);
  const plan = core.offerManifest("common", common.manifest, START);
  assert.deepEqual([plan.epoch, plan.version, plan.unchanged, plan.leastWaitSeconds], [1, 1, false, 7]);
  assert.deepEqual([...plan.base].sort(), plan.needed.map(({ sha256 }) => sha256).sort());
  const name = core.shardFor(ISSUER, "user-1");
  assert.match(name, /^2-[0-3]$/);
  core.abandon("common");
  assert.equal(core.shardFor(ISSUER, "user-1"), undefined);
  take("common");
  assert.equal(core.shardFor(ISSUER, "user-1"), name);
});

test("parts are committed all at once or not at all", () => {
  offer("common", common);
  offer("2-1", shards.get("2-1"));
  core.offerManifest("2-2", shards.get("2-2").manifest, START);
  assert.throws(() => core.commit(["common", "2-1", "2-2"]), { code: "ERR_OBJECT_MISSING" });
  assert.equal(core.snapshot(START), null);
  for (const bytes of shards.get("2-2").objects.values()) core.offerObject("2-2", bytes);
  core.commit(["common", "2-1", "2-2"]);
  assert.deepEqual(core.snapshot(START).parts, ["common", "2-1", "2-2"]);
});

test("a shard waits for the common part that it goes with", () => {
  offer("2-0", shards.get("2-0"));
  assert.throws(() => core.commit(["2-0"]), { code: "ERR_MANIFEST_PART" });
  take("common");
  core.commit(["2-0"]);
  assert.deepEqual(core.snapshot(START).parts, ["common", "2-0"]);
});

test("a manifest of another part, and a part of another profile, are refused by name", () => {
  const { manifest } = shards.get("2-3");
  assert.throws(() => core.offerManifest("2-0", manifest, START), { code: "ERR_MANIFEST_PART" });
  assert.throws(() => core.offerManifest("common", manifest, START), { code: "ERR_MANIFEST_PART" });
  for (const part of ["whole", "", "2", "2-4", "13-0", "02-1", "2-01", "shards/2-1"]) {
    assert.throws(() => core.offerManifest(part, manifest, START), { code: "ERR_POLICY_INVALID" }, part);
  }
  const whole = made("whole");
  assert.throws(() => whole.offerManifest("common", common.manifest, START), { code: "ERR_POLICY_INVALID" });
  whole.free();
});

test("a shard that is dropped leaves its mark, and comes back no older", () => {
  take("common");
  take("2-1", edition("2-1", 2));
  const mark = core.highWater("2-1");
  core.drop("2-1");
  assert.deepEqual(core.snapshot(START).parts, ["common"]);
  assert.deepEqual(core.highWater("2-1"), mark);
  assert.throws(() => core.offerManifest("2-1", shards.get("2-1").manifest, START), {
    code: "ERR_MANIFEST_ROLLED_BACK",
  });
  take("2-1", edition("2-1", 2));
  assert.deepEqual(core.snapshot(START).parts, ["common", "2-1"]);
});

test("a mark protects the part that it is of, after a restart too", () => {
  take("common");
  take("2-1", edition("2-1", 2));
  const [mark, other] = [core.highWater("2-1"), core.highWater("common")];
  const later = made("parts");
  assert.equal(later.restoreHighWater("2-1", mark), true);
  assert.equal(later.restoreHighWater("2-1", other), true, "of another part: read, and ignored");
  assert.equal(later.restoreHighWater("2-1", Buffer.alloc(90)), false);
  assert.throws(() => later.offerManifest("2-1", shards.get("2-1").manifest, START), {
    code: "ERR_MANIFEST_ROLLED_BACK",
  });
  later.offerManifest("common", common.manifest, START);
  later.free();
});

test("objects of a part are handed back by their names, and none of another part", () => {
  take("common");
  const [[sha256, bytes]] = common.objects;
  assert.deepEqual(Buffer.from(core.object("common", sha256)), bytes);
  assert.equal(core.object("2-1", sha256), undefined);
  assert.equal(core.object("common", "0".repeat(64)), undefined);
});

function made(profile) {
  const revocations = {
    profile,
    publisherKeys: [common.publisherKey.x],
    tenant: "main",
    onStale: "accept",
    onNotCovered: "reject",
  };
  return new Core({
    issuer: ISSUER,
    audience: null,
    algorithms: ["ES256"],
    typ: null,
    requiredClaims: [],
    clockToleranceSeconds: 5,
    maxTokenBytes: 4_096,
    maxLifetimeSeconds: 3_600,
    revocations,
  });
}

function offer(part, { manifest, objects }) {
  for (const { sha256 } of core.offerManifest(part, manifest, START).needed)
    core.offerObject(part, objects.get(sha256));
}

function take(part, given = common) {
  offer(part, given);
  core.commit([part]);
}

function edition(part, version = 1) {
  const entries = Array.from({ length: 20 }, (_, at) => [
    { type: "token", issuer: ISSUER, jti: `t${at}`, expires_at: START + 600, subject: `user-${at}` },
    { type: "client", issuer: ISSUER, value: `app-${at}`, not_before: START },
  ]).flat();
  const described = { version, epoch: 1, issued_at: START, next_update: START + 60, least_wait_seconds: 7, entries };
  const { publisherKey, editions } = publish([ISSUER], [described], { part, shard_bits: 2 });
  return { ...editions[0], publisherKey };
}
