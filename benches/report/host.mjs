/** What the figures were taken on: they mean nothing without it. */
import { execFileSync } from "node:child_process";
import { arch, availableParallelism, cpus, loadavg, platform } from "node:os";

export function machine() {
  return {
    cpu: cpus()[0]?.model.trim() || "unknown",
    threads: availableParallelism(),
    system: `${platform()} ${arch()}`,
    loadAtStart: Number(loadavg()[0].toFixed(1)),
  };
}

/** The day of the run. */
export function today() {
  return new Date().toISOString().slice(0, 10);
}

/** The checkout's. */
export function commit() {
  try {
    const options = { cwd: new URL("..", import.meta.url), encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] };
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], options).trim();
  } catch {
    return "no commit";
  }
}
