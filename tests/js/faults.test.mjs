/** Faults on a real network: whatever happens to a download, it ends in time and what is loaded stays in force. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import * as fault from "./support/fault-server.mjs";
import { importPackage } from "./support/package.mjs";
import { keyPair } from "./support/tokens.mjs";

const { createVerifier } = await importPackage();
const key = keyPair("ES256");
const now = Math.floor(Date.now() / 1000);
const token = key.token({ iss: "https://issuer.example", aud: "api", exp: now + 600 });
const keySet = Buffer.from(JSON.stringify({ keys: [key.jwk] }));

let server;
let other;
let verifier;

before(async () => {
  server = await fault.startServer();
  other = await fault.startServer({ "/jwks.json": fault.body(keySet) });
});

after(() => Promise.all([server.stop(), other.stop()]));

/** Each test starts with loaded keys, so that it can tell whether they survived. */
beforeEach(async () => {
  verifier?.close();
  server.routes["/jwks.json"] = fault.body(keySet);
  verifier = await verifierOf(`${server.origin}/jwks.json`);
  await verifier.refresh();
  server.requests.length = 0;
  other.requests.length = 0;
});

after(() => verifier.close());

const refused = {
  "a body that breaks off": [() => fault.brokenAfter(keySet, 20), "ERR_FETCH_FAILED"],
  "a body that is cut short": [() => fault.body(keySet.subarray(0, -1)), "ERR_KEY_SET_MALFORMED"],
  "a flipped bit in the structure": [() => fault.body(Buffer.from(keySet).fill(0x7a, 0, 1)), "ERR_KEY_SET_MALFORMED"],
  "an HTML page": [() => fault.portal(), "ERR_FETCH_CONTENT"],
  "an empty body": [() => fault.body(""), "ERR_FETCH_CONTENT"],
  "status 500": [() => fault.status(500), "ERR_FETCH_STATUS"],
  "status 304 that nothing asked for": [() => fault.status(304), "ERR_FETCH_STATUS"],
  "an endless body": [() => fault.endless(Buffer.alloc(65_536, 0x20)), "ERR_FETCH_TOO_LARGE"],
  "a declared length over the limit": [() => fault.body(Buffer.alloc(1_048_577, 0x20)), "ERR_FETCH_TOO_LARGE"],
  "a compressed body that unpacks to 50 MB": [() => fault.bomb(50_000_000), "ERR_FETCH_TOO_LARGE"],
  "a byte now and then": [() => fault.dripping(keySet, 50), "ERR_FETCH_TIMEOUT"],
  "no answer at all": [() => fault.silent, "ERR_FETCH_TIMEOUT"],
  "a redirect to another origin": [() => fault.redirect(`${other.origin}/jwks.json`), "ERR_FETCH_REDIRECT"],
  "a redirect to another host": [() => fault.redirect("http://169.254.169.254/latest"), "ERR_FETCH_REDIRECT"],
  "a redirect to another scheme": [() => fault.redirect("file:///etc/passwd"), "ERR_FETCH_REDIRECT"],
  "a redirect without an address": [() => fault.status(302), "ERR_FETCH_REDIRECT"],
  "a redirect to itself": [() => fault.redirect("/jwks.json"), "ERR_FETCH_REDIRECT"],
};

for (const [name, [route, code]] of Object.entries(refused)) {
  test(`${name} is refused within the deadline and the loaded keys stay`, async () => {
    server.routes["/jwks.json"] = route();
    const started = performance.now();
    await assert.rejects(verifier.refresh(), { name: "RescindError", code });
    assert.ok(performance.now() - started < 4_000, "ends within the deadline of one second and a margin");
    assert.equal(verifier.status().lastError.code, code);
    assert.equal(verifier.check(token).code, "ACCEPTED");
    assert.equal(other.requests.length, 0, "no request went to another origin");
    server.routes["/jwks.json"] = fault.body(keySet);
    await verifier.refresh();
    assert.equal(verifier.status().lastError, null);
  });
}

test("redirects on the same origin are followed three times and no further", async () => {
  server.routes["/1"] = fault.redirect("/2", 301);
  server.routes["/2"] = fault.redirect(`${server.origin}/3`, 307);
  server.routes["/3"] = fault.redirect("../jwks.json", 308);
  const three = await verifierOf(`${server.origin}/1`);
  assert.equal((await three.verify(token)).code, "ACCEPTED");
  three.close();
  server.routes["/0"] = fault.redirect("/1");
  const four = await verifierOf(`${server.origin}/0`);
  await assert.rejects(four.refresh(), { code: "ERR_FETCH_REDIRECT" });
  four.close();
});

test("a given fetch that follows redirects by itself is caught by the answer's address", async () => {
  server.routes["/jwks.json"] = fault.redirect(`${other.origin}/jwks.json`);
  const fetch = (url, init) => globalThis.fetch(url, { ...init, redirect: "follow" });
  const subject = await verifierOf(`${server.origin}/jwks.json`, { fetch });
  await assert.rejects(subject.refresh(), { code: "ERR_FETCH_REDIRECT" });
  subject.close();
});

test("an oversized download is given up: the connection closes", async () => {
  server.routes["/jwks.json"] = fault.endless(Buffer.alloc(65_536, 0x20));
  await assert.rejects(verifier.refresh());
  await eventually(() => server.requests.at(-1).closed);
});

test("a refused connection is an error with its cause", async () => {
  const gone = await fault.startServer();
  await gone.stop();
  const subject = await verifierOf(`${gone.origin}/jwks.json`);
  await assert.rejects(subject.refresh(), (error) => error.code === "ERR_FETCH_FAILED" && error.cause !== undefined);
  subject.close();
});

test("an error tells the address and never the body", async () => {
  server.routes["/jwks.json"] = fault.body('{"keys": "the secret of the other side');
  await assert.rejects(
    verifier.refresh(),
    (error) => !JSON.stringify([error.message, error.details]).includes("secret"),
  );
});

function verifierOf(jwksUri, options = {}) {
  return createVerifier({
    issuer: "https://issuer.example",
    audience: "api",
    keys: { jwksUri },
    revocations: null,
    autoRefresh: false,
    deadlineSeconds: 1,
    ...options,
  });
}

async function eventually(holds) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail("did not happen within two seconds");
}
