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

const fixtures = await makeFixtures();
const { miniflare, stop } = await startSuite();
after(stop);

test("the exports map gives workerd the entry that the worker imports", () => {
  assert.equal(workerdEntry(), "load/workerd.js");
});

for (const name of Object.keys(cases)) {
  test(name, async () => {
    const body = JSON.stringify({ name, fixtures });
    const response = await miniflare.dispatchFetch("http://suite/", { method: "POST", body });
    const failure = await response.json();
    if (failure !== null) assert.fail(failure);
  });
}

async function startSuite() {
  const folder = mkdtempSync(join(tmpdir(), "rescind-suite-"));
  cpSync(fileURLToPath(new URL("worker", import.meta.url)), folder, { recursive: true });
  cpSync(fileURLToPath(new URL("../js/suite", import.meta.url)), join(folder, "suite"), { recursive: true });
  try {
    return await startWorker(folder, "suite_worker.mjs");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
