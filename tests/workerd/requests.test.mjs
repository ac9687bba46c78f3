/** What workerd asks of a library: work belongs to a request, and a request can vanish at any moment. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { capture, published, startAuthority } from "../js/support/authority.mjs";
import * as fault from "../js/support/fault-server.mjs";
import { keyPair } from "../js/support/tokens.mjs";
import { startWorker } from "../js/support/workerd.mjs";

const ISSUER = "https://issuer.example";
const key = keyPair("ES256");

/** Tokens are older than every revocation of this file. */
const NOW = Math.floor(Date.now() / 1000);

let authority;
let older;
let newer;
let origin;
let worker;

before(async () => {
  authority = await startAuthority({ issuer: ISSUER });
  older = await capture(authority, "/r/main");
  const { snapshot } = await authority.revoke({ type: "subject", value: "mallory" });
  newer = await published(authority, snapshot, "/r/main");
});

after(() => authority.stop());

/** Each test has its own isolate, whose verifier holds nothing yet. */
beforeEach(async () => {
  origin = await fault.startServer({ "/jwks.json": fault.body(JSON.stringify({ keys: [key.jwk] })) });
  serve(older);
  worker = undefined;
  worker = await start();
});

afterEach(() => Promise.all([worker?.stop(), origin.stop()]));

test("a verifier made in global scope serves the first request and the next", async () => {
  assert.equal((await ask("user-1")).code, "ACCEPTED");
  assert.equal((await ask("user-1")).code, "ACCEPTED");
  assert.equal(origin.requests.filter(({ path }) => path === "/jwks.json").length, 1);
});

test("fifty requests at once on a cold isolate are all answered", async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => ask(`user-${index}`)));
  assert.deepEqual([...new Set(answers.map(({ code }) => code))], ["ACCEPTED"]);
});

test("a request that is cancelled while it fetches leaves the next one free to fetch", async () => {
  const answer = origin.routes["/r/main/manifest"];
  origin.routes["/r/main/manifest"] = fault.silent;
  const abort = new AbortController();
  const cancelled = ask("user-1", "/", abort.signal).catch(({ name }) => name);
  await until(() => origin.requests.some(({ path }) => path === "/r/main/manifest"));
  abort.abort();
  assert.equal(await cancelled, "AbortError");
  origin.routes["/r/main/manifest"] = answer;
  const started = performance.now();
  assert.equal((await ask("user-1")).code, "ACCEPTED");
  assert.ok(performance.now() - started < 1_000);
});

test("a request that waits for a slow publisher does not hold up those that come later", async () => {
  const answer = origin.routes["/r/main/manifest"];
  origin.routes["/r/main/manifest"] = fault.silent;
  const slow = ask("user-1");
  await until(() => origin.requests.some(({ path }) => path === "/r/main/manifest"));
  origin.routes["/r/main/manifest"] = answer;
  assert.equal((await ask("user-2")).code, "ACCEPTED");
  origin.requests.length = 0;
  const { code } = await slow;
  assert.equal(code, "ACCEPTED", "judged by the snapshot that another request brought");
});

test("a due refresh goes on after the answer, and the next request sees its result", async () => {
  assert.equal((await ask("mallory")).code, "ACCEPTED");
  serve(newer);
  await delay(1_100);
  await ask("mallory");
  await until(async () => (await ask("mallory")).code === "ERR_REVOCATION_REVOKED");
});

test("without waitUntil a due refresh is awaited", async () => {
  assert.equal((await ask("mallory", "/waiting")).code, "ACCEPTED");
  serve(newer);
  await delay(1_100);
  assert.equal((await ask("mallory", "/waiting")).code, "ERR_REVOCATION_REVOKED");
});

test("a publisher that is down is asked once and then left alone, and the answer names it", async () => {
  origin.routes["/r/main/manifest"] = fault.status(503, { "retry-after": "60" });
  const { code, cause } = await ask("user-1");
  assert.equal(code, "ERR_REVOCATION_NOT_COVERED");
  assert.match(cause, /answered with status 503/);
  for (let call = 0; call < 10; call += 1) await ask("user-1");
  assert.equal(origin.requests.filter(({ path }) => path === "/r/main/manifest").length, 1);
});

async function start() {
  const folder = mkdtempSync(join(tmpdir(), "rescind-edge-"));
  cpSync(fileURLToPath(new URL("worker/edge_worker.mjs", import.meta.url)), join(folder, "edge_worker.mjs"));
  writeFileSync(join(folder, "options.mjs"), `export const options = ${JSON.stringify(options())};\n`);
  try {
    return await startWorker(folder, "edge_worker.mjs");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function options() {
  return {
    issuer: ISSUER,
    audience: "api",
    keys: { jwksUri: `${origin.origin}/jwks.json` },
    revocations: { url: `${origin.origin}/r/main`, publisherKeys: [authority.publisherKey], pollSeconds: 1 },
    deadlineSeconds: 3,
  };
}

function serve({ answers }) {
  for (const [path, content] of Object.entries(answers))
    origin.routes[path] = fault.body(Buffer.from(content, "base64"));
}

async function ask(subject, path = "/", signal = undefined) {
  const token = key.token({ iss: ISSUER, aud: "api", sub: subject, iat: NOW - 60, exp: NOW + 600 });
  const url = new URL(path, await worker.miniflare.ready);
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal });
  return response.json();
}

function delay(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function until(holds) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await holds()) return;
    await delay(20);
  }
  assert.fail("did not happen within four seconds");
}
