/** Options: what is missing, mistyped, out of range or unknown is named, with what is expected. */
import { equal, rejection, truthy } from "./assert.mjs";

export const optionCases = {
  "each required option left out is named": async ({ createVerifier, fixtures }) => {
    for (const option of ["issuer", "audience", "keys", "revocations"]) {
      const { [option]: _, ...rest } = valid(fixtures);
      await refused(createVerifier(rest), option);
      await refused(createVerifier({ ...rest, [option]: undefined }), option);
    }
  },

  "a wrong value of each option is named": async ({ createVerifier, fixtures }) => {
    for (const [option, values] of Object.entries(wrong(fixtures))) {
      for (const value of values) await refused(createVerifier({ ...valid(fixtures), [option]: value }), option);
    }
  },

  "a wrong value inside keys or revocations is named with its path": async ({ createVerifier, fixtures }) => {
    for (const [path, value] of nested(fixtures)) {
      const [option] = path.split(".");
      await refused(createVerifier({ ...valid(fixtures), [option]: value }), path);
    }
  },

  "events cannot be listened to without timers": async ({ createVerifier, fixtures }) => {
    const revocations = { url: "https://a.example/r/main", publisherKeys: fixtures.publisherKeys, push: true };
    await refused(createVerifier({ ...valid(fixtures), revocations, autoRefresh: false }), "revocations.push");
  },

  "a store that is none, or stands beside no revocations, is refused": async ({ createVerifier, fixtures }) => {
    const revocations = { url: "https://a.example/r/main", publisherKeys: fixtures.publisherKeys };
    for (const store of [1, "x", {}, { get() {}, set() {} }]) {
      await refused(createVerifier({ ...valid(fixtures), revocations, store }), "store");
    }
    await refused(createVerifier({ ...valid(fixtures), store: null }), "store");
  },

  "an unknown option is refused by its name": async ({ createVerifier, fixtures }) => {
    await refused(createVerifier({ ...valid(fixtures), audiences: ["api"] }), "audiences");
    const keys = { jwks: fixtures.jwks, jwksURI: "https://a.example" };
    await refused(createVerifier({ ...valid(fixtures), keys }), "keys.jwksURI");
    await refused(createVerifier(JSON.parse('{"__proto__": 1}')), "__proto__");
  },

  "options that are no object are refused": async ({ createVerifier }) => {
    for (const options of [undefined, null, 1, "x", [], () => {}]) await refused(createVerifier(options), "options");
  },

  "options about revocation beside revocations null are refused": async ({ createVerifier, fixtures, memoryStore }) => {
    const beside = { onStale: "accept", onNotCovered: "reject", store: memoryStore() };
    for (const [option, value] of Object.entries(beside)) {
      await refused(createVerifier({ ...valid(fixtures), [option]: value }), option);
    }
  },

  "a key set without a usable key is refused with the reason": async ({ createVerifier, fixtures }) => {
    const keys = { jwks: { keys: [{ kty: "RSA", n: "AQAB", e: "AQAB" }] } };
    const error = await refused(createVerifier({ ...valid(fixtures), keys }), "keys.jwks");
    truthy(/RSA modulus/.test(error.message), "the reason in the message");
  },

  "a secret that is too short is refused": async ({ createVerifier, fixtures }) => {
    const keys = { secret: new Uint8Array(31) };
    const error = await rejection(createVerifier({ ...valid(fixtures), keys }));
    equal(error.code, "ERR_KEY_REFUSED");
  },

  "timers are refused where everything belongs to a request, and are the default elsewhere": async (kit) => {
    const withTimers = kit.createVerifier({ ...valid(kit.fixtures), autoRefresh: true });
    if (kit.requestBound) await refused(withTimers, "autoRefresh");
    else (await withTimers).close();
  },

  "waitUntil that is no function, or is not bound, is named": async ({ verifier, fixtures }) => {
    const subject = await verifier({ keys: { jwks: fixtures.jwks } });
    await refused(subject.verify(fixtures.tokens[0].token, { waitUntil: true }), "waitUntil");
  },
};

async function refused(promise, option) {
  const error = await rejection(promise);
  equal([error.code, error.details?.option], ["ERR_OPTION_INVALID", option], error.message);
  truthy(error.details.expected.length > 0, "what is expected");
  truthy(error.message.startsWith(`option ${option}: expected `), "a message that names both");
  return error;
}

function valid(fixtures) {
  return { issuer: "https://issuer.example", audience: "api", keys: { jwks: fixtures.jwks }, revocations: null };
}

function wrong() {
  const notText = [null, 1, {}, ["x"], "", "x".repeat(2_049)];
  const notWhole = [null, "1", 1.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 1n];
  return {
    issuer: notText,
    audience: [1, {}, "", [], [""], [1], Array(65).fill("a")],
    keys: [null, 1, "x", [], {}],
    revocations: [1, "x", [], true],
    algorithms: [null, "ES256", [], ["none"], ["es256"], ["ES256", 1], [""]],
    typ: [1, "", {}],
    requiredClaims: ["sub", [1], [""], null],
    clockToleranceSeconds: [...notWhole, 301],
    maxTokenBytes: [...notWhole, 0, 1_048_577],
    maxLifetimeSeconds: [...notWhole, 0, 4_294_967_296],
    deadlineSeconds: [...notWhole, 0, 121],
    autoRefresh: [null, 0, "true"],
    now: [null, 1, "now", {}, () => Number.NaN, () => Date.now(), thrower],
    fetch: [null, 1, {}],
  };
}

function nested(fixtures) {
  const [publisher] = fixtures.publisherKeys;
  const revocations = (change) => ({ url: "https://a.example/r/main", publisherKeys: [publisher], ...change });
  return [
    ["keys", { jwks: fixtures.jwks, secret: new Uint8Array(64) }],
    ["keys", { jwksUri: "https://a.example", jwks: fixtures.jwks }],
    ["keys.jwks", { jwks: [] }],
    ["keys.jwks", { jwks: { keys: [1n] } }],
    ["keys.secret", { secret: "a secret text that is long enough for it" }],
    ["keys.jwksUri", { jwksUri: "/jwks.json" }],
    ["keys.jwksUri", { jwksUri: "http://a.example/jwks.json" }],
    ["keys.jwksUri", { jwksUri: "http://127.0.0.1.a.example/jwks.json" }],
    ["keys.jwksUri", { jwksUri: "https://user:pass@a.example/jwks.json" }],
    ["keys.jwksUri", { jwksUri: "file:///etc/passwd" }],
    ["keys.maxStaleSeconds", { jwksUri: "https://a.example", maxStaleSeconds: -1 }],
    ["keys.maxStaleSeconds", { jwks: fixtures.jwks, maxStaleSeconds: 60 }],
    ["revocations.url", revocations({ url: undefined })],
    ["revocations.url", revocations({ url: "http://a.example/r/main" })],
    ["revocations.url", revocations({ url: "https://a.example/r/main?x=1" })],
    ["revocations.url", revocations({ url: "https://a.example/r/main#x" })],
    ["revocations.publisherKeys", revocations({ publisherKeys: undefined })],
    ["revocations.publisherKeys", revocations({ publisherKeys: [] })],
    ["revocations.publisherKeys", revocations({ publisherKeys: Array(9).fill(publisher) })],
    ["revocations.publisherKeys[0]", revocations({ publisherKeys: [null] })],
    ["revocations.publisherKeys[0]", revocations({ publisherKeys: [{ ...publisher, crv: "X25519" }] })],
    ["revocations.publisherKeys[0]", revocations({ publisherKeys: [{ ...publisher, d: publisher.x }] })],
    ["revocations.publisherKeys[1]", revocations({ publisherKeys: [publisher, { ...publisher, x: "AA" }] })],
    ["revocations.tenant", revocations({ tenant: "Main" })],
    ["revocations.tenant", revocations({ url: "https://a.example" })],
    ["revocations.tenant", revocations({ tenant: "a".repeat(65) })],
    ["revocations.pollSeconds", revocations({ pollSeconds: 0 })],
    ["revocations.pollSeconds", revocations({ pollSeconds: 3_601 })],
    ["revocations.spreadSeconds", revocations({ spreadSeconds: 3_601 })],
    ["revocations.push", revocations({ push: 1 })],
    ["revocations.rootKey", revocations({ rootKey: null })],
    ["revocations.rootKey", revocations({ rootKey: { ...publisher, d: publisher.x } })],
    ["revocations.interval", revocations({ interval: 5 })],
  ];
}

function thrower() {
  throw new Error("no clock");
}
