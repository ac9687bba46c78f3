/** Whose manifests count: pinned at first, then replaced link by link (`docs/format.md`, Key document). */
import { type Algorithm, algorithmNamed } from "../algorithm.js";
import { decodeBase64url, encodeBase64url, type Octets } from "../base64url.js";
import { Ed25519Key } from "../ed25519.js";
import { keyDocument as finding } from "../failure.js";
import { DefectiveKey } from "../key-defect.js";
import { MAX_PUBLISHER_KEYS } from "../limits.js";
import { sha256 } from "../sha256.js";
import { hex } from "./hex.js";
import type { Link } from "./key-document.js";

/** A key that signs manifests or links, by its `x`. */
export class TrustedKey {
  readonly x: string;
  /** The first eight bytes of SHA-256 of its octets, in hexadecimal digits. */
  readonly id: string;
  readonly #key: Ed25519Key;

  private constructor(x: string, id: string, key: Ed25519Key) {
    this.x = x;
    this.id = id;
    this.#key = key;
  }

  /** `null` for octets that are no Ed25519 public key of full order. */
  static of(octets: Octets): TrustedKey | null {
    const x = encodeBase64url(octets);
    const key = soundKey(octets, x);
    return key === null ? null : new TrustedKey(x, hex(sha256(octets).subarray(0, 8)), key);
  }

  /** Whether it made the signature, checked strictly (RFC 8032 §5.1.7). */
  verify(message: Octets, signature: Uint8Array): Promise<boolean> {
    return this.#key.verify(ED25519, message, Uint8Array.from(signature));
  }
}

/** Pinned keys, or what links made of them. Immutable. */
export class Trust {
  /** Number of the last link taken; 0 while only the pins count. */
  readonly number: number;
  /** Number of the last link taken that the root signed. */
  readonly era: number;
  /** Manifests of a lower epoch are refused. */
  readonly epoch: number;
  readonly root: TrustedKey | null;
  readonly keys: readonly TrustedKey[];

  private constructor({ number, era, epoch, root, keys }: Omit<Trust, "keyWith" | "after" | "all">) {
    this.number = number;
    this.era = era;
    this.epoch = epoch;
    this.root = root;
    this.keys = keys;
  }

  /** The pinned keys, each checked before. */
  static pinned(root: string | null, keys: readonly string[]): Trust {
    const [rootKey = null, ...others] = [root, ...keys].map(pinnedKey);
    return new Trust({ number: 0, era: 0, epoch: 0, root: rootKey, keys: others.filter((key) => key !== null) });
  }

  /** Every key that may have signed something that counts. */
  get all(): readonly TrustedKey[] {
    return this.root === null ? this.keys : [this.root, ...this.keys];
  }

  /** The publisher key with this id. */
  keyWith(id: string): TrustedKey | undefined {
    return this.keys.find((key) => key.id === id);
  }

  /** What is trusted after a document: each link is taken that what is trusted before it vouches for.
   * @throws `ERR_MANIFEST_KEYS_UNLINKED` */
  after(links: readonly Link[]): Trust {
    const trust = links.reduce<Trust>((before, link) => (before.#vouchesFor(link) ? before.#with(link) : before), this);
    const newest = links.at(-1)?.number ?? 0;
    if (newest > trust.number) throw finding.unlinked(trust.number, newest);
    return trust;
  }

  /** A root follows the root alone: it must get past whatever a stolen publisher key has signed. */
  #vouchesFor(link: Link): boolean {
    if (link.isByRoot) return this.root !== null && link.number > this.era && link.isSignedBy(this.root);
    const pinsOnly = this.number === 0 && this.root === null;
    const isNext = pinsOnly || link.number === this.number + 1;
    const keepsRoot = this.root === null || this.root.x === link.root?.x;
    return isNext && keepsRoot && this.keys.some((key) => link.isSignedBy(key));
  }

  /** The root may change everything, a publisher key only who the publishers are. */
  #with({ isByRoot, number, epoch, root, keys }: Link): Trust {
    if (!isByRoot) return new Trust({ ...this, number, keys });
    return new Trust({ number, era: number, epoch: Math.max(this.epoch, epoch), root, keys });
  }
}

/** Whether so many publisher keys may be trusted at once. */
export function isKeyCount(count: number): boolean {
  return count >= 1 && count <= MAX_PUBLISHER_KEYS;
}

/** The key of these octets; `null` when it is of small order or no point. */
function soundKey(x: Octets, text: string): Ed25519Key | null {
  try {
    return new Ed25519Key({ x, text });
  } catch (thrown) {
    if (thrown instanceof DefectiveKey) return null;
    throw thrown;
  }
}

function pinnedKey(text: string | null): TrustedKey | null {
  const octets = text === null ? "character" : decodeBase64url(text);
  return typeof octets === "string" ? null : TrustedKey.of(octets);
}

const ED25519 = algorithmNamed("Ed25519") as Algorithm;
