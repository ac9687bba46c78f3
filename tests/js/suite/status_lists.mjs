/** Token Status Lists: only VALID passes, whatever is missing refuses, and nobody is asked beyond the allowed. */
import { equal, rejection, thrown, truthy } from "./assert.mjs";
import { json, network, status } from "./network.mjs";

const ORIGIN = "https://status.example";

const LIST_KEYS = "https://status.example/jwks.json";

export const statusListCases = {
  "only the status VALID passes, and the number of another is told": async (kit) => {
    const { subject, tokens } = await opened(kit);
    equal((await subject.verify(tokens.valid)).code, "ACCEPTED");
    equal((await subject.verify(tokens.alsoValid)).code, "ACCEPTED");
    for (const [name, number] of Object.entries({ invalid: 1, suspended: 2, application: 3 })) {
      const { code, details } = await rejection(subject.verify(tokens[name]));
      equal([code, details], ["ERR_STATUS_NOT_VALID", { status: number }], name);
    }
    equal((await rejection(subject.verify(tokens.outOfRange))).code, "ERR_STATUS_INDEX_OUT_OF_RANGE");
  },

  "a list is fetched once, with its media type, and serves sync checks then": async (kit) => {
    const { subject, tokens, net, uri } = await opened(kit);
    const lacking = subject.check(tokens.valid);
    equal([lacking.code, lacking.details], ["ERR_STATUS_LIST_UNAVAILABLE", { uri }]);
    equal(thrown(() => subject.verifySync(tokens.valid)).code, "ERR_STATUS_LIST_UNAVAILABLE");
    await subject.verify(tokens.valid);
    for (const name of ["valid", "alsoValid", "valid"]) equal(subject.check(tokens[name]).code, "ACCEPTED");
    equal(net.requests.length, 1);
    equal(net.requests[0].headers.accept, "application/statuslist+jwt");
  },

  "status tells the lists that are loaded": async (kit) => {
    const { subject, tokens, uri } = await opened(kit);
    equal(subject.status().statusLists, []);
    await subject.verify(tokens.valid);
    const { now } = kit.fixtures;
    equal(subject.status().statusLists, [{ uri, issuedAt: now, usableUntil: now + 605, fetchedAt: now }]);
  },

  "an address that is not allowed is never asked": async (kit) => {
    const { subject, tokens, net } = await opened(kit);
    equal((await rejection(subject.verify(tokens.elsewhere))).code, "ERR_STATUS_URI_NOT_ALLOWED");
    equal(net.requests.length, 0);
  },

  "a token that is refused anyway causes no request": async (kit) => {
    const { subject, tokens, net } = await opened(kit);
    equal((await rejection(subject.verify(tokens.expired))).code, "ERR_CLAIM_EXPIRED");
    equal((await rejection(subject.verify(tokens.otherMechanism))).code, "ERR_STATUS_CLAIM");
    equal(net.requests.length, 0);
  },

  "a token without status passes unless the claim is required": async (kit) => {
    const { subject, tokens } = await opened(kit);
    equal((await subject.verify(tokens.without)).code, "ACCEPTED");
    const strict = await opened(kit, { requiredClaims: ["status"] });
    equal((await rejection(strict.subject.verify(tokens.without))).code, "ERR_CLAIM_MISSING");
  },

  "without the option the claim status is not looked at": async (kit) => {
    for (const statusLists of [undefined, null]) {
      const { subject, tokens } = await opened(kit, { statusLists });
      equal((await subject.verify(tokens.invalid)).code, "ACCEPTED");
      equal(subject.status().statusLists, null);
    }
  },

  "a defective list refuses its tokens, and the cause names the defect": async (kit) => {
    const { bad } = kit.fixtures.statusLists.lists;
    for (const [code, defective] of Object.entries(bad)) {
      for (const list of defective) {
        const { subject, tokens } = await opened(kit, {}, list);
        const error = await rejection(subject.verify(tokens.valid));
        equal([error.code, error.cause?.code], ["ERR_STATUS_LIST_UNAVAILABLE", code]);
        equal(subject.status().lastError.about, "statusLists");
      }
    }
  },

  "a list larger than the option allows is refused undecoded": async (kit) => {
    const [bomb] = kit.fixtures.statusLists.lists.bad.ERR_STATUS_LIST_TOO_LARGE;
    const { subject, tokens } = await opened(kit, { statusLists: { uris: [ORIGIN], maxBytes: 1_000 } }, bomb);
    const error = await rejection(subject.verify(tokens.valid));
    equal([error.code, error.cause?.code], ["ERR_STATUS_LIST_UNAVAILABLE", "ERR_FETCH_TOO_LARGE"]);
  },

  "a failed fetch refuses, backs off, and recovers": async (kit) => {
    const { subject, tokens, net, uri, good } = await opened(kit, {}, null);
    for (let round = 0; round < 3; round += 1) {
      const error = await rejection(subject.verify(tokens.valid));
      equal([error.code, error.cause?.code], ["ERR_STATUS_LIST_UNAVAILABLE", "ERR_FETCH_STATUS"]);
    }
    equal(net.requests.length, 1);
    net.routes[uri] = listAt(good);
    kit.clock.now += 2;
    equal((await subject.verify(tokens.valid)).code, "ACCEPTED");
  },

  "after its ttl a list is fetched again, and a cached verdict dies with it": async (kit) => {
    const { subject, tokens, net, uri, lists } = await opened(kit);
    await subject.verify(tokens.valid);
    net.routes[uri] = listAt(lists.later);
    kit.clock.now += 59;
    equal((await subject.verify(tokens.valid)).code, "ACCEPTED");
    equal(net.requests.length, 1);
    kit.clock.now += 1;
    await subject.verify(tokens.valid).catch(() => {});
    await settled(() => net.requests.length === 2 && subject.check(tokens.valid).code !== "ACCEPTED");
    equal(subject.check(tokens.valid).code, "ERR_STATUS_NOT_VALID");
  },

  "an unchanged list is confirmed by 304 and serves on": async (kit) => {
    const { subject, tokens, net, uri, good } = await opened(kit);
    net.routes[uri] = listAt(good, { etag: '"1"' });
    await subject.verify(tokens.valid);
    net.routes[uri] = status(304);
    kit.clock.now += 61;
    await subject.refresh();
    if (kit.revalidate === "header") equal(net.requests[1].headers["if-none-match"], '"1"');
    equal((await subject.verify(tokens.valid)).code, "ACCEPTED");
    equal(subject.status().lastError, null);
  },

  "a list is used until its exp while fetching fails, and not after": async (kit) => {
    const { subject, tokens, net, uri } = await opened(kit);
    await subject.verify(tokens.valid);
    net.routes[uri] = status(503);
    kit.clock.now += 604;
    equal((await subject.verify(tokens.valid)).code, "ACCEPTED");
    kit.clock.now += 1;
    equal(subject.check(tokens.valid).code, "ERR_STATUS_LIST_EXPIRED");
    equal((await rejection(subject.verify(tokens.valid))).code, "ERR_STATUS_LIST_EXPIRED");
  },

  "a server that only confirms an expired list is asked for it whole, not at every check": async (kit) => {
    const { subject, tokens, net, uri, good } = await opened(kit);
    net.routes[uri] = listAt(good, { etag: '"1"' });
    await subject.verify(tokens.valid);
    net.routes[uri] = (init) => (init.headers["if-none-match"] === undefined ? listAt(good)() : status(304)());
    kit.clock.now += 700;
    for (let round = 0; round < 5; round += 1) {
      equal((await rejection(subject.verify(tokens.valid))).code, "ERR_STATUS_LIST_EXPIRED");
    }
    truthy(net.requests.length <= 3, `a few requests, not ${net.requests.length}`);
  },

  "an older list does not replace the one that is held": async (kit) => {
    const { subject, tokens, net, uri, lists } = await opened(kit);
    await subject.verify(tokens.valid);
    net.routes[uri] = listAt(lists.older);
    equal((await rejection(subject.refresh())).code, "ERR_STATUS_LIST_ROLLED_BACK");
    equal(subject.check(tokens.valid).code, "ACCEPTED");
    equal(subject.status().lastError.code, "ERR_STATUS_LIST_ROLLED_BACK");
  },

  "a list without exp serves for the age that the option allows": async (kit) => {
    const { withoutExp } = kit.fixtures.statusLists.lists;
    const { subject, tokens } = await opened(kit, { statusLists: { uris: [ORIGIN], maxAgeSeconds: 100 } }, withoutExp);
    await subject.verify(tokens.valid);
    kit.clock.now += 105;
    equal(subject.check(tokens.valid).code, "ERR_STATUS_LIST_EXPIRED");
  },

  "lists may be signed by keys of their own, and then by no others": async (kit) => {
    const { listJwks, lists } = kit.fixtures.statusLists;
    const given = { uris: [ORIGIN], keys: { jwks: listJwks } };
    const own = await opened(kit, { statusLists: given }, lists.ownKey);
    equal((await own.subject.verify(own.tokens.valid)).code, "ACCEPTED");
    const other = await opened(kit, { statusLists: given }, lists.good);
    equal((await rejection(other.subject.verify(other.tokens.valid))).cause.code, "ERR_KEY_NOT_FOUND");
  },

  "keys of lists are fetched when the first list needs them": async (kit) => {
    const { listJwks, lists } = kit.fixtures.statusLists;
    const statusLists = { uris: [ORIGIN], keys: { jwksUri: LIST_KEYS } };
    const { subject, tokens, net } = await opened(kit, { statusLists }, lists.ownKey);
    net.routes[LIST_KEYS] = json(listJwks);
    equal((await subject.verify(tokens.valid)).code, "ACCEPTED");
    equal(net.requests.length, 2);
  },

  "many checks at once fetch a list once": async (kit) => {
    const { subject, tokens, net } = await opened(kit);
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => subject.verify(tokens.valid)));
    truthy(
      verdicts.every(({ code }) => code === "ACCEPTED"),
      "20 verdicts",
    );
    if (!kit.requestBound) equal(net.requests.length, 1);
  },

  "of more lists than may be kept the one not needed for longest leaves": async (kit) => {
    const { lists, uri } = kit.fixtures.statusLists;
    const { subject, tokens, net } = await opened(kit, { statusLists: { uris: [ORIGIN], maxLists: 2 } });
    for (const [number, list] of lists.others.entries()) net.routes[`${uri}/${number}`] = listAt(list);
    for (const number of [0, 1, 0, 2]) {
      kit.clock.now += 1;
      equal((await subject.verify(tokens.another[number])).code, "ACCEPTED");
    }
    equal(
      tokens.another.map((token) => subject.check(token).code === "ACCEPTED"),
      [true, false, true, false],
    );
    equal(subject.status().statusLists.length, 2);
  },

  "a list that leaves while it is fetched is not held": async (kit) => {
    const { lists, uri } = kit.fixtures.statusLists;
    const { subject, tokens, net } = await opened(kit, { statusLists: { uris: [ORIGIN], maxLists: 2 } });
    for (const [number, list] of lists.others.entries()) net.routes[`${uri}/${number}`] = listAt(list);
    await Promise.allSettled(tokens.another.map((token) => subject.verify(token)));
    const held = tokens.another.filter((token) => subject.check(token).code === "ACCEPTED");
    truthy(held.length <= 2, `${held.length} lists are held`);
    kit.clock.now += 61;
    for (const token of tokens.another) equal((await subject.verify(token)).code, "ACCEPTED");
  },

  "an option of the wrong shape is refused by name": async (kit) => {
    for (const [option, statusLists] of Object.entries({
      statusLists: 1,
      "statusLists.uris": {},
      "statusLists.uris[0]": { uris: ["http://status.example"] },
      "statusLists.uris[1]": { uris: [ORIGIN, `${ORIGIN}/?list=1`] },
      "statusLists.keys": { uris: [ORIGIN], keys: {} },
      "statusLists.keys.jwks": { uris: [ORIGIN], keys: { jwks: [] } },
      "statusLists.keys.secret": { uris: [ORIGIN], keys: { secret: new Uint8Array(32) } },
      "statusLists.maxBytes": { uris: [ORIGIN], maxBytes: 0 },
      "statusLists.maxLists": { uris: [ORIGIN], maxLists: 65 },
      "statusLists.maxAgeSeconds": { uris: [ORIGIN], maxAgeSeconds: 0.5 },
      "statusLists.allow": { uris: [ORIGIN], allow: true },
    })) {
      const error = await rejection(opened(kit, { statusLists }));
      equal([error.code, error.details.option], ["ERR_OPTION_INVALID", option]);
    }
  },
};

/** A verifier that follows the lists of one origin, on a network where this list lies (`null`: an error). */
async function opened({ verifier, fixtures }, options = {}, list = fixtures.statusLists.lists.good) {
  const { uri, jwks, tokens, lists } = fixtures.statusLists;
  const net = network({ [uri]: list === null ? status(503) : listAt(list) });
  const subject = await verifier({
    keys: { jwks },
    statusLists: { uris: [ORIGIN] },
    fetch: net.fetch,
    ...options,
  });
  return { subject, net, uri, tokens, lists, good: lists.good };
}

function listAt(token, headers = {}) {
  return () => new Response(token, { headers: { "content-type": "application/statuslist+jwt", ...headers } });
}

/** Waits for what goes on in the background. */
async function settled(condition) {
  for (let round = 0; round < 200 && !condition(); round += 1) await new Promise((resolve) => setTimeout(resolve, 5));
}
