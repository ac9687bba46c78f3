//! `rescind-authority snapshot`: builds, checks, shows and compares published files.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::path::PathBuf;

use serde_json::{Value, json};
use support::process::{print, refusal, run};
use tempfile::TempDir;

const NOW: u64 = 1_800_000_000;

/// A folder with a publisher key.
struct Files {
    folder: TempDir,
    x: String,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("key.pem").display().to_string();
        let x = print(["keys", "publisher", "create", &key])["x"].as_str().unwrap().into();
        Self { folder, x }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn argument(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn write(&self, name: &str, lines: &[Value]) -> String {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        std::fs::write(self.path(name), text).unwrap();
        self.argument(name)
    }

    fn building(&self, entries: &str, out: &str, version: u64) -> Vec<String> {
        let (key, out) = (self.argument("key.pem"), self.argument(out));
        let version = version.to_string();
        let now = NOW.to_string();
        let salt = "000102030405060708090a0b0c0d0e0f";
        let arguments = ["snapshot", "build", entries, "--key", &key, "--out", &out, "--tenant", "main"];
        let more = ["--version", &version, "--issued-at", &now, "--salt", salt];
        arguments.into_iter().chain(more).map(Into::into).collect()
    }

    fn verifying(&self, out: &str, tenant: &str, now: u64) -> Vec<String> {
        let manifest = self.argument(&format!("{out}/manifest"));
        let now = now.to_string();
        let arguments = ["snapshot", "verify", &manifest, "--tenant", tenant, "--now", &now];
        arguments.into_iter().chain(["--publisher-key", &self.x]).map(Into::into).collect()
    }
}

const ISSUER: &str = "https://a.example";

fn token(jti: &str) -> Value {
    json!({ "type": "token", "issuer": ISSUER, "jti": jti, "expires_at": NOW + 900 })
}

fn subject(value: &str, not_before: u64) -> Value {
    json!({ "type": "subject", "issuer": ISSUER, "value": value, "not_before": not_before })
}

fn key(value: &str) -> Value {
    json!({ "type": "key", "issuer": ISSUER, "value": value })
}

#[test]
fn built_snapshot_is_verified_with_its_key_and_tenant_alone() {
    let files = Files::new();
    let entries = files.write("entries", &[token("a"), token("b"), subject("ann", NOW), key("k")]);
    let built = print(files.building(&entries, "out", 7));
    assert_eq!((&built[0]["entries"], &built[0]["version"]), (&json!(4), &json!(7)));
    let verified = print(files.verifying("out", "main", NOW + 10));
    assert_eq!(
        (&verified["epoch"], &verified["version"], &verified["entries"], &verified["freshness"]),
        (&json!(1), &json!(7), &json!(4), &json!("fresh"))
    );
    assert_eq!(print(files.verifying("out", "main", NOW + 90))["freshness"], "stale");
    for (tenant, now, code) in [
        ("other", NOW, "ERR_MANIFEST_TENANT"),
        ("main", NOW + 3600, "ERR_MANIFEST_EXPIRED"),
        ("main", NOW - 61, "ERR_MANIFEST_FROM_FUTURE"),
    ] {
        let (exit, words) = refusal(files.verifying("out", tenant, now));
        assert!(exit == 1 && words.contains(code), "{words}");
    }
    let mut stranger = files.verifying("out", "main", NOW);
    *stranger.last_mut().unwrap() = Files::new().x;
    let (exit, words) = refusal(stranger);
    assert!(exit == 1 && words.contains("ERR_MANIFEST_KEY_UNKNOWN"), "{words}");
}

#[test]
fn changed_or_missing_object_is_refused_by_its_reason() {
    let files = Files::new();
    let entries = files.write("entries", &[token("a")]);
    print(files.building(&entries, "out", 1));
    let object = std::fs::read_dir(files.path("out/objects")).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&object).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&object, bytes).unwrap();
    let (exit, words) = refusal(files.verifying("out", "main", NOW));
    assert!(exit == 1 && words.contains("ERR_OBJECT_MISMATCH"), "{words}");
    std::fs::remove_file(object).unwrap();
    assert_eq!(refusal(files.verifying("out", "main", NOW)).0, 2);
}

#[test]
fn manifest_by_a_replaced_key_is_verified_with_the_key_document() {
    let files = Files::new();
    let root = print(["keys", "root", "create", &files.argument("root.pem")]);
    let (document, signer) = (files.argument("keys.bin"), files.argument("root.pem"));
    let arguments = ["keys", "replace", "--document", &document, "--tenant", "main", "--as", "root"];
    print(arguments.into_iter().chain(["--signed-by", &signer, "--publisher-key", &files.x]));
    let entries = files.write("entries", &[token("a")]);
    print(files.building(&entries, "out", 1));
    let (manifest, now) = (files.argument("out/manifest"), NOW.to_string());
    let verifying = ["snapshot", "verify", &manifest, "--tenant", "main", "--now", &now];
    let pinned = ["--root-key", root["x"].as_str().unwrap()];
    let (exit, words) = refusal(verifying.iter().chain(&pinned));
    assert!(exit == 1 && words.contains("ERR_MANIFEST_KEY_UNKNOWN"), "{words}");
    assert_eq!(print(verifying.iter().chain(&pinned).chain(&["--keys", &document]))["entries"], 1);
}

#[test]
fn same_entries_give_the_same_files_in_any_order() {
    let files = Files::new();
    let lines = [token("a"), subject("ann", NOW), key("k"), token("b")];
    let forward = files.write("forward", &lines);
    let backward: Vec<_> = lines.iter().rev().cloned().collect();
    let backward = files.write("backward", &backward);
    print(files.building(&forward, "one", 1));
    print(files.building(&backward, "two", 1));
    let manifest = |out: &str| std::fs::read(files.path(out).join("manifest")).unwrap();
    assert_eq!(manifest("one"), manifest("two"));
}

#[test]
fn line_that_is_no_entry_is_named() {
    let files = Files::new();
    for (line, expected) in [
        (json!({ "type": "subject", "issuer": ISSUER, "value": "ann" }), "line 2: a token has jti"),
        (json!({ "type": "token", "issuer": ISSUER, "value": "t" }), "line 2: a token has jti"),
        (json!({ "type": "team", "issuer": ISSUER, "value": "t" }), "line 2: unknown variant"),
        (json!({ "type": "token", "issuer": ISSUER, "jti": "t", "x": 1 }), "line 2: unknown field"),
        (json!([]), "line 2:"),
    ] {
        let entries = files.write("entries", &[token("a"), line]);
        let (exit, words) = refusal(files.building(&entries, "out", 1));
        assert!(exit == 2 && words.contains(expected), "{words}");
        assert!(!files.path("out").exists());
    }
}

#[test]
fn inspect_shows_every_kind_of_file_for_people_and_as_json() {
    let files = Files::new();
    let entries = files.write("entries", &[token("a"), subject("ann", NOW), subject("ben", NOW), key("k")]);
    print(files.building(&entries, "out", 3));
    let mut paths = vec![files.argument("out/manifest")];
    let objects = std::fs::read_dir(files.path("out/objects")).unwrap();
    paths.extend(objects.map(|entry| entry.unwrap().path().display().to_string()));
    let inspecting = |more: &[&str]| -> Vec<String> {
        let fixed = ["snapshot", "inspect"].iter().chain(more).map(|&text| text.into());
        fixed.chain(paths.iter().cloned()).collect()
    };
    let shown = print(inspecting(&["--json"]));
    let shown = shown.as_array().unwrap();
    assert_eq!(shown.len(), 3);
    assert_eq!(
        (&shown[0]["kind"], &shown[0]["version"], &shown[0]["entries"]),
        (&json!("manifest"), &json!(3), &json!(4))
    );
    let tokens = shown.iter().find(|it| it["kind"] == "tokens").unwrap();
    assert_eq!(tokens["entries"], json!({ "token": 1 }));
    let cut_offs = shown.iter().find(|it| it["kind"] == "cut_offs").unwrap();
    assert_eq!(cut_offs["entries"], json!({ "subject": 2, "key": 1 }));
    assert_eq!(shown[0]["objects"][1]["sha256"], cut_offs["sha256"]);
    let text = String::from_utf8(run(inspecting(&[])).stdout).unwrap();
    for expected in [
        "manifest  ",
        "version             3",
        "issued_at           1800000000  (2027-01-15T08:00:00Z)",
        "cut_offs  ",
        "subject         2",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn inspect_refuses_what_is_no_published_file() {
    let files = Files::new();
    std::fs::write(files.path("page"), "<html>").unwrap();
    std::fs::write(files.path("cut"), "RSNM\u{1}").unwrap();
    for (name, expected) in
        [("page", "no manifest, object or key document"), ("cut", "ERR_MANIFEST_MALFORMED")]
    {
        let (exit, words) = refusal(["snapshot", "inspect", &files.argument(name)]);
        assert!(exit == 1 && words.contains(expected), "{words}");
    }
}

#[test]
fn diff_counts_what_was_added_removed_and_changed() {
    let files = Files::new();
    let stays: Vec<Value> = (0..200).map(|number| token(&format!("stays{number}"))).collect();
    let gone: Vec<Value> = (0..30).map(|number| token(&format!("gone{number}"))).collect();
    let new: Vec<Value> = (0..70).map(|number| token(&format!("new{number}"))).collect();
    let earlier = [&stays[..], &gone, &[subject("ann", NOW), subject("ben", NOW), key("old")]].concat();
    let later = [&stays[..], &new, &[subject("ann", NOW + 5), subject("cat", NOW), key("new")]].concat();
    print(files.building(&files.write("earlier", &earlier), "one", 1));
    print(files.building(&files.write("later", &later), "two", 2));
    let (one, two) = (files.argument("one/manifest"), files.argument("two/manifest"));
    let told = print(["snapshot", "diff", "--json", &one, &two]);
    assert_eq!(
        told["entries"],
        json!({
            "token": { "added": 70, "removed": 30, "changed": 0 },
            "subject": { "added": 1, "removed": 1, "changed": 1 },
            "key": { "added": 1, "removed": 1, "changed": 0 },
        })
    );
    assert_eq!(told["earlier"]["entries"], 233);
    assert_eq!(told["base_bytes_to_fetch"], told["later"]["base_bytes"]);
    let same = print(["snapshot", "diff", "--json", &one, &one]);
    assert_eq!((&same["base_bytes_to_fetch"], &same["entries"]["token"]["added"]), (&json!(0), &json!(0)));
    let text = String::from_utf8(run(["snapshot", "diff", &one, &two]).stdout).unwrap();
    assert!(text.contains("token           added 70  changed 0  removed 30"), "{text}");
}

#[test]
fn diff_of_two_salts_tells_how_many_there_are() {
    let files = Files::new();
    let entries = files.write("entries", &[token("a"), subject("ann", NOW)]);
    print(files.building(&entries, "one", 1));
    let mut other = files.building(&entries, "two", 2);
    *other.last_mut().unwrap() = "f".repeat(32);
    print(other);
    let told = print([
        "snapshot",
        "diff",
        "--json",
        &files.argument("one/manifest"),
        &files.argument("two/manifest"),
    ]);
    let counts = json!({ "token": 1, "subject": 1 });
    assert_eq!(told["entries"], json!({ "before": counts, "after": counts }));
}

#[test]
fn parts_are_built_and_verified_together() {
    let files = Files::new();
    let of = |jti: &str, subject: &str| json!({ "type": "token", "issuer": ISSUER, "jti": jti, "subject": subject });
    let entries: Vec<Value> =
        (0..20).map(|number| of(&format!("t{number}"), &format!("s{number}"))).collect();
    let entries = files.write("entries", &[&entries[..], &[token("of nobody known"), key("k")]].concat());
    let built =
        print(files.building(&entries, "out", 1).into_iter().chain(["--shard-bits".into(), "1".into()]));
    let parts: Vec<_> = built.as_array().unwrap().iter().map(|part| part["part"].as_str().unwrap()).collect();
    assert_eq!(parts, ["1-0", "1-1", "common", "whole"]);
    let entries = |part: usize| built[part]["entries"].as_u64().unwrap();
    assert_eq!((entries(0) + entries(1), entries(2), entries(3)), (20, 2, 22));
    let objects = files.argument("out/objects");
    let verifying = |manifests: &[&str]| -> Vec<String> {
        let manifests = manifests.iter().map(|name| files.argument(&format!("out/{name}")));
        let now = NOW.to_string();
        let fixed = ["--objects", &objects, "--tenant", "main", "--now", &now, "--publisher-key", &files.x];
        let arguments = ["snapshot", "verify"].into_iter().map(String::from).chain(manifests);
        arguments.chain(fixed.into_iter().map(String::from)).collect()
    };
    let all = ["common/manifest", "shards/1-0/manifest", "shards/1-1/manifest"];
    let verified = print(verifying(&all));
    assert_eq!((&verified["entries"], &verified["parts"]), (&json!(22), &json!(["common", "1-0", "1-1"])));
    let (exit, words) = refusal(verifying(&["manifest", "common/manifest"]));
    assert!(exit == 1 && words.contains("ERR_POLICY_INVALID"), "{words}");
}
