//! What an acknowledged revocation survives: a killed process, and a disk that stops taking writes.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use support::{Folder, edition, program};

/// A server in a process of its own.
struct Process {
    child: Child,
    admin: Admin,
}

/// Who calls its admin API.
#[derive(Clone)]
struct Admin {
    url: String,
    http: Client,
    api_key: String,
}

impl Process {
    fn start(folder: &Folder) -> Self {
        let mut command = Command::new(program());
        command.arg("serve").arg("--config").arg(folder.config_path());
        Self::spawn(command, folder)
    }

    fn spawn(mut command: Command, folder: &Folder) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.strip_prefix("listening on ").unwrap().trim().to_owned();
        Self { child, admin: Admin { url, http: Client::new(), api_key: folder.api_key().into() } }
    }

    /// SIGKILL: no handler runs.
    fn kill(self) {}
}

impl Drop for Process {
    /// A test that fails leaves no process behind either.
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Admin {
    async fn revoke(&self, value: &str) -> Option<Value> {
        let body = json!({ "target": { "type": "session", "value": value } });
        let request = self.http.post(format!("{}/admin/v1/revocations", self.url)).bearer_auth(&self.api_key);
        let answer = request.json(&body).send().await.ok()?;
        if answer.status() == StatusCode::CREATED { answer.json().await.ok() } else { None }
    }

    async fn status(&self, path: &str) -> StatusCode {
        self.http.get(format!("{}{path}", self.url)).send().await.unwrap().status()
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.url)).bearer_auth(&self.api_key);
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn recorded(&self) -> Vec<Value> {
        let mut recorded = Vec::new();
        let mut after = json!(0);
        while after != Value::Null {
            let page = self.get(&format!("/admin/v1/revocations?limit=1000&after={after}")).await;
            recorded.extend(page["items"].as_array().unwrap().iter().map(|item| item["value"].clone()));
            after = page["next_after"].clone();
        }
        recorded
    }
}

#[tokio::test]
async fn acknowledged_revocations_survive_kill_and_the_version_rises() {
    let folder = Folder::new();
    let mut acknowledged: Vec<Value> = Vec::new();
    let mut highest = 0;
    for trial in 0..20_u64 {
        let process = Process::start(&folder);
        let ready = process.admin.get("/health/ready").await;
        let version = edition(&ready["edition"]).version;
        assert!(version > highest, "trial {trial}: {version} after {highest}");
        let recorded = process.admin.recorded().await;
        for value in &acknowledged {
            assert!(recorded.contains(value), "trial {trial}: {value} is lost");
        }
        // Several clients revoke until the process dies in the middle of it.
        let clients: Vec<_> = (0..3)
            .map(|client| {
                let admin = process.admin.clone();
                tokio::spawn(async move {
                    let mut answers = Vec::new();
                    while let Some(answer) =
                        admin.revoke(&format!("{trial}-{client}-{}", answers.len())).await
                    {
                        answers.push(answer);
                    }
                    answers
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(40 + 17 * trial)).await;
        process.kill();
        for client in clients {
            for answer in client.await.unwrap() {
                acknowledged.push(answer["value"].clone());
            }
        }
        highest = version;
    }
    assert!(acknowledged.len() > 20, "{}", acknowledged.len());
}

#[tokio::test]
async fn full_disk_is_unavailable_and_recovers_without_a_restart() {
    let folder = Folder::new();
    Process::start(&folder).kill();
    let store = std::fs::metadata(folder.directory.path().join("store.redb")).unwrap().len();
    // A limit on the size of files is a disk that is full, without a disk. Blocks of 1024 bytes.
    let script = format!("trap '' XFSZ; ulimit -S -f {}; exec \"$0\" \"$@\"", store / 1024 + 64);
    let mut command = Command::new("bash");
    command.args(["-c", &script]).arg(program()).arg("serve").arg("--config").arg(folder.config_path());
    let process = Process::spawn(command, &folder);

    let long = "x".repeat(400);
    let mut acknowledged = 0;
    while process.admin.revoke(&format!("{acknowledged}-{long}")).await.is_some() {
        acknowledged += 1;
        assert!(acknowledged < 100_000, "the limit has no effect");
    }
    let body = json!({ "target": { "type": "session", "value": "refused" } });
    let request = process
        .admin
        .http
        .post(format!("{}/admin/v1/revocations", process.admin.url))
        .bearer_auth(&process.admin.api_key);
    let refused = request.json(&body).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(process.admin.status("/r/main/manifest").await, StatusCode::OK);

    let pid = process.child.id().to_string();
    let raised =
        Command::new("prlimit").args(["--pid", &pid, "--fsize=unlimited:unlimited"]).status().unwrap();
    assert!(raised.success());
    assert!(process.admin.revoke("after").await.is_some());
    assert_eq!(
        process.admin.recorded().await.iter().filter(|value| *value != "refused").count(),
        acknowledged + 1
    );
    process.kill();
}
