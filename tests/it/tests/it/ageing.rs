//! Ageing over REST equals the pure rule over the same items.

mod pages;
mod parties;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::receivables::ageing::{AgeBasis, Ageing, AgeingItem, BucketSet, CreditTreatment, age};
use kernel::text_enum::TextEnum as _;
use kernel::{Currency, Decimal};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, invoice, party, payment};

use crate::reads::{account_id, column, text};

const TODAY: &str = "2026-03-04";

fn today() -> NaiveDate {
    TODAY.parse().unwrap()
}

/// One document: account, cents (negative: a credit note), days since due (negative: not due), and its currency.
#[derive(Debug, Clone)]
struct Item {
    account: usize,
    cents: i64,
    late: i64,
    dollars: bool,
}

fn items() -> impl Strategy<Value = Vec<Item>> {
    // Days around the bounds matter most.
    let late = prop_oneof![
        Just(0),
        Just(1),
        Just(30),
        Just(31),
        Just(60),
        Just(61),
        Just(90),
        Just(91),
        -40..200i64
    ];
    let item = (0..3usize, prop_oneof![4 => 1..500_000i64, 1 => -200_000..0i64], late, any::<bool>());
    let item = item.prop_map(|(account, cents, late, dollars)| Item { account, cents, late, dollars });
    proptest::collection::vec(item, 1..30)
}

fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    app.push("ERP-E1")
        .parties(vec![party("P1", "Uno"), party("P2", "Dos")])
        .accounts(vec![account("A0", "P1"), account("A1", "P1"), account("A2", "P2")])
        .finish();
    app
}

fn push(app: &TestApp, items: &[Item]) {
    let row = |(n, item): (usize, &Item)| {
        let due = today() - chrono::Duration::days(item.late);
        let issue = due.min(today()) - chrono::Duration::days(10);
        let dates = (issue.to_string(), due.to_string());
        let amount = Decimal::new(item.cents, 2).to_string();
        let mut row =
            invoice(&format!("F-{n}"), &format!("A{}", item.account), &amount, (&dates.0, &dates.1));
        row.kind = if item.cents < 0 { "credit_note" } else { "invoice" }.to_owned();
        row.currency = if item.dollars { "USD" } else { "EUR" }.to_owned();
        row
    };
    app.push("ERP-E1").receivables(items.iter().enumerate().map(row).collect()).finish();
}

/// What is stored, as the pure rule wants it.
fn stored(app: &TestApp, accounts: &str) -> Vec<AgeingItem> {
    let rows = app.database.sql(&format!(
        "SELECT i.currency, i.open_amount, i.issue_on, coalesce(i.agreed_due_on, i.due_on) \
         FROM receivable i JOIN account a ON a.id = i.account_id WHERE a.number IN ({accounts}) ORDER BY i.id"
    ));
    let item = |line: &str| {
        let cells = line.split('|').collect::<Vec<_>>();
        AgeingItem {
            currency: Currency::parse("currency", cells[0]).unwrap(),
            open: cells[1].parse().unwrap(),
            issue_on: cells[2].parse().unwrap(),
            due_on: cells[3].parse().unwrap(),
        }
    };
    rows.lines().filter(|line| !line.is_empty()).map(item).collect()
}

fn amounts(row: &Value) -> (Vec<Decimal>, Vec<u64>, Decimal, Decimal) {
    let amount = |value: &Value| text(value).parse::<Decimal>().unwrap();
    let buckets = row["buckets"].as_array().unwrap();
    (
        buckets.iter().map(|b| amount(&b["amount"])).collect(),
        buckets.iter().map(|b| b["items"].as_u64().unwrap()).collect(),
        amount(&row["credits_amount"]),
        amount(&row["total_amount"]),
    )
}

fn expect(rows: &Value, expected: &BTreeMap<Currency, Ageing>, about: &str) -> Result<(), TestCaseError> {
    let rows = rows.as_array().unwrap();
    prop_assert_eq!(rows.len(), expected.len(), "{}", about);
    for (row, (currency, ageing)) in rows.iter().zip(expected) {
        prop_assert_eq!(text(&row["currency"]), currency.to_string());
        let (buckets, counts, credits, total) = amounts(row);
        prop_assert_eq!(&buckets, &ageing.buckets, "{}", about);
        prop_assert_eq!(counts, ageing.counts.iter().map(|c| u64::from(*c)).collect::<Vec<_>>(), "{}", about);
        prop_assert_eq!(credits, ageing.credits, "{}", about);
        prop_assert_eq!(total, ageing.total, "{}", about);
        // The partition: nothing is counted twice, nothing is lost.
        prop_assert_eq!(buckets.iter().sum::<Decimal>() + credits, total, "{}", about);
    }
    Ok(())
}

#[test]
fn the_sql_of_ageing_is_the_pure_rule() {
    let mut runner = TestRunner::new(Config { cases: 12, max_shrink_iters: 30, ..Config::default() });
    runner
        .run(&items(), |items| {
            let app = book();
            push(&app, &items);
            let sets = [("30,60,90", "due"), ("15", "due"), ("30,60,90,180", "issue")];
            for (bounds, basis) in sets {
                let days = bounds.split(',').map(|d| d.parse().unwrap()).collect();
                let by = AgeBasis::from_text(basis).unwrap();
                let set = BucketSet::try_new("x", by, days).unwrap();
                for credits in [CreditTreatment::OwnColumn, CreditTreatment::NetOldest] {
                    let query = format!("bounds={bounds}&basis={basis}&credits={credits}");
                    // The present state and the same day asked for by name go different ways in SQL.
                    for at in ["", &format!("&as_of={TODAY}")] {
                        let found = app.get(&format!("/v1/ageing?{query}{at}")).expect(200);
                        let expected = age(&stored(&app, "'A0', 'A1', 'A2'"), &set, today(), credits);
                        prop_assert_eq!(&found["labels"], &json!(set.labels()));
                        expect(&found["rows"], &expected, &format!("{query}{at} {found}"))?;
                        let one =
                            app.get(&format!("/v1/accounts/{}/ageing?{query}{at}", account_id(&app, "A1")));
                        let expected = age(&stored(&app, "'A1'"), &set, today(), credits);
                        expect(&one.expect(200)["rows"], &expected, &query)?;
                    }
                }
            }
            let all = app.get("/v1/ageing").expect(200);
            for by in ["account", "party", "legal_entity", "portfolio"] {
                for at in ["", &format!("&as_of={TODAY}")] {
                    let grouped = app.get(&format!("/v1/ageing?group_by={by}{at}")).expect(200);
                    prop_assert_eq!(totals(&grouped), totals(&all), "groups by {} add up to the whole", by);
                }
            }
            Ok(())
        })
        .unwrap();
}

/// Totals per currency.
fn totals(report: &Value) -> BTreeMap<String, Decimal> {
    let mut totals = BTreeMap::new();
    for row in report["rows"].as_array().unwrap() {
        *totals.entry(text(&row["currency"])).or_default() += amounts(row).3;
    }
    totals
}

#[test]
fn the_due_date_itself_is_not_overdue_and_a_bound_belongs_to_the_bucket_it_closes() {
    let app = book();
    let item = |late| Item { account: 0, cents: 100, late, dollars: false };
    push(&app, &[-1, 0, 1, 30, 31, 90, 91].map(item));
    let found = app.get("/v1/ageing").expect(200);
    let (buckets, counts, ..) = amounts(&found["rows"][0]);
    assert_eq!(counts, [2, 2, 1, 1, 1], "{found}");
    assert_eq!(buckets[0], Decimal::from(2));
    assert_eq!(found["labels"], json!(["not_due", "1-30", "31-60", "61-90", ">90"]));
}

#[test]
fn a_past_day_is_aged_as_it_was() {
    let app = book();
    push(&app, &[Item { account: 0, cents: 10_000, late: 40, dollars: false }]);
    let now = "2026-03-04T08:00:00Z";
    app.set_clock("2026-04-10T08:00:00Z".parse().unwrap());
    app.push("ERP-E1").entries(vec![payment("Z-1", "A0", "F-0", ("100", "2026-03-20"))]).finish();
    assert_eq!(app.get("/v1/ageing").expect(200)["rows"], json!([]));
    let bucket = |query: &str| {
        let found = app.get(&format!("/v1/ageing?{query}")).expect(200);
        let (_, counts, _, total) = amounts(&found["rows"][0]);
        (counts.iter().position(|c| *c == 1).unwrap(), total.to_string())
    };
    assert_eq!(bucket("as_of=2026-03-04"), (2, "100".to_owned()));
    assert_eq!(bucket("as_of=2026-02-01"), (1, "100".to_owned()));
    assert_eq!(bucket("as_of=2026-03-19"), (2, "100".to_owned()), "the day before the payment");
    assert_eq!(app.get("/v1/ageing?as_of=2026-03-20").expect(200)["rows"], json!([]));
    // On the day asked for it was not known yet that it was paid.
    assert_eq!(bucket(&format!("as_of=2026-04-01&known_at={now}")), (3, "100".to_owned()));
    assert_eq!(bucket(&format!("known_at={now}")), (2, "100".to_owned()), "the day of that instant");
}

#[test]
fn groups_are_named_and_paged() {
    let app = book();
    push(&app, &[0, 1, 2].map(|account| Item { account, cents: 100, late: 5, dollars: account == 1 }));
    let all = app.get("/v1/ageing?group_by=account").expect(200);
    let codes = |report: &Value| {
        report["rows"].as_array().unwrap().iter().map(|r| text(&r["code"])).collect::<Vec<_>>()
    };
    assert_eq!(codes(&all).len(), 3);
    let first = app.get("/v1/ageing?group_by=account&limit=2").expect(200);
    let after = text(&first["next_after"]);
    let rest = app.get(&format!("/v1/ageing?group_by=account&limit=2&after={after}")).expect(200);
    assert_eq!([codes(&first), codes(&rest)].concat(), codes(&all));
    assert_eq!(rest["next_after"], Value::Null);
    let parties = app.get("/v1/ageing?group_by=party&currency=EUR").expect(200);
    assert_eq!(parties["rows"].as_array().unwrap().len(), 2, "{parties}");
    let party = text(&app.get("/v1/parties?name=dos").expect(200)["items"][0]["id"]);
    let one = app.get(&format!("/v1/ageing?party={party}")).expect(200);
    assert_eq!(totals(&one), BTreeMap::from([("EUR".to_owned(), Decimal::ONE)]));
    let table = app.call("GET", "/v1/ageing?group_by=account").header("Accept", "text/csv").send().text();
    assert!(
        table.starts_with("as_of,key,code,name,currency,not_due,1-30,31-60,61-90,>90,credits,total\n"),
        "{table}"
    );
    let portfolios = app.get("/v1/ageing?group_by=portfolio").expect(200);
    assert_eq!(portfolios["rows"][0]["key"], Value::Null, "accounts in no portfolio are shown, too");
}

#[test]
fn a_stored_bucket_set_is_used_by_its_code() {
    let app = book();
    push(&app, &[Item { account: 0, cents: 100, late: 20, dollars: false }]);
    app.database.sql(
        "INSERT INTO bucket_set (code, name, bounds, by_date, created_at, event_id) \
         VALUES ('tight', 'Tight', '{7,14}', 'due', now(), gen_random_uuid()) ON CONFLICT DO NOTHING",
    );
    let found = app.get("/v1/ageing?bucket_set=tight").expect(200);
    assert_eq!(found["labels"], json!(["not_due", "1-7", "8-14", ">14"]));
    assert_eq!(amounts(&found["rows"][0]).1, [0, 0, 0, 1]);
    assert_eq!(column(&app.get("/v1/receivables?overdue=true").expect(200), "document_no").len(), 1);
}

/// In the evening of 4 March in Madrid it is the 5th in Auckland: the same due date is past in one book and not in the other.
#[test]
fn each_legal_entity_is_aged_on_its_own_day() {
    let app = book();
    let far = app.entity("E2");
    app.database.sql("UPDATE legal_entity SET time_zone = 'Pacific/Auckland' WHERE code = 'E2'");
    app.push("ERP-E2").parties(vec![party("P1", "Tres")]).accounts(vec![account("B0", "P1")]).finish();
    for (source, account) in [("ERP-E1", "A0"), ("ERP-E2", "B0")] {
        let row = invoice("F-1", account, "100.00", ("2026-02-01", "2026-03-04"));
        app.push(source).receivables(vec![row]).finish();
    }
    app.set_clock("2026-03-04T20:00:00Z".parse().unwrap());
    let counts = |query: &str| {
        let found = app.get(&format!("/v1/ageing?{query}")).expect(200);
        amounts(&found["rows"][0]).1[..2].to_vec()
    };
    assert_eq!(counts(""), [1, 1]);
    assert_eq!(counts("as_of=2026-03-04"), [2, 0], "asked for by name, the day is one for all");
    assert_eq!(counts(&format!("legal_entity={far}")), [0, 1]);
}

#[test]
fn wrong_questions_have_codes() {
    let app = book();
    for (query, code) in [
        ("bounds=0,30", "ageing.bounds_invalid"),
        ("bounds=30,20", "ageing.bounds_invalid"),
        ("bounds=a", "ageing.bounds_invalid"),
        ("bounds=30&bucket_set=x", "ageing.both_buckets"),
        ("basis=paid", "value.unknown"),
        ("group_by=colour", "value.unknown"),
        ("credits=lost", "value.unknown"),
        ("as_of=2027-01-01", "as_of.in_future"),
        ("limit=0", "page.size"),
        ("limit=x", "request.query_invalid"),
        ("party=acc_1", "id.invalid"),
        ("colour=red", "request.parameter_unknown"),
    ] {
        let reply = app.get(&format!("/v1/ageing?{query}"));
        assert_eq!((reply.status, reply.code().as_str()), (422, code), "{query}: {}", reply.text());
    }
    app.get("/v1/ageing?bucket_set=nobody").refused(404, "not_found");
    app.get("/v1/ageing?party=pty_0193c0de0193c0de0193c0de0193c0de").refused(404, "not_found");
}
