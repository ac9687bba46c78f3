//! JSONTestSuite, carried as the value of a claim: what must parse parses, what must not is refused, typed.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use support::{NOW, secret_verifier, sign_claims, vectors_folder};

/// Valid JSON that tokens still may not carry, with the reason.
const STRICTER: [(&str, &str); 2] = [
    ("y_object_duplicated_key.json", "ERR_TOKEN_DUPLICATE_MEMBER"),
    ("y_object_duplicated_key_and_value.json", "ERR_TOKEN_DUPLICATE_MEMBER"),
];

/// What a parser makes of these is free; here it is decided, and must stay so.
const TRANSFORM_REFUSED: [&str; 9] = [
    "object_same_key_different_values.json",
    "object_same_key_same_value.json",
    "object_same_key_unclear_values.json",
    "string_1_escaped_invalid_codepoint.json",
    "string_1_invalid_codepoint.json",
    "string_2_escaped_invalid_codepoints.json",
    "string_2_invalid_codepoints.json",
    "string_3_escaped_invalid_codepoints.json",
    "string_3_invalid_codepoints.json",
];

#[test]
fn must_accept_files_are_accepted_and_must_reject_files_refused() {
    let (mut accepted, mut refused, mut free) = (0, 0, 0);
    for (name, content) in files("json/test_parsing") {
        let answer = carried(&content);
        match (name.split('_').next(), STRICTER.iter().find(|(stricter, _)| *stricter == name)) {
            (_, Some((_, code))) => assert_eq!(answer, Err(*code), "{name}"),
            (Some("y"), None) => assert_eq!(answer, Ok(()), "{name}"),
            (Some("n"), None) => assert!(answer.is_err(), "{name}"),
            _ => free += 1,
        }
        *(if name.starts_with('n') { &mut refused } else { &mut accepted }) += 1;
    }
    println!("report: JSONTestSuite: {accepted} must accept or free ({free}), {refused} must reject");
}

#[test]
fn ambiguous_texts_have_one_decided_answer() {
    for (name, content) in files("json/test_transform") {
        let refused = TRANSFORM_REFUSED.contains(&name.as_str());
        assert_eq!(carried(&content).is_err(), refused, "{name}");
    }
}

fn carried(content: &[u8]) -> Result<(), &'static str> {
    let mut claims = br#"{"iss":"joe","exp":1800000600,"value":"#.to_vec();
    claims.extend_from_slice(content);
    claims.push(b'}');
    if claims.len() > 12_000 {
        // Over the token limit: judged by size alone, so the parser is asked with the part that fits.
        claims.truncate(12_000);
    }
    secret_verifier().verify(sign_claims(claims).as_bytes(), NOW).map(drop).map_err(|error| error.code())
}

fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = vectors_folder().join(folder);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        assert!(std::env::var_os("CI").is_none(), "vectors missing: {}", folder.display());
        eprintln!("SKIPPED: JSONTestSuite is not there; set RESCIND_VECTORS");
        return Vec::new();
    };
    let read = |entry: std::fs::DirEntry| {
        (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
    };
    let files: Vec<_> = entries.map(|entry| read(entry.unwrap())).collect();
    assert!(!files.is_empty());
    files
}
