/** The attack corpus on the packed package, by the same script as `cargo xtask corpus`; and that the script can fail. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("run.mjs", import.meta.url));

const CORPUS = fileURLToPath(new URL("../vectors/jwt_attack_corpus.json", import.meta.url));

const corpus = JSON.parse(readFileSync(CORPUS, "utf8"));
const folder = mkdtempSync(join(tmpdir(), "rescind-corpus-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("every_case_is_right_on_the_packed_package", () => {
  const { status, stdout, stderr } = run(CORPUS);
  console.log(`report: attack corpus on the package: ${stdout.trim()}`);
  assert.deepEqual([status, stdout, stderr], [0, "must 331/331 strict 68/68\n", ""]);
});

test("wrong_must_case_is_named_and_fails", () => {
  const [accepted] = corpus.cases.filter(({ expect, level }) => expect === "accept" && level === "must");
  const { status, stdout } = run(written({ cases: [{ ...accepted, expect: "reject" }] }));
  assert.deepEqual([status, stdout.includes(accepted.id), stdout.includes("must 0/1 strict 0/0")], [1, true, true]);
});

test("two_wrong_strict_cases_of_a_hundred_pass_and_three_fail", () => {
  const [one] = corpus.cases.filter(({ expect, level }) => expect === "reject" && level === "must");
  const cases = (wrong) =>
    Array.from({ length: 100 }, (_, at) => ({
      ...one,
      id: `${at}`,
      level: "strict",
      expect: at < wrong ? "accept" : "reject",
    }));
  const statuses = [2, 3].map((wrong) => run(written({ cases: cases(wrong) })).status);
  assert.deepEqual(statuses, [0, 1]);
});

test("state_of_revocation_decides", () => {
  const listed = corpus.cases.find(({ id }) => id === "380-jti-listed");
  const other = { ...listed, id: "another", revoked: { jti: ["another"] }, expect: "accept" };
  const { status, stdout } = run(written({ cases: [listed, other] }));
  assert.deepEqual([status, stdout], [0, "must 2/2 strict 0/0\n"]);
});

test("unknown_member_of_a_state_is_an_error_and_not_taken_for_nothing", () => {
  const listed = corpus.cases.find(({ id }) => id === "380-jti-listed");
  const { status, stderr } = run(written({ cases: [{ ...listed, revoked: { device: ["a"] } }] }));
  assert.deepEqual([status, /unknown revocation device/.test(stderr)], [1, true]);
});

test("policy_that_cannot_be_expressed_is_an_error_and_not_taken_for_a_refusal", () => {
  const [one] = corpus.cases.filter(({ expect }) => expect === "reject");
  const profiles = { odd: { ...corpus.profiles.default, algorithms: ["RS257"] } };
  const { status, stderr } = run(written({ profiles, cases: [{ ...one, profile: "odd" }] }));
  assert.deepEqual([status, /cannot be expressed/.test(stderr)], [1, true]);
});

function run(file) {
  return spawnSync(process.execPath, [SCRIPT, file], { encoding: "utf8" });
}

/** The corpus with other members. */
function written(members) {
  const file = join(folder, "corpus.json");
  writeFileSync(file, JSON.stringify({ ...corpus, ...members }));
  return file;
}
