/**
 * Decides which unknown `kid` is worth a refetch of the key set, so that tokens with invented ones cost the issuer
 * nothing: one refetch per cooldown, and none for a `kid` that a refetch did not find.
 */
export class UnknownKids {
  readonly #perCooldown: number;
  readonly #seen = new Map<string, number>();
  #cooldownUntil = Number.NEGATIVE_INFINITY;
  #admittedAt = Number.NEGATIVE_INFINITY;
  #admitted = 0;

  constructor(requestBound: boolean) {
    this.#perCooldown = requestBound ? REQUEST_BOUND_REFETCHES : 1;
  }

  /** Whether to refetch for this `kid`; counts it as done. */
  admit(kid: string, now: number): boolean {
    if (now >= this.#cooldownUntil || now < this.#admittedAt) this.#admitted = 0;
    if (this.#admitted >= this.#perCooldown || this.#known(kid, now)) return false;
    if (this.#admitted === 0) this.#cooldownUntil = now + COOLDOWN_SECONDS;
    this.#admitted += 1;
    this.#admittedAt = now;
    this.#remember(kid, now);
    return true;
  }

  /** Within the cooldown of its own refetch a `kid` is not held against others that wait for the same answer. */
  #known(kid: string, now: number): boolean {
    const since = this.#seen.get(kid);
    if (since === undefined || now < since) return false;
    return now >= since + (this.#perCooldown > 1 ? 1 : 0) && now < since + NEGATIVE_SECONDS;
  }

  #remember(kid: string, now: number): void {
    this.#seen.delete(kid);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size >= MAX_KIDS && oldest !== undefined) this.#seen.delete(oldest);
    this.#seen.set(kid, now);
  }
}

/** Seconds between two refetches caused by unknown `kid`s: a rotation is seen at once, a flood costs six a minute. */
const COOLDOWN_SECONDS = 10;

/** Seconds for which a `kid` that was not found causes no further refetch. */
const NEGATIVE_SECONDS = 60;

/** Unknown `kid`s remembered; each is at most 512 bytes (the core's `MAX_KEY_ID_BYTES`). */
const MAX_KIDS = 64;

/**
 * Where requests cannot wait for each other, some of those that meet a rotation at the same moment may each fetch.
 */
const REQUEST_BOUND_REFETCHES = 4;
