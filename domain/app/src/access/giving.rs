//! What of users and keys a caller may give, change and take away.

use domain::access::codes::{EXPIRED, FIRST_ADMINISTRATOR};
use domain::access::{Grant, Holder, Right, Scope};
use kernel::id::{ApiKeyId, UserId};
use kernel::{Error, Outcome};

use super::{ApiKey, User, lists};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::lists::{ListSpec, not_found};
use crate::store::WriteTx;

/// Nobody gives what they do not hold.
///
/// # Errors
/// `auth.scope_too_wide`.
pub(super) fn check_holds(ctx: &Ctx, tx: &mut dyn WriteTx, grant: &Grant<'_>) -> Outcome<()> {
    let rights = match ctx.scope {
        Scope::All => Vec::new(),
        Scope::Limited { .. } => tx.rights_of(ctx.principal.id)?,
    };
    Holder { principal: &ctx.principal, scope: &ctx.scope, rights: &rights }.check_holds(grant)
}

/// The same for something new. The one-time key may give everything, because it exists for that, and ends with it.
///
/// # Errors
/// `auth.scope_too_wide`; of the one-time key `auth.first_administrator`, `auth.expired`.
pub(super) fn check_gives(ctx: &Ctx, tx: &mut dyn WriteTx, grant: &Grant<'_>) -> Outcome<()> {
    if !ctx.principal.one_time {
        return check_holds(ctx, tx, grant);
    }
    if !grant.is_administrator_of_everything() {
        return Err(Error::new(&FIRST_ADMINISTRATOR));
    }
    // In the transaction of what it makes: a call that fails, or only rehearses, leaves it good. Of two that race, the
    // second finds it ended.
    let key = ApiKeyId(ctx.principal.id);
    if tx.api_key_for_update(key)?.revoked_at.is_some() {
        return Err(Error::new(&EXPIRED));
    }
    let event = tx.record(ctx, NewEvent::about("access.one_time_key_used", "api_key", key.0))?;
    tx.revoke_api_key(key, ctx.now, event)
}

/// Whether somebody who exists is the caller's to change: in its reach, and with nothing that it does not hold itself.
///
/// # Errors
/// `not_found` outside the reach; `auth.scope_too_wide`.
pub(super) fn check_manages(
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (spec, id): (&'static ListSpec, String),
    target: &Target<'_>,
) -> Outcome<()> {
    if tx.find(ctx, spec, &id)?.is_none() {
        return Err(not_found(spec.resource, &id));
    }
    check_holds(ctx, tx, &target.grant())
}

/// A user who is the caller's to change, locked.
///
/// # Errors
/// `not_found` outside the reach; `auth.scope_too_wide`.
pub(crate) fn managed_user(ctx: &Ctx, tx: &mut dyn WriteTx, id: UserId) -> Outcome<User> {
    let user = tx.user_for_update(id)?;
    let target = Target::User(&user, tx.rights_of(user.id)?);
    check_manages(ctx, tx, (&lists::USERS, id.to_string()), &target)?;
    Ok(user)
}

/// A user or key with what it may reach.
pub(super) enum Target<'t> {
    User(&'t User, Vec<Right>),
    Key(&'t ApiKey, Vec<Right>),
}

impl Target<'_> {
    fn grant(&self) -> Grant<'_> {
        match self {
            Self::User(user, rights) => {
                Grant { roles: &user.roles, permissions: None, all_rights: user.all_rights, rights }
            }
            Self::Key(key, rights) => Grant {
                roles: &key.roles,
                permissions: key.permissions.as_deref(),
                all_rights: key.all_rights,
                rights,
            },
        }
    }
}
