/** Which file the exports map of the installed package names under a condition. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { projectDir } from "./package.mjs";

export function resolveUnder(condition, specifier = "rescind") {
  const script = `process.stdout.write(import.meta.resolve(${JSON.stringify(specifier)}))`;
  const conditions = condition === null ? [] : [`--conditions=${condition}`];
  const options = { cwd: projectDir, encoding: "utf8" };
  return fileURLToPath(
    execFileSync(process.execPath, [...conditions, "--input-type=module", "--eval", script], options),
  );
}
