/** Ed25519 signatures by hand: keys and nonces with a part of small order, which no library makes. */
import { createHash } from "node:crypto";

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const BASE = "5866666666666666666666666666666666666666666666666666666666666666";

/** A point of order 8. */
const TORSION = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a";

const NEUTRAL = { x: 0n, y: 1n, z: 1n, t: 0n };

/** Signs with a·B, to which the key may add torsion; R is r·B, torsion, or both. */
export class TorsionSigner {
  #edwards;
  #scalar;
  #key;

  constructor(edwards, name, keyTorsion = 0n) {
    this.#edwards = edwards;
    this.#scalar = scalar(Buffer.from(name));
    this.#key = this.#text(this.#scalar, keyTorsion);
  }

  get x() {
    return this.#key.toString("base64url");
  }

  /** S = r + k·a, and so s·B = R + k·A up to torsion. `nonce` null: R is torsion alone. */
  sign(message, nonce, nonceTorsion = 0n) {
    const r = nonce === null ? 0n : scalar(Buffer.from(nonce));
    const point = this.#text(r, nonceTorsion);
    const s = (r + this.challenge(message, point) * this.#scalar) % ORDER;
    return Buffer.concat([point, littleEndian(s)]);
  }

  challenge(message, point) {
    return scalar(point, this.#key, message);
  }

  #text(factor, torsion) {
    const sum = this.#edwards.addPoints(this.#times(factor, BASE), this.#times(torsion, TORSION));
    return Buffer.from(this.#edwards.encodePoint(sum));
  }

  #times(factor, text) {
    const point = this.#edwards.decodePoint(Buffer.from(text, "hex"));
    let sum = NEUTRAL;
    for (const bit of factor.toString(2)) {
      sum = this.#edwards.addPoints(sum, sum);
      if (bit === "1") sum = this.#edwards.addPoints(sum, point);
    }
    return sum;
  }
}

/** SHA-512 as a scalar (RFC 8032 §5.1.6). */
function scalar(...parts) {
  const digest = createHash("sha512").update(Buffer.concat(parts)).digest();
  return BigInt(`0x${digest.reverse().toString("hex")}`) % ORDER;
}

function littleEndian(value) {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse();
}
