/** What a key must be to serve an algorithm. */
export type Family = "hmac" | "rsa" | "P-256" | "P-384" | "P-521" | "Ed25519";

/** A hash by WebCrypto's name. */
export type Hash = "SHA-256" | "SHA-384" | "SHA-512";

/** One value of the header member `alg`. Names are compared exactly, case included (RFC 7515 §4.1.1). */
export interface Algorithm {
  readonly name: string;
  readonly family: Family;
  readonly hash: Hash;
  /** RSASSA-PSS instead of PKCS#1 v1.5. */
  readonly pss: boolean;
}

/** The algorithm with this registered name. `none` is not among them and cannot be allowed. */
export function algorithmNamed(name: string): Algorithm | undefined {
  return ALGORITHMS.get(name);
}

/** Octets of a hash. */
export function hashOctets(hash: Hash): number {
  return Number(hash.slice(4)) / 8;
}

function algorithm(name: string, family: Family, hash: Hash, pss = false): [string, Algorithm] {
  return [name, Object.freeze({ name, family, hash, pss })];
}

/** RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2. */
const ALGORITHMS: ReadonlyMap<string, Algorithm> = /* @__PURE__ */ new Map([
  algorithm("HS256", "hmac", "SHA-256"),
  algorithm("HS384", "hmac", "SHA-384"),
  algorithm("HS512", "hmac", "SHA-512"),
  algorithm("RS256", "rsa", "SHA-256"),
  algorithm("RS384", "rsa", "SHA-384"),
  algorithm("RS512", "rsa", "SHA-512"),
  algorithm("ES256", "P-256", "SHA-256"),
  algorithm("ES384", "P-384", "SHA-384"),
  algorithm("ES512", "P-521", "SHA-512"),
  algorithm("PS256", "rsa", "SHA-256", true),
  algorithm("PS384", "rsa", "SHA-384", true),
  algorithm("PS512", "rsa", "SHA-512", true),
  algorithm("EdDSA", "Ed25519", "SHA-512"),
  algorithm("Ed25519", "Ed25519", "SHA-512"),
]);
