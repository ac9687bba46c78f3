/**
 * The curves of RFC 7518 §6.2.1.1 in plain integers: whether a point lies on one, and ECDSA for engines that lack one
 * (no engine of Apple's had P-521 for years).
 *
 * y² = x³ − 3x + b modulo p; points are counted in Jacobian coordinates (X/Z², Y/Z³), infinity has Z = 0.
 */
import { inverse, modulo } from "./integer.js";

/** A curve of prime order (SEC 2 §2.4.2, §2.5.1, §2.6.1). */
export interface Curve {
  /** Octets of a coordinate and of each half of a signature. */
  readonly octets: number;
  readonly p: bigint;
  readonly b: bigint;
  /** The order of the base point. */
  readonly n: bigint;
  readonly base: AffinePoint;
}

/** A point other than infinity. */
export interface AffinePoint {
  readonly x: bigint;
  readonly y: bigint;
}

interface JacobianPoint {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}

/** Whether both coordinates are below p and fulfil the equation. */
export function isOnCurve({ x, y }: AffinePoint, { p, b }: Curve): boolean {
  return x < p && y < p && modulo(y * y - (x * x * x - 3n * x + b), p) === 0n;
}

/** ECDSA (FIPS 186-5 §6.4.2) over a digest that is no longer than n; r and s must lie in 1…n−1. */
export function ecdsaHolds(curve: Curve, key: AffinePoint, digest: bigint, r: bigint, s: bigint): boolean {
  const { n, p } = curve;
  const w = inverse(s, n);
  const sum = combined(curve, modulo(digest * w, n), modulo(r * w, n), key);
  if (sum.z === 0n) return false;
  const zInverse = inverse(sum.z, p);
  return modulo(modulo(sum.x * zInverse * zInverse, p), n) === r;
}

/** u·base + v·key, both scalars read from the top in one pass. */
function combined(curve: Curve, u: bigint, v: bigint, key: AffinePoint): JacobianPoint {
  const { p, base } = curve;
  const points = [undefined, jacobian(base), jacobian(key), add(jacobian(base), jacobian(key), p)];
  let sum: JacobianPoint = INFINITY;
  for (let bit = 8n * BigInt(curve.octets) - 1n; bit >= 0n; bit -= 1n) {
    sum = double(sum, p);
    const point = points[Number(((u >> bit) & 1n) + 2n * ((v >> bit) & 1n))];
    if (point !== undefined) sum = add(sum, point, p);
  }
  return sum;
}

function jacobian({ x, y }: AffinePoint): JacobianPoint {
  return { x, y, z: 1n };
}

/** "dbl-2001-b" of the Explicit-Formulas Database, for a = −3. */
function double({ x, y, z }: JacobianPoint, p: bigint): JacobianPoint {
  const delta = (z * z) % p;
  const gamma = (y * y) % p;
  const beta = (x * gamma) % p;
  const alpha = (3n * (x - delta) * (x + delta)) % p;
  const x3 = modulo(alpha * alpha - 8n * beta, p);
  return {
    x: x3,
    y: modulo(alpha * (4n * beta - x3) - 8n * gamma * gamma, p),
    z: modulo((y + z) ** 2n - gamma - delta, p),
  };
}

function add(one: JacobianPoint, other: JacobianPoint, p: bigint): JacobianPoint {
  if (one.z === 0n) return other;
  if (other.z === 0n) return one;
  const oneZz = (one.z * one.z) % p;
  const otherZz = (other.z * other.z) % p;
  const u = (one.x * otherZz) % p;
  const s = (one.y * otherZz * other.z) % p;
  const h = modulo(other.x * oneZz - u, p);
  const r = modulo(other.y * oneZz * one.z - s, p);
  if (h === 0n) return r === 0n ? double(one, p) : INFINITY;
  const hh = (h * h) % p;
  const hhh = (h * hh) % p;
  const x = modulo(r * r - hhh - 2n * u * hh, p);
  return { x, y: modulo(r * (u * hh - x) - s * hhh, p), z: (h * one.z * other.z) % p };
}

const INFINITY: JacobianPoint = { x: 1n, y: 1n, z: 0n };

/** secp256r1. */
export const P256: Curve = {
  octets: 32,
  p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
  b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  base: {
    x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
    y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
  },
};

/** secp384r1. */
export const P384: Curve = {
  octets: 48,
  p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
  b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  base: {
    x: 0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
    y: 0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
  },
};

/** secp521r1. */
export const P521: Curve = {
  octets: 66,
  p: 2n ** 521n - 1n,
  b: 0x51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
  n: 0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
  base: {
    x: 0xc6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66n,
    y: 0x11839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650n,
  },
};
