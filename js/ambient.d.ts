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

/** The functions of Node that the Node entry and the file store use, so that no type package is needed. */
declare module "node:fs/promises" {
  interface FileHandle {
    readFile(): Promise<Uint8Array<ArrayBuffer>>;
    writeFile(content: Uint8Array): Promise<void>;
    stat(): Promise<{ readonly size: number }>;
    sync(): Promise<void>;
    close(): Promise<void>;
  }
  export function open(path: string, flags: string, mode?: number): Promise<FileHandle>;
  export function readFile(path: string): Promise<Uint8Array<ArrayBuffer>>;
  export function readdir(path: string): Promise<string[]>;
  export function rename(from: string, to: string): Promise<void>;
  export function rm(path: string, options: { readonly force: boolean }): Promise<void>;
  export function mkdir(
    path: string,
    options: { readonly recursive: boolean; readonly mode: number },
  ): Promise<unknown>;
  export function stat(path: string): Promise<{ readonly mtimeMs: number }>;
}

declare module "node:crypto" {
  interface Hash {
    update(text: string): Hash;
    digest(encoding: "hex"): string;
  }
  export function createHash(algorithm: "sha256"): Hash;
}

declare module "node:url" {
  export function fileURLToPath(url: string): string;
}
