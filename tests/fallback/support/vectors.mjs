/** The test vectors: the project's own, and the public ones beside it or where RESCIND_VECTORS says. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

const folder = process.env.RESCIND_VECTORS ?? join(root, "../shared/vectors");

/** Options of a test that needs the public vectors: skipped aloud without them, a failure in CI. */
export const needsVectors = { skip: missing() };

/** The attack corpus. */
export function corpus() {
  return JSON.parse(readFileSync(join(root, "tests/vectors/jwt_attack_corpus.json"), "utf8"));
}

/** The vectors of the snapshot format, and the bytes of one of their files. */
export function formatIndex() {
  return JSON.parse(readFileSync(join(root, "tests/format/vectors/index.json"), "utf8"));
}

export function formatFile(name) {
  return new Uint8Array(readFileSync(join(root, "tests/format/vectors", name)));
}

/** A public file. */
export function vectors(path) {
  return JSON.parse(readFileSync(join(folder, path), "utf8"));
}

/** The files of a public folder as `[name, octets]`. */
export function vectorFiles(path) {
  return readdirSync(join(folder, path)).map((name) => [name, new Uint8Array(readFileSync(join(folder, path, name)))]);
}

function missing() {
  if (existsSync(join(folder, "wycheproof"))) return false;
  const message = `no test vectors at ${folder}: RESCIND_VECTORS names their folder`;
  if (process.env.CI) throw new Error(message);
  console.error(`SKIPPED: ${message}`);
  return message;
}
