import { objectMalformed } from "../failure.js";
import { type Position, positionOf } from "./positions.js";
import { MAX_U32, type Reader } from "./reader.js";
import { Sequence } from "./sequence.js";

/** One sequence over concatenated buckets, each with a capacity of quotients of its own; read in place. */
export class Buckets {
  /** First quotient of each bucket and, last, their sum. */
  readonly #quotients: Uint32Array;
  readonly #sequence: Sequence;

  /** Takes `count` entries over buckets of these capacities. @throws the finding about their encoding */
  constructor(reader: Reader, count: number, capacities: readonly number[]) {
    this.#quotients = runningSums(capacities);
    this.#sequence = new Sequence(reader, count, this.#start(capacities.length));
    for (let bucket = 0; bucket < capacities.length; bucket += 1) {
      if (this.fill(bucket) > (capacities[bucket] ?? 0)) throw objectMalformed("bucket holds more than its capacity");
    }
  }

  get count(): number {
    return this.#sequence.count;
  }

  /** The sum of all capacities. */
  get quotients(): number {
    return this.#sequence.quotients;
  }

  /** Where a fragment of a bucket is or would be; `null` for a bucket without capacity. */
  position(bucket: number, fragment: bigint): Position | null {
    const [start, end] = [this.#start(bucket), this.#start(bucket + 1)];
    return start < end ? positionOf(fragment, start, end - start) : null;
  }

  /** The rank of the entry at a position, or `null`. */
  find(position: Position): number | null {
    return this.#sequence.find(position);
  }

  /** How many entries a bucket has. */
  fill(bucket: number): number {
    return this.#sequence.rank(this.#start(bucket + 1)) - this.#sequence.rank(this.#start(bucket));
  }

  /** The bucket of a quotient; `null` past the last. */
  bucketAt(quotient: number): number | null {
    if (quotient >= this.quotients) return null;
    return this.#quotients.findLastIndex((start) => start <= quotient);
  }

  #start(bucket: number): number {
    return this.#quotients[bucket] ?? 0;
  }
}

function runningSums(capacities: readonly number[]): Uint32Array {
  const sums = new Uint32Array(capacities.length + 1);
  let sum = 0;
  for (const [bucket, capacity] of capacities.entries()) {
    sum += capacity;
    if (sum > MAX_U32) throw objectMalformed("capacity");
    sums[bucket + 1] = sum;
  }
  return sums;
}
