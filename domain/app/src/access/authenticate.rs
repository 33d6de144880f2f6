//! From a bearer text to a principal.

use domain::access::codes::{EXPIRED, INVALID, MISSING};
use domain::access::key::{KeyText, check_in_force};
use domain::access::{Principal, PrincipalKind, Scope};
use kernel::id::UserId;
use kernel::{Error, Instant, Outcome};
use sha2::{Digest as _, Sha256};

use super::{ApiKey, TokenIssuer};
use crate::App;
use crate::ctx::{Ctx, Locale};

/// A parsed bearer text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bearer {
    Key(KeyText),
    Token(String),
}

/// An authenticated caller and what is in its reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub principal: Principal,
    pub scope: Scope,
}

impl Bearer {
    /// # Errors
    /// `auth.missing`, `auth.invalid`.
    pub fn parse(text: Option<&str>) -> Outcome<Self> {
        let text = text.map(str::trim).filter(|t| !t.is_empty()).ok_or_else(|| Error::new(&MISSING))?;
        if KeyText::looks_like(text) {
            KeyText::parse(text).map(Self::Key)
        } else {
            Ok(Self::Token(text.to_owned()))
        }
    }
}

/// Finds who calls.
///
/// # Errors
/// `auth.invalid`, `auth.expired`.
pub fn authenticate(app: &App, tokens: &dyn TokenIssuer, bearer: &Bearer, now: Instant) -> Outcome<Session> {
    match bearer {
        Bearer::Key(key) => by_key(app, key, now),
        Bearer::Token(token) => by_token(app, tokens, token, now),
    }
}

fn by_key(app: &App, text: &KeyText, now: Instant) -> Outcome<Session> {
    app.store.look("access.authenticate", |tx| {
        let found = tx.api_key_by_prefix(&text.prefix)?;
        let (key, hash) = found.ok_or_else(|| Error::new(&INVALID))?;
        // The secret has 256 random bits: a timing difference of a hash comparison tells nothing usable.
        if secret_hash(&text.secret) != hash {
            return Err(Error::new(&INVALID));
        }
        check_in_force(now, key.expires_at, key.revoked_at)?;
        let scope = tx.scope_of(key.id, key.all_rights)?;
        Ok(Session { principal: principal_of(&key), scope })
    })
}

fn by_token(app: &App, tokens: &dyn TokenIssuer, token: &str, now: Instant) -> Outcome<Session> {
    let claims = tokens.verify(token, now)?;
    app.store.look("access.authenticate", |tx| {
        let user =
            tx.user_of_family(UserId(claims.user_id), claims.family)?.ok_or_else(|| Error::new(&EXPIRED))?;
        if user.disabled_at.is_some() {
            return Err(Error::new(&EXPIRED));
        }
        let scope = tx.scope_of(user.id, user.all_rights)?;
        let principal = Principal {
            kind: PrincipalKind::User,
            id: user.id,
            name: user.name.clone(),
            roles: user.roles.clone(),
            permissions: None,
            one_time: false,
        };
        Ok(Session { principal, scope })
    })
}

fn principal_of(key: &ApiKey) -> Principal {
    Principal {
        kind: PrincipalKind::ApiKey,
        id: key.id,
        name: key.name.clone(),
        roles: key.roles.clone(),
        permissions: key.permissions.clone(),
        one_time: key.one_time,
    }
}

/// SHA-256 of a random secret.
pub fn secret_hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// The context of what the installation does by itself.
pub fn system_ctx(name: &str, now: Instant) -> Ctx {
    Ctx {
        principal: Principal::system(name),
        scope: Scope::All,
        now,
        request_id: format!("system:{name}"),
        locale: Locale::English,
        idempotency: None,
        dry_run: false,
        reason: None,
        expected_version: None,
    }
}
