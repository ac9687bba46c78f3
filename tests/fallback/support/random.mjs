/** Repeatable randomness: the same seed gives the same cases, and the seed is printed. */
export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** From 0 to `below` − 1 (the mixing function of splitmix32). */
  integer(below) {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state ^ (this.#state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % below;
  }

  pick(list) {
    return list[this.integer(list.length)];
  }

  chance(percent) {
    return this.integer(100) < percent;
  }
}
