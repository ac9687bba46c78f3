import type { Algorithm, Family } from "./algorithm.js";
import type { Octets } from "./base64url.js";

/** A key that was checked and made ready for its family of algorithms. */
export interface PreparedKey {
  readonly family: Family;
  /** Whether the key may serve the algorithm at all: same family, and long enough for its hash. */
  supports(algorithm: Algorithm): boolean;
  /** Whether `signature` is one over `message`. Asked for supported algorithms only. */
  verify(algorithm: Algorithm, message: Octets, signature: Octets): Promise<boolean>;
}

/** The one place where signatures are verified: one key, one algorithm, yes or no. */
export async function signatureHolds(
  key: PreparedKey,
  algorithm: Algorithm,
  message: Octets,
  signature: Octets,
): Promise<boolean> {
  return key.supports(algorithm) && (await key.verify(algorithm, message, signature));
}
