/** The Wycheproof JOSE and primitive files, whole, on this engine's WebCrypto. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HMACS, PRIMITIVES, runHmac, runJose, runPrimitive } from "./suite/wycheproof.mjs";
import { loadModules } from "./support/modules.mjs";
import { needsVectors, vectors } from "./support/vectors.mjs";

const modules = await loadModules();

test("json_web_signature_file_agrees_with_its_errata", needsVectors, async () => {
  const { errata } = vectors("wycheproof/ERRATA.json");
  const score = await runJose(modules, vectors("wycheproof/json_web_signature_test.json"), errata);
  assert.deepEqual(score, { run: 401, wrong: [] });
});

test("json_web_key_file_agrees_without_exceptions", needsVectors, async () => {
  assert.deepEqual(await runJose(modules, vectors("wycheproof/json_web_key_test.json")), { run: 26, wrong: [] });
});

for (const name of Object.keys(PRIMITIVES)) {
  test(`${name}_agrees`, needsVectors, async () => {
    const file = vectors(`wycheproof/${name}`);
    assert.deepEqual(await runPrimitive(modules, name, file), { run: file.numberOfTests, wrong: [] });
  });
}

for (const name of Object.keys(HMACS)) {
  test(`${name}_agrees_where_rfc_7518_allows_the_key`, needsVectors, async () => {
    assert.deepEqual(await runHmac(modules, name, vectors(`wycheproof/${name}`)), { run: 174, wrong: [] });
  });
}
