/** Keys from a `jwksUri`: fetched once, kept fresh, gone when removed, and never a lever against the issuer. */
import { equal, rejection, truthy } from "./assert.mjs";
import { endless, json, network, status } from "./network.mjs";
import { tokenOf } from "./tokens.mjs";

const JWKS = "https://issuer.example/jwks.json";

const keys = { jwksUri: JWKS };

export const keyCases = {
  "the key set is fetched by the first check and serves the next": async ({ verifier, fixtures }) => {
    const net = network({ [JWKS]: json(fixtures.jwks) });
    const subject = await verifier({ keys, fetch: net.fetch });
    equal(subject.check(tokenOf(fixtures, "ES256")).code, "ERR_KEYS_UNAVAILABLE");
    equal((await subject.verify(tokenOf(fixtures, "ES256"))).code, "ACCEPTED");
    equal((await subject.verify(tokenOf(fixtures, "EdDSA"))).code, "ACCEPTED");
    equal(subject.check(tokenOf(fixtures, "RS256")).code, "ACCEPTED");
    equal(net.requests.length, 1);
  },

  "status tells how many keys came, when, and what was left out": async ({ verifier, fixtures }) => {
    const weak = { kty: "oct", kid: "weak", k: "AAAA" };
    const net = network({ [JWKS]: json({ keys: [...fixtures.jwks.keys, weak] }) });
    const subject = await verifier({ keys, fetch: net.fetch });
    equal(subject.status().keys, { count: 0, fetchedAt: null, source: "jwksUri", refused: [] });
    await subject.refresh();
    const { count, fetchedAt, refused } = subject.status().keys;
    equal([count, fetchedAt], [fixtures.jwks.keys.length, fixtures.now]);
    equal(refused.length, 1);
    equal(refused[0].kid, "weak");
    equal([subject.status().lastError, subject.status().lastRefreshAt], [null, fixtures.now]);
  },

  "a symmetric key in a fetched set verifies nothing": async ({ verifier, fixtures }) => {
    const { secret, token } = fixtures.secrets[0];
    const k = secret.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
    const oct = { kty: "oct", alg: "HS256", k };
    const net = network({ [JWKS]: json({ keys: [oct] }) });
    const subject = await verifier({ keys, fetch: net.fetch });
    truthy((await rejection(subject.verify(token))).code.startsWith("ERR_HEADER_ALG"), "HS256 not allowed");
    const error = await rejection(subject.verify(tokenOf(fixtures, "ES256")));
    equal(error.code, "ERR_KEYS_UNAVAILABLE");
  },

  "a token with a new kid is accepted after one refetch": async ({ verifier, fixtures, clock }) => {
    const [first, ...others] = fixtures.jwks.keys;
    const net = network({ [JWKS]: json({ keys: others }) });
    const subject = await verifier({ keys, fetch: net.fetch });
    await subject.refresh();
    net.routes[JWKS] = json(fixtures.jwks);
    clock.now += 1;
    equal((await subject.verify(tokenOf(fixtures, first.alg))).code, "ACCEPTED");
    equal(net.requests.length, 2);
  },

  "a flood of invented kids causes one refetch in ten seconds": async ({ verifier, fixtures, clock, requestBound }) => {
    const net = network({ [JWKS]: json(fixtures.jwks) });
    const subject = await verifier({ keys, fetch: net.fetch });
    await subject.refresh();
    const flood = async () => {
      for (const token of fixtures.unknownKids) {
        equal((await rejection(subject.verify(token))).code, "ERR_KEY_NOT_FOUND");
      }
    };
    const perWindow = requestBound ? 4 : 1;
    await flood();
    equal(net.requests.length, 1 + perWindow);
    clock.now += 9;
    await flood();
    equal(net.requests.length, 1 + perWindow);
    clock.now += 1;
    await flood();
    equal(net.requests.length, 1 + 2 * perWindow);
  },

  "a kid that was not found costs no refetch for a minute": async ({ verifier, fixtures, clock }) => {
    const net = network({ [JWKS]: json(fixtures.jwks, { "cache-control": "max-age=3600" }) });
    const subject = await verifier({ keys, fetch: net.fetch });
    await subject.refresh();
    const [token] = fixtures.unknownKids;
    const after = async (seconds) => {
      clock.now += seconds;
      await rejection(subject.verify(token));
      return net.requests.length;
    };
    equal([await after(0), await after(30), await after(29), await after(1)], [2, 2, 2, 3]);
  },

  "a removed key dies with the next fetch": async ({ verifier, fixtures }) => {
    const net = network({ [JWKS]: json(fixtures.jwks) });
    const subject = await verifier({ keys, fetch: net.fetch });
    await subject.verify(tokenOf(fixtures, "ES256"));
    net.routes[JWKS] = json({ keys: fixtures.jwks.keys.filter(({ alg }) => alg !== "ES256") });
    await subject.refresh();
    equal(subject.check(tokenOf(fixtures, "ES256")).code, "ERR_KEY_NOT_FOUND");
    equal(subject.check(tokenOf(fixtures, "EdDSA")).code, "ACCEPTED");
    net.routes[JWKS] = json({ keys: [] });
    await subject.refresh();
    equal(subject.check(tokenOf(fixtures, "EdDSA")).code, "ERR_KEYS_UNAVAILABLE");
  },

  "max-age is obeyed within half a minute and an hour": async ({ verifier, fixtures, clock }) => {
    const fresh = [
      ["max-age=60", 60],
      ["public, max-age=120, must-revalidate", 120],
      ["max-age=1", 30],
      ["no-store", 30],
      ["no-cache, max-age=600", 30],
      ["max-age=999999999", 3_600],
      ["s-maxage=600", 300],
      ["", 300],
    ];
    for (const [header, seconds] of fresh) {
      const net = network({ [JWKS]: json(fixtures.jwks, header === "" ? {} : { "cache-control": header }) });
      const subject = await verifier({ keys, fetch: net.fetch });
      await subject.refresh();
      equal(await requestsAfter(subject, net, clock, seconds - 1, fixtures), 1, `${header} minus one second`);
      equal(await requestsAfter(subject, net, clock, 1, fixtures), 2, header);
    }
  },

  "a due refresh goes on after the answer and is handed to waitUntil": async ({ verifier, fixtures, clock }) => {
    const net = network({ [JWKS]: json(fixtures.jwks) });
    const subject = await verifier({ keys, fetch: net.fetch });
    await subject.refresh();
    clock.now += 300;
    let release = () => {};
    net.routes[JWKS] = () => new Promise((resolve) => (release = () => resolve(json(fixtures.jwks)())));
    const handed = [];
    const verdict = await subject.verify(tokenOf(fixtures, "ES256"), { waitUntil: (promise) => handed.push(promise) });
    equal([verdict.code, handed.length, subject.status().keys.fetchedAt], ["ACCEPTED", 1, fixtures.now]);
    equal((await subject.verify(tokenOf(fixtures, "ES256"))).code, "ACCEPTED", "while it is under way");
    equal(net.requests.length, 2);
    release();
    await Promise.all(handed);
    equal(subject.status().keys.fetchedAt, fixtures.now + 300);
  },

  "keys outlive a failing issuer by their bound and no longer": async ({ verifier, fixtures, clock }) => {
    const net = network({ [JWKS]: json(fixtures.jwks) });
    const subject = await verifier({ keys: { jwksUri: JWKS, maxStaleSeconds: 600 }, fetch: net.fetch });
    await subject.refresh();
    net.routes[JWKS] = status(503);
    clock.now = fixtures.now + 899;
    equal(subject.check(tokenOf(fixtures, "ES256")).code, "ACCEPTED");
    clock.now = fixtures.now + 900;
    equal(subject.check(tokenOf(fixtures, "ES256")).code, "ERR_KEYS_UNAVAILABLE");
    const error = await rejection(subject.verify(tokenOf(fixtures, "ES256")));
    equal(
      [error.code, error.cause.code, error.cause.details.status],
      ["ERR_KEYS_UNAVAILABLE", "ERR_FETCH_STATUS", 503],
    );
    equal(subject.check("not a token").code, "ERR_TOKEN_MALFORMED");
    net.routes[JWKS] = json(fixtures.jwks);
    clock.now += 60;
    equal((await subject.verify(tokenOf(fixtures, "ES256"))).code, "ACCEPTED");
    equal(subject.status().lastError, null);
  },

  "a failing issuer is left alone: one request, then back-off": async ({ verifier, fixtures, clock }) => {
    const net = network({ [JWKS]: status(500) });
    const subject = await verifier({ keys, fetch: net.fetch });
    for (let call = 0; call < 20; call += 1) await rejection(subject.verify(tokenOf(fixtures, "ES256")));
    equal(net.requests.length, 1);
    clock.now += 1;
    await rejection(subject.verify(tokenOf(fixtures, "ES256")));
    equal(net.requests.length, 2);
    equal(subject.status().lastError.about, "keys");
  },

  "Retry-After is obeyed, up to five minutes": async ({ verifier, fixtures, clock }) => {
    for (const [header, seconds] of [
      ["120", 120],
      ["86400", 300],
    ]) {
      const net = network({ [JWKS]: status(429, { "retry-after": header }) });
      const subject = await verifier({ keys, fetch: net.fetch });
      await rejection(subject.verify(tokenOf(fixtures, "ES256")));
      clock.now += seconds - 1;
      await rejection(subject.verify(tokenOf(fixtures, "ES256")));
      equal(net.requests.length, 1, header);
      clock.now += 1;
      await rejection(subject.verify(tokenOf(fixtures, "ES256")));
      equal(net.requests.length, 2, header);
    }
  },

  "an endless key set is cut off at its limit": async ({ verifier, fixtures }) => {
    const stream = endless('{"keys":[],"x":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}');
    const net = network({ [JWKS]: stream.route });
    const subject = await verifier({ keys, fetch: net.fetch });
    const error = await rejection(subject.refresh());
    equal([error.code, error.details.limit], ["ERR_FETCH_TOO_LARGE", 1_048_576]);
    truthy(stream.stopped(), "a cancelled stream");
    equal(subject.check(tokenOf(fixtures, "ES256")).code, "ERR_KEYS_UNAVAILABLE");
  },

  "what is no key set is refused and the old keys stay": async ({ verifier, fixtures }) => {
    const net = network({ [JWKS]: json(fixtures.jwks) });
    const subject = await verifier({ keys, fetch: net.fetch });
    await subject.refresh();
    const page = () => new Response("\n <!doctype html><title>Sign in to the hotel</title>");
    const answers = [
      [page, "ERR_FETCH_CONTENT"],
      [() => new Response(""), "ERR_FETCH_CONTENT"],
      [() => new Response("{"), "ERR_KEY_SET_MALFORMED"],
      [json({ keys: 1 }), "ERR_KEY_SET_MALFORMED"],
      [() => new Response(new Uint8Array([0xff, 0xfe])), "ERR_KEY_SET_MALFORMED"],
      [status(404), "ERR_FETCH_STATUS"],
      [status(206), "ERR_FETCH_STATUS"],
      [() => "not a response", "ERR_FETCH_FAILED"],
      [() => Promise.reject(new TypeError("connection reset")), "ERR_FETCH_FAILED"],
    ];
    for (const [route, code] of answers) {
      net.routes[JWKS] = route;
      equal((await rejection(subject.refresh())).code, code);
      equal(subject.status().lastError.code, code);
      equal(subject.check(tokenOf(fixtures, "ES256")).code, "ACCEPTED", code);
    }
  },

  "an entity tag is sent back, where that costs no preflight, and 304 keeps the keys": async (kit) => {
    const { verifier, fixtures, clock, revalidate } = kit;
    const net = network({ [JWKS]: json(fixtures.jwks, { etag: '"one"', "cache-control": "max-age=60" }) });
    const subject = await verifier({ keys, fetch: net.fetch });
    await subject.refresh();
    net.routes[JWKS] = status(304);
    clock.now += 60;
    await subject.refresh();
    const sent = net.requests.map(({ headers }) => headers["if-none-match"] ?? null);
    equal(sent, [null, revalidate === "header" ? '"one"' : null]);
    equal([subject.check(tokenOf(fixtures, "ES256")).code, subject.status().keys.fetchedAt], ["ACCEPTED", clock.now]);
    equal(await requestsAfter(subject, net, clock, 59, fixtures), 2, "the max-age that came with the keys");
  },

  "304 without anything held is an error": async ({ verifier }) => {
    const net = network({ [JWKS]: status(304) });
    const subject = await verifier({ keys, fetch: net.fetch });
    equal((await rejection(subject.refresh())).code, "ERR_FETCH_STATUS");
  },

  "a fetch that never answers ends at the deadline, also when it ignores the signal": async ({ verifier }) => {
    const net = network({ [JWKS]: () => new Promise(() => {}) });
    const subject = await verifier({ keys, fetch: net.fetch, deadlineSeconds: 1 });
    const error = await rejection(subject.refresh());
    equal([error.code, error.details.seconds], ["ERR_FETCH_TIMEOUT", 1]);
  },

  "a hundred checks at once cause one fetch where promises may be shared": async (kit) => {
    const { verifier, fixtures, requestBound } = kit;
    const net = network({ [JWKS]: json(fixtures.jwks) });
    const subject = await verifier({ keys, fetch: net.fetch });
    const token = tokenOf(fixtures, "ES256");
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => subject.verify(token)));
    truthy(
      verdicts.every(({ code }) => code === "ACCEPTED"),
      "a hundred verdicts",
    );
    equal(net.requests.length, requestBound ? 100 : 1);
  },

  "close ends a running fetch and frees what waits for it": async ({ verifier, fixtures }) => {
    let signal;
    const net = network({
      [JWKS]: (init) => {
        signal = init.signal;
        return new Promise(() => {});
      },
    });
    const subject = await verifier({ keys, fetch: net.fetch });
    const waiting = rejection(subject.verify(tokenOf(fixtures, "ES256")));
    await Promise.resolve();
    const started = Date.now();
    subject.close();
    truthy(signal.aborted, "an aborted request");
    equal((await waiting).code, "ERR_VERIFIER_CLOSED");
    truthy(Date.now() - started < 5_000, "an end before the deadline of ten seconds");
  },

  "a clock that is set back makes a refresh due and revives nothing": async ({ verifier, fixtures, clock }) => {
    const net = network({ [JWKS]: json(fixtures.jwks) });
    const subject = await verifier({ keys, fetch: net.fetch });
    await subject.refresh();
    clock.now -= 86_400;
    await rejection(subject.verify(tokenOf(fixtures, "ES256"), { waitUntil: () => {} }));
    equal(net.requests.length, 2);
  },
};

/** Checks once after `seconds`, lets the refresh end that this may have started, and counts the requests. */
async function requestsAfter(subject, net, clock, seconds, fixtures) {
  clock.now += seconds;
  const handed = [];
  await subject.verify(tokenOf(fixtures, "ES256"), { waitUntil: (promise) => handed.push(promise) });
  await Promise.all(handed);
  return net.requests.length;
}
