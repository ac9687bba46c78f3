//! Every way in which a request fails, and the two forms in which clients are told.

use axum::Json;
use axum::extract::OriginalUri;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::issuer::IssueError;
use crate::issuer::sign_in::SignInError;
use crate::ledger::LedgerError;
use crate::store::StoreError;

/// Seconds after which a client may try again what was not possible now.
const RETRY_AFTER: u64 = 1;
/// Streams last, so there is no hurry.
const STREAMS_RETRY_AFTER: u64 = 60;

/// A failed request. As a response it is a problem document (RFC 9457); see [`OAuth`] for the other form.
#[derive(Debug)]
pub(super) enum Failure {
    /// No or a wrong API key.
    Unauthenticated,
    /// Client authentication failed (RFC 6749 §5.2).
    InvalidClient,
    /// The token was issued to another client (RFC 7009 §2.1).
    InvalidGrant,
    /// The request is not of the expected form; says how.
    InvalidRequest(String),
    /// Well formed, but it cannot be done; says why.
    Unprocessable(String),
    /// Wrong username or password.
    SignInRefused,
    NotFound,
    MethodNotAllowed,
    /// More bytes than a body may have.
    TooLarge,
    MediaType(&'static str),
    /// Too many attempts; seconds to wait.
    TooMany(u64),
    /// As many streams of events are open as allowed.
    TooManyStreams,
    /// Took longer than `server.request_timeout_seconds`.
    TimedOut,
    /// Not possible now; nothing was acknowledged.
    Unavailable,
}

/// The form of RFC 6749 §5.2, for the OAuth endpoints.
pub(super) struct OAuth(pub(super) Failure);

impl Failure {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::InvalidGrant | Self::InvalidRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unauthenticated | Self::InvalidClient | Self::SignInRefused => StatusCode::UNAUTHORIZED,
            Self::Unprocessable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::TimedOut | Self::TooManyStreams | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The stable name of the failure.
    fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidRequest(_) => "invalid_request",
            Self::Unprocessable(_) => "unprocessable",
            Self::SignInRefused => "sign_in_refused",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::TooLarge => "too_large",
            Self::MediaType(_) => "unsupported_media_type",
            Self::TooMany(_) => "too_many_attempts",
            Self::TooManyStreams => "too_many_streams",
            Self::TimedOut => "timed_out",
            Self::Unavailable => "temporarily_unavailable",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Unauthenticated => "an API key is needed: Authorization: Bearer KEY".into(),
            Self::InvalidClient => "client authentication failed".into(),
            Self::InvalidGrant => "the token was not issued to this client".into(),
            Self::InvalidRequest(detail) | Self::Unprocessable(detail) => detail.clone(),
            Self::SignInRefused => "wrong username or password".into(),
            Self::NotFound => "there is nothing here".into(),
            Self::MethodNotAllowed => "this resource does not have this method".into(),
            Self::TooLarge => format!("a request body has at most {} bytes", super::BODY_BYTES),
            Self::MediaType(expected) => format!("expected a body of type {expected}"),
            Self::TooMany(seconds) => format!("too many attempts, try again in {seconds} s"),
            Self::TooManyStreams => "as many streams are open as allowed: poll the manifest instead".into(),
            Self::TimedOut => "the request took too long: take it as not done and try again".into(),
            Self::Unavailable => "not possible now: take it as not done and try again".into(),
        }
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // RFC 9110 §11.6.1: a 401 names a scheme; for a sign-in that is the one its answer is used with.
        let challenge = match self {
            Self::InvalidClient => Some("Basic realm=\"oauth\", charset=\"UTF-8\""),
            Self::Unauthenticated => Some("Bearer realm=\"admin\""),
            Self::SignInRefused => Some("Bearer realm=\"login\""),
            _ => None,
        };
        if let Some(challenge) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        let retry_after = match self {
            Self::TooMany(seconds) => Some(*seconds),
            Self::TooManyStreams => Some(STREAMS_RETRY_AFTER),
            Self::TimedOut | Self::Unavailable => Some(RETRY_AFTER),
            _ => None,
        };
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        headers
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = self.status_code();
        let title = status.canonical_reason().unwrap_or_default();
        let problem = json!({ "title": title, "status": status.as_u16(), "code": self.code(), "detail": self.detail() });
        let mut headers = self.headers();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        (status, headers, Json(problem)).into_response()
    }
}

impl IntoResponse for OAuth {
    fn into_response(self) -> Response {
        let Self(failure) = self;
        // RFC 6749 §5.2 knows nothing finer than invalid_request for a malformed one.
        let (status, code) = match &failure {
            Failure::MediaType(_) | Failure::Unprocessable(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
            Failure::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "invalid_request"),
            other => (other.status_code(), other.code()),
        };
        let mut headers = failure.headers();
        headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        let body = json!({ "error": code, "error_description": failure.detail() });
        (status, headers, Json(body)).into_response()
    }
}

impl From<Failure> for OAuth {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl From<LedgerError> for Failure {
    fn from(_: LedgerError) -> Self {
        // The ledger has logged why.
        Self::Unavailable
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        Self::Unavailable
    }
}

impl From<IssueError> for Failure {
    fn from(error: IssueError) -> Self {
        tracing::error!(%error, "no token was issued");
        Self::Unavailable
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Refused => Self::SignInRefused,
            SignInError::TooMany(seconds) => Self::TooMany(seconds),
            SignInError::Unavailable => Self::Unavailable,
        }
    }
}

pub(super) async fn not_found() -> Failure {
    Failure::NotFound
}

pub(super) async fn method_not_allowed(OriginalUri(uri): OriginalUri) -> Response {
    at(uri.path(), Failure::MethodNotAllowed)
}

/// The failure in the form of the address.
pub(super) fn at(path: &str, failure: Failure) -> Response {
    if path.starts_with("/oauth/") { OAuth(failure).into_response() } else { failure.into_response() }
}
