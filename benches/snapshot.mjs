/**
 * `cargo xtask bench snapshot`: the snapshot beside a binary fuse filter, a Bloom filter, sorted hashes, a Token Status
 * List and a clubcard, on the same entries, natively and in wasm. RESCIND_SNAPSHOT_BENCH names the built program of
 * `benches/snapshot/`, RESCIND_SNAPSHOT_WASM the same as a module.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { publishResults } from "./report/document.mjs";
import { commit, machine, today } from "./report/host.mjs";
import { lines, markdown } from "./report/snapshot.mjs";
import { measureInWasm } from "./snapshot/wasm.mjs";

/** Native alone from here on: an object may have 64 MiB, and wasm would hold it twice. */
const MOST_IN_WASM = 1_000_000;

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, entries: { type: "string", multiple: true } },
});
const usual = values.quick ? [1_000] : [1_000, 100_000, 1_000_000, 10_000_000];
const counts = values.entries?.map(Number) ?? usual;
const folder = mkdtempSync(join(tmpdir(), "rescind-snapshot-"));
try {
  const conditions = machine();
  const results = counts.flatMap((count) => [...native(count), ...(count > MOST_IN_WASM ? [] : inWasm(count))]);
  const outcome = {
    date: today(),
    machine: conditions,
    versions: { rescind: commit(), node: process.versions.node },
    results,
  };
  for (const line of lines(results)) console.log(line);
  publishResults("snapshot", outcome, markdown(outcome), !values.quick && values.entries === undefined);
} finally {
  rmSync(folder, { recursive: true });
}

function native(count) {
  const program = process.env.RESCIND_SNAPSHOT_BENCH;
  const output = execFileSync(program, [String(count), folder], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function inWasm(count) {
  const bytes = (name, what) => readFileSync(join(folder, `${name.replaceAll(" ", "-")}.${count}.${what}.bin`));
  return measureInWasm(readFileSync(process.env.RESCIND_SNAPSHOT_WASM), count, bytes);
}
