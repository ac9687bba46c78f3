import { type Algorithm, hashOctets } from "./algorithm.js";
import type { Octets } from "./base64url.js";
import { key as finding } from "./failure.js";
import { bits, fromBigEndian } from "./integer.js";
import { defective, keyDefects } from "./key-defect.js";
import { MAX_RSA_BITS, MAX_RSA_EXPONENT, MIN_RSA_BITS } from "./limits.js";
import type { PreparedKey } from "./signature.js";
import { engineVerifies, importJwk } from "./subtle.js";

/** The two numbers of a JWK, as octets and as the text they came from (RFC 7518 §6.3.1). */
export interface RsaMaterial {
  readonly n: Octets;
  readonly e: Octets;
  readonly texts: { readonly n: string; readonly e: string };
}

/** A modulus of 2048 to 8192 bits and an odd exponent of 3 to 2^33 − 1. */
export class RsaKey implements PreparedKey {
  readonly family = "rsa";
  readonly #octets: number;
  readonly #modulus: bigint;
  readonly #jwk: JsonWebKey;
  readonly #imported = new Map<Algorithm, CryptoKey>();

  constructor({ n, e, texts }: RsaMaterial) {
    this.#modulus = checkedModulus(n);
    checkExponent(e);
    this.#octets = n.length;
    this.#jwk = { kty: "RSA", ...texts };
  }

  supports({ family }: Algorithm): boolean {
    return family === this.family;
  }

  /** RFC 8017 §8.1.2 and §8.2.2: the width is checked in step 1, the range in the verification primitive. */
  async verify(algorithm: Algorithm, message: Octets, signature: Octets): Promise<boolean> {
    if (signature.length !== this.#octets || fromBigEndian(signature) >= this.#modulus) return false;
    const params = { name: schemeOf(algorithm), saltLength: hashOctets(algorithm.hash) };
    return engineVerifies(params, await this.#key(algorithm), signature, message);
  }

  async #key(algorithm: Algorithm): Promise<CryptoKey> {
    const known = this.#imported.get(algorithm);
    if (known !== undefined) return known;
    const key = await importJwk(this.#jwk, { name: schemeOf(algorithm), hash: algorithm.hash });
    if (key === null) throw finding.refused(keyDefects.typeUnsupported);
    this.#imported.set(algorithm, key);
    return key;
  }
}

function schemeOf({ pss }: Algorithm): string {
  return pss ? "RSA-PSS" : "RSASSA-PKCS1-v1_5";
}

function checkedModulus(n: Octets): bigint {
  if (n.length > MAX_RSA_BITS / 8 || n.at(0) === 0) throw defective("rsaModulus");
  const modulus = fromBigEndian(n);
  const inRange = bits(modulus).length >= MIN_RSA_BITS;
  if (!inRange || (modulus & 1n) === 0n || hasRocaFingerprint(modulus)) throw defective("rsaModulus");
  return modulus;
}

function checkExponent(e: Octets): void {
  if (e.length === 0 || e.length > 5 || e.at(0) === 0) throw defective("rsaExponent");
  const exponent = Number(fromBigEndian(e));
  if (exponent % 2 === 0 || exponent < 3 || exponent > MAX_RSA_EXPONENT) throw defective("rsaExponent");
}

/**
 * CVE-2017-15361: moduli of the broken generator are powers of 65537 modulo every small prime. A random modulus passes
 * all these tests with a probability of about 2^-28.
 */
function hasRocaFingerprint(modulus: bigint): boolean {
  return ROCA_PRIMES.every((prime) => {
    const residue = Number(modulus % BigInt(prime));
    let power = 1;
    for (let round = 0; round < prime; round += 1) {
      power = (power * 65_537) % prime;
      if (power === residue) return true;
    }
    return false;
  });
}

const ROCA_PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];
