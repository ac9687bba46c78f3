import type { Algorithm } from "./algorithm.js";
import type { Octets } from "./base64url.js";
import { engineKey } from "./ed25519-engine.js";
import { decodePoint, type EdwardsPoint, equationHolds, hasCanonicalY, hasSmallOrderY, isScalar } from "./edwards.js";
import { defective } from "./key-defect.js";
import type { PreparedKey } from "./signature.js";
import { digest, engineVerifies } from "./subtle.js";

/** The coordinate of a JWK (RFC 8037 §2), as octets and as the text it came from. */
export interface Ed25519Material {
  readonly x: Octets;
  readonly text: string;
}

/**
 * A canonical point of large order (RFC 8032, RFC 8037), checked strictly: S below the group order, no R of small
 * order, the equation without cofactor.
 */
export class Ed25519Key implements PreparedKey {
  readonly family = "Ed25519";
  readonly #octets: Octets;
  readonly #text: string;
  readonly #point: EdwardsPoint;
  /** `null`: the engine has no Ed25519, or a lenient one. */
  #imported: CryptoKey | null | undefined;

  constructor({ x, text }: Ed25519Material) {
    const point = x.length === 32 && !hasSmallOrderY(x) ? decodePoint(x) : null;
    if (point === null) throw defective("point");
    this.#octets = x;
    this.#text = text;
    this.#point = point;
  }

  supports({ family }: Algorithm): boolean {
    return family === this.family;
  }

  async verify(_algorithm: Algorithm, message: Octets, signature: Octets): Promise<boolean> {
    const r = signature.subarray(0, 32);
    const sound = signature.length === 64 && isScalar(signature.subarray(32)) && hasCanonicalY(r) && !hasSmallOrderY(r);
    if (!sound) return false;
    if (this.#imported === undefined) this.#imported = await engineKey(this.#text);
    if (this.#imported !== null) return engineVerifies({ name: "Ed25519" }, this.#imported, signature, message);
    const challenge = await digest("SHA-512", joined(r, this.#octets, message));
    return equationHolds(this.#point, signature, challenge);
  }
}

function joined(...parts: readonly Uint8Array[]): Octets {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
