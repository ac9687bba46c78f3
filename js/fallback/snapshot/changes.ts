import { objectMalformed } from "../failure.js";
import { type Position, Positions } from "./positions.js";

/** Positions with a value each: 0 for a token, T for a cut-off. */
export interface Entries {
  readonly positions: Positions;
  readonly values: Float64Array;
}

/** What became of a position: `removed`, its value, or nothing. */
export type Change = number | "removed" | undefined;

/** Changes to a sequence by position since its base. A position is set or removed, never both. */
export class Changes {
  static readonly NONE = new Changes(0, { positions: Positions.NONE, values: new Float64Array() }, Positions.NONE);

  /** Quotients of the sequence they belong to; 0 when there are none. */
  readonly quotients: number;
  readonly set: Entries;
  readonly #removed: Positions;

  constructor(quotients: number, set: Entries, removed: Positions) {
    this.quotients = quotients;
    this.set = set;
    this.#removed = removed;
  }

  /** As read from a delta. @throws the finding when a position is both set and removed */
  static checked(quotients: number, set: Entries, removed: Positions): Changes {
    for (let at = 0; at < removed.length; at += 1) {
      if (set.positions.has(removed.at(at))) throw objectMalformed("entry is set and removed");
    }
    return new Changes(quotients, set, removed);
  }

  get length(): number {
    return this.set.positions.length + this.#removed.length;
  }

  find(position: Position): Change {
    const at = this.set.positions.indexOf(position);
    if (at >= 0) return this.set.values[at] ?? 0;
    return this.#removed.has(position) ? "removed" : undefined;
  }

  /** These changes and then later ones, of which each outranks an earlier one of the same position. */
  and(later: Changes): Changes {
    if (later.length === 0) return this;
    if (this.length === 0) return later;
    if (this.quotients !== later.quotients) throw objectMalformed("delta of another universe");
    const set = overlaid(this.set, later.set, later.#removed);
    return new Changes(this.quotients, set, union(this.#removed, later.#removed, later.set.positions));
  }
}

/** Earlier entries without the removed positions, and later ones in place of those with the same position. */
function overlaid(earlier: Entries, later: Entries, removed: Positions): Entries {
  const most = earlier.positions.length + later.positions.length;
  const values = new Float64Array(most);
  let filled = 0;
  const positions = merged(earlier.positions, later.positions, removed, (from, at) => {
    values[filled] = (from === later.positions ? later : earlier).values[at] ?? 0;
    filled += 1;
  });
  return { positions, values: values.slice(0, filled) };
}

function union(one: Positions, other: Positions, without: Positions): Positions {
  return merged(one, other, without, () => {});
}

/** Both lists in order, the first without what is in `dropped` or in the other; each taken one is told. */
function merged(
  one: Positions,
  other: Positions,
  dropped: Positions,
  taken: (from: Positions, at: number) => void,
): Positions {
  const most = one.length + other.length;
  const [quotients, remainders] = [new Uint32Array(most), new Uint32Array(most)];
  let filled = 0;
  const take = (from: Positions, at: number): void => {
    ({ quotient: quotients[filled], remainder: remainders[filled] } = from.at(at));
    filled += 1;
    taken(from, at);
  };
  let next = 0;
  for (let at = 0; at < one.length; at += 1) {
    const position = one.at(at);
    while (next < other.length && other.compare(next, position) < 0) take(other, next++);
    const replaced = next < other.length && other.compare(next, position) === 0;
    if (!replaced && !dropped.has(position)) take(one, at);
  }
  while (next < other.length) take(other, next++);
  return new Positions(quotients.slice(0, filled), remainders.slice(0, filled));
}
