/** The cache of verdicts from inside: its bound, its memory, and that no change of the core goes unseen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { importFile, importPackage } from "./support/package.mjs";
import { secretKey } from "./support/tokens.mjs";

const { createVerifier } = await importPackage();
const { VerdictCache } = await importFile("dist/cache.js");
const { WatchedCore } = await importFile("dist/watched.js");

const MEBIBYTE = 1_048_576;
const now = Math.floor(Date.now() / 1000);
const key = secretKey("HS256");
const options = {
  issuer: "https://issuer.example",
  audience: "api",
  keys: { secret: new Uint8Array(key.secret) },
  revocations: null,
};

test("any number of distinct tokens stays within the bound, and the verdicts stay right", async () => {
  const verifier = await createVerifier({ ...options, cache: { maxBytes: 65_536 } });
  let most = 0;
  for (let index = 0; index < 5_000; index += 1) {
    const token = tokenOf(index, "x".repeat((index * 37) % 900));
    assert.equal(verifier.check(token).claims.sub, `user-${index}`);
    assert.equal(verifier.check(token).claims.sub, `user-${index}`);
    const { bytes, entries } = verifier.status().cache;
    assert.ok(bytes <= 65_536 && entries > 0, `${bytes} bytes, ${entries} entries`);
    most = Math.max(most, bytes);
  }
  assert.ok(most > 32_768, "the bound is used");
  verifier.close();
});

test("a token in use stays while others come and go", () => {
  const cache = new VerdictCache(65_536);
  const used = verdictOf("used");
  cache.add(used);
  for (let index = 0; index < 2_000; index += 1) {
    cache.add(verdictOf(`other-${index}`));
    if (index % 20 === 0) assert.equal(cache.get("used", 1), used, `after ${index} others`);
  }
  assert.equal(cache.get("other-0", 1), undefined);
  assert.ok(cache.status().bytes <= 65_536);
});

test("two tokens with the same end never take each other's verdict", () => {
  const cache = new VerdictCache(65_536);
  const [one, other] = [verdictOf("one.the-same-ending"), verdictOf("other.the-same-ending")];
  cache.add(one);
  assert.equal(cache.get(other.token, 1), undefined);
  cache.add(other);
  assert.deepEqual([cache.get(one.token, 1), cache.get(other.token, 1)], [undefined, other]);
  assert.deepEqual([cache.status().entries, cache.status().bytes], [1, sizeOf(other)]);
});

test("the bytes are counted right through adding, ageing, expiring and clearing", () => {
  const cache = new VerdictCache(16_384);
  const until = (index) => (index % 3 === 0 ? 5 : 100);
  for (let index = 0; index < 300; index += 1) {
    cache.add({ ...verdictOf(`token-${index}`), until: until(index) });
    for (let other = 0; other <= index; other += 1) cache.get(`token-${other}`, 10);
    const kept = [];
    for (let other = 0; other <= index; other += 1) {
      const verdict = cache.get(`token-${other}`, 4);
      if (verdict !== undefined) kept.push(verdict);
    }
    assert.ok(kept.every((verdict) => verdict.until === 100));
    assert.ok(cache.status().entries >= kept.length);
  }
  for (let index = 0; index < 300; index += 1) cache.get(`token-${index}`, 1_000);
  assert.deepEqual([cache.status().entries, cache.status().bytes], [0, 0]);
  cache.add(verdictOf("last"));
  cache.clear();
  assert.deepEqual([cache.status().entries, cache.status().bytes], [0, 0]);
});

test("what is kept takes no more memory than is counted for it", async () => {
  const verifier = await createVerifier({ ...options, cache: { maxBytes: 16 * MEBIBYTE } });
  const scope = "orders:read orders:write profile email";
  const extra = {
    aud: ["api", "other"],
    jti: "0123456789abcdef",
    sid: "session-1",
    client_id: "app",
    org_id: "acme",
    scope,
  };
  verifier.check(tokenOf(-1, "", extra));
  const before = heapUsed();
  for (let index = 0; index < 3_000; index += 1) verifier.check(tokenOf(index, "", extra));
  const [used, counted] = [heapUsed() - before, verifier.status().cache.bytes];
  assert.equal(verifier.status().cache.entries, 3_001);
  assert.ok(used > counted / 8 && used <= counted, `${used} bytes used, ${counted} counted`);
  verifier.close();
});

test("a kept token does not keep the text that it was cut from", async () => {
  const verifier = await createVerifier({ ...options, cache: { maxBytes: MEBIBYTE } });
  const before = heapUsed();
  for (let index = 0; index < 50; index += 1) {
    const token = tokenOf(index);
    const header = `Bearer ${token}; ${String(index).repeat(500_000)}`;
    assert.equal(verifier.check(header.slice(7, 7 + token.length)).code, "ACCEPTED");
  }
  assert.equal(verifier.status().cache.entries, 50);
  const used = heapUsed() - before;
  assert.ok(used < MEBIBYTE, `${used} bytes used`);
  verifier.close();
});

test("every call after which the core may answer differently is told", () => {
  const told = [];
  const plan = { unchanged: false };
  const core = { setKeys() {}, setSecret() {}, offerManifest: () => plan, offerObject() {}, commit() {}, abandon() {} };
  Object.assign(core, { highWater() {}, offerKeys: () => 1, restoreHighWater: () => true, snapshot: () => null });
  Object.assign(core, { restart() {}, object() {}, drop() {}, shardFor: () => null });
  let calls = 0;
  const watched = new WatchedCore(core, () => {
    calls += 1;
  });
  const own = ["constructor", "prepare"];
  const methods = Object.getOwnPropertyNames(WatchedCore.prototype).filter((name) => !own.includes(name));
  assert.deepEqual(methods.sort(), Object.keys(core).sort());
  for (const name of methods) {
    calls = 0;
    watched[name]();
    if (calls > 0) told.push(name);
  }
  assert.deepEqual(told.sort(), [
    "commit",
    "drop",
    "offerKeys",
    "offerManifest",
    "restoreHighWater",
    "setKeys",
    "setSecret",
  ]);
  calls = 0;
  watched.offerManifest();
  plan.unchanged = true;
  watched.offerManifest();
  assert.equal(calls, 1, "the manifest in force changes nothing");
  core.offerManifest = () => {
    throw new Error("refused");
  };
  assert.throws(() => watched.offerManifest());
  assert.equal(calls, 2, "a manifest that is refused is taken for a change");
});

function tokenOf(index, padding = "", extra = {}) {
  const claims = { iss: options.issuer, aud: "api", sub: `user-${index}`, iat: now, exp: now + 600, ...extra };
  return key.token(padding === "" ? claims : { ...claims, padding });
}

function verdictOf(token) {
  return { token, claims: {}, claimsLength: 100, header: {}, revocation: "disabled", from: 0, until: 100 };
}

function sizeOf(verdict) {
  const cache = new VerdictCache(1_000_000);
  cache.add(verdict);
  return cache.status().bytes;
}

function heapUsed() {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  for (let round = 0; round < 3; round += 1) collect();
  return process.memoryUsage().heapUsed;
}
