/** Revocations from genuine snapshots: what they refuse, how long they hold, and what can never replace them. */
import { equal, rejection, truthy } from "./assert.mjs";
import { bytes, network, status } from "./network.mjs";

export const snapshotCases = {
  "a token that is not revoked is accepted with the edition and freshness it rests on": async (kit) => {
    const { subject, fixture } = await subscribed(kit, "revoked");
    const { code, evidence } = await subject.verify(fixture.innocent);
    const { snapshot } = fixture.snapshots.revoked;
    equal([code, evidence.revocation], ["ACCEPTED", "checked"]);
    const { ageSeconds, freshness, ...rest } = evidence.snapshot;
    const { ageSeconds: _age, freshness: _freshness, ...expected } = snapshot;
    equal(rest, expected);
    equal([ageSeconds, freshness], [kit.clock.now - snapshot.issuedAt, "fresh"]);
    equal(subject.status().snapshot, evidence.snapshot);
  },

  "a token revoked by each dimension is refused and names it": async (kit) => {
    const { subject, fixture } = await subscribed(kit, "revoked");
    for (const { dimension, token } of fixture.victims) {
      const error = await rejection(subject.verify(token));
      equal([error.code, error.details.dimension], ["ERR_REVOCATION_REVOKED", dimension], dimension);
    }
    equal((await subject.verify(fixture.innocent)).code, "ACCEPTED");
  },

  "the same tokens are accepted before the snapshot with their revocation arrives": async (kit) => {
    const { subject, fixture, net, serve } = await subscribed(kit, "empty");
    for (const { token } of fixture.victims) equal((await subject.verify(token)).code, "ACCEPTED");
    serve("revoked");
    await subject.refresh();
    for (const { token } of fixture.victims) equal(subject.check(token).code, "ERR_REVOCATION_REVOKED");
    truthy(net.requests.length > 2, "requests for a manifest and its objects");
  },

  "without a snapshot a token is refused, or accepted when the caller said so": async (kit) => {
    const { subject, fixture, net } = await subscribed(kit, null);
    const error = await rejection(subject.verify(fixture.innocent));
    equal([error.code, error.details.reason], ["ERR_REVOCATION_NOT_COVERED", "no_snapshot"]);
    equal([error.cause.code, error.cause.details.status], ["ERR_FETCH_STATUS", 503]);
    equal(subject.check(fixture.innocent).code, "ERR_REVOCATION_NOT_COVERED");
    const lenient = await subscribed(kit, null, { onNotCovered: "accept" });
    equal((await lenient.subject.verify(fixture.innocent)).evidence, { revocation: "not_covered", snapshot: null });
    equal(net.requests.length, 1);
  },

  "the first check fetches the snapshot and the next ones fetch nothing until the poll": async (kit) => {
    const { subject, fixture, net } = await subscribed(kit, "revoked", { pollSeconds: 20 });
    for (let round = 0; round < 5; round += 1) await subject.verify(fixture.innocent);
    equal(net.requests.length, 3);
    kit.clock.now += 15;
    await subject.verify(fixture.innocent);
    equal(net.requests.length, 3);
    kit.clock.now += 5;
    const handed = [];
    await subject.verify(fixture.innocent, { waitUntil: (promise) => handed.push(promise) });
    await Promise.all(handed);
    equal([net.requests.length, handed.length], [4, 1]);
  },

  "a revocation reaches the verifier by the poll that follows it": async (kit) => {
    const { subject, fixture, serve } = await subscribed(kit, "empty", { pollSeconds: 10 });
    const [{ token }] = fixture.victims;
    await subject.verify(token);
    serve("revoked");
    kit.clock.now += 10;
    const handed = [];
    equal((await subject.verify(token, { waitUntil: (promise) => handed.push(promise) })).code, "ACCEPTED");
    await Promise.all(handed);
    equal((await rejection(subject.verify(token))).code, "ERR_REVOCATION_REVOKED");
  },

  "a snapshot is fresh, stale and expired to the second": async (kit) => {
    const { subject, fixture, snapshot } = await subscribed(kit, "revoked");
    await subject.refresh();
    const { nextUpdate, expiresAt } = snapshot;
    const at = (time) => {
      kit.clock.now = time;
      const { code, details, evidence } = subject.check(fixture.innocent);
      return code === "ACCEPTED" ? evidence.snapshot.freshness : `${code} ${details.reason}`;
    };
    equal([at(nextUpdate - 1), at(nextUpdate)], ["fresh", "stale"]);
    equal(at(expiresAt - 1), "stale");
    equal(at(expiresAt), "ERR_REVOCATION_NOT_COVERED expired");
    equal(subject.status().snapshot.freshness, "expired");
  },

  "a stale snapshot is refused when the caller said so": async (kit) => {
    const { subject, fixture, snapshot } = await subscribed(kit, "revoked", { onStale: "reject" });
    await subject.refresh();
    kit.clock.now = snapshot.nextUpdate - 1;
    equal(subject.check(fixture.innocent).code, "ACCEPTED");
    kit.clock.now = snapshot.nextUpdate;
    equal(subject.check(fixture.innocent).code, "ERR_SNAPSHOT_STALE");
    equal(subject.check(fixture.victims[0].token).code, "ERR_REVOCATION_REVOKED");
  },

  "a publisher that is frozen by a cache is noticed: 304 never extends a snapshot": async (kit) => {
    const { subject, fixture, net, snapshot } = await subscribed(kit, "revoked");
    await subject.refresh();
    const answer = net.routes[`${fixture.address}/manifest`];
    net.routes[`${fixture.address}/manifest`] = (init) =>
      init.headers["if-none-match"] === undefined ? answer(init) : new Response(null, { status: 304 });
    for (const time of [snapshot.nextUpdate - 1, snapshot.nextUpdate, snapshot.expiresAt - 1]) {
      kit.clock.now = time;
      await subject.refresh();
    }
    equal(subject.status().snapshot.freshness, "stale");
    kit.clock.now = snapshot.expiresAt;
    const error = await rejection(subject.verify(fixture.innocent));
    equal([error.code, error.details.reason], ["ERR_REVOCATION_NOT_COVERED", "expired"]);
    const asked = net.requests
      .filter(({ url }) => url.endsWith("/manifest"))
      .map(({ headers }) => "if-none-match" in headers);
    if (kit.revalidate === "header") equal(asked, [false, true, false, false, false], "conditional only while fresh");
  },

  "an older edition is refused and the newer stays in force": async (kit) => {
    const { subject, fixture, serve } = await subscribed(kit, "revoked");
    await subject.refresh();
    for (const older of ["empty", "second"]) {
      serve(older);
      equal((await rejection(subject.refresh())).code, "ERR_MANIFEST_ROLLED_BACK");
      equal(subject.check(fixture.victims[0].token).code, "ERR_REVOCATION_REVOKED");
      equal(subject.status().snapshot.version, fixture.snapshots.revoked.snapshot.version);
      equal(subject.status().lastError.code, "ERR_MANIFEST_ROLLED_BACK");
    }
    serve("revoked");
    await subject.refresh();
    equal(subject.status().lastError, null);
  },

  "the same edition with other content is refused": async (kit) => {
    const { subject, serve } = await subscribed(kit, "second");
    await subject.refresh();
    serve("sameEdition");
    equal((await rejection(subject.refresh())).code, "ERR_MANIFEST_EQUIVOCATION");
  },

  "snapshots of another tenant, another publisher and another set of issuers help nobody": async (kit) => {
    const { subject, fixture, serve } = await subscribed(kit, null);
    serve("otherTenant");
    equal((await rejection(subject.refresh())).code, "ERR_MANIFEST_TENANT");
    serve("otherKey");
    equal((await rejection(subject.refresh())).code, "ERR_MANIFEST_KEY_UNKNOWN");
    serve("otherIssuer");
    await subject.refresh();
    const { code, details } = subject.check(fixture.innocent);
    equal([code, details.reason], ["ERR_REVOCATION_NOT_COVERED", "issuer_not_enrolled"]);
  },

  "a manifest with any one byte changed, or cut anywhere, is refused and changes nothing": async (kit) => {
    const { subject, fixture, net } = await subscribed(kit, "empty");
    await subject.refresh();
    const genuine = decoded(fixture.snapshots.revoked.answers[`${fixture.address}/manifest`]);
    const route = `${fixture.address}/manifest`;
    for (let index = 0; index < genuine.length; index += 1) {
      for (const broken of [flipped(genuine, index), genuine.slice(0, index)]) {
        net.routes[route] = bytes(broken);
        const { code } = await rejection(subject.refresh());
        truthy(/^ERR_(MANIFEST|FETCH_CONTENT)/.test(code), `a finding about the manifest, not ${code} at ${index}`);
      }
    }
    equal(subject.status().snapshot.version, 1);
    equal(subject.check(fixture.victims[0].token).code, "ACCEPTED");
  },

  "an object with any one byte changed, cut, exchanged or missing is refused and changes nothing": async (kit) => {
    const { subject, fixture, net } = await subscribed(kit, "revoked");
    const [one, other] = Object.keys(fixture.snapshots.revoked.answers).filter((url) => url.includes("/objects/"));
    const genuine = decoded(fixture.snapshots.revoked.answers[one]);
    const faults = [status(404), bytes(decoded(fixture.snapshots.revoked.answers[other])), bytes(new Uint8Array())];
    for (let index = 0; index < genuine.length; index += 1) faults.push(bytes(flipped(genuine, index)));
    for (let length = 1; length < genuine.length; length += 7) faults.push(bytes(genuine.slice(0, length)));
    faults.push(bytes(new Uint8Array([...genuine, 0])));
    for (const fault of faults) {
      net.routes[one] = fault;
      const { code } = await rejection(subject.refresh());
      truthy(
        [
          "ERR_OBJECT_MISMATCH",
          "ERR_OBJECT_MISSING",
          "ERR_FETCH_STATUS",
          "ERR_FETCH_CONTENT",
          "ERR_FETCH_TOO_LARGE",
        ].includes(code),
        code,
      );
      equal(subject.status().snapshot, null);
    }
    net.routes[one] = bytes(genuine);
    await subject.refresh();
    equal(subject.check(fixture.victims[0].token).code, "ERR_REVOCATION_REVOKED");
  },

  "a publisher that fails keeps the last good snapshot in force and shows in status": async (kit) => {
    const { subject, fixture, net } = await subscribed(kit, "revoked");
    await subject.refresh();
    const answers = [
      [status(500), "ERR_FETCH_STATUS"],
      [() => new Response("<!doctype html>"), "ERR_FETCH_CONTENT"],
      [() => new Response(new Uint8Array(70_000)), "ERR_FETCH_TOO_LARGE"],
      [() => new Response("nonsense"), "ERR_MANIFEST_MALFORMED"],
      [() => Promise.reject(new TypeError("offline")), "ERR_FETCH_FAILED"],
    ];
    for (const [route, code] of answers) {
      net.routes[`${fixture.address}/manifest`] = route;
      equal((await rejection(subject.refresh())).code, code);
      equal(subject.check(fixture.innocent).code, "ACCEPTED");
      equal(subject.check(fixture.victims[0].token).code, "ERR_REVOCATION_REVOKED");
      const { about, at, code: told } = subject.status().lastError;
      equal([about, at, told], ["revocations", kit.clock.now, code]);
    }
  },

  "a snapshot that is from the future or has expired when it arrives is refused": async (kit) => {
    const { subject, snapshot } = await subscribed(kit, "revoked");
    kit.clock.now = snapshot.issuedAt - 3_600;
    equal((await rejection(subject.refresh())).code, "ERR_MANIFEST_FROM_FUTURE");
    kit.clock.now = snapshot.expiresAt + 6;
    equal((await rejection(subject.refresh())).code, "ERR_MANIFEST_EXPIRED");
    equal(subject.status().snapshot, null);
  },

  "a clock that is set back revives no expired token": async (kit) => {
    const { subject, fixture } = await subscribed(kit, "revoked");
    await subject.refresh();
    equal(subject.check(fixture.expired).code, "ERR_CLAIM_EXPIRED");
    kit.clock.now = kit.fixtures.now - 500;
    equal(subject.check(fixture.expired).code, "ERR_CLAIM_EXPIRED");
  },

  "a store remembers the highest edition across verifiers": async (kit) => {
    const store = kit.memoryStore();
    const first = await subscribed(kit, "revoked", { store });
    await first.subject.refresh();
    first.subject.close();
    const next = await subscribed(kit, "second", { store });
    equal((await rejection(next.subject.refresh())).code, "ERR_MANIFEST_ROLLED_BACK");
    equal((await rejection(next.subject.verify(next.fixture.victims[0].token))).code, "ERR_REVOCATION_REVOKED");
    equal(next.subject.status().snapshot.version, first.fixture.snapshots.revoked.snapshot.version);
    const forgetful = await subscribed(kit, "second");
    await forgetful.subject.refresh();
    equal(forgetful.subject.status().snapshot.version, 2);
  },

  "a store that fails or holds rubbish stops nothing and shows in status": async (kit) => {
    const fails = async () => {
      throw new Error("disk full");
    };
    const working = kit.memoryStore();
    const stores = [
      { get: fails, set: working.set, delete: working.delete },
      { get: async () => null, set: fails, delete: fails },
      { get: async () => new Uint8Array([1, 2, 3]), set: async () => {}, delete: async () => {} },
      { get: async () => "text", set: async () => {}, delete: async () => {} },
    ];
    for (const store of stores) {
      const { subject, fixture } = await subscribed(kit, "revoked", { store });
      await subject.refresh();
      equal((await subject.verify(fixture.innocent)).code, "ACCEPTED");
      equal(subject.status().lastError.code, "ERR_STORE_FAILED");
    }
  },

  "refreshes at once never mix, and the newest edition stays": async (kit) => {
    const { subject, fixture, net, serve } = await subscribed(kit, "second");
    const [object] = Object.keys(net.routes).filter((url) => url.includes("/objects/"));
    const answer = net.routes[object];
    let release = () => {};
    const held = new Promise((resolve) => {
      release = resolve;
    });
    net.routes[object] = async (init) => {
      await held;
      return answer(init);
    };
    const slow = subject.refresh();
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    serve("revoked", net.routes[object]);
    const fast = subject.refresh();
    if (kit.requestBound) await fast;
    release();
    await Promise.all([slow, fast]);
    await subject.refresh();
    equal(subject.status().snapshot.version, fixture.snapshots.revoked.snapshot.version);
    equal(subject.status().lastError, null);
  },

  "closing while a snapshot is under way frees everything": async (kit) => {
    const { subject, fixture, net } = await subscribed(kit, "revoked");
    const address = `${fixture.address}/manifest`;
    const answer = net.routes[address];
    net.routes[address] = async (init) => {
      subject.close();
      return answer(init);
    };
    equal((await rejection(subject.refresh())).code, "ERR_VERIFIER_CLOSED");
    equal(subject.check(fixture.innocent).code, "ERR_VERIFIER_CLOSED");
  },
};

/** A verifier on a network where one of the captured snapshots lies, or status 503. */
export async function subscribed(kit, name, { pollSeconds, ...options } = {}) {
  const fixture = kit.fixtures.revocation;
  kit.clock.now = Math.max(...Object.values(fixture.snapshots).map(({ snapshot }) => snapshot.issuedAt));
  const net = network({ [`${fixture.address}/manifest`]: status(503) });
  const serve = (which, keptObject) => {
    for (const url of Object.keys(net.routes))
      if (keptObject === undefined || !url.includes("/objects/")) delete net.routes[url];
    for (const [url, content] of Object.entries(fixture.snapshots[which].answers)) {
      net.routes[url] = bytes(decoded(content), { etag: `"${which}"` });
    }
  };
  if (name !== null) serve(name);
  const subject = await kit.verifier({
    keys: { jwks: fixture.jwks },
    revocations: { url: fixture.address, publisherKeys: [fixture.publisherKey], ...(pollSeconds && { pollSeconds }) },
    fetch: net.fetch,
    ...options,
  });
  return { subject, fixture, net, serve, snapshot: name === null ? null : fixture.snapshots[name].snapshot };
}

function decoded(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function flipped(genuine, index) {
  const copy = genuine.slice();
  copy[index] ^= 1 << (index % 8);
  return copy;
}
