/** The suite in headless Chromium, on the packed package, served as files are. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { cases } from "./suite/suite.mjs";
import { launch } from "./support/browser.mjs";
import { makeFixtures } from "./support/fixtures.mjs";
import { packageDir } from "./support/package.mjs";
import { EXPECTED, needsVectors, vectorFiles } from "./vectors/files.mjs";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** What a page needs to run the package, and nothing more. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

const folders = { package: packageDir, suite: besides("suite"), vectors: besides("vectors") };
const fixtures = await makeFixtures();
const server = await serve();
const origin = `http://127.0.0.1:${server.address().port}`;
const browser = await launch();
const page = await browser.newPage();
await page.goto(`${origin}/`);

after(async () => {
  await browser.close();
  await new Promise((resolve) => server.close(resolve));
});

for (const name of Object.keys(cases)) {
  test(name, async () => {
    const failure = await page.evaluate(runInPage, { name, fixtures });
    if (failure !== null) assert.fail(failure);
  });
}

test("attack corpus and Wycheproof's JOSE files are right in Chromium", needsVectors, async () => {
  assert.deepEqual(await page.evaluate(vectorsInPage, vectorFiles()), EXPECTED);
});

test("a page without 'wasm-unsafe-eval' verifies in plain JavaScript and is told what its policy needs", async () => {
  const other = await browser.newPage();
  await other.goto(`${origin}/strict.html`);
  const { init, verdict, status } = await other.evaluate(verifyInPage, fixtures);
  for (const told of [init, status.lastError]) {
    assert.deepEqual([told.code, told.details], ["ERR_WASM_LOAD", { reason: "content_security_policy" }]);
    assert.match(told.message, /'wasm-unsafe-eval'/);
  }
  assert.deepEqual([verdict.code, verdict.claims], ["ACCEPTED", fixtures.tokens[0].claims]);
  assert.deepEqual([status.core, status.runtime, status.lastError.about], ["fallback", "web", "core"]);
});

test("a page with WebAssembly never downloads the verifier in plain JavaScript", async () => {
  const other = await browser.newPage();
  const paths = [];
  other.on("request", (request) => paths.push(new URL(request.url()).pathname));
  await other.goto(`${origin}/`);
  const { init, verdict, status } = await other.evaluate(verifyInPage, fixtures);
  assert.deepEqual([init, verdict.code, status.core], [null, "ACCEPTED", "wasm"]);
  assert.ok(paths.includes("/package/dist/load/core_bg.wasm"));
  assert.deepEqual(
    paths.filter((path) => path.includes("fallback")),
    [],
  );
});

test("a page that comes back from sleep refreshes what is due at once, until it is closed", async () => {
  const requests = await page.evaluate(wakeInPage, fixtures);
  assert.deepEqual(requests, { start: 1, early: 1, seen: 2, online: 3, closed: 3 });
});

test("a redirect on the page's own origin is followed and one to another origin is refused", async () => {
  const codes = await page.evaluate(redirectsInPage, origin);
  assert.deepEqual(codes, ["loaded", "ERR_FETCH_REDIRECT"]);
});

async function runInPage({ name, fixtures }) {
  const rescind = await import("/package/dist/load/web.js");
  const { runCase } = await import("/suite/suite.mjs");
  const host = { runtime: "web", requestBound: false, revalidate: "cache", accelerates: true };
  return runCase(name, rescind, host, fixtures).then(
    () => null,
    (error) => String(error.stack),
  );
}

async function vectorsInPage(files) {
  const { runVectors } = await import("/vectors/run.mjs");
  return runVectors(await import("/package/dist/load/web.js"), files);
}

async function verifyInPage({ issuer, jwks, tokens }) {
  const { createVerifier, init } = await import("/package/dist/load/web.js");
  const loaded = await init().then(
    () => null,
    ({ code, message, details }) => ({ code, message, details }),
  );
  const verifier = await createVerifier({ issuer, audience: "api", keys: { jwks }, revocations: null });
  const { code, claims } = await verifier.verify(tokens[0].token);
  return { init: loaded, verdict: { code, claims }, status: verifier.status() };
}

async function wakeInPage({ issuer, jwks }) {
  const { createVerifier } = await import("/package/dist/load/web.js");
  const clock = { now: 1_800_000_000 };
  let requests = 0;
  const verifier = await createVerifier({
    issuer,
    audience: "api",
    keys: { jwksUri: "https://issuer.example/jwks.json" },
    revocations: null,
    now: () => clock.now,
    fetch: async () => {
      requests += 1;
      return Response.json(jwks);
    },
  });
  const after = async (seconds, target, event) => {
    clock.now += seconds;
    target.dispatchEvent(new Event(event));
    await new Promise((resolve) => setTimeout(resolve, 50));
    return requests;
  };
  const start = requests;
  const early = await after(1, document, "visibilitychange");
  const seen = await after(4_000, document, "visibilitychange");
  const online = await after(4_000, globalThis, "online");
  verifier.close();
  return { start, early, seen, online, closed: await after(4_000, globalThis, "online") };
}

async function redirectsInPage(origin) {
  const { createVerifier } = await import("/package/dist/load/web.js");
  const codeOf = async (path) => {
    const keys = { jwksUri: origin + path };
    const verifier = await createVerifier({ issuer: "i", audience: null, keys, revocations: null, autoRefresh: false });
    return verifier.refresh().then(
      () => "loaded",
      ({ code }) => code,
    );
  };
  return [await codeOf("/moved"), await codeOf("/elsewhere")];
}

function besides(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}

async function serve() {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://host");
    const answer = answers(server)[pathname] ?? file(pathname);
    response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function answers(server) {
  const html = (policy) => ({
    headers: { "content-type": "text/html", "content-security-policy": policy },
    body: "<!doctype html><title>suite</title>",
  });
  const other = `http://localhost:${server.address().port}`;
  return {
    "/": html(`${POLICY} http://localhost:*`),
    "/strict.html": html("default-src 'self'"),
    "/keys": {
      headers: { "content-type": "application/json", "access-control-allow-origin": "*" },
      body: JSON.stringify(fixtures.jwks),
    },
    "/moved": { status: 302, headers: { location: "/keys" } },
    "/elsewhere": { status: 302, headers: { location: `${other}/keys` } },
  };
}

function file(pathname) {
  const [, folder, ...rest] = normalize(pathname).split("/");
  const path = join(folders[folder] ?? "/nowhere", ...rest);
  if (!existsSync(path)) return { status: 404, body: "not found" };
  return { headers: { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }, body: readFileSync(path) };
}
