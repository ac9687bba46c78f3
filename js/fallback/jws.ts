/** Steps one to four: a compact JWS whose signature held (RFC 7515 §5.2). */
import type { Algorithm } from "./algorithm.js";
import type { Octets } from "./base64url.js";
import { signatureInvalid } from "./failure.js";
import { type Header, parseHeader } from "./header.js";
import type { KeySet } from "./key-set.js";
import { signatureHolds } from "./signature.js";
import { parseToken } from "./token.js";

/** What was signed. The payload is any octets: what it claims has not been judged. */
export interface Authenticated {
  readonly header: Header;
  readonly payload: Octets;
}

/** Checks form, header, key and signature, and no claim. @throws the first finding in this order */
export async function authenticate(
  keys: KeySet,
  text: unknown,
  allowed: readonly Algorithm[],
  maxBytes: number,
): Promise<Authenticated> {
  const token = parseToken(text, maxBytes);
  const header = parseHeader(token.header, allowed);
  const { prepared } = keys.find(header, allowed);
  if (await signatureHolds(prepared, header.algorithm, token.signingInput, token.signature)) {
    return { header, payload: token.payload };
  }
  throw signatureInvalid();
}
