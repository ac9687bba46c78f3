/** The accelerator behind its gate: where it serves it is right, and where the engine does not fuse it never serves. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ACCELERATOR, importAccelerator, power, strippedSource, wasmBytes } from "./support/accelerator.mjs";
import { temporaryFolder } from "./support/temporary.mjs";

const bytes = wasmBytes(...ACCELERATOR);
const { acceptsRelaxedSimd, createAccelerator, createAcceleratorAsync } = await importAccelerator();
const module = new WebAssembly.Module(bytes);
const SIZES = [256, 384, 512];

/** A core's memory with the accelerator connected; every block lies at an odd address. */
function connected(accelerator = createAccelerator(module)) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
  const port = accelerator.connect(memory);
  const write = (data, pointer) => new Uint8Array(memory.buffer).set(data, pointer);
  return {
    accelerator,
    memory,
    port,
    importKey(modulus, exponent = 65537) {
      write(modulus, 1001);
      return port.importKey(1001, modulus.length, exponent);
    },
    /** The power, or null where it was refused. */
    publicOperation(key, signature, pointer = 2003) {
      write(signature, pointer);
      if (!port.publicOperation(key, pointer)) return null;
      return Buffer.from(memory.buffer.slice(pointer, pointer + signature.length));
    },
  };
}

function randomModulus(size) {
  const modulus = randomBytes(size);
  modulus[0] |= 0x80;
  modulus[size - 1] |= 1;
  return modulus;
}

function randomSignature(size) {
  const signature = randomBytes(size);
  signature[0] &= 0x7f;
  return signature;
}

test("the module imports nothing, so no path in it can panic", () => {
  assert.deepEqual(WebAssembly.Module.imports(module), []);
});

test("a fusing engine passes the gate, at once and later", async () => {
  assert.equal(acceptsRelaxedSimd(), true);
  for (const accelerator of [createAccelerator(module), await createAcceleratorAsync(module)]) {
    assert.deepEqual(accelerator.status(), { state: "serving", provedModulusBits: [], keys: 0 });
  }
});

test("powers are those of BigInt for every size and exponent, and after the core's memory grew", () => {
  const { accelerator, importKey, memory, publicOperation } = connected();
  for (const size of SIZES) {
    for (const exponent of [3, 65537]) {
      const modulus = randomModulus(size);
      const key = importKey(modulus, exponent);
      for (let count = 0; count < 20; count += 1) {
        const signature = randomSignature(size);
        assert.deepEqual(publicOperation(key, signature), power(signature, exponent, modulus));
      }
    }
    memory.grow(1);
  }
  assert.deepEqual(accelerator.status(), { state: "serving", provedModulusBits: [2048, 3072, 4096], keys: 6 });
});

test("other lengths and exponents, even and short moduli are left to the baseline", () => {
  const { importKey } = connected();
  for (const size of [0, 1, 255, 257, 320, 511, 513, 1024]) {
    assert.equal(importKey(new Uint8Array(size).fill(0xff)), 0, `${size} bytes`);
  }
  for (const exponent of [0, 1, 2, 17, 65535, 2 ** 32 - 1, 2 ** 32 + 3]) {
    assert.equal(importKey(randomModulus(256), exponent === 2 ** 32 + 3 ? 5 : exponent), 0, `e = ${exponent}`);
  }
  const modulus = randomModulus(256);
  assert.equal(importKey(modulus.with(255, 2)), 0);
  assert.equal(importKey(modulus.with(0, 0x7f)), 0);
});

test("a signature not below the modulus and a handle that is not in use are refused", () => {
  const { importKey, port, publicOperation } = connected();
  const modulus = randomModulus(256).with(255, 0x7f);
  const key = importKey(modulus);
  assert.notEqual(publicOperation(key, modulus.with(255, 0x7e)), null);
  for (const signature of [modulus, modulus.with(255, 0x80), new Uint8Array(256).fill(0xff)]) {
    assert.equal(publicOperation(key, signature), null);
  }
  for (const handle of [0, key + 1, key + 128, -1, 2 ** 32 - 1]) assert.equal(publicOperation(handle, modulus), null);
  port.releaseKey(key);
  port.releaseKey(key);
  assert.equal(publicOperation(key, modulus.with(255, 0x7e)), null);
  assert.notEqual(importKey(modulus), key);
});

test("a 129th key is left to the baseline until another is released", () => {
  const { accelerator, importKey, port } = connected();
  const keys = Array.from({ length: 128 }, () => importKey(randomModulus(256)));
  assert.equal(new Set(keys).size, 128);
  assert.equal(importKey(randomModulus(256)), 0);
  port.releaseKey(keys[5]);
  assert.notEqual(importKey(randomModulus(256)), 0);
  assert.equal(accelerator.status().keys, 128);
});

test("a pointer out of the core's memory traps nothing and ends the service", () => {
  const { accelerator, importKey, port, publicOperation } = connected();
  const modulus = randomModulus(256);
  const key = importKey(modulus);
  assert.equal(port.publicOperation(key, 65536 - 100), false);
  assert.deepEqual(accelerator.status(), { state: "refused", reason: "trapped" });
  assert.equal(publicOperation(key, randomSignature(256)), null);
  assert.equal(importKey(modulus), 0);
});

test("another module is refused", () => {
  const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  assert.deepEqual(createAccelerator(empty), { refused: "module_unusable" });
});

/** Places of `f64x2.relaxed_madd` in the module's code. */
function multiplyAdds() {
  const instruction = Buffer.from([0xfd, 0x87, 0x02]);
  const places = [];
  for (let at = bytes.indexOf(instruction); at !== -1; at = bytes.indexOf(instruction, at + 1)) places.push(at);
  return places;
}

/** The module with another instruction of the same type and size in the places. */
function withInstruction(instruction, places) {
  const changed = Buffer.from(bytes);
  for (const place of places) changed.set(instruction, place);
  return new WebAssembly.Module(changed);
}

function refusalOf(accelerator) {
  if (accelerator.refused !== undefined) return accelerator.refused;
  const { importKey } = connected(accelerator);
  for (const size of SIZES) importKey(randomModulus(size));
  const status = accelerator.status();
  return status.state === "refused" ? status.reason : null;
}

/** Whether an accelerator that serves computes every size and exponent as BigInt does. */
function isRight(accelerator) {
  const { importKey, publicOperation } = connected(accelerator);
  return SIZES.every((size) =>
    [3, 65537].every((exponent) => {
      const [modulus, signature] = [randomModulus(size), randomSignature(size)];
      return publicOperation(importKey(modulus, exponent), signature)?.equals(power(signature, exponent, modulus));
    }),
  );
}

test("the gate refuses when any single multiply-add computes something else, unless it only ever sees zeros", () => {
  const places = multiplyAdds();
  assert.ok(places.length > 20, `${places.length} places`);
  const negatedMultiplyAdd = [0xfd, 0x88, 0x02];
  const changed = places.map((place) => createAccelerator(withInstruction(negatedMultiplyAdd, [place])));
  const refusals = changed.map(refusalOf);
  const unnoticed = changed.filter((_, index) => refusals[index] === null);
  assert.ok(unnoticed.every(isRight));
  assert.ok(refusals.includes("multiply_add_not_fused"));
  assert.ok(refusals.filter((refusal) => refusal === "known_answer_wrong").length > places.length / 2);
});

test("after a wrong known answer not even keys of proved lengths are served", () => {
  const places = multiplyAdds();
  const wrong = places.map((place) => createAccelerator(withInstruction([0xfd, 0x88, 0x02], [place])));
  const accelerator = wrong.find((candidate) => candidate.refused === undefined);
  const { importKey } = connected(accelerator);
  for (const size of [...SIZES, ...SIZES]) assert.equal(importKey(randomModulus(size)), 0);
  assert.deepEqual(accelerator.status(), { state: "refused", reason: "known_answer_wrong" });
});

const gate = fileURLToPath(new URL("support/accelerator-gate.mjs", import.meta.url));

/** What the gate says in another runtime. */
function gateIn(runtime) {
  const wasm = join(temporaryFolder("rescind-accelerator-"), "accelerator.wasm");
  writeFileSync(wasm, bytes);
  return JSON.parse(execFileSync(runtime, [gate, strippedSource(), wasm], { encoding: "utf8" }));
}

function programInPath(name, isWanted) {
  const found = process.env.PATH.split(delimiter)
    .map((folder) => join(folder, name))
    .filter((file) => existsSync(file));
  return found.find((file) => isWanted(execFileSync(file, ["--version"], { encoding: "utf8" }))) ?? null;
}

test("this runtime says the same through the script for other runtimes", () => {
  assert.deepEqual(gateIn(process.execPath), {
    accepts: true,
    refused: null,
    refusedLater: null,
    serves: true,
    wrong: 0,
  });
});

const bun = process.env.RESCIND_BUN ?? programInPath("bun", () => true);

test("Bun accepts the module, does not fuse, and is refused", { skip: bun === null && "no Bun is installed" }, () => {
  const said = gateIn(bun);
  assert.equal(said.accepts, true);
  assert.equal(said.refused, "multiply_add_not_fused");
  assert.equal(said.refusedLater, "multiply_add_not_fused");
  assert.ok(said.wrong > 0, "without the gate the results are wrong there, so the test means something");
});

const node20 = programInPath("node", (version) => version.startsWith("v20."));

test("Node 20 does not accept the module and is refused", {
  skip: node20 === null && "no Node 20 is installed",
}, () => {
  const expected = { accepts: false, refused: "relaxed_simd_unsupported", serves: false, wrong: null };
  assert.deepEqual(gateIn(node20), { ...expected, refusedLater: expected.refused });
});
