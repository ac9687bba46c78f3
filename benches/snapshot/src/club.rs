//! A clubcard: exact like a status list, made from the list of all tokens that are valid, for a fixed set.

use crate::contender::{Contender, Token};
use crate::hashes::Hasher;
use clubcard::builder::{ApproximateRibbon, ClubcardBuilder, ExactRibbon};
use clubcard::{ApproximateSizeOf, AsQuery, Clubcard, Equation, Filterable, Queryable};

/// One in a hundred issued tokens is revoked, as for the status list. It is not serialised: its size is what the crate says.
pub struct Club {
    card: Clubcard<WIDTH, Universe, ()>,
    hasher: Hasher,
}

impl Club {
    /// The set of the first `revoked` tokens of a hundred times as many.
    pub fn build(revoked: u32) -> Self {
        let issued = revoked.saturating_mul(100);
        let hasher = Hasher::new();
        let entry = |number| Entry { hash: hasher.token(number).to_le_bytes(), revoked: number < revoked };
        let mut builder = ClubcardBuilder::new();
        let mut approximate = builder.new_approx_builder(&[]);
        (0..revoked).for_each(|number| approximate.insert(entry(number)));
        approximate.set_universe_size(usize::try_from(issued).unwrap_or(usize::MAX));
        builder.collect_approx_ribbons(vec![ApproximateRibbon::from(approximate)]);
        let mut exact = builder.new_exact_builder(&[]);
        (0..issued).for_each(|number| exact.insert(entry(number)));
        builder.collect_exact_ribbons(vec![ExactRibbon::from(exact)]);
        let card = builder.build::<Entry>(Universe, ());
        Self { card, hasher }
    }

    /// What it takes in bytes.
    pub fn size(&self) -> usize {
        self.card.approximate_size_of()
    }
}

impl Contender for Club {
    const NAME: &'static str = "clubcard";

    /// It has no bytes of its own.
    fn open(_bytes: &[u8]) -> Option<Self> {
        None
    }

    /// One look-up: it knows tokens, not the values that they have.
    fn check(&self, token: &Token) -> bool {
        let hash = self.hasher.token(token.number).to_le_bytes();
        self.card.unchecked_contains(&Entry { hash, revoked: false })
    }

    fn update(&mut self, _update: &[u8]) -> Option<()> {
        None
    }
}

/// Words of an equation.
const WIDTH: usize = 4;

struct Universe;

impl ApproximateSizeOf for Universe {}

struct Entry {
    hash: [u8; 8],
    revoked: bool,
}

impl AsQuery<WIDTH> for Entry {
    fn as_query(&self, columns: usize) -> Equation<WIDTH> {
        let mut state = u64::from_le_bytes(self.hash);
        let mut words = [0_u64; WIDTH];
        for word in &mut words {
            state = mixed(state);
            *word = state;
        }
        words[0] |= 1;
        let start = (u128::from(mixed(state)) * u128::try_from(columns.max(1)).unwrap_or(1)) >> 64;
        Equation::inhomogeneous(usize::try_from(start).unwrap_or(0), words, u8::from(!self.revoked))
    }

    fn block(&self) -> &[u8] {
        &[]
    }

    fn discriminant(&self) -> &[u8] {
        &self.hash
    }
}

impl Filterable<WIDTH> for Entry {
    fn included(&self) -> bool {
        self.revoked
    }
}

impl Queryable<WIDTH> for Entry {
    type UniverseMetadata = Universe;
    type PartitionMetadata = ();

    fn in_universe(&self, _universe: &Universe) -> bool {
        true
    }
}

const fn mixed(hash: u64) -> u64 {
    let hash = hash.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}
