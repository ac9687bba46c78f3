/**
 * What only the engine can compute about bytes, and takes a promise for: hashes and signatures. It is computed before
 * bytes are offered, so that an offer and a commit need no promise and nothing comes between them.
 */

import type { Refusal } from "../../errors.js";
import type { Octets } from "../base64url.js";
import { isFailure } from "../failure.js";
import { MAX_MANIFEST_BYTES, MAX_OBJECT_BYTES } from "../limits.js";
import { digest } from "../subtle.js";
import { hex } from "./hex.js";
import { type Link, openKeyDocument } from "./key-document.js";
import { signedParts } from "./manifest.js";
import { startsWith } from "./reader.js";
import type { Trust } from "./trust.js";

/** Of a manifest: whose signature was looked at (`null`: nobody was trusted by that id), and whether it holds. */
export interface ManifestProof {
  readonly sha256: string;
  readonly signer: string | null;
  readonly holds: boolean;
}

/** Kept for as long as the bytes are. */
export class Proofs {
  readonly #digests = new WeakMap<Uint8Array, string>();
  readonly #manifests = new WeakMap<Uint8Array, ManifestProof>();
  readonly #documents = new WeakMap<Uint8Array, readonly Link[] | Refusal>();

  /** Computes what an offer of these bytes will ask for. Never tells what is wrong with them: the offer does. */
  async prepare(bytes: Uint8Array, trust: Trust, tenant: Uint8Array): Promise<void> {
    if (bytes.length > MAX_OBJECT_BYTES) return;
    const sha256 = hex(await digest("SHA-256", bytes as Octets));
    this.#digests.set(bytes, sha256);
    if (startsWith(bytes, "RSNM")) await this.#prepareManifest(bytes, sha256, trust);
    if (startsWith(bytes, "RSNK")) await this.#prepareDocument(bytes, trust, tenant);
  }

  /** SHA-256 of an object; `null` when it was not computed. */
  digest(bytes: Uint8Array): string | null {
    return this.#digests.get(bytes) ?? null;
  }

  manifest(bytes: Uint8Array): ManifestProof | null {
    return this.#manifests.get(bytes) ?? null;
  }

  /** The links of a key document, or what is wrong with it. */
  document(bytes: Uint8Array): readonly Link[] | Refusal | null {
    return this.#documents.get(bytes) ?? null;
  }

  async #prepareManifest(bytes: Uint8Array, sha256: string, trust: Trust): Promise<void> {
    if (bytes.length > MAX_MANIFEST_BYTES) return;
    this.#manifests.set(bytes, { sha256, ...(await signatureOf(bytes, trust)) });
  }

  async #prepareDocument(bytes: Uint8Array, trust: Trust, tenant: Uint8Array): Promise<void> {
    try {
      this.#documents.set(bytes, await openKeyDocument(bytes, tenant, trust.all));
    } catch (thrown) {
      if (!isFailure(thrown)) throw thrown;
      this.#documents.set(bytes, thrown);
    }
  }
}

async function signatureOf(bytes: Uint8Array, trust: Trust): Promise<Pick<ManifestProof, "signer" | "holds">> {
  try {
    const { keyId, body, signature } = signedParts(bytes);
    const key = trust.keyWith(keyId);
    if (key === undefined) return { signer: null, holds: false };
    return { signer: key.x, holds: await key.verify(signedMessage(body), signature) };
  } catch (thrown) {
    if (isFailure(thrown)) return { signer: null, holds: false };
    throw thrown;
  }
}

/** The NUL cannot stand in a JWS signing input, so no token can be a manifest. */
function signedMessage(body: Uint8Array): Octets {
  const message = new Uint8Array(DOMAIN.length + body.length);
  message.set(DOMAIN);
  message.set(body, DOMAIN.length);
  return message;
}

const DOMAIN = new TextEncoder().encode("rescind-manifest-v1\0");
