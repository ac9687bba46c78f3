/** The wasm core of the packed package, asked as the package asks it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { packageFolder } from "./modules.mjs";

/** Options of a test that needs the packed package: skipped aloud without it, a failure in CI. */
export const needsPackage = { skip: missing() };

/** Makes verifiers of a policy: `setKeys`, `setSecret` and `verify` as the fallback has them, but sync. */
export async function loadWasm() {
  const load = (path) => import(pathToFileURL(join(packageFolder, "dist", path)));
  const { Core, initSync } = await load("load/core.js");
  const { Judge } = await load("judge.js");
  const { memory } = initSync({ module: readFileSync(join(packageFolder, "dist/load/core_bg.wasm")) });
  return (policy) => {
    const core = new Core(policy);
    const judge = new Judge(core, memory, policy.maxTokenBytes, () => null);
    return {
      setKeys: (octets, source) => {
        const { accepted, refused } = core.setKeys(octets, source);
        return { accepted, refused };
      },
      setSecret: (secret, alg) => core.setSecret(secret, alg),
      verify: (token, now) => judge.judge(token, now),
      /** What takes snapshots, by the names that the fallback has for it. */
      subscription: core,
      free: () => core.free(),
    };
  };
}

function missing() {
  if (packageFolder !== null) return false;
  const message = "no packed package: RESCIND_PACKAGE_DIR names a project that has it installed";
  if (process.env.CI) throw new Error(message);
  console.error(`SKIPPED: ${message}`);
  return message;
}
