//! When a point gets its table, and how many tables there may be.
//!
//! Building a table takes about as long as three (P-384) to six (Ed25519) uses of the point lose without one. It is built
//! after [`USES_WITHOUT_TABLE`] uses, so that a key used once or twice never pays, and no key pays much more than twice
//! what would have been best for it. Tables, of 36 to 56 KiB, are the one large thing that a key holds, so their number is
//! limited for the whole process.

use alloc::boxed::Box;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use once_cell::race::OnceBox;

/// How many tables may exist at a time.
pub(crate) struct TableBudget {
    left: AtomicUsize,
}

impl TableBudget {
    pub(crate) const fn new(tables: usize) -> Self {
        Self { left: AtomicUsize::new(tables) }
    }

    #[cfg(test)]
    pub(super) fn has_room(&self) -> bool {
        self.left.load(Ordering::Relaxed) > 0
    }

    fn take(&'static self) -> Option<Permit> {
        let one_less = |left: usize| left.checked_sub(1);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).ok()?;
        Some(Permit { budget: self })
    }
}

/// The right to hold one table, given back when dropped.
struct Permit {
    budget: &'static TableBudget,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.budget.left.fetch_add(1, Ordering::Relaxed);
    }
}

/// The place of a point's table: empty until the point has been used a few times and the budget allows it.
pub(super) struct TableSlot<T> {
    table: OnceBox<(T, Permit)>,
    uses: AtomicU32,
    budget: &'static TableBudget,
}

impl<T> TableSlot<T> {
    pub(super) const fn new(budget: &'static TableBudget) -> Self {
        Self { table: OnceBox::new(), uses: AtomicU32::new(0), budget }
    }

    /// The table, built now if this use is the one that makes it worth it; none while it is not or the budget is spent.
    pub(super) fn table_for_use(&self, build: impl FnOnce() -> T) -> Option<&T> {
        if let Some(held) = self.table.get() {
            return Some(&held.0);
        }
        if self.uses.load(Ordering::Relaxed) < USES_WITHOUT_TABLE {
            self.uses.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        let permit = self.budget.take()?;
        // of threads that race, the losers drop what they built, and its permit
        Some(&self.table.get_or_init(|| Box::new((build(), permit))).0)
    }
}

/// Uses of a point before its table is built.
pub(super) const USES_WITHOUT_TABLE: u32 = 4;

/// The keys' tables, for the whole process: `64 · 56 KiB = 3.5 MiB` at most.
pub(crate) static KEY_TABLES: TableBudget = TableBudget::new(64);
/// One for each curve's base point.
pub(super) static BASE_TABLES: TableBudget = TableBudget::new(3);

#[cfg(test)]
mod tests {
    use super::*;

    fn use_times(slot: &TableSlot<u8>, times: u32) -> Vec<Option<u8>> {
        (0..times).map(|_| slot.table_for_use(|| 7).copied()).collect()
    }

    #[test]
    fn the_first_uses_go_without_a_table_and_the_next_one_builds_it() {
        static BUDGET: TableBudget = TableBudget::new(1);
        let slot = TableSlot::new(&BUDGET);
        assert!(use_times(&slot, USES_WITHOUT_TABLE).iter().all(Option::is_none));
        assert_eq!(use_times(&slot, 2), [Some(7); 2]);
    }

    #[test]
    fn a_table_is_built_once() {
        static BUDGET: TableBudget = TableBudget::new(2);
        let slot = TableSlot::new(&BUDGET);
        use_times(&slot, USES_WITHOUT_TABLE + 1);
        assert_eq!(slot.table_for_use(|| panic!("built again")), Some(&7));
        assert_eq!(BUDGET.left.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_spent_budget_refuses_tables_until_one_is_dropped() {
        static BUDGET: TableBudget = TableBudget::new(1);
        let (first, second) = (TableSlot::new(&BUDGET), TableSlot::new(&BUDGET));
        assert_eq!(use_times(&first, USES_WITHOUT_TABLE + 1).last(), Some(&Some(7)));
        assert_eq!(use_times(&second, 10), [None; 10]);
        drop(first);
        assert_eq!(use_times(&second, 1), [Some(7)]);
        drop(second);
        assert_eq!(BUDGET.left.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn threads_that_race_for_a_table_share_one_and_one_permit() {
        static BUDGET: TableBudget = TableBudget::new(8);
        let slot = TableSlot::new(&BUDGET);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| use_times(&slot, 200));
            }
        });
        assert_eq!(BUDGET.left.load(Ordering::Relaxed), 7);
    }
}
