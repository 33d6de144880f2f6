//! What a message speaks of: chosen when it is planned, and looked at again before it leaves.

use domain::comms::spoken::{OpenItem, Scope, spoken_of};
use domain::comms::template::TemplatePurpose;
use kernel::time::business_date;
use kernel::{Code, Date, Decimal, Error, Instant, Outcome};

use super::codes;
use super::facts::{ItemFacts, MessageFacts, MessageRow};
use super::store::{Lines, NewItem};
use crate::calendars;
use crate::store::WriteTx;

/// Leaves of everything open what a message for this purpose speaks of.
///
/// # Errors
/// `organisation.calendar_unknown`.
pub(super) fn narrow(
    tx: &mut dyn WriteTx,
    facts: &mut MessageFacts,
    purpose: TemplatePurpose,
    now: Instant,
) -> Outcome<()> {
    let today = business_date(now, facts.entity_zone());
    let calendar = calendars::of_entity(tx, &facts.entity.calendar_code)?;
    facts.items.retain_mut(|item| {
        let spoken = spoken_of(Scope::of(purpose), &open_item(item), today, &calendar);
        (item.open, item.planned) = (spoken.unwrap_or_default(), spoken.unwrap_or_default());
        spoken.is_some()
    });
    Ok(())
}

fn open_item(item: &ItemFacts) -> OpenItem {
    OpenItem { due_on: item.due_on, open: item.open, covered: item.covered, excepted: item.excepted }
}

/// The lines of a message that is to be planned.
///
/// # Errors
/// `message.nothing_open`; `message.nothing_claimable` where something is open, but nothing that this purpose may claim.
pub(super) fn lines(facts: &MessageFacts, purpose: TemplatePurpose, any_open: bool) -> Outcome<Vec<NewItem>> {
    if !any_open {
        return Err(Error::new(&codes::NOTHING_OPEN));
    }
    let lines = facts.items.iter().map(line).collect::<Vec<_>>();
    let total = lines.iter().map(|line| line.amount).sum::<Decimal>();
    if purpose.claims() && total <= Decimal::ZERO {
        return Err(Error::new(&codes::NOTHING_CLAIMABLE));
    }
    Ok(lines)
}

fn line(item: &ItemFacts) -> NewItem {
    NewItem {
        account_id: item.account_id,
        receivable_id: item.receivable_id,
        amount: item.open,
        credit: item.credit,
    }
}

/// Facts of a planned message: of a claim what may be claimed now of its items, of a statement what is open now.
///
/// # Errors
/// `organisation.calendar_unknown`.
pub(super) fn facts_of(tx: &mut dyn WriteTx, row: &MessageRow, now: Instant) -> Outcome<MessageFacts> {
    let lines = match row.asked_for() {
        None => Lines::Planned,
        Some(purpose) if purpose.claims() => Lines::PlannedAndCredits,
        Some(_) => Lines::Open,
    };
    let mut facts = tx.message_facts(row, lines, now)?;
    let today = business_date(now, facts.entity_zone());
    // As for a run, it is the legal entity's; the debtor's own says when to contact.
    let calendar = calendars::of_entity(tx, &facts.entity.calendar_code)?;
    // A step's conditions are the scenario's, which are looked at by themselves.
    let scope = row.asked_for().map(Scope::of);
    if scope == Some(Scope::Everything) {
        return Ok(facts);
    }
    for item in &mut facts.items {
        let due = OpenItem { covered: Decimal::ZERO, excepted: false, ..open_item(item) };
        let out_of_scope = scope.is_some_and(|scope| spoken_of(scope, &due, today, &calendar).is_none());
        item.excepted |= out_of_scope && item.open > Decimal::ZERO;
        item.open -= item.covered;
    }
    Ok(facts)
}

/// Facts of what a person did, on the day it was done: a claim with the amounts it was planned with, whatever came since, for
/// nobody knows them better; a statement with what is open now, where anything is.
///
/// # Errors
/// `organisation.calendar_unknown`.
pub(super) fn facts_of_done(
    tx: &mut dyn WriteTx,
    row: &MessageRow,
    (done_on, now): (Date, Instant),
) -> Outcome<(MessageFacts, Option<Vec<NewItem>>)> {
    if row.restates() {
        let facts = facts_of(tx, row, now)?;
        if !facts.items.is_empty() {
            let lines = restated(row, &facts);
            return Ok((facts, lines));
        }
    }
    let mut facts = tx.message_facts(row, Lines::Planned, now)?;
    for item in &mut facts.items {
        item.open = item.planned;
        item.excepted = false;
        item.changes.retain(|change| change.on <= done_on);
    }
    Ok((facts, None))
}

/// The last look: is what was planned still true? A statement is written from the present, so it is overtaken only by there being
/// nothing to state.
pub(super) fn overtaken(row: &MessageRow, facts: &MessageFacts) -> Option<&'static Code> {
    if row.restates() {
        return facts.items.is_empty().then_some(&codes::NOTHING_OPEN);
    }
    let mut claimed = facts.items.iter().filter(|item| !item.credit).peekable();
    claimed.peek()?;
    if claimed.all(|item| item.open + item.covered <= Decimal::ZERO) {
        return Some(&codes::PAID);
    }
    if facts.items.iter().any(|item| item.open != item.planned) {
        return Some(&codes::AMOUNTS_CHANGED);
    }
    let excepted = facts.items.iter().any(|item| item.excepted && !item.credit);
    excepted.then_some(&codes::ITEM_EXCEPTED)
}

/// The lines of a message that states what is open now; none of one that says what was planned.
pub(super) fn restated(row: &MessageRow, facts: &MessageFacts) -> Option<Vec<NewItem>> {
    row.restates().then(|| facts.items.iter().map(line).collect())
}
