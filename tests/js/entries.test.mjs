/** The entries of the package: what the exports map names, and how each loads the wasm. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { resolveUnder } from "./support/conditions.mjs";
import { importFile, importPackage, packageDir, projectDir } from "./support/package.mjs";
import { keyPair } from "./support/tokens.mjs";

const manifest = JSON.parse(readFileSync(join(packageDir, "package.json"), "utf8"));
const key = keyPair("ES256");
const claims = { iss: "https://issuer.example", aud: "api", exp: Math.floor(Date.now() / 1000) + 600 };
const options = { issuer: claims.iss, audience: "api", keys: { jwks: { keys: [key.jwk] } }, revocations: null };
const token = key.token(claims);

const entries = {
  workerd: "workerd.js",
  "edge-light": "edge-light.js",
  "react-native": "unsupported.js",
  fastly: "unsupported.js",
  deno: "source.js",
  bun: "node.js",
  browser: "web.js",
};

for (const [condition, file] of Object.entries(entries)) {
  test(`the condition ${condition} names ${file}`, () => {
    assert.equal(basename(resolveUnder(condition)), file);
  });
}

test("without another condition Node gets its own entry", () => {
  assert.equal(basename(resolveUnder(null)), "node.js");
});

test("every file that the exports map names is there", () => {
  const named = JSON.stringify(manifest.exports)
    .match(/\.\/[\w./-]+/g)
    .concat(manifest.main, manifest.types);
  for (const file of named.filter((name) => name.startsWith("./dist"))) readFileSync(join(packageDir, file));
});

test("types stand first under every condition", () => {
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    if (typeof target === "object") assert.equal(Object.keys(target)[0], "types", subpath);
  }
});

test("the package depends on nothing and runs no script", () => {
  for (const member of ["dependencies", "peerDependencies", "optionalDependencies", "scripts", "bin"]) {
    assert.equal(manifest[member], undefined, member);
  }
});

test("every entry exports the same names", async () => {
  const names = Object.keys(await importPackage()).sort();
  for (const specifier of ["rescind/inline", "rescind/slim"]) {
    assert.deepEqual(Object.keys(await importPackage(specifier)).sort(), names, specifier);
  }
  for (const file of ["web.js", "unsupported.js"]) {
    assert.deepEqual(Object.keys(await importFile(`dist/load/${file}`)).sort(), names, file);
  }
});

test("importing the node entry reads no file and compiles nothing", () => {
  const script = `
    const real = WebAssembly.Module;
    let touched = 0;
    WebAssembly.Module = function (...values) { touched += 1; return new real(...values); };
    for (const name of ["compile", "instantiate"]) WebAssembly[name] = () => { touched += 1; };
    await import("rescind");
    process.stdout.write(String(touched));`;
  assert.equal(inProject(script), "0");
});

test("init may be called any number of times, at once and again", () => {
  const script = `
    const { init, createVerifier } = await import("rescind");
    await Promise.all(Array.from({ length: 20 }, () => init()));
    await init();
    const verifier = await createVerifier(${JSON.stringify(options)});
    process.stdout.write(verifier.check(${JSON.stringify(token)}).code);`;
  assert.equal(inProject(script), "ACCEPTED");
});

test("a failed init is an error with its cause, and the next one may succeed", () => {
  const script = `
    const { init } = await import("rescind");
    const failed = await init(new Uint8Array([0x3c, 0x21, 0x64, 0x6f])).catch((error) => error);
    await init();
    process.stdout.write([failed.code, failed.cause !== undefined, /HTML page/.test(failed.message)].join());`;
  assert.equal(inProject(script), "ERR_WASM_LOAD,true,true");
});

const inputs = {
  bytes: "readFileSync(file)",
  "an ArrayBuffer": "new Uint8Array(readFileSync(file)).buffer",
  "a compiled module": "new WebAssembly.Module(readFileSync(file))",
  "a promise of bytes": "Promise.resolve(readFileSync(file))",
  "a Response of the right type": `new Response(readFileSync(file), { headers: { "content-type": "application/wasm" } })`,
};

for (const [name, input] of Object.entries(inputs)) {
  test(`rescind/slim works once init has ${name}`, () => {
    assert.equal(inProject(slimScript(input)), "ERR_WASM_NOT_INITIALIZED,ERR_WASM_NOT_INITIALIZED,ACCEPTED");
  });
}

test("rescind/slim works once init has an address, whatever type the server names", () => {
  for (const type of ["application/wasm", "text/html"]) {
    const script = slimScript("await served()").replace(
      "const codes",
      `import { createServer } from "node:http";
      const server = createServer((_, response) =>
        response.writeHead(200, { "content-type": ${JSON.stringify(type)}, connection: "close" }).end(readFileSync(file)));
      server.unref();
      const served = () => new Promise((resolve) =>
        server.listen(0, "127.0.0.1", () => resolve(new URL("http://127.0.0.1:" + server.address().port + "/core_bg.wasm"))));
      console.warn = () => {};
      const codes`,
    );
    assert.equal(inProject(script), "ERR_WASM_NOT_INITIALIZED,ERR_WASM_NOT_INITIALIZED,ACCEPTED", type);
  }
});

test("rescind/inline reads no file and fetches nothing", () => {
  const script = `
    import { register } from "node:module";
    globalThis.fetch = () => { throw new Error("fetched"); };
    const { createVerifier } = await import("rescind/inline");
    const verifier = await createVerifier(${JSON.stringify(options)});
    process.stdout.write([verifier.check(${JSON.stringify(token)}).code, verifier.status().runtime].join());`;
  assert.equal(inProject(script, ["--permission", `--allow-fs-read=${projectDir}`]), "ACCEPTED,inline");
});

test("rescind/inline works without Uint8Array.fromBase64", () => {
  const script = `
    delete Uint8Array.fromBase64;
    const { createVerifier } = await import("rescind/inline");
    const verifier = await createVerifier(${JSON.stringify(options)});
    process.stdout.write(verifier.check(${JSON.stringify(token)}).code);`;
  assert.equal(inProject(script), "ACCEPTED");
});

test("rescind/wasm names the module's file", () => {
  const file = resolveUnder(null, "rescind/wasm");
  assert.deepEqual([...readFileSync(file).subarray(0, 4)], [0, 0x61, 0x73, 0x6d]);
});

test("the unsupported entry rejects with one typed error", async () => {
  const { createVerifier, init } = await importFile("dist/load/unsupported.js");
  for (const call of [init(), createVerifier(options)]) await assert.rejects(call, { code: "ERR_WASM_UNAVAILABLE" });
});

test("a runtime without WebAssembly is told so", () => {
  const script = `
    delete globalThis.WebAssembly;
    const { createVerifier } = await import("rescind");
    const error = await createVerifier(${JSON.stringify(options)}).catch((error) => error);
    process.stdout.write(error.code);`;
  assert.equal(inProject(script), "ERR_WASM_UNAVAILABLE");
});

test("require gives the same package", () => {
  const script = `
    import { createRequire } from "node:module";
    const require = createRequire(process.cwd() + "/x.js");
    process.stdout.write(String(require("rescind").createVerifier === (await import("rescind")).createVerifier));`;
  assert.equal(inProject(script), "true");
});

test("a verifier with timers does not keep the process alive", () => {
  const script = `
    const { createVerifier } = await import("rescind");
    const fetch = async () => new Response(${JSON.stringify(JSON.stringify({ keys: [key.jwk] }))});
    const verifier = await createVerifier({ ...${JSON.stringify(options)}, keys: { jwksUri: "https://a.example" }, fetch });
    process.stdout.write(verifier.check(${JSON.stringify(token)}).code);`;
  const started = performance.now();
  assert.equal(inProject(script), "ACCEPTED");
  assert.ok(performance.now() - started < 5_000, "ended by itself");
});

test("no file of the package holds a path of the machine that built it", () => {
  for (const file of readdirSync(packageDir, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const content = readFileSync(join(file.parentPath, file.name), "latin1");
    const found = /(?:\/(?:root|home|Users|work)\/[\w.-]+\/|\.cargo\/registry)[\w./-]*/.exec(content)?.[0];
    assert.equal(found, undefined, file.name);
  }
});

test("the wasm and the glue are where every entry looks for them", () => {
  const load = readdirSync(join(packageDir, "dist/load"));
  for (const name of ["core.js", "core_bg.wasm", "core_base64.js", "source.js"]) assert.ok(load.includes(name), name);
});

function slimScript(input) {
  return `
    import { readFileSync } from "node:fs";
    const file = new URL(import.meta.resolve("rescind/wasm"));
    const { createVerifier, init } = await import("rescind/slim");
    const codes = [await init().catch(({ code }) => code)];
    codes.push(await createVerifier(${JSON.stringify(options)}).catch(({ code }) => code));
    await init(${input});
    await init();
    const verifier = await createVerifier(${JSON.stringify(options)});
    codes.push(verifier.check(${JSON.stringify(token)}).code);
    process.stdout.write(codes.join());`;
}

/** What a script prints that runs as a module of the project, with nothing on its standard error. */
function inProject(script, flags = []) {
  const values = [...flags, "--input-type=module", "--eval", script];
  return execFileSync(process.execPath, values, { cwd: projectDir, encoding: "utf8", timeout: 20_000 });
}
