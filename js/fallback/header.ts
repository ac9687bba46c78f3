/**
 * The JOSE header (RFC 7515 §4): what it says, refused where it asks for more than this verifier gives. `jwk`, `jku`,
 * `x5u` and `x5c` are never read: a token does not choose its own key.
 */
import { type Algorithm, algorithmNamed } from "./algorithm.js";
import { header as finding } from "./failure.js";
import type { JsonObject } from "./json.js";
import { MAX_KEY_ID_BYTES } from "./limits.js";
import { jsonPart } from "./part.js";

/** A protected header whose algorithm the caller allows. */
export interface Header {
  /** As it was signed. */
  readonly text: string;
  readonly algorithm: Algorithm;
  readonly keyId: string | null;
  readonly typ: string | null;
}

/** Reads a header. @throws the finding about it */
export function parseHeader(octets: Uint8Array, allowed: readonly Algorithm[]): Header {
  const { text, members } = jsonPart(octets, "header");
  const algorithm = algorithmOf(members, allowed);
  refuseExtensions(members);
  return { text, algorithm, keyId: keyIdOf(members), typ: typOf(members) };
}

/** Compares `typ` as a media type: case-insensitively, `application/` left out or written (RFC 7515 §4.1.9). */
export function requireTyp({ typ }: Header, expected: string): void {
  const same = typ !== null && asciiLower(withoutApplication(typ)) === asciiLower(withoutApplication(expected));
  if (!same) throw finding.typ(expected);
}

/** Whether a `kid` has an allowed length, in UTF-8 bytes. */
export function isKeyIdLength(keyId: string): boolean {
  return keyId.length <= MAX_KEY_ID_BYTES && encoder.encode(keyId).length <= MAX_KEY_ID_BYTES;
}

function algorithmOf(header: JsonObject, allowed: readonly Algorithm[]): Algorithm {
  const name = header.get("alg");
  if (typeof name !== "string") throw finding.algMissing();
  const algorithm = algorithmNamed(name);
  if (algorithm === undefined || !allowed.includes(algorithm)) throw finding.algNotAllowed();
  return algorithm;
}

function refuseExtensions(header: JsonObject): void {
  if (header.has("crit")) throw finding.critical();
  if (header.has("b64") && header.get("b64") !== true) throw finding.b64();
  if (header.has("zip")) throw finding.zip();
}

function keyIdOf(header: JsonObject): string | null {
  const keyId = header.get("kid");
  if (keyId === undefined) return null;
  if (typeof keyId !== "string" || !isKeyIdLength(keyId)) throw finding.kidInvalid();
  return keyId;
}

/** A `typ` that is no string equals no media type. */
function typOf(header: JsonObject): string | null {
  const typ = header.get("typ");
  if (typ === undefined) return null;
  return typeof typ === "string" ? typ : "";
}

function withoutApplication(typ: string): string {
  const rest = typ.slice(PREFIX.length);
  return asciiLower(typ.slice(0, PREFIX.length)) === PREFIX && !rest.includes("/") ? rest : typ;
}

/** Lower case for A to Z only: `toLowerCase` would make a k out of the Kelvin sign. */
function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

const PREFIX = "application/";

const encoder = new TextEncoder();
