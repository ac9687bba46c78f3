/** The package under test: the packed tarball, installed in the project that RESCIND_PACKAGE_DIR names. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

export const projectDir = required("RESCIND_PACKAGE_DIR");

const resolveFrom = createRequire(join(projectDir, "package.json"));

/** The folder of the installed package. */
export const packageDir = dirname(resolveFrom.resolve("rescind/package.json"));

/** A module of the package by its specifier, as the project would import it. */
export function importPackage(specifier = "rescind") {
  return import(pathToFileURL(resolveFrom.resolve(specifier)).href);
}

/** A file of the package that its exports map hides, such as `dist/load/core.js`. */
export function importFile(path) {
  return import(pathToFileURL(join(packageDir, path)).href);
}

function required(name) {
  const value = process.env[name];
  if (value === undefined || value === "") {
    throw new Error(`${name} must name a folder with the packed package installed; run: cargo xtask test --only js`);
  }
  return value;
}
