/** Positions of a sequence, and lists of them as Rice codes (`docs/format.md`, Sequence and Positions). */
import { trailingZeros } from "./bits.js";
import type { Reader } from "./reader.js";

/** A position: quotient · 2^32 + remainder. */
export interface Position {
  readonly quotient: number;
  readonly remainder: number;
}

/** A strictly rising list. */
export class Positions {
  static readonly NONE = new Positions(new Uint32Array(), new Uint32Array());

  readonly quotients: Uint32Array;
  readonly remainders: Uint32Array;

  constructor(quotients: Uint32Array, remainders: Uint32Array) {
    this.quotients = quotients;
    this.remainders = remainders;
  }

  get length(): number {
    return this.quotients.length;
  }

  /** Negative, zero or positive as the entry at `at` is before, at or after a position. */
  compare(at: number, { quotient, remainder }: Position): number {
    const difference = (this.quotients[at] ?? 0) - quotient;
    return difference === 0 ? (this.remainders[at] ?? 0) - remainder : difference;
  }

  at(at: number): Position {
    return { quotient: this.quotients[at] ?? 0, remainder: this.remainders[at] ?? 0 };
  }

  /** The place of a position, or −1. */
  indexOf(position: Position): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.compare(middle, position);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return -1;
  }

  has(position: Position): boolean {
    return this.indexOf(position) >= 0;
  }
}

/** Where a fragment falls in a bucket that starts at quotient `start`: floor(fragment · capacity / 2^32) beyond it. */
export function positionOf(fragment: bigint, start: number, capacity: number): Position {
  const product = (fragment * BigInt(capacity)) >> 32n;
  return { quotient: start + Number(product >> 32n), remainder: Number(product & 0xffff_ffffn) };
}

/** Reads `count` positions below `quotients` · 2^32; `null` when the bytes are no such list. */
export function readPositions(reader: Reader, count: number, quotients: number): Positions | null {
  if (count === 0) return Positions.NONE;
  const k = parameter(count, quotients);
  // Each code has k + 1 bits at least: the list is no longer than the input allows.
  if (count * (k + 1) > reader.remaining * 8) return null;
  const list = new Positions(new Uint32Array(count), new Uint32Array(count));
  const bits = new Bits(reader.bytes, reader.position);
  for (let at = 0; at < count; at += 1) if (!readOne(bits, k, list, at, quotients)) return null;
  const bytes = bits.finish();
  return bytes === null || reader.take(bytes) === null ? null : list;
}

/** The smallest k from 0 to 63 for which 133 · count · 2^k ≥ 64 · quotients · 2^32. */
function parameter(count: number, quotients: number): number {
  const wanted = BigInt(quotients) << 38n;
  const step = 133n * BigInt(count);
  let k = 0;
  while (k < 63 && step << BigInt(k) < wanted) k += 1;
  return k;
}

/** The position after the one before: gap = position − previous − 1, in halves of 32 bits. */
function readOne(bits: Bits, k: number, list: Positions, at: number, quotients: number): boolean {
  const gap = bits.code(k);
  if (gap === null) return false;
  const before = at === 0 ? { quotient: 0, remainder: -1 } : list.at(at - 1);
  const sum = before.remainder + 1 + gap.remainder;
  const carry = sum > 0xffff_ffff ? 1 : 0;
  const quotient = before.quotient + gap.quotient + carry;
  if (quotient >= quotients) return false;
  list.quotients[at] = quotient;
  list.remainders[at] = sum - carry * 2 ** 32;
  return true;
}

/** A cursor over bits, from the lowest of each byte on. */
class Bits {
  readonly #bytes: Uint8Array;
  readonly #from: number;
  #at: number;

  constructor(bytes: Uint8Array, from: number) {
    this.#bytes = bytes;
    this.#from = from;
    this.#at = from * 8;
  }

  /** One code: zeros in the number of the upper part, a one, then the lower `k` bits. */
  code(k: number): Position | null {
    const upper = this.#unary();
    if (upper === null) return null;
    const low = this.#few(Math.min(k, 32));
    const high = this.#few(Math.max(k - 32, 0));
    if (low === null || high === null) return null;
    if (k >= 32) return { quotient: upper * 2 ** (k - 32) + high, remainder: low };
    const whole = 2 ** (32 - k);
    return { quotient: Math.floor(upper / whole), remainder: (upper % whole) * 2 ** k + low };
  }

  /** How many bytes were read; `null` when the bits that fill the last one are not zero. */
  finish(): number | null {
    const used = this.#at % 8;
    if (used !== 0 && (this.#bytes[(this.#at - used) / 8] ?? 0) >>> used !== 0) return null;
    return Math.ceil(this.#at / 8) - this.#from;
  }

  #unary(): number | null {
    const start = this.#at;
    for (;;) {
      const used = this.#at % 8;
      const byte = this.#bytes[(this.#at - used) / 8];
      if (byte === undefined) return null;
      const rest = byte >>> used;
      if (rest !== 0) {
        this.#at += trailingZeros(rest) + 1;
        return this.#at - 1 - start;
      }
      this.#at += 8 - used;
    }
  }

  /** The next `width` ≤ 32 bits. */
  #few(width: number): number | null {
    const used = this.#at % 8;
    const first = (this.#at - used) / 8;
    const end = Math.ceil((this.#at + width) / 8);
    if (end > this.#bytes.length) return null;
    let word = 0;
    for (let at = end - 1; at >= first; at -= 1) word = word * 256 + (this.#bytes[at] ?? 0);
    this.#at += width;
    return Math.floor(word / 2 ** used) % 2 ** width;
  }
}
