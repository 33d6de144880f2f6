//! What an ERP may send on the days of a history.

use chrono::{Days, NaiveDate};
use kernel::Decimal;
use proptest::prelude::*;
use proto::v1::push_chunks_request::Rows;
use proto::v1::{EntryRow, EntryRows, ReceivableRow, ReceivableRows};
use testkit::push::{invoice, payment};

/// Accounts of a history; receivable `n` belongs to account `n % ACCOUNTS`.
pub const ACCOUNTS: usize = 2;
/// Keys of receivables and of entries: few, so that rows meet.
const KEYS: usize = 8;
const ENTRIES: usize = 12;

/// A push session and how long after the one before.
#[derive(Debug, Clone)]
pub struct Day {
    pub days_later: u64,
    pub ops: Vec<Op>,
}

/// A document or a movement of money, as an ERP states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    Issue {
        key: usize,
        cents: i64,
        ago: u64,
        paper: Paper,
    },
    /// Names its receivable; `wrong` is in another currency than that.
    Pay {
        id: usize,
        key: usize,
        cents: i64,
        ago: u64,
        wrong: bool,
    },
    /// Names none.
    OnAccount {
        id: usize,
        account: usize,
        cents: i64,
        ago: u64,
        dollars: bool,
    },
    /// States what it takes back: another amount or currency is refused.
    Reverse {
        id: usize,
        of: usize,
        cents: i64,
        dollars: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    Invoice,
    /// It may name an invoice that it credits.
    Credit(Option<usize>),
}

/// Two to six sessions.
pub fn history() -> impl Strategy<Value = Vec<Day>> {
    let cents = || prop_oneof![Just(10_000i64), 1..30_000i64];
    let paper = prop_oneof![
        4 => Just(Paper::Invoice),
        1 => proptest::option::of(0..KEYS).prop_map(Paper::Credit)
    ];
    let op = prop_oneof![
        5 => (0..KEYS, cents(), 0..40u64, paper)
            .prop_map(|(key, cents, ago, paper)| Op::Issue { key, cents, ago, paper }),
        4 => (0..ENTRIES, 0..KEYS, cents(), 0..60u64, prop::bool::weighted(0.1))
            .prop_map(|(id, key, cents, ago, wrong)| Op::Pay { id, key, cents, ago, wrong }),
        3 => (0..ENTRIES, 0..ACCOUNTS, cents(), 0..60u64, prop::bool::weighted(0.3))
            .prop_map(|(id, account, cents, ago, dollars)| Op::OnAccount { id, account, cents, ago, dollars }),
        2 => (0..ENTRIES, 0..ENTRIES, prop_oneof![4 => Just(10_000i64), 1 => 1..30_000i64], prop::bool::weighted(0.3))
            .prop_map(|(id, of, cents, dollars)| Op::Reverse { id, of, cents, dollars }),
    ];
    let day = (1..30u64, proptest::collection::vec(op, 1..7));
    proptest::collection::vec(day.prop_map(|(days_later, ops)| Day { days_later, ops }), 2..7)
}

pub fn source(number: usize) -> String {
    format!("ERP-H{number}")
}

pub fn account_of(key: usize) -> usize {
    key % ACCOUNTS
}

pub fn currency_of(key: usize) -> &'static str {
    currency(key.is_multiple_of(3))
}

pub fn currency(dollars: bool) -> &'static str {
    if dollars { "USD" } else { "EUR" }
}

pub fn issue_on(today: NaiveDate, ago: u64) -> NaiveDate {
    today - Days::new(ago)
}

/// The chunk of one row that says so.
pub fn rows(number: usize, op: &Op, today: NaiveDate) -> Rows {
    match op {
        Op::Issue { key, cents, ago, paper } => {
            let issue = issue_on(today, *ago);
            let dates = (issue.to_string(), (issue + Days::new(30)).to_string());
            let name = format!("H{number}-{}", account_of(*key));
            let row = invoice(&doc(number, *key), &name, &amount(*cents), (&dates.0, &dates.1));
            let (kind, credited) = match paper {
                Paper::Invoice => ("invoice", None),
                Paper::Credit(credited) => ("credit_note", *credited),
            };
            Rows::Receivables(ReceivableRows {
                rows: vec![ReceivableRow {
                    currency: currency_of(*key).to_owned(),
                    kind: kind.to_owned(),
                    credited_external_id: credited.map(|key| doc(number, key)).unwrap_or_default(),
                    ..row
                }],
            })
        }
        Op::Pay { id, key, cents, ago, wrong } => {
            let on = (today - Days::new(*ago)).to_string();
            let row = entry(number, *id, account_of(*key), (*cents, &on));
            let currency = currency(key.is_multiple_of(3) != *wrong).to_owned();
            one(EntryRow { receivable_external_id: doc(number, *key), currency, ..row })
        }
        Op::OnAccount { id, account, cents, ago, dollars } => {
            let on = (today - Days::new(*ago)).to_string();
            let row = entry(number, *id, *account, (*cents, &on));
            one(EntryRow { currency: currency(*dollars).to_owned(), ..row })
        }
        Op::Reverse { id, of, cents, dollars } => {
            let on = today.to_string();
            let row = entry(number, *id, of % ACCOUNTS, (*cents, &on));
            one(EntryRow {
                reverses_external_id: movement(number, *of),
                kind: "reversal".to_owned(),
                currency: currency(*dollars).to_owned(),
                ..row
            })
        }
    }
}

fn one(row: EntryRow) -> Rows {
    Rows::Entries(EntryRows { rows: vec![row] })
}

fn entry(number: usize, id: usize, account: usize, (cents, on): (i64, &str)) -> EntryRow {
    let name = format!("H{number}-{account}");
    payment(&movement(number, id), &name, "", (&amount(cents), on))
}

fn doc(number: usize, key: usize) -> String {
    format!("D{number}-{key}")
}

fn movement(number: usize, id: usize) -> String {
    format!("E{number}-{id}")
}

fn amount(cents: i64) -> String {
    Decimal::new(cents, 2).to_string()
}
