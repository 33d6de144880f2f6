//! Signing in, API keys and users.

pub mod api_keys;
pub mod authenticate;
mod giving;
pub mod lists;
pub mod sign_in;
pub mod users;

use domain::access::key::KeyText;
use domain::access::{Permission, Principal, Right, Role, Scope};
use kernel::id::{ApiKeyId, EventId, UserId};
use kernel::secret::Secret;
use kernel::{Instant, Outcome};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use authenticate::{Bearer, Session, authenticate};
pub(crate) use giving::managed_user;
pub use sign_in::Strangers;

/// A person who signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub id: Uuid,
    pub login: String,
    pub name: String,
    pub email: Option<String>,
    pub language: String,
    pub roles: Vec<Role>,
    /// Everything is in reach; otherwise only the rights given.
    pub all_rights: bool,
    pub failed_attempts: i32,
    pub locked_until: Option<Instant>,
    pub disabled_at: Option<Instant>,
    pub version: i64,
    pub created_at: Instant,
}

/// A machine credential, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    pub id: Uuid,
    pub name: String,
    pub prefix: String,
    pub roles: Vec<Role>,
    /// Narrows the roles; `None` = all they permit.
    pub permissions: Option<Vec<Permission>>,
    pub all_rights: bool,
    /// Makes one administrator and ends with that: the key of an empty database's first start.
    pub one_time: bool,
    pub expires_at: Option<Instant>,
    pub revoked_at: Option<Instant>,
    pub version: i64,
    pub created_at: Instant,
}

/// A refresh token as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    pub id: Uuid,
    pub user_id: Uuid,
    /// All tokens that came from one sign-in.
    pub family: Uuid,
    pub token_hash: [u8; 32],
    pub issued_at: Instant,
    pub expires_at: Instant,
    pub used_at: Option<Instant>,
    pub revoked_at: Option<Instant>,
}

/// What a token of our own says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenClaims {
    pub user_id: Uuid,
    /// The sign-in it belongs to, so that revoking that ends it.
    pub family: Uuid,
    pub expires_at: Instant,
}

/// Issues and checks access tokens (a signature, no database).
pub trait TokenIssuer: Send + Sync {
    fn issue(&self, claims: &TokenClaims) -> Outcome<String>;

    /// # Errors
    /// `auth.invalid`, `auth.expired`.
    fn verify(&self, token: &str, now: Instant) -> Outcome<TokenClaims>;
}

/// Slow one-way hashes of passwords, and random bytes: kept out of the pure core.
pub trait Crypto: Send + Sync {
    fn hash_password(&self, password: &Secret) -> Outcome<String>;
    fn password_matches(&self, password: &Secret, hash: &str) -> bool;
    /// Takes as long as [`Crypto::password_matches`] and never matches: for logins that do not exist.
    fn match_nothing(&self, password: &Secret);
    fn random_key(&self) -> KeyText;
    /// 256 random bits in hexadecimal.
    fn random_token(&self) -> String;
}

/// The port of this context.
pub trait AccessStore {
    /// # Errors
    /// `access.login_taken`.
    fn insert_user(&mut self, user: &User, password_hash: Option<&str>, event: EventId) -> Outcome<()>;

    /// # Errors
    /// `version.mismatch`.
    fn save_user(&mut self, user: &User, event: EventId) -> Outcome<()>;

    /// Replaces the password, lifts a lock and ends every sign-in of the user.
    fn save_password(
        &mut self,
        user: UserId,
        password_hash: &str,
        now: Instant,
        event: EventId,
    ) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn user_for_update(&mut self, id: UserId) -> Outcome<User>;

    fn password_hash(&mut self, id: UserId) -> Outcome<Option<String>>;

    /// The user and the password hash, locked.
    fn user_by_login_for_update(&mut self, login: &str) -> Outcome<Option<(User, Option<String>)>>;

    /// Counts a wrong attempt or clears the count; no event, the audit has the sign-ins.
    fn save_attempts(&mut self, user: UserId, failed: i32, locked_until: Option<Instant>) -> Outcome<()>;

    /// What is in reach of a principal, as given.
    fn rights_of(&mut self, principal: Uuid) -> Outcome<Vec<Right>>;

    /// Replaces what is in reach of a principal.
    fn replace_rights(&mut self, principal: Uuid, rights: &[Right], event: EventId) -> Outcome<()>;

    fn insert_api_key(&mut self, key: &ApiKey, secret_hash: &[u8; 32], event: EventId) -> Outcome<()>;

    /// # Errors
    /// `not_found`.
    fn api_key_for_update(&mut self, id: ApiKeyId) -> Outcome<ApiKey>;

    /// One-time keys that nobody used yet.
    fn one_time_keys_in_force(&mut self) -> Outcome<Vec<ApiKeyId>>;

    /// Marks a key revoked.
    fn revoke_api_key(&mut self, id: ApiKeyId, now: Instant, event: EventId) -> Outcome<()>;

    fn insert_refresh_token(&mut self, token: &RefreshToken) -> Outcome<()>;

    /// Locked, so that two uses of one token meet.
    fn refresh_token_for_update(&mut self, token_hash: &[u8; 32]) -> Outcome<Option<RefreshToken>>;

    fn mark_refresh_token_used(&mut self, id: Uuid, now: Instant) -> Outcome<()>;

    /// Revokes every token of one sign-in.
    fn revoke_family(&mut self, family: Uuid, now: Instant) -> Outcome<()>;

    /// Ends every sign-in of a user.
    fn end_sign_ins(&mut self, user: UserId, now: Instant) -> Outcome<()>;

    /// How many users and keys there are: none means a new installation. Holds other starting instances back until the
    /// transaction ends.
    fn count_principals(&mut self) -> Outcome<i64>;
}

/// What authentication reads.
pub trait AccessReads {
    /// The key and the hash of its secret.
    fn api_key_by_prefix(&mut self, prefix: &str) -> Outcome<Option<(ApiKey, [u8; 32])>>;

    /// The user of a sign-in that was not revoked.
    fn user_of_family(&mut self, user: UserId, family: Uuid) -> Outcome<Option<User>>;

    /// Who made a key, also through keys; nobody where the installation did.
    fn key_made_by(&mut self, key: Uuid) -> Outcome<Option<Uuid>>;

    /// What is in reach, mandants expanded to their legal entities.
    fn scope_of(&mut self, principal: Uuid, all_rights: bool) -> Outcome<Scope>;
}

/// What a caller sees of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Me {
    pub principal: Principal,
    pub scope: Scope,
    pub permissions: Vec<Permission>,
}

/// The caller, its roles, permissions and rights.
pub fn me(ctx: &crate::ctx::Ctx) -> Me {
    use kernel::text_enum::TextEnum as _;
    Me {
        principal: ctx.principal.clone(),
        scope: ctx.scope.clone(),
        permissions: Permission::ALL.iter().copied().filter(|p| ctx.principal.may(*p)).collect(),
    }
}
