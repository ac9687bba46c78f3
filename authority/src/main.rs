//! `rescind-authority`: arguments → configuration → [`rescind_authority::run`].

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand, ValueEnum};
use rescind_authority::config::{Config, Format, Level};
use rescind_authority::setup::{Choices, NewUser};
use rescind_authority::{Clock, PublisherKey, SigningKeys, SystemClock};
use tracing::level_filters::LevelFilter;

/// Records revocations and publishes them as signed snapshots.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server until SIGTERM or SIGINT.
    Serve(ConfigFile),
    /// Create a folder with a commented configuration and fresh keys, and print the secrets, once, as JSON.
    Init(Init),
    /// Print the public keys as JSON: what verifiers need.
    Keys {
        /// Which keys.
        which: Which,
        #[command(flatten)]
        file: ConfigFile,
    },
    /// Check a configuration file and the key files that it names.
    CheckConfig(ConfigFile),
    /// Read a password from standard input and print its hash for the configuration.
    HashPassword,
}

#[derive(clap::Args)]
struct ConfigFile {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

#[derive(clap::Args)]
struct Init {
    /// The folder to create.
    folder: PathBuf,
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:7410")]
    listen: SocketAddr,
    /// The iss of issued tokens [default: http:// and the address to listen on].
    #[arg(long)]
    issuer: Option<String>,
    /// The tenant's name in the snapshot's address.
    #[arg(long, default_value = "main")]
    tenant: String,
    /// A user who can sign in, with a fresh password; may be repeated.
    #[arg(long = "user", value_name = "NAME[:ORGANIZATION]")]
    users: Vec<String>,
    /// A page's origin that may call /login and /oauth; may be repeated.
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Which {
    /// The Ed25519 key of the snapshot: one JWK.
    Publisher,
    /// The keys of the access tokens: a JWK Set.
    Signing,
}

/// A configuration that cannot be used; see sysexits' tradition of telling usage errors apart.
const BAD_CONFIG: u8 = 2;

type Outcome = Result<(), (u8, String)>;

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Serve(file) => serve(&file.config),
        Command::Init(choices) => init(choices),
        Command::Keys { which, file } => keys(which, &file.config),
        Command::CheckConfig(file) => check(&file.config).map(drop),
        Command::HashPassword => hash_password(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, message)) => {
            // Standard error may be closed; there is nowhere else to say it.
            let _ = writeln!(std::io::stderr(), "rescind-authority: {message}");
            ExitCode::from(code)
        }
    }
}

fn failed(error: impl std::fmt::Display) -> (u8, String) {
    (1, error.to_string())
}

fn bad_config(error: impl std::fmt::Display) -> (u8, String) {
    (BAD_CONFIG, error.to_string())
}

fn print(line: impl std::fmt::Display) -> Outcome {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(failed)
}

/// The configuration, with the key files that it names readable.
fn check(path: &Path) -> Result<(Config, PublisherKey, SigningKeys), (u8, String)> {
    let config = Config::load(path).map_err(bad_config)?;
    let publisher = PublisherKey::read(&config.publish.key)
        .map_err(|error| bad_config(format!("publish.key: {error}")))?;
    let signing = SigningKeys::load(&config.issuer.signing_keys, config.tokens.max_lifetime_seconds);
    let signing = signing.map_err(|error| bad_config(format!("issuer.signing_keys: {error}")))?;
    Ok((config, publisher, signing))
}

fn keys(which: Which, path: &Path) -> Outcome {
    let (_, publisher, signing) = check(path)?;
    print(match which {
        Which::Publisher => publisher.jwk(),
        Which::Signing => serde_json::json!({ "keys": signing.jwk_set(SystemClock::default().seconds()) }),
    })
}

fn init(choices: Init) -> Outcome {
    let Init { folder, listen, issuer, tenant, users, origins } = choices;
    let issuer = issuer.unwrap_or_else(|| format!("http://{listen}"));
    let user = |text: String| match text.split_once(':') {
        Some((name, organization)) => {
            NewUser { username: name.into(), organization: Some(organization.into()) }
        }
        None => NewUser { username: text, organization: None },
    };
    let choices = Choices { listen, issuer, tenant, users: users.into_iter().map(user).collect(), origins };
    let secrets =
        rescind_authority::setup::init(&folder, &choices, &SystemClock::default()).map_err(bad_config)?;
    print(serde_json::to_string_pretty(&secrets).map_err(failed)?)
}

fn hash_password() -> Outcome {
    let mut password = String::new();
    std::io::stdin().take(4096).read_to_string(&mut password).map_err(failed)?;
    print(rescind_authority::hash_password(password.trim_end_matches(['\r', '\n'])).map_err(failed)?)
}

fn serve(path: &Path) -> Outcome {
    let (config, ..) = check(path)?;
    log_to_stderr(&config);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(async {
        let stop = stop_signal().map_err(failed)?;
        let listen = config.server.listen;
        let listener = tokio::net::TcpListener::bind(listen).await;
        let listener = listener.map_err(|error| bad_config(format!("server.listen: {listen}: {error}")))?;
        let address = listener.local_addr().map_err(failed)?;
        let ready = move || print(format!("listening on http://{address}")).map_err(|(_, message)| message);
        rescind_authority::run(listener, config, Arc::new(SystemClock::default()), ready, stop)
            .await
            .map_err(failed)
    })
}

fn log_to_stderr(config: &Config) {
    let level = match config.log.level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
    };
    let lines = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_ansi(false);
    match config.log.format {
        Format::Json => lines.json().init(),
        Format::Text => lines.init(),
    }
}

/// Ready when the process is asked to stop.
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    })
}

/// Ready when the process is asked to stop.
#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without a way to hear of it, the process is stopped from outside.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
