/** Parsers of single option values: each returns what it promises or throws `ERR_OPTION_INVALID` naming the option. */
import { optionInvalid } from "./errors.js";

/** A shallow copy of an object with known names only; every getter is read once. */
export function record(
  value: unknown,
  option: string,
  names: readonly string[],
  expected = "an object",
): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw optionInvalid(option, expected);
  const copy: Record<string, unknown> = { __proto__: null, ...value };
  for (const name of Object.keys(copy)) {
    if (names.includes(name)) continue;
    const path = option === "options" ? name : `${option}.${name}`;
    throw optionInvalid(path.slice(0, 80), `one of the known names: ${names.join(", ")}`);
  }
  return copy;
}

/** `parse(value)`, or the default when the option is left out. */
export function optional<T>(value: unknown, otherwise: T, parse: (value: unknown) => T): T {
  return value === undefined ? otherwise : parse(value);
}

/** A non-empty string of at most 2,048 UTF-16 code units. */
export function text(value: unknown, option: string, expected: string): string {
  if (typeof value === "string" && value.length > 0 && value.length <= 2_048) return value;
  throw optionInvalid(option, expected);
}

/** A list of `atLeast` to 64 non-empty strings (the core's `MAX_POLICY_LIST`). */
export function textList(value: unknown, option: string, atLeast: number, expected: string): readonly string[] {
  if (!Array.isArray(value) || value.length < atLeast || value.length > 64) throw optionInvalid(option, expected);
  return value.map((item) => text(item, option, expected));
}

/** A whole number within bounds. */
export function integerOr(value: unknown, option: string, least: number, most: number, otherwise: number): number {
  return optional(value, otherwise, (given) => {
    if (typeof given === "number" && Number.isInteger(given) && given >= least && given <= most) return given;
    throw optionInvalid(option, `a whole number from ${least} to ${most}`);
  });
}

/** `true` or `false`. */
export function booleanOr(value: unknown, option: string, otherwise: boolean): boolean {
  return optional(value, otherwise, (given) => {
    if (typeof given === "boolean") return given;
    throw optionInvalid(option, "true or false");
  });
}

/** One of a few words. */
export function choiceOr<T extends string>(value: unknown, option: string, words: readonly T[], otherwise: T): T {
  return optional(value, otherwise, (given) => {
    const word = words.find((candidate) => candidate === given);
    if (word !== undefined) return word;
    throw optionInvalid(option, words.map((candidate) => JSON.stringify(candidate)).join(" or "));
  });
}

/** A function; its shape is the caller's promise. */
export function functionOr<T extends (...values: never[]) => unknown>(value: unknown, option: string, otherwise: T): T {
  return optional(value, otherwise, (given) => {
    if (typeof given === "function") return given as T;
    throw optionInvalid(option, "a function");
  });
}

/** An absolute address: https, or http on a loopback host; without credentials and fragment. */
export function httpUrl(value: unknown, option: string): URL {
  const expected = "an absolute https address (http only on a loopback host), without credentials and fragment";
  const url = typeof value === "string" || value instanceof URL ? parseUrl(value) : null;
  if (url === null || !isSecure(url)) throw optionInvalid(option, expected);
  if (url.username !== "" || url.password !== "" || url.hash !== "") throw optionInvalid(option, expected);
  return url;
}

/** Whether an address is https, or http on a loopback host. */
export function isSecure(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}

/** RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3; URL has normalised every spelling of an IPv4 address. */
function isLoopback(hostname: string): boolean {
  if (hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]") return true;
  return /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}

function parseUrl(value: string | URL): URL | null {
  try {
    return new URL(value);
  } catch {
    return null;
  }
}
