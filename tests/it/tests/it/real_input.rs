//! Real invoices, replayed day by day: the ledger and its ageing against an independent computation.
//!
//! The data set (2,466 settled invoices of 100 customers; dates month/day/year, currency USD) is not part of the
//! repository. Where it is not beside it, made-up invoices of the same shape go the same way.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::Value;
use testkit::TestApp;
use testkit::push::{account, invoice, party, payment};

use crate::reads::text;

const DATA: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/ar/ibm_accounts_receivable.csv");

/// One invoice, paid in full on a day.
struct Invoice {
    number: String,
    customer: String,
    cents: i64,
    issued: NaiveDate,
    due: NaiveDate,
    settled: NaiveDate,
}

/// Open cents of a customer: not due, 1-30, 31-60, 61-90, more than 90 days late.
type Aged = BTreeMap<String, [i64; 5]>;

fn published() -> Option<Vec<Invoice>> {
    let mut reader = csv::Reader::from_path(Path::new(DATA)).ok()?;
    let day = |text: &str| NaiveDate::parse_from_str(text, "%m/%d/%Y").unwrap();
    let read = |row: csv::StringRecord| Invoice {
        number: row[3].to_owned(),
        customer: row[1].to_owned(),
        cents: (row[6].parse::<Decimal>().unwrap() * Decimal::from(100)).try_into().unwrap(),
        issued: day(&row[4]),
        due: day(&row[5]),
        settled: day(&row[8]),
    };
    Some(reader.records().map(|row| read(row.unwrap())).collect())
}

/// The same shape from a fixed sequence of numbers: 240 invoices of 9 customers within 120 days.
fn made_up() -> Vec<Invoice> {
    let mut seed = 20_260_304_u64;
    let mut next = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let start = NaiveDate::from_ymd_opt(2012, 1, 3).unwrap();
    let invoice = |n: u64| {
        let issued = start + chrono::Days::new(next(120));
        let settled = issued + chrono::Days::new(next(150));
        Invoice {
            number: format!("{}", 1000 + n),
            customer: format!("C-{}", next(9)),
            cents: i64::try_from(next(20_000)).unwrap() + 1,
            issued,
            due: issued + chrono::Days::new(30),
            settled,
        }
    };
    (0..240).map(invoice).collect()
}

/// What is open at the end of a day, computed from the invoices alone.
fn aged(invoices: &[Invoice], on: NaiveDate) -> Aged {
    let mut aged = Aged::new();
    for invoice in invoices.iter().filter(|i| i.issued <= on && on < i.settled) {
        let bucket = match (on - invoice.due).num_days() {
            ..=0 => 0,
            1..=30 => 1,
            31..=60 => 2,
            61..=90 => 3,
            91.. => 4,
        };
        aged.entry(invoice.customer.clone()).or_default()[bucket] += invoice.cents;
    }
    aged
}

fn cents(value: &Value) -> i64 {
    (text(value).parse::<Decimal>().unwrap() * Decimal::from(100)).try_into().unwrap()
}

/// The same as the interface answers it.
fn answered(app: &TestApp, query: &str) -> Aged {
    let report = app.get(&format!("/v1/ageing?group_by=account{query}")).expect(200);
    let row = |row: &Value| {
        assert_eq!(row["currency"], "USD");
        let mut buckets = [0; 5];
        for (slot, bucket) in buckets.iter_mut().zip(row["buckets"].as_array().unwrap()) {
            *slot = cents(&bucket["amount"]);
        }
        (text(&row["code"]), buckets)
    };
    report["rows"].as_array().unwrap().iter().map(row).collect()
}

/// Pushes what happens on a day: new invoices, then payments in full.
fn push_day(app: &TestApp, invoices: &[Invoice], on: NaiveDate) {
    let issued = invoices.iter().filter(|i| i.issued == on).map(|i| {
        let dates = (i.issued.to_string(), i.due.to_string());
        let amount = Decimal::new(i.cents, 2).to_string();
        let mut row = invoice(&i.number, &i.customer, &amount, (&dates.0, &dates.1));
        row.currency = "USD".to_owned();
        row
    });
    let paid = invoices.iter().filter(|i| i.settled == on).map(|i| {
        let amount = Decimal::new(i.cents, 2).to_string();
        let key = format!("Z-{}", i.number);
        let mut row = payment(&key, &i.customer, &i.number, (&amount, &on.to_string()));
        row.currency = "USD".to_owned();
        row
    });
    let (issued, paid) = (issued.collect::<Vec<_>>(), paid.collect::<Vec<_>>());
    let mut push = app.push("ERP-E1");
    if !issued.is_empty() {
        push = push.receivables(issued);
    }
    if !paid.is_empty() {
        push = push.entries(paid);
    }
    push.finish();
}

fn at(day: NaiveDate) -> kernel::Instant {
    format!("{day}T18:00:00Z").parse().unwrap()
}

#[test]
fn on_every_day_of_a_real_book_ledger_and_ageing_are_as_computed_apart() {
    let invoices = published().unwrap_or_else(made_up);
    let first = invoices.iter().map(|i| i.issued).min().unwrap();
    let last = invoices.iter().map(|i| i.settled).max().unwrap();
    let app = TestApp::start();
    app.set_clock(at(first));
    app.entity("E1");
    let mut customers = invoices.iter().map(|i| i.customer.as_str()).collect::<Vec<_>>();
    customers.sort_unstable();
    customers.dedup();
    app.push("ERP-E1")
        .parties(customers.iter().map(|c| party(c, c)).collect())
        .accounts(customers.iter().map(|c| account(c, c)).collect())
        .finish();
    for day in first.iter_days().take_while(|day| *day <= last) {
        app.set_clock(at(day));
        if invoices.iter().any(|i| i.issued == day || i.settled == day) {
            push_day(&app, &invoices, day);
        }
        assert_eq!(answered(&app, ""), aged(&invoices, day), "{day}");
    }
    assert_eq!(answered(&app, ""), Aged::new(), "everything was paid");
    // Every week of the past, asked for afterwards, and as it was known at the end of that day.
    for day in first.iter_days().step_by(7).take_while(|day| *day <= last) {
        let expected = aged(&invoices, day);
        assert_eq!(answered(&app, &format!("&as_of={day}")), expected, "as of {day}");
        assert_eq!(answered(&app, &format!("&known_at={day}T18:00:00Z")), expected, "as known on {day}");
    }
    let billed = app.database.sql("SELECT sum(original_amount), count(*) FROM receivable");
    let owed = Decimal::new(invoices.iter().map(|i| i.cents).sum(), 2);
    let (sum, count) = billed.split_once('|').unwrap();
    assert_eq!((sum.parse::<Decimal>().unwrap(), count), (owed, invoices.len().to_string().as_str()));
    let verified = app.wired.store.verify().unwrap();
    assert!(verified.holds(), "{verified:?}");
}
