/** The fallback's snapshot reader against the wasm core of the packed package: same calls, same plans, codes and verdicts. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { publish } from "../support/publisher.mjs";
import { NOW, outcome, POLICY } from "./suite/verifiers.mjs";
import { bodyOf, naming, sha256 as sha, signedAgain } from "./support/forger.mjs";
import { loadModules } from "./support/modules.mjs";
import { mutatedOctets } from "./support/mutations.mjs";
import { Random } from "./support/random.mjs";
import { needsPublisher } from "./support/snapshots.mjs";
import { loadWasm, needsPackage } from "./support/wasm.mjs";

const { core } = await loadModules();
const wasm = needsPackage.skip ? null : await loadWasm();
const needs = { skip: needsPackage.skip || needsPublisher.skip };

const ROUNDS = Number(process.env.RESCIND_ROUNDS ?? 600);
const SEED = Number(process.env.RESCIND_SEED ?? 20_261_125);
const SECRET = Buffer.alloc(32, 0x5a);
const ISSUER = "joe";

const DECLARED = [
  { number: 8, name: "device", members: [["sub"], ["device_id", "did"]] },
  { number: 21, name: "password", members: [["sub"]], generation_claim: "gen" },
];

test("updates_in_any_order_get_the_same_plans_codes_and_verdicts", needs, async () => {
  const met = new Set();
  for (let walk = 0; walk < 8; walk += 1) {
    const random = new Random(SEED + walk);
    const series = publishedSeries(random);
    const pair = new Pair(series.publisherKey, `seed ${SEED + walk}`);
    for (let step = 0; step < ROUNDS / 8; step += 1) {
      await pair.update(random, near(random, series.editions, step / (ROUNDS / 8)));
      for (const code of pair.met) met.add(code);
    }
    assert.ok(pair.commits > 3, "editions are committed");
    pair.free();
  }
  requireAll(met, [
    ...["ok", "ACCEPTED", "ERR_REVOCATION_REVOKED", "ERR_REVOCATION_NOT_COVERED", "ERR_MANIFEST_ROLLED_BACK"],
    ...["ERR_MANIFEST_EQUIVOCATION", "ERR_MANIFEST_SIGNATURE_INVALID", "ERR_OBJECT_MISMATCH", "ERR_OBJECT_MISSING"],
    ...["ERR_OBJECT_UNEXPECTED", "ERR_MANIFEST_EXPIRED", "ERR_POLICY_INVALID"],
  ]);
});

test("changed_manifests_under_a_genuine_signature_are_judged_alike", needs, async () => {
  const random = new Random(SEED);
  const { publisherKey, editions } = publishedSeries(random);
  const met = new Set();
  for (let round = 0; round < ROUNDS; round += 1) {
    const pair = new Pair(publisherKey, `seed ${SEED}, round ${round}`);
    const body = mutatedOctets(random, bodyOf(random.pick(editions).manifest));
    await pair.offer(signedAgain(body), NOW);
    for (const { details, code } of pair.findings) met.add(details?.reason ?? code);
    pair.free();
  }
  assert.ok(met.size > 12, `only ${[...met].join(", ")}`);
});

test("changed_objects_under_genuine_names_are_judged_alike", needs, async () => {
  const random = new Random(SEED);
  const { publisherKey, editions } = publishedSeries(random);
  const met = new Set();
  for (let round = 0; round < ROUNDS; round += 1) {
    const pair = new Pair(publisherKey, `seed ${SEED}, round ${round}`);
    const { manifest, objects } = random.pick(editions);
    const named = [...objects.values()].filter((object) => manifest.includes(sha(object)));
    if (named.length === 0) continue;
    const genuine = random.pick(named);
    const forged = mutatedOctets(random, genuine);
    const forgery = {
      manifest: naming(manifest, genuine, forged),
      objects: new Map([...objects, [hex(forged), forged]]),
    };
    await pair.take(forgery);
    for (const { details, code } of pair.findings) met.add(details?.reason ?? code);
    pair.free();
  }
  assert.ok(met.size > 8, `only ${[...met].join(", ")}`);
});

/** Both readers under one policy. What one does, the other does; anything else is a failure of the test. */
class Pair {
  met = new Set();
  findings = [];
  commits = 0;
  #about;
  #all;

  constructor(publisherKey, about) {
    const revocations = {
      ...{ publisherKeys: [publisherKey.x], rootKey: null, tenant: "main", profile: "whole" },
      ...{ onStale: "accept", onNotCovered: "reject" },
    };
    const policy = { ...POLICY, revocations };
    this.#about = about;
    this.#all = [wasm(policy), new core.FallbackCore(policy)];
    for (const verifier of this.#all) verifier.setSecret(SECRET, "HS256");
  }

  /** Some step of an update, perhaps a wrong one, and then what the tokens get. */
  async update(random, edition) {
    const now = NOW + random.pick([0, 0, 0, 0, 0, -500, 3_700]);
    const way = random.integer(10);
    if (way < 5) await this.take(edition, now);
    else if (way === 5) await this.offer(mutatedOctets(random, edition.manifest), now);
    else if (way === 6) await this.offer(signedAgain(changedSalt(random, edition.manifest)), now);
    else if (way === 7)
      await this.#wrongObject(edition, mutatedOctets(random, random.pick([...edition.objects.values()])));
    else if (way === 8) await this.#same("commit", (reader) => reader.commit(["whole"]));
    else await this.#same("offer of another part", (reader) => reader.offerManifest("common", edition.manifest, now));
    if (random.chance(10)) await this.#same("restart", (reader) => void reader.restart("whole"));
    if (random.chance(10)) await this.#same("abandon", (reader) => reader.abandon("whole"));
    await this.judge(random);
  }

  /** Offers a manifest to both; answers their plans, or `null`. */
  async offer(manifest, now) {
    const bytes = new Uint8Array(manifest);
    await this.#prepare(bytes);
    const plans = await this.#both((reader) => reader.offerManifest("whole", bytes, now));
    this.#tell(
      "offer",
      plans.map((plan) => (plan.needed === undefined ? plan : { ...plan, needed: [] })),
    );
    return plans.some(({ code }) => code !== undefined) ? null : plans;
  }

  /** Takes a whole edition. A base that the core folds is one that the fallback fetches. */
  async take({ manifest, objects }, now = NOW) {
    const plans = await this.offer(manifest, now);
    if (plans === null || plans[0].unchanged) return;
    const [folded, fetched] = plans.map(({ needed }) => needed.map(({ sha256 }) => sha256).sort());
    const isFetchedBase = fetched.every((name) => plans[1].base.includes(name));
    if (!isFetchedBase) assert.deepEqual(fetched, folded, this.#about);
    const found = [];
    for (const [at, { subscription }] of this.#all.entries()) {
      found.push(await outcome(() => this.#load(subscription, plans[at], objects)));
    }
    if (found.every((each) => each === "ok")) this.commits += 1;
    this.#tell("load", found);
  }

  /** What both say of every token, and of themselves. */
  async judge(random) {
    const tokens = Array.from({ length: 6 }, () => token(random));
    for (const text of tokens) {
      const now = NOW + random.pick([0, 0, 0, 400, 3_590]);
      const found = [];
      for (const verifier of this.#all) found.push(plain(await outcome(() => verifier.verify(text, now))));
      this.#tell("verdict", found);
    }
    const status = this.#all.map(({ subscription }) => subscription.snapshot(NOW));
    assert.deepEqual(status.map(comparable)[1], status.map(comparable)[0], this.#about);
  }

  free() {
    this.#all[0].free();
  }

  async #load(reader, { needed }, objects) {
    for (const { sha256 } of needed) {
      const object = new Uint8Array(objects.get(sha256) ?? []);
      await reader.prepare?.(object);
      reader.offerObject("whole", object);
    }
    reader.commit(["whole"]);
    return "ok";
  }

  /** An object that no manifest names; where the core would fold, it waits for none. */
  async #wrongObject({ manifest }, bytes) {
    const plans = await this.offer(manifest, NOW);
    if (plans !== null && plans[0].needed.length !== plans[1].needed.length) return;
    const object = new Uint8Array(bytes);
    await this.#prepare(object);
    await this.#same("object", (reader) => reader.offerObject("whole", object));
  }

  #prepare(bytes) {
    return this.#all[1].subscription.prepare(bytes);
  }

  async #same(about, call) {
    this.#tell(about, await this.#both(call));
  }

  async #both(call) {
    const found = [];
    for (const { subscription } of this.#all) found.push((await outcome(() => call(subscription))) ?? "ok");
    return found;
  }

  #tell(about, [expected, found]) {
    assert.deepEqual(structuredClone(found), structuredClone(expected), `${this.#about}: ${about}`);
    this.findings.push(found);
    this.met.add(found.code ?? "ok");
  }
}

/** A base that was folded has other changes beside it in memory than one that was fetched: the sums may differ. */
function comparable(status) {
  if (status === null) return null;
  const { bytes, ...figures } = status;
  return { ...figures };
}

function plain(answer) {
  if (answer.code !== "ACCEPTED") return answer;
  return { code: "ACCEPTED", revocation: answer.revocation ?? answer.evidence.revocation };
}

/** Some editions, of which each goes on from the one before. */
function publishedSeries(random) {
  const live = [];
  const editions = Array.from({ length: 10 }, (_, at) => {
    const insert = Array.from({ length: 1 + random.integer(at === 0 ? 120 : 20) }, () => entry(random));
    const fresh = insert.filter((one) => !live.some((other) => JSON.stringify(other) === JSON.stringify(one)));
    const remove = live.splice(0, random.integer(4));
    live.push(...fresh);
    return { version: at + 1, issued_at: NOW - 100 + at, next_update: NOW + 300, insert: distinct(fresh), remove };
  });
  const published = publish([ISSUER], editions, { is_series: true, declared: DECLARED });
  let objects = new Map();
  const all = published.editions.map(({ manifest, objects: added, kept }) => {
    objects = new Map([...kept.map((name) => [name, objects.get(name)]), ...added]);
    return { manifest, objects };
  });
  return { publisherKey: published.publisherKey, editions: all };
}

/** One of the editions about so far on: of those that came too late nothing would be learnt. */
function near(random, editions, progress) {
  const at = Math.floor(progress * editions.length) + random.integer(3) - 1;
  return editions[Math.min(Math.max(at, 0), editions.length - 1)];
}

function distinct(entries) {
  return [...new Map(entries.map((one) => [JSON.stringify(one), one])).values()];
}

function entry(random) {
  const name = `v${random.integer(40)}`;
  const not_before = NOW - 50 + random.integer(40);
  const kinds = [
    { type: "token", jti: name, expires_at: NOW + 100 + 60 * random.integer(20) },
    { type: "token", jti: name },
    ...["key", "subject", "session", "client", "organization"].map((type) => ({ type, value: name, not_before })),
    { type: "subject_client", values: [name, `v${random.integer(4)}`], not_before },
    { type: "device", values: [name, `v${random.integer(4)}`], not_before },
    { type: "password", value: name, not_before: random.integer(6) },
  ];
  return { issuer: ISSUER, ...random.pick(kinds) };
}

function token(random) {
  const some = () =>
    random.pick([undefined, `v${random.integer(40)}`, [`v${random.integer(40)}`, `v${random.integer(4)}`]]);
  const one = () => random.pick([undefined, `v${random.integer(40)}`]);
  const claims = {
    ...{ iss: ISSUER, exp: NOW + 4_000, iat: random.pick([undefined, NOW - 60, NOW - 30, NOW - 5]) },
    ...{ jti: one(), sub: one(), sid: one(), client_id: one(), azp: one(), org_id: some(), did: some() },
    gen: random.pick([undefined, 0, 3, 5, -1, 2.5, "4"]),
  };
  const header = { alg: "HS256", kid: one() };
  const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${input}.${createHmac("sha256", SECRET).update(input).digest("base64url")}`;
}

/** The body of a manifest of the same edition that says something else. */
function changedSalt(random, manifest) {
  const body = Buffer.from(bodyOf(manifest));
  body[72 + random.integer(16)] ^= 1;
  return body;
}

function requireAll(met, expected) {
  assert.deepEqual(
    expected.filter((code) => !met.has(code)),
    [],
    `never met with seed ${SEED}`,
  );
}

function hex(bytes) {
  return sha(bytes).toString("hex");
}
