/** What the results of `bench snapshot` say: lines for the terminal, tables for documents, ratios to rescind. */
import { table } from "./document.mjs";

/** What is compared: the member of a result, how it is called, and how many of it are one in the table. */
const FIGURES = [
  { member: "bytes", name: "bytes an entry", of: ({ bytes, entries }) => bytes / entries, digits: 2 },
  { member: "buildMs", name: "build, ms", of: ({ buildMs }) => buildMs, digits: 1 },
  { member: "openUs", name: "open, µs", of: ({ openUs }) => openUs, digits: 0 },
  { member: "checkNs", name: "check, µs", of: ({ checkNs }) => checkNs / 1_000, digits: 2 },
  { member: "updateBytes", name: "+1,000: bytes", of: ({ updateBytes }) => updateBytes, digits: 0 },
  { member: "updateUs", name: "+1,000: applied, µs", of: ({ updateUs }) => updateUs, digits: 0 },
  { member: "foldMs", name: "fold, ms", of: ({ foldMs }) => foldMs, digits: 1 },
];

/** One line for each result. */
export function lines(results) {
  return results
    .filter(({ contender }) => contender !== undefined)
    .map((result) => {
      const figures = FIGURES.map((figure) => cell(results, result, figure)).map((text, at) => [
        FIGURES[at].name,
        text,
      ]);
      const told = figures.filter(([, text]) => text !== "").map(([name, text]) => `${name} ${text}`);
      return `  ${result.entries} ${result.runtime} ${result.contender}: ${told.join(", ")}`;
    });
}

/** A table for each number of entries and runtime. */
export function markdown({ date, machine, versions, results }) {
  const groups = new Map();
  for (const result of results.filter(({ contender }) => contender !== undefined)) {
    const name = `${result.entries.toLocaleString("en")} entries, ${result.runtime === "wasm" ? "wasm in Node" : "native"}`;
    groups.set(name, [...(groups.get(name) ?? []), result]);
  }
  const head = `${date}, ${machine.cpu}, ${machine.threads} threads, load ${machine.loadAtStart} at the start, rescind ${versions.rescind}, Node ${versions.node}. In brackets: the multiple of rescind's figure.`;
  return [head, ...[...groups].flatMap(([name, group]) => [`**${name}**`, matrix(results, group)])].join("\n\n");
}

function matrix(results, group) {
  const figures = FIGURES.filter(({ member }) => group.some((result) => result[member] !== undefined));
  const rows = group.map((result) => [result.contender, ...figures.map((figure) => cell(results, result, figure))]);
  return table([["", ...figures.map(({ name }) => name)], ...rows]);
}

/** A figure with its multiple of rescind's, or nothing where there is none. */
function cell(results, result, { member, of, digits }) {
  if (result[member] === undefined) return "";
  const isOwn = ({ contender, entries, runtime }) =>
    contender === "rescind" && entries === result.entries && runtime === result.runtime;
  const own = results.find(isOwn);
  const text = of(result).toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  if (own === undefined || own === result || own[member] === undefined) return text;
  return `${text} (${(result[member] / own[member]).toFixed(2)})`;
}
