// The edge: www/edge/worker.js bundled with the installed package by Vite and run by workerd.
import { copyFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Miniflare } from "miniflare";
import { build } from "vite";

const STOP_SIGNALS = ["SIGINT", "SIGTERM"];
const WORKER = fileURLToPath(new URL("../edge/worker.js", import.meta.url));

/**
 * @typedef {object} Edge
 * @property {string} origin
 * @property {() => Promise<void>} stop
 */

/**
 * Starts the worker on a free loopback port.
 * @param {{ bundleFolder: string, package: import("./package.mjs").InstalledPackage, bindings: Record<string, unknown>, port?: number }} options
 * @returns {Promise<Edge>}
 */
export async function startEdge({ bundleFolder, package: installed, bindings, port = 0 }) {
  await bundleWorker(bundleFolder, installed);
  const miniflare = withoutSignals(
    () =>
      new Miniflare({
        host: "127.0.0.1",
        port,
        cf: false, // true would fetch a sample request.cf from outside
        compatibilityDate: "2026-06-01",
        modules: true,
        rootPath: bundleFolder,
        modulesRoot: bundleFolder,
        scriptPath: "worker.js",
        modulesRules: [
          { type: "ESModule", include: ["**/*.js"] },
          { type: "CompiledWasm", include: ["**/*.wasm"] },
        ],
        bindings,
      }),
  );
  const address = await miniflare.ready;
  let stopped;
  return { origin: address.origin, stop: () => (stopped ??= miniflare.dispose()) };
}

/** Miniflare ends the whole process at once on a signal; here the launcher stops the parts in their order. */
function withoutSignals(construct) {
  const heard = STOP_SIGNALS.flatMap((signal) => process.listeners(signal));
  const made = construct();
  for (const signal of STOP_SIGNALS)
    for (const added of process.listeners(signal).filter((listener) => !heard.includes(listener)))
      process.off(signal, added);
  return made;
}

/** Bundles the worker the way a Cloudflare project does: condition `workerd` first, WebAssembly left as a module. */
async function bundleWorker(outDir, installed) {
  await build({
    configFile: false,
    logLevel: "error",
    root: installed.folder,
    plugins: [installedRescind(installed), wasmAsModule(outDir)],
    resolve: { conditions: ["workerd", "worker", "module"] },
    ssr: { target: "webworker", noExternal: true, resolve: { conditions: ["workerd", "worker", "module"] } },
    build: {
      ssr: WORKER,
      outDir,
      emptyOutDir: false,
      minify: false,
      target: "esnext",
      rollupOptions: { output: { entryFileNames: "worker.js" } },
    },
  });
}

/** The worker lies in this repository, the package where the user installed it: look it up from there. */
function installedRescind(installed) {
  return {
    name: "rescind:installed",
    enforce: "pre",
    resolveId: (source) => (source === "rescind" ? join(installed.root, installed.entry(["workerd", "import"])) : null),
  };
}

/** workerd compiles nothing at run time: a `.wasm` import stays an import, beside the bundle. */
function wasmAsModule(outDir) {
  return {
    name: "rescind:wasm-as-module",
    enforce: "pre",
    async resolveId(source, importer) {
      if (!source.endsWith(".wasm")) return null;
      const resolved = await this.resolve(source, importer, { skipSelf: true });
      copyFileSync(resolved.id, join(outDir, basename(resolved.id)));
      return { id: `./${basename(resolved.id)}`, external: true };
    },
  };
}
