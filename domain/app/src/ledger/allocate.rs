//! Allocates a credit by hand - a credit note, unallocated cash, what an item was overpaid by - to named items, or by the
//! rules a push uses.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Permission;
use domain::receivables::allocation::{
    AllocationLine, Credit, DEFAULT_RULES, DebitItem, ExplicitLine, LISTED, allocate as allocate_credit,
    open_from,
};
use domain::receivables::kinds::{AllocationRule, EntryKind, ReceivableKind, Side};
use kernel::id::{AllocationId, ReceivableId};
use kernel::text_enum::TextEnum as _;
use kernel::time::parse_date;
use kernel::{Date, Decimal, Error, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::balances::facts;
use super::codes;
use super::store::{AccountFacts, ManualAllocation};
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::{Ctx, Locale};
use crate::events::NewEvent;
use crate::lists::not_found;
use crate::push::store::ReceivableState;
use crate::store::WriteTx;

/// What is to be allocated, and how.
#[derive(Debug, Clone)]
pub struct Allocate {
    pub credit: ReceivableId,
    /// If not empty, exactly this is done.
    pub lines: Vec<ExplicitLine>,
    /// In order; those of a push when empty.
    pub rules: Vec<AllocationRule>,
    /// Business date; by default today, or when both documents are issued if that is later.
    pub effective_on: Option<String>,
}

/// What became of the credit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Allocated {
    pub account: Uuid,
    pub credit: Uuid,
    pub currency: String,
    /// Of the credit item, with its sign: zero or negative.
    pub open_amount: Decimal,
    /// Of the credit item, for the next change.
    pub version: i64,
    pub lines: Vec<AllocatedLine>,
    /// What a person should know, e.g. that an item was open for less than listed.
    pub notices: Vec<AllocationNotice>,
}

/// One allocation made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AllocatedLine {
    pub allocation: Uuid,
    pub receivable: Uuid,
    pub document_no: String,
    pub amount: Decimal,
    /// From when it counts.
    pub effective_on: Date,
    pub rule: String,
    /// Why this item, in the caller's language.
    pub reason: String,
}

/// Something worth telling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllocationNotice {
    pub field: String,
    pub code: String,
    pub message: String,
}

/// Allocates. The credit's version can be named by `If-Match`, so that two people do not spend it twice.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `version.mismatch`, `allocation.*`, `date.invalid`, `effective_on.in_future`,
/// `effective_on.too_early`.
pub fn allocate(app: &App, ctx: &Ctx, cmd: &Allocate) -> Outcome<Answer<Allocated>> {
    ctx.require(Permission::ReceivablesWrite)?;
    command::run(app, ctx, "ledger.allocate", |tx| {
        let id = tx
            .receivable_account(ctx, cmd.credit)?
            .ok_or_else(|| not_found("receivables", &cmd.credit.to_string()))?;
        let account = facts(tx, ctx, id)?;
        let given = given_day(cmd.effective_on.as_deref(), account.horizon.today)?;
        // Everything open of the account is locked, in the order of pushes, before anything is looked at.
        let items = tx.open_items_for_update(&BTreeSet::from([id.0]))?;
        command::check_version(ctx, tx.receivable_version(id.0, cmd.credit.0)?)?;
        let credit = items
            .iter()
            .find(|item| item.id == cmd.credit.0)
            .filter(|item| item.open_amount < Decimal::ZERO)
            .ok_or_else(|| {
                Error::with(&codes::ALLOCATION_NOT_CREDIT, format!("{} is no open credit", cmd.credit))
            })?;
        let decided = decide(tx, cmd, credit, &items).map_err(|wrong| wrong.rename_field(LISTED, "lines"))?;
        if decided.lines.is_empty() {
            return Err(Error::new(&codes::ALLOCATION_NOTHING));
        }
        let lines = dated(app, &decided.lines, (credit, &items), (given, account.horizon.today))?;
        if let Some(on) = given.filter(|on| *on < account.horizon.today) {
            check_past(tx, credit, &lines, on)?;
        }
        post(app, ctx, tx, (&account, credit), &lines)?;
        let text = |n: domain::receivables::findings::Notice| AllocationNotice {
            field: n.field.replacen(LISTED, "lines", 1),
            code: n.code.text.to_owned(),
            message: n.message,
        };
        Ok(Allocated {
            account: id.0,
            credit: credit.id,
            currency: credit.currency.to_string(),
            open_amount: -decided.remainder,
            version: tx.receivable_version(id.0, credit.id)?,
            lines: lines.into_iter().map(|made| told(ctx, made)).collect(),
            notices: decided.notices.into_iter().map(text).collect(),
        })
    })
}

fn decide(
    tx: &mut dyn WriteTx,
    cmd: &Allocate,
    credit: &ReceivableState,
    items: &[ReceivableState],
) -> Outcome<domain::receivables::allocation::Allocation> {
    let owed = |item: &&ReceivableState| item.kind.side() == Side::Debit && item.open_amount > Decimal::ZERO;
    let debits = items.iter().filter(owed).map(debit_item);
    let credited = tx.credited_receivable(credit.account_id, credit.id)?.map(ReceivableId);
    let wish = Credit {
        currency: credit.currency,
        amount: -credit.open_amount,
        text: credit.payment_reference.clone().unwrap_or_default(),
        credited: credited.into_iter().collect(),
        explicit: cmd.lines.clone(),
    };
    let rules = if cmd.rules.is_empty() { DEFAULT_RULES.as_slice() } else { &cmd.rules };
    allocate_credit(&wish, &debits.collect::<Vec<_>>(), rules)
}

/// An allocation about to be written.
struct Made<'i> {
    id: Uuid,
    line: AllocationLine,
    debit: &'i ReceivableState,
    effective_on: Date,
}

/// Gives each line its day. What was not issued yet was not owed either, so that before both documents are issued neither can
/// settle the other: balances of that time would show one of them twice.
fn dated<'i>(
    app: &App,
    lines: &[AllocationLine],
    (credit, items): (&ReceivableState, &'i [ReceivableState]),
    (given, today): (Option<Date>, Date),
) -> Outcome<Vec<Made<'i>>> {
    let made = |line: &AllocationLine| {
        let debit = items.iter().find(|item| item.id == line.receivable.0);
        let debit = debit.ok_or_else(|| {
            Error::new(&crate::codes::INTERNAL).caused_by("an allocation to an item that was not offered")
        })?;
        let earliest = credit.issue_on.max(debit.issue_on);
        let effective_on = match given {
            Some(on) if on < earliest => {
                let (credit, debit) = (&credit.document_no, &debit.document_no);
                let message = format!(
                    "{on} lies before {earliest}, the day by which {credit:?} and {debit:?} are issued"
                );
                return Err(Error::field("effective_on", &codes::EFFECTIVE_EARLY, message));
            }
            Some(on) => on,
            None => today.max(earliest),
        };
        Ok(Made { id: app.ids.next(), line: line.clone(), debit, effective_on })
    };
    lines.iter().map(made).collect()
}

/// An allocation that counts from an earlier day must fit into what was open then and on every day since: what was paid only later
/// cannot have been set against anything before.
fn check_past(tx: &mut dyn WriteTx, credit: &ReceivableState, lines: &[Made<'_>], on: Date) -> Outcome<()> {
    let mut taken = BTreeMap::from([(credit.id, (credit, Decimal::ZERO))]);
    for Made { line, debit, .. } in lines {
        taken.entry(debit.id).or_insert((debit, Decimal::ZERO)).1 += line.amount;
        if let Some((_, all)) = taken.get_mut(&credit.id) {
            *all -= line.amount;
        }
    }
    let moves = tx.item_moves(credit.account_id, &taken.keys().copied().collect())?;
    for (id, (item, amount)) in taken {
        let of_item = moves.iter().filter(|(of, ..)| *of == id).map(|(_, on, amount)| (*on, *amount));
        let fits = |open: Decimal| {
            open.is_sign_negative() == amount.is_sign_negative() && open.abs() >= amount.abs()
        };
        if !open_from(item.original_amount, of_item, on).all(fits) {
            let message =
                format!("{:?} has not been open over {} ever since {on}", item.document_no, amount.abs());
            return Err(Error::field("effective_on", &codes::EFFECTIVE_EARLY, message));
        }
    }
    Ok(())
}

fn post(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (account, credit): (&AccountFacts, &ReceivableState),
    lines: &[Made<'_>],
) -> Outcome<()> {
    let written = lines.iter().map(|Made { id, line, effective_on, .. }| {
        json!({ "allocation": AllocationId(*id), "receivable": line.receivable, "amount": line.amount.to_string(),
            "rule": line.rule, "effective_on": effective_on })
    });
    let event = NewEvent::about("ledger.credit_allocated", "receivable", credit.id)
        .account(account.id)
        .legal_entity(account.legal_entity_id)
        .change(
            json!({ "open_amount": credit.open_amount.to_string() }),
            json!({ "currency": credit.currency.as_str(), "allocations": written.collect::<Vec<_>>() }),
        );
    let event = tx.record(ctx, event)?;
    let kind = match credit.kind.side() {
        // What an item was overpaid by moves from it to another.
        Side::Debit => EntryKind::Transfer,
        Side::Credit if credit.kind == ReceivableKind::UnallocatedCash => EntryKind::Payment,
        Side::Credit => EntryKind::Credit,
    };
    for Made { id, line, debit, effective_on } in lines {
        let new = ManualAllocation {
            account: account.id,
            id: *id,
            credit: credit.id,
            debit: debit.id,
            amount: line.amount,
            rule: line.rule,
            kind,
            effective_on: *effective_on,
            entries: (app.ids.next(), app.ids.next()),
        };
        tx.insert_manual_allocation(&new, event, ctx.now)?;
    }
    Ok(())
}

fn told(ctx: &Ctx, Made { id, line, debit, effective_on }: Made<'_>) -> AllocatedLine {
    AllocatedLine {
        allocation: id,
        receivable: debit.id,
        document_no: debit.document_no.clone(),
        amount: line.amount,
        effective_on,
        rule: line.rule.as_str().to_owned(),
        reason: line.reason.text(ctx.locale == Locale::Spanish),
    }
}

/// The day that a caller names, which has come.
pub(super) fn given_day(given: Option<&str>, today: Date) -> Outcome<Option<Date>> {
    let Some(text) = given else { return Ok(None) };
    let on = parse_date("effective_on", text)?;
    if on <= today {
        return Ok(Some(on));
    }
    let message = format!("{on} lies after {today}, today's business date");
    Err(Error::field("effective_on", &codes::EFFECTIVE_FUTURE, message))
}

fn debit_item(item: &ReceivableState) -> DebitItem {
    DebitItem {
        receivable: ReceivableId(item.id),
        currency: item.currency,
        document_no: item.document_no.clone(),
        payment_reference: item.payment_reference.clone(),
        issue_on: item.issue_on,
        due_on: item.agreed_due_on.unwrap_or(item.due_on),
        open: item.open_amount,
    }
}

/// Reads one line of an explicit list; amounts are checked against the currency when allocated.
///
/// # Errors
/// `id.invalid`, `amount.invalid`.
pub fn explicit_line(index: usize, receivable: &str, amount: &str) -> Outcome<ExplicitLine> {
    let field = format!("lines[{index}].amount");
    let amount = kernel::money::parse_decimal(amount).ok_or_else(|| {
        let message = format!("{amount:?} is not a plain decimal number");
        Error::field(field, &kernel::registry::codes::AMOUNT_INVALID, message)
    })?;
    Ok(ExplicitLine { receivable: ReceivableId::parse(receivable)?, amount })
}
