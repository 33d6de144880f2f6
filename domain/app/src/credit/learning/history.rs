//! From stored invoices to what a model reads.

use std::collections::BTreeMap;

use chrono::Days;
use domain::credit::scoring::behaviour::{Settlement, closed};
use domain::receivables::kinds::EntryKind;
use kernel::{Currency, Date, Decimal, Outcome};
use learning::history::{Closing, History, Item};
use uuid::Uuid;

use super::store::HistoryRow;

/// An invoice as a model sees it: settled by what settles it for scores, only that what was written off was waited for until then.
/// A dispute of which only the present is known counts from the end of the item or, while it is open, from the
/// eve of today.
///
/// # Errors
/// `currency.unknown`.
pub fn item(row: &HistoryRow, today: Date) -> Outcome<Item> {
    let closing = match row.closed_on {
        None => Closing::Open,
        Some(on) if row.closed_by == Some(EntryKind::WriteOff) => Closing::On(on),
        Some(on) => match closed(row.closed_by, on) {
            Settlement::Paid(on) => Closing::On(on),
            Settlement::Open | Settlement::Unknown(_) => Closing::Unknown(on),
        },
    };
    let seen = row.closed_on.or_else(|| today.checked_sub_days(Days::new(1)));
    Ok(Item {
        id: row.id,
        issue_on: row.issue_on,
        due_on: row.due_on,
        extended: row.agreed_due_on.map(|due| (due, row.agreed_on.unwrap_or(row.issue_on))),
        amount: row.amount.max(Decimal::ZERO),
        currency: Currency::parse("currency", &row.currency)?,
        closing,
        disputed_on: row.disputed_on.or(seen.filter(|_| row.disputed)),
    })
}

/// By account.
///
/// # Errors
/// `currency.unknown`.
pub fn histories(rows: Vec<HistoryRow>, today: Date) -> Outcome<BTreeMap<Uuid, History>> {
    let mut items = BTreeMap::<Uuid, Vec<Item>>::new();
    for row in rows {
        items.entry(row.account_id).or_default().push(item(&row, today)?);
    }
    Ok(items.into_iter().map(|(account, items)| (account, History::new(items))).collect())
}
