/** What is read of a token beside the core: to decide what to fetch, trusted for nothing. */
import type { Followed } from "./subjects.js";

/** The `kid` of a token whose header the core has read. */
export function keyIdOf(token: string): string {
  return String(members(token.slice(0, token.indexOf(".")))["kid"] ?? "");
}

/** Whose token it is, of one that the core has authenticated. */
export function subjectOf(token: string): Followed | null {
  const { iss, sub } = members(token.split(".", 2)[1] ?? "");
  return typeof iss === "string" && typeof sub === "string" ? { issuer: iss, sub } : null;
}

/** The members of a segment; none when it is no JSON object in UTF-8. */
function members(segment: string): Readonly<Record<string, unknown>> {
  try {
    const binary = atob(segment.replaceAll("-", "+").replaceAll("_", "/"));
    const text = new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
