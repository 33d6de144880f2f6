//! Creating and changing users.

use domain::access::password::check_strength;
use domain::access::{Permission, Right, Role};
use kernel::id::UserId;
use kernel::registry::{EmailAddress, Language};
use kernel::secret::Secret;
use kernel::{Error, Outcome, text};
use serde_json::{Value, json};

use super::api_keys::check_reach;
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
/// `auth.forbidden`, `auth.scope_too_wide`, `auth.password_weak`, `access.login_invalid`, `access.login_taken`.
pub fn create_user(app: &App, crypto: &dyn Crypto, ctx: &Ctx, cmd: &CreateUser) -> Outcome<Answer<User>> {
    ctx.require(Permission::UserManage)?;
    check_reach(ctx, &cmd.roles, cmd.all_rights, &cmd.rights)?;
    let login = login(&cmd.login)?;
    let name = text::line("name", &cmd.name)?;
    let email =
        cmd.email.as_deref().map(|e| EmailAddress::parse("email", e)).transpose()?.map(|e| e.to_string());
    let language = Language::parse("language", &cmd.language)?.to_string();
    check_strength(&login, cmd.password.expose())?;
    let hash = crypto.hash_password(&cmd.password)?;
    command::run(app, ctx, "access.create_user", |tx| {
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
    check_reach(ctx, &cmd.roles, cmd.all_rights, &cmd.rights)?;
    let name = text::line("name", &cmd.name)?;
    let email =
        cmd.email.as_deref().map(|e| EmailAddress::parse("email", e)).transpose()?.map(|e| e.to_string());
    let language = Language::parse("language", &cmd.language)?.to_string();
    command::run(app, ctx, "access.update_user", |tx| {
        let mut user = tx.user_for_update(cmd.id)?;
        command::check_version(ctx, user.version)?;
        // A user above the caller's own roles is not the caller's to change.
        check_reach(ctx, &user.roles, user.all_rights, &[])?;
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
        user.version += 1;
        Ok(user)
    })
}

/// Sets a new password: one's own, or another's by whoever manages users. Ends every sign-in of that user.
///
/// # Errors
/// `auth.forbidden`, `auth.password_weak`, `not_found`.
pub fn set_password(
    app: &App,
    crypto: &dyn Crypto,
    ctx: &Ctx,
    id: UserId,
    password: &Secret,
) -> Outcome<Answer<()>> {
    if ctx.principal.id != id.0 {
        ctx.require(Permission::UserManage)?;
    }
    let hash = crypto.hash_password(password)?;
    command::run(app, ctx, "access.set_password", |tx| {
        let user = tx.user_for_update(id)?;
        if ctx.principal.id != id.0 {
            check_reach(ctx, &user.roles, user.all_rights, &[])?;
        }
        check_strength(&user.login, password.expose())?;
        tx.record(ctx, NewEvent::about("access.password_set", "user", user.id))?;
        tx.save_password(id, &hash, ctx.now)
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
