/** `cargo xtask bench verify`: rescind against the npm peers, on the same tokens, in turns. */
import { parseArgs } from "node:util";
import { PEERS } from "./peers.mjs";
import { publishResults } from "./report/document.mjs";
import { machine, today, versions } from "./report/machine.mjs";
import { lines, markdown } from "./report/verify.mjs";
import { ALGORITHMS, makeSet } from "./tokens.mjs";
import { measureChromium } from "./verify/chromium.mjs";
import { measureNode } from "./verify/node.mjs";
import { measureWorkerd } from "./verify/workerd.mjs";

const RUNTIMES = { node: measureNode, workerd: measureWorkerd, chromium: measureChromium };

/** Rounds, milliseconds of each contender in a round, and single calls for the percentiles. */
const EFFORTS = {
  full: { rounds: 15, milliseconds: 60, samples: 4_000 },
  quick: { rounds: 3, milliseconds: 4, samples: 128 },
};

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    algorithm: { type: "string", multiple: true, default: ALGORITHMS },
    runtime: { type: "string", multiple: true, default: Object.keys(RUNTIMES) },
  },
});
const isWhole = !values.quick && values.algorithm === ALGORITHMS && values.runtime.length === 3;
const effort = values.quick ? EFFORTS.quick : EFFORTS.full;
const results = [];
let more = {};

function report(runtime, alg, measured) {
  const rows = measured.map((row) => ({ runtime, alg, ...row }));
  results.push(...rows);
  console.log(`\n${runtime} ${alg}`);
  for (const line of lines(rows)) console.log(line);
}

const conditions = machine();
console.log(`${conditions.cpu}, load ${conditions.loadAtStart}; making keys and tokens`);
const sets = values.algorithm.map((name) => {
  if (!ALGORITHMS.includes(name)) throw new Error(`no algorithm ${name}; there are ${ALGORITHMS.join(", ")}`);
  return makeSet(name);
});
for (const runtime of values.runtime) {
  const measure = RUNTIMES[runtime];
  if (measure === undefined) throw new Error(`no runtime ${runtime}; there are ${Object.keys(RUNTIMES).join(", ")}`);
  more = { ...more, ...(await measure(sets, effort, report)) };
}
const outcome = { date: today(), machine: conditions, versions: versions(PEERS, more), effort, results };
publishResults("verify", outcome, markdown(outcome), isWhole);
