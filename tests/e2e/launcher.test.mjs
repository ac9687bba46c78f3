// www/demo.mjs as a program: its exit codes, and that it leaves nothing behind.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createInterface } from "node:readline";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../js/support/temporary.mjs";

const DEMO = fileURLToPath(new URL("../../www/demo.mjs", import.meta.url));

describe("launcher", () => {
  for (const [name, args, variables, message] of [
    ["missing_authority", [], { RESCIND_AUTHORITY_BIN: "" }, /RESCIND_AUTHORITY_BIN is not set/],
    ["missing_package", [], { RESCIND_PACKAGE_DIR: "" }, /RESCIND_PACKAGE_DIR is not set/],
    ["unknown_option", ["--chek"], {}, /usage: node www\/demo\.mjs/],
    ["impossible_port", ["--port", "70000"], {}, /--port: expected 0 to 65535/],
  ]) {
    it(`${name}_exits_2_and_says_what_is_expected`, async () => {
      const { code, stderr } = await run(args, variables);
      assert.equal(code, 2);
      assert.match(stderr, message);
    });
  }

  it("package_folder_without_the_package_exits_1_and_names_it", async () => {
    const { code, stderr } = await run([], { RESCIND_PACKAGE_DIR: temporaryFolder("rescind-empty-") });
    assert.equal(code, 1);
    assert.match(stderr, /no installed package at/);
  });

  it("interrupt_stops_everything_and_removes_what_was_written", async () => {
    const folder = temporaryFolder("rescind-launcher-");
    const child = start([], { TMPDIR: folder });
    const addresses = await printedAddresses(child);
    assert.equal((await fetch(addresses.page)).status, 200);
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    assert.equal(code, 0);
    for (const address of Object.values(addresses)) await assert.rejects(fetch(address), address);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.startsWith("rescind-demo-")),
      [],
    );
  });
});

function start(args, variables) {
  return spawn(process.execPath, [DEMO, ...args], {
    env: { ...process.env, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function run(args, variables) {
  const child = start(args, variables);
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, "close");
  return { code, stderr };
}

/** The three addresses the launcher prints, by name. */
async function printedAddresses(child) {
  const addresses = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const match = /^ {2}(page|edge API|authority) +(http:\S+)$/.exec(line);
    if (match !== null) addresses[match[1]] = match[2];
    if (Object.keys(addresses).length === 3) return addresses;
  }
  return assert.fail("the launcher ended without printing its addresses");
}
