/** `cargo xtask bench hostile`: how long the worst inputs take, in Node. */
import { parseArgs } from "node:util";
import { importPackage } from "../tests/js/support/package.mjs";
import { hostileInputs } from "./hostile/inputs.mjs";
import { publishResults, table } from "./report/document.mjs";
import { machine, today, versions } from "./report/machine.mjs";
import { median } from "./rounds.mjs";

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const attempts = values.quick ? 3 : 50;
const conditions = machine();
const results = [];
for (const input of await hostileInputs(await importPackage())) {
  const result = await measured(input);
  results.push(result);
  const { name, milliseconds, slowest, limitMilliseconds, held } = result;
  const figures = `${milliseconds.toFixed(3)} ms, slowest ${slowest.toFixed(3)} ms, bar ${limitMilliseconds} ms`;
  console.log(`  ${held ? "held  " : "MISSED"} ${name.padEnd(62)} ${figures}`);
}
const outcome = { date: today(), machine: conditions, versions: versions([]), attempts, results };
publishResults("hostile", outcome, markdown(outcome), !values.quick);

/** Median and slowest of the attempts; the first one, in code that has never run, is left out. */
async function measured({ name, limitMilliseconds, expected, attempt }) {
  const times = [];
  for (let at = -1; at < attempts; at += 1) {
    const start = performance.now();
    const found = await attempt();
    if (at >= 0) times.push(performance.now() - start);
    if (found !== expected) throw new Error(`${name}: expected ${expected}, got ${found}`);
  }
  const milliseconds = median(times);
  return {
    name,
    expected,
    milliseconds,
    slowest: Math.max(...times),
    limitMilliseconds,
    held: milliseconds <= limitMilliseconds,
  };
}

function markdown({ date, machine: { cpu }, versions: { rescind, node }, results: rows }) {
  const cells = rows.map(({ name, expected, milliseconds, slowest, limitMilliseconds }) => [
    name,
    `\`${expected}\``,
    milliseconds.toFixed(3),
    slowest.toFixed(3),
    limitMilliseconds,
  ]);
  const head = ["input", "outcome", "median, ms", "slowest, ms", "bar, ms"];
  return `${date}, ${cpu}, rescind ${rescind}, Node ${node}, ${attempts} attempts each.\n\n${table([head, ...cells])}`;
}
