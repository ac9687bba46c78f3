/** The manifest's table of dimensions: which look-ups are made, and by which claims (`docs/format.md`, Dimensions). */
import { manifest as finding } from "../failure.js";
import { MAX_ALTERNATIVES, MAX_DIMENSION_NAME_BYTES, MAX_MEMBERS } from "../limits.js";
import type { Reader } from "./reader.js";

/** A dimension with entries, and how a token's values in it are found and compared. */
export interface LiveDimension {
  readonly number: number;
  /** As verdicts tell it. */
  readonly name: string;
  /** The claims of each part of a value, of which the first with a value counts; none for issuer and key. */
  readonly members: readonly (readonly string[])[];
  /** The claim that holds a token's generation, where generations are compared instead of times. */
  readonly generationClaim: string | null;
}

/** What a fragment of a single token is made with, and what verdicts tell it by. */
export const TOKEN = 0;
export const TOKEN_NAME = "token";

export const ISSUER = 1;
export const KEY = 2;

/** The number that shards are chosen by. */
export const SHARD = 255;

/** Whether values of a dimension with this number are written as hashes. */
export function isHashed(number: number): boolean {
  return number > KEY && number <= DECLARED_TO;
}

/** Whether a cut-off of a dimension with this number is the least generation that lives. */
export function comparesGenerations(number: number): boolean {
  return number >= GENERATIONS_FROM && number <= DECLARED_TO;
}

/** Reads the records of a manifest, strictly ascending by number. @throws `ERR_MANIFEST_MALFORMED` */
export function readDimensions(reader: Reader, count: number): LiveDimension[] {
  const dimensions: LiveDimension[] = [];
  for (let left = count; left > 0; left -= 1) {
    const live = readDimension(reader);
    if (live.number <= (dimensions.at(-1)?.number ?? 0)) {
      throw finding.malformed("dimensions are not strictly ascending");
    }
    if (dimensions.some(({ name }) => name === live.name)) throw finding.malformed("dimension name");
    dimensions.push(live);
  }
  return dimensions;
}

function readDimension(reader: Reader): LiveDimension {
  const number = readNumber(reader);
  if (number < ISSUER || number > DECLARED_TO) throw finding.malformed("unknown dimension");
  const count = readNumber(reader);
  if (!takesMembers(number, count)) throw finding.malformed("members of a dimension");
  const members = Array.from({ length: count }, () => readMember(reader));
  const name = BUILT_IN[number] ?? readName(reader, "dimension name");
  const isDeclared = number >= DECLARED_FROM;
  if (isDeclared && !isName(name)) throw finding.malformed("dimension name");
  const generationClaim = comparesGenerations(number) ? readName(reader, "claim names") : null;
  return { number, name, members, generationClaim };
}

/** The claims of one member, all different. */
function readMember(reader: Reader): string[] {
  const count = readNumber(reader);
  if (count === 0 || count > MAX_ALTERNATIVES) throw finding.malformed("claim names");
  const claims: string[] = [];
  for (let left = count; left > 0; left -= 1) {
    const claim = readName(reader, "claim names");
    if (claims.includes(claim)) throw finding.malformed("claim names");
    claims.push(claim);
  }
  return claims;
}

/** Reads a text with its length, which is not 0. */
function readName(reader: Reader, wrong: string): string {
  const bytes = reader.take(readNumber(reader));
  if (bytes === null) throw finding.malformed("truncated");
  try {
    if (bytes.length > 0) return decoder.decode(bytes);
  } catch {}
  throw finding.malformed(wrong);
}

function readNumber(reader: Reader): number {
  const number = reader.u8();
  if (number === null) throw finding.malformed("truncated");
  return number;
}

/** Whether values of the dimension have so many members. */
function takesMembers(number: number, count: number): boolean {
  if (number === ISSUER || number === KEY) return count === 0;
  if (number === SUBJECT_CLIENT) return count === 2;
  return number >= DECLARED_FROM ? count >= 1 && count <= MAX_MEMBERS : count === 1;
}

/** Whether a declared dimension may be called so. */
function isName(name: string): boolean {
  const isShort = name.length <= MAX_DIMENSION_NAME_BYTES;
  return isShort && /^[a-z0-9_-]+$/.test(name) && name !== TOKEN_NAME && !BUILT_IN.includes(name);
}

const BUILT_IN: readonly (string | undefined)[] = [
  undefined,
  ...["issuer", "key", "subject", "session", "client", "organization", "subject_client"],
];

const SUBJECT_CLIENT = 7;
const DECLARED_FROM = 8;
const GENERATIONS_FROM = 20;
const DECLARED_TO = 31;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
