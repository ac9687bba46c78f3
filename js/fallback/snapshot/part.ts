/** The parts in which a publication is served (`docs/format.md`, Parts): each is a feed of its own. */
import type { PartName } from "../../core.js";
import { MAX_SHARD_BITS } from "../limits.js";

/** Which part a manifest is of, and into how many shards the publication is split: 2^`shardBits`, or none for 0. */
export interface Part {
  readonly kind: typeof WHOLE | typeof COMMON | typeof SHARD_PART;
  readonly shardBits: number;
  readonly number: number;
}

export const WHOLE = 0;
export const COMMON = 1;
export const SHARD_PART = 2;

/** The part that the bytes of a manifest stand for; `null` when they break a rule of the format. */
export function partOf(kind: number, shardBits: number, number: number): Part | null {
  if (shardBits > MAX_SHARD_BITS) return null;
  if (kind === WHOLE || kind === COMMON) return number === 0 ? { kind, shardBits, number } : null;
  if (kind !== SHARD_PART || shardBits === 0 || number >= 2 ** shardBits) return null;
  return { kind, shardBits, number };
}

/** The name of its feed, which stays the same when the number of shards changes, except for a shard. */
export function nameOf({ kind, shardBits, number }: Part): PartName {
  if (kind === SHARD_PART) return `${shardBits}-${number}`;
  return kind === WHOLE ? "whole" : "common";
}

/** The four bytes of a part's name in a high-water mark; `null` for what names no part. */
export function nameBytes(name: string): Uint8Array | null {
  if (name === "whole") return Uint8Array.of(WHOLE, 0, 0, 0);
  if (name === "common") return Uint8Array.of(COMMON, 0, 0, 0);
  const [bits = Number.NaN, number = Number.NaN] = name.split("-").map(Number);
  const part = partOf(SHARD_PART, bits, number);
  if (part === null || nameOf(part) !== name) return null;
  return Uint8Array.of(SHARD_PART, bits, number & 0xff, number >> 8);
}

/** Whether four bytes are those of some name. */
export function isNameBytes([kind = 0, bits = 0, low = 0, high = 0]: Uint8Array): boolean {
  const part = partOf(kind, bits, low + high * 256);
  return part !== null && (part.kind === SHARD_PART || bits === 0);
}

/** The shard of 2^`shardBits`, more than one, that a fragment of number 255 falls into. */
export function shardOf(shardBits: number, fragment: bigint): PartName {
  return nameOf({ kind: SHARD_PART, shardBits, number: Number(fragment >> BigInt(64 - shardBits)) });
}
