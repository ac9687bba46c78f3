/** The cache of verdicts: it may save work, and nothing else. */
import { equal, rejection, truthy } from "./assert.mjs";
import { bytes, json, network, status } from "./network.mjs";
import { generator, tokenOf } from "./tokens.mjs";

const JWKS = "https://issuer.example/jwks.json";

export const cacheCases = {
  "a token that comes again gets the same claims, frozen through and through": async ({ verifier, fixtures }) => {
    const subject = await verifier({ keys: { jwks: fixtures.jwks } });
    for (const { token, claims } of fixtures.tokens) {
      const [first, again] = [subject.check(token), subject.check(`${token} `.trim())];
      truthy(first.claims === again.claims, "one object");
      equal(again.claims, claims);
      truthy(first !== again, "verdicts of their own");
      truthy(Object.isFrozen(first.claims) && Object.isFrozen(first.claims.aud), "frozen claims");
    }
    equal(subject.status().cache.entries, fixtures.tokens.length);
  },

  "without the cache the claims are the caller's own and nothing is kept": async ({ verifier, fixtures }) => {
    const subject = await verifier({ keys: { jwks: fixtures.jwks }, cache: null });
    const token = tokenOf(fixtures, "ES256");
    const { claims } = subject.check(token);
    claims.sub = "changed";
    equal(subject.check(token).claims.sub, "user-1");
    equal(subject.status().cache, null);
  },

  "a token that is refused is never kept, nor one that only looks like a kept one": async ({ verifier, fixtures }) => {
    const subject = await verifier({ keys: { jwks: fixtures.jwks } });
    const token = tokenOf(fixtures, "ES256");
    subject.check(token);
    // The end of a kept token, and so its place in the cache, with something else before it.
    const others = [token.replace(".", ".A"), `x${token}`, token.slice(1), token.slice(-12), `..${token.slice(-12)}`];
    for (let round = 0; round < 2; round += 1) {
      for (const other of others) truthy(subject.check(other).code !== "ACCEPTED", "a refusal");
      equal(subject.check(token).code, "ACCEPTED");
    }
    equal(subject.status().cache.entries, 1);
  },

  "a kept verdict is not used outside of the times of its token": async ({ verifier, fixtures, clock }) => {
    const { token, claims } = fixtures.tokens[0];
    const subject = await verifier({ keys: { jwks: fixtures.jwks }, clockToleranceSeconds: 5 });
    const at = (time) => {
      clock.now = time;
      return subject.check(token).code;
    };
    equal([at(claims.iat), at(claims.exp + 4.999)], ["ACCEPTED", "ACCEPTED"]);
    equal([at(claims.exp + 5), at(claims.exp + 5)], ["ERR_CLAIM_EXPIRED", "ERR_CLAIM_EXPIRED"]);
    equal(subject.status().cache.entries, 0);
    equal([at(claims.iat), at(claims.iat - 5.001)], ["ACCEPTED", "ERR_CLAIM_ISSUED_IN_FUTURE"]);
  },

  "a kept verdict dies with its key, and an unchanged key set keeps it": async ({ verifier, fixtures }) => {
    const net = network({ [JWKS]: json(fixtures.jwks) });
    const subject = await verifier({ keys: { jwksUri: JWKS }, fetch: net.fetch });
    await subject.refresh();
    const token = tokenOf(fixtures, "ES256");
    const { claims } = subject.check(token);
    await subject.refresh();
    equal(subject.status().cache.entries, 1);
    truthy(subject.check(token).claims === claims, "the kept claims");
    net.routes[JWKS] = status(500);
    await rejection(subject.refresh());
    truthy(subject.check(token).claims === claims, "the kept claims after a failed refresh");
    net.routes[JWKS] = json({ keys: fixtures.jwks.keys.filter(({ alg }) => alg !== "ES256") });
    await subject.refresh();
    equal(subject.status().cache.entries, 0);
    equal(subject.check(token).code, "ERR_KEY_NOT_FOUND");
  },

  "kept verdicts die with the keys' own bound": async ({ verifier, fixtures, clock }) => {
    const net = network({ [JWKS]: json(fixtures.jwks, { "cache-control": "max-age=60" }) });
    const subject = await verifier({ keys: { jwksUri: JWKS, maxStaleSeconds: 0 }, fetch: net.fetch });
    await subject.refresh();
    const token = tokenOf(fixtures, "ES256");
    equal([subject.check(token).code, subject.check(token).code], ["ACCEPTED", "ACCEPTED"]);
    clock.now += 60;
    equal(subject.check(token).code, "ERR_KEYS_UNAVAILABLE");
  },

  "a kept verdict tells the snapshot's age anew and dies with the next edition": async (kit) => {
    const { subject, fixture, serve, snapshot } = await subscribed(kit);
    serve("empty");
    await subject.refresh();
    const [{ token }] = fixture.victims;
    const before = subject.check(token);
    kit.clock.now += 7;
    const after = subject.check(token);
    truthy(after.claims === before.claims, "the kept claims");
    equal(after.evidence.snapshot.ageSeconds, before.evidence.snapshot.ageSeconds + 7);
    await subject.refresh();
    truthy(subject.check(token).claims === before.claims, "kept while the edition stays");
    kit.clock.now = snapshot("empty").nextUpdate;
    equal(subject.check(token).evidence.snapshot.freshness, "stale");
    kit.clock.now = snapshot("revoked").issuedAt;
    serve("revoked");
    await subject.refresh();
    equal(subject.status().cache.entries, 0);
    equal(subject.check(token).code, "ERR_REVOCATION_REVOKED");
  },

  "a closed verifier answers nothing from its cache": async ({ verifier, fixtures }) => {
    const subject = await verifier({ keys: { jwks: fixtures.jwks } });
    const token = tokenOf(fixtures, "ES256");
    subject.check(token);
    subject.close();
    equal([subject.check(token).code, subject.status().cache.entries], ["ERR_VERIFIER_CLOSED", 0]);
  },

  "a token that takes more than its share is judged and not kept": async ({ verifier, fixtures }) => {
    const subject = await verifier({ keys: { jwks: fixtures.jwks }, cache: { maxBytes: 16_384 } });
    const { token } = fixtures.tokens.find(({ alg }) => alg === "RS512");
    const verdict = subject.check(token);
    equal([verdict.code, subject.status().cache], ["ACCEPTED", { entries: 0, bytes: 0, maxBytes: 16_384 }]);
    truthy(Object.isFrozen(verdict.claims), "frozen claims, as with every other token");
  },

  "the bound of the cache is checked": async ({ verifier, fixtures }) => {
    const keys = { jwks: fixtures.jwks };
    const code = async (cache) => (await rejection(verifier({ keys, cache }))).details.option;
    equal(await code(0), "cache");
    equal(await code({ maxBytes: 16_383 }), "cache.maxBytes");
    equal(await code({ maxBytes: 1_073_741_825 }), "cache.maxBytes");
    equal(await code({ bytes: 1 }), "cache.bytes");
    equal((await verifier({ keys, cache: {} })).status().cache.maxBytes, 1_048_576);
    equal((await verifier({ keys, cache: { maxBytes: 16_384 } })).status().cache.maxBytes, 16_384);
  },

  "through any history of keys, snapshots and clocks it answers what a verifier without cache answers": async (kit) => {
    const seen = {};
    for (const onStale of ["accept", "reject"]) {
      for (const onNotCovered of ["accept", "reject"]) {
        for (let seed = 1; seed <= 3; seed += 1) await compare(kit, { onStale, onNotCovered }, generator(seed), seen);
      }
    }
    truthy(seen.hits > 500, `answers from the cache, not only ${seen.hits}`);
    for (const code of EXPECTED) truthy(seen[code] > 0, `a history with ${code}`);
  },
};

/** What the histories must have met, or they prove little. */
const EXPECTED = [
  "ACCEPTED",
  "ERR_CLAIM_EXPIRED",
  "ERR_CLAIM_ISSUED_IN_FUTURE",
  "ERR_KEY_NOT_FOUND",
  "ERR_KEYS_UNAVAILABLE",
  "ERR_REVOCATION_REVOKED",
  "ERR_REVOCATION_NOT_COVERED",
  "ERR_SNAPSHOT_STALE",
];

/** One random history, lived through by a verifier with a small cache and by one without. */
async function compare(kit, policy, random, seen) {
  const world = await subscribed(kit, { ...policy, cache: { maxBytes: 65_536 } });
  const { subject, fixture, options } = world;
  const plain = await kit.verifier({ ...options, ...policy, cache: null });
  const tokens = [fixture.innocent, fixture.expired, ...fixture.victims.map(({ token }) => token)];
  const pick = (list) => list[Math.floor(random() * list.length)];
  const times = timesOf(fixture);
  const claims = new Map();
  for (let step = 0; step < 300; step += 1) {
    const what = random();
    if (what < 0.08) kit.clock.now = pick(times);
    else if (what < 0.11) kit.clock.now += random() * 20 - 10;
    else if (what < 0.16) pick(world.changes)();
    if (what < 0.2) await Promise.all([subject.refresh().catch(() => {}), plain.refresh().catch(() => {})]);
    for (let round = 0; round < 4; round += 1) {
      const token = pick(tokens);
      const [one, other] = [subject.check(token), plain.check(token)];
      equal(one, other, `step ${step} at ${kit.clock.now}`);
      seen[one.code] = (seen[one.code] ?? 0) + 1;
      if (one.code === "ACCEPTED" && claims.get(token) === one.claims) seen.hits = (seen.hits ?? 0) + 1;
      claims.set(token, one.claims);
    }
    equal(subject.status().snapshot, plain.status().snapshot, `snapshot at step ${step}`);
  }
}

/** Around everything that turns with time. */
function timesOf({ snapshots, claimTimes }) {
  const turns = Object.values(snapshots).flatMap(({ snapshot }) => [
    snapshot.issuedAt,
    snapshot.nextUpdate,
    snapshot.expiresAt,
  ]);
  const { iat, exp } = claimTimes;
  return [...turns, iat - 5, exp + 5].flatMap((time) => [time - 1, time, time + 0.5]).concat(turns, turns);
}

/** A verifier on a network whose key set and snapshot change. */
async function subscribed(kit, extra = {}) {
  const fixture = kit.fixtures.revocation;
  const snapshot = (name) => fixture.snapshots[name].snapshot;
  kit.clock.now = Math.max(...Object.values(fixture.snapshots).map((captured) => captured.snapshot.issuedAt));
  const net = network();
  const serve = (name) => {
    for (const [url, content] of Object.entries(fixture.snapshots[name].answers)) {
      const octets = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
      net.routes[url] = bytes(octets, { etag: `"${name}"` });
    }
  };
  const serveKeys = (keys) => {
    net.routes[JWKS] = json({ keys });
  };
  serveKeys(fixture.jwks.keys);
  const [current, stolen] = fixture.jwks.keys;
  const manifest = `${fixture.address}/manifest`;
  const changes = [
    ...["empty", "second", "revoked", "sameEdition", "otherIssuer"].map((name) => () => serve(name)),
    ...[[current, stolen], [current, stolen], [current], [stolen]].map((keys) => () => serveKeys(keys)),
    () => delete net.routes[manifest],
    () => delete net.routes[JWKS],
  ];
  const revocations = { url: fixture.address, publisherKeys: [fixture.publisherKey] };
  const options = { keys: { jwksUri: JWKS, maxStaleSeconds: 60 }, revocations, fetch: net.fetch };
  const subject = await kit.verifier({ ...options, ...extra });
  return { subject, fixture, serve, snapshot, changes, options };
}
