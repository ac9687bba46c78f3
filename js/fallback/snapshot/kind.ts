import { objectMalformed } from "../failure.js";
import { type Reader, startsWith } from "./reader.js";

/** Kinds of objects, by their numbers in the format. */
export const TOKENS = 1;
export const CUT_OFFS = 2;
export const DELTA = 3;

export type Kind = typeof TOKENS | typeof CUT_OFFS | typeof DELTA;

/** As a plan names them. */
export const KIND_NAMES = { [TOKENS]: "tokens", [CUT_OFFS]: "cut_offs", [DELTA]: "delta" } as const;

/** Reads the six bytes with which every object starts. @throws the finding about them */
export function readHeader(reader: Reader, kind: Kind): void {
  const magic = reader.take(4);
  if (magic === null || !startsWith(magic, "RSNO")) throw objectMalformed("magic");
  if (reader.u8() !== VERSION) throw objectMalformed("format version");
  if (reader.u8() !== kind) throw objectMalformed("kind differs from the manifest's");
}

const VERSION = 1;
