// The authority as a child process: started on a free port, asked over HTTP, stopped with SIGTERM.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const START_MS = 10_000;
const STOP_MS = 5_000;
const LAST_WORDS = 20; // lines

/**
 * @typedef {object} Authority
 * @property {string} origin
 * @property {import("node:child_process").ChildProcess} process
 * @property {() => Promise<void>} stop
 */

/**
 * Runs `rescind-authority serve` and resolves once it listens.
 * @param {{ binary: string, config: string, log: (line: string) => void }} options
 * @returns {Promise<Authority>}
 */
export async function startAuthority({ binary, config, log }) {
  const child = spawn(binary, ["serve", "--config", config], { stdio: ["ignore", "pipe", "pipe"] });
  const lastWords = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    log(`authority: ${line}`);
    lastWords.push(line);
    lastWords.splice(0, lastWords.length - LAST_WORDS);
  });
  const origin = await listening(child, lastWords);
  const orphan = () => child.kill("SIGKILL"); // when this process ends without stopping it
  process.once("exit", orphan);
  child.once("exit", () => process.off("exit", orphan));
  return { origin, process: child, stop: () => stop(child) };
}

/** The first line on stdout says where it listens. */
function listening(child, lastWords) {
  const lines = createInterface({ input: child.stdout });
  const { promise, resolve, reject } = Promise.withResolvers();
  const late = setTimeout(() => {
    child.kill("SIGKILL");
    reject(new Error(`the authority did not listen within ${START_MS} ms`));
  }, START_MS);
  child.once("error", (cause) => reject(new Error(`RESCIND_AUTHORITY_BIN cannot be run: ${cause.message}`, { cause })));
  child.once("close", (code) =>
    reject(new Error(`the authority stopped while starting, exit code ${code}:\n${lastWords.join("\n")}`)),
  );
  lines.on("line", (line) => {
    const match = /^listening on (http:\/\/\S+)$/.exec(line);
    if (match !== null) resolve(match[1]);
  });
  return promise.finally(() => clearTimeout(late));
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await gone;
  clearTimeout(late);
}
