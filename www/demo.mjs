// `cargo xtask demo` starts this: the whole system on loopback until Ctrl-C, or with --check its story without a person.
//
//   RESCIND_AUTHORITY_BIN   the rescind-authority program
//   RESCIND_PACKAGE_DIR     the folder whose node_modules holds the packed npm package
//
//   --check       play the story once, print the timeline; exit code 1 when a token survives or a bystander falls
//   --port N      port of the page (default: a free one)
import { parseArgs } from "node:util";
import { timelineTable } from "./system/report.mjs";
import { playStory, StoryError } from "./system/story.mjs";
import { startSystem } from "./system/system.mjs";

const USAGE = "usage: node www/demo.mjs [--check] [--port N]";

async function main() {
  const { check, port } = readArguments();
  const system = await startSystem({ ...readEnvironment(), port, log });
  const stopped = stopOnSignal(system, check ? 1 : 0);
  try {
    if (check) await checkStory(system);
    else {
      printAddresses(system);
      await stopped;
    }
  } finally {
    await system.stop();
  }
}

/** What the parts say in passing is of interest only when something is wrong. */
function log(line) {
  if (/\b(?:WARN|ERROR)\b|^demo:|panicked/.test(line)) console.error(line);
}

async function checkStory(system) {
  const rounds = [];
  for await (const round of playStory(system)) rounds.push(round);
  console.log(
    `milliseconds; edge and Node poll every ${system.description.revocations.pollSeconds} s, the column 'seen in Node' asks at once\n`,
  );
  console.log(timelineTable(rounds));
  console.log(
    `\n${rounds.length} revocations, every one refused at the edge; no bystander fell; signing in works after each`,
  );
}

function printAddresses({ site, edge, authority }) {
  console.log(
    `\n  page       ${site.origin}\n  edge API   ${edge.origin}/api/orders\n  authority  ${authority.origin}\n\n  Open the page. Ctrl-C stops everything.\n`,
  );
}

/** Stops everything at the first Ctrl-C or SIGTERM, then ends with this exit code; a second signal ends the process at once. */
function stopOnSignal(system, exitCode) {
  return new Promise((resolve) => {
    const stop = () => system.stop().then(() => process.exit(exitCode), resolve);
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, stop);
  });
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: { check: { type: "boolean", default: false }, port: { type: "string", default: "0" } },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new Error(`--port: expected 0 to 65535, got '${values.port}'`);
    return { check: values.check, port };
  } catch (error) {
    throw new UsageError(`${error.message}\n${USAGE}`);
  }
}

function readEnvironment() {
  const { RESCIND_AUTHORITY_BIN: authorityBinary, RESCIND_PACKAGE_DIR: packageFolder } = process.env;
  if (!authorityBinary)
    throw new UsageError(
      "RESCIND_AUTHORITY_BIN is not set: the path of the rescind-authority program (cargo xtask demo sets it)",
    );
  if (!packageFolder)
    throw new UsageError(
      "RESCIND_PACKAGE_DIR is not set: the folder that holds node_modules/rescind (cargo xtask demo sets it)",
    );
  return { authorityBinary, packageFolder };
}

class UsageError extends Error {}

main().catch((error) => {
  console.error(error instanceof StoryError || error instanceof UsageError ? `demo: ${error.message}` : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
