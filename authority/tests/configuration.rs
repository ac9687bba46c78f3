//! The program's commands: what is refused before anything is started, with which words and which exit code.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use support::{Folder, program};

/// Runs a command that ends by itself; one that does not is ended, and has no exit code then.
fn run(command: &str, folder: &Folder) -> Output {
    let mut child = Command::new(program())
        .arg(command)
        .arg("--config")
        .arg(folder.config_path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    for _ in 0..500 {
        if child.try_wait().unwrap().is_some() {
            return child.wait_with_output().unwrap();
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait_with_output().unwrap()
}

/// The words with which `serve` refuses the configuration; exit code 2, nothing on standard output, no store.
fn refusal(folder: &Folder) -> String {
    let output = run("serve", folder);
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{words}");
    assert!(!folder.directory.path().join("store.redb").exists());
    words
}

#[test]
fn value_out_of_range_is_named_with_what_is_expected() {
    for (line, replacement, expected) in [
        (
            "# request_timeout_seconds = 15",
            "request_timeout_seconds = 0",
            "server.request_timeout_seconds: expected 1 to 300, not 0",
        ),
        (
            "# lifetime_seconds = 900",
            "lifetime_seconds = 100000",
            "tokens.lifetime_seconds: expected 10 to 86400, not 100000",
        ),
        (
            "# interval_seconds = 30",
            "interval_seconds = 60",
            "publish.next_update_seconds: expected 120 to 3600, not 90",
        ),
        (
            "# max_stale_seconds = 3600",
            "max_stale_seconds = 10",
            "publish.max_stale_seconds: expected 90 to 2678400, not 10",
        ),
        ("# cache_seconds = 2", "cache_seconds = 6", "publish.cache_seconds: expected 1 to 5, not 6"),
        (
            "# minimum_epoch = 1",
            "minimum_epoch = 0",
            "publish.minimum_epoch: expected 1 to 4294967295, not 0",
        ),
        (
            "# max_event_streams = 512",
            "max_event_streams = 1025",
            "server.max_event_streams: expected 0 to 1024, not 1025",
        ),
        (
            "# least_wait_seconds = 0",
            "least_wait_seconds = 3601",
            "publish.least_wait_seconds: expected 0 to 3600, not 3601",
        ),
        (
            "# shards = \"auto\"",
            "shards = 13",
            "publish.shards: invalid value: integer `13`, expected \"auto\" or 0 to 12",
        ),
        (
            "# shards = \"auto\"",
            "shards = \"many\"",
            "publish.shards: invalid value: string \"many\", expected \"auto\"",
        ),
        ("tenant = \"main\"", "tenant = \"Main\"", "publish.tenant: expected 1 to 64 of a-z, 0-9 and -"),
        ("audience = \"api\"", "audience = \"\"", "issuer.audience: expected 1 to 512 bytes"),
        (
            "url = \"http://127.0.0.1:7410\"",
            "url = \"http://auth.example\"",
            "issuer.url: expected an https URL",
        ),
        (
            "# issuers = []",
            "issuers = [\"http://127.0.0.1:7410\"]",
            "publish.issuers: expected distinct values",
        ),
        ("username = \"ben\"", "username = \"ann\"", "users (usernames): expected distinct values"),
        (
            "[\"https://app.example.com\"]",
            "[\"https://app.example.com/\"]",
            "cors.allowed_origins[0]: expected an origin",
        ),
    ] {
        let folder = Folder::new();
        folder.set(line, replacement);
        let words = refusal(&folder);
        assert!(words.contains(expected), "{replacement}: {words}");
        assert!(words.contains("config.toml"), "{words}");
    }
}

#[test]
fn value_of_the_wrong_type_is_named_with_its_line() {
    let folder = Folder::new();
    folder.set("# interval_seconds = 30", "interval_seconds = \"often\"");
    let words = refusal(&folder);
    assert!(
        words.contains("publish.interval_seconds: invalid type: string \"often\", expected u64"),
        "{words}"
    );
    let text = std::fs::read_to_string(folder.config_path()).unwrap();
    let line = text.lines().position(|line| line.contains("\"often\"")).unwrap() + 1;
    assert!(words.contains(&format!("line {line}:")), "{words}");
}

#[test]
fn unknown_key_is_named() {
    let folder = Folder::new();
    folder.set("[store]\n", "[store]\npaht = \"x\"\n");
    let words = refusal(&folder);
    assert!(words.contains("unknown field `paht`, expected `path` or `history_seconds`"), "{words}");
}

#[test]
fn missing_key_is_named() {
    let folder = Folder::new();
    folder.set("audience = \"api\"", "");
    let words = refusal(&folder);
    assert!(words.contains("issuer: missing field `audience`"), "{words}");
}

#[test]
fn text_that_is_not_toml_is_refused_with_its_line() {
    let folder = Folder::new();
    folder.set("[server]", "[server");
    let words = refusal(&folder);
    assert!(words.contains("config.toml: line 4: "), "{words}");
}

#[test]
fn missing_file_is_named() {
    let folder = Folder::new();
    std::fs::remove_file(folder.config_path()).unwrap();
    let words = refusal(&folder);
    assert!(words.contains("config.toml: cannot be read: No such file"), "{words}");
}

#[test]
fn hash_that_is_none_is_not_repeated() {
    for (start, end, replacement, key) in [
        ("password_hash = \"", "\"", "hunter2", "users[0].password_hash: expected an Argon2 hash"),
        ("secret_sha256 = \"", "\"", "hunter2", "clients[0].secret_sha256: expected the SHA-256"),
        ("\nsha256 = ", "\n", "31415926", "api_keys[0].sha256: expected the SHA-256"),
    ] {
        let folder = Folder::new();
        let text = std::fs::read_to_string(folder.config_path()).unwrap();
        // Comments hold examples of the same keys.
        let from = text
            .match_indices(start)
            .map(|(at, _)| at + start.len())
            .find(|at| !text[*at..].starts_with("$argon2id$."))
            .unwrap();
        let until = from + text[from..].find(end).unwrap();
        std::fs::write(folder.config_path(), format!("{}{replacement}{}", &text[..from], &text[until..]))
            .unwrap();
        let words = refusal(&folder);
        assert!(words.contains(key) && !words.contains(replacement), "{words}");
    }
}

#[cfg(unix)]
#[test]
fn key_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let signing =
        std::fs::read_dir(folder.directory.path().join("signing")).unwrap().next().unwrap().unwrap().path();
    for (path, key) in
        [(folder.directory.path().join("publisher.pem"), "publish.key"), (signing, "issuer.signing_keys")]
    {
        let mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        for others in [0o640, 0o604, 0o620] {
            mode(others);
            let words = refusal(&folder);
            assert!(words.contains(&format!("{key}: ")) && words.contains("chmod 600"), "{words}");
        }
        mode(0o600);
    }
}

#[test]
fn key_file_without_a_key_is_refused() {
    for (file, key) in [("publisher.pem", "publish.key: "), ("signing", "issuer.signing_keys: ")] {
        let folder = Folder::new();
        let mut path = folder.directory.path().join(file);
        if path.is_dir() {
            path = std::fs::read_dir(path).unwrap().next().unwrap().unwrap().path();
        }
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replacen('M', "N", 1)).unwrap();
        let words = refusal(&folder);
        assert!(words.contains(key) && words.contains("PKCS#8 PEM"), "{words}");
        std::fs::remove_file(&path).unwrap();
        assert!(refusal(&folder).contains(key));
    }
}

#[test]
fn address_in_use_is_refused() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = Folder::new();
    folder.set("127.0.0.1:0", &address);
    let words = refusal(&folder);
    assert!(words.contains(&format!("server.listen: {address}: ")), "{words}");
}

#[test]
fn check_config_accepts_what_init_writes() {
    let output = run("check-config", &Folder::new());
    assert_eq!((output.status.code(), output.stdout.len(), output.stderr.len()), (Some(0), 0, 0));
}

#[test]
fn check_config_accepts_the_template_with_every_default_written_out() {
    let folder = Folder::new();
    let text = std::fs::read_to_string(folder.config_path()).unwrap();
    let is_default = |line: &&str| {
        let is_value = line.starts_with("# ") && line.contains(" = ") && !line.contains("printf");
        // There is no key document by default.
        is_value && !line.contains("key_document")
    };
    let written_out: Vec<_> = text
        .split("\n# [[users]]")
        .next()
        .unwrap()
        .lines()
        .map(|line| if is_default(&line) { line.trim_start_matches("# ") } else { line })
        .collect();
    assert!(written_out.contains(&"max_stale_seconds = 3600"));
    std::fs::write(folder.config_path(), written_out.join("\n")).unwrap();
    let output = run("check-config", &folder);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn keys_prints_the_public_parts_alone() {
    let folder = Folder::new();
    let print = |which: &str| -> Value {
        let mut command = Command::new(program());
        let output = command.args(["keys", which, "--config"]).arg(folder.config_path()).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    assert_eq!(print("publisher"), folder.secrets["publisher_key"]);
    assert!(print("publisher").get("d").is_none());
    let signing = &print("signing")["keys"][0];
    assert_eq!((&signing["kty"], &signing["alg"], signing.get("d")), (&"EC".into(), &"ES256".into(), None));
}

#[test]
fn init_prints_the_secrets_and_never_overwrites() {
    let folder = tempfile::tempdir().unwrap();
    let init = || {
        let path = folder.path().join("new");
        Command::new(program()).arg("init").arg(path).args(["--user", "ann:acme"]).output().unwrap()
    };
    let secrets: Value = serde_json::from_slice(&init().stdout).unwrap();
    assert_eq!(
        (&secrets["users"][0]["username"], &secrets["users"][0]["organization"]),
        (&"ann".into(), &"acme".into())
    );
    let written = std::fs::read_to_string(folder.path().join("new/config.toml")).unwrap();
    for secret in [&secrets["api_key"], &secrets["client"]["secret"], &secrets["users"][0]["password"]] {
        assert!(!written.contains(secret.as_str().unwrap()));
    }
    let again = init();
    assert_eq!((again.status.code(), again.stdout.len()), (Some(2), 0));
    assert_eq!(std::fs::read_to_string(folder.path().join("new/config.toml")).unwrap(), written);
}

#[test]
fn hash_password_prints_a_hash_that_the_configuration_takes() {
    let mut child = Command::new(program())
        .arg("hash-password")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"correct horse\n").unwrap();
    let hash = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let folder = Folder::new();
    let text = std::fs::read_to_string(folder.config_path()).unwrap();
    let user = format!("\n[[users]]\nusername = \"eve\"\npassword_hash = \"{}\"\n", hash.trim());
    std::fs::write(folder.config_path(), text + &user).unwrap();
    assert_eq!(run("check-config", &folder).status.code(), Some(0));
}

#[test]
fn unknown_command_is_a_usage_error() {
    let output = Command::new(program()).arg("dance").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
