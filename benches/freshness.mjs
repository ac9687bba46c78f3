/**
 * `cargo xtask bench freshness`: from the authority's answer to a revocation until each of 50 verifiers refuses the token,
 * with a cache between, by polling and by the push hint; and the bytes of it. RESCIND_AUTHORITY_BIN names the program,
 * `--build` how it was built.
 */
import { parseArgs } from "node:util";
import { startAuthority } from "../tests/js/support/authority.mjs";
import { secretKey } from "../tests/js/support/tokens.mjs";
import { measuredWay } from "./freshness/way.mjs";
import { publishResults } from "./report/document.mjs";
import { markdown, tables } from "./report/freshness.mjs";
import { commit, machine, today } from "./report/host.mjs";

const POLL_SECONDS = 10;
const CACHE_SECONDS = 5;

/** The quiet time is the interval at which an authority signs anew what did not change. */
const WHOLE = {
  polling: { moments: 100, perMoment: 10, seconds: 120, quietSeconds: 30, spreadMilliseconds: POLL_SECONDS * 1_000 },
  push: { moments: 100, perMoment: 10, seconds: 100, quietSeconds: 30, spreadMilliseconds: 2_000 },
  fleet: { verifiers: 50, processes: 5 },
};

const QUICK = {
  polling: { moments: 5, perMoment: 4, seconds: 5, quietSeconds: 0, spreadMilliseconds: 5_000 },
  push: { moments: 5, perMoment: 4, seconds: 5, quietSeconds: 0, spreadMilliseconds: 500 },
  fleet: { verifiers: 10, processes: 2 },
};

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, build: { type: "string" } },
});
const conditions = machine();
const { fleet, ...ways } = values.quick ? QUICK : WHOLE;
const results = [];
for (const [name, settings] of Object.entries(ways)) {
  console.log(`→ ${name}: ${settings.moments * settings.perMoment} revocations, ${fleet.verifiers} verifiers`);
  results.push(await ofFreshAuthority(name, { ...settings, ...fleet }));
}
const outcome = {
  date: today(),
  machine: conditions,
  versions: { rescind: commit(), node: process.versions.node },
  conditions: { authority: values.build, pollSeconds: POLL_SECONDS, cacheSeconds: CACHE_SECONDS, ...fleet },
  results,
};
console.log(`\n${tables(outcome)}`);
publishResults("freshness", outcome, markdown(outcome), !values.quick);

async function ofFreshAuthority(name, settings) {
  const config = [["# cache_seconds = 2", `cache_seconds = ${CACHE_SECONDS}`]];
  const authority = await startAuthority({ issuer: "https://issuer.example", config });
  try {
    const conditions = { ...settings, pollSeconds: POLL_SECONDS, cacheSeconds: CACHE_SECONDS };
    return await measuredWay(name, authority, secretKey("HS256"), conditions);
  } finally {
    await authority.stop();
  }
}
