/** The memories of all wasm instances, whoever makes them. To be imported before the package is loaded. */

const memories = new Set();

function remember(instance) {
  for (const value of Object.values(instance.exports)) {
    if (value instanceof WebAssembly.Memory) memories.add(value);
  }
  return instance;
}

const { Instance, instantiate } = WebAssembly;

WebAssembly.Instance = new Proxy(Instance, {
  construct: (target, given) => remember(new target(...given)),
});

WebAssembly.instantiate = async (...given) => {
  const made = await instantiate(...given);
  remember(made.instance ?? made);
  return made;
};

/** Bytes of all of them; memory of wasm grows and never shrinks. */
export function wasmBytes() {
  if (memories.size === 0) throw new Error("no wasm instance was seen");
  return [...memories].reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
}
