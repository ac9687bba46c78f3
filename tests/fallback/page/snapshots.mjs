/** Runs the snapshot suites in this page, on a host without WebAssembly, and leaves the report. */
import { runFormatVectors } from "../suite/format.mjs";
import { fromBase64 } from "../suite/octets.mjs";
import { runSnapshots } from "../suite/snapshots.mjs";

try {
  globalThis.report = await suites();
} catch (error) {
  globalThis.report = { error: `${error}\n${error?.stack}` };
}
document.title = "done";

async function suites() {
  const loaded = await modules();
  const { index, files } = await json("/format.json");
  const snapshots = await json("/snapshots.json");
  return {
    webAssembly: typeof WebAssembly,
    format: await runFormatVectors(loaded, index, async (name) => fromBase64(files[name])),
    snapshots: snapshots && (await runSnapshots(loaded, snapshots)),
  };
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
