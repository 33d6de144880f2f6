//! Who calls, when, and how: handed to every use case first.

use domain::access::{Permission, Principal, Scope};
use kernel::text_enum;
use kernel::{Instant, Outcome};

text_enum! {
    /// Languages that messages of the interface come in.
    pub enum Locale {
        English = "en",
        Spanish = "es",
    }
}

/// The caller's promise that two requests are the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    pub key: String,
    /// Over operation and body, by a secret of the installation: the same key with another body is an error.
    pub fingerprint: [u8; 32],
}

/// The context of one request.
#[derive(Debug, Clone)]
pub struct Ctx {
    pub principal: Principal,
    /// What the principal may see, mandants already expanded to legal entities.
    pub scope: Scope,
    /// The one `now` of this unit of work.
    pub now: Instant,
    pub request_id: String,
    pub locale: Locale,
    pub idempotency: Option<IdempotencyKey>,
    /// Run everything, answer what would happen, keep nothing.
    pub dry_run: bool,
    /// Why, in the caller's words; stored with the event.
    pub reason: Option<String>,
    /// The version the caller saw (`If-Match`).
    pub expected_version: Option<i64>,
}

impl Ctx {
    /// # Errors
    /// `auth.forbidden`, naming the permission that is missing.
    pub fn require(&self, permission: Permission) -> Outcome<()> {
        self.principal.require(permission).map(drop)
    }
}
