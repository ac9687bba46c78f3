import type { CacheStatus, Claims, Evidence, Header } from "./types.js";

/** What the core said about one accepted token, good at the times from `from` until `until` (exclusively). */
export interface CachedVerdict {
  /** Text of its own, not a piece of a longer one that it would keep in memory. */
  readonly token: string;
  /** Frozen. */
  readonly claims: Claims;
  /** Bytes of their JSON. */
  readonly claimsLength: number;
  readonly header: Header;
  readonly revocation: Evidence["revocation"];
  /** Seconds since the Unix epoch, as the core computed them for its present keys and snapshot. */
  readonly from: number;
  readonly until: number;
}

/**
 * Accepted tokens whose verdict the core would only repeat. Whoever changes keys or snapshot must {@link clear} it.
 *
 * Two halves, each of half the bound: what is new or asked again goes into the young one; when that is full, it
 * becomes the old one, and the old one is dropped. So every step takes constant time, and what is in use stays.
 */
export class VerdictCache {
  readonly #maxBytes: number;
  #young = new Half();
  #old = new Half();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The verdict on exactly this token, if it holds at `now`. */
  get(token: string, now: number): CachedVerdict | undefined {
    const verdict = this.#young.get(token);
    if (verdict === undefined) return this.#rejuvenated(token, now);
    if (holds(verdict, now)) return verdict;
    this.#young.remove(verdict);
    return undefined;
  }

  /** Whether a token of this length with claims of that length would be kept. */
  keeps(tokenLength: number, claimsLength: number): boolean {
    return bytesOf(tokenLength, claimsLength) <= this.#maxBytes / MIN_ENTRIES;
  }

  /** Keeps a verdict on a token that {@link get} has just not found. */
  add(verdict: CachedVerdict): void {
    if (this.keeps(verdict.token.length, verdict.claimsLength)) this.#put(verdict);
  }

  /** Forgets everything: the core may answer differently from now on. */
  clear(): void {
    if (this.#young.bytes + this.#old.bytes === 0) return;
    this.#young = new Half();
    this.#old = new Half();
  }

  status(): CacheStatus {
    return {
      entries: this.#young.size + this.#old.size,
      bytes: this.#young.bytes + this.#old.bytes,
      maxBytes: this.#maxBytes,
    };
  }

  #rejuvenated(token: string, now: number): CachedVerdict | undefined {
    const verdict = this.#old.get(token);
    if (verdict === undefined) return undefined;
    this.#old.remove(verdict);
    if (!holds(verdict, now)) return undefined;
    this.#put(verdict);
    return verdict;
  }

  #put(verdict: CachedVerdict): void {
    if (this.#young.bytes + sizeOf(verdict) > this.#maxBytes / 2) {
      this.#old = this.#young;
      this.#young = new Half();
    }
    this.#young.add(verdict);
  }
}

/**
 * Verdicts by the end of the token, where its signature is: hashing a whole token takes longer than the rest of a look
 * into the cache. The whole token is compared then, so two tokens with the same end never take each other's verdict;
 * the later one takes the place.
 */
class Half {
  readonly #verdicts = new Map<string, CachedVerdict>();
  bytes = 0;

  get size(): number {
    return this.#verdicts.size;
  }

  get(token: string): CachedVerdict | undefined {
    const verdict = this.#verdicts.get(endOf(token));
    return verdict?.token === token ? verdict : undefined;
  }

  add(verdict: CachedVerdict): void {
    const end = endOf(verdict.token);
    const displaced = this.#verdicts.get(end);
    if (displaced !== undefined) this.bytes -= sizeOf(displaced);
    this.#verdicts.set(end, verdict);
    this.bytes += sizeOf(verdict);
  }

  /** Takes out a verdict that {@link get} has answered. */
  remove(verdict: CachedVerdict): void {
    this.#verdicts.delete(endOf(verdict.token));
    this.bytes -= sizeOf(verdict);
  }
}

function holds({ from, until }: CachedVerdict, now: number): boolean {
  return now >= from && now < until;
}

function endOf(token: string): string {
  return token.slice(-END_LENGTH);
}

function sizeOf({ token, claimsLength }: CachedVerdict): number {
  return bytesOf(token.length, claimsLength);
}

/** An estimate from above for usual claims in V8: `tests/js/cache.test.mjs` measures it. */
function bytesOf(tokenLength: number, claimsLength: number): number {
  return tokenLength + claimsLength * BYTES_PER_CLAIMS_BYTE + BYTES_PER_ENTRY;
}

/** 72 bits of a signature, which nobody chooses without the key. Longer pieces would refer to the whole token in V8. */
const END_LENGTH = 12;

/** Objects, names and values take more than their JSON. */
const BYTES_PER_CLAIMS_BYTE = 4;

/** The verdict, its place in the map, the headers of its strings. */
const BYTES_PER_ENTRY = 256;

/** One token takes a sixteenth of the bound at most: no single one can empty the cache. */
const MIN_ENTRIES = 16;
