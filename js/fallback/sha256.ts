/**
 * SHA-256 (FIPS 180-4) without a promise: for tags, key ids, marks and the choice of a shard, which are small and asked for
 * where nothing may come between. What is large or frequent is the engine's.
 */
import type { Octets } from "./base64url.js";

/** The digest of a short message. */
export function sha256(message: Uint8Array): Octets {
  const padded = paddedOf(message);
  const state = Uint32Array.from(INITIAL);
  const schedule = new Uint32Array(64);
  for (let at = 0; at < padded.byteLength; at += 64) {
    expand(schedule, padded, at);
    compress(state, schedule);
  }
  const digest = new Uint8Array(32);
  const view = new DataView(digest.buffer);
  for (const [at, word] of state.entries()) view.setUint32(at * 4, word);
  return digest;
}

/** A one, zeros, and the length in bits fill the last block. */
function paddedOf(message: Uint8Array): DataView {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, message.length * 8);
  return view;
}

function expand(schedule: Uint32Array, padded: DataView, from: number): void {
  for (let at = 0; at < 16; at += 1) schedule[at] = padded.getUint32(from + at * 4);
  for (let at = 16; at < 64; at += 1) {
    const [early, late] = [schedule[at - 15] ?? 0, schedule[at - 2] ?? 0];
    const one = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3);
    const other = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10);
    schedule[at] = (schedule[at - 16] ?? 0) + one + (schedule[at - 7] ?? 0) + other;
  }
}

function compress(state: Uint32Array, schedule: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let at = 0; at < 64; at += 1) {
    const upper = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const first = (h + upper + ((e & f) ^ (~e & g)) + (CONSTANTS[at] ?? 0) + (schedule[at] ?? 0)) | 0;
    const lower = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const second = (lower + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  for (const [at, word] of [a, b, c, d, e, f, g, h].entries()) state[at] = (state[at] ?? 0) + word;
}

function rotated(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

/** The first 32 bits of the fractions of the roots of the first primes: square roots of 8, cube roots of 64. */
const PRIMES = [2, ...Array.from({ length: 155 }, (_, at) => 2 * at + 3).filter(isPrime)];
const INITIAL = PRIMES.slice(0, 8).map((prime) => fraction(prime, 2n));
const CONSTANTS = PRIMES.slice(0, 64).map((prime) => fraction(prime, 3n));

function isPrime(number: number): boolean {
  for (let divisor = 3; divisor * divisor <= number; divisor += 2) if (number % divisor === 0) return false;
  return true;
}

/** floor(2^32 · root) modulo 2^32, by bisection in integers. */
function fraction(prime: number, degree: bigint): number {
  const wanted = BigInt(prime) << (32n * degree);
  let [low, high] = [0n, 1n << 40n];
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** degree <= wanted) low = middle;
    else high = middle;
  }
  return Number(low & 0xffff_ffffn);
}
