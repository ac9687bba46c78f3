import { objectMalformed } from "../failure.js";
import { MAX_DELTA_BYTES } from "../limits.js";
import { Changes } from "./changes.js";
import { DELTA, readHeader } from "./kind.js";
import { LiteralChanges } from "./literals.js";
import { type Positions, readPositions } from "./positions.js";
import { need, Reader } from "./reader.js";
import { Times } from "./times.js";

/** What was revoked, changed and taken back between two versions; also what is laid over a base in memory. */
export class Delta {
  static readonly NONE = new Delta(Changes.NONE, Changes.NONE, LiteralChanges.NONE);

  readonly tokens: Changes;
  readonly cutOffs: Changes;
  readonly literals: LiteralChanges;

  private constructor(tokens: Changes, cutOffs: Changes, literals: LiteralChanges) {
    this.tokens = tokens;
    this.cutOffs = cutOffs;
    this.literals = literals;
  }

  /** Reads the bytes of an object (`docs/format.md`, Delta). @throws the finding about their encoding */
  static open(bytes: Uint8Array): Delta {
    if (bytes.length > MAX_DELTA_BYTES) throw objectMalformed("delta is too long");
    const reader = new Reader(bytes);
    readHeader(reader, DELTA);
    const [tokens, cutOffs] = [readCounts(reader), readCounts(reader)];
    const [set, removed] = [need(reader.varint(), TRUNCATED), need(reader.varint(), TRUNCATED)];
    const delta = new Delta(
      readTokens(reader, tokens),
      readCutOffs(reader, cutOffs),
      LiteralChanges.read(reader, set, removed),
    );
    if (reader.remaining !== 0) throw objectMalformed("trailing bytes");
    return delta;
  }

  /** How many changes there are. */
  get length(): number {
    return this.tokens.length + this.cutOffs.length + this.literals.length;
  }

  /** These changes and then later ones, of which each outranks an earlier one of the same entry. */
  and(later: Delta): Delta {
    return new Delta(this.tokens.and(later.tokens), this.cutOffs.and(later.cutOffs), this.literals.and(later.literals));
  }
}

/** The universe of a sequence and how many positions are set and removed in it. */
interface Counts {
  readonly quotients: number;
  readonly set: number;
  readonly removed: number;
}

/** Without changes the universe is not told; with more than there is room for, a new base is due. */
function readCounts(reader: Reader): Counts {
  const quotients = need(reader.varint(), TRUNCATED);
  const set = need(reader.varint(), TRUNCATED);
  const removed = need(reader.varint(), TRUNCATED);
  const fits = set <= quotients && removed <= quotients;
  const isEmpty = set === 0 && removed === 0;
  if (!fits || (quotients === 0) !== isEmpty) throw objectMalformed("universe of a delta");
  return { quotients, set, removed };
}

function readTokens(reader: Reader, { quotients, set, removed }: Counts): Changes {
  const positions = readList(reader, set, quotients);
  const entries = { positions, values: new Float64Array(positions.length) };
  return Changes.checked(quotients, entries, readList(reader, removed, quotients));
}

function readCutOffs(reader: Reader, { quotients, set, removed }: Counts): Changes {
  const positions = readList(reader, set, quotients);
  const values = set === 0 ? new Float64Array() : readTimes(reader, set);
  return Changes.checked(quotients, { positions, values }, readList(reader, removed, quotients));
}

function readTimes(reader: Reader, count: number): Float64Array {
  const width = need(reader.u8(), TRUNCATED);
  const base = need(reader.u64(), TRUNCATED);
  const times = new Times(reader, count, base, width);
  return Float64Array.from({ length: count }, (_, rank) => times.get(rank));
}

function readList(reader: Reader, count: number, quotients: number): Positions {
  return need(readPositions(reader, count, quotients), "positions of a delta");
}

const TRUNCATED = "truncated header";
