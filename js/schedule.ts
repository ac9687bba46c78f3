/** Of the wait after a failure, in seconds. */
export interface Bounds {
  /** What the other side asks for. */
  readonly least?: number;
  /** How often the other side is asked anyway, when only a part of what was wanted failed. */
  readonly most?: number;
}

/**
 * When a refresh may start: plain numbers, so that requests on workerd can share it. Times are seconds since the Unix
 * epoch by the verifier's clock.
 */
export class Schedule {
  #startedAt = Number.NEGATIVE_INFINITY;
  #leaseUntil = Number.NEGATIVE_INFINITY;
  #restUntil = Number.NEGATIVE_INFINITY;
  #failures = 0;

  /** Whether a refresh is wanted and nobody is at one. A clock that was set back makes it due at once. */
  due(now: number): boolean {
    return now < this.#startedAt || (now >= this.#restUntil && now >= this.#leaseUntil);
  }

  /** Whether a refresh may start although another may be under way: only a failure makes everybody wait. */
  permitted(now: number): boolean {
    return now < this.#startedAt || this.#failures === 0 || now >= this.#restUntil;
  }

  /** Seconds until it is due. */
  wait(now: number): number {
    return this.due(now) ? 0 : Math.max(this.#restUntil, this.#leaseUntil) - now;
  }

  /** Keeps others away for the longest time that a refresh can take, in case this one never ends. */
  start(now: number, leaseSeconds: number): void {
    this.#startedAt = now;
    this.#leaseUntil = now + leaseSeconds;
  }

  succeed(now: number, waitSeconds: number): void {
    this.#failures = 0;
    this.#end(now, waitSeconds);
  }

  /** Backs off: 1 s, doubled by each failure up to a minute, halved at random; never shorter than asked for. */
  fail(now: number, retryAfterSeconds: number, { least = 0, most = MAX_BACK_OFF_SECONDS }: Bounds = {}): void {
    this.#failures += 1;
    const asked = Math.max(Math.min(retryAfterSeconds, MAX_RETRY_AFTER_SECONDS), Math.min(least, MAX_BACK_OFF_SECONDS));
    this.#end(now, Math.max(backOff(this.#failures, most), asked));
  }

  /** A first time that comes later. */
  defer(now: number, seconds: number): void {
    this.#startedAt = now;
    this.#end(now, seconds);
  }

  #end(now: number, waitSeconds: number): void {
    this.#restUntil = now + waitSeconds;
    this.#leaseUntil = Number.NEGATIVE_INFINITY;
  }
}

/** Seconds after so many failures in a row. */
export function backOff(failures: number, most = MAX_BACK_OFF_SECONDS): number {
  return Math.min(most, 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
}

/** A publisher that recovers is seen within a minute, however long it was away. */
const MAX_BACK_OFF_SECONDS = 60;

/** `Retry-After` is obeyed up to five minutes: beyond, a mistaken header would keep verifiers blind. */
const MAX_RETRY_AFTER_SECONDS = 300;
