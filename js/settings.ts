import type { CorePolicy, CoreRevocations } from "./core.js";
import { optionInvalid } from "./errors.js";
import type { Fetch, VerifierOptions } from "./options.js";
import { booleanOr, functionOr, httpUrl, integerOr, optional, record, text, textList } from "./parse.js";
import { type FeedSource, revocationSettings, storeOf } from "./revocation-settings.js";
import { type StatusListSource, statusListSource } from "./status-list/options.js";
import type { Store } from "./store/store.js";

/** The options after the one check: complete, typed, never looked at twice. */
export interface Settings {
  readonly policy: CorePolicy;
  readonly keys: KeySource;
  readonly revocations: FeedSource | null;
  readonly statusLists: StatusListSource | null;
  readonly autoRefresh: boolean;
  readonly deadlineSeconds: number;
  readonly now: () => number;
  readonly fetch: Fetch;
  readonly store: Store | null;
  /** `null`: no cache. */
  readonly cacheBytes: number | null;
}

/** Where keys come from. */
export type KeySource =
  | { readonly kind: "jwksUri"; readonly url: URL; readonly maxStaleSeconds: number }
  | { readonly kind: "jwks"; readonly bytes: Uint8Array }
  | { readonly kind: "secret"; readonly secret: Uint8Array; readonly alg: string };

/** What a runtime says about options. */
export interface Defaults {
  /** No timer may outlive a request. */
  readonly requestBound: boolean;
  /** What keeps bytes there without being asked, if anything does. */
  readonly store: () => Store | null;
}

/** Checks the options. */
export function settingsOf(options: VerifierOptions, { requestBound, store }: Defaults): Settings {
  const given = record(options, "options", OPTIONS);
  const autoRefresh = autoRefreshOf(given["autoRefresh"], requestBound);
  const keys = keySource(given["keys"], given["algorithms"]);
  const revocations = revocationSettings(given);
  if (revocations?.feed.push && !autoRefresh) {
    throw optionInvalid("revocations.push", "false while autoRefresh is false: nothing would listen between calls");
  }
  return {
    policy: policyOf(given, keys, revocations?.core ?? null),
    keys,
    revocations: revocations?.feed ?? null,
    statusLists: statusListSource(given["statusLists"]),
    autoRefresh,
    deadlineSeconds: integerOr(given["deadlineSeconds"], "deadlineSeconds", 1, 120, 10),
    now: functionOr<() => number>(given["now"], "now", systemSeconds),
    fetch: functionOr<Fetch>(given["fetch"], "fetch", runtimeFetch),
    store: revocations && storeOf(given["store"], store),
    cacheBytes: cacheBytesOf(given["cache"]),
  };
}

/** The result of the clock, checked at every call: it decides what has expired. */
export function checkedNow(now: () => number): number {
  const expected = "a function that returns finite seconds (not milliseconds) since the Unix epoch";
  let seconds: unknown;
  try {
    seconds = now();
  } catch (cause) {
    throw optionInvalid("now", expected, cause);
  }
  if (typeof seconds === "number" && Math.abs(seconds) < FAR) return seconds;
  throw optionInvalid("now", expected);
}

function policyOf(
  given: Readonly<Record<string, unknown>>,
  keys: KeySource,
  revocations: CoreRevocations | null,
): CorePolicy {
  return {
    issuer: text(given["issuer"], "issuer", "the issuer's identifier, a non-empty string"),
    audience: audienceOf(given["audience"]),
    algorithms: algorithmsOf(given["algorithms"], keys),
    typ: given["typ"] === null ? null : optional(given["typ"], null, (typ) => text(typ, "typ", "a media type or null")),
    requiredClaims: optional(given["requiredClaims"], [], (claims) =>
      textList(claims, "requiredClaims", 0, "a list of at most 64 claim names"),
    ),
    clockToleranceSeconds: integerOr(given["clockToleranceSeconds"], "clockToleranceSeconds", 0, 300, 5),
    maxTokenBytes: integerOr(given["maxTokenBytes"], "maxTokenBytes", 1, 1_048_576, 16_384),
    maxLifetimeSeconds: integerOr(given["maxLifetimeSeconds"], "maxLifetimeSeconds", 1, 4_294_967_295, 315_360_000),
    revocations,
  };
}

function audienceOf(audience: unknown): readonly string[] | null {
  if (audience === null) return null;
  const expected = "a non-empty string, a list of 1 to 64 of them, or null for any audience";
  if (typeof audience === "string") return [text(audience, "audience", expected)];
  return textList(audience, "audience", 1, expected);
}

function algorithmsOf(algorithms: unknown, keys: KeySource): readonly string[] {
  if (keys.kind === "secret") return [keys.alg];
  if (algorithms === undefined) return ASYMMETRIC;
  const known: readonly string[] = keys.kind === "jwksUri" ? ASYMMETRIC : [...ASYMMETRIC, ...HMAC];
  const expected = `a list out of ${known.join(", ")}`;
  const list = textList(algorithms, "algorithms", 1, expected);
  if (!list.every((name) => known.includes(name))) throw optionInvalid("algorithms", expected);
  return list;
}

function keySource(keys: unknown, algorithms: unknown): KeySource {
  const given = record(keys, "keys", ["jwksUri", "maxStaleSeconds", "jwks", "secret"]);
  const shapes = KEY_SHAPES.filter((name) => given[name] !== undefined);
  const [shape, another] = shapes;
  if (shape === undefined || another !== undefined) {
    throw optionInvalid("keys", "exactly one of { jwksUri }, { jwks } and { secret }");
  }
  if (shape !== "jwksUri" && given["maxStaleSeconds"] !== undefined) {
    throw optionInvalid("keys.maxStaleSeconds", "to stand beside jwksUri only");
  }
  if (shape === "secret") return secretSource(given["secret"], algorithms);
  if (shape === "jwks") return { kind: "jwks", bytes: jwksBytes(given["jwks"]) };
  return {
    kind: "jwksUri",
    url: httpUrl(given["jwksUri"], "keys.jwksUri"),
    maxStaleSeconds: integerOr(given["maxStaleSeconds"], "keys.maxStaleSeconds", 0, 604_800, 3_600),
  };
}

function secretSource(secret: unknown, algorithms: unknown): KeySource {
  if (!(secret instanceof Uint8Array)) {
    throw optionInvalid("keys.secret", "a Uint8Array (for text: new TextEncoder().encode(text))");
  }
  const expected = "exactly one of HS256, HS384 and HS512 beside keys.secret";
  const [alg, another] = optional(algorithms, ["HS256"], (list) => textList(list, "algorithms", 1, expected));
  if (alg === undefined || another !== undefined || !HMAC.includes(alg)) throw optionInvalid("algorithms", expected);
  return { kind: "secret", secret: copied(secret), alg };
}

/** A copy, so that the caller's later changes change nothing. */
function copied(secret: Uint8Array): Uint8Array {
  try {
    return secret.slice();
  } catch (cause) {
    throw optionInvalid("keys.secret", "a Uint8Array whose buffer is not detached", cause);
  }
}

function jwksBytes(jwks: unknown): Uint8Array {
  const expected = "a JWK Set: an object with an array `keys`";
  if (typeof jwks !== "object" || jwks === null || !("keys" in jwks) || !Array.isArray(jwks.keys)) {
    throw optionInvalid("keys.jwks", expected);
  }
  try {
    return new TextEncoder().encode(JSON.stringify(jwks));
  } catch (cause) {
    throw optionInvalid("keys.jwks", expected, cause);
  }
}

function autoRefreshOf(autoRefresh: unknown, requestBound: boolean): boolean {
  const wanted = booleanOr(autoRefresh, "autoRefresh", !requestBound);
  if (wanted && requestBound) {
    throw optionInvalid("autoRefresh", "false on this runtime: no timer may outlive a request here");
  }
  return wanted;
}

function cacheBytesOf(cache: unknown): number | null {
  if (cache === null) return null;
  const { maxBytes } = record(cache ?? {}, "cache", ["maxBytes"], "an object, or null to keep no verdicts");
  return integerOr(maxBytes, "cache.maxBytes", 16_384, 1_073_741_824, 1_048_576);
}

/** Whole seconds: verdicts of one second then share their evidence, and no rule of the core needs more. */
function systemSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** Called through the global each time: on workerd an early reference would be an illegal invocation. */
function runtimeFetch(url: string, init: RequestInit): Promise<Response> {
  return globalThis.fetch(url, init);
}

/** Seconds beyond the year 5000: what lies further is a time in milliseconds. Also refuses NaN and the infinities. */
const FAR = 1e11;

const HMAC: readonly string[] = ["HS256", "HS384", "HS512"];

const ASYMMETRIC: readonly string[] = [
  "RS256",
  "RS384",
  "RS512",
  "ES256",
  "ES384",
  "ES512",
  "PS256",
  "PS384",
  "PS512",
  "EdDSA",
  "Ed25519",
];

const KEY_SHAPES = ["jwksUri", "jwks", "secret"] as const;

const OPTIONS = [
  "issuer",
  "audience",
  "keys",
  "revocations",
  "statusLists",
  "algorithms",
  "typ",
  "requiredClaims",
  "clockToleranceSeconds",
  "maxTokenBytes",
  "maxLifetimeSeconds",
  "onStale",
  "onNotCovered",
  "autoRefresh",
  "deadlineSeconds",
  "now",
  "fetch",
  "store",
  "cache",
];
