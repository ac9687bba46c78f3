//! The snapshot of this project, as a verifier takes it: through the public interface, signature and hashes included.

use crate::contender::{Contender, NOW, Token, expiry};
use rescind::{Identity, RevocationStatus, Subscription, SubscriptionOptions, UnixTime};

/// Everything that a verifier holds.
pub struct Rsn {
    subscription: Subscription,
}

/// The bytes of an edition's objects, its signed manifest not counted.
pub fn object_bytes(edition: &[u8]) -> usize {
    let edition = edition.split_first_chunk::<32>().map_or(edition, |(_key, rest)| rest);
    pieces(edition).iter().skip(1).map(|piece| piece.len()).sum()
}

fn pieces(framed: &[u8]) -> Vec<&[u8]> {
    let (mut pieces, mut rest) = (Vec::new(), framed);
    while let Some((length, behind)) = rest.split_first_chunk() {
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let Some((piece, behind)) = behind.split_at_checked(length) else { break };
        pieces.push(piece);
        rest = behind;
    }
    pieces
}

impl Rsn {
    /// Takes an edition: the manifest, then those of the objects that the plan needs.
    pub fn take(&mut self, edition: &[u8]) -> Option<()> {
        let (_key, edition) = edition.split_first_chunk::<32>()?;
        let pieces = pieces(edition);
        let (manifest, objects) = pieces.split_first()?;
        let plan = self.subscription.offer_manifest(manifest, UnixTime::from_seconds(NOW)).ok()?;
        let needed = |object: &&&[u8]| {
            let length = u64::try_from(object.len()).unwrap_or(0);
            plan.needed.iter().any(|needed| needed.length == length)
        };
        for object in objects.iter().filter(needed) {
            self.subscription.offer_object((*object).into()).ok()?;
        }
        self.subscription.commit().ok().map(drop)
    }
}

impl Contender for Rsn {
    const NAME: &'static str = "rescind";

    fn open(bytes: &[u8]) -> Option<Self> {
        let (key, _) = bytes.split_first_chunk()?;
        let options = SubscriptionOptions {
            publisher_keys: vec![*key],
            tenant: "main".into(),
            clock_tolerance_seconds: 5,
        };
        let mut opened = Self { subscription: Subscription::new(options).ok()? };
        opened.take(bytes)?;
        Some(opened)
    }

    /// The token itself, its subject, session, client, organization and key.
    fn check(&self, Token { number, values }: &Token) -> bool {
        let [token_id, claims @ .., key_id] = values;
        let claim = |name: &str, sink: &mut dyn FnMut(&str)| {
            let place = CLAIMS.iter().position(|claim| *claim == name);
            place.and_then(|place| claims.get(place)).into_iter().for_each(|value| sink(value));
        };
        let identity = Identity {
            issuer: ISSUER,
            key_id: Some(key_id),
            token_id: Some(token_id),
            subject: claims.first().map(String::as_str),
            issued_at: Some(i64::try_from(NOW).unwrap_or(0)),
            expires_at: expiry(*number),
            claim: &claim,
            integer: &|_| None,
        };
        let snapshot = self.subscription.snapshot();
        let status = snapshot.map(|snapshot| snapshot.status(&identity, UnixTime::from_seconds(NOW)));
        matches!(status, Some(RevocationStatus::Revoked { .. }))
    }

    fn update(&mut self, update: &[u8]) -> Option<()> {
        self.take(update)
    }
}

/// The one issuer.
pub const ISSUER: &str = "https://auth.example.com";

/// In the order of a token's values.
const CLAIMS: [&str; 4] = ["sub", "sid", "client_id", "org_id"];
