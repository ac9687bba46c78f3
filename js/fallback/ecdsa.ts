import type { Algorithm, Hash } from "./algorithm.js";
import type { Octets } from "./base64url.js";
import { fromBigEndian } from "./integer.js";
import { defective } from "./key-defect.js";
import type { PreparedKey } from "./signature.js";
import { digest, engineVerifies, importJwk } from "./subtle.js";
import { type AffinePoint, type Curve, ecdsaHolds, isOnCurve, P256, P384, P521 } from "./weierstrass.js";

/** A curve by its JWK name (RFC 7518 §6.2.1.1). */
export type CurveName = "P-256" | "P-384" | "P-521";

/** The curve of a name, if it is one that JWS uses. */
export function isCurveName(name: string): name is CurveName {
  return Object.hasOwn(CURVES, name);
}

/** The two coordinates of a JWK, as octets and as the text they came from. */
export interface PointMaterial {
  readonly x: Octets;
  readonly y: Octets;
  readonly texts: { readonly x: string; readonly y: string };
}

/** A point of a curve (RFC 7518 §3.4): signatures are r ‖ s of fixed width, both halves in 1…n−1. */
export class EcdsaKey implements PreparedKey {
  readonly family: CurveName;
  readonly #curve: Curve;
  readonly #hash: Hash;
  readonly #point: AffinePoint;
  readonly #jwk: JsonWebKey;
  /** `null`: the engine cannot do this curve. */
  #imported: CryptoKey | null | undefined;

  constructor(name: CurveName, { x, y, texts }: PointMaterial) {
    const { curve, hash } = CURVES[name];
    if (x.length !== curve.octets || y.length !== curve.octets) throw defective("point");
    this.#point = { x: fromBigEndian(x), y: fromBigEndian(y) };
    if (!isOnCurve(this.#point, curve)) throw defective("point");
    this.family = name;
    this.#curve = curve;
    this.#hash = hash;
    this.#jwk = { kty: "EC", crv: name, ...texts };
  }

  supports({ family }: Algorithm): boolean {
    return family === this.family;
  }

  async verify(_algorithm: Algorithm, message: Octets, signature: Octets): Promise<boolean> {
    const { octets, n } = this.#curve;
    if (signature.length !== 2 * octets) return false;
    const r = fromBigEndian(signature.subarray(0, octets));
    const s = fromBigEndian(signature.subarray(octets));
    if (r === 0n || r >= n || s === 0n || s >= n) return false;
    const key = await this.#key();
    if (key !== null) return engineVerifies({ name: "ECDSA", hash: this.#hash }, key, signature, message);
    return ecdsaHolds(this.#curve, this.#point, fromBigEndian(await digest(this.#hash, message)), r, s);
  }

  async #key(): Promise<CryptoKey | null> {
    if (this.#imported === undefined) {
      this.#imported = await importJwk(this.#jwk, { name: "ECDSA", namedCurve: this.family });
    }
    return this.#imported;
  }
}

/** Each curve with the hash that JWS ties to it: none is longer than the curve's order. */
const CURVES: Readonly<Record<CurveName, { readonly curve: Curve; readonly hash: Hash }>> = {
  "P-256": { curve: P256, hash: "SHA-256" },
  "P-384": { curve: P384, hash: "SHA-384" },
  "P-521": { curve: P521, hash: "SHA-512" },
};
