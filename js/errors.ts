/**
 * The codes of the verifier core, in the order of `src/error.rs`. A test compares this list with the wasm's own.
 */
export const coreErrorCodes = [
  // token: form, before any key is touched
  "ERR_TOKEN_TOO_LARGE",
  "ERR_TOKEN_MALFORMED",
  "ERR_TOKEN_BASE64",
  "ERR_TOKEN_UTF8",
  "ERR_TOKEN_JSON",
  "ERR_TOKEN_DUPLICATE_MEMBER",
  "ERR_TOKEN_TOO_DEEP",
  // header
  "ERR_HEADER_ALG_MISSING",
  "ERR_HEADER_ALG_NOT_ALLOWED",
  "ERR_HEADER_CRITICAL",
  "ERR_HEADER_B64",
  "ERR_HEADER_ZIP",
  "ERR_HEADER_TYP",
  "ERR_HEADER_KID_INVALID",
  // keys
  "ERR_KEY_NOT_FOUND",
  "ERR_KEY_AMBIGUOUS",
  "ERR_KEY_REFUSED",
  "ERR_KEY_ALG_MISMATCH",
  "ERR_KEY_SET_MALFORMED",
  "ERR_KEY_SET_TOO_LARGE",
  // signature
  "ERR_SIGNATURE_INVALID",
  // claims; reported only after the signature held
  "ERR_CLAIM_MISSING",
  "ERR_CLAIM_TYPE",
  "ERR_CLAIM_EXPIRED",
  "ERR_CLAIM_NOT_YET_VALID",
  "ERR_CLAIM_ISSUED_IN_FUTURE",
  "ERR_CLAIM_LIFETIME",
  "ERR_CLAIM_ISSUER",
  "ERR_CLAIM_AUDIENCE",
  // revocation
  "ERR_REVOCATION_REVOKED",
  "ERR_REVOCATION_NOT_COVERED",
  "ERR_SNAPSHOT_STALE",
  // status list
  "ERR_STATUS_CLAIM",
  "ERR_STATUS_URI_NOT_ALLOWED",
  "ERR_STATUS_LIST_UNAVAILABLE",
  "ERR_STATUS_LIST_EXPIRED",
  "ERR_STATUS_INDEX_OUT_OF_RANGE",
  "ERR_STATUS_NOT_VALID",
  "ERR_STATUS_LIST_MALFORMED",
  "ERR_STATUS_LIST_TOO_LARGE",
  "ERR_STATUS_LIST_SUBJECT",
  "ERR_STATUS_LIST_ROLLED_BACK",
  // manifest and objects
  "ERR_MANIFEST_MALFORMED",
  "ERR_MANIFEST_VERSION_UNSUPPORTED",
  "ERR_MANIFEST_KEY_UNKNOWN",
  "ERR_MANIFEST_KEYS_MALFORMED",
  "ERR_MANIFEST_KEYS_UNLINKED",
  "ERR_MANIFEST_SIGNATURE_INVALID",
  "ERR_MANIFEST_TENANT",
  "ERR_MANIFEST_PART",
  "ERR_MANIFEST_ROLLED_BACK",
  "ERR_MANIFEST_EQUIVOCATION",
  "ERR_MANIFEST_FROM_FUTURE",
  "ERR_MANIFEST_EXPIRED",
  "ERR_OBJECT_MISMATCH",
  "ERR_OBJECT_UNEXPECTED",
  "ERR_OBJECT_MISSING",
  "ERR_OBJECT_MALFORMED",
  "ERR_SNAPSHOT_DIVERGED",
  // the caller's own configuration
  "ERR_POLICY_INVALID",
] as const;

/** The codes that only this package has: what can go wrong around the core. */
export const packageErrorCodes = [
  /** What came is not what was asked for: an HTML page (captive portal, error page) or nothing. */
  "ERR_FETCH_CONTENT",
  /** The network failed: no connection, a reset, a refusal by CORS. `cause` holds what fetch threw. */
  "ERR_FETCH_FAILED",
  /** A redirect to another origin, to plain http, or one too many. */
  "ERR_FETCH_REDIRECT",
  /** An HTTP status other than 200 (or a 304 that nothing asked for). */
  "ERR_FETCH_STATUS",
  /** The total deadline passed; `details.seconds`. */
  "ERR_FETCH_TIMEOUT",
  /** The body is longer than the limit; reading stopped there. */
  "ERR_FETCH_TOO_LARGE",
  /** No verification key is loaded, or the loaded ones outlived their bound while refreshing failed. */
  "ERR_KEYS_UNAVAILABLE",
  /** An option is missing, mistyped, out of range or unknown; `details.option`, `details.expected`. */
  "ERR_OPTION_INVALID",
  /** This runtime has no `DecompressionStream`, so no status list can be read. */
  "ERR_STATUS_INFLATE_UNAVAILABLE",
  /** The store threw or held something unreadable. Verification goes on from memory. */
  "ERR_STORE_FAILED",
  /** The verifier was closed. */
  "ERR_VERIFIER_CLOSED",
  /** The wasm could not be loaded, compiled or instantiated. `cause` holds the reason. */
  "ERR_WASM_LOAD",
  /** `rescind/slim` was used before `init` was given the wasm. */
  "ERR_WASM_NOT_INITIALIZED",
  /** The wasm stopped unexpectedly; this verifier answers nothing any more. */
  "ERR_WASM_TRAPPED",
  /** This runtime has no WebAssembly: no check without a promise, and none at all without `crypto.subtle`. */
  "ERR_WASM_UNAVAILABLE",
] as const;

/** A code of the verifier core: the same string in Rust and TypeScript. */
export type CoreErrorCode = (typeof coreErrorCodes)[number];

/** A code that only this package has. */
export type PackageErrorCode = (typeof packageErrorCodes)[number];

/** Every code a {@link RescindError} or a {@link Refusal} can carry. Stable: branch on it. */
export type ErrorCode = CoreErrorCode | PackageErrorCode;

/**
 * The compared values by name: numbers are bytes, limits, seconds since the Unix epoch, or a `generation`; never token
 * text. A revocation names its `dimension`, with `since` or `generation` unless that is `token`.
 */
export type ErrorDetails = Readonly<Record<string, string | number>>;

/** Why a token is not accepted, as data. */
export interface Refusal {
  /** The stable code. */
  readonly code: ErrorCode;
  /** A lower-case sentence for people. Its wording may change: branch on `code`. */
  readonly message: string;
  /** The compared values by name. */
  readonly details: ErrorDetails;
}

/**
 * The one error class of this package.
 *
 * @example
 * ```js
 * try {
 *   await verifier.verify(token);
 * } catch (error) {
 *   if (error instanceof RescindError && error.code === "ERR_REVOCATION_REVOKED") signOut();
 *   else throw error;
 * }
 * ```
 */
export class RescindError extends Error implements Refusal {
  override readonly name = "RescindError";
  /** The stable code. */
  readonly code: ErrorCode;
  /** The compared values by name. */
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = Object.freeze({ ...details });
  }
}

/** The plain data of an error, for status pages and logs. */
export function refusalOf({ code, message, details }: Refusal): Refusal {
  return Object.freeze({ code, message, details });
}

/** The error of a refusal; `cause` names what stood behind it, such as the refresh that failed. */
export function errorOf(refusal: Refusal, cause?: unknown): RescindError {
  return new RescindError(refusal.code, refusal.message, refusal.details, cause);
}

/** The error of an option: the same sentence as the core's `ERR_POLICY_INVALID`. */
export function optionInvalid(option: string, expected: string, cause?: unknown): RescindError {
  return new RescindError("ERR_OPTION_INVALID", `option ${option}: expected ${expected}`, { option, expected }, cause);
}

/**
 * What a call into the core threw, as an error. The core throws plain `{ code, message, details }`; anything else
 * means that the instance itself failed.
 */
export function fromCore(thrown: unknown): RescindError {
  if (isCoreFailure(thrown)) return new RescindError(thrown.code, thrown.message, thrown.details);
  return new RescindError(
    "ERR_WASM_TRAPPED",
    "the wasm stopped unexpectedly: create another verifier in a fresh process or page",
    {},
    thrown,
  );
}

/** What was thrown, as the error of this package; foreign errors become the cause of `code`. */
export function asRescindError(thrown: unknown, code: PackageErrorCode, message: string): RescindError {
  return thrown instanceof RescindError ? thrown : new RescindError(code, message, {}, thrown);
}

/** The code of what was thrown; `""` where it has none. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof RescindError ? thrown.code : "";
}

/** Seconds that the other side asked to wait; 0: it did not. */
export function retryAfterOf(thrown: unknown): number {
  const seconds = thrown instanceof RescindError ? thrown.details["retryAfterSeconds"] : 0;
  return typeof seconds === "number" ? seconds : 0;
}

function isCoreFailure(thrown: unknown): thrown is Refusal {
  if (typeof thrown !== "object" || thrown === null || thrown instanceof Error) return false;
  return "code" in thrown && knownCoreCodes.has(String(thrown.code));
}

const knownCoreCodes: ReadonlySet<string> = new Set(coreErrorCodes);
