/** The declarations of the packed package, as consumers' compilers read them. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { packageDir } from "../js/support/package.mjs";

const tsc = fileURLToPath(new URL("../../node_modules/.bin/tsc", import.meta.url));

let root;

before(() => {
  root = mkdtempSync(join(tmpdir(), "rescind-types-"));
  cpSync(fileURLToPath(new URL("types", import.meta.url)), root, { recursive: true });
  cpSync(packageDir, join(root, "node_modules/rescind"), { recursive: true });
  writeFileSync(join(root, "package.json"), '{ "type": "module" }');
});

after(() => rmSync(root, { recursive: true, force: true }));

for (const [module, moduleResolution] of [
  ["nodenext", "nodenext"],
  ["esnext", "bundler"],
]) {
  test(`a strict consumer compiles with module resolution ${moduleResolution}, and mistakes do not`, () => {
    const options = { module, moduleResolution, target: "es2022", lib: ["es2022", "dom"], types: [], strict: true };
    const compilerOptions = { ...options, noEmit: true, skipLibCheck: false, exactOptionalPropertyTypes: true };
    writeFileSync(join(root, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
    const { stdout, status } = spawnSync(tsc, ["--project", root], { encoding: "utf8" });
    assert.equal(`${status} ${stdout}`, "0 ");
  });
}
