// The timeline of `demo --check` as a table for people.

const COLUMNS = [
  ["accepted", "200 at edge"],
  ["acknowledged", "acknowledged"],
  ["published", "published"],
  ["seen", "seen in Node"],
  ["refused", "401 at edge"],
];

/**
 * The rounds as lines, one each, and the median of every column. Milliseconds.
 * @param {import("./story.mjs").Round[]} rounds
 */
export function timelineTable(rounds) {
  const header = ["revoked by", ...COLUMNS.map(([, title]) => title), "goes on"];
  const lines = rounds.map((round) => [
    round.kind,
    ...COLUMNS.map(([name]) => milliseconds(round[name])),
    round.survivors.join(", ") || "no one",
  ]);
  const medians = ["median", ...COLUMNS.map(([name]) => milliseconds(median(rounds.map((round) => round[name])))), ""];
  return align([header, ...lines, medians]);
}

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const milliseconds = (value) => value.toFixed(0);

function align(rows) {
  const last = rows[0].length - 1;
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const cell = (text, column) =>
    column === 0 || column === last ? text.padEnd(widths[column]) : text.padStart(widths[column]);
  return rows.map((row) => row.map(cell).join("  ").trimEnd()).join("\n");
}
