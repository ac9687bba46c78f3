/** Loads the wasm once for all entries: whoever comes first starts it, the others share it, a failure clears it. */
import { Acceleration, type AcceleratorSource } from "../acceleration.js";
import type { CoreModule } from "../core.js";
import { RescindError } from "../errors.js";
import instantiate, { Core, errorCodes, initSync, type Source, setAccelerator, version } from "./core.js";

/** What `init` takes: where the wasm lies, its bytes, a response that brings it, or the compiled module. */
export type InitInput = Source | Promise<Source>;

/**
 * Loads the wasm: without an argument the way the entry knows. Idempotent; after a failure it may be called again.
 * `accelerator`: the optional module for RSA, loaded once there is an RSA key. Without it: the way the entry knows, if
 * it does (`rescind/slim` does not).
 */
export type Init = (input?: InitInput, accelerator?: InitInput) => Promise<void>;

/** The source that an entry knows. */
type Default<T> = () => T | Promise<T>;

let loaded: CoreModule | undefined;
let loading: Promise<void> | undefined;
let givenAccelerator: AcceleratorSource | undefined;

/** An `init` that compiles in the background: for pages, where compiling at once would block or is forbidden. */
export function asyncInit(source: Default<Source>): Init {
  return (input, accelerator) => {
    useAccelerator(accelerator);
    return once(async () => keep(await instantiate({ module_or_path: await (input ?? source()) })));
  };
}

/** An `init` that compiles at once: on servers 20 ms faster. */
export function syncInit(source: Default<BufferSource | WebAssembly.Module>): Init {
  return (input, accelerator) => {
    useAccelerator(accelerator);
    return once(async () => {
      if (input !== undefined) keep(await instantiate({ module_or_path: await input }));
      else startSync(await source());
    });
  };
}

/** Takes the accelerator that `init` was given. A promise that is never needed may reject unseen. */
function useAccelerator(input: InitInput | undefined): void {
  if (input === undefined) return;
  givenAccelerator = () => moduleOf(input);
  if (input instanceof Promise) input.catch(() => {});
}

/** Where the accelerator comes from: as `init` was told, else as the entry knows. */
export function acceleratorOr(known: AcceleratorSource | null): AcceleratorSource | null {
  return givenAccelerator ?? known;
}

/** Compiles what `init` takes. At once when it is compiled already. */
export function moduleOf(input: InitInput): WebAssembly.Module | Promise<WebAssembly.Module> {
  return input instanceof WebAssembly.Module ? input : compiled(input);
}

async function compiled(input: InitInput): Promise<WebAssembly.Module> {
  const source = await input;
  return source instanceof WebAssembly.Module ? source : WebAssembly.compile(await bytesOf(source));
}

async function bytesOf(source: string | URL | Request | Response | BufferSource): Promise<BufferSource> {
  if (source instanceof Response) return source.arrayBuffer();
  const isAddress = typeof source === "string" || source instanceof URL || source instanceof Request;
  return isAddress ? (await fetch(source)).arrayBuffer() : source;
}

/** Instantiates now: for runtimes that allow it in global scope and share no promise between requests. */
export function startSync(module: BufferSource | WebAssembly.Module): void {
  if (loaded === undefined) keep(initSync({ module }));
}

/** The module after `init`. */
export async function loadedBy(init: Init): Promise<CoreModule> {
  if (loaded === undefined) await init();
  if (loaded === undefined) throw new RescindError("ERR_WASM_LOAD", "the wasm was not loaded");
  return loaded;
}

/** Whether the wasm could be used here, although it was not loaded: neither absent nor forbidden. */
export function isUsable({ code, details }: RescindError): boolean {
  return code !== "ERR_WASM_UNAVAILABLE" && details["reason"] !== FORBIDDEN;
}

function once(start: () => Promise<void>): Promise<void> {
  if (loaded !== undefined) return Promise.resolve();
  if (typeof WebAssembly === "undefined") return Promise.reject(unavailable());
  loading ??= start().catch((cause: unknown) => {
    loading = undefined;
    throw loadFailed(cause);
  });
  return loading;
}

function keep({ memory }: { readonly memory: WebAssembly.Memory }): void {
  loaded = { Core, errorCodes, version, memory, acceleration: new Acceleration(memory, setAccelerator) };
}

function unavailable(): RescindError {
  const message = "this runtime has no WebAssembly (on iOS: Lockdown Mode)";
  return new RescindError("ERR_WASM_UNAVAILABLE", message);
}

/** Names the causes that people meet, such as an HTML page in place of the file, and a content security policy. */
function loadFailed(cause: unknown): Error {
  if (cause instanceof RescindError) return cause;
  const told = cause instanceof Error ? cause.message : String(cause);
  const [, reason, hint] = HINTS.find(([pattern]) => pattern.test(told)) ?? [];
  const details = reason === undefined ? {} : { reason };
  return new RescindError("ERR_WASM_LOAD", `the wasm could not be loaded: ${hint ?? "see cause"}`, details, cause);
}

const FORBIDDEN = "content_security_policy";

/** The bytes `3c 21` are `<!`, the start of an HTML page. */
const HINTS: readonly (readonly [RegExp, string, string])[] = [
  [
    /3c 21|expected magic word/i,
    "not_wasm",
    "what came is not wasm, perhaps an HTML page: is core_bg.wasm served at its address?",
  ],
  [/unsafe-eval|Content Security Policy|blocked by CSP/i, FORBIDDEN, "the page's script-src needs 'wasm-unsafe-eval'"],
  [/ENOENT/, "no_file", "core_bg.wasm is not beside the code: copy it there, or import rescind/inline"],
  [
    /fetch|load failed|NetworkError/i,
    "no_answer",
    "core_bg.wasm could not be fetched: is it served, and allowed by connect-src?",
  ],
];
