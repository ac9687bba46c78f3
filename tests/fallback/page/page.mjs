/** Runs every suite in this page, as a host without WebAssembly, IndexedDB and Cache API, and leaves the report. */
import { runAll } from "../suite/all.mjs";
import { fromBase64 } from "../suite/octets.mjs";
import { POLICY } from "../suite/verifiers.mjs";

// Lockdown Mode takes these too; the browser's switches do not.
for (const name of ["indexedDB", "caches"]) delete globalThis[name];

try {
  globalThis.report = { host: await host(), ...(isSecureContext ? await suites() : { refusal: await refusal() }) };
} catch (error) {
  globalThis.report = { error: `${error}\n${error?.stack}` };
}
document.title = "done";

async function suites() {
  return runAll(await modules(), {
    read: (path) => json(`/vectors/${path}`),
    files: async (path) => (await json(`/folders/${path}`)).map(([name, content]) => [name, fromBase64(content)]),
    corpus: () => json("/corpus.json"),
    rsaKeys: () => json("/rsa-keys.json"),
  });
}

/** What this host has, and which kinds of keys its engine does itself. */
async function host() {
  const names = ["WebAssembly", "indexedDB", "caches", "isSecureContext"];
  const present = Object.fromEntries(names.map((name) => [name, Boolean(globalThis[name])]));
  return { ...present, agent: navigator.userAgent, engine: isSecureContext ? await engine() : null };
}

async function engine() {
  const { "ed25519-engine": ed25519 } = await modules();
  const generates = async (params) => {
    const pair = await crypto.subtle.generateKey(params, false, ["sign", "verify"]).catch(() => null);
    return pair !== null;
  };
  return {
    ed25519: await generates({ name: "Ed25519" }),
    ed25519IsTrusted: (await ed25519.engineKey(ed25519.MIXED_ORDER.x)) !== null,
    p521: await generates({ name: "ECDSA", namedCurve: "P-521" }),
  };
}

/** Outside of secure contexts there is nothing to verify with. */
async function refusal() {
  const { core } = await modules();
  try {
    return typeof new core.FallbackCore(POLICY);
  } catch (error) {
    return { name: error.name, code: error.code };
  }
}

async function modules() {
  const names = await json("/modules.json");
  const loaded = await Promise.all(names.map((name) => import(`/code/fallback/${name}.js`)));
  return Object.fromEntries(names.map((name, at) => [name, loaded[at]]));
}

async function json(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}
