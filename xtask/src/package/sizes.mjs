// Prints what a user of the package downloads: the wasm module, and the JavaScript that the browser's entry reaches.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const code = process.argv.at(-1);

/** Adds `file` and every module that it imports by a relative path, not those that it imports only when needed. */
function reach(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, path] of readFileSync(file, "utf8").matchAll(/(?:from|import)\s*["'](\.[^"']+\.js)["']/g)) {
    reach(join(dirname(file), path), found);
  }
  return found;
}

const row = (name, bytes) => [
  name,
  bytes.length,
  gzipSync(bytes, { level: 9 }).length,
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
];
const modules = [...reach(join(code, "load", "web.js"))];
const rows = [
  ["bytes", "raw", "gzip", "brotli"],
  row("wasm (core_bg.wasm)", readFileSync(join(code, "load", "core_bg.wasm"))),
  row(
    `JavaScript (browser entry, ${modules.length} modules)`,
    Buffer.concat(modules.map((file) => readFileSync(file))),
  ),
];
for (const [name, ...numbers] of rows) {
  console.log(`  ${name.padEnd(44)}${numbers.map((number) => String(number).padStart(10)).join("")}`);
}
