import { optionInvalid } from "../errors.js";
import type { GivenKeys, RemoteKeys } from "../options.js";
import { httpUrl, integerOr, optional, record } from "../parse.js";
import type { KeySource } from "../settings.js";

/** Token Status Lists (draft-ietf-oauth-status-list) that tokens may refer to. */
export interface StatusListsOptions {
  /**
   * Where lists may lie: origins such as `"https://auth.example.com"`, or addresses of which the `uri` in a token is the
   * whole or goes on behind a slash. Compared as text; https, or http on a loopback host. One to 64. Required.
   */
  readonly uris: readonly (string | URL)[];
  /** The keys that sign lists, public ones only. Default: those that sign the tokens. */
  readonly keys?: RemoteKeys | GivenKeys | undefined;
  /**
   * Bytes of one list at most, inflated; the token around it may have twice as many. 1 to 67,108,864.
   * Default: 4,194,304.
   */
  readonly maxBytes?: number | undefined;
  /** Lists kept at once; the one that was not needed for the longest time leaves. 1 to 64. Default: 16. */
  readonly maxLists?: number | undefined;
  /** Seconds after its `iat` for which a list without `exp` may be used. 1 to 31,536,000. Default: 86,400. */
  readonly maxAgeSeconds?: number | undefined;
}

/** The options after the check. */
export interface StatusListSource {
  readonly uris: readonly string[];
  /** `null`: the keys of tokens. */
  readonly keys: Exclude<KeySource, { kind: "secret" }> | null;
  readonly maxBytes: number;
  readonly maxLists: number;
  readonly maxAgeSeconds: number;
}

/** Checks the option `statusLists`; left out, it is `null`. */
export function statusListSource(value: unknown): StatusListSource | null {
  if (value === undefined || value === null) return null;
  const given = record(value, "statusLists", NAMES, "an object, or null to look at no status");
  return {
    uris: allowedUris(given["uris"]),
    keys: optional(given["keys"], null, keySource),
    maxBytes: integerOr(given["maxBytes"], "statusLists.maxBytes", 1, 67_108_864, 4_194_304),
    maxLists: integerOr(given["maxLists"], "statusLists.maxLists", 1, 64, 16),
    maxAgeSeconds: integerOr(given["maxAgeSeconds"], "statusLists.maxAgeSeconds", 1, 31_536_000, 86_400),
  };
}

function allowedUris(uris: unknown): string[] {
  if (!Array.isArray(uris) || uris.length < 1 || uris.length > 64) {
    throw optionInvalid("statusLists.uris", "a list of 1 to 64 addresses");
  }
  return uris.map((uri, index) => allowedUri(uri, `statusLists.uris[${index}]`));
}

/** As the core compares it: an origin without the slash that `URL` puts behind it. */
function allowedUri(value: unknown, option: string): string {
  const url = httpUrl(value, option);
  if (url.search !== "") throw optionInvalid(option, "an address without a query");
  return url.pathname === "/" ? url.origin : url.href;
}

function keySource(value: unknown): NonNullable<StatusListSource["keys"]> {
  const { jwksUri, maxStaleSeconds, jwks } = record(value, "statusLists.keys", ["jwksUri", "maxStaleSeconds", "jwks"]);
  if ((jwksUri === undefined) === (jwks === undefined)) {
    throw optionInvalid("statusLists.keys", "exactly one of { jwksUri } and { jwks }");
  }
  if (jwks !== undefined) return { kind: "jwks", bytes: jwksBytes(jwks) };
  return {
    kind: "jwksUri",
    url: httpUrl(jwksUri, "statusLists.keys.jwksUri"),
    maxStaleSeconds: integerOr(maxStaleSeconds, "statusLists.keys.maxStaleSeconds", 0, 604_800, 3_600),
  };
}

function jwksBytes(jwks: unknown): Uint8Array {
  const expected = "a JWK Set: an object with an array `keys`";
  try {
    if (Array.isArray((jwks as { keys?: unknown } | null)?.keys)) return new TextEncoder().encode(JSON.stringify(jwks));
  } catch (cause) {
    throw optionInvalid("statusLists.keys.jwks", expected, cause);
  }
  throw optionInvalid("statusLists.keys.jwks", expected);
}

const NAMES = ["uris", "keys", "maxBytes", "maxLists", "maxAgeSeconds"];
