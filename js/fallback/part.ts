import { jsonFailure, type Part } from "./failure.js";
import { JsonDefect, type JsonObject, objectOf, textOf } from "./json.js";

/** A part of the token that is one strict JSON object. */
export interface JsonPart {
  /** As it was signed. */
  readonly text: string;
  readonly members: JsonObject;
}

/** Reads a part. @throws the finding about it */
export function jsonPart(octets: Uint8Array, part: Part): JsonPart {
  try {
    const text = textOf(octets);
    return { text, members: objectOf(text) };
  } catch (thrown) {
    throw thrown instanceof JsonDefect ? jsonFailure(thrown, part) : thrown;
  }
}
