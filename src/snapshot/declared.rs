//! The dimensions that a publisher may write: the built-in ones, and those it declares.

use super::dimension_table::{Declared, LiveDimension, is_name, push_dimension, takes_members};
use super::limits::{CLAIM_NAMES, DECLARED_BYTES};
use super::publication::PublishError;
use crate::Dimension;
use alloc::{string::String, vec::Vec};

/// A dimension of the publisher's own.
///
/// ```
/// use rescind::{DeclaredDimension, Dimension};
/// let device = DeclaredDimension {
///     number: 8,
///     name: "device".into(),
///     members: vec![vec!["sub".into()], vec!["device_id".into(), "did".into()]],
///     generation_claim: None,
/// };
/// assert_eq!(device.validate(), Ok(()));
/// assert_eq!(device.dimension(), Dimension::Declared(8));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredDimension {
    /// 8 to 19 to compare `iat` with a time, 20 to 31 to compare a generation. A number stands for the same
    /// dimension as long as a salt is in use.
    pub number: u8,
    /// What verdicts call it: 1 to 32 of `a-z`, `0-9`, `_` and `-`, and no name of another dimension.
    pub name: String,
    /// The claims of each part of a value, 1 to 4 parts. Of 1 to 4 claims of a part the first with a value counts.
    pub members: Vec<Vec<String>>,
    /// The claim that holds a token's generation; exactly from number 20 on.
    pub generation_claim: Option<String>,
}

impl DeclaredDimension {
    /// What cut-offs of it name.
    pub const fn dimension(&self) -> Dimension {
        Dimension::Declared(self.number)
    }

    /// Whether a publisher takes it, beside others of other numbers and names.
    ///
    /// # Errors
    /// [`PublishError::ParameterInvalid`].
    pub fn validate(&self) -> Result<(), PublishError> {
        let dimension = self.dimension();
        let is_declarable = Dimension::from_number(self.number) == Some(dimension);
        let is_generation = self.generation_claim.is_some();
        if !is_declarable || dimension.compares_generations() != is_generation {
            return invalid("number 8 to 19, or 20 to 31 and a generation claim");
        }
        if !is_name(&self.name) {
            return invalid("a name of 1 to 32 of a-z, 0-9, _ and -, and none of the built-in names");
        }
        if !takes_members(dimension, self.members.len())
            || !self.members.iter().all(|claims| is_member(claims))
        {
            return invalid("1 to 4 members, each of 1 to 4 different claims of 1 to 255 bytes");
        }
        if !self.generation_claim.iter().all(|claim| is_claim(claim)) {
            return invalid("a generation claim of 1 to 255 bytes");
        }
        Ok(())
    }

    fn live(&self) -> LiveDimension {
        let declared = Declared { name: self.name.clone(), generation_claim: self.generation_claim.clone() };
        LiveDimension { dimension: self.dimension(), members: self.members.clone(), declared: Some(declared) }
    }
}

/// Every dimension that a publisher may write, ascending.
#[derive(Debug)]
pub(super) struct Dimensions(Vec<LiveDimension>);

impl Dimensions {
    /// The built-in dimensions and the declared ones, in whatever order these are given.
    pub(super) fn new(
        organization_claim: &str,
        declared: &[DeclaredDimension],
    ) -> Result<Self, PublishError> {
        if !is_claim(organization_claim) {
            return Err(PublishError::ParameterInvalid {
                parameter: "organization_claim",
                expected: "1 to 255 bytes",
            });
        }
        declared.iter().try_for_each(DeclaredDimension::validate)?;
        let built_in = Dimension::BUILT_IN.map(|dimension| built_in(dimension, organization_claim));
        let mut all = Vec::from(built_in);
        all.extend(declared.iter().map(DeclaredDimension::live));
        all.sort_unstable_by_key(|live| live.dimension);
        let is_other = |at: usize, live: &LiveDimension| {
            let mut before = all.iter().take(at);
            before.all(|other| other.dimension != live.dimension && other.name() != live.name())
        };
        if !all.iter().enumerate().all(|(at, live)| is_other(at, live)) {
            return invalid("different numbers and names");
        }
        let mut records = Vec::new();
        all.iter().for_each(|live| push_dimension(&mut records, live));
        if records.len() > DECLARED_BYTES {
            return invalid("records of at most 16,384 bytes, those of the built-in dimensions included");
        }
        Ok(Self(all))
    }

    /// Those written as hashes, ascending.
    pub(super) fn hashed(&self) -> impl Iterator<Item = Dimension> {
        self.0.iter().map(|live| live.dimension).filter(|dimension| !dimension.is_literal())
    }

    /// The records of these dimensions.
    pub(super) fn records(&self, live: &[Dimension]) -> Vec<LiveDimension> {
        self.0.iter().filter(|record| live.contains(&record.dimension)).cloned().collect()
    }
}

/// How many values a cut-off of the dimension has; `None` when it is neither built-in nor declared.
pub(super) fn values_of(dimension: Dimension, declared: &[DeclaredDimension]) -> Option<usize> {
    match dimension {
        Dimension::Declared(number) => {
            let named = declared.iter().find(|declared| declared.number == number);
            named.map(|declared| declared.members.len())
        }
        Dimension::SubjectClient => Some(2),
        _ => Some(1),
    }
}

/// The place of `sub` in the values of a cut-off, where that is part of them for certain: as the only claim of a member.
pub(super) fn subject_member(dimension: Dimension, declared: &[DeclaredDimension]) -> Option<usize> {
    match dimension {
        Dimension::Subject | Dimension::SubjectClient => Some(0),
        Dimension::Declared(number) => {
            let named = declared.iter().find(|declared| declared.number == number)?;
            named.members.iter().position(|claims| *claims == ["sub"])
        }
        _ => None,
    }
}

/// What every writer names the claims of the built-in dimensions.
fn built_in(dimension: Dimension, organization_claim: &str) -> LiveDimension {
    let client: &[&str] = &["client_id", "azp"];
    let members: &[&[&str]] = match dimension {
        Dimension::Subject => &[&["sub"]],
        Dimension::Session => &[&["sid"]],
        Dimension::Client => &[client],
        Dimension::Organization => &[&[organization_claim]],
        Dimension::SubjectClient => &[&["sub"], client],
        Dimension::Issuer | Dimension::Key | Dimension::Declared(_) => &[],
    };
    let claims = |claims: &&[&str]| claims.iter().map(|&claim| claim.into()).collect();
    LiveDimension { dimension, members: members.iter().map(claims).collect(), declared: None }
}

fn is_member(claims: &[String]) -> bool {
    let different = |at: usize, claim: &String| claims.iter().take(at).all(|other| other != claim);
    (1..=usize::from(CLAIM_NAMES)).contains(&claims.len())
        && claims.iter().enumerate().all(|(at, claim)| is_claim(claim) && different(at, claim))
}

fn is_claim(name: &str) -> bool {
    (1..=usize::from(u8::MAX)).contains(&name.len())
}

const fn invalid<T>(expected: &'static str) -> Result<T, PublishError> {
    Err(PublishError::ParameterInvalid { parameter: "declared", expected })
}
