/** Against a real authority over a real network: how soon a revocation is enforced, and what faults on the way do. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { capture, published, startAuthority } from "./support/authority.mjs";
import * as fault from "./support/fault-server.mjs";
import { importPackage } from "./support/package.mjs";
import { keyPair } from "./support/tokens.mjs";

const { createVerifier } = await importPackage();
const ISSUER = "https://issuer.example";
const key = keyPair("ES256");

/** Tokens are older than every revocation of this file. */
const NOW = Math.floor(Date.now() / 1000);
const opened = [];

let authority;
let proxy;
let genuine;

before(async () => {
  authority = await startAuthority({ issuer: ISSUER, users: ["anna:acme"] });
  proxy = await fault.startServer();
  const older = await capture(authority, "/r/main");
  const { snapshot } = await authority.revoke({ type: "subject", value: "mallory" });
  genuine = { older, newer: await published(authority, snapshot, "/r/main") };
});

after(async () => {
  for (const verifier of opened) verifier.close();
  await Promise.all([authority.stop(), proxy.stop()]);
});

test("a revoked token is refused by the timers within a poll, without any call", async () => {
  const verifier = await open({ url: authority.url, pollSeconds: 1 });
  const token = tokenOf({ sub: "user-timer" });
  assert.equal(verifier.check(token).code, "ACCEPTED");
  await authority.revoke({ type: "subject", value: "user-timer" });
  const milliseconds = await until(() => verifier.check(token).code === "ERR_REVOCATION_REVOKED");
  assert.ok(milliseconds < 5_000, `refused after ${milliseconds} ms`);
});

test("a token that the authority issued is accepted, and refused once its session is revoked", async () => {
  const [{ username, password }] = authority.secrets.users;
  const answer = await fetch(`${authority.origin}/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username, password }),
  });
  const { access_token: token } = await answer.json();
  const verifier = await createVerifier({
    issuer: ISSUER,
    audience: "api",
    typ: "at+jwt",
    requiredClaims: ["sub", "jti", "sid", "client_id", "iat"],
    keys: { jwksUri: `${authority.origin}/jwks.json` },
    revocations: { url: authority.url, publisherKeys: [authority.publisherKey] },
    autoRefresh: false,
  });
  opened.push(verifier);
  const { claims } = await verifier.verify(token);
  assert.equal(claims.sub, username);
  await authority.revoke({ type: "session", value: claims.sid });
  await until(async () => {
    await verifier.refresh();
    return verifier.check(token).code === "ERR_REVOCATION_REVOKED";
  });
});

test("a client whose authority stops keeps its snapshot and tells its age", async () => {
  const stopping = await startAuthority({ issuer: ISSUER });
  const clock = { ahead: 0 };
  const verifier = await open({ url: stopping.url, publisherKeys: [stopping.publisherKey] }, {}, clock);
  await stopping.stop();
  await assert.rejects(verifier.refresh(), { code: "ERR_FETCH_FAILED" });
  assert.equal(verifier.check(tokenOf({ sub: "anyone" })).code, "ACCEPTED");
  clock.ahead = 100;
  const { snapshot, lastError } = verifier.status();
  assert.equal(snapshot.freshness, "stale");
  assert.ok(snapshot.ageSeconds >= 100);
  assert.equal(lastError.code, "ERR_FETCH_FAILED");
});

test("an unchanged manifest costs one conditional request without a body", async () => {
  serve(genuine.older);
  proxy.routes["/r/main/manifest"] = fault.tagged(bytesOf(genuine.older, "/manifest"), '"one"');
  const verifier = await open({ url: `${proxy.origin}/r/main` }, { autoRefresh: false });
  await verifier.refresh();
  proxy.requests.length = 0;
  await verifier.refresh();
  assert.deepEqual(
    proxy.requests.map(({ path, headers }) => [path, headers["if-none-match"]]),
    [["/r/main/manifest", '"one"']],
  );
  assert.equal(verifier.status().lastError, null);
});

const manifestFaults = {
  "a manifest that breaks off": [manifestOf((bytes) => fault.brokenAfter(bytes, 50)), "ERR_FETCH_FAILED"],
  "a manifest cut short": [manifestOf((bytes) => fault.body(bytes.subarray(0, -1))), "ERR_MANIFEST_SIGNATURE_INVALID"],
  "a manifest with a bit flipped": [
    manifestOf((bytes) => fault.body(flipped(bytes))),
    "ERR_MANIFEST_SIGNATURE_INVALID",
  ],
  "an HTML page as manifest": [manifestOf(() => fault.portal()), "ERR_FETCH_CONTENT"],
  "an empty manifest": [manifestOf(() => fault.body("")), "ERR_FETCH_CONTENT"],
  "status 502 for the manifest": [manifestOf(() => fault.status(502)), "ERR_FETCH_STATUS"],
  "an endless manifest": [manifestOf(() => fault.endless(Buffer.alloc(65_536, 1))), "ERR_FETCH_TOO_LARGE"],
  "a manifest byte by byte": [manifestOf((bytes) => fault.dripping(bytes, 50)), "ERR_FETCH_TIMEOUT"],
  "no manifest at all": [manifestOf(() => fault.silent), "ERR_FETCH_TIMEOUT"],
  "a manifest somewhere else": [manifestOf(() => fault.redirect("http://localhost:1/")), "ERR_FETCH_REDIRECT"],
  "an object as manifest": [manifestOf(() => fault.body(objectBytes())), "ERR_MANIFEST_MALFORMED"],
};

/** The edition that follows is carried by its manifest: an object is fetched by whoever holds nothing. */
const objectFaults = {
  "an object that breaks off": [objectOf((bytes) => fault.brokenAfter(bytes, 5)), "ERR_FETCH_FAILED"],
  "an object cut short": [objectOf((bytes) => fault.body(bytes.subarray(0, -1))), "ERR_OBJECT_MISMATCH"],
  "an object with a bit flipped": [objectOf((bytes) => fault.body(flipped(bytes))), "ERR_OBJECT_MISMATCH"],
  "an object that is missing": [objectOf(() => fault.status(404)), "ERR_FETCH_STATUS"],
  "an object that is too long": [objectOf((bytes) => fault.body(Buffer.concat([bytes, bytes]))), "ERR_FETCH_TOO_LARGE"],
  "an HTML page as object": [objectOf(() => fault.portal()), "ERR_FETCH_CONTENT"],
  "an object byte by byte": [objectOf((bytes) => fault.dripping(bytes, 50)), "ERR_FETCH_TIMEOUT"],
};

for (const [name, [apply, code]] of Object.entries(objectFaults)) {
  test(`${name} leaves a newcomer without a snapshot, and is over within the deadline`, async () => {
    serve(genuine.newer);
    apply();
    const verifier = await open({ url: `${proxy.origin}/r/main` }, { autoRefresh: false, deadlineSeconds: 1 });
    const started = performance.now();
    await assert.rejects(verifier.refresh(), { name: "RescindError", code });
    assert.ok(performance.now() - started < 4_000);
    assert.deepEqual([verifier.status().snapshot, verifier.status().lastError.code], [null, code]);
    serve(genuine.newer);
    await verifier.refresh();
    assert.equal(verifier.check(tokenOf({ sub: "mallory" })).code, "ERR_REVOCATION_REVOKED");
  });
}

for (const [name, [apply, code]] of Object.entries(manifestFaults)) {
  test(`${name} changes nothing and is over within the deadline`, async () => {
    serve(genuine.older);
    const verifier = await open({ url: `${proxy.origin}/r/main` }, { autoRefresh: false, deadlineSeconds: 1 });
    await verifier.refresh();
    serve(genuine.newer);
    apply();
    const started = performance.now();
    await assert.rejects(verifier.refresh(), { name: "RescindError", code });
    assert.ok(performance.now() - started < 4_000);
    const { snapshot, lastError } = verifier.status();
    assert.deepEqual([snapshot.version, lastError.code], [genuine.older.snapshot.version, code]);
    assert.equal(verifier.check(tokenOf({ sub: "mallory" })).code, "ACCEPTED");
    serve(genuine.newer);
    await verifier.refresh();
    assert.equal(verifier.check(tokenOf({ sub: "mallory" })).code, "ERR_REVOCATION_REVOKED");
    serve(genuine.older);
    await assert.rejects(verifier.refresh(), { code: "ERR_MANIFEST_ROLLED_BACK" });
    assert.equal(verifier.check(tokenOf({ sub: "mallory" })).code, "ERR_REVOCATION_REVOKED");
  });
}

test("a hundred refreshes at once are one request for the manifest", async () => {
  serve(genuine.newer);
  const verifier = await open({ url: `${proxy.origin}/r/main` }, { autoRefresh: false });
  proxy.requests.length = 0;
  await Promise.all(Array.from({ length: 100 }, () => verifier.refresh()));
  assert.equal(proxy.requests.filter(({ path }) => path === "/r/main/manifest").length, 1);
});

async function open(revocations, options = {}, clock = { ahead: 0 }) {
  const verifier = await createVerifier({
    issuer: ISSUER,
    audience: "api",
    keys: { jwks: { keys: [key.jwk] } },
    revocations: { publisherKeys: [authority.publisherKey], ...revocations },
    now: () => Math.floor(Date.now() / 1000) + clock.ahead,
    ...options,
  });
  opened.push(verifier);
  return verifier;
}

function tokenOf(claims) {
  return key.token({ iss: ISSUER, aud: "api", iat: NOW - 60, exp: NOW + 600, jti: "j", ...claims });
}

/** Puts a captured snapshot on the proxy. */
function serve({ answers }) {
  for (const path of Object.keys(proxy.routes)) delete proxy.routes[path];
  for (const [path, content] of Object.entries(answers))
    proxy.routes[path] = fault.body(Buffer.from(content, "base64"));
}

function manifestOf(faulty) {
  return () => {
    proxy.routes["/r/main/manifest"] = faulty(bytesOf(genuine.newer, "/manifest"));
  };
}

function objectOf(faulty) {
  return () => {
    const path = Object.keys(genuine.newer.answers).find((name) => name.includes("/objects/"));
    proxy.routes[path] = faulty(objectBytes());
  };
}

function objectBytes() {
  return bytesOf(genuine.newer, "/objects/");
}

function bytesOf({ answers }, part) {
  const [, content] = Object.entries(answers).find(([path]) => path.includes(part));
  return Buffer.from(content, "base64");
}

function flipped(bytes) {
  const copy = Buffer.from(bytes);
  copy[copy.length - 1] ^= 1;
  return copy;
}

/** Milliseconds until it holds; fails after ten seconds. */
async function until(holds) {
  const started = performance.now();
  while (performance.now() - started < 10_000) {
    if (await holds()) return Math.round(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return assert.fail("did not happen within ten seconds");
}
