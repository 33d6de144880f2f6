//! Allocating and taking back by hand.

mod dates;
mod locks;

use proto::v1::EntryRow;
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::http::Reply;
use testkit::push::{account, invoice, party, payment};

use crate::reads::{account_id, receivable, text};
use crate::repeat::{Sample, done_once};

/// All that an allocation writes.
const EFFECT: &str = "SELECT (SELECT count(*) FROM allocation), (SELECT count(*) FROM ledger_entry), open_amount, xmin \
    FROM receivable ORDER BY id";

/// Two invoices, and cash that names nothing and fits nothing: it stays unallocated because nothing was open.
fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    app.push("ERP-E1")
        .parties(vec![party("P1", "Uno")])
        .accounts(vec![account("A1", "P1"), account("A2", "P1")])
        .entries(vec![
            payment("Z-1", "A1", "", ("150", "2026-02-20")),
            EntryRow { currency: "USD".to_owned(), ..payment("Z-2", "A1", "", ("70", "2026-02-20")) },
        ])
        .receivables(vec![
            invoice("F-1", "A1", "100", ("2026-01-02", "2026-02-01")),
            invoice("F-2", "A1", "80", ("2026-02-02", "2026-03-04")),
            invoice("F-9", "A2", "500", ("2026-02-02", "2026-03-04")),
        ])
        .finish();
    app
}

fn allocate(app: &TestApp, credit: &str, body: &Value) -> Reply {
    let id = text(&receivable(app, credit)["id"]);
    app.post(&format!("/v1/receivables/{id}/allocations"), body)
}

fn open(app: &TestApp, document: &str) -> String {
    text(&receivable(app, document)["open_amount"])
}

fn holds(app: &TestApp) {
    let verified = app.wired.store.verify().unwrap();
    assert!(verified.holds(), "{verified:?}");
}

#[test]
fn a_person_says_which_items_a_payment_settles() {
    let app = book();
    let line = |document: &str, amount: &str| json!({ "receivable_id": receivable(&app, document)["id"], "amount": amount });
    let body = json!({ "lines": [line("F-2", "60.50"), line("F-1", "20")] });
    let done = allocate(&app, "Z-1", &body).expect(201);
    assert_eq!(done["open_amount"], "-69.5", "{done}");
    assert_eq!(
        (open(&app, "F-1"), open(&app, "F-2"), open(&app, "Z-1")),
        ("80".into(), "19.5".into(), "-69.5".into())
    );
    assert_eq!(done["allocations"][0]["rule"], "explicit");
    let list =
        app.get(&format!("/v1/allocations?receivable={}", text(&receivable(&app, "F-2")["id"]))).expect(200);
    assert_eq!(
        (&list["items"][0]["amount"], &list["items"][0]["credit_document_no"]),
        (&json!("60.5"), &json!("Z-1"))
    );
    holds(&app);
}

#[test]
fn what_is_said_of_a_line_names_it_as_it_was_sent() {
    let app = book();
    let line = |document: &str, amount: &str| json!({ "receivable_id": receivable(&app, document)["id"], "amount": amount });
    let body = json!({ "lines": [line("F-1", "20"), line("Z-1", "10")] });
    let refused = allocate(&app, "Z-1", &body);
    assert_eq!((refused.status, refused.json()["errors"][0]["field"].clone()), (404, json!("lines[1]")));
    let done = allocate(&app, "Z-1", &json!({ "lines": [line("F-1", "110")] })).expect(201);
    assert_eq!(done["notices"][0]["field"], "lines", "{done}");
}

#[test]
fn what_an_invoice_was_overpaid_by_goes_to_another() {
    let app = book();
    app.push("ERP-E1").entries(vec![payment("Z-3", "A1", "F-1", ("130", "2026-02-20"))]).finish();
    assert_eq!(open(&app, "F-1"), "-30");
    let itself = json!({ "lines": [{ "receivable_id": receivable(&app, "F-1")["id"], "amount": "30" }] });
    allocate(&app, "F-1", &itself).refused(404, "allocation.item_unknown");
    let done = allocate(&app, "F-1", &json!({})).expect(201);
    assert_eq!((&done["open_amount"], &done["allocations"][0]["document_no"]), (&json!("0"), &json!("F-2")));
    assert_eq!((open(&app, "F-1"), open(&app, "F-2")), ("0".into(), "50".into()));
    let kinds =
        "SELECT kind, trim_scale(amount) FROM ledger_entry WHERE allocation_id IS NOT NULL ORDER BY amount";
    assert_eq!(app.database.sql(kinds), "transfer|-30\ntransfer|30");
    let allocation = text(&done["allocations"][0]["id"]);
    app.post(&format!("/v1/allocations/{allocation}/reversal"), &json!({})).expect(200);
    assert_eq!((open(&app, "F-1"), open(&app, "F-2")), ("-30".into(), "80".into()));
    holds(&app);
}

#[test]
fn without_lines_the_rules_of_a_push_decide_and_say_why() {
    let app = book();
    let call = format!("/v1/receivables/{}/allocations", text(&receivable(&app, "Z-1")["id"]));
    let spanish = app.call("POST", &call).json(&json!({})).header("Accept-Language", "es").send().expect(201);
    let lines = spanish["allocations"].as_array().unwrap();
    assert_eq!((&lines[0]["document_no"], &lines[0]["amount"]), (&json!("F-1"), &json!("100")), "{spanish}");
    assert_eq!(lines[0]["reason"], "La partida abierta más antigua, con vencimiento 2026-02-01.");
    assert_eq!((&lines[1]["document_no"], &lines[1]["amount"]), (&json!("F-2"), &json!("50")));
    assert_eq!(
        (spanish["open_amount"].as_str(), receivable(&app, "F-1")["status"].as_str()),
        (Some("0"), Some("settled"))
    );
    assert_eq!(receivable(&app, "F-1")["closed_on"], "2026-03-04");
    allocate(&app, "Z-1", &json!({})).refused(409, "allocation.not_a_credit");
    holds(&app);
}

#[test]
fn the_same_key_allocates_once_and_an_old_version_not_at_all() {
    let app = book();
    let credit = receivable(&app, "Z-1");
    let path = format!("/v1/receivables/{}/allocations", text(&credit["id"]));
    let body = json!({ "lines": [{ "receivable_id": receivable(&app, "F-1")["id"], "amount": "10" }] });
    let tag = format!("\"{}\"", credit["version"]);
    let call = || app.call("POST", &path).json(&body).header("If-Match", &tag);
    let first = call().header("Idempotency-Key", "k-1").send();
    let again = call().header("Idempotency-Key", "k-1").send();
    assert_eq!(first.expect(201)["allocations"], again.expect(201)["allocations"]);
    assert_eq!(again.header("Idempotent-Replayed"), Some("true"));
    assert_eq!(open(&app, "F-1"), "90");
    call().header("Idempotency-Key", "k-2").send().refused(412, "version.mismatch");
    let seen = first.header("ETag").unwrap().to_owned();
    app.call("POST", &path).json(&body).header("If-Match", &seen).send().expect(201);
    assert_eq!(open(&app, "F-1"), "80");
    holds(&app);
}

#[test]
fn a_credit_is_allocated_once() {
    let app = book();
    let line = |amount: &str| json!({ "lines": [{ "receivable_id": receivable(&app, "F-1")["id"], "amount": amount }] });
    let path = format!("/v1/receivables/{}/allocations", text(&receivable(&app, "Z-1")["id"]));
    done_once(&app, "allocate", &Sample { path, body: line("10"), other: line("20") }, EFFECT);
    assert_eq!((open(&app, "F-1"), open(&app, "Z-1")), ("90".into(), "-140".into()));
    holds(&app);
}

#[test]
fn an_allocation_is_taken_back_once() {
    let app = book();
    let done = allocate(&app, "Z-1", &json!({})).expect(201);
    let sample = Sample {
        path: format!("/v1/allocations/{}/reversal", text(&done["allocations"][0]["id"])),
        body: json!({}),
        other: json!({ "effective_on": "2026-03-03" }),
    };
    done_once(&app, "reverse_allocation", &sample, EFFECT);
    assert_eq!((open(&app, "F-1"), open(&app, "Z-1")), ("100".into(), "-100".into()));
    holds(&app);
}

#[test]
fn a_dry_run_tells_and_keeps_nothing() {
    let app = book();
    let path = format!("/v1/receivables/{}/allocations?dry_run=true", text(&receivable(&app, "Z-1")["id"]));
    let told = app.post(&path, &json!({})).expect(200);
    assert_eq!((&told["dry_run"], &told["result"]["open_amount"]), (&json!(true), &json!("0")), "{told}");
    assert_eq!(told["events"][0]["kind"], "ledger.credit_allocated");
    assert_eq!((open(&app, "F-1"), open(&app, "Z-1")), ("100".into(), "-150".into()));
}

#[test]
fn what_cannot_be_allocated_is_refused_by_code() {
    let app = book();
    let id = |document: &str| receivable(&app, document)["id"].clone();
    let line = |document: &str, amount: &str| json!({ "lines": [{ "receivable_id": id(document), "amount": amount }] });
    for (credit, body, status, code) in [
        ("Z-1", line("F-1", "151"), 422, "allocation.exceeds_credit"),
        ("Z-1", line("F-1", "0"), 422, "allocation.amount_not_positive"),
        ("Z-1", line("F-1", "-5"), 422, "allocation.amount_not_positive"),
        ("Z-1", line("F-1", "1.001"), 422, "amount.exponent"),
        ("Z-1", line("F-1", "ten"), 422, "amount.invalid"),
        ("Z-1", line("F-9", "5"), 404, "allocation.item_unknown"),
        ("Z-2", line("F-1", "5"), 409, "allocation.currency_mismatch"),
        ("Z-2", json!({}), 409, "allocation.nothing_found"),
        ("F-1", json!({}), 409, "allocation.not_a_credit"),
        ("Z-1", json!({ "rules": ["by_magic"] }), 422, "value.unknown"),
        ("Z-1", json!({ "effective_on": "2026-03-05" }), 422, "effective_on.in_future"),
        ("Z-1", json!({ "colour": 1 }), 422, "request.body_invalid"),
    ] {
        let reply = allocate(&app, credit, &body);
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{body}: {}", reply.text());
    }
    let more = allocate(&app, "Z-1", &line("F-2", "100")).expect(201);
    assert_eq!(more["notices"][0]["code"], "allocation.exceeds_open", "{more}");
    assert_eq!((open(&app, "F-2"), open(&app, "Z-1")), ("0".into(), "-70".into()));
    holds(&app);
}

#[test]
fn an_allocation_taken_back_leaves_everything_as_old_as_it_was() {
    let app = book();
    let done = allocate(&app, "Z-1", &json!({})).expect(201);
    let id = text(&done["allocations"][0]["id"]);
    let seen = app.get(&format!("/v1/allocations/{id}"));
    app.set_clock("2026-03-06T08:00:00Z".parse().unwrap());
    let path = format!("/v1/allocations/{id}/reversal");
    let call = || app.call("POST", &path).json(&json!({})).header("If-Match", seen.header("ETag").unwrap());
    let back = call().header("Idempotency-Key", "u-1").send();
    assert_eq!((back.expect(200)["amount"].as_str(), back.header("ETag")), (Some("100"), Some("\"2\"")));
    assert_eq!(call().header("Idempotency-Key", "u-1").send().expect(200), back.json());
    call().header("Idempotency-Key", "u-2").send().refused(409, "allocation.already_reversed");
    let invoice = receivable(&app, "F-1");
    assert_eq!(
        (&invoice["open_amount"], &invoice["closed_on"], &invoice["days_overdue"]),
        (&json!("100"), &Value::Null, &json!(33))
    );
    assert_eq!(open(&app, "Z-1"), "-100");
    let entries = app.get(&format!("/v1/entries?allocation={id}&sort=id")).expect(200);
    let kinds = entries["items"].as_array().unwrap().iter().map(|e| text(&e["kind"])).collect::<Vec<_>>();
    assert_eq!(kinds, ["payment", "payment", "reversal", "reversal"]);
    // Between the two days the item was settled, and still is when asked.
    let account = account_id(&app, "A1");
    let then = app.get(&format!("/v1/accounts/{account}/balances?as_of=2026-03-05")).expect(200);
    assert_eq!(then["balances"][0]["debits_amount"], "30", "{then}");
    assert!(app.get(&format!("/v1/allocations/{id}")).expect(200)["reversed_at"].is_string());
    holds(&app);
}

#[test]
fn two_people_never_spend_a_credit_twice() {
    let app = book();
    let id = text(&receivable(&app, "Z-1")["id"]);
    let body = json!({ "lines": [{ "receivable_id": receivable(&app, "F-1")["id"], "amount": "90" }] });
    let path = format!("/v1/receivables/{id}/allocations");
    let replies = std::thread::scope(|scope| {
        let calls = [0, 1].map(|_| scope.spawn(|| app.post(&path, &body)));
        calls.map(|call| call.join().unwrap().status)
    });
    assert!(replies.contains(&201) && replies.contains(&422), "{replies:?}");
    assert_eq!(open(&app, "Z-1"), "-60");
    holds(&app);
}
