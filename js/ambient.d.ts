/** A compiled module, as workerd and wrangler import it. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

/** The same on Vercel's edge runtime and its bundlers. */
declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}

/** The two functions of Node that the Node entry uses, so that no type package is needed. */
declare module "node:fs/promises" {
  export function readFile(path: string): Promise<Uint8Array<ArrayBuffer>>;
}

declare module "node:url" {
  export function fileURLToPath(url: string): string;
}
