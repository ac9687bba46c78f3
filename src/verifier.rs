//! The recipe: parse → key → signature → claims → revocation, in this order and no other.

use alloc::string::String;
use core::cell::RefCell;
use core::ops::Range;

use crate::claims::Claims;
use crate::error::{Error, Part};
use crate::jws::Authenticated;
use crate::key::KeySet;
use crate::policy::{OnNotCovered, OnStale, Policy, RevocationPolicy};
use crate::revocation::{Freshness, RevocationStatus};
use crate::snapshot::{Coverage, Subscription, Validity};
use crate::status_list::{StatusListToken, StatusLists, Surroundings};
use crate::time::UnixTime;
use crate::verdict::{Evidence, RevocationEvidence, SnapshotEvidence, Verified};

/// Judges tokens of one issuer by one policy. Holds keys and a snapshot; never fetches, never reads a clock.
///
/// ```
/// use rescind::{Algorithm, Audience, KeySet, Policy, RevocationPolicy, UnixTime, Verifier};
/// let policy = Policy::new("joe", Audience::Unchecked, RevocationPolicy::Disabled)?
///     .algorithms(&[Algorithm::Hs256])?;
/// let mut verifier = Verifier::new(policy);
/// verifier.set_keys(KeySet::from_secret(&[7; 32], Algorithm::Hs256)?);
///
/// let refused = verifier.verify(b"not.a.token", UnixTime::from_seconds(1_800_000_000));
/// assert_eq!(refused.unwrap_err().code(), "ERR_TOKEN_BASE64");
/// # Ok::<(), rescind::Error>(())
/// ```
#[derive(Debug)]
pub struct Verifier {
    policy: Policy,
    keys: KeySet,
    coverage: Option<Coverage>,
    status_lists: Option<StatusLists>,
}

impl Verifier {
    /// Without keys and without a snapshot: refuses every token until it has them.
    pub fn new(policy: Policy) -> Self {
        Self { policy, keys: KeySet::default(), coverage: None, status_lists: None }
    }

    /// Replaces the keys; those that are not in the new set stop verifying at once.
    pub fn set_keys(&mut self, keys: KeySet) {
        self.keys = keys;
    }

    /// The keys in use.
    pub fn keys(&self) -> &KeySet {
        &self.keys
    }

    /// The keys in use, to have them served by an accelerator.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn keys_mut(&mut self) -> &mut KeySet {
        &mut self.keys
    }

    /// The policy in force.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Follows one publisher's snapshots: a [`Coverage`], or a [`Subscription`] to the whole.
    pub fn subscribe(&mut self, coverage: impl Into<Coverage>) {
        self.coverage = Some(coverage.into());
    }

    /// What is held of the publisher, if there is one.
    pub fn coverage(&self) -> Option<&Coverage> {
        self.coverage.as_ref()
    }

    /// What is held of the publisher, to offer manifests and objects to.
    pub fn coverage_mut(&mut self) -> Option<&mut Coverage> {
        self.coverage.as_mut()
    }

    /// The subscription to the whole, if that is what is followed.
    pub fn subscription(&self) -> Option<&Subscription> {
        self.coverage.as_ref().and_then(Coverage::whole)
    }

    /// The subscription to the whole, to offer manifests and objects to.
    pub fn subscription_mut(&mut self) -> Option<&mut Subscription> {
        self.coverage.as_mut().and_then(Coverage::whole_mut)
    }

    /// From now on judges the status of tokens that carry one, by status lists. Without this the claim `status` is not
    /// looked at.
    pub fn follow_status_lists(&mut self, lists: StatusLists) {
        self.status_lists = Some(lists);
    }

    /// The status lists, if they are followed.
    pub fn status_lists(&self) -> Option<&StatusLists> {
        self.status_lists.as_ref()
    }

    /// The status lists, to give lists or keys to.
    pub fn status_lists_mut(&mut self) -> Option<&mut StatusLists> {
        self.status_lists.as_mut()
    }

    /// Judges a Status List Token that was fetched from `uri`, by the keys of status lists, else by those of tokens.
    ///
    /// # Errors
    /// The first finding in the order token, header, key, signature, claims, list; [`Error::PolicyInvalid`] when
    /// status lists are not followed.
    pub fn read_status_list(&self, uri: &str, token: &[u8], now: UnixTime) -> Result<StatusListToken, Error> {
        let missing = Error::PolicyInvalid { option: "statusLists", expected: "an object, for this call" };
        let now = self.not_before_signed_time(now);
        let surroundings = Surroundings { policy: &self.policy, keys: &self.keys, now };
        self.status_lists.as_ref().ok_or(missing)?.read(uri, token, surroundings)
    }

    /// Judges one token at one point in time.
    ///
    /// A clock behind the newest signed time of the subscription is taken as that time, so that setting a clock
    /// back revives nothing.
    ///
    /// # Errors
    /// The first finding in the order token, header, key, signature, claims, revocation, status.
    pub fn verify(&self, token: &[u8], now: UnixTime) -> Result<Verified, Error> {
        let now = self.not_before_signed_time(now);
        let authenticated =
            self.keys.authenticate(token, &self.policy.algorithms, self.policy.max_token_bytes)?;
        if let Some(typ) = &self.policy.typ {
            authenticated.header.require_typ(typ)?;
        }
        let claims = Claims::parse(&authenticated.payload)?;
        let good = claims.judge(&self.policy, now)?;
        let (evidence, validity) = self.judge_revocation(&authenticated, &claims, now)?;
        let good = self.judge_status(&claims, good, now)?;
        let unchanged = unchanged_during(good, validity, now);
        verified(authenticated, evidence, unchanged)
    }

    fn not_before_signed_time(&self, now: UnixTime) -> UnixTime {
        match self.coverage.as_ref().map(Coverage::time_floor) {
            Some(floor) if floor > now => floor,
            _ => now,
        }
    }

    /// The times within `good` at which the token's status list speaks.
    fn judge_status(
        &self,
        claims: &Claims<'_>,
        good: Range<UnixTime>,
        now: UnixTime,
    ) -> Result<Range<UnixTime>, Error> {
        let lists = self.status_lists.as_ref();
        match lists.map_or(Ok(None), |lists| lists.judge(claims, now))? {
            Some(until) => Ok(good.start..good.end.earlier(until)),
            None => Ok(good),
        }
    }

    fn judge_revocation(
        &self,
        token: &Authenticated,
        claims: &Claims<'_>,
        now: UnixTime,
    ) -> Result<(Evidence, Option<Validity>), Error> {
        let RevocationPolicy::Enforce { on_stale, on_not_covered } = self.policy.revocation else {
            return Ok((Evidence { revocation: RevocationEvidence::Disabled, snapshot: None }, None));
        };
        let (status, validity) = self.look_up(token, claims, now)?;
        let revocation = match status {
            RevocationStatus::Revoked { dimension, since, generation } => {
                return Err(Error::Revoked { dimension, since, generation });
            }
            RevocationStatus::NotCovered(reason) if on_not_covered == OnNotCovered::Reject => {
                return Err(Error::NotCovered { reason });
            }
            RevocationStatus::NotCovered(reason) => RevocationEvidence::NotCovered(reason),
            RevocationStatus::NotRevoked => RevocationEvidence::NotRevoked,
        };
        let evidence = validity.map(|validity| SnapshotEvidence::of(&validity, now));
        if let Some(validity) = validity
            && on_stale == OnStale::Reject
            && evidence.is_some_and(|evidence| evidence.freshness == Freshness::Stale)
        {
            let next_update = i64::try_from(validity.next_update).unwrap_or(i64::MAX);
            return Err(Error::SnapshotStale { now: now.floor_seconds(), next_update });
        }
        Ok((Evidence { revocation, snapshot: evidence }, validity))
    }

    fn look_up(
        &self,
        token: &Authenticated,
        claims: &Claims<'_>,
        now: UnixTime,
    ) -> Result<(RevocationStatus, Option<Validity>), Error> {
        // A claim that a dimension needs and that is neither a string nor a list of strings must not count as absent.
        let mistyped = RefCell::new(None);
        let claim = |name: &str, sink: &mut dyn FnMut(&str)| {
            if let Err(error) = claims.for_each_string(name, sink) {
                drop(mistyped.replace(Some(error)));
            }
        };
        let integer = |name: &str| claims.integer(name);
        let identity = claims.identity(token.key_id(), &claim, &integer)?;
        let Some(consulted) = self.coverage.as_ref().and_then(|coverage| coverage.consult(&identity)) else {
            return Ok((RevocationStatus::NotCovered(crate::NotCovered::NoSnapshot), None));
        };
        let status = consulted.status(&identity, now);
        let validity = consulted.validity();
        match mistyped.take() {
            Some(error) if status == RevocationStatus::NotRevoked => Err(error),
            _ => Ok((status, Some(validity))),
        }
    }
}

/// The times within `good` at which everything consulted is as fresh as it is now.
fn unchanged_during(good: Range<UnixTime>, validity: Option<Validity>, now: UnixTime) -> Range<UnixTime> {
    let turns = validity.map(|validity| [validity.next_update, validity.expires_at]);
    let turns = turns.into_iter().flatten().map(UnixTime::from_seconds);
    turns.fold(good, |during, turn| {
        if turn <= now {
            during.start.later(turn)..during.end
        } else {
            during.start..during.end.earlier(turn)
        }
    })
}

fn verified(token: Authenticated, evidence: Evidence, unchanged: Range<UnixTime>) -> Result<Verified, Error> {
    let claims = String::from_utf8(token.payload).map_err(|_| Error::TokenUtf8 { part: Part::Payload })?;
    Ok(Verified { header: token.header, claims, evidence, unchanged })
}
