//! Whom a limit is about, within the caller's reach.

use domain::access::codes::FORBIDDEN;
use domain::credit::check::{Holder, HolderKind};
use domain::credit::limits::{LimitHolder, LimitHolderKind};
use kernel::id::{AccountId, LegalEntityId, PartyId};
use kernel::{Date, Error, Outcome, text};
use uuid::Uuid;

use super::CreditLimit;
use crate::codes::NOT_FOUND;
use crate::credit::report::LeafRow;
use crate::ctx::Ctx;
use crate::lists::not_found;
use crate::store::ReadTx;

/// Reads whom a caller names.
///
/// # Errors
/// `id.invalid`, errors of a line of text.
pub(crate) fn parse(kind: LimitHolderKind, id: &str) -> Outcome<LimitHolder> {
    Ok(match kind {
        LimitHolderKind::Account => LimitHolder::Account(AccountId::parse(id)?.0),
        LimitHolderKind::Party => LimitHolder::Party(PartyId::parse(id)?.0),
        LimitHolderKind::Group => LimitHolder::Group(PartyId::parse(id)?.0),
        LimitHolderKind::Segment => LimitHolder::Segment(text::line("holder_id", id)?),
    })
}

/// The holder of risk; none for a segment.
pub(crate) fn of_risk(holder: &LimitHolder) -> Option<Holder> {
    let (kind, id) = match holder {
        LimitHolder::Account(id) => (HolderKind::Account, *id),
        LimitHolder::Party(id) => (HolderKind::Party, *id),
        LimitHolder::Group(id) => (HolderKind::Group, *id),
        LimitHolder::Segment(_) => return None,
    };
    Some(Holder { kind, id })
}

pub(crate) fn of_limit(holder: Holder) -> LimitHolder {
    match holder.kind {
        HolderKind::Account => LimitHolder::Account(holder.id),
        HolderKind::Party => LimitHolder::Party(holder.id),
        HolderKind::Group => LimitHolder::Group(holder.id),
    }
}

/// A holder that exists and of whom the caller sees something: the one that stands for it, and its accounts in reach.
///
/// # Errors
/// `not_found`, also for one out of reach.
pub(crate) fn seen<T: ReadTx + ?Sized>(
    tx: &mut T,
    ctx: &Ctx,
    asked: Holder,
) -> Outcome<(Holder, Vec<LeafRow>, bool)> {
    let missing = || not_found("holders of risk", &asked.public_id());
    let (holder, _) = tx.risk_holder(asked)?.ok_or_else(missing)?;
    let (leaves, partial) = tx.exposure_leaves(ctx, holder)?;
    if leaves.is_empty() {
        return Err(missing());
    }
    Ok((holder, leaves, partial))
}

/// Whose limit somebody is in charge of.
pub(crate) struct Charge {
    /// The business date of the holder.
    pub(crate) today: Date,
    /// The holder with the accounts of whoever stands for it; none for a segment.
    pub(crate) of: Option<(Holder, Vec<LeafRow>)>,
}

/// The same for a limit, which may hang on a party that is no head of a group any more.
///
/// # Errors
/// As [`in_charge`].
pub(crate) fn in_charge_of<T: ReadTx + ?Sized>(
    tx: &mut T,
    ctx: &Ctx,
    limit: &CreditLimit,
) -> Outcome<Charge> {
    let Some(risk) = of_risk(&limit.holder()) else {
        ctx.scope.require_all()?;
        return Ok(Charge { today: today(ctx, &[]), of: None });
    };
    let (_, leaves, partial) = match seen(tx, ctx, risk) {
        Err(error) if risk.kind == HolderKind::Group && *error.code() == NOT_FOUND => {
            seen(tx, ctx, Holder { kind: HolderKind::Party, ..risk })?
        }
        found => found?,
    };
    whole(partial)?;
    Ok(Charge { today: today(ctx, &leaves), of: Some((risk, leaves)) })
}

/// The business date where a holder has accounts; of a segment, which is everywhere, that of UTC.
pub(crate) fn today(ctx: &Ctx, leaves: &[LeafRow]) -> Date {
    leaves.iter().map(|leaf| leaf.today).max().unwrap_or_else(|| ctx.now.date_naive())
}

/// # Errors
/// `auth.forbidden`.
fn whole(partial: bool) -> Outcome<()> {
    if partial {
        return Err(Error::with(&FORBIDDEN, "the holder has accounts outside your rights"));
    }
    Ok(())
}

/// Whether all accounts of a holder are in the caller's reach.
///
/// # Errors
/// Those of the store.
pub(crate) fn reaches<T: ReadTx + ?Sized>(tx: &mut T, ctx: &Ctx, of: Holder) -> Outcome<bool> {
    let Some((holder, _)) = tx.risk_holder(of)? else { return Ok(false) };
    let (leaves, partial) = tx.exposure_leaves(ctx, holder)?;
    Ok(!partial && !leaves.is_empty())
}

/// The legal entity that a limit is kept for: one in which the holder has accounts. An account is of one, so that its limits name none
/// and stand beside each other.
///
/// # Errors
/// `not_found`.
pub(crate) fn legal_entity(
    kind: HolderKind,
    leaves: &[LeafRow],
    named: Option<Uuid>,
) -> Outcome<Option<Uuid>> {
    let Some(named) = named else { return Ok(None) };
    if !leaves.iter().any(|leaf| leaf.legal_entity_id == named) {
        return Err(not_found("legal_entities", &LegalEntityId(named).to_string()));
    }
    Ok((kind != HolderKind::Account).then_some(named))
}

/// The same for who is going to change what holds for all of it; a segment is everybody's.
///
/// # Errors
/// `not_found`; `auth.forbidden` where accounts of the holder are out of the caller's reach.
pub(crate) fn in_charge<T: ReadTx + ?Sized>(
    tx: &mut T,
    ctx: &Ctx,
    asked: &LimitHolder,
) -> Outcome<LimitHolder> {
    let Some(risk) = of_risk(asked) else {
        ctx.scope.require_all()?;
        return Ok(asked.clone());
    };
    let (holder, _, partial) = seen(tx, ctx, risk)?;
    whole(partial)?;
    Ok(of_limit(holder))
}
