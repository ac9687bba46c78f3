/**
 * A strict JSON reader (RFC 8259, I-JSON where RFC 7493 is stricter): one pass, no recursion beyond the depth limit.
 * Refuses duplicate member names at every level, lone surrogates and numbers that are not finite.
 *
 * `JSON.parse` accepts the first two and tells the third from nothing, so it is never asked before this reader.
 */
import { MAX_JSON_DEPTH } from "./limits.js";

/** A value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** The members of one object; a map, so that no name can reach a prototype. */
export type JsonObject = ReadonlyMap<string, Json>;

/** Why a text is not acceptable JSON. */
export class JsonDefect extends Error {
  /**
   * @param kind `syntax`: not the grammar; `duplicate`: a member name stands twice in one object; `depth`: nested too
   *   deep; `utf8`: not UTF-8, a byte order mark, or a lone surrogate escape
   * @param told what stands in the way of the grammar, or the member's name
   */
  constructor(
    readonly kind: "syntax" | "duplicate" | "depth" | "utf8",
    readonly told: string,
  ) {
    super(told);
  }
}

/** Octets as text. @throws {@link JsonDefect} when they are not UTF-8 or start with a byte order mark */
export function textOf(octets: Uint8Array): string {
  let text: string;
  try {
    text = decoder.decode(octets);
  } catch {
    throw notUtf8();
  }
  if (text.startsWith("\ufeff")) throw notUtf8();
  return text;
}

/** Reads a text that is exactly one object, white space around it allowed. @throws {@link JsonDefect} */
export function objectOf(text: string): JsonObject {
  return new Reader(text).whole();
}

/** Whether a value is an object. */
export function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): JsonObject {
    this.#skipWhiteSpace();
    const members = this.#object(0);
    this.#skipWhiteSpace();
    if (this.#at < this.#text.length) throw syntax("text after the object");
    return members;
  }

  /** The next code unit; NaN at the end. */
  #peek(): number {
    return this.#text.charCodeAt(this.#at);
  }

  #take(expected: number): boolean {
    const found = this.#peek() === expected;
    if (found) this.#at += 1;
    return found;
  }

  #expect(expected: number, reason: string): void {
    if (!this.#take(expected)) throw syntax(reason);
  }

  #skipWhiteSpace(): void {
    while (isWhiteSpace(this.#peek())) this.#at += 1;
  }

  #object(depth: number): JsonObject {
    this.#expect(OPEN_BRACE, "expected an object");
    const members = new Map<string, Json>();
    this.#skipWhiteSpace();
    if (this.#take(CLOSE_BRACE)) return members;
    const repeated: string[] = [];
    do {
      const name = this.#name();
      const value = this.#value(depth);
      if (members.has(name)) repeated.push(name);
      else members.set(name, value);
    } while (this.#another(CLOSE_BRACE));
    if (repeated.length > 0) throw duplicate(repeated, members.size + repeated.length);
    return members;
  }

  #name(): string {
    this.#skipWhiteSpace();
    const name = this.#string();
    this.#skipWhiteSpace();
    this.#expect(COLON, "expected a colon after a member name");
    return name;
  }

  #array(depth: number): readonly Json[] {
    this.#expect(OPEN_BRACKET, "expected an array");
    const elements: Json[] = [];
    this.#skipWhiteSpace();
    if (this.#take(CLOSE_BRACKET)) return elements;
    do elements.push(this.#value(depth));
    while (this.#another(CLOSE_BRACKET));
    return elements;
  }

  /** After a member or an element: true at a comma, false at the closing bracket. */
  #another(close: number): boolean {
    this.#skipWhiteSpace();
    if (this.#take(COMMA)) return true;
    this.#expect(close, "expected a comma or a closing bracket");
    return false;
  }

  #value(depth: number): Json {
    this.#skipWhiteSpace();
    const first = this.#peek();
    if (first === QUOTE) return this.#string();
    if (first === OPEN_BRACE) return this.#object(deeper(depth));
    if (first === OPEN_BRACKET) return this.#array(deeper(depth));
    if (first === MINUS || isDigit(first)) return this.#number();
    return this.#literal(first);
  }

  #literal(first: number): Json {
    const literal = LITERALS.get(first);
    if (literal === undefined) throw syntax("expected a value");
    const [word, value] = literal;
    if (!this.#text.startsWith(word, this.#at)) throw syntax("expected true, false or null");
    this.#at += word.length;
    return value;
  }

  #number(): number {
    const from = this.#at;
    this.#take(MINUS);
    if (!this.#take(ZERO)) this.#digits();
    if (this.#take(DOT)) this.#digits();
    if (this.#take(LOWER_E) || this.#take(UPPER_E)) {
      if (!this.#take(PLUS)) this.#take(MINUS);
      this.#digits();
    }
    const number = Number(this.#text.slice(from, this.#at));
    if (!Number.isFinite(number)) throw syntax("number out of range");
    return number;
  }

  #digits(): void {
    const from = this.#at;
    while (isDigit(this.#peek())) this.#at += 1;
    if (this.#at === from) throw syntax("expected a digit");
  }

  #string(): string {
    this.#expect(QUOTE, "expected a string");
    let text = this.#plain();
    while (this.#take(BACKSLASH)) text += this.#escape() + this.#plain();
    this.#expect(QUOTE, "unterminated string");
    return text;
  }

  /** The text up to the next quote or backslash. */
  #plain(): string {
    const from = this.#at;
    let unit = this.#peek();
    while (unit >= SPACE && unit !== QUOTE && unit !== BACKSLASH) {
      this.#at += 1;
      unit = this.#peek();
    }
    if (unit === QUOTE || unit === BACKSLASH) return this.#text.slice(from, this.#at);
    throw syntax(Number.isNaN(unit) ? "unterminated string" : "control character in a string");
  }

  #escape(): string {
    const letter = this.#text.charAt(this.#at);
    if (letter === "") throw syntax("unterminated string");
    this.#at += 1;
    if (letter === "u") return this.#unicodeEscape();
    const meant = ESCAPES.get(letter);
    if (meant === undefined) throw syntax("unknown escape in a string");
    return meant;
  }

  #unicodeEscape(): string {
    const first = this.#hex4();
    if (first < 0xd800 || first > 0xdfff) return String.fromCharCode(first);
    if (first > 0xdbff || !this.#take(BACKSLASH) || !this.#take(LOWER_U)) throw notUtf8();
    const second = this.#hex4();
    if (second < 0xdc00 || second > 0xdfff) throw notUtf8();
    return String.fromCharCode(first, second);
  }

  #hex4(): number {
    let code = 0;
    for (let left = 4; left > 0; left -= 1) {
      const digit = hexDigit(this.#peek());
      if (digit === undefined) throw syntax("expected four hexadecimal digits");
      code = code * 16 + digit;
      this.#at += 1;
    }
    return code;
  }
}

/** The outermost object is level one; a value inside an object of level n opens level n + 1. */
function deeper(depth: number): number {
  if (depth + 2 > MAX_JSON_DEPTH) throw new JsonDefect("depth", "nested too deep");
  return depth + 1;
}

/** Which repeated name is told: the first among few members, the least among many, as the core does. */
function duplicate(repeated: readonly string[], members: number): JsonDefect {
  const least = (one: string, other: string) => (byCodePoints(other, one) < 0 ? other : one);
  const name = members <= PAIRWISE ? (repeated[0] ?? "") : repeated.reduce(least);
  return new JsonDefect("duplicate", [...name.slice(0, 128)].slice(0, 64).join(""));
}

/** The order of UTF-8 bytes, in which a surrogate pair comes after every single code unit. */
export function byCodePoints(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  if (at === one.length || at === other.length) return one.length - other.length;
  return rank(one.charCodeAt(at)) - rank(other.charCodeAt(at));
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function syntax(reason: string): JsonDefect {
  return new JsonDefect("syntax", reason);
}

function notUtf8(): JsonDefect {
  return new JsonDefect("utf8", "not UTF-8");
}

function isWhiteSpace(unit: number): boolean {
  return unit === SPACE || unit === 0x0a || unit === 0x0d || unit === 0x09;
}

function isDigit(unit: number): boolean {
  return unit >= ZERO && unit <= 0x39;
}

function hexDigit(unit: number): number | undefined {
  if (isDigit(unit)) return unit - ZERO;
  const letter = unit | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Up to so many members the core compares pair by pair. */
const PAIRWISE = 12;

const LITERALS: ReadonlyMap<number, readonly [string, Json]> = new Map([
  [0x74, ["true", true]],
  [0x66, ["false", false]],
  [0x6e, ["null", null]],
] satisfies [number, [string, Json]][]);

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const UPPER_E = 0x45;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LOWER_E = 0x65;
const LOWER_U = 0x75;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
