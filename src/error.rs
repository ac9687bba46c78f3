//! The whole vocabulary of what can be wrong: one enum, one stable code per finding.
//!
//! The codes are the same strings in TypeScript (`js/errors.ts`); a test walks both lists.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::snapshot::Shard;

/// Why a token, a key set, a manifest, an object or a policy was refused.
///
/// Variants are named by the finding and carry both compared values where two were compared. Times are whole
/// seconds since the Unix epoch, rounded down. Nothing here repeats token text beyond short member names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "fields are the compared values, named by the sentence of their variant")]
pub enum Error {
    // --- token: form, before any key is touched
    /// The token is longer than the policy allows; nothing was decoded.
    TokenTooLarge { bytes: usize, limit: usize },
    /// Not three parts of `A-Za-z0-9-_` joined by two dots (RFC 7515 §7.1, rfc8725bis §3.13).
    TokenMalformed { reason: &'static str },
    /// A part is not canonical base64url without padding (RFC 7515 §2).
    TokenBase64 { part: Part },
    /// A part is not UTF-8, or starts with a byte order mark, or holds a lone surrogate escape.
    TokenUtf8 { part: Part },
    /// A part is not one JSON object (RFC 8259).
    TokenJson { part: Part, reason: &'static str },
    /// A member name stands twice in one object (RFC 7515 §4, RFC 7519 §4).
    TokenDuplicateMember { part: Part, name: String },
    /// Objects and arrays are nested deeper than the limit.
    TokenTooDeep { part: Part, limit: usize },

    // --- header
    /// `alg` is missing or not a string (RFC 7515 §4.1.1).
    HeaderAlgMissing,
    /// `alg` is not one of the caller's algorithms; compared exactly, case included.
    HeaderAlgNotAllowed,
    /// `crit` is present: this verifier understands no extension (RFC 7515 §4.1.11).
    HeaderCritical,
    /// `b64` is present (RFC 7797 §6: not for JWT).
    HeaderB64,
    /// `zip` is present: token contents are never decompressed.
    HeaderZip,
    /// `typ` is not what the policy asks for (RFC 8725 §3.11).
    HeaderTyp { expected: String },
    /// `kid` is present and not a string (RFC 7515 §4.1.4), or too long.
    HeaderKidInvalid,

    // --- keys
    /// No key fits the header's `kid` and `alg`.
    KeyNotFound,
    /// More than one key fits; name one by `kid`.
    KeyAmbiguous,
    /// The key was in the set, but was refused at import.
    KeyRefused { reason: KeyDefect },
    /// The key's one algorithm is not the header's.
    KeyAlgMismatch,
    /// Not a JWK Set (RFC 7517 §5): a JSON object with an array `keys`.
    KeySetMalformed { reason: &'static str },
    /// The key set has too many bytes or keys.
    KeySetTooLarge { limit: usize },

    // --- signature
    /// The signature does not hold. Says no more, on purpose.
    SignatureInvalid,

    // --- claims; reported only after the signature held
    /// A required claim is absent.
    ClaimMissing { claim: String },
    /// A registered claim has the wrong JSON type, or a time is not a finite number.
    ClaimType { claim: String },
    /// `exp` has passed (RFC 7519 §4.1.4): the current time must be before it.
    ClaimExpired { now: i64, exp: i64 },
    /// `nbf` has not come yet (RFC 7519 §4.1.5).
    ClaimNotYetValid { now: i64, nbf: i64 },
    /// `iat` lies in the future (RFC 7519 §4.1.6).
    ClaimIssuedInFuture { now: i64, iat: i64 },
    /// `exp` lies further ahead than the policy allows.
    ClaimLifetime { exp: i64, limit: i64 },
    /// `iss` is not the expected issuer, compared byte for byte.
    ClaimIssuer,
    /// `aud` holds none of the expected audiences.
    ClaimAudience,

    // --- revocation
    /// The token is revoked.
    Revoked { dimension: String, since: Option<i64>, generation: Option<u64> },
    /// The snapshot cannot answer for this token, and the policy refuses then.
    NotCovered { reason: NotCovered },
    /// The snapshot is past its next update, and the policy refuses then.
    SnapshotStale { now: i64, next_update: i64 },

    // --- status list
    /// The claim `status` does not refer to a place in a status list (draft-ietf-oauth-status-list §6).
    StatusClaim { reason: &'static str },
    /// The status list's address is not among those that the policy allows; it is not asked.
    StatusUriNotAllowed,
    /// The status list that the token refers to is not held.
    StatusListUnavailable { uri: String },
    /// The status list is past its `exp`, or too old without one.
    StatusListExpired { uri: String, now: i64, expired_at: i64 },
    /// The status list has fewer entries than the token's index needs.
    StatusIndexOutOfRange { index: u64, entries: u64 },
    /// The token's status is not VALID: 1 INVALID, 2 SUSPENDED, others as the application has them.
    StatusNotValid { status: u8 },
    /// Not the content of a Status List Token: `bits`, `lst` or the compressed list is wrong.
    StatusListMalformed { reason: &'static str },
    /// The status list, or the token around it, is larger than the limit; or too many lists are held.
    StatusListTooLarge { limit: usize },
    /// `sub` of the Status List Token is not the address it was asked for at.
    StatusListSubject,
    /// Issued before the one held.
    StatusListRolledBack { have: i64, got: i64 },

    // --- manifest
    /// Not a manifest: wrong magic, length or structure.
    ManifestMalformed { reason: &'static str },
    /// A format version this build does not read.
    ManifestVersionUnsupported { version: u8 },
    /// Signed by a key that is not among the trusted publisher keys: a key document may tell of it.
    ManifestKeyUnknown,
    /// Not a key document: wrong magic, length or structure.
    ManifestKeysMalformed { reason: &'static str },
    /// No trusted key vouches for the newest keys of a key document.
    ManifestKeysUnlinked { have: u32, got: u32 },
    /// The manifest's signature does not hold.
    ManifestSignatureInvalid,
    /// For another tenant.
    ManifestTenant,
    /// Of another part than was asked for, or a shard that does not go with the common part.
    ManifestPart { expected: String, got: String },
    /// Older than what was seen before (epoch, then version).
    ManifestRolledBack { have: Edition, got: Edition },
    /// The same epoch and version with other content.
    ManifestEquivocation { edition: Edition },
    /// Issued further in the future than the tolerance.
    ManifestFromFuture { now: i64, issued_at: i64 },
    /// Past its max-stale time already when it arrived.
    ManifestExpired { now: i64, expired_at: i64 },
    /// An object's bytes do not have the length or SHA-256 that the manifest names.
    ObjectMismatch,
    /// Offered without being named by the pending manifest.
    ObjectUnexpected,
    /// Commit was asked for while objects are missing.
    ObjectMissing,
    /// The object's bytes are genuine, but not a valid encoding.
    ObjectMalformed { reason: &'static str },
    /// Genuine changes, laid over what is held, do not give the state that the manifest names.
    SnapshotDiverged { edition: Edition },

    // --- the caller's own configuration
    /// An option of the policy is missing or out of range.
    PolicyInvalid { option: &'static str, expected: &'static str },
}

/// A part of the compact serialisation (RFC 7515 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The protected header.
    Header,
    /// The claims set.
    Payload,
    /// The signature.
    Signature,
}

impl Part {
    /// The part's name in messages and details.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
        }
    }
}

/// Epoch and version of a manifest, ordered: a higher epoch outranks any version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edition {
    /// Raised by a new salt, universe or recovery.
    pub epoch: u32,
    /// Raised by each publication within the epoch.
    pub version: u64,
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.version)
    }
}

/// Why the snapshot cannot answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotCovered {
    /// No snapshot is loaded.
    NoSnapshot,
    /// The snapshot is past its max-stale time.
    Expired,
    /// The token's issuer is not among those the publisher speaks for.
    IssuerNotEnrolled,
    /// The token has more values in a dimension than are looked up.
    TooManyValues,
    /// The shard of the token's subject is not loaded.
    ShardNotLoaded(Shard),
}

impl NotCovered {
    /// The reason's name in details, such as `no_snapshot`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoSnapshot => "no_snapshot",
            Self::Expired => "expired",
            Self::IssuerNotEnrolled => "issuer_not_enrolled",
            Self::TooManyValues => "too_many_values",
            Self::ShardNotLoaded(_) => "shard_not_loaded",
        }
    }

    /// The shard that is missing.
    pub const fn shard(self) -> Option<Shard> {
        match self {
            Self::ShardNotLoaded(shard) => Some(shard),
            _ => None,
        }
    }
}

/// Why a key was refused at import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyDefect {
    /// The member is not a JSON object, or a parameter is missing, mistyped or not canonical base64url.
    Malformed,
    /// `kty` or `crv` is one this verifier does not know.
    TypeUnsupported,
    /// `alg` is not an algorithm of this key's type, or unknown.
    AlgUnsupported,
    /// `use` or `key_ops` do not allow verification (RFC 7517 §4.2, §4.3).
    UseForbids,
    /// Private or symmetric members in a set of public keys.
    PrivateMaterial,
    /// RSA modulus outside 2048–8192 bits, even, or with leading zeros; or the known weak ROCA form.
    RsaModulus,
    /// RSA exponent even, below 3 or above 2^33−1.
    RsaExponent,
    /// Coordinates of the wrong length or not on the curve; a small-order Ed25519 key.
    Point,
    /// An HMAC secret shorter than the hash output (RFC 7518 §3.2) or longer than the limit.
    SecretLength,
    /// Another key of the set has the same `kid`.
    DuplicateKid,
}

impl KeyDefect {
    /// The defect in words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed member",
            Self::TypeUnsupported => "unsupported kty or crv",
            Self::AlgUnsupported => "unsupported alg for this key",
            Self::UseForbids => "use or key_ops forbid verification",
            Self::PrivateMaterial => "private or symmetric key material in a public set",
            Self::RsaModulus => "RSA modulus out of range",
            Self::RsaExponent => "RSA exponent out of range",
            Self::Point => "invalid curve point",
            Self::SecretLength => "HMAC secret length out of range",
            Self::DuplicateKid => "duplicate kid",
        }
    }
}

/// One value of [`Error::details`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    /// A number: bytes, a limit, or seconds since the Unix epoch.
    Number(i64),
    /// A short text.
    Text(String),
}

/// Writes the list of codes and the match over the variants from one table, so that they cannot differ.
macro_rules! codes {
    ($($variant:ident => $code:literal,)*) => {
        impl Error {
            /// Every code, in a fixed order.
            pub const CODES: &'static [&'static str] = &[$($code),*];

            /// The stable code, `ERR_AREA_FINDING`.
            pub const fn code(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $code,)*
                }
            }
        }
    };
}

codes! {
    TokenTooLarge => "ERR_TOKEN_TOO_LARGE",
    TokenMalformed => "ERR_TOKEN_MALFORMED",
    TokenBase64 => "ERR_TOKEN_BASE64",
    TokenUtf8 => "ERR_TOKEN_UTF8",
    TokenJson => "ERR_TOKEN_JSON",
    TokenDuplicateMember => "ERR_TOKEN_DUPLICATE_MEMBER",
    TokenTooDeep => "ERR_TOKEN_TOO_DEEP",
    HeaderAlgMissing => "ERR_HEADER_ALG_MISSING",
    HeaderAlgNotAllowed => "ERR_HEADER_ALG_NOT_ALLOWED",
    HeaderCritical => "ERR_HEADER_CRITICAL",
    HeaderB64 => "ERR_HEADER_B64",
    HeaderZip => "ERR_HEADER_ZIP",
    HeaderTyp => "ERR_HEADER_TYP",
    HeaderKidInvalid => "ERR_HEADER_KID_INVALID",
    KeyNotFound => "ERR_KEY_NOT_FOUND",
    KeyAmbiguous => "ERR_KEY_AMBIGUOUS",
    KeyRefused => "ERR_KEY_REFUSED",
    KeyAlgMismatch => "ERR_KEY_ALG_MISMATCH",
    KeySetMalformed => "ERR_KEY_SET_MALFORMED",
    KeySetTooLarge => "ERR_KEY_SET_TOO_LARGE",
    SignatureInvalid => "ERR_SIGNATURE_INVALID",
    ClaimMissing => "ERR_CLAIM_MISSING",
    ClaimType => "ERR_CLAIM_TYPE",
    ClaimExpired => "ERR_CLAIM_EXPIRED",
    ClaimNotYetValid => "ERR_CLAIM_NOT_YET_VALID",
    ClaimIssuedInFuture => "ERR_CLAIM_ISSUED_IN_FUTURE",
    ClaimLifetime => "ERR_CLAIM_LIFETIME",
    ClaimIssuer => "ERR_CLAIM_ISSUER",
    ClaimAudience => "ERR_CLAIM_AUDIENCE",
    Revoked => "ERR_REVOCATION_REVOKED",
    NotCovered => "ERR_REVOCATION_NOT_COVERED",
    SnapshotStale => "ERR_SNAPSHOT_STALE",
    StatusClaim => "ERR_STATUS_CLAIM",
    StatusUriNotAllowed => "ERR_STATUS_URI_NOT_ALLOWED",
    StatusListUnavailable => "ERR_STATUS_LIST_UNAVAILABLE",
    StatusListExpired => "ERR_STATUS_LIST_EXPIRED",
    StatusIndexOutOfRange => "ERR_STATUS_INDEX_OUT_OF_RANGE",
    StatusNotValid => "ERR_STATUS_NOT_VALID",
    StatusListMalformed => "ERR_STATUS_LIST_MALFORMED",
    StatusListTooLarge => "ERR_STATUS_LIST_TOO_LARGE",
    StatusListSubject => "ERR_STATUS_LIST_SUBJECT",
    StatusListRolledBack => "ERR_STATUS_LIST_ROLLED_BACK",
    ManifestMalformed => "ERR_MANIFEST_MALFORMED",
    ManifestVersionUnsupported => "ERR_MANIFEST_VERSION_UNSUPPORTED",
    ManifestKeyUnknown => "ERR_MANIFEST_KEY_UNKNOWN",
    ManifestKeysMalformed => "ERR_MANIFEST_KEYS_MALFORMED",
    ManifestKeysUnlinked => "ERR_MANIFEST_KEYS_UNLINKED",
    ManifestSignatureInvalid => "ERR_MANIFEST_SIGNATURE_INVALID",
    ManifestTenant => "ERR_MANIFEST_TENANT",
    ManifestPart => "ERR_MANIFEST_PART",
    ManifestRolledBack => "ERR_MANIFEST_ROLLED_BACK",
    ManifestEquivocation => "ERR_MANIFEST_EQUIVOCATION",
    ManifestFromFuture => "ERR_MANIFEST_FROM_FUTURE",
    ManifestExpired => "ERR_MANIFEST_EXPIRED",
    ObjectMismatch => "ERR_OBJECT_MISMATCH",
    ObjectUnexpected => "ERR_OBJECT_UNEXPECTED",
    ObjectMissing => "ERR_OBJECT_MISSING",
    ObjectMalformed => "ERR_OBJECT_MALFORMED",
    SnapshotDiverged => "ERR_SNAPSHOT_DIVERGED",
    PolicyInvalid => "ERR_POLICY_INVALID",
}

impl Error {
    /// The compared values, by name (camelCase, as JavaScript shows them).
    pub fn details(&self) -> Vec<(&'static str, Detail)> {
        let number = |name, value: i64| (name, Detail::Number(value));
        let size = |name, value: usize| (name, Detail::Number(i64::try_from(value).unwrap_or(i64::MAX)));
        let text = |name, value: &str| (name, Detail::Text(value.into()));
        match self {
            Self::TokenTooLarge { bytes, limit } => [size("bytes", *bytes), size("limit", *limit)].into(),
            Self::TokenMalformed { reason }
            | Self::KeySetMalformed { reason }
            | Self::StatusClaim { reason }
            | Self::StatusListMalformed { reason }
            | Self::ManifestMalformed { reason }
            | Self::ManifestKeysMalformed { reason }
            | Self::ObjectMalformed { reason } => [text("reason", reason)].into(),
            Self::TokenBase64 { part } | Self::TokenUtf8 { part } => [text("part", part.name())].into(),
            Self::TokenJson { part, reason } => [text("part", part.name()), text("reason", reason)].into(),
            Self::TokenDuplicateMember { part, name } => {
                [text("part", part.name()), text("name", name)].into()
            }
            Self::TokenTooDeep { part, limit } => [text("part", part.name()), size("limit", *limit)].into(),
            Self::HeaderTyp { expected } => [text("expected", expected)].into(),
            Self::KeyRefused { reason } => [text("reason", reason.name())].into(),
            Self::KeySetTooLarge { limit } | Self::StatusListTooLarge { limit } => {
                [size("limit", *limit)].into()
            }
            Self::ClaimMissing { claim } => [text("claim", claim)].into(),
            Self::ClaimType { claim } => [text("claim", claim)].into(),
            Self::ClaimExpired { now, exp } => [number("now", *now), number("exp", *exp)].into(),
            Self::ClaimNotYetValid { now, nbf } => [number("now", *now), number("nbf", *nbf)].into(),
            Self::ClaimIssuedInFuture { now, iat } => [number("now", *now), number("iat", *iat)].into(),
            Self::ClaimLifetime { exp, limit } => [number("exp", *exp), number("limit", *limit)].into(),
            Self::Revoked { dimension, since, generation } => {
                let mut details: Vec<_> = [text("dimension", dimension)].into();
                details.extend(since.map(|since| number("since", since)));
                let generation = generation.and_then(|generation| i64::try_from(generation).ok());
                details.extend(generation.map(|generation| number("generation", generation)));
                details
            }
            Self::NotCovered { reason } => {
                use alloc::string::ToString;
                let mut details: Vec<_> = [text("reason", reason.name())].into();
                details.extend(reason.shard().map(|shard| text("shard", &shard.to_string())));
                details
            }
            Self::ManifestPart { expected, got } => [text("expected", expected), text("got", got)].into(),
            Self::SnapshotStale { now, next_update } => {
                [number("now", *now), number("nextUpdate", *next_update)].into()
            }
            Self::StatusListUnavailable { uri } => [text("uri", uri)].into(),
            Self::StatusListExpired { uri, now, expired_at } => {
                [text("uri", uri), number("now", *now), number("expiredAt", *expired_at)].into()
            }
            Self::StatusIndexOutOfRange { index, entries } => {
                let count = |name, value: u64| number(name, i64::try_from(value).unwrap_or(i64::MAX));
                [count("index", *index), count("entries", *entries)].into()
            }
            Self::StatusNotValid { status } => [number("status", i64::from(*status))].into(),
            Self::StatusListRolledBack { have, got } => [number("have", *have), number("got", *got)].into(),
            Self::ManifestVersionUnsupported { version } => [number("version", i64::from(*version))].into(),
            Self::ManifestKeysUnlinked { have, got } => {
                [number("have", i64::from(*have)), number("got", i64::from(*got))].into()
            }
            Self::ManifestRolledBack { have, got } => {
                use alloc::string::ToString;
                [text("have", &have.to_string()), text("got", &got.to_string())].into()
            }
            Self::ManifestEquivocation { edition } | Self::SnapshotDiverged { edition } => {
                use alloc::string::ToString;
                [text("edition", &edition.to_string())].into()
            }
            Self::ManifestFromFuture { now, issued_at } => {
                [number("now", *now), number("issuedAt", *issued_at)].into()
            }
            Self::ManifestExpired { now, expired_at } => {
                [number("now", *now), number("expiredAt", *expired_at)].into()
            }
            Self::PolicyInvalid { option, expected } => {
                [text("option", option), text("expected", expected)].into()
            }
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TokenTooLarge { bytes, limit } => {
                write!(f, "token has {bytes} bytes, the limit is {limit}")
            }
            Self::TokenMalformed { reason } => write!(f, "not a compact JWS: {reason}"),
            Self::TokenBase64 { part } => write!(f, "{} is not canonical base64url", part.name()),
            Self::TokenUtf8 { part } => write!(f, "{} is not plain UTF-8", part.name()),
            Self::TokenJson { part, reason } => write!(f, "{} is not a JSON object: {reason}", part.name()),
            Self::TokenDuplicateMember { part, name } => {
                write!(f, "{} holds the member {name:?} twice", part.name())
            }
            Self::TokenTooDeep { part, limit } => {
                write!(f, "{} is nested deeper than {limit} levels", part.name())
            }
            Self::HeaderAlgMissing => f.write_str("header has no alg, or alg is not a string"),
            Self::HeaderAlgNotAllowed => f.write_str("the header's alg is not among the allowed algorithms"),
            Self::HeaderCritical => f.write_str("header has crit, and no extension is understood here"),
            Self::HeaderB64 => f.write_str("header has b64, which a JWT must not use"),
            Self::HeaderZip => f.write_str("header has zip, and token contents are never decompressed"),
            Self::HeaderTyp { expected } => write!(f, "typ is not {expected:?}"),
            Self::HeaderKidInvalid => f.write_str("kid is not a string of an allowed length"),
            Self::KeyNotFound => f.write_str("no key fits the header's kid and alg"),
            Self::KeyAmbiguous => f.write_str("more than one key fits the header: a kid is needed"),
            Self::KeyRefused { reason } => write!(f, "the key was refused at import: {}", reason.name()),
            Self::KeyAlgMismatch => f.write_str("the header's alg is not the key's one algorithm"),
            Self::KeySetMalformed { reason } => write!(f, "not a JWK Set: {reason}"),
            Self::KeySetTooLarge { limit } => write!(f, "the key set is larger than the limit of {limit}"),
            Self::SignatureInvalid => f.write_str("the signature does not hold"),
            Self::ClaimMissing { claim } => write!(f, "the required claim {claim:?} is missing"),
            Self::ClaimType { claim } => write!(f, "the claim {claim:?} has the wrong type"),
            Self::ClaimExpired { now, exp } => write!(f, "expired: exp is {exp}, the time is {now}"),
            Self::ClaimNotYetValid { now, nbf } => {
                write!(f, "not valid yet: nbf is {nbf}, the time is {now}")
            }
            Self::ClaimIssuedInFuture { now, iat } => {
                write!(f, "issued in the future: iat is {iat}, the time is {now}")
            }
            Self::ClaimLifetime { exp, limit } => {
                write!(f, "lives too long: exp is {exp}, the limit {limit}")
            }
            Self::ClaimIssuer => f.write_str("iss is not the expected issuer"),
            Self::ClaimAudience => f.write_str("aud holds none of the expected audiences"),
            Self::Revoked { dimension, since, generation } => {
                write!(f, "revoked: by {dimension}")?;
                if let Some(since) = since {
                    write!(f, ", for tokens issued before {since}")?;
                }
                generation.map_or(Ok(()), |least| write!(f, ", for generations below {least}"))
            }
            Self::NotCovered { reason } => write!(f, "the snapshot cannot answer: {}", reason.name()),
            Self::SnapshotStale { now, next_update } => {
                write!(f, "the snapshot is stale: next update was due at {next_update}, the time is {now}")
            }
            Self::StatusClaim { reason } => write!(f, "the claim status cannot be judged: {reason}"),
            Self::StatusUriNotAllowed => f.write_str("the status list's address is not an allowed one"),
            Self::StatusListUnavailable { .. } => f.write_str("the token's status list is not loaded"),
            Self::StatusListExpired { now, expired_at, .. } => {
                write!(f, "the status list expired at {expired_at}, the time is {now}")
            }
            Self::StatusIndexOutOfRange { index, entries } => {
                write!(f, "the token's index {index} is beyond the {entries} entries of its status list")
            }
            Self::StatusNotValid { status: 1 } => f.write_str("the token's status is 1: invalid"),
            Self::StatusNotValid { status: 2 } => f.write_str("the token's status is 2: suspended"),
            Self::StatusNotValid { status } => {
                write!(f, "the token's status is {status}: the application's own")
            }
            Self::StatusListMalformed { reason } => write!(f, "not a status list: {reason}"),
            Self::StatusListTooLarge { limit } => {
                write!(f, "the status list is larger than the limit of {limit}")
            }
            Self::StatusListSubject => f.write_str("the status list's sub is not its address"),
            Self::StatusListRolledBack { have, got } => {
                write!(f, "the status list of {got} is older than the one of {have}, which is held")
            }
            Self::ManifestMalformed { reason } => write!(f, "not a manifest: {reason}"),
            Self::ManifestVersionUnsupported { version } => {
                write!(f, "manifest format version {version} is not supported")
            }
            Self::ManifestKeyUnknown => f.write_str("manifest is signed by a key that is not trusted"),
            Self::ManifestKeysMalformed { reason } => write!(f, "not a key document: {reason}"),
            Self::ManifestKeysUnlinked { have, got } => {
                write!(f, "no trusted key vouches for key set {got}; the last one trusted is {have}")
            }
            Self::ManifestSignatureInvalid => f.write_str("the manifest's signature does not hold"),
            Self::ManifestTenant => f.write_str("manifest is for another tenant"),
            Self::ManifestPart { expected, got } => write!(f, "manifest is of {got}, expected {expected}"),
            Self::ManifestRolledBack { have, got } => {
                write!(f, "manifest {got} is older than {have}, which was seen before")
            }
            Self::ManifestEquivocation { edition } => {
                write!(f, "manifest {edition} was seen before with other content")
            }
            Self::ManifestFromFuture { now, issued_at } => {
                write!(f, "manifest is issued at {issued_at}, the time is {now}")
            }
            Self::ManifestExpired { now, expired_at } => {
                write!(f, "manifest expired at {expired_at}, the time is {now}")
            }
            Self::ObjectMismatch => {
                f.write_str("object does not have the length or hash that its manifest names")
            }
            Self::ObjectUnexpected => f.write_str("object is not named by the pending manifest"),
            Self::ObjectMissing => f.write_str("an object named by the manifest has not been offered"),
            Self::ObjectMalformed { reason } => write!(f, "not a valid object: {reason}"),
            Self::SnapshotDiverged { edition } => {
                write!(f, "the changes up to {edition} do not give the state that the manifest names")
            }
            Self::PolicyInvalid { option, expected } => write!(f, "option {option}: expected {expected}"),
        }
    }
}

impl core::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_name_their_area() {
        const AREAS: [&str; 10] = [
            "TOKEN",
            "HEADER",
            "KEY",
            "SIGNATURE",
            "CLAIM",
            "REVOCATION",
            "STATUS",
            "SNAPSHOT",
            "MANIFEST",
            "OBJECT",
        ];
        for (at, code) in Error::CODES.iter().enumerate() {
            let area = code.strip_prefix("ERR_").and_then(|rest| rest.split('_').next()).unwrap();
            assert!(AREAS.contains(&area) || *code == "ERR_POLICY_INVALID", "{code}");
            assert!(!Error::CODES[..at].contains(code), "{code}");
        }
    }
}
