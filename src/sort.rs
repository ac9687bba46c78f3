//! Sorting for the verifier: heapsort, which takes n·log n steps on every input and little code.
//!
//! The standard library's sorts are faster and take 13 KiB of the module, for lists that have rarely more than a few items.

/// Sorts ascending by `is_less`. Equal items end up in any order.
pub(crate) fn sort_by<T>(items: &mut [T], is_less: impl Fn(&T, &T) -> bool) {
    for start in (0..items.len() / 2).rev() {
        sift_down(items, start, &is_less);
    }
    for end in (1..items.len()).rev() {
        items.swap(0, end);
        if let Some(heap) = items.get_mut(..end) {
            sift_down(heap, 0, &is_less);
        }
    }
}

/// Moves an item down a heap until none of its two children is greater.
fn sift_down<T>(heap: &mut [T], mut parent: usize, is_less: &impl Fn(&T, &T) -> bool) {
    let less = |heap: &[T], one: usize, other: usize| match (heap.get(one), heap.get(other)) {
        (Some(one), Some(other)) => is_less(one, other),
        _ => false,
    };
    loop {
        let first = 2 * parent + 1;
        let greater = if less(heap, first, first + 1) { first + 1 } else { first };
        if !less(heap, parent, greater) {
            return;
        }
        heap.swap(parent, greater);
        parent = greater;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn lists_of_every_length_and_order_are_sorted() {
        let mut state = 1u32;
        for length in 0..200u32 {
            for modulus in [1, 2, 7, 1_000_003] {
                let mut items: Vec<u32> = (0..length)
                    .map(|_| {
                        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        (state >> 8) % modulus
                    })
                    .collect();
                let mut expected = items.clone();
                expected.sort_unstable();
                sort_by(&mut items, |a, b| a < b);
                assert_eq!(items, expected);
                sort_by(&mut items, |a, b| a > b);
                expected.reverse();
                assert_eq!(items, expected);
            }
        }
    }
}
