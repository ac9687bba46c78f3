/** Which runtimes and packages the figures are of. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageDir } from "../../tests/js/support/package.mjs";
import { workerdVersion } from "../runtimes/workerd.mjs";
import { commit } from "./host.mjs";

export { machine, today } from "./host.mjs";

/** The versions of runtimes and of the packages in `peers`. */
export function versions(peers, more = {}) {
  const { version } = JSON.parse(readFileSync(join(packageDir, "package.json"), "utf8"));
  const rescind = `${version} (${commit()})`;
  const packages = Object.fromEntries(peers.map((name) => [name, peerVersion(name)]));
  const runtimes = { node: process.versions.node, v8: process.versions.v8, workerd: workerdVersion };
  return { rescind, ...packages, ...runtimes, ...more };
}

function peerVersion(name) {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")).version;
}
