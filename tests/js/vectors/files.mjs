/** The vectors that every runtime is asked: the project's own, and public ones where RESCIND_VECTORS says. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const folder = join(process.env.RESCIND_VECTORS ?? join(root, "../shared/vectors"), "wycheproof");

/** Options of a test that needs them: skipped aloud without the public ones, a failure in CI. */
export const needsVectors = { skip: missing() };

/** What the runs are held to. */
export const EXPECTED = {
  corpus: { run: 379, wrong: [] },
  jws: { run: 401, wrong: [] },
  jwk: { run: 26, wrong: [] },
};

export function vectorFiles() {
  return {
    corpus: json(join(root, "tests/vectors/jwt_attack_corpus.json")),
    jws: json(join(folder, "json_web_signature_test.json")),
    jwk: json(join(folder, "json_web_key_test.json")),
    errata: json(join(folder, "ERRATA.json")).errata,
  };
}

function json(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

function missing() {
  if (existsSync(folder)) return false;
  const message = `no test vectors at ${folder}: RESCIND_VECTORS names the folder that holds wycheproof/`;
  if (process.env.CI) throw new Error(message);
  console.error(`SKIPPED: ${message}`);
  return message;
}
