import { CutOffs } from "./cut-offs.js";
import { Delta } from "./delta.js";
import { CUT_OFFS, DELTA, type Kind, TOKENS } from "./kind.js";
import { TokenSet } from "./token-set.js";

/** What a manifest says of an object. */
export interface ObjectName {
  readonly kind: Kind;
  readonly length: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/** An immutable, content-addressed object whose structure was proved. */
export interface HeldObject {
  readonly name: ObjectName;
  readonly bytes: Uint8Array;
  readonly content: TokenSet | CutOffs | Delta;
}

/** Opens the bytes that a name names. @throws `ERR_OBJECT_MALFORMED` */
export function openObject(name: ObjectName, bytes: Uint8Array): HeldObject {
  return { name, bytes, content: CONTENTS[name.kind](bytes) };
}

/** Whether two names are one. */
export function isSame(one: ObjectName, other: ObjectName): boolean {
  return one.kind === other.kind && one.length === other.length && one.sha256 === other.sha256;
}

const CONTENTS = {
  [TOKENS]: (bytes: Uint8Array) => new TokenSet(bytes),
  [CUT_OFFS]: (bytes: Uint8Array) => new CutOffs(bytes),
  [DELTA]: (bytes: Uint8Array) => Delta.open(bytes),
};
