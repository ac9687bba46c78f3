/** Shards on demand under workerd, where nothing may be shared between requests. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import * as fault from "../js/support/fault-server.mjs";
import { SUBJECTS, serveParts } from "../js/support/parts.mjs";
import { ISSUER } from "../js/support/series.mjs";
import { keyPair } from "../js/support/tokens.mjs";
import { startWorker } from "../js/support/workerd.mjs";

const key = keyPair("ES256");
const clock = { now: Math.floor(Date.now() / 1000) };

let origin;
let worker;

beforeEach(async () => {
  origin = await fault.startServer({ "/jwks.json": fault.body(JSON.stringify({ keys: [key.jwk] })) });
  const publisherKey = serveParts(origin, clock, { version: 1, bits: 3, revokedAt: clock.now });
  worker = await start({
    issuer: ISSUER,
    audience: "api",
    keys: { jwksUri: `${origin.origin}/jwks.json` },
    revocations: { url: `${origin.origin}/r/main`, publisherKeys: [publisherKey], profile: "on-demand" },
    deadlineSeconds: 3,
  });
});

afterEach(() => Promise.all([worker.stop(), origin.stop()]));

test("fifty requests at once on a cold isolate are answered, each by its shard", async () => {
  const subjects = SUBJECTS.slice(0, 50);
  const answers = await Promise.all(subjects.map((sub, at) => ask(sub, at % 2 === 0 ? "good" : `stolen-${sub}`)));
  const expected = subjects.map((_, at) => (at % 2 === 0 ? "ACCEPTED" : "ERR_REVOCATION_REVOKED"));
  assert.deepEqual(
    answers.map(({ code }) => code),
    expected,
  );
});

test("a request that is cancelled while it loads a shard leaves the next one free to load it", async () => {
  const shards = Object.keys(origin.routes).filter((path) => path.includes("/shards/"));
  const genuine = shards.map((path) => origin.routes[path]);
  for (const path of shards) origin.routes[path] = fault.silent;
  const abort = new AbortController();
  const cancelled = ask("user-1", "good", abort.signal).catch(({ name }) => name);
  while (!origin.requests.some(({ path }) => shards.includes(path))) await delay(10);
  abort.abort();
  assert.equal(await cancelled, "AbortError");
  for (const [at, path] of shards.entries()) origin.routes[path] = genuine[at];
  const started = performance.now();
  assert.equal((await ask("user-1")).code, "ACCEPTED");
  assert.ok(performance.now() - started < 1_000);
});

async function start(options) {
  const folder = mkdtempSync(join(tmpdir(), "rescind-edge-"));
  cpSync(fileURLToPath(new URL("worker/edge_worker.mjs", import.meta.url)), join(folder, "edge_worker.mjs"));
  writeFileSync(join(folder, "options.mjs"), `export const options = ${JSON.stringify(options)};\n`);
  try {
    return await startWorker(folder, "edge_worker.mjs");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function ask(sub, jti = "good", signal = undefined) {
  const claims = { iss: ISSUER, aud: "api", sub, jti, iat: clock.now - 60, exp: clock.now + 3_600 };
  const headers = { authorization: `Bearer ${key.token(claims)}` };
  return (await fetch(await worker.miniflare.ready, { headers, signal })).json();
}

function delay(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
