/**
 * The glue that wasm-bindgen generates (target web), as far as it is used. Written by hand: see `js/README.md`.
 */
import type { AcceleratorPort } from "../accelerator.js";
import type { Core, CorePolicy } from "../core.js";

/** What the glue instantiates from. */
export type Source = string | URL | Request | Response | BufferSource | WebAssembly.Module;

interface Exports {
  readonly memory: WebAssembly.Memory;
}

export default function instantiate(source: { readonly module_or_path: Source }): Promise<Exports>;

export function initSync(source: { readonly module: BufferSource | WebAssembly.Module }): Exports;

declare const CoreClass: new (policy: CorePolicy) => Core;

export { CoreClass as Core };

/** Only the first port of an instance counts; answers whether this was it. */
export function setAccelerator(port: AcceleratorPort): boolean;

export function errorCodes(): string[];

export function version(): string;
