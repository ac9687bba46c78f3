/** RSA public operations behind one shape: the baseline's bare module, the accelerator through its port, node:crypto. */
import { constants, createPublicKey, publicDecrypt } from "node:crypto";
import { ACCELERATOR, BASELINE, importAccelerator, PORTABLE, wasmBytes } from "./accelerator.mjs";

/** Each takes a modulus and an exponent and answers a function from signature to power. */
export async function contenders() {
  const { createAccelerator } = await importAccelerator();
  const accelerator = createAccelerator(new WebAssembly.Module(wasmBytes(...ACCELERATOR)));
  return {
    accelerator: throughPort(accelerator),
    baseline: bare(wasmBytes(...BASELINE)),
    portable: process.env.RESCIND_RSA_BASELINE ? null : bare(wasmBytes(...PORTABLE)),
    crypto: nodeCrypto,
  };
}

/** As a core uses it: a memory of its own, one key handle after the other. */
function throughPort(accelerator) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const port = accelerator.connect(memory);
  const view = new Uint8Array(memory.buffer);
  let key = 0;
  return (modulus, exponent) => {
    port.releaseKey(key);
    view.set(modulus);
    key = port.importKey(0, modulus.length, exponent);
    if (key === 0) throw new Error("the accelerator refused the key");
    return (signature) => {
      view.set(signature);
      if (!port.publicOperation(key, 0)) throw new Error("the accelerator refused the signature");
      return view.subarray(0, modulus.length);
    };
  };
}

function bare(bytes) {
  const { exchange, import_key, memory, public_operation } = new WebAssembly.Instance(new WebAssembly.Module(bytes))
    .exports;
  return (modulus, exponent) => {
    const pointer = exchange();
    new Uint8Array(memory.buffer).set(modulus, pointer);
    import_key(modulus.length);
    const view = new Uint8Array(memory.buffer, pointer, modulus.length);
    return (signature) => {
      view.set(signature);
      public_operation(modulus.length, BigInt(exponent));
      return view;
    };
  };
}

function nodeCrypto(modulus, exponent) {
  const octets = Buffer.from(exponent.toString(16).padStart(10, "0"), "hex");
  const e = octets.subarray(octets.findIndex((octet) => octet !== 0)).toString("base64url");
  const jwk = { kty: "RSA", n: Buffer.from(modulus).toString("base64url"), e };
  const key = { key: createPublicKey({ key: jwk, format: "jwk" }), padding: constants.RSA_NO_PADDING };
  return (signature) => publicDecrypt(key, signature);
}
