import { type Algorithm, type Hash, hashOctets } from "./algorithm.js";
import type { Octets } from "./base64url.js";
import { key as finding } from "./failure.js";
import { defective, keyDefects } from "./key-defect.js";
import { MAX_SECRET_BYTES } from "./limits.js";
import type { PreparedKey } from "./signature.js";
import { engineVerifies, importSecret } from "./subtle.js";

/** A shared secret (RFC 7518 §3.2). The engine compares tags in constant time. */
export class HmacKey implements PreparedKey {
  readonly family = "hmac";
  readonly #secret: Octets;
  readonly #imported = new Map<Hash, CryptoKey>();

  constructor(secret: Octets) {
    if (secret.length < hashOctets("SHA-256") || secret.length > MAX_SECRET_BYTES) throw defective("secretLength");
    this.#secret = secret;
  }

  supports({ family, hash }: Algorithm): boolean {
    return family === this.family && this.#secret.length >= hashOctets(hash);
  }

  /** A tag of another length is not truncated, but wrong. */
  async verify({ hash }: Algorithm, message: Octets, tag: Octets): Promise<boolean> {
    if (tag.length !== hashOctets(hash)) return false;
    return engineVerifies(HMAC, await this.#key(hash), tag, message);
  }

  async #key(hash: Hash): Promise<CryptoKey> {
    const known = this.#imported.get(hash);
    if (known !== undefined) return known;
    const key = await importSecret(this.#secret, { ...HMAC, hash });
    if (key === null) throw finding.refused(keyDefects.algUnsupported);
    this.#imported.set(hash, key);
    return key;
  }
}

const HMAC = { name: "HMAC" };
