/** What the figures were taken on: they mean nothing without it. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, loadavg, platform } from "node:os";
import { join } from "node:path";
import { packageDir } from "../../tests/js/support/package.mjs";
import { workerdVersion } from "../runtimes/workerd.mjs";

export function machine() {
  return {
    cpu: cpus()[0]?.model.trim() || "unknown",
    threads: availableParallelism(),
    system: `${platform()} ${arch()}`,
    loadAtStart: Number(loadavg()[0].toFixed(1)),
  };
}

/** The versions of runtimes and of the packages in `peers`. */
export function versions(peers, more = {}) {
  const { version } = JSON.parse(readFileSync(join(packageDir, "package.json"), "utf8"));
  const rescind = `${version} (${commit()})`;
  const packages = Object.fromEntries(peers.map((name) => [name, peerVersion(name)]));
  const runtimes = { node: process.versions.node, v8: process.versions.v8, workerd: workerdVersion };
  return { rescind, ...packages, ...runtimes, ...more };
}

/** The day of the run. */
export function today() {
  return new Date().toISOString().slice(0, 10);
}

function peerVersion(name) {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")).version;
}

function commit() {
  try {
    const options = { cwd: new URL("..", import.meta.url), encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] };
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], options).trim();
  } catch {
    return "no commit";
  }
}
