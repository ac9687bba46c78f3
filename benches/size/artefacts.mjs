/** What the package's files weigh: as they are packed, and as an app ships them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { packageDir } from "../../tests/js/support/package.mjs";

/**
 * `{ name, raw, gzip, brotli }` in bytes: every wasm module, the JavaScript that each entry reaches, and the files of a
 * bundle of the main entry.
 */
export function artefacts(bundled) {
  const entries = new Set(targets(JSON.parse(readFileSync(join(packageDir, "package.json"), "utf8")).exports));
  const scripts = [...entries].filter((path) => path.endsWith(".js")).map((path) => join(packageDir, path));
  const reached = scripts.map((entry) => ({ entry, files: [...reach(entry)] }));
  const modules = new Set(reached.flatMap(({ files }) => files).filter((file) => file.endsWith(".wasm")));
  return [
    ...[...modules].map((file) => weighed(named(file), readFileSync(file))),
    ...reached.map(({ entry, files }) => {
      const code = files.filter((file) => file.endsWith(".js"));
      return weighed(`${named(entry)} and the ${code.length - 1} modules it reaches`, concatenated(code));
    }),
    weighed("minified by Vite, all JavaScript", concatenated(scriptsIn(bundled))),
  ];
}

/** Every file that an exports map names. */
function* targets(map) {
  for (const value of Object.values(map)) {
    if (typeof value === "string") yield value;
    else yield* targets(value);
  }
}

/** Adds a file and every one that it refers to by a relative path, in an import or an address. */
function reach(file, found = new Set()) {
  if (found.has(file) || !existsSync(file)) return found;
  found.add(file);
  if (!file.endsWith(".js")) return found;
  for (const [, path] of readFileSync(file, "utf8").matchAll(REFERENCE)) reach(join(dirname(file), path), found);
  return found;
}

/** A static import, with a bundler's query or none, and `new URL("…", import.meta.url)`; not what is imported on need. */
const REFERENCE = /(?:\b(?:from|import)\s*|URL\(\s*)["'](\.[^"'?]+\.(?:js|wasm))(?:\?module)?["']/g;

function weighed(name, bytes) {
  return {
    name,
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
  };
}

function scriptsIn(folder) {
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".js"));
  return names.map((name) => join(folder, name));
}

function concatenated(files) {
  return Buffer.concat(files.map((file) => readFileSync(file)));
}

function named(file) {
  return relative(join(packageDir, "dist"), file);
}
