/** Calls `tick` again and again, `delay` seconds after the one before ended. Never keeps a process alive. */
export class Ticker {
  readonly #delay: () => number;
  readonly #tick: () => Promise<void>;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** `delay` in seconds is asked anew each time; `tick` must not reject. */
  constructor(delay: () => number, tick: () => Promise<void>) {
    this.#delay = delay;
    this.#tick = tick;
  }

  start(): void {
    const seconds = Math.min(Math.max(this.#delay(), MIN_SECONDS), MAX_SECONDS);
    this.#timer = setTimeout(() => this.#run(), seconds * 1000);
    unref(this.#timer);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #run(): Promise<void> {
    const timer = this.#timer;
    await this.#tick();
    if (timer !== null && this.#timer === timer) this.start();
  }
}

/** Node, Deno and Bun give an object that can be told not to hold the process; browsers give a number. */
export function unref(timer: unknown): void {
  if (typeof timer === "object" && timer !== null && "unref" in timer && typeof timer.unref === "function") {
    timer.unref();
  }
}

/** Shorter delays gain nothing. */
const MIN_SECONDS = 0.25;

/** Looks at the clock at least once a minute: a device that slept, or a clock that was set, is noticed. */
const MAX_SECONDS = 60;
