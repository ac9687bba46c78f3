/** The document by which publisher keys are replaced (`docs/format.md`, Key document). */
import type { Octets } from "../base64url.js";
import { keyDocument as finding } from "../failure.js";
import { MAX_KEY_LINKS, SIGNATURE_BYTES } from "../limits.js";
import { hex } from "./hex.js";
import { compareBytes, Reader, startsWith } from "./reader.js";
import { isKeyCount, TrustedKey } from "./trust.js";

/** One replacement of the publisher keys. */
export interface Link {
  readonly isByRoot: boolean;
  readonly number: number;
  readonly epoch: number;
  /** From now on. */
  readonly root: TrustedKey | null;
  readonly keys: readonly TrustedKey[];
  /** Whether the key signed this link: told of keys that were known when the document was read. */
  isSignedBy(key: TrustedKey): boolean;
}

/** A link whose keys and signature wait to be looked at. */
interface RawLink {
  readonly role: number;
  readonly number: number;
  readonly epoch: number;
  readonly root: Uint8Array | null;
  readonly keys: readonly Uint8Array[];
  readonly signer: string;
  /** Everything before the signature. */
  readonly body: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Reads a document and finds out who signed its links: of the keys trusted now, and of those it names itself. `tenant`
 * is the tenant's tag. @throws `ERR_MANIFEST_KEYS_MALFORMED`
 */
export async function openKeyDocument(
  bytes: Uint8Array,
  tenant: Uint8Array,
  trusted: readonly TrustedKey[],
): Promise<Link[]> {
  const known = [...trusted];
  const links: Link[] = [];
  for (const raw of readLinks(bytes)) {
    const { root, keys } = keysOf(raw);
    const signers = await signersOf(raw, tenant, known);
    known.push(...keys, ...(root === null ? [] : [root]));
    const { role, number, epoch } = raw;
    links.push({ isByRoot: role === ROOT, number, epoch, root, keys, isSignedBy: ({ x }) => signers.has(x) });
  }
  return links;
}

function readLinks(bytes: Uint8Array): RawLink[] {
  const reader = new Reader(bytes);
  if (!startsWith(bytes, "RSNK")) throw finding.malformed("magic");
  reader.take(4);
  if (reader.u8() !== VERSION) throw finding.malformed("format version");
  const count = reader.u8();
  if (count === null || count < 1 || count > MAX_KEY_LINKS) throw finding.malformed("link count");
  const links: RawLink[] = [];
  for (let left = count; left > 0; left -= 1) {
    const link = readLink(reader);
    if (link.number <= (links.at(-1)?.number ?? 0)) throw finding.malformed("links are not strictly ascending");
    links.push(link);
  }
  if (reader.remaining !== 0) throw finding.malformed("trailing bytes");
  return links;
}

function readLink(reader: Reader): RawLink {
  const start = reader.position;
  const [role, roots, count] = [need(reader.u8()), need(reader.u8()), need(reader.u8())];
  if (role !== ROOT && role !== PUBLISHER) throw finding.malformed("role");
  const [number, epoch] = [need(reader.u32()), need(reader.u32())];
  if (roots > 1) throw finding.malformed("root key");
  const root = roots === 1 ? need(reader.take(32)) : null;
  const table = need(reader.take(count * 32));
  const keys = Array.from({ length: count }, (_, at) => table.subarray(at * 32, at * 32 + 32));
  checkKeys(keys, root);
  const signer = hex(need(reader.take(8)));
  const body = reader.bytes.subarray(start, reader.position);
  return { role, number, epoch, root, keys, signer, body, signature: need(reader.take(SIGNATURE_BYTES)) };
}

function checkKeys(keys: readonly Uint8Array[], root: Uint8Array | null): void {
  const rises = keys.every((key, at) => at === 0 || compareBytes(keys[at - 1] as Uint8Array, key) < 0);
  const isApart = root === null || keys.every((key) => compareBytes(key, root) !== 0);
  if (!rises || !isApart || !isKeyCount(keys.length)) throw finding.malformed("keys");
}

function keysOf({ root, keys }: RawLink): Pick<Link, "root" | "keys"> {
  const sound = keys.map((octets) => TrustedKey.of(Uint8Array.from(octets))).filter((key) => key !== null);
  const rootKey = root === null ? null : TrustedKey.of(Uint8Array.from(root));
  if (sound.length < keys.length || (root !== null && rootKey === null)) throw finding.malformed("keys");
  return { root: rootKey, keys: sound };
}

/** The `x` of every known key that made the signature: usually the one with that id, or none. */
async function signersOf(link: RawLink, tenant: Uint8Array, known: readonly TrustedKey[]): Promise<Set<string>> {
  const signers = new Set<string>();
  const message: Octets = Uint8Array.from([...DOMAIN, ...tenant, ...link.body]);
  for (const key of known) {
    const isNamed = key.id === link.signer && !signers.has(key.x);
    if (isNamed && (await key.verify(message, link.signature))) signers.add(key.x);
  }
  return signers;
}

function need<T>(read: T | null): T {
  if (read === null) throw finding.malformed("truncated");
  return read;
}

const VERSION = 1;
const ROOT = 1;
const PUBLISHER = 2;

const DOMAIN = new TextEncoder().encode("rescind-keys-v1\0");
