/** Where results go: a JSON file, and the table of `docs/benchmarks.md` that was generated from it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const DOCUMENT = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url));

const RESULTS = fileURLToPath(new URL("../../docs/benchmarks/", import.meta.url));

/**
 * Writes the results of a whole run into `docs/`; those of a partial one (`--quick`, or some of the algorithms) into the
 * folder that RESCIND_BENCH_DIR names, so that no figure of the documents rests on them.
 */
export function publishResults(name, results, markdown, isWhole) {
  const folder = isWhole ? RESULTS : process.env.RESCIND_BENCH_DIR;
  mkdirSync(folder, { recursive: true });
  const file = `${folder.replace(/\/$/, "")}/${name}.json`;
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  if (isWhole) writeFileSync(DOCUMENT, replaced(readFileSync(DOCUMENT, "utf8"), name, markdown));
  console.log(`\nwrote ${file}${isWhole ? ` and the tables in ${DOCUMENT}` : " (a partial run: docs/ is as it was)"}`);
}

/** The text between the two markers of that name, replaced. */
function replaced(text, name, markdown) {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md lacks the markers ${begin} and ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${markdown.trim()}\n\n${text.slice(to)}`;
}

/** A table of Markdown: the first row is its head, the first column is text, the others are numbers. */
export function table([head, ...rows]) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const rule = line(head.map((_, at) => (at === 0 ? "---" : "--:")));
  return [line(head), rule, ...rows.map(line)].join("\n");
}

/** `name version` for each, as one sentence. */
export function listed(versions) {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
}
