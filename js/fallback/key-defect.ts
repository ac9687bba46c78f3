/** Why a key was refused at import: the words of the core's `KeyDefect`. */
export const keyDefects = {
  /** Not a JSON object, or a parameter is missing, mistyped or not canonical base64url. */
  malformed: "malformed member",
  /** `kty` or `crv` is one this verifier does not know, or one this engine cannot do. */
  typeUnsupported: "unsupported kty or crv",
  /** `alg` is not an algorithm of this key's type, or unknown. */
  algUnsupported: "unsupported alg for this key",
  /** `use` or `key_ops` do not allow verification (RFC 7517 §4.2, §4.3). */
  useForbids: "use or key_ops forbid verification",
  /** Private or symmetric members in a set of public keys. */
  privateMaterial: "private or symmetric key material in a public set",
  /** RSA modulus outside 2048–8192 bits, even, or with leading zeros; or the known weak ROCA form. */
  rsaModulus: "RSA modulus out of range",
  /** RSA exponent even, below 3 or above 2^33−1. */
  rsaExponent: "RSA exponent out of range",
  /** Coordinates of the wrong length or not on the curve; a small-order Ed25519 key. */
  point: "invalid curve point",
  /** An HMAC secret shorter than the hash output (RFC 7518 §3.2) or longer than the limit. */
  secretLength: "HMAC secret length out of range",
  /** Another key of the set has the same `kid`. */
  duplicateKid: "duplicate kid",
} as const;

/** The defect in words, as reports and details show it. */
export type KeyDefect = (typeof keyDefects)[keyof typeof keyDefects];

/** Thrown while one key is imported, and caught for that key alone. */
export class DefectiveKey extends Error {
  constructor(readonly defect: KeyDefect) {
    super(defect);
  }
}

/** The error of one defect. */
export function defective(name: keyof typeof keyDefects): DefectiveKey {
  return new DefectiveKey(keyDefects[name]);
}
