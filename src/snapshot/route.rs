//! The cheapest way from one version to another over the deltas of a manifest.

use super::manifest::DeltaName;
use crate::sort::sort_by;
use alloc::vec::Vec;

/// Deltas to apply one after another, and what fetching them costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Route {
    /// Places in the manifest's list.
    pub(super) deltas: Vec<usize>,
    pub(super) bytes: u64,
}

/// The cheapest route, of equal ones that with the fewest deltas; `None` when the deltas do not lead there.
///
/// A delta can be applied to any state within its span: what it repeats of the time before was superseded or is the
/// same. So a step goes from anywhere within a span to its end.
pub(super) fn route(deltas: &[DeltaName], from: u64, to: u64) -> Option<Route> {
    let mut ascending: Vec<(usize, &DeltaName)> = deltas.iter().enumerate().collect();
    sort_by(&mut ascending, |(i, one), (j, other)| (one.to, i) < (other.to, j));
    let mut reached = alloc::vec![(from, Route::default())];
    for (at, delta) in ascending.into_iter().filter(|(_, delta)| from < delta.to && delta.to <= to) {
        let within = |version: u64| delta.from <= version && version < delta.to;
        let starts = reached.iter().filter(|(version, _)| within(*version)).map(|(_, route)| route);
        let Some(start) = starts.min_by_key(|route| (route.bytes, route.deltas.len())) else { continue };
        let length = delta.object.map_or(0, |object| u64::from(object.length));
        let deltas = start.deltas.iter().copied().chain([at]).collect();
        let step = Route { deltas, bytes: start.bytes.saturating_add(length) };
        reached.push((delta.to, step));
    }
    let arrived = reached.into_iter().filter(|(version, _)| *version == to).map(|(_, route)| route);
    arrived.min_by_key(|route| (route.bytes, route.deltas.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::object::{ObjectKind, ObjectName};

    fn delta(from: u64, to: u64, length: u32) -> DeltaName {
        let object = ObjectName { kind: ObjectKind::Delta, length, sha256: [0; 32] };
        DeltaName { from, to, object: (length != 0).then_some(object) }
    }

    fn found(deltas: &[DeltaName], from: u64, to: u64) -> Option<(Vec<usize>, u64)> {
        route(deltas, from, to).map(|route| (route.deltas, route.bytes))
    }

    #[test]
    fn cheapest_way_is_taken() {
        let deltas = [delta(9, 10, 0), delta(8, 9, 30), delta(8, 10, 50), delta(4, 8, 70), delta(0, 8, 90)];
        assert_eq!(found(&deltas, 10, 10), Some(([].into(), 0)));
        assert_eq!(found(&deltas, 9, 10), Some(([0].into(), 0)));
        assert_eq!(found(&deltas, 8, 10), Some(([1, 0].into(), 30)));
        assert_eq!(found(&deltas, 4, 10), Some(([3, 1, 0].into(), 100)));
        assert_eq!(found(&deltas, 3, 10), Some(([4, 1, 0].into(), 120)));
        assert_eq!(found(&deltas, 0, 8), Some(([4].into(), 90)));
    }

    #[test]
    fn way_may_start_within_a_span_and_never_in_a_gap() {
        let deltas = [delta(8, 10, 50), delta(2, 7, 70)];
        assert_eq!(found(&deltas, 9, 10), Some(([0].into(), 50)));
        assert_eq!(found(&deltas, 7, 10), None);
        assert_eq!(found(&deltas, 5, 10), None);
        assert_eq!(found(&deltas, 11, 10), None);
        assert_eq!(found(&[], 1, 2), None);
    }
}
