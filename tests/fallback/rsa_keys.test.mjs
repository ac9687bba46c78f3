/** RSA keys at the bounds: sizes from 2048 to 8192 bits, exponents from 3 to 2^33 − 1. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runRsaKeys } from "./suite/rsa_keys.mjs";
import { loadModules } from "./support/modules.mjs";
import { rsaCases } from "./support/rsa.mjs";

test("keys_at_the_bounds_verify_and_those_beyond_are_refused", async () => {
  const cases = rsaCases();
  assert.deepEqual(await runRsaKeys(await loadModules(), cases), { run: cases.length, wrong: [] });
});
