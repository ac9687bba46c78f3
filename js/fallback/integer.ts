/**
 * Integers of any size. Everything computed with them here is public, so nothing need be constant-time (which BigInt
 * is not).
 */

/** From octets, most significant first. */
export function fromBigEndian(octets: Uint8Array): bigint {
  let digits = "0x0";
  for (const octet of octets) digits += octet.toString(16).padStart(2, "0");
  return BigInt(digits);
}

/** From octets, least significant first. */
export function fromLittleEndian(octets: Uint8Array): bigint {
  return fromBigEndian(octets.slice().reverse());
}

/** To so many octets, least significant first. */
export function toLittleEndian(value: bigint, length: number): Uint8Array {
  const octets = new Uint8Array(length);
  for (let at = 0, rest = value; at < length; at += 1, rest >>= 8n) octets[at] = Number(rest & 0xffn);
  return octets;
}

/** The residue from 0 to `modulus` − 1. */
export function modulo(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

/** `base` to the power of `exponent` ≥ 0. */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = modulo(base, modulus);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** The inverse of `value`, which must have no factor in common with `modulus` (extended Euclid). */
export function inverse(value: bigint, modulus: bigint): bigint {
  let [rest, next] = [modulo(value, modulus), modulus];
  let [factor, nextFactor] = [1n, 0n];
  while (next > 0n) {
    const quotient = rest / next;
    [rest, next] = [next, rest - quotient * next];
    [factor, nextFactor] = [nextFactor, factor - quotient * nextFactor];
  }
  return modulo(factor, modulus);
}

/** Bits of a number ≥ 0, without leading zeros, most significant first. */
export function bits(value: bigint): string {
  return value.toString(2);
}
