import {
  type Accelerator,
  type AcceleratorPort,
  type AcceleratorRefusal,
  type AcceleratorRefused,
  acceptsRelaxedSimd,
  createAccelerator,
  createAcceleratorAsync,
} from "./accelerator.js";

/** Where the accelerator's module comes from. One that is there at once is used at once. */
export type AcceleratorSource = () => WebAssembly.Module | Promise<WebAssembly.Module>;

/** Who computes RSA signatures: the core, the accelerator, or the core since the accelerator was refused. */
export type RsaStatus = "baseline" | "accelerated" | "load_failed" | AcceleratorRefusal;

/**
 * The accelerator of one instantiated core: loaded when the first RSA key comes, without holding up any verdict, and
 * shared by all verifiers. Whatever goes wrong, the core goes on computing, with the same answers.
 */
export class Acceleration {
  readonly #memory: WebAssembly.Memory;
  readonly #setPort: (port: AcceleratorPort) => boolean;
  readonly #waiting = new Set<() => void>();
  #started = false;
  #accelerator: Accelerator | null = null;
  #refusal: RsaStatus = "baseline";

  /** `setPort` connects the core: keys that it imports from then on are served. */
  constructor(memory: WebAssembly.Memory, setPort: (port: AcceleratorPort) => boolean) {
    this.#memory = memory;
    this.#setPort = setPort;
  }

  status(): RsaStatus {
    const status = this.#accelerator?.status();
    if (status === undefined) return this.#refusal;
    return status.state === "serving" ? "accelerated" : status.reason;
  }

  /** Has it loaded if need be. `accelerate` is called once it serves, for the keys that were imported before. */
  want(source: AcceleratorSource, accelerate: () => void): void {
    if (this.#accelerator !== null || this.#refusal !== "baseline") return;
    this.#waiting.add(accelerate);
    if (this.#started) return;
    this.#started = true;
    if (acceptsRelaxedSimd()) this.#load(source);
    else this.#refuse("relaxed_simd_unsupported");
  }

  /** Takes back {@link want}. */
  forget(accelerate: () => void): void {
    this.#waiting.delete(accelerate);
  }

  #load(source: AcceleratorSource): void {
    try {
      const module = source();
      if (!(module instanceof Promise)) this.#take(createAccelerator(module));
      else
        module.then(createAcceleratorAsync).then(
          (made) => this.#take(made),
          () => this.#refuse("load_failed"),
        );
    } catch {
      this.#refuse("load_failed");
    }
  }

  #take(made: Accelerator | AcceleratorRefused): void {
    if ("refused" in made) this.#refuse(made.refused);
    else if (this.#setPort(made.connect(this.#memory))) this.#serve(made);
    else this.#refuse("load_failed");
  }

  #serve(accelerator: Accelerator): void {
    this.#accelerator = accelerator;
    for (const accelerate of this.#waiting) accelerate();
    this.#waiting.clear();
  }

  #refuse(reason: RsaStatus): void {
    this.#refusal = reason;
    this.#waiting.clear();
  }
}
