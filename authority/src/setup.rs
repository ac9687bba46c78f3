//! Writes the folder of a new authority: keys, and a configuration that explains itself.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::clock::Clock;
use crate::ed25519::Ed25519Key;
use crate::issuer::Issuer;
use crate::keyfile::{self, KeyFileError};
use crate::secret::random_secret;
use crate::{SecretHash, hash_password};

/// What the operator chooses.
#[derive(Clone, Debug)]
pub struct Choices {
    /// `server.listen`.
    pub listen: SocketAddr,
    /// `issuer.url`.
    pub issuer: String,
    /// `publish.tenant`.
    pub tenant: String,
    /// `[[users]]`, to be given fresh passwords.
    pub users: Vec<NewUser>,
    /// `cors.allowed_origins`.
    pub origins: Vec<String>,
}

/// A user with a password that is made up here.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// What is typed at sign-in.
    pub username: String,
    /// The value of the organization claim.
    pub organization: Option<String>,
}

/// Creates the folder. Nothing that exists is overwritten.
///
/// Answers the secrets, which are written nowhere else: `config`, `api_key`, `client`, `users` and `publisher_key`.
///
/// # Errors
/// When a file exists already or cannot be written, or the choices make no valid configuration.
pub fn init(folder: &Path, choices: &Choices, clock: &dyn Clock) -> Result<Value, SetupError> {
    let api_key = random_secret()?;
    let client_secret = random_secret()?;
    let users = with_passwords(&choices.users)?;
    let text = configuration(choices, &api_key, &client_secret, &users)?;
    crate::config::Config::parse(&text, folder)?;

    let signing = folder.join("signing");
    make_private_folder(folder)?;
    make_private_folder(&signing)?;
    let path: PathBuf = folder.join("config.toml");
    keyfile::create(&path, &text)?;
    let publisher_key = Ed25519Key::create(&folder.join("publisher.pem"))?;
    Issuer::create_key(&signing, clock.seconds())?;
    Ok(json!({
        "config": path,
        "api_key": api_key,
        "client": { "id": "app", "secret": client_secret },
        "users": users.iter().map(User::secrets).collect::<Vec<_>>(),
        "publisher_key": publisher_key.jwk(),
    }))
}

struct User {
    username: String,
    organization: Option<String>,
    password: String,
    hash: String,
}

impl User {
    fn secrets(&self) -> Value {
        json!({ "username": self.username, "password": self.password, "organization": self.organization })
    }
}

fn with_passwords(users: &[NewUser]) -> Result<Vec<User>, SetupError> {
    let complete = |user: &NewUser| {
        let password = random_secret()?;
        let hash = hash_password(&password).map_err(|error| SetupError(error.into()))?;
        Ok(User { username: user.username.clone(), organization: user.organization.clone(), password, hash })
    };
    users.iter().map(complete).collect()
}

fn make_private_folder(folder: &Path) -> Result<(), KeyFileError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| KeyFileError::io(folder, error))
}

const TEMPLATE: &str = include_str!("setup/config.toml");

fn configuration(
    choices: &Choices,
    api_key: &str,
    client_secret: &str,
    users: &[User],
) -> Result<String, SetupError> {
    let origins = json!(choices.origins);
    let replaced = [
        ("LISTEN", quoted(&choices.listen.to_string())),
        ("ISSUER", quoted(&choices.issuer)),
        ("TENANT", quoted(&choices.tenant)),
        ("ORIGINS", origins.to_string()),
        ("CLIENT_SHA256", quoted(&SecretHash::of(client_secret).to_hex())),
        ("API_KEY_SHA256", quoted(&SecretHash::of(api_key).to_hex())),
    ];
    let mut text = TEMPLATE.to_owned();
    for (name, value) in replaced {
        text = text.replace(&format!("@{name}@"), &value);
    }
    for user in users {
        text.push_str(&section(user));
    }
    Ok(text)
}

fn section(user: &User) -> String {
    let organization = user
        .organization
        .as_ref()
        .map(|name| format!("organization = {}\n", quoted(name)))
        .unwrap_or_default();
    let (username, hash) = (quoted(&user.username), quoted(&user.hash));
    format!("\n[[users]]\nusername = {username}\npassword_hash = {hash}\n{organization}")
}

/// A JSON string is a TOML basic string as well, except that TOML has no `\/`, which JSON never writes on its own.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Why the folder was not written.
#[derive(Debug)]
pub struct SetupError(Box<dyn std::error::Error + Send + Sync>);

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for SetupError {}

impl From<KeyFileError> for SetupError {
    fn from(error: KeyFileError) -> Self {
        Self(error.into())
    }
}

impl From<crate::config::ConfigError> for SetupError {
    fn from(error: crate::config::ConfigError) -> Self {
        Self(error.into())
    }
}

impl From<getrandom::Error> for SetupError {
    fn from(error: getrandom::Error) -> Self {
        Self(error.into())
    }
}
