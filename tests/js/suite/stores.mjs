/** Stores: one contract for each that the runtime has, and a snapshot that outlives its verifier. */
import { equal, truthy } from "./assert.mjs";
import { status } from "./network.mjs";
import { subscribed } from "./snapshot.mjs";

export const storeCases = {
  "every store of the runtime gives back what was set last, under its own name": async (kit) => {
    for (const [name, store] of stores(kit)) {
      const keys = ["plain", `a/b ?#%:é${"k".repeat(500)}`, "A/B ?#%:é"];
      for (const key of keys) equal(await store.get(key), null, name);
      for (const [at, key] of keys.entries()) await store.set(key, bytesOf(1_000 + at, at));
      for (const [at, key] of keys.entries()) equal([...(await store.get(key))], [...bytesOf(1_000 + at, at)], name);
      await store.set(keys[0], bytesOf(3, 7));
      equal([...(await store.get(keys[0]))], [7, 8, 9], name);
      for (const key of keys) await store.delete(key);
      await store.delete(keys[0]);
      for (const key of keys) equal(await store.get(key), null, name);
    }
  },

  "a store keeps a copy: later changes of the bytes change nothing": async (kit) => {
    for (const [name, store] of stores(kit)) {
      const value = bytesOf(10, 1);
      await store.set("copied", value);
      value.fill(0);
      (await store.get("copied")).fill(0);
      equal((await store.get("copied"))[0], 1, name);
      await store.delete("copied");
    }
  },

  "two megabytes and no byte at all can be kept": async (kit) => {
    for (const [name, store] of stores(kit)) {
      await store.set("large", new Uint8Array(2_000_000).fill(5));
      await store.set("empty", new Uint8Array());
      const [large, empty] = [await store.get("large"), await store.get("empty")];
      equal([large.length, large.at(-1), empty.length], [2_000_000, 5, 0], name);
      for (const key of ["large", "empty"]) await store.delete(key);
    }
  },

  "a verifier starts from the store of the runtime while the publisher is away": async (kit) => {
    for (const [name, store] of stores(kit)) {
      const before = await subscribed(kit, "revoked", { store });
      await before.subject.refresh();
      before.subject.close();
      const next = await subscribed(kit, "revoked", { store });
      next.net.routes[`${next.fixture.address}/manifest`] = status(503);
      equal((await next.subject.verify(next.fixture.innocent)).code, "ACCEPTED", name);
      for (const { token } of next.fixture.victims) equal(next.subject.check(token).code, "ERR_REVOCATION_REVOKED");
      equal(next.net.requests.filter(({ url }) => url.includes("/objects/")).length, 0);
    }
  },

  "pages and edges keep the snapshot without being asked, servers do not": async (kit) => {
    const before = await subscribed(kit, "revoked", { store: undefined });
    await before.subject.refresh();
    equal(before.subject.status().lastError, null);
    before.subject.close();
    const next = await subscribed(kit, null, { store: undefined });
    const { code } = await next.subject.verify(next.fixture.innocent).catch((error) => error);
    equal(code, ["web", "workerd"].includes(kit.runtime) ? "ACCEPTED" : "ERR_REVOCATION_NOT_COVERED");
    truthy(next.net.requests.length > 0, "a look at the publisher all the same");
  },

  "verifiers that trust other keys share nothing in one store": async (kit) => {
    const store = kit.memoryStore();
    const before = await subscribed(kit, "revoked", { store });
    await before.subject.refresh();
    const { fixture } = before;
    const publisherKeys = [fixture.publisherKey, ...kit.fixtures.publisherKeys];
    const next = await subscribed(kit, "second", { store, revocations: { url: fixture.address, publisherKeys } });
    await next.subject.refresh();
    equal(next.subject.status().snapshot.version, 2);
  },
};

function stores({ memoryStore, cacheStore, indexedDbStore }) {
  const found = [["memory", memoryStore()]];
  if ("caches" in globalThis) found.push(["cache", cacheStore("rescind-test")]);
  if ("indexedDB" in globalThis) found.push(["indexedDB", indexedDbStore("rescind-test")]);
  return found;
}

function bytesOf(length, first) {
  return Uint8Array.from({ length }, (_, at) => (first + at) % 256);
}
