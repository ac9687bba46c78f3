/**
 * Ed25519 (RFC 8032 §5.1) in plain integers: which keys are sound, and the check itself for engines that lack it.
 *
 * −x² + y² = 1 + d·x²·y² modulo p; points are counted in extended coordinates (X/Z, Y/Z, T = XY/Z).
 */
import { fromLittleEndian, inverse, modulo, power, toLittleEndian } from "./integer.js";

/** A point in extended coordinates. */
export interface EdwardsPoint {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
  readonly t: bigint;
}

/** The point of a 32-octet text; `null` when it is none, or not the one canonical text of its point. */
export function decodePoint(octets: Uint8Array): EdwardsPoint | null {
  const text = fromLittleEndian(octets);
  const y = text & (SIGN - 1n);
  const x = y < P ? xOf(y, text >= SIGN) : null;
  return x === null ? null : { x, y, z: 1n, t: (x * y) % P };
}

/** Whether the y of a text is one of a point whose order divides 8. */
export function hasSmallOrderY(octets: Uint8Array): boolean {
  return SMALL_ORDER_Y.includes(fromLittleEndian(octets) & (SIGN - 1n));
}

/** Whether the y of a text is below p, as in every canonical one. */
export function hasCanonicalY(octets: Uint8Array): boolean {
  return (fromLittleEndian(octets) & (SIGN - 1n)) < P;
}

/** Whether the second half of a signature is a scalar below the group order (RFC 8032 §5.1.7). */
export function isScalar(octets: Uint8Array): boolean {
  return fromLittleEndian(octets) < ORDER;
}

/**
 * Whether s·B = R + k·A, without cofactor, compared as texts. `challenge` is SHA-512 of R, A and the message.
 */
export function equationHolds(key: EdwardsPoint, signature: Uint8Array, challenge: Uint8Array): boolean {
  const r = signature.subarray(0, 32);
  const s = fromLittleEndian(signature.subarray(32));
  const found = combined(s, fromLittleEndian(challenge) % ORDER, negated(key));
  return encodePoint(found).every((octet, at) => octet === r[at]);
}

/** The canonical text of a point. */
export function encodePoint({ x, y, z }: EdwardsPoint): Uint8Array {
  const zInverse = inverse(z, P);
  const sign = ((x * zInverse) % P) & 1n;
  return toLittleEndian(((y * zInverse) % P) + sign * SIGN, 32);
}

/** The sum of two points; complete, so that doubling is no special case ("add-2008-hwcd-3"). */
export function addPoints(one: EdwardsPoint, other: EdwardsPoint): EdwardsPoint {
  const a = modulo((one.y - one.x) * (other.y - other.x), P);
  const b = ((one.y + one.x) * (other.y + other.x)) % P;
  const c = (one.t * D2 * other.t) % P;
  const d = (2n * one.z * other.z) % P;
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return { x: modulo(e * f, P), y: modulo(g * h, P), z: modulo(f * g, P), t: modulo(e * h, P) };
}

/** The root with the given sign; `null` when there is none, or when the sign asks for a negative zero. */
function xOf(y: bigint, odd: boolean): bigint | null {
  const u = modulo(y * y - 1n, P);
  const v = modulo(D * y * y + 1n, P);
  const x = rootOf(u, v);
  if (x === null || (x === 0n && odd)) return null;
  return ((x & 1n) === 1n) === odd ? x : P - x;
}

/** A square root of u/v (RFC 8032 §5.1.3). */
function rootOf(u: bigint, v: bigint): bigint | null {
  const v3 = (((v * v) % P) * v) % P;
  const root = (u * v3 * power(u * v3 * v3 * v, (P - 5n) / 8n, P)) % P;
  const square = (v * root * root) % P;
  if (square === u) return root;
  return square === modulo(-u, P) ? (root * ROOT_OF_MINUS_ONE) % P : null;
}

function negated({ x, y, z, t }: EdwardsPoint): EdwardsPoint {
  return { x: modulo(-x, P), y, z, t: modulo(-t, P) };
}

/** s·B + k·point, both scalars read from the top in one pass. */
function combined(s: bigint, k: bigint, point: EdwardsPoint): EdwardsPoint {
  const points = [undefined, BASE, point, addPoints(BASE, point)];
  let sum = NEUTRAL;
  for (let bit = 252n; bit >= 0n; bit -= 1n) {
    sum = addPoints(sum, sum);
    const added = points[Number(((s >> bit) & 1n) + 2n * ((k >> bit) & 1n))];
    if (added !== undefined) sum = addPoints(sum, added);
  }
  return sum;
}

const P = 2n ** 255n - 19n;

/** The order of the base point. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const D = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;

const D2 = 2n * D;

const ROOT_OF_MINUS_ONE = 0x2b8324804fc1df0b2b4d00993dfbd7a72f431806ad2fe478c4ee1b274a0ea0b0n;

/** The bit that holds the sign of x. */
const SIGN = 2n ** 255n;

const NEUTRAL: EdwardsPoint = { x: 0n, y: 1n, z: 1n, t: 0n };

const BASE: EdwardsPoint = {
  x: 0x216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51an,
  y: 0x6666666666666666666666666666666666666666666666666666666666666658n,
  z: 1n,
  t: 0x67875f0fd78b766566ea4e8e64abe37d20f09f80775152f56dde8ab3a5b7dda3n,
};

/** The y of a point of order 8; the others of that order have it or its negative. */
const ORDER_EIGHT_Y = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;

/** Order 1, 2, 4 and 8. Texts of p or more are refused elsewhere. */
const SMALL_ORDER_Y: readonly bigint[] = [1n, P - 1n, 0n, ORDER_EIGHT_Y, P - ORDER_EIGHT_Y];
