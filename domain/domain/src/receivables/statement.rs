//! Statement of account: opening balance, movements in order, closing balance, and what is open, per currency.
//!
//! Invariant: opening + Σ movements = closing = Σ open items, where opening and closing are computed from the
//! positions of the items and not from the movements.

use std::collections::BTreeMap;

use kernel::id::ReceivableId;
use kernel::{Currency, Date, Decimal, Error, Instant, Outcome};

use super::ageing::days_overdue;
use super::balance::{AsOf, LedgerEntry, Position, Revision, document, position};
use super::codes;
use super::kinds::{EntryKind, ReceivableKind};

/// One receivable of the account with its whole history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementItem {
    pub receivable: ReceivableId,
    pub kind: ReceivableKind,
    pub currency: Currency,
    pub document_no: String,
    pub revisions: Vec<Revision>,
    pub entries: Vec<LedgerEntry>,
}

/// Which days a statement covers, both inclusive, and whose knowledge it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatementPeriod {
    pub from: Date,
    pub to: Date,
    pub known_at: Instant,
}

/// Why the balance moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovementKind {
    /// A document was issued.
    Document(ReceivableKind),
    /// A document was changed by an entry.
    Entry(EntryKind),
}

/// One line of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    pub on: Date,
    pub receivable: ReceivableId,
    pub document_no: String,
    pub kind: MovementKind,
    pub amount: Decimal,
    /// The balance after this line.
    pub balance: Decimal,
}

/// An item still open at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLine {
    pub receivable: ReceivableId,
    pub kind: ReceivableKind,
    pub document_no: String,
    pub issue_on: Date,
    pub due_on: Date,
    pub days_overdue: i64,
    pub amount: Decimal,
    pub open: Decimal,
}

/// The statement of one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub currency: Currency,
    /// At the end of the day before the period.
    pub opening: Decimal,
    pub movements: Vec<Movement>,
    /// At the end of the last day.
    pub closing: Decimal,
    /// By due date.
    pub open_items: Vec<OpenLine>,
}

/// Assembles the statements of an account, one per currency in alphabetical order.
///
/// Movements are ordered by business date, then documents before entries, then by the time of recording. Entries
/// that change no amount (doubtful) are our own assessment and do not appear. An entry dated before its document
/// is a credit until then, as in [`position`].
///
/// # Errors
/// `statement.period_reversed`.
pub fn statement(items: &[StatementItem], period: StatementPeriod) -> Outcome<Vec<Statement>> {
    if period.to < period.from {
        let message = format!("the statement would run from {} to {}", period.from, period.to);
        return Err(Error::field("to", &codes::STATEMENT_PERIOD_REVERSED, message));
    }
    let mut by_currency: BTreeMap<Currency, Vec<&StatementItem>> = BTreeMap::new();
    for item in items {
        by_currency.entry(item.currency).or_default().push(item);
    }
    Ok(by_currency.into_iter().map(|(currency, items)| of_currency(currency, &items, period)).collect())
}

fn of_currency(currency: Currency, items: &[&StatementItem], period: StatementPeriod) -> Statement {
    let known_at = period.known_at;
    let before = |item: &&StatementItem| {
        let on = period.from.pred_opt()?;
        position(&item.revisions, &item.entries, AsOf { on, known_at }).map(|p| p.open)
    };
    let opening: Decimal = items.iter().filter_map(before).sum();
    let mut open_items = Vec::new();
    let mut closing = Decimal::ZERO;
    for item in items {
        let Some(end) = position(&item.revisions, &item.entries, AsOf { on: period.to, known_at }) else {
            continue;
        };
        closing += end.open;
        if !end.open.is_zero() {
            open_items.push(open_line(item, end, period.to));
        }
    }
    open_items.sort_by_key(|line| (line.due_on, line.issue_on, line.receivable));
    Statement { currency, opening, movements: movements(items, period, opening), closing, open_items }
}

fn open_line(item: &StatementItem, end: Position, on: Date) -> OpenLine {
    OpenLine {
        receivable: item.receivable,
        kind: item.kind,
        document_no: item.document_no.clone(),
        issue_on: end.issue_on,
        due_on: end.due_on,
        days_overdue: days_overdue(end.due_on, on),
        amount: end.amount,
        open: end.open,
    }
}

fn movements(items: &[&StatementItem], period: StatementPeriod, opening: Decimal) -> Vec<Movement> {
    let mut lines = Vec::new();
    for item in items {
        let Some(base) = document(&item.revisions, period.known_at) else { continue };
        let mut add = |on: Date, at: Instant, kind: MovementKind, amount: Decimal| {
            if period.from <= on && on <= period.to && !amount.is_zero() {
                let (receivable, document_no) = (item.receivable, item.document_no.clone());
                let line = Movement { on, receivable, document_no, kind, amount, balance: Decimal::ZERO };
                lines.push((at, line));
            }
        };
        add(base.issue_on, base.recorded_at, MovementKind::Document(item.kind), base.amount);
        for entry in item.entries.iter().filter(|entry| entry.recorded_at <= period.known_at) {
            add(entry.effective_on, entry.recorded_at, MovementKind::Entry(entry.kind), entry.amount);
        }
    }
    lines.sort_by_key(|(at, line)| (line.on, order(line.kind), *at, line.receivable, line.amount));
    let mut balance = opening;
    let running = lines.into_iter().map(|(_, line)| {
        balance += line.amount;
        Movement { balance, ..line }
    });
    running.collect()
}

/// Documents before entries, then kinds in their declared order, so that equal times still have one order.
fn order(kind: MovementKind) -> (u8, Option<ReceivableKind>, Option<EntryKind>) {
    match kind {
        MovementKind::Document(kind) => (0, Some(kind), None),
        MovementKind::Entry(kind) => (1, None, Some(kind)),
    }
}

#[cfg(test)]
mod tests;
