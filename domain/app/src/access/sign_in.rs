//! Signing in with login and password, and renewing the short access token.

use chrono::TimeDelta;
use domain::access::codes::{BAD_CREDENTIALS, EXPIRED, LOCKED, TOKEN_REUSED};
use domain::access::password::locked_until;
use domain::access::refresh::{Presented, Rotation, rotation};
use kernel::id::UserId;
use kernel::secret::Secret;
use kernel::{Error, Instant, Outcome};
use uuid::Uuid;

use super::authenticate::{secret_hash, system_ctx};
use super::{Crypto, RefreshToken, TokenClaims, TokenIssuer, User};
use crate::App;
use crate::events::NewEvent;
use crate::store::WriteTx;

/// An access token lives minutes, because revoking it needs the database only when it is used.
const ACCESS_MINUTES: i64 = 15;
const REFRESH_DAYS: i64 = 14;

/// What signing in needs beside the store.
#[derive(Clone, Copy)]
pub struct SignInPorts<'p> {
    pub crypto: &'p dyn Crypto,
    pub tokens: &'p dyn TokenIssuer,
    pub strangers: &'p dyn Strangers,
}

/// Counts wrong attempts of logins that do not exist, by the rule for those that do.
pub trait Strangers: Send + Sync {
    fn is_locked(&self, login: &str, now: Instant) -> bool;
    fn failed(&self, login: &str, now: Instant);
}

/// A pair of tokens. The refresh token is good for one use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    pub access: String,
    pub access_expires_at: Instant,
    pub refresh: String,
    pub refresh_expires_at: Instant,
}

/// What an attempt came to; a refusal must be committed (it counts), so it is not an error of the transaction.
enum Attempt {
    Signed(Box<User>, Uuid, RefreshPair),
    Refused(Error),
    /// There is no such login, which the answer must not tell.
    Stranger,
}

struct RefreshPair {
    text: String,
    expires_at: Instant,
}

/// Signs in with login and password. Logins that do not exist are answered, timed and locked like those that do.
///
/// # Errors
/// `auth.bad_credentials`, `auth.locked`.
pub fn sign_in(
    app: &App,
    ports: SignInPorts<'_>,
    login: &str,
    password: &Secret,
    now: Instant,
) -> Outcome<Tokens> {
    let ctx = system_ctx("sign-in", now);
    let attempt = app.store.transact("access.sign_in", |tx| {
        let Some((user, hash)) = tx.user_by_login_for_update(login)? else {
            return Ok(Attempt::Stranger);
        };
        if user.locked_until.is_some_and(|until| until > now) {
            return Ok(Attempt::Refused(Error::new(&LOCKED)));
        }
        let right = if let Some(hash) = &hash {
            ports.crypto.password_matches(password, hash)
        } else {
            ports.crypto.match_nothing(password);
            false
        };
        if !right || user.disabled_at.is_some() {
            let failed = user.failed_attempts.saturating_add(1);
            tx.save_attempts(UserId(user.id), failed, locked_until(failed, now))?;
            tx.record(&ctx, NewEvent::about("access.sign_in_refused", "user", user.id))?;
            return Ok(Attempt::Refused(Error::new(&BAD_CREDENTIALS)));
        }
        tx.save_attempts(UserId(user.id), 0, None)?;
        tx.record(&ctx, NewEvent::about("access.signed_in", "user", user.id))?;
        let family = app.ids.next();
        let pair = new_refresh(app, ports, tx, (user.id, family), now)?;
        Ok(Attempt::Signed(Box::new(user), family, pair))
    })?;
    if matches!(attempt, Attempt::Stranger) {
        return Err(refuse_stranger(ports, login, password, now));
    }
    issue(ports, attempt, now)
}

fn refuse_stranger(ports: SignInPorts<'_>, login: &str, password: &Secret, now: Instant) -> Error {
    if ports.strangers.is_locked(login, now) {
        return Error::new(&LOCKED);
    }
    ports.crypto.match_nothing(password);
    ports.strangers.failed(login, now);
    Error::new(&BAD_CREDENTIALS)
}

/// Exchanges a refresh token for a new pair. A token used twice reveals a thief: the whole sign-in ends.
///
/// # Errors
/// `auth.invalid`, `auth.expired`, `auth.token_reused`.
pub fn refresh(app: &App, ports: SignInPorts<'_>, token: &str, now: Instant) -> Outcome<Tokens> {
    let ctx = system_ctx("refresh", now);
    let attempt = app.store.transact("access.refresh", |tx| {
        let Some(found) = tx.refresh_token_for_update(&secret_hash(token))? else {
            return Ok(Attempt::Refused(Error::new(&domain::access::codes::INVALID)));
        };
        let user = tx.user_for_update(UserId(found.user_id))?;
        let presented = Presented {
            used_at: found.used_at,
            revoked_at: found.revoked_at,
            expires_at: found.expires_at,
            user_disabled: user.disabled_at.is_some(),
        };
        match rotation(&presented, now) {
            Rotation::Rotate => {}
            Rotation::Refuse => return Ok(Attempt::Refused(Error::new(&EXPIRED))),
            Rotation::RevokeFamily => {
                tx.revoke_family(found.family, now)?;
                tx.record(&ctx, NewEvent::about("access.refresh_token_reused", "user", found.user_id))?;
                return Ok(Attempt::Refused(Error::new(&TOKEN_REUSED)));
            }
        }
        tx.mark_refresh_token_used(found.id, now)?;
        let pair = new_refresh(app, ports, tx, (user.id, found.family), now)?;
        Ok(Attempt::Signed(Box::new(user), found.family, pair))
    })?;
    issue(ports, attempt, now)
}

/// Ends the sign-in that a refresh token belongs to. An unknown token is nothing to end.
///
/// # Errors
/// `database.unavailable`.
pub fn sign_out(app: &App, token: &str, now: Instant) -> Outcome<()> {
    let ctx = system_ctx("sign-out", now);
    app.store.transact("access.sign_out", |tx| {
        let Some(found) = tx.refresh_token_for_update(&secret_hash(token))? else { return Ok(()) };
        tx.record(&ctx, NewEvent::about("access.signed_out", "user", found.user_id))?;
        tx.revoke_family(found.family, now)
    })
}

fn new_refresh(
    app: &App,
    ports: SignInPorts<'_>,
    tx: &mut dyn WriteTx,
    (user_id, family): (Uuid, Uuid),
    now: Instant,
) -> Outcome<RefreshPair> {
    let text = ports.crypto.random_token();
    let expires_at = now + TimeDelta::days(REFRESH_DAYS);
    tx.insert_refresh_token(&RefreshToken {
        id: app.ids.next(),
        user_id,
        family,
        token_hash: secret_hash(&text),
        issued_at: now,
        expires_at,
        used_at: None,
        revoked_at: None,
    })?;
    Ok(RefreshPair { text, expires_at })
}

fn issue(ports: SignInPorts<'_>, attempt: Attempt, now: Instant) -> Outcome<Tokens> {
    let (user, family, pair) = match attempt {
        Attempt::Signed(user, family, pair) => (user, family, pair),
        Attempt::Refused(error) => return Err(error),
        Attempt::Stranger => return Err(Error::new(&BAD_CREDENTIALS)),
    };
    let access_expires_at = now + TimeDelta::minutes(ACCESS_MINUTES);
    let claims = TokenClaims { user_id: user.id, family, expires_at: access_expires_at };
    Ok(Tokens {
        access: ports.tokens.issue(&claims)?,
        access_expires_at,
        refresh: pair.text,
        refresh_expires_at: pair.expires_at,
    })
}
