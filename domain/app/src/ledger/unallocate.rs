//! Takes an allocation back: the credit is free again, the item open again, both with their original age.

use domain::access::Permission;
use kernel::id::{AccountId, AllocationId};
use kernel::{Error, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::allocate::given_day;
use super::balances::facts;
use super::codes;
use super::store::ReversalEntry;
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::lists::not_found;

/// Which allocation, and from when.
#[derive(Debug, Clone)]
pub struct Unallocate {
    pub allocation: AllocationId,
    /// Business date; by default today, or when the allocation took effect if that is later.
    pub effective_on: Option<String>,
}

/// An allocation taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unallocated {
    pub allocation: Uuid,
    pub account: Uuid,
    pub credit: Uuid,
    pub debit: Uuid,
    pub amount: kernel::Decimal,
    pub effective_on: kernel::Date,
    /// Two: reversed.
    pub version: i64,
}

/// Takes an allocation back by entries opposite to its own. Nothing is deleted.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `allocation.already_reversed`, `version.mismatch`, `date.invalid`,
/// `effective_on.in_future`, `effective_on.too_early`.
pub fn unallocate(app: &App, ctx: &Ctx, cmd: &Unallocate) -> Outcome<Answer<Unallocated>> {
    ctx.require(Permission::ReceivablesWrite)?;
    command::run(app, ctx, "ledger.unallocate", |tx| {
        let kept = tx
            .allocation_for_update(ctx, cmd.allocation)?
            .ok_or_else(|| not_found("allocations", &cmd.allocation.to_string()))?;
        if kept.reversed_at.is_some() {
            return Err(Error::new(&codes::ALLOCATION_REVERSED));
        }
        command::check_version(ctx, 1)?;
        let account = facts(tx, ctx, AccountId(kept.account))?;
        let today = account.horizon.today;
        let given = given_day(cmd.effective_on.as_deref(), today)?;
        if let Some(on) = given.filter(|on| *on < kept.effective_on) {
            let message = format!("{on} lies before {}, the day it took effect", kept.effective_on);
            return Err(Error::field("effective_on", &codes::EFFECTIVE_EARLY, message));
        }
        // One that is still to take effect is taken back on that day: it never counts, and no day shows it half.
        let on = given.unwrap_or_else(|| today.max(kept.effective_on));
        let before = json!({ "amount": kept.amount.to_string(), "effective_on": kept.effective_on });
        let event = NewEvent::about("ledger.allocation_reversed", "allocation", kept.id)
            .account(kept.account)
            .legal_entity(account.legal_entity_id)
            .change(before, json!({ "reversed": true, "effective_on": on }));
        let event = tx.record(ctx, event)?;
        let back = kept.entries.iter().map(|(id, receivable, amount)| ReversalEntry {
            id: app.ids.next(),
            reverses: *id,
            receivable: *receivable,
            amount: -*amount,
        });
        tx.reverse_allocation(&kept, &back.collect::<Vec<_>>(), (on, event, ctx.now))?;
        Ok(Unallocated {
            allocation: kept.id,
            account: kept.account,
            credit: kept.credit,
            debit: kept.debit,
            amount: kept.amount,
            effective_on: on,
            version: 2,
        })
    })
}
