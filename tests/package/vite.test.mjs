/** A consumer's Vite build of the packed package, without any configuration, run in Chromium. */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { launch } from "../js/support/browser.mjs";
import { packageDir } from "../js/support/package.mjs";
import { keyPair } from "../js/support/tokens.mjs";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
  ".json": "application/json",
};

const key = keyPair("ES256");
const claims = { iss: "https://issuer.example", aud: "api", exp: Math.floor(Date.now() / 1000) + 600 };
const question = {
  token: key.token(claims),
  options: { issuer: claims.iss, audience: "api", keys: { jwks: { keys: [key.jwk] } }, revocations: null },
};

let root;

before(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "rescind-vite-")));
  cpSync(fileURLToPath(new URL("vite", import.meta.url)), root, { recursive: true });
  cpSync(packageDir, join(root, "node_modules/rescind"), { recursive: true });
  await build({ root, logLevel: "error", build: { outDir: "out" } });
});

after(() => rmSync(root, { recursive: true, force: true }));

test("the build emits each wasm once, under a name with its hash", () => {
  const emitted = readdirSync(join(root, "out/assets")).filter((name) => name.endsWith(".wasm"));
  const names = emitted.map((name) => /^(accelerator|core_bg)-[\w-]+\.wasm$/.exec(name)?.[1]);
  assert.deepEqual(names.sort(), ["accelerator", "core_bg"]);
});

test("the build keeps the verifier in plain JavaScript in a chunk of its own", () => {
  const scripts = readdirSync(join(root, "out/assets")).filter((name) => name.endsWith(".js"));
  const holding = scripts.filter((name) =>
    readFileSync(join(root, "out/assets", name), "utf8").includes("use verify()"),
  );
  assert.equal(holding.length, 1);
  assert.ok(!readFileSync(join(root, "out/index.html"), "utf8").includes(holding[0]));
});

test("the build reaches nothing of Node", () => {
  const scripts = readdirSync(join(root, "out/assets")).filter((name) => name.endsWith(".js"));
  for (const name of scripts) {
    assert.doesNotMatch(readFileSync(join(root, "out/assets", name), "utf8"), /node:fs|node:url|fileURLToPath/, name);
  }
});

test("the built page verifies with the fetched and with the inlined wasm", async () => {
  const server = createServer((request, response) => {
    if (request.url === "/question.json") return response.end(JSON.stringify(question));
    const file = join(root, "out", request.url === "/" ? "index.html" : request.url);
    if (!existsSync(file)) return response.writeHead(404).end();
    return response.writeHead(200, { "content-type": TYPES[extname(file)] }).end(readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await launch();
  const page = await browser.newPage();
  const failures = [];
  page.on("pageerror", (error) => failures.push(String(error)));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => document.title !== "pending", null, { timeout: 15_000 }).catch(() => {});
  assert.deepEqual(failures, []);
  const expected = ["web", "ACCEPTED", "ERR_TOKEN_BASE64", "inline", "ACCEPTED", "ERR_TOKEN_BASE64"];
  assert.deepEqual((await page.title()).split(","), expected);
  await browser.close();
  await new Promise((resolve) => server.close(resolve));
});
