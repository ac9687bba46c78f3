/**
 * An Elias-Fano sequence: a strictly rising list of positions, read in place (`docs/format.md`, Sequence). The upper
 * bits hold, for each quotient in turn, a one for every entry and then a zero; the remainders follow in that order.
 */
import { objectMalformed } from "../failure.js";
import { countOnes, lowBits, select, trailingZeros } from "./bits.js";
import type { Position } from "./positions.js";
import { MAX_U32, need, type Reader } from "./reader.js";

/** Beyond the bytes it keeps 4 bytes for 64 quotients. */
export class Sequence {
  readonly count: number;
  readonly quotients: number;
  readonly #layout: Layout;
  /** Bit position where each 64th quotient starts. */
  readonly #starts: Uint32Array;

  /** Takes `count` entries over `quotients` quotients. @throws the finding about their encoding */
  constructor(reader: Reader, count: number, quotients: number) {
    const bits = count + quotients;
    if (bits > MAX_U32) throw objectMalformed("entry count");
    const upper = reader.position;
    need(reader.take(Math.ceil(bits / 64) * 8), "truncated upper bits");
    const lower = reader.position;
    need(reader.take(count * 4), "truncated remainders");
    this.count = count;
    this.quotients = quotients;
    this.#layout = new Layout(reader.view, upper, lower);
    this.#starts = new Scan(this.#layout, count, quotients).run();
  }

  /** The rank of the entry at a position, or `null`. */
  find({ quotient, remainder }: Position): number | null {
    if (quotient >= this.quotients) return null;
    const start = this.#start(quotient);
    let low = start - quotient;
    let high = low + this.#runLength(start);
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const found = this.#layout.remainder(middle);
      if (found === remainder) return middle;
      if (found < remainder) low = middle + 1;
      else high = middle;
    }
    return null;
  }

  /** How many entries stand before `quotient`. */
  rank(quotient: number): number {
    return quotient === this.quotients ? this.count : this.#start(quotient) - quotient;
  }

  /** The bit position of the first entry of `quotient`. */
  #start(quotient: number): number {
    let at = this.#starts[quotient >>> 6] ?? 0;
    let skip = quotient & 63;
    if (skip === 0) return at;
    let zeros = ~this.#layout.word(at >>> 5) & (-1 << (at & 31));
    while (countOnes(zeros) < skip) {
      skip -= countOnes(zeros);
      at = (at | 31) + 1;
      zeros = ~this.#layout.word(at >>> 5);
    }
    return at - (at & 31) + select(zeros, skip - 1) + 1;
  }

  /** How many ones stand from bit `start` on: the entries of one quotient. */
  #runLength(start: number): number {
    let at = start;
    for (;;) {
      const room = 32 - (at & 31);
      const ones = Math.min(trailingZeros(~(this.#layout.word(at >>> 5) >>> (at & 31))), room);
      at += ones;
      if (ones < room) return at - start;
    }
  }
}

/** Where upper bits and remainders lie in the object. */
class Layout {
  readonly #view: DataView;
  readonly #upper: number;
  readonly #lower: number;

  constructor(view: DataView, upper: number, lower: number) {
    this.#view = view;
    this.#upper = upper;
    this.#lower = lower;
  }

  word(at: number): number {
    return this.#view.getUint32(this.#upper + at * 4, true);
  }

  remainder(rank: number): number {
    return this.#view.getUint32(this.#lower + rank * 4, true);
  }
}

/** One pass over the upper bits that makes the index of starts and proves the encoding canonical. */
class Scan {
  readonly #layout: Layout;
  readonly #count: number;
  readonly #quotients: number;
  readonly #starts: Uint32Array;
  #ones = 0;
  #zeros = 0;
  /** The last bit before the present word. */
  #previous = 0;

  constructor(layout: Layout, count: number, quotients: number) {
    this.#layout = layout;
    this.#count = count;
    this.#quotients = quotients;
    this.#starts = new Uint32Array(Math.max(Math.ceil(quotients / 64), 1));
  }

  run(): Uint32Array {
    const bits = this.#count + this.#quotients;
    for (let first = 0; first < bits; first += 64) this.#pair(first, Math.min(bits - first, 64));
    if (this.#ones !== this.#count || this.#zeros !== this.#quotients || this.#previous !== 0) {
      throw objectMalformed("upper bits disagree with the entry count");
    }
    return this.#starts;
  }

  /** Takes the 64 bits from `first` on, of which the lowest `width` belong to the sequence. */
  #pair(first: number, width: number): void {
    const low = this.#layout.word(first / 32);
    const high = this.#layout.word(first / 32 + 1);
    const [inLow, inHigh] = [Math.min(width, 32), Math.max(width - 32, 0)];
    if ((low & ~lowBits(inLow)) !== 0 || (high & ~lowBits(inHigh)) !== 0) {
      throw objectMalformed("padding bits are not zero");
    }
    this.#word(low, first, inLow);
    if (inHigh > 0) this.#word(high, first + 32, inHigh);
  }

  #word(word: number, first: number, width: number): void {
    this.#checkOrder(word);
    const gaps = ~word & lowBits(width);
    this.#indexStarts(gaps, first);
    this.#zeros += countOnes(gaps);
    this.#ones += countOnes(word);
    this.#previous = (word >>> (width - 1)) & 1;
  }

  /** Entries of one quotient are neighbouring ones; their remainders must rise. */
  #checkOrder(word: number): void {
    let pairs = word & ((word << 1) | this.#previous);
    while (pairs !== 0) {
      const below = (pairs & -pairs) - 1;
      const rank = this.#ones + countOnes(word & below);
      const rises = rank < this.#count && this.#layout.remainder(rank - 1) < this.#layout.remainder(rank);
      if (!rises) throw objectMalformed("entries are not strictly ascending");
      pairs &= pairs - 1;
    }
  }

  #indexStarts(gaps: number, first: number): void {
    const end = this.#zeros + countOnes(gaps);
    let next = (Math.floor(this.#zeros / 64) + 1) * 64;
    while (next <= end && next < this.#quotients) {
      this.#starts[next / 64] = first + select(gaps, next - this.#zeros - 1) + 1;
      next += 64;
    }
  }
}
