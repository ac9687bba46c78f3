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

test("twenty inits at once fetch the wasm once, and a failed one is fetched again", () => {
  const script = `
    import { readFileSync } from "node:fs";
    const wasm = readFileSync(new URL(import.meta.resolve("rescind/wasm")));
    let fetched = 0;
    globalThis.fetch = async () => {
      fetched += 1;
      return new Response(fetched === 1 ? "<!doctype html>" : wasm, { headers: { "content-type": "application/wasm" } });
    };
    const web = new URL("./web.js", import.meta.resolve("rescind"));
    const { createVerifier, init } = await import(web);
    const failed = await Promise.all(Array.from({ length: 20 }, () => init().catch(({ code }) => code)));
    await Promise.all(Array.from({ length: 20 }, () => init()));
    const verifier = await createVerifier(${JSON.stringify(options)});
    const { code } = verifier.check(${JSON.stringify(token)});
    process.stdout.write([...new Set(failed), code, fetched, verifier.status().runtime].join());`;
  assert.equal(inProject(script), "ERR_WASM_LOAD,ACCEPTED,2,web");
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

test("the entry of runtimes that never have WebAssembly verifies in plain JavaScript", async () => {
  const { createVerifier, init } = await importFile("dist/load/unsupported.js");
  await assert.rejects(init(), { code: "ERR_WASM_UNAVAILABLE" });
  const verifier = await createVerifier(options);
  assert.equal((await verifier.verify(token)).code, "ACCEPTED");
  assert.deepEqual([verifier.status().core, verifier.status().runtime], ["fallback", "no-wasm"]);
  verifier.close();
});

for (const specifier of ["rescind", "rescind/inline", "rescind/slim"]) {
  test(`${specifier} goes on without WebAssembly, by promises only`, () => {
    const script = `
      const { createVerifier, init } = await import(${JSON.stringify(specifier)});
      const failed = await init().catch(({ code }) => code);
      const verifier = await createVerifier(${JSON.stringify(options)});
      const { code } = await verifier.verify(${JSON.stringify(token)});
      const forged = await verifier.verify(${JSON.stringify(`${token.slice(0, -8)}AAAAAAAA`)}).catch(({ code }) => code);
      const { core } = verifier.status();
      process.stdout.write([typeof WebAssembly, failed, code, forged, verifier.check("x").code, core].join());`;
    const expected = "undefined,ERR_WASM_UNAVAILABLE,ACCEPTED,ERR_SIGNATURE_INVALID,ERR_WASM_UNAVAILABLE,fallback";
    assert.equal(inProject(script, ["--jitless"]), expected);
  });
}

test("without WebAssembly and without crypto.subtle there is no verifier, and the reason is told", () => {
  const script = `
    delete globalThis.WebAssembly;
    Object.defineProperty(globalThis, "crypto", { value: {} });
    const { createVerifier } = await import("rescind");
    const error = await createVerifier(${JSON.stringify(options)}).catch((error) => error);
    process.stdout.write([error.name, error.code, /crypto.subtle/.test(error.message)].join());`;
  assert.equal(inProject(script), "RescindError,ERR_WASM_UNAVAILABLE,true");
});

test("a wasm that is only broken or missing is an error, never a reason to go on without it", () => {
  const script = `
    globalThis.fetch = async () => new Response("<!doctype html>");
    const { createVerifier } = await import(new URL("./web.js", import.meta.resolve("rescind")));
    const error = await createVerifier(${JSON.stringify(options)}).catch((error) => error);
    process.stdout.write([error.code, error.details.reason].join());`;
  assert.equal(inProject(script), "ERR_WASM_LOAD,not_wasm");
});

test("a wrong option is refused without WebAssembly too", () => {
  const script = `
    delete globalThis.WebAssembly;
    const { createVerifier } = await import("rescind");
    const wrong = { ...${JSON.stringify(options)}, keys: { secret: new Uint8Array(4) } };
    const error = await createVerifier(wrong).catch((error) => error);
    process.stdout.write(error.code);`;
  assert.match(inProject(script), /^ERR_(?:KEY_REFUSED|OPTION_INVALID|POLICY_INVALID)$/);
});

const rsaKey = keyPair("RS256");
const rsaOptions = { ...options, keys: { jwks: { keys: [rsaKey.jwk] } } };
const rsaToken = rsaKey.token(claims);

const accelerated = {
  "rescind loads the accelerator from its file": ["rescind", ""],
  "rescind/inline has the accelerator in its text": ["rescind/inline", ""],
  "rescind/slim takes an accelerator that it is handed": [
    "rescind/slim",
    `const read = (name) => readFileSync(new URL(import.meta.resolve(name)));
    await init(read("rescind/wasm"), read("rescind/accelerator"));`,
  ],
};

for (const [name, [specifier, prepare]] of Object.entries(accelerated)) {
  test(`${name} without holding up the first verdict`, () => {
    assert.equal(inProject(rsaScript(specifier, prepare)), "ACCEPTED,accelerated,ACCEPTED,ERR_SIGNATURE_INVALID");
  });
}

test("an accelerator that cannot be loaded, or is no module, leaves everything to the core", () => {
  const init = (accelerator) =>
    `await init(readFileSync(new URL(import.meta.resolve("rescind/wasm"))), ${accelerator});`;
  const outcomes = {
    "Promise.reject(new Error('gone'))": "load_failed",
    "new Uint8Array([0x3c, 0x21])": "load_failed",
    "new Response('<!doctype html>')": "load_failed",
    "Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)": "module_unusable",
    undefined: "baseline",
  };
  for (const [accelerator, status] of Object.entries(outcomes)) {
    const expected = `ACCEPTED,${status},ACCEPTED,ERR_SIGNATURE_INVALID`;
    assert.equal(inProject(rsaScript("rescind/slim", init(accelerator))), expected, accelerator);
  }
});

test("a verifier that is closed before the accelerator comes disturbs no other", () => {
  const script = `
    const { createVerifier } = await import("rescind");
    const options = ${JSON.stringify(rsaOptions)};
    const [one, other] = [await createVerifier(options), await createVerifier(options)];
    one.close();
    while (other.status().rsa === "baseline") await new Promise((resolve) => setTimeout(resolve, 5));
    process.stdout.write([other.status().rsa, other.check(${JSON.stringify(rsaToken)}).code].join());`;
  assert.equal(inProject(script), "accelerated,ACCEPTED");
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
    const found = content.match(/(?:\/(?:root|home|Users|work)\/[\w.-]+\/|\.cargo\/registry)[\w./-]*/g) ?? [];
    assert.deepEqual(
      found.filter((path) => !OF_THE_STANDARD_LIBRARY.test(path)),
      [],
      file.name,
    );
  }
});

test("the wasm and the glue are where every entry looks for them", () => {
  const load = readdirSync(join(packageDir, "dist/load"));
  for (const name of ["core.js", "core_bg.wasm", "core_base64.js", "source.js"]) assert.ok(load.includes(name), name);
});

/** A standard library that somebody built on this machine without our flags keeps the paths of its own crates. */
const OF_THE_STANDARD_LIBRARY = /\/(?:dlmalloc|hashbrown|compiler_builtins)-[\d.]+\//;

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

/** Checks before and after the accelerator came, a forged token too. */
function rsaScript(specifier, prepare) {
  return `
    import { readFileSync } from "node:fs";
    const { createVerifier, init } = await import(${JSON.stringify(specifier)});
    ${prepare}
    const verifier = await createVerifier({ ...${JSON.stringify(rsaOptions)}, cache: null });
    const told = [verifier.check(${JSON.stringify(rsaToken)}).code];
    for (let attempt = 0; attempt < 50 && verifier.status().rsa === "baseline"; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    told.push(verifier.status().rsa, verifier.check(${JSON.stringify(rsaToken)}).code);
    told.push(verifier.check(${JSON.stringify(`${rsaToken.slice(0, -8)}AAAAAAAA`)}).code);
    process.stdout.write(told.join());`;
}

/** What a script prints that runs as a module of the project, with nothing on its standard error. */
function inProject(script, flags = []) {
  const values = [...flags, "--input-type=module", "--eval", script];
  return execFileSync(process.execPath, values, { cwd: projectDir, encoding: "utf8", timeout: 20_000 });
}
