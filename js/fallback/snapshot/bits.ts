/** Words of 32 bits. */

/** How many bits are set. */
export function countOnes(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const nibbles = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

/** How many bits below the lowest set one: 32 when there is none. */
export function trailingZeros(word: number): number {
  return word === 0 ? 32 : 31 - Math.clz32(word & -word);
}

/** The place of the set bit that has `rank` set bits below it. */
export function select(word: number, rank: number): number {
  let rest = word;
  for (let skip = rank; skip > 0; skip -= 1) rest &= rest - 1;
  return trailingZeros(rest);
}

/** The bits below place `width`, of 32 at most. */
export function lowBits(width: number): number {
  return width === 32 ? -1 : (1 << width) - 1;
}

/** The length of a number below 2^53 in binary, 0 for 0. */
export function bitLength(number: number): number {
  const upper = Math.floor(number / 2 ** 32);
  return upper === 0 ? 32 - Math.clz32(number) : 64 - Math.clz32(upper);
}
