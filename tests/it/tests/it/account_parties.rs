//! Whose an account was, on any day and as known at any instant: whoever speaks last is right from the day spoken of on.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use proto::v1::{AccountRow, OpenSessionRequest, PushMode};
use testkit::TestApp;
use testkit::push::{Push, account, invoice, party};

use crate::reads::text;

const PARTIES: [&str; 3] = ["Uno", "Dos", "Tres"];
/// Days that deltas speak of.
const DAYS: usize = 6;

fn day(n: usize) -> NaiveDate {
    "2026-02-01".parse::<NaiveDate>().unwrap() + Days::new(4 * n as u64)
}

/// An account of the first party that owes something on every day asked about.
fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    app.push("ERP-E1")
        .parties((0..3).map(|n| party(&format!("P{n}"), PARTIES[n])).collect())
        .accounts(vec![account("A1", "P0")])
        .receivables(vec![invoice("F-1", "A1", "100", ("2026-01-02", "2026-02-01"))])
        .finish();
    app
}

/// Pushes a delta as of a day in which the account says something new, and belongs to a party.
fn delta(app: &TestApp, no: usize, as_of: NaiveDate, party: usize) {
    let sequence = i64::try_from(no).unwrap() + 2;
    let asked = OpenSessionRequest {
        source: "ERP-E1".to_owned(),
        mode: PushMode::Delta.into(),
        as_of: as_of.to_string(),
        sequence,
        ..OpenSessionRequest::default()
    };
    let session = app.grpc().open(asked).unwrap();
    let row = AccountRow { name: format!("Cuenta {no}"), ..account("A1", &format!("P{party}")) };
    let push = Push::resume(app.grpc(), session).accounts(vec![row]);
    assert!(push.issues().is_empty(), "{:?}", push.issues());
    push.finish();
}

/// The party by the name of which the account's debt is shown.
fn owner(app: &TestApp, on: NaiveDate, known_at: Option<&str>) -> String {
    let known = known_at.map_or_else(String::new, |at| format!("&known_at={at}"));
    let found = app.get(&format!("/v1/ageing?group_by=party&as_of={on}{known}")).expect(200);
    let rows = found["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{found}");
    rows[0]["name"].as_str().map_or_else(|| format!("nobody's: {found}"), str::to_owned)
}

/// A delta: the day it speaks of, the party it names, and whether time passes before it.
type Said = (usize, usize, bool);

fn deltas() -> impl Strategy<Value = Vec<Said>> {
    proptest::collection::vec((0..DAYS, 0..PARTIES.len(), prop::bool::weighted(0.8)), 1..7)
}

/// Plays deltas and compares every day, as known at every instant, with a plain table of days.
fn played(said: &[Said]) -> Result<(), TestCaseError> {
    let app = book();
    let mut table = [0; DAYS];
    let mut known = vec![("2026-03-04T08:00:00Z".to_owned(), table)];
    for (no, (from, party, later)) in said.iter().enumerate() {
        if *later {
            let at = format!("2026-03-{:02}T08:00:00Z", 5 + no);
            app.set_clock(at.parse().unwrap());
            known.push((at, table));
        }
        delta(&app, no, day(*from), *party);
        table[*from..].fill(*party);
        // Of several deltas at one instant the last one is what was known then.
        known.last_mut().unwrap().1 = table;
    }
    for (at, table) in &known {
        for (n, party) in table.iter().enumerate() {
            prop_assert_eq!(&owner(&app, day(n), Some(at)), PARTIES[*party], "day {} at {}", n, at);
        }
    }
    for (n, party) in table.iter().enumerate() {
        prop_assert_eq!(&owner(&app, day(n), None), PARTIES[*party], "day {} now", n);
    }
    prop_assert_eq!(&owner(&app, "2026-01-05".parse().unwrap(), None), PARTIES[0], "long before");
    Ok(())
}

#[test]
fn whoever_speaks_last_is_right_from_the_day_spoken_of_on() {
    let mut runner = TestRunner::new(Config { cases: 16, max_shrink_iters: 40, ..Config::default() });
    runner.run(&deltas(), |said| played(&said)).unwrap();
}

/// P1 until 1 March and P2 from then on, then a delta that came late says so of an earlier day, and another takes it back.
#[test]
fn a_late_delta_leaves_no_day_without_a_party() {
    for late in [vec![(1, 1)], vec![(3, 0)], vec![(1, 1), (3, 0)], vec![(3, 0), (1, 1), (2, 2)]] {
        let mut said = vec![(5, 1, true)];
        said.extend(late.iter().map(|(from, party)| (*from, *party, true)));
        played(&said).unwrap_or_else(|e| panic!("{late:?}: {e}"));
    }
}

#[test]
fn a_delta_that_names_the_same_party_leaves_the_history_alone() {
    let app = book();
    app.set_clock("2026-03-05T08:00:00Z".parse().unwrap());
    delta(&app, 0, day(2), 1);
    let rows = "SELECT valid, recorded_at, superseded_at FROM account_party ORDER BY valid, recorded_at";
    let before = app.database.sql(rows);
    app.set_clock("2026-03-06T08:00:00Z".parse().unwrap());
    delta(&app, 1, day(4), 1);
    assert_eq!(app.database.sql(rows), before);
    assert_eq!(text(&app.get("/v1/accounts?number=A1").expect(200)["items"][0]["name"]), "Cuenta 1");
}

/// Half an hour before midnight in UTC it is the next day in Madrid already.
#[test]
fn a_party_has_its_accounts_on_the_day_of_the_legal_entity() {
    let app = book();
    app.set_clock("2026-03-05T23:30:00Z".parse().unwrap());
    delta(&app, 0, "2026-03-06".parse().unwrap(), 1);
    let shown = |list: &str, party: &str| {
        let parties = app.get(&format!("/v1/parties?name={party}")).expect(200);
        let (id, accounts) = (text(&parties["items"][0]["id"]), &parties["items"][0]["accounts"]);
        let found = app.get(&format!("/v1/{list}?party={id}")).expect(200);
        (found["items"].as_array().unwrap().len(), accounts.as_i64().unwrap())
    };
    for list in ["accounts", "receivables"] {
        assert_eq!((shown(list, "uno"), shown(list, "dos")), ((0, 0), (1, 1)), "{list}");
    }
}
