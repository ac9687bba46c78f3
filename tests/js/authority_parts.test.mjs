/** A device that follows its user at a real authority with shards: signed in, revoked, restarted without a network. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { startAuthority } from "./support/authority.mjs";
import { launch } from "./support/browser.mjs";
import { importPackage, packageDir } from "./support/package.mjs";
import { eventually } from "./support/series.mjs";
import { keyPair } from "./support/tokens.mjs";

const { createVerifier, memoryStore } = await importPackage();
const ISSUER = "https://issuer.example";
const key = keyPair("ES256");
const now = Math.floor(Date.now() / 1000);

let authority;
let made = [];

before(async () => {
  authority = await startAuthority({ issuer: ISSUER, config: [['# shards = "auto"', "shards = 3"]] });
});

after(() => authority.stop());

afterEach(() => {
  for (const verifier of made) verifier.close();
  made = [];
});

for (const push of [false, true]) {
  test(`a session that is revoked ends on the device, ${push ? "by an event" : "by the next poll"}`, async () => {
    const verifier = await open({ push, pollSeconds: push ? 3_600 : 1 });
    const sub = `user-${push}`;
    const [token, other] = [tokenOf(sub, "one"), tokenOf(sub, "another")];
    assert.equal(verifier.check(token).details.reason, "shard_not_loaded");
    await verifier.follow([{ sub }]);
    assert.equal(verifier.check(token).code, "ACCEPTED");
    if (push) await eventually(() => verifier.status().push === "connected");
    await authority.revoke({ type: "session", value: `${sub}-one` });
    await eventually(() => verifier.check(token).code === "ERR_REVOCATION_REVOKED", "the revocation");
    assert.equal(verifier.check(other).code, "ACCEPTED");
    await authority.revoke({ type: "subject", value: sub });
    await eventually(() => verifier.check(other).code === "ERR_REVOCATION_REVOKED", "the revocation of the subject");
  });
}

test("a restart without a network knows what was revoked", async () => {
  const store = memoryStore();
  const verifier = await open({}, { store });
  await verifier.follow([{ sub: "traveller" }]);
  await authority.revoke({ type: "subject", value: "traveller" });
  const token = tokenOf("traveller", "one");
  await eventually(async () => {
    await verifier.refresh();
    return verifier.check(token).code === "ERR_REVOCATION_REVOKED";
  });
  verifier.close();
  const later = await open({ profile: { subjects: [{ sub: "traveller" }] } }, { store, fetch: offline });
  assert.equal(later.check(token).code, "ERR_REVOCATION_REVOKED");
  assert.equal(later.status().snapshot.parts.length, 2);
  const signedInLater = await open({}, { store, fetch: offline });
  await signedInLater.follow([{ sub: "traveller" }]);
  assert.equal(signedInLater.check(token).code, "ERR_REVOCATION_REVOKED");
  const others = Array.from({ length: 16 }, (_, at) => ({ sub: `somebody-else-${at}` }));
  await assert.rejects(signedInLater.follow(others), { code: "ERR_FETCH_FAILED" });
});

test("a page keeps its shard in IndexedDB, and answers from there after a reload without a network", async () => {
  const server = await servePackage();
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await authority.revoke({ type: "subject", value: "reader" });
    const given = { options: options(), tokens: [tokenOf("reader", "one"), tokenOf("reader-2", "one")] };
    const subjects = [{ sub: "reader" }, { sub: "reader-2" }];
    const answers = async (isOnline) => {
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      return page.evaluate(answersInPage, { ...given, subjects, isOnline });
    };
    await eventually(async () => String(await answers(true)) === "ERR_REVOCATION_REVOKED,ACCEPTED");
    assert.equal(String(await answers(false)), "ERR_REVOCATION_REVOKED,ACCEPTED");
  } finally {
    await browser.close();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Runs in the page. */
async function answersInPage({ options, tokens, subjects, isOnline }) {
  const { createVerifier } = await import("/dist/load/web.js");
  const fetch = isOnline ? undefined : () => Promise.reject(new TypeError("offline"));
  const profile = { subjects: isOnline ? [] : subjects };
  const verifier = await createVerifier({ ...options, revocations: { ...options.revocations, profile }, fetch });
  if (isOnline) await verifier.follow(subjects);
  if (isOnline) await verifier.refresh();
  const codes = tokens.map((token) => verifier.check(token).code);
  verifier.close();
  return codes;
}

function options() {
  return {
    issuer: ISSUER,
    audience: "api",
    keys: { jwks: { keys: [key.jwk] } },
    revocations: { url: authority.url, publisherKeys: [authority.publisherKey] },
  };
}

async function open(revocations, more = {}) {
  const given = options();
  const profile = { subjects: [] };
  const verifier = await createVerifier({
    ...given,
    revocations: { ...given.revocations, profile, ...revocations },
    ...more,
  });
  made.push(verifier);
  return verifier;
}

function tokenOf(sub, session) {
  const claims = { iss: ISSUER, aud: "api", sub, sid: `${sub}-${session}`, jti: `${sub}-${session}-token` };
  return key.token({ ...claims, iat: now - 60, exp: now + 600 });
}

function offline() {
  return Promise.reject(new TypeError("offline"));
}

async function servePackage() {
  const types = { ".js": "text/javascript", ".wasm": "application/wasm" };
  const server = createServer((request, response) => {
    if (request.url === "/") return response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>");
    const file = join(packageDir, normalize(request.url));
    if (!existsSync(file)) return response.writeHead(404).end();
    return response.writeHead(200, { "content-type": types[extname(file)] }).end(readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
