import type { Refusal } from "../errors.js";
import { decodeBase64url, type Octets } from "./base64url.js";
import { token as finding, type Part } from "./failure.js";

/** A token whose form is right (RFC 7515 §7.1) and whose signature has not been checked. */
export interface UnverifiedToken {
  /** Header, dot, payload: the octets that are signed (RFC 7515 §5.2). */
  readonly signingInput: Octets;
  readonly header: Octets;
  readonly payload: Octets;
  readonly signature: Octets;
}

/** Splits and decodes. A token over the limit is refused before it is looked at. */
export function parseToken(token: unknown, limit: number): UnverifiedToken {
  if (typeof token !== "string") throw finding.malformed("not a string");
  if (token.length > limit) throw finding.tooLarge(token.length, limit);
  const octets = encoder.encode(token);
  if (octets.length !== token.length) throw outsideAlphabet();
  const [header, payload, signature, rest] = token.split(".", 4);
  if (header === undefined || payload === undefined || signature === undefined || rest !== undefined) {
    throw finding.malformed("not three parts joined by two dots");
  }
  return {
    signingInput: octets.subarray(0, header.length + 1 + payload.length),
    header: decoded(header, "header"),
    payload: decoded(payload, "payload"),
    signature: decoded(signature, "signature"),
  };
}

function decoded(text: string, part: Part): Octets {
  const octets = decodeBase64url(text);
  if (octets === "character") throw outsideAlphabet();
  if (octets === "not_canonical") throw finding.base64(part);
  return octets;
}

/** Whatever is not ASCII comes first, as it does in the package: there it never reaches the core. */
function outsideAlphabet(): Refusal {
  return finding.malformed("a character outside A-Z a-z 0-9 - _ .");
}

const encoder = new TextEncoder();
