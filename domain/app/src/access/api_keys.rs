//! Making and revoking API keys.

use domain::access::{Grant, Permission, Right, Role};
use kernel::id::ApiKeyId;
use kernel::{Instant, Outcome, text};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::authenticate::secret_hash;
use super::giving::{Target, check_gives, check_manages};
use super::{ApiKey, Crypto, lists};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::WriteTx;

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

impl CreateApiKey {
    fn grant(&self) -> Grant<'_> {
        let (roles, permissions) = (self.roles.as_slice(), self.permissions.as_deref());
        Grant { roles, permissions, all_rights: self.all_rights, rights: &self.rights }
    }
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
/// `auth.forbidden`, `auth.scope_too_wide`, `text.required`; of the one-time key `auth.first_administrator`.
pub fn create_api_key(
    app: &App,
    crypto: &dyn Crypto,
    ctx: &Ctx,
    cmd: &CreateApiKey,
) -> Outcome<Answer<NewKey>> {
    ctx.require(Permission::KeyManage)?;
    let name = text::line("name", &cmd.name)?;
    command::run_withheld(app, ctx, "access.create_api_key", |tx| {
        check_gives(ctx, tx, &cmd.grant())?;
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

/// Revokes an API key, at once. Revoking a revoked one changes nothing; anybody may give up the key they call with.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `auth.scope_too_wide`, `version.mismatch`.
pub fn revoke_api_key(app: &App, ctx: &Ctx, id: ApiKeyId) -> Outcome<Answer<()>> {
    ctx.require(Permission::KeyManage)?;
    command::run(app, ctx, "access.revoke_api_key", |tx| {
        let key = tx.api_key_for_update(id)?;
        if key.id != ctx.principal.id {
            let target = Target::Key(&key, tx.rights_of(key.id)?);
            check_manages(ctx, tx, (&lists::API_KEYS, id.to_string()), &target)?;
        }
        command::check_version(ctx, key.version)?;
        if key.revoked_at.is_some() {
            return Ok(());
        }
        let event = tx.record(ctx, NewEvent::about("access.api_key_revoked", "api_key", key.id))?;
        tx.revoke_api_key(id, ctx.now, event)
    })
}

/// The key of an empty database's first start: makes one administrator with everything in reach. `None` when there is a
/// user or key already.
///
/// # Errors
/// `database.unavailable`.
pub fn first_start_key(app: &App, crypto: &dyn Crypto, ctx: &Ctx) -> Outcome<Option<String>> {
    app.store.transact("access.first_start_key", |tx| {
        if tx.count_principals()? > 0 {
            return Ok(None);
        }
        let key = one_time_key(app, crypto, ctx, tx, "access.first_start_key_created")?;
        Ok(Some(key))
    })
}

/// A new one-time key for whoever runs the machine and has lost every administrator; earlier ones that were not used end.
///
/// # Errors
/// `database.unavailable`.
pub fn reset_key(app: &App, crypto: &dyn Crypto, ctx: &Ctx) -> Outcome<String> {
    app.store.transact("access.reset", |tx| {
        for id in tx.one_time_keys_in_force()? {
            let event = tx.record(ctx, NewEvent::about("access.api_key_revoked", "api_key", id.0))?;
            tx.revoke_api_key(id, ctx.now, event)?;
        }
        one_time_key(app, crypto, ctx, tx, "access.reset_key_created")
    })
}

fn one_time_key(
    app: &App,
    crypto: &dyn Crypto,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    kind: &'static str,
) -> Outcome<String> {
    let secret = crypto.random_key();
    let key = ApiKey {
        id: app.ids.next(),
        name: "one-time key".to_owned(),
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
    let event = tx.record(ctx, NewEvent::about(kind, "api_key", key.id))?;
    tx.insert_api_key(&key, &secret_hash(&secret.secret), event)?;
    Ok(secret.expose())
}
