//! Changes of limits, applications, reviews and stand-ins sent twice do nothing twice.

use serde_json::{Value, json};

use crate::credit_limits::{Book, Person, at, generate};
use crate::reads::text;
use crate::repeat::{Sample, done_once};

#[test]
fn a_limit_is_recorded_once() {
    let book = Book::new();
    let sample = Sample {
        path: "/v1/credit/limits".to_owned(),
        body: book.insured("100.00", "POL-1"),
        other: book.insured("200.00", "POL-1"),
    };
    done_once(&book.app, "record_credit_limit", &sample, "SELECT count(*) FROM credit_limit");
}

#[test]
fn a_limit_is_ended_once() {
    let book = Book::new();
    let made = book.record(&book.insured("100.00", "POL-1")).expect(201);
    let path = format!("/v1/credit/limits/{}/end", text(&made["id"]));
    let sample =
        Sample { path, body: json!({ "until": "2026-03-31" }), other: json!({ "until": "2026-04-30" }) };
    done_once(&book.app, "end_credit_limit", &sample, "SELECT count(*) FROM credit_limit");
}

#[test]
fn an_application_is_made_once() {
    let book = Book::new();
    let sample = Sample {
        path: "/v1/credit/applications".to_owned(),
        body: book.asked("10.00"),
        other: book.asked("20.00"),
    };
    done_once(&book.app, "create_limit_application", &sample, "SELECT count(*) FROM limit_application");
}

fn drafts(book: &Book) -> [Value; 2] {
    ["10.00", "20.00"].map(|amount| {
        let mut body = book.asked(amount);
        body["submit"] = json!(false);
        book.app.post("/v1/credit/applications", &body).expect(201)
    })
}

#[test]
fn an_application_is_handed_in_once() {
    let book = Book::new();
    let [one, _] = drafts(&book);
    let sample = Sample::bare(at(&one, "submit"));
    done_once(
        &book.app,
        "submit_limit_application",
        &sample,
        "SELECT string_agg(state, ',' ORDER BY id) FROM limit_application",
    );
}

#[test]
fn an_application_is_withdrawn_once() {
    let book = Book::new();
    let [one, _] = drafts(&book);
    let sample = Sample::bare(at(&one, "withdraw"));
    done_once(
        &book.app,
        "withdraw_limit_application",
        &sample,
        "SELECT string_agg(state, ',' ORDER BY id) FROM limit_application",
    );
}

#[test]
fn a_review_is_finished_once() {
    let book = Book::new();
    let mut soon = book.insured("100.00", "POL-1");
    soon["review_on"] = json!("2026-03-04");
    book.record(&soon).expect(201);
    generate(&book);
    let agenda = book.app.get("/v1/credit/reviews").expect(200);
    let path = format!("/v1/credit/reviews/{}/finish", text(&agenda["items"][0]["id"]));
    let sample = Sample { path, body: json!({ "outcome": "keep" }), other: json!({ "outcome": "end" }) };
    done_once(
        &book.app,
        "finish_limit_review",
        &sample,
        "SELECT count(*) FROM limit_review WHERE done_at IS NOT NULL",
    );
}

#[test]
fn a_stand_in_is_named_and_ended_once() {
    let book = Book::new();
    let (ana, eva) = (book.person("ana", &["manager"]), book.person("eva", &["manager"]));
    let body = json!({ "kind": "absence", "person_id": ana.id, "stand_in_id": eva.id, "from": "2026-03-01" });
    let mut other = body.clone();
    other["from"] = json!("2026-03-02");
    let sample = Sample { path: "/v1/credit/stand-ins".to_owned(), body, other };
    let made = done_once(&book.app, "create_stand_in", &sample, "SELECT count(*) FROM approval_stand_in");
    let sample = Sample::bare(format!("/v1/credit/stand-ins/{}/end", text(&made["id"])));
    done_once(
        &book.app,
        "end_stand_in",
        &sample,
        "SELECT count(*) FROM approval_stand_in WHERE ended_at IS NOT NULL",
    );
}

/// A book whose caller is somebody who may approve what another person asked for.
pub(crate) fn approver() -> (Book, Person) {
    let mut book = Book::new();
    let (ana, eva) = (book.person("ana", &["credit_analyst"]), book.person("eva", &["credit_analyst"]));
    book.app.admin = eva.token;
    (book, ana)
}

#[test]
fn an_application_is_approved_once() {
    let (book, ana) = approver();
    let path = at(&book.applied(&ana, "10.00"), "approve");
    let sample = Sample { path, body: json!({ "amount": "10.00" }), other: json!({ "amount": "9.00" }) };
    done_once(&book.app, "approve_limit_application", &sample, "SELECT count(*) FROM credit_limit");
}

#[test]
fn an_application_is_refused_once() {
    let (book, ana) = approver();
    let path = at(&book.applied(&ana, "10.00"), "refuse");
    let sample = Sample { path, body: json!({ "note": "no figures" }), other: json!({ "note": "no" }) };
    done_once(&book.app, "refuse_limit_application", &sample, "SELECT count(*) FROM limit_approval");
}
