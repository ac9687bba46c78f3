/**
 * rescind against jose and joserfc on generated tokens: `cargo xtask differential`.
 *
 * Every disagreement on whether a token is accepted has to be explained in `explained.json`.
 */
import { parseArgs } from "node:util";
import { makeCase } from "./cases.mjs";
import { Explanations } from "./explained.mjs";
import { joserfcVerdicts, joseVerdicts, rescindVerdicts } from "./verdicts.mjs";

/** So many cases meet everything that an explanation can be about. */
const WHOLE = 200_000;

/** Disagreements that are shown of each sort. */
const SHOWN = 3;

const { values } = parseArgs({ options: { rounds: { type: "string" }, seed: { type: "string" } } });
const rounds = Number(values.rounds ?? 4_000);
const seed = Number(values.seed ?? 20_261_125);

const cases = Array.from({ length: rounds }, (_, number) => makeCase(seed, number));
const own = await rescindVerdicts(cases);
const peers = { jose: await joseVerdicts(cases), joserfc: await joserfcVerdicts(cases) };

const explanations = new Explanations();
const explained = new Map();
const unexplained = new Map();
let agreements = 0;
for (const [peer, verdicts] of Object.entries(peers)) {
  for (const [at, other] of verdicts.entries()) {
    if ((own[at] === "ACCEPTED") === (other === "ACCEPTED")) agreements += 1;
    else sort(peer, cases[at], own[at], other);
  }
}

function sort(peer, { kind, set, token }, rescind, other) {
  const reason = explanations.reason(peer, kind, rescind, other);
  const name = `${peer} ${other}, rescind ${rescind}`;
  if (reason !== null) explained.set(name, (explained.get(name) ?? 0) + 1);
  else unexplained.set(name, [...(unexplained.get(name) ?? []), `${kind}, keys ${set}: ${readable(token)}`]);
}

/** Header and claims as text, where they are: a token itself says little. */
function readable(token) {
  const [header, claims] = token.split(".").map((part) => Buffer.from(part, "base64url").toString());
  return JSON.stringify({ header, claims, token });
}

const accepted = own.filter((code) => code === "ACCEPTED").length;
console.log(`${rounds} tokens from seed ${seed}, ${accepted} of them accepted; verdicts that agree: ${agreements}`);
for (const [name, count] of explained) console.log(`  explained: ${count} × ${name}`);
for (const [name, examples] of unexplained) {
  console.log(`  NOT EXPLAINED: ${examples.length} × ${name}`);
  for (const example of examples.slice(0, SHOWN)) console.log(`    ${example}`);
}
const unused = rounds >= WHOLE ? explanations.unused() : [];
for (const one of unused) console.log(`  EXPLAINED FOR NOTHING: ${one.peer} ${one.other}, rescind ${one.rescind}`);
process.exitCode = unexplained.size === 0 && unused.length === 0 && accepted > 0 ? 0 : 1;
