/** The accelerator's two parts for tests: its wasm, built here unless a path is given, and `js/accelerator.ts` as JavaScript. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { temporaryFolder } from "./temporary.mjs";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The bytes of a module of the workspace. `RESCIND_ACCELERATOR` and `RESCIND_RSA_BASELINE` name ready ones. */
export function wasmBytes(name, features) {
  const variable = name === "rescind-accelerator" ? "RESCIND_ACCELERATOR" : "RESCIND_RSA_BASELINE";
  return readFileSync(process.env[variable] ?? build(name, features));
}

/** The file `js/accelerator.ts` with its types taken out, in a folder that any runtime can import from. */
export function strippedSource() {
  const folder = temporaryFolder("rescind-accelerator-");
  const file = join(folder, "accelerator.mjs");
  writeFileSync(file, stripTypeScriptTypes(readFileSync(join(root, "js/accelerator.ts"), "utf8")));
  return file;
}

/** `js/accelerator.ts`, imported. */
export const importAccelerator = () => import(pathToFileURL(strippedSource()).href);

/** A folder of its own: other flags on the command line would make cargo compile everything again. */
function build(name, features) {
  const target = "wasm32-unknown-unknown";
  const folder = join(
    process.env.CARGO_TARGET_DIR ?? join(root, "target"),
    features.replaceAll(/[+,]+/g, "-").slice(1),
  );
  execFileSync(
    "cargo",
    ["build", "--quiet", "--release", "--package", name, "--target", target, "--target-dir", folder],
    {
      cwd: root,
      env: { ...process.env, RUSTFLAGS: `-C target-feature=${features}` },
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  return join(folder, target, "release", `${name.replaceAll("-", "_")}.wasm`);
}

export const ACCELERATOR = ["rescind-accelerator", "+simd128,+relaxed-simd"];
export const BASELINE = ["rescind-rsa-baseline", "+simd128"];
export const PORTABLE = ["rescind-rsa-baseline", "-simd128"];

/** base^exponent mod modulus, in as many bytes as the modulus, computed with BigInt. */
export function power(base, exponent, modulus) {
  const n = toBigInt(modulus);
  const b = toBigInt(base) % n;
  const bits = exponent.toString(2);
  let result = 1n;
  for (const bit of bits) result = (result * result * (bit === "1" ? b : 1n)) % n;
  return fromBigInt(result, modulus.length);
}

export const toBigInt = (bytes) => BigInt(`0x${Buffer.from(bytes).toString("hex") || "0"}`);

export const fromBigInt = (value, length) => Buffer.from(value.toString(16).padStart(2 * length, "0"), "hex");
