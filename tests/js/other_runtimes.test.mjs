/** Runtimes beside the current Node: the oldest that the package promises, and Bun. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";
import { makeFixtures } from "./support/fixtures.mjs";
import { projectDir } from "./support/package.mjs";

const PATH = process.env.PATH.split(delimiter);
const node20 = program(
  "node",
  PATH.filter((folder) => !folder.includes("node_modules")),
  "v20.",
);
const bun = program("bun", PATH, "1.");

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

/** A file in the project, since not every runtime resolves the imports of `--eval` there. */
const file = join(projectDir, `suite-${process.pid}.mjs`);
writeFileSync(file, script);
after(() => rmSync(file));

for (const [name, runtime] of [
  ["the oldest Node that is promised", node20],
  ["Bun", bun],
]) {
  test(`the whole suite holds in ${name}`, { skip: runtime === null && "it is not installed" }, async () => {
    const input = JSON.stringify(await makeFixtures());
    const said = execFileSync(runtime, [file], { cwd: projectDir, encoding: "utf8", input });
    assert.equal(said.trim(), "held");
  });
}

function program(name, folders, version) {
  const found = folders.map((folder) => join(folder, name)).filter((path) => existsSync(path));
  return found.find((path) => execFileSync(path, ["--version"], { encoding: "utf8" }).startsWith(version)) ?? null;
}
