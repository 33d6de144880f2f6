//! Terms of payment through REST: the catalogue, deviations that somebody else approves, invoices outside what was agreed.

use proto::v1::{PartyRow, ReceivableRow};
use serde_json::{Value, json};
use testkit::push::{account, invoice, party};

use crate::credit_limits::{Book, Person};
use crate::credit_limits_once::approver;
use crate::reads::text;
use crate::repeat::{Sample, done_once};

pub(crate) fn off(book: &Book, query: &str) -> Vec<Value> {
    let page = book.app.get(&format!("/v1/credit/off-terms{query}")).expect(200);
    page["items"].as_array().expect("items").clone()
}

pub(crate) fn of<'v>(found: &'v [Value], document: &str) -> Option<&'v Value> {
    found.iter().find(|item| item["document_no"] == document)
}

/// Saves a term with changes; a new one is otherwise like that of 30 days.
pub(crate) fn save_term(book: &Book, code: &str, changes: &Value) -> testkit::Reply {
    let path = format!("/v1/payment-terms/{code}");
    let known = book.app.get(&path);
    let like = if known.status == 200 { known } else { book.app.get("/v1/payment-terms/net_30") };
    let mut document = like.expect(200)["document"].clone();
    for (field, value) in changes.as_object().expect("fields") {
        document[field] = value.clone();
    }
    book.app.put(&path, &json!({ "document": document }))
}

fn deviation(book: &Book, term: &str) -> Value {
    json!({ "account_id": book.account, "payment_term": term, "from": "2026-01-01", "until": "2026-12-31",
        "reason": "a large project" })
}

fn requested(book: &Book, who: &Person, term: &str) -> Value {
    book.does(who, "/v1/term-deviations", &deviation(book, term)).expect(201)
}

pub(crate) fn at(deviation: &Value, action: &str) -> String {
    format!("/v1/term-deviations/{}/{action}", text(&deviation["id"]))
}

#[test]
fn an_invoice_of_75_days_is_flagged_with_the_law_that_caps_it() {
    let book = Book::new();
    let received = ReceivableRow {
        goods_received_on: "2026-02-15".to_owned(),
        ..invoice("F3", "A1", "10.00", ("2026-02-15", "2026-04-16"))
    };
    let long = invoice("F2", "A1", "10.00", ("2026-02-15", "2026-05-01"));
    book.app.push("ERP-E1").receivables(vec![long, received]).finish();
    let found = off(&book, "?verdict=above_cap");
    let flagged = of(&found, "F2").expect("75 days are above the cap");
    assert_eq!((&flagged["days"], &flagged["above_cap_days"]), (&json!(75), &json!(15)), "{flagged}");
    assert_eq!(
        (&flagged["law"], &flagged["cap_on"]),
        (&json!("es_ley_3_2004_art_4_3"), &json!("2026-04-16"))
    );
    assert!(of(&found, "F3").is_none(), "60 days from receipt are within it: {found:?}");
}

#[test]
fn the_cap_counts_from_a_receipt_later_than_the_issue() {
    let book = Book::new();
    let received = |id: &str, due: &str| ReceivableRow {
        goods_received_on: "2026-03-01".to_owned(),
        ..invoice(id, "A1", "10.00", ("2026-02-15", due))
    };
    // 74 days from issue, 60 from receipt.
    book.app
        .push("ERP-E1")
        .receivables(vec![received("F2", "2026-04-30"), received("F3", "2026-05-01")])
        .finish();
    let found = off(&book, "?verdict=above_cap");
    assert!(of(&found, "F2").is_none(), "{found:?}");
    let flagged = of(&found, "F3").expect("61 days from receipt are above the cap");
    assert_eq!(
        (&flagged["days"], &flagged["above_cap_days"], &flagged["cap_on"]),
        (&json!(61), &json!(1), &json!("2026-04-30")),
        "{flagged}"
    );
}

#[test]
fn a_public_body_pays_within_30_days() {
    let book = Book::new();
    let body = PartyRow { kind: "public_body".to_owned(), ..party("P2", "Ayuntamiento") };
    book.app
        .push("ERP-E1")
        .parties(vec![body])
        .accounts(vec![account("A2", "P2")])
        .receivables(vec![
            invoice("F2", "A2", "10.00", ("2026-02-15", "2026-03-17")),
            invoice("F3", "A2", "10.00", ("2026-02-15", "2026-03-18")),
        ])
        .finish();
    testkit::wait::until("it is a member of a risk", || {
        book.app.database.sql("SELECT count(*) FROM risk_member") == "2"
    });
    let found = off(&book, "?verdict=above_cap");
    assert!(of(&found, "F2").is_none(), "{found:?}");
    let flagged = of(&found, "F3").expect("31 days are above the cap");
    assert_eq!(
        (&flagged["law"], &flagged["cap_days"], &flagged["above_cap_days"]),
        (&json!("es_ley_9_2017_art_198_4"), &json!(30), &json!(1)),
        "{flagged}"
    );
}

#[test]
fn an_invoice_in_parts_keeps_the_terms_on_the_day_of_each() {
    let book = Book::new();
    let (ana, eva) = (book.person("ana", &["credit_analyst"]), book.person("eva", &["credit_analyst"]));
    let parts = json!([{ "days": 0, "percent": "40" }, { "days": 30, "percent": "60" }]);
    save_term(&book, "parts", &json!({ "code": "parts", "instalments": parts })).expect(200);
    book.does(&eva, &at(&requested(&book, &ana, "parts"), "approve"), &json!({})).expect(200);
    let part = |id: &str, due: &str| ReceivableRow {
        kind: "instalment".to_owned(),
        ..invoice(id, "A1", "10.00", ("2026-02-15", due))
    };
    let rows = vec![
        part("I1", "2026-03-17"),
        part("I2", "2026-04-16"),
        part("I3", "2026-03-20"),
        part("I4", "2026-04-17"),
        invoice("W1", "A1", "10.00", ("2026-02-15", "2026-04-16")),
    ];
    book.app.push("ERP-E1").receivables(rows).finish();
    let found = off(&book, "");
    let kept = ["I1", "I2", "W1"].into_iter().all(|document| of(&found, document).is_none());
    assert!(kept, "each is due on the day of a part: {found:?}");
    let early = of(&found, "I3").expect("three days after the first part");
    assert_eq!(
        (&early["verdict"], &early["deviation_days"], &early["agreed_on"]),
        (&json!("deviates"), &json!(3), &json!("2026-03-17")),
        "{early}"
    );
    let late = of(&found, "I4").expect("one day above the cap");
    assert_eq!((&late["verdict"], &late["above_cap_days"]), (&json!("above_cap"), &json!(1)), "{late}");
}

#[test]
fn an_invoice_outside_what_was_agreed_is_kept_to_the_terms_that_somebody_else_approves() {
    let book = Book::new();
    let edited = json!({ "payment_terms_days": 30 });
    book.app.call("PATCH", &format!("/v1/accounts/{}", book.account)).json(&edited).send().expect(200);
    // Issued on 15 February, due on 1 April: 45 days.
    let found = off(&book, "");
    let flagged = of(&found, "F1").expect("it deviates");
    assert_eq!(
        (&flagged["verdict"], &flagged["deviation_days"]),
        (&json!("deviates"), &json!(15)),
        "{flagged}"
    );
    let (ana, eva) = (book.person("ana", &["credit_analyst"]), book.person("eva", &["credit_analyst"]));
    let asked = requested(&book, &ana, "net_45");
    book.does(&ana, &at(&asked, "approve"), &json!({})).refused(403, "approval.own_request");
    book.does(&eva, &at(&asked, "withdraw"), &json!({})).refused(403, "limit_application.not_yours");
    assert_eq!(
        book.does(&eva, &at(&asked, "approve"), &json!({ "note": "fine" })).expect(200)["state"],
        "approved"
    );
    book.does(&eva, &at(&asked, "refuse"), &json!({})).refused(409, "term_deviation.settled");
    assert!(of(&off(&book, ""), "F1").is_none());
    let again = requested(&book, &ana, "net_60");
    book.does(&eva, &at(&again, "approve"), &json!({})).refused(409, "term_deviation.overlaps");
}

#[test]
fn pages_of_flagged_invoices_go_on_until_the_last() {
    let book = Book::new();
    let long =
        (0..5).map(|n| invoice(&format!("L{n}"), "A1", "10.00", ("2026-02-15", "2026-06-01"))).collect();
    book.app.push("ERP-E1").receivables(long).finish();
    let (mut seen, mut cursor) = (0, String::new());
    loop {
        let page = book.app.get(&format!("/v1/credit/off-terms?limit=2{cursor}")).expect(200);
        seen += page["items"].as_array().expect("items").len();
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, 5);
}

#[test]
fn a_term_that_makes_no_sense_is_told_what_is_wrong() {
    let book = Book::new();
    let save = |code: &str, changes: &Value| save_term(&book, code, changes);
    save("net_30", &json!({ "acceptance_days": 31 })).refused(422, "payment_term.invalid");
    save("net_30", &json!({ "payment_days": [32] })).refused(422, "payment_term.invalid");
    save("net_31", &json!({ "days": 31 })).refused(422, "payment_term.code_differs");
    save("net_31", &json!({ "nonsense": 1 })).refused(422, "rule.document_invalid");
    assert_eq!(save("day_25", &json!({ "code": "day_25", "payment_days": [25] })).expect(200)["version"], 1);
    let ana = book.person("ana", &["credit_analyst"]);
    book.does(&ana, "/v1/term-deviations", &deviation(&book, "none")).refused(404, "not_found");
    let mut backwards = deviation(&book, "net_45");
    backwards["until"] = json!("2025-12-31");
    book.does(&ana, "/v1/term-deviations", &backwards).refused(422, "term_deviation.ends_before_start");
}

#[test]
fn a_deviation_is_asked_for_and_taken_back_once() {
    let book = Book::new();
    let sample = Sample {
        path: "/v1/term-deviations".to_owned(),
        body: deviation(&book, "net_45"),
        other: deviation(&book, "net_60"),
    };
    let made = done_once(&book.app, "create_term_deviation", &sample, "SELECT count(*) FROM term_deviation");
    let sample = Sample::bare(at(&made, "withdraw"));
    let effect = "SELECT count(*) FROM term_deviation WHERE state = 'withdrawn'";
    done_once(&book.app, "withdraw_term_deviation", &sample, effect);
}

#[test]
fn a_deviation_is_approved_once() {
    let (book, ana) = approver();
    let path = at(&requested(&book, &ana, "net_45"), "approve");
    let sample = Sample { path, body: json!({ "note": "fine" }), other: json!({}) };
    let effect = "SELECT count(*) FROM term_deviation WHERE state = 'approved'";
    done_once(&book.app, "approve_term_deviation", &sample, effect);
}

#[test]
fn a_deviation_is_refused_once() {
    let (book, ana) = approver();
    let path = at(&requested(&book, &ana, "net_45"), "refuse");
    let sample = Sample { path, body: json!({ "note": "too long" }), other: json!({}) };
    let effect = "SELECT count(*) FROM term_deviation WHERE state = 'refused'";
    done_once(&book.app, "refuse_term_deviation", &sample, effect);
}
