/** Points in time: seconds since the Unix epoch, finite, maybe with a fraction (RFC 7519 §2, NumericDate). */

/** A time moved by `seconds`, held inside the finite range. */
export function plus(time: number, seconds: number): number {
  return Math.min(Math.max(time + seconds, -Number.MAX_VALUE), Number.MAX_VALUE);
}

/** Whole seconds, rounded down, held inside the core's 64-bit range. */
export function wholeSeconds(time: number): number {
  // Adding zero turns the negative zero of -0 into the plain one.
  return Math.min(Math.max(Math.floor(time), -END), END) + 0;
}

/** Whole seconds as digits: exact where a number prints an exponent. */
export function secondsText(time: number): string {
  const whole = wholeSeconds(time);
  return whole === END ? LAST_TEXT : BigInt(whole).toString();
}

/** 2^63: where signed 64-bit seconds end, and how a number shows the last of them. */
const END = 2 ** 63;
const LAST_TEXT = "9223372036854775807";
