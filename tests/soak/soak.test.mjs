/** A short soak, of the wasm and of the cache before it; `cargo xtask soak` is the long one. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("run.mjs", import.meta.url));

for (const mode of ["", "--cached"]) {
  test(`memory_stays_while_keys_and_snapshots_are_swapped ${mode}`, () => {
    const given = ["--expose-gc", SCRIPT, "--verifications=20000", "--swaps=400", ...(mode === "" ? [] : [mode])];
    const { status, stdout, stderr } = spawnSync(process.execPath, given, { encoding: "utf8" });
    console.log(`report: ${stdout.trimEnd().split("\n").at(-1)}`);
    assert.deepEqual([status, stderr], [0, ""]);
  });
}
