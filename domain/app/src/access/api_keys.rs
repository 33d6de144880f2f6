//! Making and revoking API keys.

use domain::access::codes::SCOPE_TOO_WIDE;
use domain::access::{Permission, Right, Role};
use kernel::id::ApiKeyId;
use kernel::{Error, Instant, Outcome, text};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::authenticate::secret_hash;
use super::{ApiKey, Crypto};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;

/// A new API key.
#[derive(Debug, Clone)]
pub struct CreateApiKey {
    pub name: String,
    pub roles: Vec<Role>,
    pub permissions: Option<Vec<Permission>>,
    pub all_rights: bool,
    pub rights: Vec<Right>,
    pub expires_at: Option<Instant>,
}

/// A key with its secret: shown once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewKey {
    pub key: ApiKey,
    pub secret: String,
}

/// Makes an API key. Nobody gives a role or reach they do not hold.
///
/// # Errors
/// `auth.forbidden`, `auth.scope_too_wide`, `text.required`.
pub fn create_api_key(
    app: &App,
    crypto: &dyn Crypto,
    ctx: &Ctx,
    cmd: &CreateApiKey,
) -> Outcome<Answer<NewKey>> {
    ctx.require(Permission::KeyManage)?;
    let name = text::line("name", &cmd.name)?;
    check_reach(ctx, &cmd.roles, cmd.all_rights, &cmd.rights)?;
    command::run_withheld(app, ctx, "access.create_api_key", |tx| {
        let secret = crypto.random_key();
        let key = ApiKey {
            id: app.ids.next(),
            name: name.clone(),
            prefix: secret.prefix.clone(),
            roles: cmd.roles.clone(),
            permissions: cmd.permissions.clone(),
            all_rights: cmd.all_rights,
            one_time: false,
            expires_at: cmd.expires_at,
            revoked_at: None,
            version: 1,
            created_at: ctx.now,
        };
        let after = json!({ "name": key.name, "prefix": key.prefix, "roles": key.roles, "permissions": key.permissions,
            "all_rights": key.all_rights, "expires_at": key.expires_at });
        let event = tx.record(
            ctx,
            NewEvent::about("access.api_key_created", "api_key", key.id).change(Value::Null, after),
        )?;
        tx.insert_api_key(&key, &secret_hash(&secret.secret), event)?;
        tx.replace_rights(key.id, &cmd.rights, event)?;
        Ok(NewKey { key, secret: secret.expose() })
    })
}

/// Revokes an API key, at once. Revoking a revoked one changes nothing.
///
/// # Errors
/// `auth.forbidden`, `not_found`.
pub fn revoke_api_key(app: &App, ctx: &Ctx, id: ApiKeyId) -> Outcome<Answer<()>> {
    ctx.require(Permission::KeyManage)?;
    command::run(app, ctx, "access.revoke_api_key", |tx| {
        let key = tx.api_key_for_update(id)?;
        if key.revoked_at.is_some() {
            return Ok(());
        }
        let event = tx.record(ctx, NewEvent::about("access.api_key_revoked", "api_key", key.id))?;
        tx.revoke_api_key(id, ctx.now, event)
    })
}

/// The key of an empty database's first start: administrator, everything in reach, good for one call. `None` when
/// there is a user or key already.
///
/// # Errors
/// `database.unavailable`.
pub fn first_start_key(app: &App, crypto: &dyn Crypto, ctx: &Ctx) -> Outcome<Option<String>> {
    app.store.transact("access.first_start_key", |tx| {
        if tx.count_principals()? > 0 {
            return Ok(None);
        }
        let secret = crypto.random_key();
        let key = ApiKey {
            id: app.ids.next(),
            name: "first start".to_owned(),
            prefix: secret.prefix.clone(),
            roles: vec![Role::Administrator],
            permissions: Some(vec![Permission::UserManage, Permission::KeyManage]),
            all_rights: true,
            one_time: true,
            expires_at: None,
            revoked_at: None,
            version: 1,
            created_at: ctx.now,
        };
        let event = tx.record(ctx, NewEvent::about("access.first_start_key_created", "api_key", key.id))?;
        tx.insert_api_key(&key, &secret_hash(&secret.secret), event)?;
        Ok(Some(secret.expose()))
    })
}

/// Nobody gives what they do not hold. The one-time key of the first start may give everything: it exists for that.
pub(super) fn check_reach(ctx: &Ctx, roles: &[Role], all_rights: bool, rights: &[Right]) -> Outcome<()> {
    let administers = ctx.principal.roles.contains(&Role::Administrator);
    let in_reach = |right: &Right| match right.kind {
        domain::access::RightKind::LegalEntity => ctx.scope.includes_legal_entity(right.id),
        domain::access::RightKind::Mandant | domain::access::RightKind::Portfolio => {
            ctx.scope.limits().is_none()
        }
    };
    let wide = all_rights && ctx.scope.limits().is_some();
    if (administers || ctx.principal.covers(roles)) && !wide && rights.iter().all(in_reach) {
        return Ok(());
    }
    Err(Error::new(&SCOPE_TOO_WIDE))
}
