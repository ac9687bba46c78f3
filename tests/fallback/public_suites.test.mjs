/** The other public suites: ed25519-speccheck, JSONTestSuite, the examples of the RFCs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runParsing, runTransform, TRANSFORM_REFUSED } from "./suite/json_suite.mjs";
import { runRfcExamples } from "./suite/rfc_examples.mjs";
import { ANSWERS, runSpeccheck } from "./suite/speccheck.mjs";
import { loadModules } from "./support/modules.mjs";
import { needsVectors, vectorFiles, vectors } from "./support/vectors.mjs";

const modules = await loadModules();

test("speccheck_cases_have_the_answers_of_the_core", needsVectors, async () => {
  const answers = await runSpeccheck(modules, vectors("ed25519-speccheck/cases.json"));
  assert.deepEqual(
    answers,
    ANSWERS.map(([answer]) => answer),
  );
});

test("must_accept_files_are_accepted_and_must_reject_files_refused", needsVectors, async () => {
  const { run, wrong, codes } = await runParsing(modules, vectorFiles("json/test_parsing"));
  assert.deepEqual([run, wrong], [318, []]);
  assert.deepEqual(
    Object.keys(codes).filter((name) => name.startsWith("n_") && !codes[name].startsWith("ERR_TOKEN_")),
    [],
  );
});

test("ambiguous_texts_have_one_decided_answer", needsVectors, async () => {
  assert.deepEqual(await runTransform(modules, vectorFiles("json/test_transform")), TRANSFORM_REFUSED);
});

test("rfc_examples_hold_and_what_a_jwt_must_not_use_is_refused", needsVectors, async () => {
  const answers = await runRfcExamples(modules, vectors);
  assert.equal(answers.length, 15);
  for (const { name, code, expected } of answers) assert.equal(code, expected, name);
});
