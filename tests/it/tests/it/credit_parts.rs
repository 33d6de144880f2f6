//! Every part of exposure by itself: its switch in the policy, its sub-limit, and a limit of it for a group; and every kind of paper.

use kernel::Decimal;
use proto::v1::{EntryRow, InstrumentItem, InstrumentRow, PartyRow, ReceivableRow};
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, delivery, invoice, order, party, payment};

use crate::credit_checks::{asked, check, pair, policy, reserving, said};
use crate::credit_exposure::{account_id, party_id};
use crate::reads::text;

/// What the account owes of each part: no sum of some is one of others.
const PARTS: [(&str, i64); 8] = [
    ("not_due", 1),
    ("overdue", 20),
    ("disputed", 300),
    ("returned", 4_000),
    ("instruments", 50_000),
    ("orders", 600_000),
    ("deliveries", 7_000_000),
    ("reserved", 80_000_000),
];
const ALL: i64 = 87_654_321;

/// The account `A1` with something of every part; its party is the daughter of `P0`, who has ordered for 5.
fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    policy(&app, &json!({ "rules": [], "on_no_limit": "allow" }));
    let daughter = PartyRow { parent_external_id: "P0".to_owned(), ..party("P1", "Uno") };
    let (late, later) = (("2026-01-15", "2026-02-01"), ("2026-02-15", "2026-04-01"));
    let disputed = ReceivableRow { disputed: true, ..invoice("F3", "A1", "300", late) };
    let back = EntryRow { kind: "return".to_owned(), ..payment("R4", "A1", "F4", ("4000", "2026-02-20")) };
    app.push("ERP-E1")
        .parties(vec![party("P0", "Cabeza"), daughter])
        .accounts(vec![account("A0", "P0"), account("A1", "P1")])
        .receivables(vec![
            invoice("F1", "A1", "1", later),
            invoice("F2", "A1", "20", late),
            disputed,
            invoice("F4", "A1", "4000", late),
            invoice("F5", "A1", "50000", late),
        ])
        .entries(vec![payment("Z4", "A1", "F4", ("4000", "2026-02-18")), back])
        .instruments(vec![paper("bill", "50000", "F5", |_| {})])
        .orders(vec![order("O0", "A0", ("5", "5")), order("O1", "A1", ("600000", "600000"))])
        .deliveries(vec![delivery("D1", "A1", "7000000")])
        .finish();
    assert_eq!(said(&check(&app, &reserving("80000000", "PO-9"))).0, "allow");
    app
}

fn paper(kind: &str, amount: &str, under: &str, change: impl FnOnce(&mut InstrumentRow)) -> InstrumentRow {
    let mut row = InstrumentRow {
        external_id: format!("I-{kind}"),
        account_external_id: "A1".to_owned(),
        kind: kind.to_owned(),
        amount: amount.to_owned(),
        currency: "EUR".to_owned(),
        received_on: "2026-02-10".to_owned(),
        maturity_on: "2026-05-10".to_owned(),
        items: vec![InstrumentItem { receivable_external_id: under.to_owned(), amount: amount.to_owned() }],
        ..InstrumentRow::default()
    };
    change(&mut row);
    row
}

fn insured(app: &TestApp, kind: &str, id: &str) {
    let body = json!({ "holder_kind": kind, "holder_id": id, "limit_type": "insured", "currency": "EUR",
        "amount": "900000000", "reference": "POL-1", "from": "2026-01-01" });
    app.post("/v1/credit/limits", &body).expect(201);
}

/// The exposure that a check answers with for a holder, and that the report counts.
fn counted(app: &TestApp, number: &str, kind: &str) -> (i64, i64) {
    let mut body = asked("1", "");
    body["account_external_id"] = json!(number);
    let answer = check(app, &body);
    let constraints = answer["constraints"].as_array().expect("constraints");
    let own = constraints.iter().find(|c| c["holder_kind"] == kind && c["part"].is_null());
    let own = own.unwrap_or_else(|| panic!("no {kind} in {answer}"));
    let path = format!("/v1/credit/exposure?{kind}={}", text(&own["holder_id"]));
    let report = app.get(&path).expect(200);
    (number_of(&own["exposure"]), number_of(&report["counted_amount"]))
}

fn number_of(value: &Value) -> i64 {
    let number = text(value).parse::<Decimal>().expect("a number");
    number.normalize().try_into().unwrap_or_else(|e| panic!("{value}: {e}"))
}

#[test]
fn every_part_is_left_out_by_its_own_switch() {
    let app = book();
    insured(&app, "account", &account_id(&app, "A1"));
    insured(&app, "group", &party_id(&app, "P0"));
    let with = |left_out: &[&str]| {
        policy(&app, &json!({ "left_out": left_out }));
        (counted(&app, "A1", "account"), counted(&app, "A1", "group"))
    };
    let both = |amount: i64| (amount, amount);
    assert_eq!(with(&[]), (both(ALL), both(ALL + 5)));
    for (part, amount) in PARTS {
        let group = if part == "orders" { ALL - amount } else { ALL + 5 - amount };
        assert_eq!(with(&[part]), (both(ALL - amount), both(group)), "without {part}");
        let path = format!("/v1/credit/exposure?account={}", account_id(&app, "A1"));
        let report = app.get(&path).expect(200);
        let off = report["parts"].as_array().expect("parts").iter().filter(|p| p["counts"] == false);
        assert_eq!(off.map(|p| text(&p["part"])).collect::<Vec<_>>(), [part], "the report says so");
    }
    assert_eq!(with(&PARTS.map(|(part, _)| part)), (both(0), both(0)));
}

/// What is sold, in which the part grows; empty where no sale adds to it.
const GROWS: [(&str, &str); 8] = [
    ("not_due", "invoice"),
    ("overdue", ""),
    ("disputed", ""),
    ("returned", ""),
    ("instruments", ""),
    ("orders", "pick"),
    ("deliveries", "ship"),
    ("reserved", "quote"),
];

#[test]
fn the_sub_limit_of_every_part_binds_where_a_sale_adds_to_it_and_once_it_is_exceeded() {
    let app = book();
    let held = |part: &str| {
        let of =
            |wanted: &str| PARTS.iter().find(|(part, _)| *part == wanted).map_or(0, |(_, amount)| *amount);
        of(part) + if part == "orders" { of("reserved") } else { 0 }
    };
    let ask = |part: &str, limit: i64, (checkpoint, amount): (&str, &str)| {
        policy(&app, &json!({ "sub_limits": { (part): { "EUR": format!("{limit}.00") } } }));
        let mut body = asked(amount, "");
        body["checkpoint"] = json!(if checkpoint.is_empty() { "order" } else { checkpoint });
        check(&app, &body)
    };
    for (part, checkpoint) in GROWS {
        let there = held(part);
        let over = ask(part, there - 1, (checkpoint, "1.00"));
        let binding = &over["binding"];
        assert_eq!(said(&over), pair("hold", "limit.exceeded"), "{part}: {over}");
        assert_eq!(binding["part"], part);
        assert_eq!((number_of(&binding["exposure"]), number_of(&binding["headroom"])), (there, -1), "{part}");
        if checkpoint.is_empty() {
            assert_eq!(said(&ask(part, there, ("", "99.00"))).0, "allow", "no sale adds to {part}");
        } else {
            assert_eq!(said(&ask(part, there + 10, (checkpoint, "10.00"))).0, "allow", "{part}");
            assert_eq!(said(&ask(part, there + 10, (checkpoint, "10.01"))).0, "hold", "{part}");
        }
    }
}

#[test]
fn a_group_is_limited_in_every_part_by_itself() {
    let app = book();
    let group = party_id(&app, "P0");
    for (part, amount) in PARTS {
        let body = json!({ "holder_kind": "group", "holder_id": group, "limit_type": "group", "component": part,
            "currency": "EUR", "amount": "0.00", "from": "2026-01-01" });
        let limit = app.post("/v1/credit/limits", &body).expect(201);
        let answer = check(&app, &asked("1.00", ""));
        let there = amount + if part == "orders" { 80_000_005 } else { 0 };
        let binding = &answer["binding"];
        assert_eq!(said(&answer), pair("hold", "limit.exceeded"), "{part}: {answer}");
        assert_eq!((&binding["holder_kind"], &binding["part"]), (&json!("group"), &json!(part)), "{answer}");
        assert_eq!(number_of(&binding["exposure"]), there, "{part}");
        app.database.sql(&format!(
            "UPDATE credit_limit SET superseded_at = now() WHERE r.pid('lim', id) = '{}'",
            text(&limit["id"])
        ));
    }
}

#[test]
fn credits_are_set_off_within_the_account_or_altogether_or_not_at_all() {
    let app = TestApp::start();
    app.entity("E1");
    let due = ("2026-02-15", "2026-04-01");
    app.push("ERP-E1")
        .parties(vec![party("P1", "Uno")])
        .accounts(vec![account("A1", "P1"), account("A2", "P1")])
        .receivables(vec![
            invoice("F1", "A1", "100", due),
            ReceivableRow { kind: "credit_note".to_owned(), ..invoice("C1", "A1", "250", due) },
            invoice("F2", "A2", "60", due),
        ])
        .orders(vec![order("O1", "A1", ("40", "40"))])
        .finish();
    for number in ["A1", "A2"] {
        insured(&app, "account", &account_id(&app, number));
    }
    insured(&app, "party", &party_id(&app, "P1"));
    // What a credit is set off against is what is invoiced, unless everything is.
    for (credits, own, other, whole) in
        [("ignore", 140, 60, 200), ("own_account", 40, 60, 100), ("all", -110, 60, -50)]
    {
        policy(&app, &json!({ "credits": credits }));
        let both = |amount: i64| (amount, amount);
        assert_eq!(counted(&app, "A1", "account"), both(own), "{credits}");
        assert_eq!(counted(&app, "A2", "account"), both(other), "{credits}");
        assert_eq!(counted(&app, "A1", "party"), both(whole), "{credits}");
        assert_eq!(counted(&app, "A2", "party"), both(whole), "{credits}");
    }
}

#[test]
fn what_does_not_count_takes_up_no_credit_that_would_be_left_for_another_account() {
    let app = TestApp::start();
    app.entity("E1");
    let (late, due) = (("2026-01-15", "2026-02-01"), ("2026-02-15", "2026-04-01"));
    app.push("ERP-E1")
        .parties(vec![party("P1", "Uno")])
        .accounts(vec![account("A1", "P1"), account("A2", "P1")])
        .receivables(vec![
            ReceivableRow { disputed: true, ..invoice("F1", "A1", "100", due) },
            invoice("F2", "A1", "30", late),
            invoice("F3", "A1", "7", due),
            ReceivableRow { kind: "credit_note".to_owned(), ..invoice("C1", "A1", "250", due) },
            invoice("F4", "A2", "60", due),
        ])
        .finish();
    insured(&app, "account", &account_id(&app, "A1"));
    insured(&app, "party", &party_id(&app, "P1"));
    for left_out in [json!(["disputed"]), json!(["overdue"]), json!(["not_due", "disputed"])] {
        policy(&app, &json!({ "credits": "own_account", "left_out": left_out, "rules": [] }));
        let other = if left_out[0] == "not_due" { 0 } else { 60 };
        assert_eq!(counted(&app, "A1", "account"), (0, 0), "without {left_out}");
        assert_eq!(counted(&app, "A1", "party"), (other, other), "without {left_out}");
    }
}

/// What becomes of paper, and what there is then of which part.
type Fate = (fn(&mut InstrumentRow), &'static [(&'static str, i64)]);

#[test]
fn every_kind_of_paper_counts_in_place_of_what_it_pays_until_nothing_can_come_back() {
    let fates: [Fate; 5] = [
        (|_| {}, &[("overdue", 40), ("instruments", 60)]),
        (|p| p.discounted_on = "2026-02-20".to_owned(), &[("overdue", 40), ("instruments", 60)]),
        (|p| (p.discounted_on, p.without_recourse) = ("2026-02-20".to_owned(), true), &[("overdue", 40)]),
        (|p| p.settled_on = "2026-03-02".to_owned(), &[("overdue", 100)]),
        (|p| p.returned_on = "2026-03-02".to_owned(), &[("returned", 100)]),
    ];
    for kind in ["promissory_note", "confirming", "bill", "sepa_debit"] {
        let late = invoice("F1", "A1", "100", ("2026-01-15", "2026-02-01"));
        let app = TestApp::with_receivables(vec![late]);
        for (fate, parts) in &fates {
            app.push("ERP-E1").instruments(vec![paper(kind, "60", "F1", fate)]).finish();
            let report =
                app.get(&format!("/v1/credit/exposure?account={}", account_id(&app, "A1"))).expect(200);
            let there = report["parts"].as_array().expect("parts").iter();
            let there = there.map(|p| (text(&p["part"]), number_of(&p["amount"]))).filter(|(_, a)| *a != 0);
            let wanted = parts.iter().map(|(part, amount)| ((*part).to_owned(), *amount)).collect::<Vec<_>>();
            assert_eq!(there.collect::<Vec<_>>(), wanted, "{kind}");
            assert!(app.wired.store.verify().expect("verified").holds());
        }
    }
}
