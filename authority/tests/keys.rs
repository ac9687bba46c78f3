//! Publisher keys are made, replaced in the planned way, and replaced by the root after a theft: with the program, as
//! docs/operations.md says, and with verifiers that follow.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use reqwest::StatusCode;
use rescind::Error;
use serde_json::{Value, json};
use support::follower::Follower;
use support::process::{Served, print, refusal};
use support::{Folder, public_key};

/// The folder of an authority, with paths as arguments.
struct Operator {
    folder: Folder,
}

impl Operator {
    fn new() -> Self {
        Self { folder: Folder::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.directory.path().join(name)
    }

    fn argument(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Creates a key; answers its x.
    fn create(&self, role: &str, name: &str) -> String {
        print(["keys", role, "create", &self.argument(name)])["x"].as_str().unwrap().into()
    }

    fn present(&self) -> String {
        self.folder.secrets["publisher_key"]["x"].as_str().unwrap().into()
    }

    fn replacing(&self, role: &str, signer: &str, publishers: &[&str], more: &[&str]) -> Vec<String> {
        let (document, signer) = (self.argument("keys.bin"), self.argument(signer));
        let fixed = ["keys", "replace", "--tenant", "main", "--document", &document, "--as", role];
        let mut arguments: Vec<String> = fixed.into_iter().map(Into::into).collect();
        arguments.extend(["--signed-by".into(), signer]);
        for publisher in publishers {
            arguments.extend(["--publisher-key".into(), (*publisher).into()]);
        }
        arguments.extend(more.iter().map(|argument| (*argument).into()));
        arguments
    }

    fn replace(&self, role: &str, signer: &str, publishers: &[&str], more: &[&str]) -> Value {
        print(self.replacing(role, signer, publishers, more))
    }

    fn serve_document(&self) {
        self.folder.set("# key_document = \"keys.bin\"", "key_document = \"keys.bin\"");
    }

    fn sign_with(&self, name: &str) {
        let text = std::fs::read_to_string(self.folder.config_path()).unwrap();
        let line = text.lines().find(|line| line.starts_with("key = ")).unwrap().to_owned();
        self.folder.set(&line, &format!("key = \"{name}\""));
    }
}

fn bytes(x: &str) -> [u8; 32] {
    public_key(&json!({ "x": x }))
}

#[test]
fn key_file_is_for_its_owner_alone_and_never_overwritten() {
    let operator = Operator::new();
    let x = operator.create("root", "root.pem");
    let mode = std::fs::metadata(operator.path("root.pem")).unwrap().permissions().mode();
    assert_eq!((mode & 0o777, bytes(&x).len()), (0o600, 32));
    let before = std::fs::read(operator.path("root.pem")).unwrap();
    let (code, _) = refusal(["keys", "publisher", "create", &operator.argument("root.pem")]);
    assert_eq!((code, std::fs::read(operator.path("root.pem")).unwrap()), (2, before));
}

#[tokio::test]
async fn planned_rotation_is_followed_without_a_pause_by_verifiers_that_pin_the_first_key() {
    let operator = Operator::new();
    let server = Served::start(&operator.folder);
    let mut follower = Follower::pinning(&server.url, vec![bytes(&operator.present())]);
    let mut asleep = Follower::pinning(&server.url, vec![bytes(&operator.present())]);
    let first = follower.renew().await.unwrap();
    assert_eq!(follower.get("keys").await, None);
    server.stop();

    // The document first, while the old key signs.
    let next = operator.create("publisher", "next.pem");
    let link = operator.replace("publisher", "publisher.pem", &[&operator.present(), &next], &[]);
    assert_eq!((&link["number"], &link["root_key"]), (&json!(1), &Value::Null));
    operator.serve_document();
    let server = Served::start(&operator.folder);
    follower.move_to(&server.url);
    follower.renew().await.unwrap();
    server.stop();

    operator.sign_with("next.pem");
    let server = Served::start(&operator.folder);
    follower.move_to(&server.url);
    let second = follower.renew().await.unwrap();
    assert!(second > first && second.epoch == first.epoch, "{first} {second}");
    server.stop();

    // The old key goes; who slept through all of it comes along as well.
    operator.replace("publisher", "next.pem", &[&next], &[]);
    let server = Served::start(&operator.folder);
    for it in [&mut follower, &mut asleep] {
        it.move_to(&server.url);
        assert!(it.renew().await.unwrap() > second);
    }
    let document = follower.get("keys").await.unwrap();
    follower.subscription.offer_keys(&document).unwrap();
    assert_eq!(follower.subscription.offer_keys(&document).unwrap(), 2);
    server.stop();
}

#[tokio::test]
async fn stolen_publisher_key_is_replaced_by_the_root_and_counts_no_more() {
    let operator = Operator::new();
    let root = operator.create("root", "root.pem");
    operator.replace("root", "root.pem", &[&operator.present()], &[]);
    operator.serve_document();
    let server = Served::start(&operator.folder);
    let mut follower = Follower::pinning_root(&server.url, bytes(&root));
    let before = follower.renew().await.unwrap();
    let genuine = follower.get("manifest").await.unwrap();
    server.stop();

    // The thief signs whatever they like: an epoch far ahead, which nothing of the old line could outrank.
    operator.folder.set("# minimum_epoch = 1", "minimum_epoch = 4000000000");
    let thief = Served::start(&operator.folder);
    follower.move_to(&thief.url);
    assert_eq!(follower.renew().await.unwrap().epoch, 4_000_000_000);
    let forged = follower.get("manifest").await.unwrap();
    thief.stop();
    std::fs::remove_file(operator.path("store.redb")).unwrap();
    operator.folder.set("minimum_epoch = 4000000000", "minimum_epoch = 1");

    let fresh = operator.create("publisher", "fresh.pem");
    let epoch = (before.epoch + 1).to_string();
    let link = operator.replace("root", "root.pem", &[&fresh], &["--epoch", &epoch]);
    assert_eq!((&link["number"], &link["epoch"]), (&json!(2), &json!(2)));
    operator.sign_with("fresh.pem");
    let server = Served::start(&operator.folder);
    follower.move_to(&server.url);
    let after = follower.renew().await.unwrap();
    assert_eq!((after.epoch, after.version), (2, 1));
    for stolen in [forged, genuine] {
        let refused = follower.subscription.offer_manifest(&stolen, support::now()).unwrap_err();
        assert_eq!(refused, Error::ManifestKeyUnknown);
    }
    // A verifier that comes later walks the same way.
    assert_eq!(Follower::pinning_root(&server.url, bytes(&root)).renew().await.unwrap(), after);
    server.stop();
}

#[tokio::test]
async fn root_may_drop_the_earlier_links() {
    let operator = Operator::new();
    let root = operator.create("root", "root.pem");
    let next = operator.create("publisher", "next.pem");
    operator.replace("root", "root.pem", &[&operator.present()], &[]);
    operator.replace("publisher", "publisher.pem", &[&operator.present(), &next], &[]);
    operator.replace("root", "root.pem", &[&next], &["--drop-earlier"]);
    let shown = print(["snapshot", "inspect", "--json", &operator.argument("keys.bin")]);
    let links = shown[0]["links"].as_array().unwrap();
    assert_eq!((links.len(), &links[0]["number"], &links[0]["signed_as"]), (1, &json!(3), &json!("root")));
    operator.serve_document();
    operator.sign_with("next.pem");
    let server = Served::start(&operator.folder);
    Follower::pinning_root(&server.url, bytes(&root)).renew().await.unwrap();
    server.stop();
}

#[tokio::test]
async fn key_document_may_be_cached_for_seconds_by_anyone() {
    let operator = Operator::new();
    operator.replace("publisher", "publisher.pem", &[&operator.present()], &[]);
    operator.serve_document();
    let server = Served::start(&operator.folder);
    let http = reqwest::Client::new();
    let get = || http.get(format!("{}/r/main/keys", server.url)).header("origin", "https://anyone.example");
    let answer = get().send().await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "public, max-age=5, no-transform");
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    let etag = answer.headers()["etag"].clone();
    assert_eq!(answer.bytes().await.unwrap(), std::fs::read(operator.path("keys.bin")).unwrap());
    let held = get().header("if-none-match", etag).send().await.unwrap();
    assert_eq!(held.status(), StatusCode::NOT_MODIFIED);
    let other = http.get(format!("{}/r/other/keys", server.url)).send().await.unwrap();
    assert_eq!(other.status(), StatusCode::NOT_FOUND);
    server.stop();
}

#[test]
fn server_does_not_start_with_a_key_that_the_document_does_not_name() {
    let operator = Operator::new();
    operator.replace("publisher", "publisher.pem", &[&operator.present()], &[]);
    operator.serve_document();
    operator.create("publisher", "other.pem");
    operator.sign_with("other.pem");
    let config = operator.folder.config_path().display().to_string();
    for command in ["check-config", "serve"] {
        let (code, words) = refusal([command, "--config", &config]);
        assert_eq!(code, 2);
        assert!(words.contains("publish.key_document: expected a document that names"), "{words}");
    }
    std::fs::write(operator.path("keys.bin"), b"RSNK").unwrap();
    let (code, words) = refusal(["check-config", "--config", &config]);
    assert!(code == 2 && words.contains("expected a key document"), "{words}");
}

#[test]
fn link_that_no_verifier_would_take_is_not_written() {
    let operator = Operator::new();
    let root = operator.create("root", "root.pem");
    let other = operator.create("root", "other-root.pem");
    let present = operator.present();
    operator.replace("root", "root.pem", &[&present], &["--epoch", "3"]);
    operator.create("publisher", "stranger.pem");
    let before = std::fs::read(operator.path("keys.bin")).unwrap();
    let publishers = [present.as_str()];
    for (role, signer, publishers, more, expected) in [
        ("root", "other-root.pem", &publishers[..], &[][..], "is not the present root key"),
        ("publisher", "stranger.pem", &publishers, &[], "is not a present publisher key"),
        ("root", "root.pem", &publishers, &["--epoch", "2"], "--epoch: never goes back"),
        ("publisher", "publisher.pem", &publishers, &["--epoch", "9"], "are for --as root"),
        ("publisher", "publisher.pem", &publishers, &["--root-key", &other], "are for --as root"),
        ("root", "root.pem", &[root.as_str()], &[], "would refuse"),
        ("root", "root.pem", &["AAAA"], &[], "expected the x of an Ed25519 public JWK"),
    ] {
        let (code, words) = refusal(operator.replacing(role, signer, publishers, more));
        assert_eq!(code, 2, "{words}");
        assert!(words.contains(expected), "{expected}: {words}");
    }
    assert_eq!(std::fs::read(operator.path("keys.bin")).unwrap(), before);
}

#[test]
fn public_key_that_begins_with_a_hyphen_is_no_option() {
    let operator = Operator::new();
    // Not every text is a point of the curve, but many are.
    let hyphen = (0..=u8::MAX).find_map(|last| {
        let mut key = [0xf8; 32];
        key[31] = last & 0x7f;
        let x = rescind_authority::ed25519::encode(&key);
        let written = support::process::run(operator.replacing("publisher", "publisher.pem", &[&x], &[]));
        (written.status.code() == Some(0)).then_some(x)
    });
    assert!(hyphen.is_some_and(|x| x.starts_with('-')));
}

#[tokio::test]
async fn root_is_replaced_by_the_root_before_it() {
    let operator = Operator::new();
    let root = operator.create("root", "root.pem");
    let new_root = operator.create("root", "new-root.pem");
    operator.replace("root", "root.pem", &[&operator.present()], &[]);
    operator.replace("root", "root.pem", &[&operator.present()], &["--root-key", &new_root]);
    let last = operator.replace("root", "new-root.pem", &[&operator.present()], &[]);
    assert_eq!((&last["number"], &last["root_key"]), (&json!(3), &json!(new_root)));
    operator.serve_document();
    let server = Served::start(&operator.folder);
    for pinned in [&root, &new_root] {
        Follower::pinning_root(&server.url, bytes(pinned)).renew().await.unwrap();
    }
    server.stop();
}
