/**
 * The gate in whatever runtime runs this: `gate.mjs ACCELERATOR.mjs ACCELERATOR.wasm`, both as paths. Prints as JSON what the
 * gate said, and what the module computes where nobody asks the gate.
 */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [source, wasm] = process.argv.slice(-2);
const { acceptsRelaxedSimd, createAccelerator, createAcceleratorAsync } = await import(pathToFileURL(source).href);
const accepts = acceptsRelaxedSimd();
const compiled = accepts ? new WebAssembly.Module(readFileSync(wasm)) : undefined;
const gate = createAccelerator(compiled);
const later = await createAcceleratorAsync(compiled);
console.log(
  JSON.stringify({
    accepts,
    refused: gate.refused ?? null,
    refusedLater: later.refused ?? null,
    serves: gate.refused === undefined && serves(gate),
    wrong: compiled === undefined ? null : wrongWithoutGate(compiled),
  }),
);

/** One key of each length taken, which asks for the known answers. */
function serves(accelerator) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const port = accelerator.connect(memory);
  return [256, 384, 512].every((bytes) => {
    new Uint8Array(memory.buffer).set(modulusOf(bytes));
    return port.importKey(0, bytes, 65537) !== 0;
  });
}

/** How many of 20 cubes are wrong, when the instance is used as if every engine fused. */
function wrongWithoutGate(module) {
  const { exchange, import_key, memory, public_operation } = new WebAssembly.Instance(module).exports;
  const view = new Uint8Array(memory.buffer, exchange(), 256);
  const modulus = modulusOf(256);
  view.set(modulus);
  const key = import_key(256, 3);
  const n = toBigInt(modulus);
  let wrong = 0;
  for (let index = 1; index <= 20; index += 1) {
    const signature = modulus.map((byte, position) => (position === 0 ? 1 : byte ^ (index * position)));
    const s = toBigInt(signature);
    view.set(signature);
    if (public_operation(key) !== 1 || toBigInt(view) !== (s * s * s) % n) wrong += 1;
  }
  return wrong;
}

function modulusOf(bytes) {
  return Uint8Array.from({ length: bytes }, (_, index) => ((index * 167 + 133) & 0xff) | (index === 0 ? 0x80 : 1));
}

function toBigInt(bytes) {
  return BigInt(`0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`);
}
