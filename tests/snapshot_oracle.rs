//! The snapshot against plain sets and maps: no false negative, no false positive, the strictest cut-off.
#![cfg(feature = "publish")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod snapshot_support;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rescind::{DeclaredDimension, Dimension, Entry, RevocationStatus};
use snapshot_support::*;
use std::collections::{HashMap, HashSet};

const ISSUERS: [&str; 2] = [ISSUER, OTHER_ISSUER];

/// Of one claim, of two with alternatives, and of a claim that others use; by time and by generation.
fn declared() -> Vec<DeclaredDimension> {
    vec![
        declared_dimension(31, "account", &[&["sub"]], Some("generation")),
        declared_dimension(8, "device", &[&["device"]], None),
        declared_dimension(19, "seat", &[&["org_id"], &["device", "azp"], &["sub"]], None),
        declared_dimension(20, "grant", &[&["client_id", "azp"], &["sub"]], Some("grant")),
    ]
}

fn dimensions() -> Vec<Dimension> {
    Dimension::BUILT_IN.into_iter().chain(declared().iter().map(DeclaredDimension::dimension)).collect()
}

/// A publisher that declares those.
fn publisher() -> Publisher {
    let mut publisher = Publisher::new();
    publisher.parameters.declared = declared();
    publisher
}

fn issuer() -> impl Strategy<Value = String> {
    select(&ISSUERS[..]).prop_map(Into::into)
}

/// Few values, of which one is the start of another, so that the same tuples are drawn often.
fn member() -> impl Strategy<Value = String> {
    select(&["", "a", "ab", "b", "value-1", "value-2"][..]).prop_map(Into::into)
}

/// Few values, so that the same one is drawn often, in several dimensions and for several issuers.
fn value() -> impl Strategy<Value = String> {
    (0_u8..20).prop_map(|n| format!("value-{n}"))
}

/// Times at and beside the edges of buckets of several widths, and at the ends of the range.
fn expiry() -> impl Strategy<Value = u64> {
    let edge = (0_u32..40, 0_u64..40, -1_i64..=1).prop_map(|(shift, step, side)| {
        (ISSUED_AT >> shift << shift).saturating_add(step << shift).saturating_add_signed(side)
    });
    prop_oneof![8 => edge, 1 => select(&[0, 1, (1 << 40) - 1, 1 << 40, u64::MAX][..])]
}

fn token_entry() -> impl Strategy<Value = Entry> {
    let expiry = prop_oneof![9 => expiry().prop_map(Some), 1 => Just(None)];
    (issuer(), value(), expiry).prop_map(|(issuer, token_id, expires_at)| Entry::Token {
        issuer,
        token_id,
        expires_at,
        subject: None,
    })
}

fn time() -> impl Strategy<Value = u64> {
    prop_oneof![4 => ISSUED_AT - 5..ISSUED_AT + 5, 1 => select(&[0, 1, (1 << 40) - 1][..])]
}

fn generation() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0_u64..6, 1 => select(&[1 << 39, (1 << 40) - 1][..])]
}

fn cut_off_entry() -> impl Strategy<Value = Entry> {
    let bounds = (time(), generation());
    (select(dimensions()), issuer(), value(), vec(member(), 3), bounds).prop_map(
        |(dimension, issuer, value, tuple, (time, generation))| {
            let values = match members_of(dimension).len() {
                _ if dimension == Dimension::Issuer => vec![issuer.clone()],
                0 | 1 => vec![value],
                members => tuple.iter().take(members).cloned().collect(),
            };
            let not_before = if dimension.compares_generations() { generation } else { time };
            Entry::CutOff { dimension, issuer, values, not_before, subject: None }
        },
    )
}

fn values() -> impl Strategy<Value = Vec<String>> {
    let value = || prop_oneof![value(), member()];
    prop_oneof![2 => Just(vec![]), 3 => vec(value(), 1), 1 => vec(value(), 2..5)]
}

fn any_token() -> impl Strategy<Value = Token> {
    let names = ["sub", "sid", "client_id", "azp", "org_id", "device"];
    let claims = names.map(|name| values().prop_map(move |values| (name.to_string(), values)));
    let issued_at = prop_oneof![5 => time().prop_map(|time| Some(time.try_into().unwrap())), 1 => Just(None),
        1 => select(&[Some(i64::MIN), Some(-1), Some(i64::MAX)][..])];
    let ids = (proptest::option::of(value()), proptest::option::of(value()));
    let integer = |name: &'static str| {
        let value = proptest::option::of(prop_oneof![5 => generation(), 1 => Just(u64::MAX)]);
        value.prop_map(move |value| value.map(|value| (name.to_string(), value)))
    };
    let integers = (integer("generation"), integer("grant"));
    let integers = integers.prop_map(|(one, other)| one.into_iter().chain(other).collect());
    (issuer(), ids, issued_at, expiry(), Vec::from(claims), integers).prop_map(
        |(issuer, (key_id, token_id), issued_at, expires_at, claims, integers)| Token {
            integers,
            issuer,
            key_id,
            token_id,
            issued_at,
            expires_at,
            claims,
        },
    )
}

/// The same answers from a set and a map.
#[derive(Default)]
struct Oracle {
    tokens: HashSet<(String, String, u64)>,
    tokens_of_unknown_exp: HashSet<(String, String)>,
    cut_offs: HashMap<(Dimension, String, Vec<String>), u64>,
}

impl Oracle {
    fn of(entries: &[Entry]) -> Self {
        let mut oracle = Self::default();
        for entry in entries.iter().cloned() {
            match entry {
                Entry::Token { issuer, token_id, expires_at: Some(exp), .. } if exp < 1 << 40 => {
                    oracle.tokens.insert((issuer, token_id, exp));
                }
                Entry::Token { issuer, token_id, .. } => {
                    oracle.tokens_of_unknown_exp.insert((issuer, token_id));
                }
                Entry::CutOff { dimension, issuer, values, not_before, .. } => {
                    let time = oracle.cut_offs.entry((dimension, issuer, values)).or_default();
                    *time = not_before.max(*time);
                }
            }
        }
        oracle
    }

    /// `None` where the set may say either: the token was revoked with another `exp`, which may share its bucket.
    fn token_is_revoked(&self, token: &Token) -> Option<bool> {
        let Some(id) = token.token_id.clone() else { return Some(false) };
        let key = (token.issuer.clone(), id);
        if self.tokens_of_unknown_exp.contains(&key)
            || self.tokens.contains(&(key.0.clone(), key.1.clone(), token.expires_at))
        {
            return Some(true);
        }
        let other = self.tokens.iter().any(|(issuer, id, _)| (issuer, id) == (&key.0, &key.1));
        (!other).then_some(false)
    }

    fn strictest(&self, token: &Token) -> RevocationStatus {
        let hits = |dimension| {
            let found = values_of(token, dimension).into_iter().filter_map(move |values| {
                self.cut_offs.get(&(dimension, token.issuer.clone(), values)).copied()
            });
            found.filter(move |&bound| rejects(token, dimension, bound)).max()
        };
        let times = dimensions().into_iter().filter(|dimension| !dimension.compares_generations());
        let times = times.filter_map(|dimension| Some((hits(dimension)?, std::cmp::Reverse(dimension))));
        if let Some((time, dimension)) = times.max() {
            let since = Some(i64::try_from(time).unwrap());
            return RevocationStatus::Revoked { dimension: name_of(dimension.0), since, generation: None };
        }
        let mut generations = dimensions();
        generations.retain(|dimension| dimension.compares_generations());
        generations.sort();
        let first = generations.into_iter().find_map(|dimension| Some((dimension, hits(dimension)?)));
        first.map_or(RevocationStatus::NotRevoked, |(dimension, least)| RevocationStatus::Revoked {
            dimension: name_of(dimension),
            since: None,
            generation: Some(least),
        })
    }
}

fn rejects(token: &Token, dimension: Dimension, bound: u64) -> bool {
    let declared = declared().into_iter().find(|declared| declared.dimension() == dimension);
    match declared.and_then(|declared| declared.generation_claim) {
        Some(claim) => !token.integers.iter().any(|(name, value)| *name == claim && *value >= bound),
        None => token.issued_at.is_none_or(|issued_at| issued_at < i64::try_from(bound).unwrap()),
    }
}

fn name_of(dimension: Dimension) -> String {
    let declared = declared().into_iter().find(|declared| declared.dimension() == dimension);
    declared.map_or_else(|| dimension.name().unwrap().into(), |declared| declared.name)
}

/// The claims of each member; none for the issuer and the key.
fn members_of(dimension: Dimension) -> Vec<Vec<String>> {
    let client = || vec!["client_id".to_string(), "azp".to_string()];
    match dimension {
        Dimension::Issuer | Dimension::Key => vec![],
        Dimension::Subject => vec![vec!["sub".into()]],
        Dimension::Session => vec![vec!["sid".into()]],
        Dimension::Client => vec![client()],
        Dimension::Organization => vec![vec!["org_id".into()]],
        Dimension::SubjectClient => vec![vec!["sub".into()], client()],
        Dimension::Declared(number) => {
            declared().into_iter().find(|declared| declared.number == number).unwrap().members
        }
    }
}

/// Every tuple that the token has.
fn values_of(token: &Token, dimension: Dimension) -> Vec<Vec<String>> {
    match dimension {
        Dimension::Issuer => return vec![vec![token.issuer.clone()]],
        Dimension::Key => return token.key_id.iter().map(|id| vec![id.clone()]).collect(),
        _ => (),
    }
    let claim = |name: &String| -> Vec<String> {
        let named = token.claims.iter().filter(|(other, _)| other == name);
        named.flat_map(|(_, values)| values.clone()).collect()
    };
    members_of(dimension).iter().fold(vec![vec![]], |tuples, claims| {
        let values = claims.iter().map(claim).find(|values| !values.is_empty()).unwrap_or_default();
        let extended = |tuple: &Vec<String>| -> Vec<Vec<String>> {
            values.iter().map(|value| [tuple.as_slice(), std::slice::from_ref(value)].concat()).collect()
        };
        tuples.iter().flat_map(extended).collect()
    })
}

fn check(entries: &[Entry], tokens: &[Token]) -> Result<(), TestCaseError> {
    let subscription = publisher().holding(entries);
    let oracle = Oracle::of(entries);
    for token in tokens {
        let found = token.status(&subscription);
        let expected = match oracle.token_is_revoked(token) {
            None if found == token_revoked() => continue,
            Some(true) => token_revoked(),
            _ => oracle.strictest(token),
        };
        prop_assert_eq!(found, expected, "{:?}", token);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_set_answers_as_the_oracle(
        mut entries in vec(prop_oneof![token_entry(), cut_off_entry()], 0..60),
        others in vec(token_entry(), 0..200),
        mut tokens in vec(any_token(), 60),
    ) {
        entries.extend(others);
        // Every revoked token itself, too: random ones rarely meet an exp.
        for (entry, like) in entries.iter().zip(tokens.clone().into_iter().cycle()) {
            if let Entry::Token { issuer, token_id, expires_at, .. } = entry {
                let expires_at = expires_at.unwrap_or(like.expires_at);
                tokens.push(Token { issuer: issuer.clone(), token_id: Some(token_id.clone()), expires_at, ..like });
            }
        }
        check(&entries, &tokens)?;
    }

    #[test]
    fn any_order_and_repetition_gives_the_same_bytes(
        entries in vec(prop_oneof![token_entry(), cut_off_entry()], 0..80).prop_flat_map(|entries| {
            let repeated = [entries.as_slice(), &entries[..entries.len() / 2]].concat();
            (Just(entries), Just(repeated).prop_shuffle())
        }),
    ) {
        let (entries, shuffled) = entries;
        prop_assert_eq!(publisher().publish(&entries), publisher().publish(&shuffled));
    }

    #[test]
    fn any_bytes_as_manifest_or_object_are_refused(bytes in vec(any::<u8>(), 0..400)) {
        let publisher = Publisher::new();
        let mut subscription = publisher.holding(&[]);
        prop_assert!(subscription.offer_manifest(&bytes, NOW).is_err());
        let next = publisher.version(2).publish(&[token("a", None)]);
        subscription.offer_manifest(&next.manifest, NOW).unwrap();
        prop_assert_eq!(subscription.offer_object(bytes), Err(rescind::Error::ObjectMismatch));
    }
}

/// Large sets, whose tokens span many buckets and words: every member is found, no stranger is.
#[test]
fn large_set_has_no_false_negative_and_no_false_positive() {
    let exp = |n: u64| ISSUED_AT + n * n % 1_000_003;
    let entries: Vec<Entry> =
        (0..100_000).map(|n| token(&format!("member-{n}"), (n % 10 != 0).then(|| exp(n)))).collect();
    let subscription = Publisher::new().holding(&entries);
    assert_eq!(subscription.snapshot().unwrap().entries(), 100_000);
    for n in 0..100_000 {
        let member = Token::new().id(&format!("member-{n}")).expires(exp(n)).status(&subscription);
        assert_eq!(member, token_revoked(), "member-{n}");
        let stranger = Token::new().id(&format!("stranger-{n}")).expires(exp(n)).status(&subscription);
        assert_eq!(stranger, RevocationStatus::NotRevoked, "stranger-{n}");
    }
}

#[test]
fn large_map_keeps_every_time() {
    let time = |n: u64| ISSUED_AT - n * n % 1_000_003;
    let dimension = |n: u64| Dimension::BUILT_IN[usize::try_from(2 + n % 4).unwrap()];
    let claim = |n: u64| ["sub", "sid", "client_id", "org_id"][usize::try_from(n % 4).unwrap()];
    let entries: Vec<Entry> =
        (0..40_000).map(|n| cut_off(dimension(n), &format!("value-{n}"), time(n))).collect();
    let subscription = Publisher::new().holding(&entries);
    assert_eq!(subscription.snapshot().unwrap().entries(), 40_000);
    for n in 0..40_000 {
        let value = format!("value-{n}");
        let token = |claim| Token::new().issued(None).claim(claim, &[&value]).status(&subscription);
        assert_eq!(token(claim(n)), cut_off_at(dimension(n), time(n)), "{value}");
        assert_eq!(token(claim(n + 1)), RevocationStatus::NotRevoked, "{value}");
    }
}

#[test]
fn large_list_of_keys_keeps_every_time() {
    let entries: Vec<Entry> = (1..1_000).map(|n| cut_off(Dimension::Key, &format!("kid-{n}"), n)).collect();
    for count in [1, 2, 3, 4, 5, 7, 8, 999] {
        let subscription = Publisher::new().holding(&entries[..count]);
        for n in 1..1_000_u64 {
            let found = Token::new().key(&format!("kid-{n}")).issued(None).status(&subscription);
            let held = n <= count.try_into().unwrap();
            assert_eq!(
                found,
                if held { cut_off_at(Dimension::Key, n) } else { RevocationStatus::NotRevoked }
            );
        }
    }
}
