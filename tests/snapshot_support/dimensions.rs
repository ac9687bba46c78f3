//! A publisher that declares dimensions of every kind, and a token that each of them can hit.

use super::*;

pub const T: u64 = ISSUED_AT - 100;
pub const DEVICE: Dimension = Dimension::Declared(8);
pub const LANE: Dimension = Dimension::Declared(12);
pub const SEAT: Dimension = Dimension::Declared(19);
pub const ACCOUNT: Dimension = Dimension::Declared(20);
pub const GRANT: Dimension = Dimension::Declared(31);

pub fn declared() -> Vec<DeclaredDimension> {
    vec![
        declared_dimension(8, "device", &[&["device"]], None),
        declared_dimension(19, "seat", &[&["org", "tenant"], &["team"], &["room"]], None),
        declared_dimension(20, "account", &[&["sub"]], Some("gen")),
        declared_dimension(31, "grant", &[&["sub"], &["client_id", "azp"]], Some("grant_gen")),
    ]
}

pub fn publisher() -> Publisher {
    let mut publisher = Publisher::new();
    publisher.parameters.declared = declared();
    publisher
}

pub fn holding(entries: &[Entry]) -> Subscription {
    publisher().holding(entries)
}

pub fn since(name: &str, time: u64) -> RevocationStatus {
    let since = Some(i64::try_from(time).unwrap());
    RevocationStatus::Revoked { dimension: name.into(), since, generation: None }
}

pub fn below(name: &str, generation: u64) -> RevocationStatus {
    RevocationStatus::Revoked { dimension: name.into(), since: None, generation: Some(generation) }
}

/// One cut-off of a value that the token below has, in dimensions of every kind, by number.
pub fn matching(dimension: Dimension, least: u64) -> Entry {
    match dimension {
        Dimension::Issuer => cut_off(dimension, ISSUER, least),
        Dimension::SubjectClient | GRANT => tuple_cut_off(dimension, &["s", "c"], least),
        ACCOUNT => tuple_cut_off(dimension, &["s"], least),
        _ => cut_off(dimension, "d", least),
    }
}

pub const MIXED: [(Dimension, &str); 6] = [
    (Dimension::Issuer, "issuer"),
    (Dimension::Key, "key"),
    (Dimension::SubjectClient, "subject_client"),
    (DEVICE, "device"),
    (ACCOUNT, "account"),
    (GRANT, "grant"),
];

/// Issued at T, of generation 5 in both.
pub fn matched() -> Token {
    let token = Token::new().key("d").issued(i64::try_from(T).unwrap());
    let token = token.claim("sub", &["s"]).claim("client_id", &["c"]).claim("device", &["d"]);
    token.integer("gen", 5).integer("grant_gen", 5)
}

pub fn entries_of(bounds: &[(usize, u64)]) -> Vec<Entry> {
    let least = |&(at, above): &(usize, u64)| if at < 4 { T + above } else { 5 + above };
    bounds.iter().map(|bound| matching(MIXED[bound.0].0, least(bound))).collect()
}

pub fn seat(org: &[&str], team: &[&str], room: &[&str]) -> Token {
    Token::new().issued(0).claim("org", org).claim("team", team).claim("room", room)
}
