/** The mark below which nothing is accepted again (`docs/format.md`, High-water mark). */
import { manifest as finding } from "../failure.js";
import { NUMBER_END, TIME_END } from "../limits.js";
import { sha256 } from "../sha256.js";
import { hex } from "./hex.js";
import type { Edition, Manifest } from "./manifest.js";
import { isNameBytes } from "./part.js";
import { compareBytes, Reader, startsWith } from "./reader.js";

/** An edition and the one manifest it can have. */
interface Accepted extends Edition {
  readonly sha256: Uint8Array;
}

/** The highest edition of one part that was accepted. Immutable. */
export class HighWater {
  static readonly NONE = new HighWater(0, null);

  /** Number of the root's last replacement of keys: editions compare within an era. */
  readonly era: number;
  readonly #accepted: Accepted | null;

  private constructor(era: number, accepted: Accepted | null) {
    this.era = era;
    this.#accepted = accepted;
  }

  /** Refuses an edition below the mark, and other content for the edition at the mark. @throws the finding */
  check(manifest: Manifest): void {
    const have = this.#accepted;
    if (have === null) return;
    const order = compareEditions(manifest, have);
    if (order < 0) throw finding.rolledBack(have, manifest);
    if (order === 0 && hex(have.sha256) !== manifest.sha256) throw finding.equivocation(manifest);
  }

  /** The keys of an era before that of the mark are not trusted any more. @throws `ERR_MANIFEST_KEY_UNKNOWN` */
  checkEra(trusted: number): void {
    if (trusted < this.era) throw finding.keyUnknown();
  }

  /** Forgets the editions of an earlier era: a stolen key may have used up every version. */
  inEra(era: number): HighWater {
    return era > this.era ? new HighWater(era, null) : this;
  }

  /** After a manifest that passed {@link check}. */
  accepting({ epoch, version, sha256 }: Manifest): HighWater {
    const bytes = Uint8Array.from(sha256.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    return new HighWater(this.era, { epoch, version, sha256: bytes });
  }

  /** The higher of both. */
  raisedTo(other: HighWater): HighWater {
    if (other.era !== this.era) return other.era > this.era ? other : this;
    if (other.#accepted === null) return this;
    const isHigher = this.#accepted === null || compareEditions(other.#accepted, this.#accepted) > 0;
    return isHigher ? other : this;
  }

  /** The mark as 90 bytes, to be stored. `part`: the four bytes of its name. */
  toBytes(tenant: Uint8Array, part: Uint8Array, timeFloor: number): Uint8Array {
    const bytes = new Uint8Array(BODY_BYTES + CHECKSUM_BYTES);
    const view = new DataView(bytes.buffer);
    bytes.set(new TextEncoder().encode("RSNH"));
    bytes.set([VERSION, this.#accepted === null ? 0 : 1], 4);
    bytes.set(tenant, 6);
    bytes.set(part, 22);
    view.setUint32(26, this.era, true);
    view.setUint32(30, this.#accepted?.epoch ?? 0, true);
    view.setBigUint64(34, BigInt(this.#accepted?.version ?? 0), true);
    bytes.set(this.#accepted?.sha256 ?? [], 42);
    view.setBigUint64(74, BigInt(timeFloor), true);
    bytes.set(checksumOf(bytes), BODY_BYTES);
    return bytes;
  }

  /** The mark that was read. */
  static of({ era, accepted }: StoredMark): HighWater {
    return new HighWater(era, accepted);
  }
}

/** What stored bytes say. */
export interface StoredMark {
  readonly tenant: Uint8Array;
  /** The four bytes of a part's name. */
  readonly part: Uint8Array;
  readonly era: number;
  readonly accepted: Accepted | null;
  readonly timeFloor: number;
}

/** A stored mark; `null` when the bytes are damaged or of another format. */
export function readMark(bytes: Uint8Array): StoredMark | null {
  const reader = new Reader(bytes);
  if (bytes.length !== BODY_BYTES + CHECKSUM_BYTES || !startsWith(bytes, "RSNH")) return null;
  if (compareBytes(bytes.subarray(BODY_BYTES), checksumOf(bytes)) !== 0) return null;
  reader.take(4);
  const [version, flag] = [reader.u8(), reader.u8() ?? 2];
  const [tenant, part] = [reader.take(16), reader.take(4)];
  const [era, epoch, number] = [reader.u32(), reader.u32(), reader.u64()];
  const [hash, timeFloor] = [reader.take(32), reader.u64()];
  if (tenant === null || part === null || hash === null || version !== VERSION || flag > 1) return null;
  if (!isNameBytes(part) || timeFloor === null || timeFloor >= TIME_END) return null;
  const accepted = { epoch: epoch ?? 0, version: number ?? NUMBER_END, sha256: hash.slice() };
  if (flag === 0 && (accepted.epoch !== 0 || accepted.version !== 0 || hash.some((octet) => octet !== 0))) return null;
  if (accepted.version >= NUMBER_END) return null;
  return {
    tenant: tenant.slice(),
    part: part.slice(),
    era: era ?? 0,
    accepted: flag === 1 ? accepted : null,
    timeFloor,
  };
}

/** A higher epoch outranks any version. */
export function compareEditions(one: Edition, other: Edition): number {
  return one.epoch === other.epoch ? one.version - other.version : one.epoch - other.epoch;
}

/** Storage can be damaged; a mark raised by a flipped bit would lock every later edition out. */
function checksumOf(bytes: Uint8Array): Uint8Array {
  return sha256(bytes.subarray(0, BODY_BYTES)).subarray(0, CHECKSUM_BYTES);
}

const VERSION = 1;
const BODY_BYTES = 82;
const CHECKSUM_BYTES = 8;
