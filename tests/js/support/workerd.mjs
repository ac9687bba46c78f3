/** Workers under workerd, with the packed package beside them. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { resolveUnder } from "./conditions.mjs";
import { packageDir } from "./package.mjs";

/**
 * Starts `script` (a folder's file) with the package's code beside it in `rescind/`. Modules import the entry that the
 * exports map names for workerd as `./rescind/load/…`; a bundler would have done that.
 */
export async function startWorker(folder, script, bindings = {}) {
  const root = mkdtempSync(join(tmpdir(), "rescind-worker-"));
  cpSync(folder, root, { recursive: true });
  cpSync(join(packageDir, "dist"), join(root, "rescind"), { recursive: true });
  const miniflare = new Miniflare({
    rootPath: root,
    modulesRoot: root,
    modules: true,
    scriptPath: script,
    modulesRules: [
      { type: "ESModule", include: ["**/*.js", "**/*.mjs"] },
      { type: "CompiledWasm", include: ["**/*.wasm"] },
    ],
    compatibilityDate: "2026-06-01",
    cf: false,
    bindings,
  });
  await miniflare.ready;
  const stop = async () => {
    await miniflare.dispose();
    rmSync(root, { recursive: true, force: true });
  };
  return { miniflare, stop };
}

/** The entry for workerd, relative to the package's code. */
export function workerdEntry() {
  return resolveUnder("workerd").slice(join(packageDir, "dist").length + 1);
}
