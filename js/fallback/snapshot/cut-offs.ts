import { objectMalformed } from "../failure.js";
import { Buckets } from "./buckets.js";
import type { Changes } from "./changes.js";
import { ISSUER, isHashed, KEY } from "./dimension.js";
import { CUT_OFFS, readHeader } from "./kind.js";
import { Literals } from "./literals.js";
import { need, Reader } from "./reader.js";
import { Times } from "./times.js";

/** Cut-offs by dimension, read in place (`docs/format.md`, Cut-offs). */
export class CutOffs {
  /** Numbers of the hashed dimensions, ascending: one bucket each. */
  readonly #dimensions: readonly number[];
  readonly #buckets: Buckets;
  readonly #times: Times;
  readonly #literals: Literals;

  /** Takes the bytes of an object, after proving every rule of its structure. @throws the finding about it */
  constructor(bytes: Uint8Array) {
    const reader = new Reader(bytes);
    readHeader(reader, CUT_OFFS);
    const dimensions = need(reader.u8(), TRUNCATED);
    const width = need(reader.u8(), TRUNCATED);
    const count = need(reader.u32(), TRUNCATED);
    const literals = need(reader.u32(), TRUNCATED);
    const base = need(reader.u64(), TRUNCATED);
    const buckets = readDimensions(reader, dimensions);
    this.#dimensions = buckets.map(({ number }) => number);
    this.#buckets = new Buckets(
      reader,
      count,
      buckets.map(({ capacity }) => capacity),
    );
    this.#times = new Times(reader, count, base, width);
    this.#literals = new Literals(reader, literals);
    if (this.#buckets.quotients === 0 && this.#literals.count === 0) throw objectMalformed("no capacity");
    if (reader.remaining !== 0) throw objectMalformed("trailing bytes");
  }

  get entries(): number {
    return this.#times.count + this.#literals.count;
  }

  /** The universe: the sum of all capacities. */
  get quotients(): number {
    return this.#buckets.quotients;
  }

  /** The numbers of the dimensions with entries. */
  dimensions(): number[] {
    const literal = [ISSUER, KEY].filter((dimension) => this.#literals.hold(dimension));
    return [...literal, ...this.#dimensions.filter((_, bucket) => this.#buckets.fill(bucket) > 0)];
  }

  /** The dimension of a quotient; `null` past the last. */
  dimensionAt(quotient: number): number | null {
    const bucket = this.#buckets.bucketAt(quotient);
    return bucket === null ? null : (this.#dimensions[bucket] ?? null);
  }

  /** T of the hashed value with this fragment, after the changes. */
  find(changes: Changes, dimension: number, fragment: bigint): number | null {
    const position = this.#buckets.position(this.#dimensions.indexOf(dimension), fragment);
    if (position === null) return null;
    const change = changes.find(position);
    if (change !== undefined) return change === "removed" ? null : change;
    const rank = this.#buckets.find(position);
    return rank === null ? null : this.#times.get(rank);
  }

  /** T of the literal value, before any change. */
  findLiteral(key: string): number | null {
    return this.#literals.find(key) ?? null;
  }
}

interface Bucket {
  readonly number: number;
  readonly capacity: number;
}

/** Reads the hashed dimensions, strictly ascending, and their capacities. */
function readDimensions(reader: Reader, count: number): Bucket[] {
  const buckets: Bucket[] = [];
  for (let left = count; left > 0; left -= 1) {
    const number = need(reader.u8(), TRUNCATED);
    if (!isHashed(number)) throw objectMalformed("unknown dimension");
    if (number <= (buckets.at(-1)?.number ?? 0)) throw objectMalformed("dimensions are not strictly ascending");
    const capacity = reader.varint();
    if (capacity === null || capacity === 0) throw objectMalformed("capacity");
    buckets.push({ number, capacity });
  }
  return buckets;
}

const TRUNCATED = "truncated header";
