//! What takes the place of a limit that is ended where nothing else is left: without any limit a wider one, of the segment, or none at all
//! would decide, and more might be allowed than was approved.

use std::collections::BTreeSet;

use domain::credit::check::{Holder, HolderKind};
use domain::credit::limits::{LimitHolder, LimitOrigin, LimitType, Period};
use kernel::id::EventId;
use kernel::{Decimal, Outcome};
use uuid::Uuid;

use super::CreditLimit;
use crate::App;
use crate::credit::report::LeafRow;
use crate::ctx::Ctx;
use crate::store::WriteTx;

/// Writes limits of zero for the days of a period on which neither the holder has another limit of the whole - where it is for one legal
/// entity also one for all - nor, of an account, its party: for all legal entities together, or for those in which nothing is left.
///
/// # Errors
/// Those of the store.
pub(super) fn trust_nothing(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (row, (of, leaves), period): (&CreditLimit, &(Holder, Vec<LeafRow>), Period),
    (reason, event): (Option<&str>, EventId),
) -> Outcome<()> {
    let mut left = tx.limits_within(&row.holder(), period)?;
    if let Some(leaf) = leaves.first().filter(|_| of.kind == HolderKind::Account) {
        let party = Holder { kind: HolderKind::Party, id: leaf.party_id };
        if let Some((party, _)) = tx.risk_holder(party)? {
            left.extend(tx.limits_within(&LimitHolder::Party(party.id), period)?);
        }
    }
    left.retain(|limit| limit.component.is_none());
    for (entity, days) in alone(row, leaves, (&left, period)) {
        let limit_type = if of.kind == HolderKind::Group { LimitType::Group } else { LimitType::Own };
        let nothing = CreditLimit {
            id: app.ids.next(),
            legal_entity_id: entity,
            limit_type,
            collateral: None,
            reference: None,
            amount: Decimal::ZERO,
            covered_percent: None,
            from: days.from,
            until: days.until,
            review_on: None,
            origin: LimitOrigin::Import,
            application_id: None,
            reason: reason.map(str::to_owned),
            set_by: ctx.principal.name.clone(),
            approved_by: None,
            version: 1,
            recorded_at: ctx.now,
            superseded_at: None,
            ..row.clone()
        };
        tx.insert_limit(&nothing, event)?;
    }
    Ok(())
}

/// The days on which nothing is left, and where.
fn alone(
    row: &CreditLimit,
    leaves: &[LeafRow],
    (left, period): (&[CreditLimit], Period),
) -> Vec<(Option<Uuid>, Period)> {
    let without = |counts: &dyn Fn(&CreditLimit) -> bool| {
        left.iter().filter(|limit| counts(limit)).fold(vec![period], |days, limit| {
            days.iter().flat_map(|days| days.without(&limit.period())).collect()
        })
    };
    let entities = match row.legal_entity_id {
        Some(entity) => BTreeSet::from([entity]),
        None => leaves.iter().map(|leaf| leaf.legal_entity_id).collect(),
    };
    let here = |entity: Uuid| without(&|limit| limit.legal_entity_id.is_none_or(|of| of == entity));
    let each = entities.into_iter().map(|entity| (entity, here(entity))).collect::<Vec<_>>();
    // Where it is the same everywhere - an account is of one legal entity - it is said once.
    let first = each.first().map(|(_, days)| days.clone()).unwrap_or_default();
    if row.legal_entity_id.is_none() && each.iter().all(|(_, days)| *days == first) {
        return first.into_iter().map(|days| (None, days)).collect();
    }
    let of = |(entity, days): (Uuid, Vec<Period>)| days.into_iter().map(move |days| (Some(entity), days));
    each.into_iter().flat_map(of).collect()
}
