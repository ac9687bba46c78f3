/** What each verifier says of a token: ACCEPTED, or its own name of the reason. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { importPackage } from "../js/support/package.mjs";
import { AUDIENCE, ISSUER, NOW, sets, TOLERANCE } from "./policy.mjs";

const { createVerifier } = await importPackage();

// The peers lie in benches/, so that the root's install stays small.
const peers = createRequire(new URL("../../benches/package.json", import.meta.url));
const { createLocalJWKSet, jwtVerify } = await import(pathToFileURL(peers.resolve("jose")).href);

/** All cases, judged by the packed package. */
export async function rescindVerdicts(cases) {
  const verifiers = new Map();
  for (const [name, { jwks, algorithms, secret }] of Object.entries(sets)) {
    const keys = secret === undefined ? { jwks } : { secret };
    const policy = { issuer: ISSUER, audience: AUDIENCE, algorithms, clockToleranceSeconds: TOLERANCE };
    verifiers.set(name, await createVerifier({ ...policy, keys, revocations: null, now: () => NOW }));
  }
  const verdicts = cases.map(({ set, token }) => verifiers.get(set).check(token).code);
  for (const verifier of verifiers.values()) verifier.close();
  return verdicts;
}

/** All cases, judged by jose in the settings that come closest. */
export async function joseVerdicts(cases) {
  const keys = Object.entries(sets).map(([name, { jwks, secret }]) => [name, secret ?? createLocalJWKSet(jwks)]);
  const byName = Object.fromEntries(keys);
  const fixed = { issuer: ISSUER, audience: AUDIENCE, clockTolerance: TOLERANCE, requiredClaims: ["exp"] };
  const currentDate = new Date(NOW * 1_000);
  const verdicts = [];
  for (const { set, token } of cases) {
    const options = { ...fixed, currentDate, algorithms: sets[set].algorithms };
    verdicts.push(await jwtVerify(token, byName[set], options).then(() => "ACCEPTED", joseReason));
  }
  return verdicts;
}

/** Its code; what it throws without one is no verdict, and told apart. */
function joseReason(error) {
  return typeof error.code === "string" ? error.code : `threw ${error.name}`;
}

/** All cases, judged by joserfc in the Python that RESCIND_PYTHON names. */
export async function joserfcVerdicts(cases) {
  const python = process.env.RESCIND_PYTHON;
  if (!python) throw new Error("RESCIND_PYTHON must name a Python that has joserfc: cargo xtask differential sets it");
  const child = spawn(python, ["-W", "ignore", fileURLToPath(new URL("peer.py", import.meta.url))], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const gone = new Promise((resolve, reject) => child.once("error", reject).once("exit", resolve));
  child.stdin.end([policy(), ...cases].map((line) => `${JSON.stringify(line)}\n`).join(""));
  let output = "";
  for await (const chunk of child.stdout.setEncoding("utf8")) output += chunk;
  const code = await gone;
  const verdicts = output.trimEnd().split("\n");
  if (code !== 0 || verdicts.length !== cases.length) throw new Error(`joserfc's process ended with ${code}`);
  return verdicts;
}

function policy() {
  const plain = Object.entries(sets).map(([name, { jwks, algorithms }]) => [name, { jwks, algorithms }]);
  const fixed = { issuer: ISSUER, audience: AUDIENCE, now: NOW, tolerance: TOLERANCE };
  return { ...fixed, sets: Object.fromEntries(plain) };
}
