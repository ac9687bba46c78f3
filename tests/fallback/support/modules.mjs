/**
 * The fallback's compiled files: those of the packed package when RESCIND_PACKAGE_DIR names a project that has it,
 * else compiled here from js/.
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

const folders = [];

process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The installed package, or `null`. */
export const packageFolder = installed();

/** The folder that holds `fallback/` and what it imports. */
export const codeFolder = packageFolder === null ? compiled() : join(packageFolder, "dist");

/** Every file of the fallback, imported, by its path without extension. */
export async function loadModules(folder = codeFolder) {
  const modules = {};
  for (const name of moduleNames()) modules[name] = await import(pathToFileURL(join(folder, "fallback", `${name}.js`)));
  return modules;
}

/** The same, imported anew: for tests that change the engine, which is asked once what it can do. */
export function loadFreshModules() {
  const folder = temporaryFolder();
  cpSync(codeFolder, folder, { recursive: true });
  return loadModules(folder);
}

export function moduleNames() {
  const files = readdirSync(join(codeFolder, "fallback"), { recursive: true }).map((file) => file.replaceAll(sep, "/"));
  return files.filter((file) => file.endsWith(".js")).map((file) => file.slice(0, -3));
}

function installed() {
  const project = process.env.RESCIND_PACKAGE_DIR;
  if (!project) return null;
  const folder = join(project, "node_modules/rescind");
  if (existsSync(join(folder, "dist/fallback/core.js"))) return folder;
  throw new Error(`RESCIND_PACKAGE_DIR names ${project}, whose package has no dist/fallback`);
}

function compiled() {
  const folder = temporaryFolder();
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const config = join(root, "tests/fallback/tsconfig.json");
  execFileSync(process.execPath, [tsc, "--project", config, "--outDir", folder], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  return folder;
}

function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "rescind-fallback-"));
  folders.push(folder);
  // Without a package.json, Node would take the files for CommonJS first.
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  return folder;
}
