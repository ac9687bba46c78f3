/** The oldest Node that the package promises, where one is installed beside the current one. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { makeFixtures } from "./support/fixtures.mjs";
import { projectDir } from "./support/package.mjs";

const OLDEST = "v20.";

const node = oldestNode();
const skip = node === null && `no Node ${OLDEST}x is installed`;

test("the whole suite holds in the oldest Node that is promised", { skip }, async () => {
  const fixtures = JSON.stringify(await makeFixtures());
  const script = `
    import { text } from "node:stream/consumers";
    import * as rescind from "rescind";
    const { cases, runCase } = await import(${JSON.stringify(new URL("suite/suite.mjs", import.meta.url).href)});
    const fixtures = JSON.parse(await text(process.stdin));
    const host = { runtime: "node", requestBound: false, revalidate: "header", accelerates: false };
    let held = 0;
    for (const name of Object.keys(cases)) {
      await runCase(name, rescind, host, fixtures).then(() => { held += 1; }, (error) => console.log(name, error));
    }
    console.log(held === Object.keys(cases).length && held > 60 ? "held" : "not held");`;
  const options = { cwd: projectDir, encoding: "utf8", input: fixtures };
  assert.equal(execFileSync(node, ["--input-type=module", "--eval", script], options).trim(), "held");
});

function oldestNode() {
  const folders = process.env.PATH.split(delimiter).filter((folder) => !folder.includes("node_modules"));
  const found = folders.map((folder) => join(folder, "node")).filter((file) => existsSync(file));
  return found.find((file) => execFileSync(file, ["--version"], { encoding: "utf8" }).startsWith(OLDEST)) ?? null;
}
