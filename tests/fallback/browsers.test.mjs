/** The fallback where it is for: in browsers whose WebAssembly is really absent. Every suite runs inside the page. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TRANSFORM_REFUSED } from "./suite/json_suite.mjs";
import { ANSWERS } from "./suite/speccheck.mjs";
import { BROWSERS, needsBrowser } from "./support/browsers.mjs";
import { askChromium, missingChromium } from "./support/chromium.mjs";
import { startServer } from "./support/server.mjs";
import { needsVectors } from "./support/vectors.mjs";

/** Without JIT the suites take a minute or two. */
const SECONDS = 540;

for (const [name, { missing, ask }] of Object.entries(BROWSERS)) {
  describe(name, { ...needsBrowser(missing, needsVectors), concurrency: 1 }, () => {
    let server;
    let report;
    before(async () => {
      server = await startServer();
      report = await ask(`${server.origin}/page/index.html`, SECONDS);
      console.log(name, JSON.stringify(report.host ?? report));
    });
    after(() => server?.stop());

    test("page_has_no_webassembly_and_no_storage", () => {
      const { WebAssembly, indexedDB, caches, isSecureContext } = report.host ?? {};
      assert.deepEqual([WebAssembly, indexedDB, caches, isSecureContext], [false, false, false, true], report.error);
    });
    test("attack_corpus_is_right", () => {
      const { must, strict, wrong } = report.corpus;
      assert.deepEqual([must.right, strict.right, wrong], [321, 67, []]);
    });
    test("wycheproof_files_agree", () => {
      const scores = Object.entries(report.wycheproof);
      assert.equal(scores.length, 14);
      for (const [file, { run, wrong }] of scores) assert.deepEqual([run > 0, wrong], [true, []], file);
    });
    test("rsa_keys_at_the_bounds_are_right", () => {
      assert.deepEqual([report.rsaKeys.run > 0, report.rsaKeys.wrong], [true, []]);
    });
    test("speccheck_cases_have_the_answers_of_the_core", () => {
      assert.deepEqual(
        report.speccheck,
        ANSWERS.map(([answer]) => answer),
      );
    });
    test("json_suite_is_right", () => {
      assert.deepEqual([report.parsing.run, report.parsing.wrong, report.transform], [318, [], TRANSFORM_REFUSED]);
    });
    test("rfc_examples_are_right", () => {
      assert.equal(report.rfc.length, 15);
      for (const { name: example, code, expected } of report.rfc) assert.equal(code, expected, example);
    });
  });
}

test(
  "page_outside_of_secure_contexts_is_told_what_it_lacks",
  needsBrowser(missingChromium(), needsVectors),
  async () => {
    const server = await startServer();
    try {
      const address = `http://insecure.test:${server.port}/page/index.html`;
      const mapped = ["--host-resolver-rules=MAP insecure.test 127.0.0.1"];
      const { host, refusal } = await askChromium(address, "globalThis.report", 60, mapped);
      assert.deepEqual(
        [host.isSecureContext, refusal],
        [false, { name: "RescindError", code: "ERR_WASM_UNAVAILABLE" }],
      );
    } finally {
      await server.stop();
    }
  },
);
