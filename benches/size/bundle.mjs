/** The package as an app ships it: bundled and minified by Vite, the wasm beside it. */
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { packageDir } from "../../tests/js/support/package.mjs";

/** Where the pages of the benchmarks find it. */
export const BASE = "/app/";

/** The script of the bundle. */
export const SCRIPT = "app.js";

/** Builds into a folder of its own: `{ folder, remove }`. */
export async function bundle() {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "rescind-bundle-")));
  mkdirSync(join(root, "node_modules"));
  cpSync(packageDir, join(root, "node_modules/rescind"), { recursive: true });
  writeFileSync(join(root, "app.mjs"), 'export { createVerifier, init } from "rescind";\n');
  const rollupOptions = {
    input: join(root, "app.mjs"),
    preserveEntrySignatures: "strict",
    output: { entryFileNames: SCRIPT },
  };
  await build({ root, base: BASE, configFile: false, logLevel: "error", build: { outDir: "out", rollupOptions } });
  return { folder: join(root, "out"), remove: () => rmSync(root, { recursive: true, force: true }) };
}
