import { objectMalformed } from "../failure.js";
import { TIME_BITS, TIME_END } from "../limits.js";
import { bitLength } from "./bits.js";
import { need, type Reader } from "./reader.js";

/** One bit-packed time for each entry of a sequence, relative to the earliest; read in place. */
export class Times {
  readonly count: number;
  readonly #plane: Uint8Array;
  readonly #base: number;
  readonly #width: number;

  /** Takes `count` times of `width` bits. @throws the finding about their encoding */
  constructor(reader: Reader, count: number, base: number, width: number) {
    const isEmptyWithRange = count === 0 && (width !== 0 || base !== 0);
    if (width > TIME_BITS || base >= TIME_END || isEmptyWithRange) throw objectMalformed("time range");
    const bits = count * width;
    this.#plane = need(reader.take(Math.ceil(bits / 8)), "truncated times");
    this.count = count;
    this.#base = base;
    this.#width = width;
    if (bits % 8 !== 0 && (this.#plane.at(-1) ?? 0) >>> (bits % 8) !== 0) {
      throw objectMalformed("padding bits are not zero");
    }
    if (!this.#rangeIsCanonical()) throw objectMalformed("time range");
  }

  /** The time of the entry with this rank. */
  get(rank: number): number {
    return this.#base + this.#offset(rank);
  }

  /** The base is the earliest time, and the width is that of the latest. */
  #rangeIsCanonical(): boolean {
    if (this.count === 0) return true;
    let least = TIME_END;
    let most = 0;
    for (let rank = 0; rank < this.count; rank += 1) {
      const offset = this.#offset(rank);
      least = Math.min(least, offset);
      most = Math.max(most, offset);
    }
    return least === 0 && bitLength(most) === this.#width && this.#base + most < TIME_END;
  }

  /** Up to 47 bits are read at once, which a number holds. */
  #offset(rank: number): number {
    const bit = rank * this.#width;
    const used = bit % 8;
    const first = (bit - used) / 8;
    let word = 0;
    for (let at = Math.ceil((bit + this.#width) / 8) - 1; at >= first; at -= 1) {
      word = word * 256 + (this.#plane[at] ?? 0);
    }
    return Math.floor(word / 2 ** used) % 2 ** this.#width;
  }
}
