//! The claims of an access token (RFC 9068 §2.2).

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::json;

use crate::status_list::Place;

/// Whom a token is for.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    /// `sub`.
    pub(crate) subject: String,
    /// `client_id`.
    pub(crate) client: String,
    /// `sid`.
    pub(crate) session: String,
    /// The value of the organization claim.
    pub(crate) organization: Option<String>,
}

/// The claims set. Times are seconds since the Unix epoch.
pub(crate) struct Claims<'a> {
    pub(crate) iss: &'a str,
    pub(crate) aud: &'a str,
    pub(crate) iat: u64,
    pub(crate) exp: u64,
    pub(crate) jti: String,
    pub(crate) grant: &'a Grant,
    pub(crate) organization_claim: &'a str,
    /// The claim `status` (draft-ietf-oauth-status-list §6.1).
    pub(crate) place: Option<Place>,
}

impl Serialize for Claims<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("iss", self.iss)?;
        map.serialize_entry("sub", &self.grant.subject)?;
        map.serialize_entry("aud", self.aud)?;
        map.serialize_entry("exp", &self.exp)?;
        map.serialize_entry("iat", &self.iat)?;
        map.serialize_entry("jti", &self.jti)?;
        map.serialize_entry("client_id", &self.grant.client)?;
        map.serialize_entry("sid", &self.grant.session)?;
        if let Some(organization) = &self.grant.organization {
            map.serialize_entry(self.organization_claim, organization)?;
        }
        if let Some(Place { index, uri }) = &self.place {
            map.serialize_entry("status", &json!({ "status_list": { "idx": index, "uri": uri } }))?;
        }
        map.end()
    }
}
