/** The suite under workerd, on the packed package. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { cases } from "../js/suite/suite.mjs";
import { makeFixtures } from "../js/support/fixtures.mjs";
import { startWorker, workerdEntry } from "../js/support/workerd.mjs";
import { EXPECTED, needsVectors, vectorFiles } from "../js/vectors/files.mjs";

const fixtures = await makeFixtures();
const { miniflare, stop } = await startSuite();
after(stop);

test("the exports map gives workerd the entry that the worker imports", () => {
  assert.equal(workerdEntry(), "load/workerd.js");
});

for (const name of Object.keys(cases)) {
  test(name, async () => {
    const failure = await ask({ name, fixtures });
    if (failure !== null) assert.fail(failure);
  });
}

test("attack corpus and Wycheproof's JOSE files are right under workerd", needsVectors, async () => {
  assert.deepEqual(await ask({ vectors: vectorFiles() }), EXPECTED);
});

async function ask(question) {
  const body = JSON.stringify(question);
  const response = await miniflare.dispatchFetch("http://suite/", { method: "POST", body });
  return response.json();
}

async function startSuite() {
  const folder = mkdtempSync(join(tmpdir(), "rescind-suite-"));
  cpSync(fileURLToPath(new URL("worker", import.meta.url)), folder, { recursive: true });
  for (const name of ["suite", "vectors"]) {
    cpSync(fileURLToPath(new URL(`../js/${name}`, import.meta.url)), join(folder, name), { recursive: true });
  }
  try {
    return await startWorker(folder, "suite_worker.mjs");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
