/** A short comparison with jose and joserfc; `cargo xtask differential` is the long one. And that it can fail. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Explanations } from "./explained.mjs";

const SCRIPT = fileURLToPath(new URL("run.mjs", import.meta.url));

test("every_disagreement_with_jose_and_joserfc_is_explained", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT], { encoding: "utf8" });
  console.log(`report: ${stdout.split("\n")[0]}`);
  assert.deepEqual([status, stderr, stdout.includes("NOT EXPLAINED")], [0, "", false], stdout);
});

test("signature_that_one_side_accepts_is_never_explained", () => {
  const explanations = new Explanations();
  const reasons = ["jose", "joserfc"].flatMap((peer) => [
    explanations.reason(peer, "edited signature", "ACCEPTED", "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"),
    explanations.reason(peer, "edited signature", "ACCEPTED", "BadSignatureError"),
    explanations.reason(peer, "good", "ERR_SIGNATURE_INVALID", "ACCEPTED"),
  ]);
  assert.deepEqual([...new Set(reasons)], [null]);
});

test("explanation_holds_for_its_kinds_only_and_is_told_when_unused", () => {
  const explanations = new Explanations();
  const all = explanations.unused().length;
  assert.equal(explanations.reason("jose", "good", "ERR_HEADER_ZIP", "ACCEPTED"), null);
  assert.match(explanations.reason("jose", "odd header", "ERR_HEADER_ZIP", "ACCEPTED"), /zip/);
  assert.equal(explanations.unused().length, all - 1);
});
