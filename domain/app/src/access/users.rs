//! Creating and changing users.

use domain::access::codes::CURRENT_PASSWORD_WRONG;
use domain::access::password::check_strength;
use domain::access::{Grant, Permission, Right, Role};
use kernel::id::UserId;
use kernel::registry::{EmailAddress, Language};
use kernel::secret::Secret;
use kernel::{Error, Outcome, text};
use serde_json::{Value, json};

use super::giving::{check_gives, check_holds, managed_user};
use super::{Crypto, User};
use crate::App;
use crate::codes::LOGIN_INVALID;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;

/// A new user.
#[derive(Debug, Clone)]
pub struct CreateUser {
    pub login: String,
    pub name: String,
    pub email: Option<String>,
    pub language: String,
    pub roles: Vec<Role>,
    pub all_rights: bool,
    pub rights: Vec<Right>,
    pub password: Secret,
}

/// New settings of a user.
#[derive(Debug, Clone)]
pub struct UpdateUser {
    pub id: UserId,
    pub name: String,
    pub email: Option<String>,
    pub language: String,
    pub roles: Vec<Role>,
    pub all_rights: bool,
    pub rights: Vec<Right>,
    pub disabled: bool,
}

/// Creates a user.
///
/// # Errors
/// `auth.forbidden`, `auth.scope_too_wide`, `auth.password_weak`, `access.login_invalid`, `access.login_taken`; of the
/// one-time key `auth.first_administrator`.
pub fn create_user(app: &App, crypto: &dyn Crypto, ctx: &Ctx, cmd: &CreateUser) -> Outcome<Answer<User>> {
    ctx.require(Permission::UserManage)?;
    let login = login(&cmd.login)?;
    let name = text::line("name", &cmd.name)?;
    let email =
        cmd.email.as_deref().map(|e| EmailAddress::parse("email", e)).transpose()?.map(|e| e.to_string());
    let language = Language::parse("language", &cmd.language)?.to_string();
    check_strength(&login, cmd.password.expose())?;
    let hash = crypto.hash_password(&cmd.password)?;
    let grant =
        Grant { roles: &cmd.roles, permissions: None, all_rights: cmd.all_rights, rights: &cmd.rights };
    command::run(app, ctx, "access.create_user", |tx| {
        check_gives(ctx, tx, &grant)?;
        let user = User {
            id: app.ids.next(),
            login: login.clone(),
            name: name.clone(),
            email: email.clone(),
            language: language.clone(),
            roles: cmd.roles.clone(),
            all_rights: cmd.all_rights,
            failed_attempts: 0,
            locked_until: None,
            disabled_at: None,
            version: 1,
            created_at: ctx.now,
        };
        let event = tx.record(
            ctx,
            NewEvent::about("access.user_created", "user", user.id).change(Value::Null, seen(&user)),
        )?;
        tx.insert_user(&user, Some(&hash), event)?;
        tx.replace_rights(user.id, &cmd.rights, event)?;
        Ok(user)
    })
}

/// Changes a user's settings and rights. Disabling ends every sign-in.
///
/// # Errors
/// `auth.forbidden`, `auth.scope_too_wide`, `not_found`, `version.mismatch`.
pub fn update_user(app: &App, ctx: &Ctx, cmd: &UpdateUser) -> Outcome<Answer<User>> {
    ctx.require(Permission::UserManage)?;
    let name = text::line("name", &cmd.name)?;
    let email =
        cmd.email.as_deref().map(|e| EmailAddress::parse("email", e)).transpose()?.map(|e| e.to_string());
    let language = Language::parse("language", &cmd.language)?.to_string();
    let grant =
        Grant { roles: &cmd.roles, permissions: None, all_rights: cmd.all_rights, rights: &cmd.rights };
    command::run(app, ctx, "access.update_user", |tx| {
        // A user above the caller's own roles, or with reach beyond the caller's, is not the caller's to change.
        let mut user = managed_user(ctx, tx, cmd.id)?;
        check_holds(ctx, tx, &grant)?;
        command::check_version(ctx, user.version)?;
        let before = seen(&user);
        user.name.clone_from(&name);
        user.email.clone_from(&email);
        user.language.clone_from(&language);
        user.roles.clone_from(&cmd.roles);
        user.all_rights = cmd.all_rights;
        user.disabled_at = cmd.disabled.then(|| user.disabled_at.unwrap_or(ctx.now));
        let event = tx.record(
            ctx,
            NewEvent::about("access.user_changed", "user", user.id).change(before, seen(&user)),
        )?;
        tx.save_user(&user, event)?;
        tx.replace_rights(user.id, &cmd.rights, event)?;
        if cmd.disabled {
            tx.end_sign_ins(cmd.id, ctx.now)?;
        }
        user.version += 1;
        Ok(user)
    })
}

/// A new password of a user.
#[derive(Debug, Clone)]
pub struct SetPassword {
    pub id: UserId,
    pub password: Secret,
    /// The present one: whoever finds an open session must not be able to keep it.
    pub current: Option<Secret>,
}

/// Sets a new password: one's own, or another's by whoever manages users. Ends every sign-in of that user, and a lock.
///
/// # Errors
/// `auth.forbidden`, `auth.scope_too_wide`, `auth.password_weak`, `not_found`, `version.mismatch`; for one's own
/// `auth.current_password_wrong`.
pub fn set_password(app: &App, crypto: &dyn Crypto, ctx: &Ctx, cmd: &SetPassword) -> Outcome<Answer<()>> {
    let own = ctx.principal.id == cmd.id.0;
    if !own {
        ctx.require(Permission::UserManage)?;
    }
    let hash = crypto.hash_password(&cmd.password)?;
    command::run(app, ctx, "access.set_password", |tx| {
        let user = if own { tx.user_for_update(cmd.id)? } else { managed_user(ctx, tx, cmd.id)? };
        if own {
            let kept = tx.password_hash(cmd.id)?;
            let given = cmd.current.as_ref().zip(kept.as_ref());
            if !given.is_some_and(|(given, kept)| crypto.password_matches(given, kept)) {
                let message = "this is not your present password";
                return Err(Error::field("current_password", &CURRENT_PASSWORD_WRONG, message));
            }
        }
        command::check_version(ctx, user.version)?;
        check_strength(&user.login, cmd.password.expose())?;
        let event = tx.record(ctx, NewEvent::about("access.password_set", "user", user.id))?;
        tx.save_password(cmd.id, &hash, ctx.now, event)
    })
}

fn seen(user: &User) -> Value {
    json!({ "login": user.login, "name": user.name, "language": user.language, "roles": user.roles,
        "all_rights": user.all_rights, "disabled": user.disabled_at.is_some() })
}

fn login(given: &str) -> Outcome<String> {
    let fits = (2..=60).contains(&given.len())
        && given
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_' | b'@'));
    if fits {
        return Ok(given.to_owned());
    }
    Err(Error::field("login", &LOGIN_INVALID, "a login has 2 to 60 of a-z, 0-9, '.', '-', '_', '@'"))
}
