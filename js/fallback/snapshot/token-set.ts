import { objectMalformed } from "../failure.js";
import { MAX_BUCKETS, MIN_BUCKET_SHIFT, TIME_BITS } from "../limits.js";
import { Buckets } from "./buckets.js";
import type { Changes } from "./changes.js";
import { readHeader, TOKENS } from "./kind.js";
import { need, Reader } from "./reader.js";

/** Revoked tokens by fragment and expiry bucket, read in place (`docs/format.md`, Token set). */
export class TokenSet {
  readonly #range: Range;
  /** Bucket 0 holds the tokens of unknown `exp`. */
  readonly #buckets: Buckets;

  /** Takes the bytes of an object, after proving every rule of its structure. @throws the finding about it */
  constructor(bytes: Uint8Array) {
    const reader = new Reader(bytes);
    readHeader(reader, TOKENS);
    const known = need(reader.u16(), TRUNCATED);
    const count = need(reader.u32(), TRUNCATED);
    this.#range = { known, shift: need(reader.u8(), TRUNCATED), first: need(reader.u64(), TRUNCATED) };
    checkRange(this.#range);
    this.#buckets = new Buckets(reader, count, readCapacities(reader, known));
    if (this.#buckets.quotients === 0) throw objectMalformed("no capacity");
    if (reader.remaining !== 0) throw objectMalformed("trailing bytes");
  }

  get entries(): number {
    return this.#buckets.count;
  }

  /** The universe: the sum of all capacities. */
  get quotients(): number {
    return this.#buckets.quotients;
  }

  /** Whether the token with this fragment and `exp` is in the set after the changes: in the bucket of its `exp`, or
   * in that of unknown `exp`. */
  contains(changes: Changes, fragment: bigint, expiresAt: number): boolean {
    const bucket = bucketOf(this.#range, expiresAt);
    return (bucket !== null && this.#holds(changes, bucket, fragment)) || this.#holds(changes, 0, fragment);
  }

  #holds(changes: Changes, bucket: number, fragment: bigint): boolean {
    const position = this.#buckets.position(bucket, fragment);
    if (position === null) return false;
    const change = changes.find(position);
    return change === undefined ? this.#buckets.find(position) !== null : change !== "removed";
  }
}

/** The buckets of known `exp`. */
interface Range {
  readonly known: number;
  /** A bucket spans 2^shift seconds of `exp`. */
  readonly shift: number;
  /** `exp` >> shift of the first bucket of known `exp`. */
  readonly first: number;
}

/** The bucket of a known `exp`, if it has one of its own. */
function bucketOf({ known, shift, first }: Range, expiresAt: number): number | null {
  const place = Math.floor(expiresAt / 2 ** shift) - first;
  return place >= 0 && place < known ? place + 1 : null;
}

/** It must be one that a writer can make: it ends by 2^40 s, and is all zero when there is none. */
function checkRange({ known, shift, first }: Range): void {
  if (known > MAX_BUCKETS) throw objectMalformed("bucket count");
  if (shift < MIN_BUCKET_SHIFT || shift > TIME_BITS) throw objectMalformed("bucket width");
  if (known === 0 && (shift !== MIN_BUCKET_SHIFT || first !== 0)) throw objectMalformed("range without buckets");
  if (first + known > 2 ** (TIME_BITS - shift)) throw objectMalformed("bucket range");
}

/** Reads the capacities of bucket 0 and of the `known` ones, of which the outer two are in use. */
function readCapacities(reader: Reader, known: number): number[] {
  const capacities: number[] = [];
  for (let bucket = 0; bucket <= known; bucket += 1) {
    const capacity = need(reader.varint(), "capacity");
    const isOuter = bucket !== 0 && (bucket === 1 || bucket === known);
    if (capacity === 0 && isOuter) throw objectMalformed("outer bucket is empty");
    capacities.push(capacity);
  }
  return capacities;
}

const TRUNCATED = "truncated header";
