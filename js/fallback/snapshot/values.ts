/** The values that a token has in a dimension (`docs/format.md`, What is revoked). */
import { MAX_DIMENSION_VALUES } from "../limits.js";
import type { LiveDimension } from "./dimension.js";
import type { Identity } from "./identity.js";

/** Each value as the octets that are hashed; `null` when there are more than are looked up. */
export function valuesOf({ members }: LiveDimension, identity: Identity): readonly Uint8Array[] | null {
  const [only, another] = members;
  if (only === undefined) return [];
  if (another === undefined) return bounded(firstPresent(only, identity)?.map((value) => encoder.encode(value)) ?? []);
  return tuplesOf(members, identity);
}

/** Every combination of the members' values; none when a member has no value. */
function tuplesOf(members: LiveDimension["members"], identity: Identity): readonly Uint8Array[] | null {
  const choices: (readonly string[])[] = [];
  for (const alternatives of members) {
    const values = firstPresent(alternatives, identity);
    if (values === null) return [];
    choices.push(values);
  }
  const count = choices.reduce((product, { length }) => product * length, 1);
  return count > MAX_DIMENSION_VALUES ? null : combined(choices).map(tuple);
}

/** The values of the first claim that has any. */
function firstPresent(claims: readonly string[], identity: Identity): readonly string[] | null {
  for (const claim of claims) {
    const values = identity.strings(claim);
    if (values.length > 0) return values;
  }
  return null;
}

function combined(choices: readonly (readonly string[])[]): string[][] {
  return choices.reduce<string[][]>(
    (tuples, values) => tuples.flatMap((tuple) => values.map((value) => [...tuple, value])),
    [[]],
  );
}

/** The length of each member keeps it apart from the next. */
function tuple(values: readonly string[]): Uint8Array {
  const members = values.map((value) => encoder.encode(value));
  const octets = new Uint8Array(members.reduce((length, member) => length + 4 + member.length, 0));
  const view = new DataView(octets.buffer);
  let at = 0;
  for (const member of members) {
    view.setUint32(at, member.length, true);
    octets.set(member, at + 4);
    at += 4 + member.length;
  }
  return octets;
}

function bounded(values: readonly Uint8Array[]): readonly Uint8Array[] | null {
  return values.length > MAX_DIMENSION_VALUES ? null : values;
}

const encoder = new TextEncoder();
