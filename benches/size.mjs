/** `cargo xtask bench size`: what the package weighs, and how soon a fresh runtime has its first verdict. */
import { parseArgs } from "node:util";
import { coldChromium, coldNode, coldWorkerd } from "./cold/runtimes.mjs";
import { publishResults, table } from "./report/document.mjs";
import { machine, today, versions } from "./report/machine.mjs";
import { artefacts } from "./size/artefacts.mjs";
import { bundle } from "./size/bundle.mjs";
import { AUDIENCE, ISSUER, makeSet } from "./tokens.mjs";

const RUNTIMES = { node: coldNode, workerd: coldWorkerd, chromium: coldChromium };

const ALGORITHMS = ["ES256", "RS256"];

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const samples = values.quick ? 2 : 15;
const conditions = machine();
const { folder, remove } = await bundle();
const sizes = artefacts(folder);
for (const { name, raw, gzip, brotli } of sizes) {
  console.log(`  ${name.padEnd(56)} raw ${raw}, gzip ${gzip}, brotli ${brotli}`);
}
const more = {};
const starts = [];
for (const alg of ALGORITHMS) {
  const input = inputOf(makeSet(alg));
  for (const [runtime, cold] of Object.entries(RUNTIMES)) {
    const { version, ...milliseconds } = await cold(input, samples, folder);
    if (version !== undefined) more[runtime] = version;
    starts.push({ runtime, alg, milliseconds });
    console.log(`  ${runtime} ${alg}: ${steps(milliseconds)}`);
  }
}
remove();
const outcome = { date: today(), machine: conditions, versions: versions([], more), samples, sizes, starts };
publishResults("size", outcome, markdown(outcome), !values.quick);

function inputOf({ alg, jwk, tokens }) {
  const keys = { jwks: { keys: [jwk] } };
  const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: [alg], revocations: null, keys };
  return { options, token: tokens[0] };
}

function steps(milliseconds) {
  return Object.entries(milliseconds)
    .map(([step, time]) => `${step} ${time.toFixed(1)} ms`)
    .join(", ");
}

function markdown({ date, machine: { cpu, threads, loadAtStart }, versions: known }) {
  const { rescind, node, workerd, chromium } = known;
  const runtimes = `Node ${node}, workerd ${workerd}, Chromium ${chromium}`;
  const kibibytes = (bytes) => (bytes / 1024).toFixed(1);
  const weights = sizes.map(({ name, raw, gzip, brotli }) => [`\`${name}\``, ...[raw, gzip, brotli].map(kibibytes)]);
  const rows = starts.map(({ runtime, alg, milliseconds: { total, ...parts } }) => [
    `${runtime}, ${alg}`,
    `**${total.toFixed(1)}**`,
    steps(parts),
  ]);
  return [
    `${date}, ${cpu}, ${threads} threads, load ${loadAtStart} at the start, rescind ${rescind}, ${runtimes}.`,
    table([["KiB", "raw", "gzip", "brotli"], ...weights]),
    table([["first verdict", "total, ms", "of which"], ...rows]),
  ].join("\n\n");
}
