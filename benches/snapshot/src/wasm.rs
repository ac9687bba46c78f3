//! The same steps for JavaScript: one contender at a time, open, checked and updated in this module's memory.

use crate::{Bloom, Contender, Fuse, Rsn, Sorted, StatusList, Token};
use std::cell::RefCell;

#[derive(Default)]
struct Held {
    input: Vec<u8>,
    tokens: Vec<Token>,
    opened: Option<Opened>,
}

enum Opened {
    Rsn(Rsn),
    Fuse(Fuse),
    Bloom(Bloom),
    Sorted(Sorted),
    StatusList(StatusList),
}

thread_local! {
    static HELD: RefCell<Held> = RefCell::default();
}

/// Where so many bytes of input are to be written.
#[unsafe(no_mangle)]
pub extern "C" fn input(length: usize) -> *const u8 {
    HELD.with_borrow_mut(|held| {
        held.input = vec![0; length];
        held.input.as_ptr()
    })
}

/// Opens the input as contender number `kind`, in the order of the command's results; 1 when that worked.
#[unsafe(no_mangle)]
pub extern "C" fn open(kind: u32) -> u32 {
    HELD.with_borrow_mut(|held| {
        let bytes = held.input.as_slice();
        held.opened = match kind {
            0 => Rsn::open(bytes).map(Opened::Rsn),
            1 => Fuse::open(bytes).map(Opened::Fuse),
            2 => Bloom::open(bytes).map(Opened::Bloom),
            3 => Sorted::open(bytes).map(Opened::Sorted),
            4 => StatusList::open(bytes).map(Opened::StatusList),
            _ => None,
        };
        u32::from(held.opened.is_some())
    })
}

/// Makes the tokens that are checked next: `count` of them from number `first` on.
#[unsafe(no_mangle)]
pub extern "C" fn tokens(first: u32, count: u32) {
    HELD.with_borrow_mut(|held| held.tokens = Token::list(first, count));
}

/// How many of the tokens are revoked.
#[unsafe(no_mangle)]
pub extern "C" fn check() -> u32 {
    HELD.with_borrow(|Held { tokens, opened, .. }| match opened {
        Some(Opened::Rsn(opened)) => revoked(opened, tokens),
        Some(Opened::Fuse(opened)) => revoked(opened, tokens),
        Some(Opened::Bloom(opened)) => revoked(opened, tokens),
        Some(Opened::Sorted(opened)) => revoked(opened, tokens),
        Some(Opened::StatusList(opened)) => revoked(opened, tokens),
        None => u32::MAX,
    })
}

/// Takes the input as an update; 1 when that worked.
#[unsafe(no_mangle)]
pub extern "C" fn update() -> u32 {
    HELD.with_borrow_mut(|Held { input, opened, .. }| {
        let taken = match opened {
            Some(Opened::Rsn(opened)) => opened.update(input),
            Some(Opened::Fuse(opened)) => opened.update(input),
            Some(Opened::Bloom(opened)) => opened.update(input),
            Some(Opened::Sorted(opened)) => opened.update(input),
            Some(Opened::StatusList(opened)) => opened.update(input),
            None => None,
        };
        u32::from(taken.is_some())
    })
}

/// SHA-256 of the input, of which one byte is answered: what all of them pay for new bytes.
#[unsafe(no_mangle)]
pub extern "C" fn digest() -> u32 {
    HELD.with_borrow(|held| crate::hashes::digest(&held.input).first().copied().map_or(0, u32::from))
}

fn revoked(opened: &impl Contender, tokens: &[Token]) -> u32 {
    tokens.iter().map(|token| u32::from(opened.check(token))).sum()
}
