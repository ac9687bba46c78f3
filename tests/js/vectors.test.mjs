/** Public vectors on the packed package under Node. Chromium and workerd are asked the same in their own files. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { importPackage } from "./support/package.mjs";
import { EXPECTED, needsVectors, vectorFiles } from "./vectors/files.mjs";
import { runVectors } from "./vectors/run.mjs";

test("attack corpus and Wycheproof's JOSE files are right under Node", needsVectors, async () => {
  assert.deepEqual(await runVectors(await importPackage(), vectorFiles()), EXPECTED);
});
