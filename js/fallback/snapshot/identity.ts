import type { Refusal } from "../../errors.js";
import { claim as finding } from "../failure.js";
import type { JsonObject } from "../json.js";
import { MAX_DIMENSION_VALUES } from "../limits.js";

/** The parsed values of one token that revocations are compared with: never its text, of which there may be several. */
export class Identity {
  readonly keyId: string | null;
  readonly #claims: JsonObject;
  #mistyped: Refusal | null = null;

  /** `claims`: judged already, so that `iss`, `sub` and `jti` are strings and times numbers. */
  constructor(claims: JsonObject, keyId: string | null) {
    this.#claims = claims;
    this.keyId = keyId;
  }

  get tokenId(): string | null {
    return this.#text("jti");
  }

  get subject(): string | null {
    return this.#text("sub");
  }

  /** `iat` in whole seconds, rounded down. */
  get issuedAt(): number | null {
    const time = this.#claims.get("iat");
    return typeof time === "number" ? Math.floor(time) : null;
  }

  /** `exp` in whole seconds, rounded down; 0 before the epoch. */
  get expiresAt(): number {
    const time = this.#claims.get("exp");
    return typeof time === "number" ? Math.max(Math.floor(time), 0) : 0;
  }

  /** A claim that a dimension needs and that is neither a string nor a list of strings: it must not count as absent. */
  get mistyped(): Refusal | null {
    return this.#mistyped;
  }

  /** A claim's string, or every string of its array: of a long one, one more than a dimension may have. */
  strings(name: string): readonly string[] {
    const value = this.#claims.get(name);
    if (value === undefined) return [];
    const values = Array.isArray(value) ? value.slice(0, MAX_DIMENSION_VALUES + 1) : [value];
    if (values.every((one) => typeof one === "string")) return values;
    this.#mistyped = finding.mistyped(name);
    return [];
  }

  /** A claim that is an integer from 0 on, however it is written. */
  integer(name: string): number | null {
    const value = this.#claims.get(name);
    return typeof value === "number" && value >= 0 && Math.floor(value) === value ? value : null;
  }

  #text(name: string): string | null {
    const value = this.#claims.get(name);
    return typeof value === "string" ? value : null;
  }
}
