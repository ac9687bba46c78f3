/** The signed manifest that names an edition's objects (`docs/format.md`, Manifest). */
import { manifest as finding, isFailure, objectMalformed } from "../failure.js";
import * as limits from "../limits.js";
import { CutOffs } from "./cut-offs.js";
import { Delta } from "./delta.js";
import { type LiveDimension, readDimensions } from "./dimension.js";
import { hex } from "./hex.js";
import { CUT_OFFS, DELTA, type Kind, TOKENS } from "./kind.js";
import type { HeldObject, ObjectName } from "./object.js";
import { type Part, partOf } from "./part.js";
import { Reader, startsWith } from "./reader.js";
import { routeOf } from "./route.js";

/** A manifest whose signature and structure hold. */
export interface Manifest extends Fields {
  /** Of the manifest itself. */
  readonly sha256: string;
  readonly length: number;
  /** SHA-256 of each `iss`, in hexadecimal digits. */
  readonly issuers: readonly string[];
  readonly dimensions: readonly LiveDimension[];
  /** The base: at most one of each kind, ascending. */
  readonly objects: readonly ObjectName[];
  /** The deltas to fetch, newest first, then those carried along. */
  readonly deltas: readonly DeltaName[];
}

/** Changes from the version `from` to the version `to`. */
export interface DeltaName {
  readonly from: number;
  readonly to: number;
  /** `null` for one that the manifest carries. */
  readonly object: ObjectName | null;
  /** What it holds, of one that the manifest carries. */
  readonly carried: Delta | null;
}

/** Epoch and version. */
export interface Edition {
  readonly epoch: number;
  readonly version: number;
}

/** The fixed fields after the counts, without the key id. */
interface Fields extends Edition {
  readonly part: Part;
  readonly leastWaitSeconds: number;
  readonly tenant: string;
  readonly issuedAt: number;
  readonly nextUpdate: number;
  readonly expiresAt: number;
  readonly salt: Uint8Array;
  readonly base: Base;
}

/** What is said about the base. */
export interface Base {
  /** The version whose state the objects are. */
  readonly version: number;
  /** How many entries the edition has, deltas included. */
  readonly entries: number;
  /** The base holds no cut-off with a T before this time. */
  readonly cutBefore: number;
}

/** The id of the key that a manifest names, and its signature over what; found before anything else is believed. */
export interface Signed {
  readonly keyId: string;
  readonly body: Uint8Array;
  readonly signature: Uint8Array;
}

/** Splits a manifest without reading more than its ends. @throws the finding about its form */
export function signedParts(bytes: Uint8Array): Signed {
  if (bytes.length > limits.MAX_MANIFEST_BYTES) throw finding.malformed("too long");
  if (!startsWith(bytes, "RSNM")) throw finding.malformed("magic");
  const version = need(bytes[4] ?? null);
  if (version !== VERSION) throw finding.versionUnsupported(version);
  const end = bytes.length - limits.SIGNATURE_BYTES;
  if (end < FIXED_BYTES) throw finding.malformed("truncated");
  return { keyId: hex(bytes.subarray(16, 24)), body: bytes.subarray(0, end), signature: bytes.subarray(end) };
}

/** Reads a manifest whose signature held. @throws `ERR_MANIFEST_MALFORMED` */
export function readManifest(body: Uint8Array, sha256: string): Manifest {
  const reader = new Reader(body);
  need(reader.take(5));
  const [objects, dimensions, issuers, listed, carried] = Array.from(need(reader.take(5)));
  const fields = readFields(reader);
  checkFields(fields);
  const manifest = {
    ...fields,
    sha256,
    length: body.length + limits.SIGNATURE_BYTES,
    issuers: readIssuers(reader, issuers ?? 0),
    dimensions: readDimensions(reader, dimensions ?? 0),
    objects: readObjects(reader, objects ?? 0),
    deltas: [
      ...readDeltas(reader, listed ?? 0, fields.version, readListed),
      ...readDeltas(reader, carried ?? 0, fields.version, readCarried),
    ],
  };
  if (reader.remaining !== 0) throw finding.malformed("trailing bytes");
  checkBase(manifest);
  return manifest;
}

/** The base's cut-offs are of dimensions that the manifest names: others would never be looked up. */
export function checkObject(manifest: Manifest, { content }: HeldObject): void {
  if (content instanceof CutOffs) requireNamed(manifest, content.dimensions());
}

/** @throws `ERR_OBJECT_MALFORMED` for a dimension without a record */
export function requireNamed(manifest: Manifest, dimensions: readonly number[]): void {
  const isNamed = (wanted: number) => manifest.dimensions.some(({ number }) => number === wanted);
  if (!dimensions.every(isNamed)) throw objectMalformed("dimension that the manifest does not declare");
}

function readFields(reader: Reader): Fields & { readonly maxStaleSeconds: number; readonly expiredBefore: number } {
  const part = partOf(need(reader.u8()), need(reader.u8()), need(reader.u16()));
  if (part === null) throw finding.malformed("part");
  const leastWaitSeconds = need(reader.u16());
  need(reader.take(8));
  const tenant = hex(need(reader.take(16)));
  const [epoch, maxStaleSeconds, version] = [need(reader.u32()), need(reader.u32()), need(reader.u64())];
  const [issuedAt, nextUpdate, salt] = [need(reader.u64()), need(reader.u64()), need(reader.take(16))];
  const base = { version: need(reader.u64()), entries: need(reader.u64()) };
  const [expiredBefore, cutBefore] = [need(reader.u64()), need(reader.u64())];
  return {
    ...{ part, leastWaitSeconds, tenant, epoch, version, issuedAt, nextUpdate, maxStaleSeconds, expiredBefore, salt },
    expiresAt: issuedAt + maxStaleSeconds,
    base: { ...base, cutBefore },
  };
}

/** The version has its bound; `issuedAt` < `nextUpdate` ≤ `expiresAt`, all of them times of the format. */
function checkFields(fields: ReturnType<typeof readFields>): void {
  const { issuedAt, nextUpdate, expiresAt, base } = fields;
  if (fields.version >= limits.NUMBER_END) throw finding.malformed("version of the publication");
  if (fields.maxStaleSeconds > limits.MAX_STALE_SECONDS) throw finding.malformed("max-stale");
  if (fields.leastWaitSeconds > limits.MAX_LEAST_WAIT_SECONDS) throw finding.malformed("least wait");
  if (issuedAt >= nextUpdate || nextUpdate > expiresAt || expiresAt >= limits.TIME_END) {
    throw finding.malformed("times");
  }
  const isTime = fields.expiredBefore < limits.TIME_END && base.cutBefore < limits.TIME_END;
  if (!isTime || base.entries >= limits.NUMBER_END) throw finding.malformed("base");
}

/** The deltas lead from the base to the edition, and dimensions come from somewhere. */
function checkBase({ base, version, deltas, dimensions, objects }: Manifest): void {
  if (base.version > version || routeOf(deltas, base.version, version) === null) {
    throw finding.malformed("no way from the base to the version");
  }
  const hasCutOffs = objects.some(({ kind }) => kind === CUT_OFFS);
  if (dimensions.length > 0 && !hasCutOffs && deltas.length === 0) {
    throw finding.malformed("dimensions disagree with objects");
  }
}

function readIssuers(reader: Reader, count: number): string[] {
  const table = need(reader.take(count * 32));
  const tags = Array.from({ length: count }, (_, at) => hex(table.subarray(at * 32, at * 32 + 32)));
  if (count === 0 || !rises(tags, (one, other) => one < other)) throw finding.malformed("issuers");
  return tags;
}

function readObjects(reader: Reader, count: number): ObjectName[] {
  const names: ObjectName[] = [];
  for (let left = count; left > 0; left -= 1) {
    const kind = baseKind(need(reader.u8()));
    const length = need(reader.u32());
    if (length === 0 || length > limits.MAX_OBJECT_BYTES) throw finding.malformed("object length");
    names.push({ kind, length, sha256: hex(need(reader.take(32))) });
  }
  if (rises(names, (one, other) => one.kind < other.kind)) return names;
  throw finding.malformed("objects are not strictly ascending");
}

function baseKind(number: number): Kind {
  if (number === TOKENS || number === CUT_OFFS) return number;
  throw finding.malformed("unknown object kind");
}

/** Newest end first, and of those with one end the shortest first. */
function readDeltas(
  reader: Reader,
  count: number,
  version: number,
  read: (reader: Reader) => Pick<DeltaName, "object" | "carried">,
): DeltaName[] {
  if (count > limits.MAX_DELTAS) throw finding.malformed("delta count");
  const deltas: DeltaName[] = [];
  for (let left = count; left > 0; left -= 1) deltas.push({ ...readSpan(reader, version), ...read(reader) });
  const isOrdered = (one: DeltaName, other: DeltaName) =>
    other.to < one.to || (other.to === one.to && other.from < one.from);
  if (!rises(deltas, isOrdered)) throw finding.malformed("deltas are not in order");
  return deltas;
}

/** How far its end is behind the edition, and how many versions it spans. */
function readSpan(reader: Reader, version: number): Pick<DeltaName, "from" | "to"> {
  const to = version - need(reader.u32());
  const span = reader.u32();
  if (span === null || span === 0 || to - span < 0) throw finding.malformed("delta span");
  return { from: to - span, to };
}

function readListed(reader: Reader): Pick<DeltaName, "object" | "carried"> {
  const length = need(reader.u32());
  if (length === 0 || length > limits.MAX_DELTA_BYTES) throw finding.malformed("delta length");
  return { object: { kind: DELTA, length, sha256: hex(need(reader.take(32))) }, carried: null };
}

function readCarried(reader: Reader): Pick<DeltaName, "object" | "carried"> {
  const bytes = need(reader.take(need(reader.u16())));
  try {
    return { object: null, carried: Delta.open(bytes) };
  } catch (thrown) {
    throw isFailure(thrown) ? finding.malformed("delta") : thrown;
  }
}

function need<T>(read: T | null): T {
  if (read === null) throw finding.malformed("truncated");
  return read;
}

function rises<T>(list: readonly T[], isBefore: (one: T, other: T) => boolean): boolean {
  return list.every((item, at) => at === 0 || isBefore(list[at - 1] as T, item));
}

const VERSION = 1;

/** Bytes before the tables. */
const FIXED_BYTES = 120;
