import { objectMalformed } from "../failure.js";

/** Reads fixed little-endian fields and minimal varints, and never past the end: `null` where bytes are missing. */
export class Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** How many bytes were read. */
  get position(): number {
    return this.#at;
  }

  /** How many bytes are left. */
  get remaining(): number {
    return this.bytes.length - this.#at;
  }

  /** The next bytes, in place. */
  take(length: number): Uint8Array | null {
    if (length > this.remaining) return null;
    const taken = this.bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return taken;
  }

  u8(): number | null {
    const at = this.#skip(1);
    return at === null ? null : this.view.getUint8(at);
  }

  u16(): number | null {
    const at = this.#skip(2);
    return at === null ? null : this.view.getUint16(at, true);
  }

  u32(): number | null {
    const at = this.#skip(4);
    return at === null ? null : this.view.getUint32(at, true);
  }

  /** Exact below 2^53; from there on some number of 2^53 or more, which every field refuses. */
  u64(): number | null {
    const at = this.#skip(8);
    return at === null ? null : this.view.getUint32(at, true) + this.view.getUint32(at + 4, true) * 2 ** 32;
  }

  /** An LEB128 number below 2^32 in its one shortest form. */
  varint(): number | null {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.u8();
      if (byte === null) return null;
      value += (byte & 0x7f) * 2 ** shift;
      if (value > MAX_U32) return null;
      if (byte < 0x80) return byte === 0 && shift > 0 ? null : value;
    }
    return null;
  }

  #skip(length: number): number | null {
    if (length > this.remaining) return null;
    const at = this.#at;
    this.#at += length;
    return at;
  }
}

/** The largest `u32`. */
export const MAX_U32 = 0xffff_ffff;

/** What was read from an object. @throws the finding with that reason where the bytes did not suffice */
export function need<T>(read: T | null, reason: string): T {
  if (read === null) throw objectMalformed(reason);
  return read;
}

/** Whether bytes start with four letters. */
export function startsWith(bytes: Uint8Array, magic: string): boolean {
  return bytes.length >= magic.length && Array.from(magic).every((letter, at) => bytes[at] === letter.charCodeAt(0));
}

/** Negative, zero or positive: byte by byte, a prefix first. */
export function compareBytes(one: Uint8Array, other: Uint8Array): number {
  const shorter = Math.min(one.length, other.length);
  for (let at = 0; at < shorter; at += 1) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}
