/** A short run of the fuzzer on the packed package; `cargo xtask fuzz --package` is the long one. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("run.mjs", import.meta.url));

/** What a run of this length meets for certain: without one of them the inputs do not reach where they should. */
const MET = [
  "ACCEPTED",
  "REFRESHED",
  "ERR_CLAIM_EXPIRED",
  "ERR_CLAIM_TYPE",
  "ERR_HEADER_CRITICAL",
  "ERR_KEY_NOT_FOUND",
  "ERR_KEY_SET_MALFORMED",
  "ERR_MANIFEST_MALFORMED",
  "ERR_MANIFEST_SIGNATURE_INVALID",
  "ERR_OBJECT_MALFORMED",
  "ERR_OBJECT_MISMATCH",
  "ERR_OPTION_INVALID",
  "ERR_SIGNATURE_INVALID",
  "ERR_TOKEN_DUPLICATE_MEMBER",
  "ERR_TOKEN_TOO_DEEP",
  "ERR_TOKEN_TOO_LARGE",
  "ERR_TOKEN_UTF8",
];

test("no_input_traps_and_a_good_token_is_accepted_after_each", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, "--inputs=20000"], { encoding: "utf8" });
  assert.deepEqual([status, stderr], [0, ""]);
  const [summary, ...lines] = stdout.trimEnd().split("\n");
  console.log(`report: ${summary}`);
  const codes = lines.map((line) => line.trim().split(" ")[0]);
  assert.deepEqual(
    MET.filter((code) => !codes.includes(code)),
    [],
  );
});
