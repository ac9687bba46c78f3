//! One table for the codes: what docs/errors.md explains is what Rust and TypeScript have, in the same order.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use rescind::Error;

#[test]
fn documented_codes_are_those_of_the_rust_enum_in_its_order() {
    let documented = codes_in("docs/errors.md", "| `", "`");
    assert_eq!(documented.get(..Error::CODES.len()).unwrap(), Error::CODES);
}

#[test]
fn documented_codes_are_those_of_the_npm_package_in_its_order() {
    let documented = codes_in("docs/errors.md", "| `", "`");
    assert_eq!(documented, codes_in("js/errors.ts", "  \"", "\","));
}

/// The codes that stand at the beginning of a line between these two texts.
fn codes_in(file: &str, before: &str, after: &str) -> Vec<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let code = |line: &str| Some(line.strip_prefix(before)?.split_once(after)?.0.to_string());
    text.lines().filter_map(code).filter(|code| code.starts_with("ERR_")).collect()
}
