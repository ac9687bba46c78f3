/** The error codes: one list in Rust, one in TypeScript, and they are the same. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { importFile, importPackage, packageDir } from "./support/package.mjs";

const rescind = await importPackage();
await rescind.init();
const core = await importFile("dist/load/core.js");

test("the codes of the wasm are the codes of TypeScript, in the same order", () => {
  assert.deepEqual(core.errorCodes(), [...rescind.coreErrorCodes]);
});

test("no code stands in both lists or twice", () => {
  const all = [...rescind.coreErrorCodes, ...rescind.packageErrorCodes];
  assert.equal(new Set(all).size, all.length);
});

test("every code is ERR_AREA_FINDING", () => {
  for (const code of [...rescind.coreErrorCodes, ...rescind.packageErrorCodes]) {
    assert.match(code, /^ERR_[A-Z0-9]+(_[A-Z0-9]+)+$/);
  }
});

test("the version of the wasm is the version of the package", () => {
  const { version } = JSON.parse(readFileSync(join(packageDir, "package.json"), "utf8"));
  assert.equal(core.version(), version);
});

test("an error carries code, details and cause, and is an Error", () => {
  const cause = new TypeError("below");
  const error = new rescind.RescindError("ERR_FETCH_FAILED", "a sentence", { status: 1 }, cause);
  assert.ok(error instanceof Error);
  assert.deepEqual(
    [error.name, error.code, error.message, error.details, error.cause],
    ["RescindError", "ERR_FETCH_FAILED", "a sentence", { status: 1 }, cause],
  );
  assert.ok(Object.isFrozen(error.details));
});
