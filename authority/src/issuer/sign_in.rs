//! Sign-in of the configured users with a password.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use super::Grant;
use crate::clock::Clock;
use crate::config::{Config, User};
use crate::secret::random_id;

mod attempts;
use attempts::Attempts;

/// The longest password that is hashed, in bytes.
const PASSWORD_BYTES: usize = 1024;
/// Passwords that wait for the processor; beyond them callers are told to come back.
const WAITING: usize = 64;

/// Checks passwords, few at a time: each takes tens of milliseconds and megabytes on purpose.
pub(crate) struct SignIn {
    users: HashMap<String, User>,
    /// Hash of no one's password: an unknown name takes as long as a known one.
    nobody: String,
    client: String,
    attempts: Attempts,
    waiting: Semaphore,
    hashing: Semaphore,
    clock: Arc<dyn Clock>,
}

/// Why a sign-in failed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SignInError {
    /// Wrong username or password; which one is not said.
    Refused,
    /// Too many attempts; how many seconds to wait.
    TooMany(u64),
    /// The server is busy or out of order.
    Unavailable,
}

impl SignIn {
    pub(crate) fn new(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, argon2::password_hash::Error> {
        let users = config.users.iter().map(|user| (user.username.clone(), user.clone())).collect();
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let secret = random_id().map_err(|_| argon2::password_hash::Error::Crypto)?;
        Ok(Self {
            users,
            nobody: hash_password(&secret)?,
            client: config.login.client_id.clone(),
            attempts: Attempts::new(config.login.attempts_per_minute),
            waiting: Semaphore::new(WAITING),
            hashing: Semaphore::new(processors),
            clock,
        })
    }

    /// Starts a session when the password is right.
    pub(crate) async fn sign_in(
        &self,
        username: &str,
        password: String,
        from: IpAddr,
    ) -> Result<Grant, SignInError> {
        self.attempts.count(username, from, self.clock.seconds()).map_err(SignInError::TooMany)?;
        let user = self.users.get(username);
        let hash = user.map_or(&self.nobody, |user| &user.password_hash).clone();
        match (self.verify(password, hash).await?, user) {
            (true, Some(user)) => {
                self.attempts.forgive(username, from);
                self.grant(user)
            }
            _ => Err(SignInError::Refused),
        }
    }

    async fn verify(&self, password: String, hash: String) -> Result<bool, SignInError> {
        if password.len() > PASSWORD_BYTES {
            return Ok(false);
        }
        let unavailable = |_| SignInError::Unavailable;
        let _waiting = self.waiting.try_acquire().map_err(|_| SignInError::Unavailable)?;
        let _hashing = self.hashing.acquire().await.map_err(|_| SignInError::Unavailable)?;
        tokio::task::spawn_blocking(move || is_password(&password, &hash)).await.map_err(unavailable)
    }

    fn grant(&self, user: &User) -> Result<Grant, SignInError> {
        Ok(Grant {
            subject: user.subject.as_ref().unwrap_or(&user.username).clone(),
            client: self.client.clone(),
            session: random_id().map_err(|_| SignInError::Unavailable)?,
            organization: user.organization.clone(),
        })
    }
}

fn is_password(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// The Argon2id PHC string of a password, with a fresh salt and the parameters that OWASP recommends (19 MiB, 2, 1).
pub fn hash_password(password: &str) -> Result<String, argon2::password_hash::Error> {
    let salt = crate::secret::random::<16>().map_err(|_| argon2::password_hash::Error::Crypto)?;
    Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).map(|hash| hash.to_string())
}
