/** The salted hash fragment that stands for one revocable value (`docs/format.md`, Hash fragments). */
import type { Octets } from "../base64url.js";
import { sha256 } from "../sha256.js";
import { digest } from "../subtle.js";

/** What fragments of one issuer are made with. */
export interface Salted {
  readonly salt: Uint8Array;
  /** SHA-256 of the issuer. */
  readonly issuerTag: Uint8Array;
}

/** The first eight bytes of the hash, as a little-endian number. `number`: of the dimension, 0 for a token. */
export async function fragmentOf(salted: Salted, number: number, id: Uint8Array): Promise<bigint> {
  return firstEight(await digest("SHA-256", messageOf(salted, number, id)));
}

/** The same at once. */
export function fragmentNow(salted: Salted, number: number, id: Uint8Array): bigint {
  return firstEight(sha256(messageOf(salted, number, id)));
}

/** SHA-256 of the issuer. */
export function issuerTagOf(issuer: string): Octets {
  return sha256(new TextEncoder().encode(issuer));
}

function messageOf({ salt, issuerTag }: Salted, number: number, id: Uint8Array): Octets {
  const message = new Uint8Array(PREFIX_BYTES + id.length);
  message.set(salt, 0);
  message.set(issuerTag, 16);
  message[48] = number;
  message.set(id, PREFIX_BYTES);
  return message;
}

function firstEight(hash: Octets): bigint {
  return new DataView(hash.buffer).getBigUint64(0, true);
}

/** Salt, issuer tag, number and zeros fill SHA-256's first block. */
const PREFIX_BYTES = 64;
