// The installed npm package `rescind`: where it lies, and which file a runtime gets from its exports map.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {object} InstalledPackage
 * @property {string} folder   the folder that holds `node_modules/rescind`
 * @property {string} root     `node_modules/rescind` itself
 * @property {string} version
 * @property {(conditions: string[]) => string} entry   path of the main entry under `root` for these conditions
 */

/**
 * Reads the package in `folder`; throws a message that says what is missing.
 * @param {string} folder
 * @returns {InstalledPackage}
 */
export function installedPackage(folder) {
  const root = join(folder, "node_modules", "rescind");
  const manifest = readManifest(root);
  return { folder, root, version: manifest.version, entry: (conditions) => resolve(manifest.exports["."], conditions) };
}

function readManifest(root) {
  try {
    return JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  } catch (cause) {
    throw new Error(`RESCIND_PACKAGE_DIR: no installed package at ${root}`, { cause });
  }
}

/** Conditional exports as Node resolves them: the first condition in file order that is asked for. */
function resolve(target, conditions) {
  if (typeof target === "string") return target.replace(/^\.\//, "");
  for (const [condition, inner] of Object.entries(target)) {
    if (condition !== "default" && !conditions.includes(condition)) continue;
    const found = resolve(inner, conditions);
    if (found !== undefined) return found;
  }
  return undefined;
}
