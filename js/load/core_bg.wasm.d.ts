/** The compiled verifier core, as `rescind/wasm`: hand it to `init` of `rescind/slim`. */
declare const module: WebAssembly.Module;
export default module;
