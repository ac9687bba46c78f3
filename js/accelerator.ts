/**
 * The second wasm module: RSA with fused multiply-add, and the gate that it has to pass before it may serve.
 *
 * Its arithmetic is right only where the engine rounds a relaxed multiply-add once. Engines may round twice, and one
 * in use does: the module loads there, runs, and computes something else. So before a token is served
 *
 * 1. `WebAssembly.validate` must accept the instruction ({@link acceptsRelaxedSimd}),
 * 2. one multiply-add in each lane of the instance, with operands given at run time, must have been rounded once, and
 * 3. for each modulus length, one whole public operation of the instance must give the stored result.
 *
 * The core compares one operation with each of its keys besides. An engine's choice is the same for every execution (core
 * specification, relaxed operations), so what held once holds later. Any failure leaves everything to the baseline in
 * the core, with the same verdicts, and `status()` says so.
 */

/** Why the accelerator does not serve. */
export type AcceleratorRefusal =
  /** The engine does not accept relaxed SIMD, or there is no WebAssembly. */
  | "relaxed_simd_unsupported"
  /** Not the accelerator's module, or the engine could not make an instance. */
  | "module_unusable"
  /** The engine rounds twice. */
  | "multiply_add_not_fused"
  /** A whole operation gave another result than the stored one. */
  | "known_answer_wrong"
  /** The instance trapped. */
  | "trapped";

/** Whether the accelerator serves, and what. */
export type AcceleratorStatus =
  | {
      readonly state: "serving";
      /** Modulus lengths in bits whose known answer was right. Others are proved when a key needs them. */
      readonly provedModulusBits: readonly number[];
      /** Keys it holds now. */
      readonly keys: number;
    }
  | { readonly state: "refused"; readonly reason: AcceleratorRefusal };

/**
 * What a core calls: numbers only, as handles and as pointers into the memory it was connected with. Nothing throws;
 * where the accelerator does not serve, `importKey` returns 0 and `publicOperation` false, and the core computes.
 */
export interface AcceleratorPort {
  /** Takes the big-endian modulus of `bytes` bytes at `modulus`; answers a handle, or 0. */
  importKey(modulus: number, bytes: number, exponent: number): number;
  /** Replaces the signature at `block`, as long as the key's modulus, by its power. */
  publicOperation(key: number, block: number): boolean;
  /** Forgets a key. */
  releaseKey(key: number): void;
}

/** An instance that passed the gate. */
export interface Accelerator {
  /** The port for a core with this memory. */
  connect(memory: WebAssembly.Memory): AcceleratorPort;
  status(): AcceleratorStatus;
}

/** The gate was not passed. */
export interface AcceleratorRefused {
  readonly refused: AcceleratorRefusal;
}

/**
 * Step 1 of the gate, before the module is fetched or compiled: does the engine accept relaxed SIMD? It says nothing about
 * what the engine computes.
 */
export function acceptsRelaxedSimd(): boolean {
  return typeof WebAssembly === "object" && WebAssembly.validate(RELAXED_MULTIPLY_ADD);
}

/**
 * Steps 1 and 2, at once. Step 3 follows for each modulus length when the first key of that length comes.
 *
 * @example
 * const accelerator = createAccelerator(module);
 * const port = "refused" in accelerator ? null : accelerator.connect(coreMemory);
 */
export function createAccelerator(module: WebAssembly.Module): Accelerator | AcceleratorRefused {
  if (!acceptsRelaxedSimd()) return { refused: "relaxed_simd_unsupported" };
  try {
    return prove(new WebAssembly.Instance(module));
  } catch {
    return { refused: "module_unusable" };
  }
}

/** {@link createAccelerator} for where an instance may not be made synchronously: the main thread of older browsers. */
export async function createAcceleratorAsync(module: WebAssembly.Module): Promise<Accelerator | AcceleratorRefused> {
  if (!acceptsRelaxedSimd()) return { refused: "relaxed_simd_unsupported" };
  try {
    return prove(await WebAssembly.instantiate(module));
  } catch {
    return { refused: "module_unusable" };
  }
}

/** What the module exports: the table in `accelerator/src/lib.rs` explains each. */
interface AcceleratorExports {
  readonly memory: WebAssembly.Memory;
  exchange(): number;
  import_key(bytes: number, exponent: number): number;
  public_operation(key: number): number;
  release_key(key: number): number;
  multiply_add(x: number, y: number, z: number, lane: number): number;
}

function prove(instance: WebAssembly.Instance): Accelerator | AcceleratorRefused {
  const exports = instance.exports as Partial<AcceleratorExports>;
  if (!isAccelerator(exports)) return { refused: "module_unusable" };
  if (!roundsOnce(exports)) return { refused: "multiply_add_not_fused" };
  return new ProvedAccelerator(exports);
}

function isAccelerator(exports: Partial<AcceleratorExports>): exports is AcceleratorExports {
  const { memory, exchange, import_key, public_operation, release_key, multiply_add } = exports;
  const functions = [exchange, import_key, public_operation, release_key, multiply_add];
  return memory instanceof WebAssembly.Memory && functions.every((value) => typeof value === "function");
}

/** (1 + 2^-30) * (1 - 2^-30) - 1 is -2^-60 when rounded once and 0 when rounded twice. */
function roundsOnce(exports: AcceleratorExports): boolean {
  const small = 2 ** -30;
  return [0, 1].every(
    (lane) =>
      exports.multiply_add(1 + small, 1 - small, -1, lane) === -(small ** 2) &&
      exports.multiply_add(1 - small, small - 1, 1, lane) === 2 * small - small ** 2 &&
      exports.multiply_add(3, 5, 7, lane) === 22,
  );
}

class ProvedAccelerator implements Accelerator {
  readonly #exports: AcceleratorExports;
  /** The module's memory never grows, so a view stays good. */
  readonly #exchange: Uint8Array<ArrayBuffer>;
  /** Modulus lengths in bytes. */
  readonly #proved = new Set<number>();
  /** The part of the exchange buffer that each key uses. */
  readonly #blocks = new Map<number, Uint8Array<ArrayBuffer>>();
  #refused: AcceleratorRefusal | null = null;

  constructor(exports: AcceleratorExports) {
    this.#exports = exports;
    this.#exchange = new Uint8Array(exports.memory.buffer as ArrayBuffer, exports.exchange(), MAX_MODULUS_BYTES);
  }

  status(): AcceleratorStatus {
    if (this.#refused !== null) return { state: "refused", reason: this.#refused };
    const provedModulusBits = [...this.#proved].map((bytes) => 8 * bytes);
    return { state: "serving", provedModulusBits, keys: this.#blocks.size };
  }

  connect(memory: WebAssembly.Memory): AcceleratorPort {
    let view = new Uint8Array(memory.buffer);
    const bytesOfCore = () => {
      if (view.buffer !== memory.buffer) view = new Uint8Array(memory.buffer);
      return view;
    };
    return {
      importKey: (modulus, bytes, exponent) =>
        this.#guarded(0, () =>
          this.#importKey(
            bytesOfCore()
              .subarray(modulus >>> 0)
              .subarray(0, bytes),
            exponent,
          ),
        ),
      publicOperation: (key, block) =>
        this.#guarded(false, () => this.#publicOperation(key, bytesOfCore(), block >>> 0)),
      releaseKey: (key) => this.#guarded(undefined, () => this.#releaseKey(key)),
    };
  }

  /** Runs `use` while the accelerator serves. A trap leaves the instance in an unknown state: it never serves again. */
  #guarded<T>(otherwise: T, use: () => T): T {
    if (this.#refused !== null) return otherwise;
    try {
      return use();
    } catch {
      this.#refuse("trapped");
      return otherwise;
    }
  }

  #refuse(reason: AcceleratorRefusal): void {
    this.#refused ??= reason;
    this.#blocks.clear();
  }

  #importKey(modulus: Uint8Array, exponent: number): number {
    const known = KNOWN_ANSWERS.get(modulus.length);
    if (known === undefined) return 0;
    if (!this.#proved.has(modulus.length)) {
      if (!this.#givesKnownAnswer(modulus.length, known)) {
        this.#refuse("known_answer_wrong");
        return 0;
      }
      this.#proved.add(modulus.length);
    }
    this.#exchange.set(modulus);
    const key = this.#exports.import_key(modulus.length, exponent) >>> 0;
    if (key !== 0) this.#blocks.set(key, this.#exchange.subarray(0, modulus.length));
    return key;
  }

  #publicOperation(key: number, memory: Uint8Array, start: number): boolean {
    const block = this.#blocks.get(key >>> 0);
    if (block === undefined) return false;
    block.set(memory.subarray(start, start + block.length));
    if (this.#exports.public_operation(key) !== 1) return false;
    memory.set(block, start);
    return true;
  }

  #releaseKey(key: number): void {
    if (this.#blocks.delete(key >>> 0)) this.#exports.release_key(key);
  }

  /** Step 3: modulus and signature are made, the result was computed elsewhere and is compared byte for byte. */
  #givesKnownAnswer(bytes: number, answer: string): boolean {
    const modulus = pseudoRandomBytes(bytes, bytes);
    modulus[0] = at(modulus, 0) | 0x80;
    modulus[bytes - 1] = at(modulus, bytes - 1) | 1;
    const signature = pseudoRandomBytes(bytes + 1, bytes);
    signature[0] = at(signature, 0) & 0x7f;
    this.#exchange.set(modulus);
    const key = this.#exports.import_key(bytes, 65537);
    this.#exchange.set(signature);
    const computed = this.#exports.public_operation(key) === 1;
    const expected = Uint8Array.from(atob(answer), (character) => character.charCodeAt(0));
    const right = expected.length === bytes && expected.every((byte, index) => byte === at(this.#exchange, index));
    this.#exports.release_key(key);
    return computed && right;
  }
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

/** xorshift32. */
function pseudoRandomBytes(seed: number, length: number): Uint8Array<ArrayBuffer> {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 24;
  });
}

const MAX_MODULUS_BYTES = 512;

/** A module with one function that is one `f64x2.relaxed_madd`. */
const RELAXED_MULTIPLY_ADD = /* @__PURE__ */ Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
  ...[0x01, 0x08, 0x01, 0x60, 0x03, 0x7b, 0x7b, 0x7b, 0x01, 0x7b], // type: three vectors to one
  ...[0x03, 0x02, 0x01, 0x00], // one function of it
  ...[0x0a, 0x0d, 0x01, 0x0b, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02, 0xfd, 0x87, 0x02, 0x0b], // its code
);

/** By modulus length in bytes: signature^65537 mod modulus, in base64, computed with BigInt. */
const KNOWN_ANSWERS: ReadonlyMap<number, string> = /* @__PURE__ */ new Map([
  [
    256,
    [
      "I+mrrTXuKncjXMnfcQ70yYIBGqnvOLOT0b9yocKnVsoIcfFgwqXPB4yY4eejtz72G+VrosgJMCZWbsueyuCreiGzcvc1q3p+snkWjoz5mlMfiD",
      "9JLCa7Lar++lgZmA68QzNPxJitkzPjLgo4ght0YFRW91N0dLIqdMYQvRdRwW6uD3/uWKSOEeApKZYgU/iOSKWtY0PliMhg+v/EVhTaWy2zvjHf",
      "eu3uC5mE7fFUe+q1e8wLShjEr9ZSmxf4zn5Nlei6YsxiVNTsSM/hDp12SKElj4n9+ZcvlWemazEmxoZgI//fD7yiw57rXUBeB/TdhdMHeWj1pg",
      "0lJWpAvw91qA==",
    ].join(""),
  ],
  [
    384,
    [
      "EIOqRuYdycMJ7SvoNvlj32akCVijMQZAExsSqEzU+gcFUcW39Bo0Q/1Dk/9hX/SCbb6iTDCMt3MoYIZwIynjwiVJ4oC76vgPNx9BljgMkCkaeE",
      "lpqmQlWViJyjlnRWeSrIq+EFnBQHD67hFHdY5UM7q4PcE7bQ5WhR5mKvyoaSiIUR7cEcp5t/mWm7gFwlgZkD+nLfl9H5/8u+y2IGqqdDTEupjr",
      "sjZ3MZZXSseJLGgcqGAYAyp7l5BCTzLQeKI/W4/nv9qxRp5yu+3xpSiMlQZWBNuKAA9wwxtABH9XWmRPgIhpFmxpKBUpO+auZMezfQ3WhMxM1y",
      "jVyHRgctyc7gZ8FLydL8je7h/Xdg1eHvyrITxMzy06cW+wMCkmCaJo0eQXI3dkPtqGYraF5YR9+FlhnGfp2jP619Rfto77Mp29MlIczYhnFPHD",
      "kycdWFpNkT5UuBda+u6sl+Gi4RW45Jb30qUXvh8MFKsK4F76bsg+OursweMEMpwZiF7PT5bG",
    ].join(""),
  ],
  [
    512,
    [
      "O4g3/di/zF2qUR6wgopdUUp2b0Rgqylm44nbm+Ja4NooENIuYukAnxhacYTb2jC4kCWQ7V7xb1IicKlxUtH85T9JhJg6XArhh1qESn+TvaGN2d",
      "5nglnG5Q5QwBj8znjH0KfgH8kf6B1cECdCX5w4ssVyh4NdmAqSeunLal/8NEku2a4wJmgArbOfpwckgcIOj8+yApNKGGbpVTgAEkFvs0l8OGI1",
      "4a4R6HRtuI0Yu+G3pH75stIAR+6q+LsoelCqPjk1WOcQOGZw1+MRuFA9mouNgUUyYiiVlTGc6E8+D92hf0ZgbP9AyWSwKEHuWSzQEk7eBxw8xj",
      "UuE0ooT4NrNURt4kS77Rw46kUTpRgrFtSiN83Mg5jkcFA70/mfHg3bSXRbmwrUuvo5tADkFV7t9sLdRNzVgHKQALwAMcbiZC0TiPJuDWYfoJlw",
      "5BJRSnr2TWlIHqvaxzRiihz/NtsvCuGK0kh9lpxQ4/ENyRUrHWd5XCEC3f7ZGrUtL1Cf0p/iNeJw3bYmsS+VUP+B2kthN383dR3Lrim5rt3ebD",
      "1tXFjBLAFVkUrQ+o8SZSlRLa/ro+wsELc8BlciJF4NhbibJH056FrFRj4yYYsfxHYQzfjXJggR1Te4UdmOolSt3X2a61dm3zezAjPAsKAnnYTE",
      "NLLFkJmfFh2PnU5BbL+nN2s=",
    ].join(""),
  ],
]);
