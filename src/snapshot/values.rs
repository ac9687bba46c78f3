//! The values that a token has in a dimension.

use super::dimension_table::LiveDimension;
use crate::limits::MAX_DIMENSION_VALUES;
use crate::{Dimension, Identity};
use alloc::{string::String, vec::Vec};

/// Calls the sink with each value, at most 256; false when there are more.
pub(super) fn for_each_value(
    live: &LiveDimension,
    identity: &Identity<'_>,
    sink: &mut dyn FnMut(&[u8]),
) -> bool {
    match (live.dimension, live.members.as_slice()) {
        // The issuer's record has no value: the issuer is part of every key.
        (Dimension::Issuer, _) => sink(b""),
        (Dimension::Key, _) => identity.key_id.into_iter().for_each(|id| sink(id.as_bytes())),
        (_, [claims]) => return for_each_single(claims, identity, sink),
        (_, members) => return for_each_tuple(members, identity, sink),
    }
    true
}

/// Values of one member stand for themselves: of the claims the first with a value counts.
fn for_each_single(claims: &[String], identity: &Identity<'_>, sink: &mut dyn FnMut(&[u8])) -> bool {
    for claim in claims {
        let mut count = 0_usize;
        (identity.claim)(claim, &mut |value| {
            count += 1;
            if count <= MAX_DIMENSION_VALUES {
                sink(value.as_bytes());
            }
        });
        if count != 0 {
            return count <= MAX_DIMENSION_VALUES;
        }
    }
    true
}

/// Every combination of the members' values; none when a member has no value.
fn for_each_tuple(members: &[Vec<String>], identity: &Identity<'_>, sink: &mut dyn FnMut(&[u8])) -> bool {
    let mut claims: Vec<&str> = Vec::with_capacity(members.len());
    let mut combinations = 1_usize;
    for alternatives in members {
        let Some((claim, count)) = first_present(alternatives, identity) else { return true };
        claims.push(claim);
        combinations = combinations.saturating_mul(count);
    }
    if combinations > MAX_DIMENSION_VALUES {
        return false;
    }
    for_each_combination(&claims, identity, &mut Vec::new(), sink);
    true
}

/// The first claim with a value, and how many it has.
fn first_present<'a>(claims: &'a [String], identity: &Identity<'_>) -> Option<(&'a str, usize)> {
    claims.iter().find_map(|claim| {
        let mut count = 0;
        (identity.claim)(claim, &mut |_| count += 1);
        (count != 0).then_some((claim.as_str(), count))
    })
}

fn for_each_combination(
    claims: &[&str],
    identity: &Identity<'_>,
    tuple: &mut Vec<u8>,
    sink: &mut dyn FnMut(&[u8]),
) {
    let Some((claim, others)) = claims.split_first() else { return sink(tuple) };
    (identity.claim)(claim, &mut |value| {
        let length = tuple.len();
        push_member(tuple, value);
        for_each_combination(others, identity, tuple, sink);
        tuple.truncate(length);
    });
}

/// Appends one member of several: its length keeps it apart from the next.
pub(super) fn push_member(tuple: &mut Vec<u8>, value: &str) {
    tuple.extend(u32::try_from(value.len()).unwrap_or(u32::MAX).to_le_bytes());
    tuple.extend(value.as_bytes());
}
