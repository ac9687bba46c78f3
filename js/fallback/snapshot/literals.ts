/** Cut-offs of issuers and keys, written out: no false positive may refuse every token of one. */
import { objectMalformed } from "../failure.js";
import { TIME_END } from "../limits.js";
import { ISSUER, KEY } from "./dimension.js";
import { hex } from "./hex.js";
import { compareBytes, need, type Reader } from "./reader.js";

/** A record: which value of which issuer, and its T. */
interface Literal {
  readonly number: number;
  readonly time: number;
  /** Number and issuer tag, then the value: what records rise by. */
  readonly prefix: Uint8Array;
  readonly value: Uint8Array;
}

/** What a look-up names a record by: values are UTF-8, so that one text stands for one value. */
export function literalKey(number: number, issuerTag: string, value: string): string {
  return `${number} ${issuerTag} ${value}`;
}

/** T of each literal value. */
export class Literals {
  readonly #times = new Map<string, number>();
  readonly #numbers = new Set<number>();

  /** Takes `count` records. @throws the finding about their encoding */
  constructor(reader: Reader, count: number) {
    for (const record of readRecords(reader, count)) {
      this.#times.set(keyOf(record), record.time);
      this.#numbers.add(record.number);
    }
  }

  get count(): number {
    return this.#times.size;
  }

  /** Whether the dimension has a record. */
  hold(dimension: number): boolean {
    return this.#numbers.has(dimension);
  }

  find(key: string): number | undefined {
    return this.#times.get(key);
  }
}

/** Literal cut-offs set (to T) or removed (`null`) since the base. */
export class LiteralChanges {
  static readonly NONE = new LiteralChanges(new Map());

  readonly #changes: ReadonlyMap<string, number | null>;

  private constructor(changes: ReadonlyMap<string, number | null>) {
    this.#changes = changes;
  }

  /** Reads `set` records and `removed` ones, whose T is 0. @throws the finding about their encoding */
  static read(reader: Reader, set: number, removed: number): LiteralChanges {
    const changes = new Map<string, number | null>();
    for (const [count, isSet] of [
      [set, true],
      [removed, false],
    ] as const) {
      for (const record of readRecords(reader, count)) {
        const key = keyOf(record);
        if (changes.has(key) || (!isSet && record.time !== 0)) throw objectMalformed("literal is set and removed");
        changes.set(key, isSet ? record.time : null);
      }
    }
    return new LiteralChanges(changes);
  }

  get length(): number {
    return this.#changes.size;
  }

  /** T of a changed value, `null` when it was removed, nothing when it was not changed. */
  find(key: string): number | null | undefined {
    return this.#changes.get(key);
  }

  /** These changes and then later ones. */
  and(later: LiteralChanges): LiteralChanges {
    return later.length === 0 ? this : new LiteralChanges(new Map([...this.#changes, ...later.#changes]));
  }

  /** The numbers of the dimensions with a value set to a T from `cutBefore` on. */
  dimensions(cutBefore: number): number[] {
    const live = [...this.#changes].filter(([, time]) => time !== null && time >= cutBefore);
    return live.map(([key]) => Number.parseInt(key, 10));
  }
}

/** Records, which must rise strictly; each is checked before the next is read. */
function* readRecords(reader: Reader, count: number): Generator<Literal> {
  if (count > Math.floor(reader.remaining / RECORD_BYTES_MIN)) throw objectMalformed("truncated literals");
  let previous: Literal | null = null;
  for (let rank = 0; rank < count; rank += 1) {
    const record = readRecord(reader);
    check(record);
    if (previous !== null && compare(previous, record) >= 0) {
      throw objectMalformed("literals are not strictly ascending");
    }
    previous = record;
    yield record;
  }
}

function readRecord(reader: Reader): Literal {
  const prefix = need(reader.take(33), TRUNCATED);
  const time = need(reader.u64(), TRUNCATED);
  const length = need(reader.u16(), TRUNCATED);
  return { number: prefix[0] ?? 0, time, prefix, value: need(reader.take(length), TRUNCATED) };
}

function check({ number, value, time }: Literal): void {
  const sound = (number === ISSUER && value.length === 0) || (number === KEY && textIn(value) !== null);
  if (!sound) throw objectMalformed("literal value");
  if (time >= TIME_END) throw objectMalformed("time range");
}

function compare(one: Literal, other: Literal): number {
  return compareBytes(one.prefix, other.prefix) || compareBytes(one.value, other.value);
}

function keyOf({ number, prefix, value }: Literal): string {
  return literalKey(number, hex(prefix.subarray(1)), textIn(value) ?? "");
}

/** UTF-8, whatever it starts with. */
function textIn(value: Uint8Array): string | null {
  try {
    return decoder.decode(value);
  } catch {
    return null;
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const TRUNCATED = "truncated literals";

/** Number, issuer tag, T and the length of the value. */
const RECORD_BYTES_MIN = 1 + 32 + 8 + 2;
