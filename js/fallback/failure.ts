/** What is thrown inside the fallback: the core's own findings, with its codes, details and sentences (`src/error.rs`). */
import type { CoreErrorCode, ErrorDetails, Refusal } from "../errors.js";
import type { JsonDefect } from "./json.js";
import type { KeyDefect } from "./key-defect.js";
import { MAX_JSON_DEPTH } from "./limits.js";
import { quoted } from "./quoted.js";
import { secondsText, wholeSeconds } from "./time.js";

/** A part of the compact serialisation (RFC 7515 §3.1). */
export type Part = "header" | "payload" | "signature";

/** Whether what was thrown is a finding, not a fault of this program. */
export function isFailure(thrown: unknown): thrown is Refusal {
  return typeof thrown === "object" && thrown !== null && !(thrown instanceof Error) && "code" in thrown;
}

/** Findings about the token's form. */
export const token = {
  tooLarge: (bytes: number, limit: number) =>
    failure("ERR_TOKEN_TOO_LARGE", `token has ${bytes} bytes, the limit is ${limit}`, { bytes, limit }),
  malformed: (reason: string) => failure("ERR_TOKEN_MALFORMED", `not a compact JWS: ${reason}`, { reason }),
  base64: (part: Part) => failure("ERR_TOKEN_BASE64", `${part} is not canonical base64url`, { part }),
};

/** What is wrong with the JSON of a part. */
export function jsonFailure({ kind, told }: JsonDefect, part: Part): Refusal {
  switch (kind) {
    case "syntax":
      return failure("ERR_TOKEN_JSON", `${part} is not a JSON object: ${told}`, { part, reason: told });
    case "duplicate":
      return failure("ERR_TOKEN_DUPLICATE_MEMBER", `${part} holds the member ${quoted(told)} twice`, {
        part,
        name: told,
      });
    case "depth":
      return failure("ERR_TOKEN_TOO_DEEP", `${part} is nested deeper than ${MAX_JSON_DEPTH} levels`, {
        part,
        limit: MAX_JSON_DEPTH,
      });
    case "utf8":
      return failure("ERR_TOKEN_UTF8", `${part} is not plain UTF-8`, { part });
  }
}

/** Findings about the header. */
export const header = {
  algMissing: () => failure("ERR_HEADER_ALG_MISSING", "header has no alg, or alg is not a string"),
  algNotAllowed: () => failure("ERR_HEADER_ALG_NOT_ALLOWED", "the header's alg is not among the allowed algorithms"),
  critical: () => failure("ERR_HEADER_CRITICAL", "header has crit, and no extension is understood here"),
  b64: () => failure("ERR_HEADER_B64", "header has b64, which a JWT must not use"),
  zip: () => failure("ERR_HEADER_ZIP", "header has zip, and token contents are never decompressed"),
  typ: (expected: string) => failure("ERR_HEADER_TYP", `typ is not ${quoted(expected)}`, { expected }),
  kidInvalid: () => failure("ERR_HEADER_KID_INVALID", "kid is not a string of an allowed length"),
};

/** Findings about keys and key sets. */
export const key = {
  notFound: () => failure("ERR_KEY_NOT_FOUND", "no key fits the header's kid and alg"),
  ambiguous: () => failure("ERR_KEY_AMBIGUOUS", "more than one key fits the header: a kid is needed"),
  refused: (reason: KeyDefect) => failure("ERR_KEY_REFUSED", `the key was refused at import: ${reason}`, { reason }),
  algMismatch: () => failure("ERR_KEY_ALG_MISMATCH", "the header's alg is not the key's one algorithm"),
  setMalformed: (reason: string) => failure("ERR_KEY_SET_MALFORMED", `not a JWK Set: ${reason}`, { reason }),
  setTooLarge: (limit: number) =>
    failure("ERR_KEY_SET_TOO_LARGE", `the key set is larger than the limit of ${limit}`, { limit }),
};

/** The signature does not hold. Says no more, on purpose. */
export const signatureInvalid = () => failure("ERR_SIGNATURE_INVALID", "the signature does not hold");

/** Findings about claims. Times are shown in whole seconds. */
export const claim = {
  missing: (name: string) =>
    failure("ERR_CLAIM_MISSING", `the required claim ${quoted(name)} is missing`, { claim: name }),
  mistyped: (name: string) =>
    failure("ERR_CLAIM_TYPE", `the claim ${quoted(name)} has the wrong type`, { claim: name }),
  issuer: () => failure("ERR_CLAIM_ISSUER", "iss is not the expected issuer"),
  audience: () => failure("ERR_CLAIM_AUDIENCE", "aud holds none of the expected audiences"),
  expired: (now: number, exp: number) =>
    failure("ERR_CLAIM_EXPIRED", `expired: exp is ${secondsText(exp)}, the time is ${secondsText(now)}`, {
      now: wholeSeconds(now),
      exp: wholeSeconds(exp),
    }),
  notYetValid: (now: number, nbf: number) =>
    failure("ERR_CLAIM_NOT_YET_VALID", `not valid yet: nbf is ${secondsText(nbf)}, the time is ${secondsText(now)}`, {
      now: wholeSeconds(now),
      nbf: wholeSeconds(nbf),
    }),
  issuedInFuture: (now: number, iat: number) =>
    failure(
      "ERR_CLAIM_ISSUED_IN_FUTURE",
      `issued in the future: iat is ${secondsText(iat)}, the time is ${secondsText(now)}`,
      { now: wholeSeconds(now), iat: wholeSeconds(iat) },
    ),
  lifetime: (exp: number, limit: number) =>
    failure("ERR_CLAIM_LIFETIME", `lives too long: exp is ${secondsText(exp)}, the limit ${secondsText(limit)}`, {
      exp: wholeSeconds(exp),
      limit: wholeSeconds(limit),
    }),
};

/** The snapshot cannot answer, and the policy refuses then. `shard`: the one that is missing. */
export const notCovered = (reason: string, shard: string | null = null) =>
  failure("ERR_REVOCATION_NOT_COVERED", `the snapshot cannot answer: ${reason}`, {
    reason,
    ...(shard === null ? {} : { shard }),
  });

/** The token is revoked, as such or by a cut-off. */
export const revoked = {
  token: (dimension: string) => failure("ERR_REVOCATION_REVOKED", `revoked: by ${dimension}`, { dimension }),
  since: (dimension: string, since: number) =>
    failure("ERR_REVOCATION_REVOKED", `revoked: by ${dimension}, for tokens issued before ${since}`, {
      dimension,
      since,
    }),
  generation: (dimension: string, generation: number) =>
    failure("ERR_REVOCATION_REVOKED", `revoked: by ${dimension}, for generations below ${generation}`, {
      dimension,
      generation,
    }),
};

/** The snapshot is past its next update, and the policy refuses then. */
export const snapshotStale = (now: number, nextUpdate: number) =>
  failure(
    "ERR_SNAPSHOT_STALE",
    `the snapshot is stale: next update was due at ${nextUpdate}, the time is ${secondsText(now)}`,
    { now: wholeSeconds(now), nextUpdate },
  );

/** Epoch and version, as they are told. */
interface Edition {
  readonly epoch: number;
  readonly version: number;
}

const editionText = ({ epoch, version }: Edition) => `${epoch}.${version}`;

/** Findings about a manifest. */
export const manifest = {
  malformed: (reason: string) => failure("ERR_MANIFEST_MALFORMED", `not a manifest: ${reason}`, { reason }),
  versionUnsupported: (version: number) =>
    failure("ERR_MANIFEST_VERSION_UNSUPPORTED", `manifest format version ${version} is not supported`, { version }),
  keyUnknown: () => failure("ERR_MANIFEST_KEY_UNKNOWN", "manifest is signed by a key that is not trusted"),
  signatureInvalid: () => failure("ERR_MANIFEST_SIGNATURE_INVALID", "the manifest's signature does not hold"),
  tenant: () => failure("ERR_MANIFEST_TENANT", "manifest is for another tenant"),
  part: (expected: string, got: string) =>
    failure("ERR_MANIFEST_PART", `manifest is of ${got}, expected ${expected}`, { expected, got }),
  unmatched: (part: string, { epoch }: Edition) =>
    manifest.part("a shard of the common part's epoch, salt and number of shards", `${part} of epoch ${epoch}`),
  rolledBack: (have: Edition, got: Edition) =>
    failure(
      "ERR_MANIFEST_ROLLED_BACK",
      `manifest ${editionText(got)} is older than ${editionText(have)}, which was seen before`,
      { have: editionText(have), got: editionText(got) },
    ),
  equivocation: (edition: Edition) =>
    failure("ERR_MANIFEST_EQUIVOCATION", `manifest ${editionText(edition)} was seen before with other content`, {
      edition: editionText(edition),
    }),
  fromFuture: (now: number, issuedAt: number) =>
    failure("ERR_MANIFEST_FROM_FUTURE", `manifest is issued at ${issuedAt}, the time is ${secondsText(now)}`, {
      now: wholeSeconds(now),
      issuedAt,
    }),
  expired: (now: number, expiredAt: number) =>
    failure("ERR_MANIFEST_EXPIRED", `manifest expired at ${expiredAt}, the time is ${secondsText(now)}`, {
      now: wholeSeconds(now),
      expiredAt,
    }),
};

/** Findings about a key document. */
export const keyDocument = {
  malformed: (reason: string) => failure("ERR_MANIFEST_KEYS_MALFORMED", `not a key document: ${reason}`, { reason }),
  unlinked: (have: number, got: number) =>
    failure(
      "ERR_MANIFEST_KEYS_UNLINKED",
      `no trusted key vouches for key set ${got}; the last one trusted is ${have}`,
      { have, got },
    ),
};

/** Findings about objects that were offered, or not. */
export const objects = {
  mismatch: () => failure("ERR_OBJECT_MISMATCH", "object does not have the length or hash that its manifest names"),
  unexpected: () => failure("ERR_OBJECT_UNEXPECTED", "object is not named by the pending manifest"),
  missing: () => failure("ERR_OBJECT_MISSING", "an object named by the manifest has not been offered"),
};

/** The object's bytes are genuine, but not a valid encoding. */
export const objectMalformed = (reason: string) =>
  failure("ERR_OBJECT_MALFORMED", `not a valid object: ${reason}`, { reason });

/** An option of the policy is missing or out of range. */
export const policyInvalid = (option: string, expected: string) =>
  failure("ERR_POLICY_INVALID", `option ${option}: expected ${expected}`, { option, expected });

function failure(code: CoreErrorCode, message: string, details: ErrorDetails = {}): Refusal {
  return Object.freeze({ code, message, details: Object.freeze(details) });
}
