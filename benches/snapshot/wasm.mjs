/** The wasm half of the comparison: what the native half wrote is opened, asked and updated in a fresh instance each. */

/** In the order of the module's numbers. */
const CONTENDERS = ["rescind", "binary fuse 32", "Bloom", "sorted hashes", "Token Status List"];

/** As in the native half. */
const ADDED = 1_000;
const CHECKS = 2_000;
const ROUNDS = 7;
const WARM_UP = 25;

/** One result for each contender. `bytes(name, what)` gives what the native half wrote. */
export function measureInWasm(source, entries, bytes) {
  const module = new WebAssembly.Module(source);
  return CONTENDERS.map((contender, kind) => {
    const set = bytes(contender, "set");
    const update = bytes(contender, "update");
    const opened = () => new Instance(module).open(kind, set);
    return {
      entries,
      runtime: "wasm",
      contender,
      hashUs: median(() => new Instance(module).hash(set)) * 1e3,
      openUs: median(() => opened().time) * 1e3,
      checkNs: (checked(opened().instance, entries) * 1e6) / CHECKS,
      updateUs: median(() => opened().instance.update(update)) * 1e3,
      ...(kind === 0 ? { foldMs: median(() => folded(opened().instance, update, bytes(contender, "fold"))) } : {}),
    };
  });
}

/** Of tokens that are not revoked; those that are were found before. */
function checked(instance, entries) {
  if (instance.revoked(0, CHECKS) !== Math.min(CHECKS, entries)) throw new Error("a revoked token is not found");
  let first = entries + ADDED;
  // The engine compiles again what runs often.
  for (let round = 0; round < WARM_UP; round += 1) instance.timedCheck(first, CHECKS);
  return median(() => {
    const { time, found } = instance.timedCheck(first, CHECKS);
    if (found !== 0) throw new Error("a token is revoked that is not");
    first += CHECKS;
    return time;
  });
}

function folded(instance, update, fold) {
  instance.update(update);
  return instance.update(fold);
}

/** One instance of the module. */
class Instance {
  #exports;

  constructor(module) {
    // Imports belong to the bindings of the linked verifier, which nothing here calls.
    const imports = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      imports[from] ??= {};
      imports[from][name] = () => {
        throw new Error(`${name} was called`);
      };
    }
    this.#exports = new WebAssembly.Instance(module, imports).exports;
  }

  open(kind, bytes) {
    this.#write(bytes);
    return { instance: this, time: timed(() => this.#exports.open(kind)) };
  }

  update(bytes) {
    this.#write(bytes);
    return timed(() => this.#exports.update());
  }

  hash(bytes) {
    this.#write(bytes);
    const start = performance.now();
    this.#exports.digest();
    return performance.now() - start;
  }

  revoked(first, count) {
    this.#exports.tokens(first, count);
    return this.#exports.check();
  }

  timedCheck(first, count) {
    this.#exports.tokens(first, count);
    const start = performance.now();
    const found = this.#exports.check();
    return { time: performance.now() - start, found };
  }

  #write(bytes) {
    const at = this.#exports.input(bytes.length);
    new Uint8Array(this.#exports.memory.buffer, at, bytes.length).set(bytes);
  }
}

/** Milliseconds of a step that answers 1 when it worked. */
function timed(step) {
  const start = performance.now();
  const worked = step();
  const time = performance.now() - start;
  if (worked !== 1) throw new Error("its own bytes are refused");
  return time;
}

function median(round) {
  const times = Array.from({ length: ROUNDS }, round).sort((one, other) => one - other);
  return times[Math.floor(ROUNDS / 2)];
}
