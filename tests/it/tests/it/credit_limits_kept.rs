//! Limits as they are kept: those of segments, those of parts, trusting nobody any more, and what becomes of a review.

use serde_json::{Value, json};
use testkit::push::{account, party};

use crate::credit_exposure::party_id;
use crate::credit_limits::{Book, Person, at, generate};
use crate::reads::text;

fn segment(book: &Book, amount: &str) -> Value {
    let mut body = book.cover("segment", amount);
    (body["holder_kind"], body["holder_id"]) = (json!("segment"), json!("retail"));
    body
}

fn move_to(book: &Book, segment: &str) {
    let path = format!("/v1/accounts/{}", book.account);
    book.app.call("PATCH", &path).json(&json!({ "segment": segment })).send().expect(200);
}

fn bound(book: &Book) -> Value {
    let check =
        json!({ "account_id": book.account, "amount": "1.00", "currency": "EUR", "checkpoint": "order" });
    book.app.post("/v1/credit/checks", &check).expect(201)["binding"]["limit"].clone()
}

#[test]
fn the_limit_of_a_segment_for_one_legal_entity_counts_there_alone() {
    let book = Book::new();
    move_to(&book, "retail");
    let mut elsewhere = segment(&book, "900.00");
    elsewhere["legal_entity_id"] = json!(book.app.entity("E2"));
    book.record(&elsewhere).expect(201);
    assert_eq!((&book.effective("")["total_amount"], bound(&book)), (&Value::Null, Value::Null));
    book.record(&segment(&book, "300.00")).expect(201);
    assert_eq!((&book.effective("")["total_amount"], bound(&book)), (&json!("300"), json!("300")));
    // One for the legal entity goes before one for all.
    let mut here = segment(&book, "200.00");
    here["legal_entity_id"] =
        book.app.get("/v1/legal-entities?code=E1").expect(200)["items"][0]["id"].clone();
    book.record(&here).expect(201);
    assert_eq!((&book.effective("")["total_amount"], bound(&book)), (&json!("200"), json!("200")));
}

#[test]
fn the_limit_of_a_segment_is_set_by_who_makes_the_rules_and_nobody_slips_into_it() {
    let book = Book::new();
    let (eva, max) = (book.person("eva", &["credit_analyst"]), book.person("max", &["manager"]));
    let (leo, path) = (book.person("leo", &["collector"]), format!("/v1/accounts/{}", book.account));
    let moves = |segment: &str| {
        let body = json!({ "segment": segment });
        book.app.call("PATCH", &path).bearer(&leo.token).json(&body).send()
    };
    moves("retail").expect(200);
    book.does(&eva, "/v1/credit/limits", &segment(&book, "300.00")).refused(403, "auth.forbidden");
    book.does(&max, "/v1/credit/limits", &segment(&book, "300.00")).expect(201);
    moves("other").refused(403, "auth.forbidden");
    book.app.call("PATCH", &path).bearer(&eva.token).json(&json!({ "segment": "other" })).send().expect(200);
    moves("retail").refused(403, "auth.forbidden");
    moves("third").expect(200);
}

#[test]
fn what_decides_about_trust_by_hand_takes_who_records_limits() {
    let book = Book::new();
    book.app.push("ERP-E1").parties(vec![party("P2", "Dos")]).accounts(vec![account("A2", "P2")]).finish();
    let (col, eva) = (book.person("col", &["collector"]), book.person("eva", &["credit_analyst"]));
    let path = format!("/v1/parties/{}", party_id(&book.app, "P1"));
    let says =
        |who: &Person, body: Value| book.app.call("PATCH", &path).bearer(&who.token).json(&body).send();
    says(&col, json!({ "intercompany": true })).refused(403, "auth.forbidden");
    says(&eva, json!({ "intercompany": true })).expect(200);
    says(&col, json!({ "release": ["intercompany"] })).refused(403, "auth.forbidden");
    says(&eva, json!({ "release": ["intercompany"] })).expect(200);
    // Whoever hears of trouble says so; that it is over, says who answers for it.
    for (trouble, over) in [
        (json!({ "doubtful": true }), json!({ "doubtful": false })),
        (json!({ "insolvent_since": "2026-03-01" }), json!({ "insolvent_since": null })),
    ] {
        let dated = trouble.get("insolvent_since").is_some();
        says(&col, trouble).expect(200);
        says(&col, over.clone()).refused(403, "auth.forbidden");
        if dated {
            says(&col, json!({ "insolvent_since": "2099-12-31" })).refused(403, "auth.forbidden");
        }
        says(&eva, over).expect(200);
    }
    says(&col, json!({ "tax_id": "A58818501" })).refused(403, "auth.forbidden");
    let merged = json!({ "kind": "merged", "party_id": party_id(&book.app, "P2"),
        "related_party_id": party_id(&book.app, "P1") });
    book.does(&col, "/v1/party-relations", &merged).refused(403, "auth.forbidden");
    let relation = book.does(&eva, "/v1/party-relations", &merged).expect(201);
    let end = format!("/v1/party-relations/{}/end", text(&relation["id"]));
    book.does(&col, &end, &json!({})).refused(403, "auth.forbidden");
    book.does(&eva, &end, &json!({})).expect(200);
}

#[test]
fn a_limit_of_a_part_is_raised_by_an_application_and_not_by_ending_it() {
    let book = Book::new();
    let (ana, eva) = (book.person("ana", &["credit_analyst"]), book.person("eva", &["credit_analyst"]));
    let mut body = book.asked("100.00");
    body["component"] = json!("orders");
    let first = book.does(&ana, "/v1/credit/applications", &body).expect(201);
    let granted = book.does(&eva, &at(&first, "approve"), &json!({})).expect(200);
    let end = format!("/v1/credit/limits/{}/end", text(&granted["limit_id"]));
    book.app.post(&end, &json!({})).refused(409, "limit.ended_by_application");
    body["amount"] = json!("-1.00");
    book.does(&ana, "/v1/credit/applications", &body).refused(422, "limit.sub_limit_negative");
    body["amount"] = json!("250.00");
    let higher = book.does(&ana, "/v1/credit/applications", &body).expect(201);
    book.does(&eva, &at(&higher, "approve"), &json!({})).expect(200);
    assert_eq!(book.effective("")["sub_limits"][0]["amount"], "250");
}

#[test]
fn trusting_nobody_any_more_needs_nobodys_approval_and_is_not_dated_back() {
    let book = Book::new();
    let (ana, eva) = (book.person("ana", &["credit_analyst"]), book.person("eva", &["credit_analyst"]));
    let application = book.applied(&ana, "2000.00");
    let granted = book.does(&eva, &at(&application, "approve"), &json!({})).expect(200);
    let end = format!("/v1/credit/limits/{}/end", text(&granted["limit_id"]));
    book.app.post(&end, &json!({ "until": "2026-02-01" })).refused(422, "limit.ends_in_past");
    let today = book.app.now().date_naive().to_string();
    let mut nothing = book.cover("own", "0");
    (nothing["from"], nothing["until"], nothing["replace"]) = (json!(today), Value::Null, json!(true));
    let zero = book.record(&nothing).expect(201);
    assert_eq!((&book.effective("")["total_amount"], bound(&book)), (&json!("0"), json!("0")));
    book.app
        .post(&format!("/v1/credit/limits/{}/end", text(&zero["id"])), &json!({}))
        .refused(409, "limit.ended_by_application");
    nothing["amount"] = json!("0.01");
    book.record(&nothing).refused(422, "limit.type_needs_application");
    let mut fine = book.insured("10.00", "POL-1");
    fine["covered_percent"] = json!("90.12345");
    book.record(&fine).refused(422, "limit.cover_invalid");
    // Cover that was lost is lost since then.
    fine["covered_percent"] = json!("90.1234");
    let cover = book.record(&fine).expect(201);
    book.app
        .post(&format!("/v1/credit/limits/{}/end", text(&cover["id"])), &json!({ "until": "2026-02-01" }))
        .expect(200);
}

#[test]
fn where_trust_is_ended_nothing_is_trusted_in_its_place_and_a_wider_limit_does_not_step_in() {
    let book = Book::new();
    let (ana, eva) = (book.person("ana", &["credit_analyst"]), book.person("eva", &["credit_analyst"]));
    let granted = |body: &Value| {
        let application = book.does(&ana, "/v1/credit/applications", body).expect(201);
        text(&book.does(&eva, &at(&application, "approve"), &json!({})).expect(200)["limit_id"])
    };
    let mut own = book.asked("500.00");
    own["until"] = json!("2026-12-31");
    let own = granted(&own);
    let mut season = book.asked("300.00");
    (season["limit_type"], season["until"]) = (json!("temporary"), json!("2026-06-30"));
    granted(&season);
    book.record(&book.insured("70.00", "POL-1")).expect(201);
    let path = format!("/v1/accounts/{}", book.account);
    book.app.call("PATCH", &path).json(&json!({ "segment": "retail" })).send().expect(200);
    let max = book.person("max", &["manager"]);
    let mut wide = segment(&book, "9000.00");
    wide["from"] = json!("2026-01-01");
    book.does(&max, "/v1/credit/limits", &wide).expect(201);
    book.app.post(&format!("/v1/credit/limits/{own}/end"), &json!({ "reason": "left us" })).expect(200);
    let on = |day: &str| book.effective(&format!("&on={day}"))["total_amount"].clone();
    let days = ["2026-03-04", "2026-03-05", "2026-06-30", "2026-07-01", "2026-12-31"].map(on);
    let days_of = |book: &Book| {
        ["2026-03-05", "2026-06-30", "2026-07-01", "2026-12-31"]
            .map(|day| book.effective(&format!("&on={day}"))["total_amount"].clone())
    };
    assert_eq!(days, ["870", "370", "370", "70", "70"].map(|amount| json!(amount)));
    // Cover that is lost leaves no more than there was without it.
    let limits = book.app.get("/v1/credit/limits?superseded=false").expect(200);
    let cover = limits["items"].as_array().expect("items").iter().find(|l| l["reference"] == "POL-1");
    let end = format!("/v1/credit/limits/{}/end", text(&cover.expect("a policy")["id"]));
    book.app.post(&end, &json!({ "until": "2026-02-28", "reason": "left us" })).expect(200);
    assert_eq!(days_of(&book), ["300", "300", "0", "0"].map(|amount| json!(amount)));
    let limits = book.app.get("/v1/credit/limits?superseded=false").expect(200);
    let nothing = limits["items"].as_array().expect("items").iter().find(|l| l["amount"] == "0");
    let nothing = nothing.unwrap_or_else(|| panic!("{limits}"));
    assert_eq!(
        (&nothing["from"], &nothing["until"], &nothing["reason"], &nothing["application_id"]),
        (&json!("2026-07-01"), &json!("2026-12-31"), &json!("left us"), &Value::Null)
    );
}

#[test]
fn trust_moves_from_an_account_to_its_party_and_a_legal_entity_keeps_its_own() {
    let book = Book::new();
    let (ana, eva) = (book.person("ana", &["credit_analyst"]), book.person("eva", &["credit_analyst"]));
    let granted = |body: &Value| {
        let application = book.does(&ana, "/v1/credit/applications", body).expect(201);
        text(&book.does(&eva, &at(&application, "approve"), &json!({})).expect(200)["limit_id"])
    };
    let end = |limit: &str| book.app.post(&format!("/v1/credit/limits/{limit}/end"), &json!({})).expect(200);
    let of_party = |entity: Value, amount: &str| {
        let mut body = book.asked(amount);
        (body["holder_kind"], body["holder_id"]) = (json!("party"), json!(party_id(&book.app, "P1")));
        body["legal_entity_id"] = entity;
        granted(&body)
    };
    let account = granted(&book.asked("500.00"));
    let whole = of_party(Value::Null, "9000.00");
    end(&account);
    let zeros = || {
        book.app.database.sql("SELECT count(*) FROM credit_limit WHERE amount = 0 AND superseded_at IS NULL")
    };
    assert_eq!(zeros(), "0", "the party's bears all its accounts");
    let entity = book.app.get("/v1/legal-entities?code=E1").expect(200)["items"][0]["id"].clone();
    of_party(entity, "800.00");
    end(&whole);
    assert_eq!(
        zeros(),
        "0",
        "it has accounts in the one legal entity alone, where a limit of its own is left"
    );
    let check = crate::credit_checks::check(&book.app, &crate::credit_checks::asked("10.00", ""));
    let told = check["constraints"].as_array().expect("constraints").iter().map(|c| text(&c["limit"]));
    assert_eq!(told.collect::<Vec<_>>(), ["500", "9000", "800"], "{check}");
    book.app.set_clock(book.app.now() + std::time::Duration::from_secs(86_400));
    let check = crate::credit_checks::check(&book.app, &crate::credit_checks::asked("10.00", ""));
    assert_eq!((&check["constraints"][0]["limit"], &check["constraints"][1]), (&json!("800"), &Value::Null));
}

fn agenda(book: &Book) -> Vec<Value> {
    let open = book.app.get("/v1/credit/reviews?done=false").expect(200);
    open["items"].as_array().expect("items").clone()
}

fn finish(book: &Book, review: &Value, body: &Value) -> testkit::Reply {
    book.app.post(&format!("/v1/credit/reviews/{}/finish", text(&review["id"])), body)
}

#[test]
fn a_limit_that_is_kept_gets_its_next_date_and_one_that_is_ended_ends() {
    let book = Book::new();
    let recorded = |reference: &str| {
        let mut body = book.insured("100.00", reference);
        body["review_on"] = json!("2026-03-01");
        book.record(&body).expect(201);
    };
    ["POL-1", "POL-2", "POL-3"].into_iter().for_each(recorded);
    assert_eq!(generate(&book), 3);
    let open = agenda(&book);
    finish(&book, &open[0], &json!({ "outcome": "keep", "next_review_on": "2026-03-01" }))
        .refused(422, "limit_review.date_invalid");
    finish(&book, &open[0], &json!({ "outcome": "keep", "until": "2026-06-01" }))
        .refused(422, "limit_review.date_invalid");
    finish(&book, &open[0], &json!({ "outcome": "keep", "next_review_on": "2026-06-01" })).expect(200);
    finish(&book, &open[1], &json!({ "outcome": "keep" })).expect(200);
    finish(&book, &open[2], &json!({ "outcome": "end", "until": "2026-03-31" })).expect(200);
    let limits = book.app.get("/v1/credit/limits?superseded=false").expect(200);
    let of = |reference: &str| {
        let found = limits["items"].as_array().expect("items").iter().find(|l| l["reference"] == reference);
        let limit = found.unwrap_or_else(|| panic!("{limits}"));
        (limit["review_on"].clone(), limit["until"].clone())
    };
    let by_id = |place: usize| {
        of(&text(
            &book.app.get(&format!("/v1/credit/limits/{}", text(&open[place]["limit_id"]))).expect(200)["reference"],
        ))
    };
    assert_eq!(by_id(0), (json!("2026-06-01"), json!("2026-12-31")));
    assert_eq!(by_id(1), (json!("2026-12-01"), json!("2026-12-31")), "30 days before its end");
    assert_eq!(by_id(2), (json!("2026-03-01"), json!("2026-03-31")));
    // The one that ends soon now comes back for that alone.
    assert_eq!(generate(&book), 1);
    assert!(agenda(&book).iter().all(|review| review["until"] == "2026-03-31"), "{:?}", agenda(&book));
}

#[test]
fn what_was_kept_although_it_ends_does_not_come_back_for_that() {
    let book = Book::new();
    let mut body = book.insured("100.00", "POL-1");
    (body["until"], body["review_on"]) = (json!("2026-03-25"), json!("2026-03-02"));
    book.record(&body).expect(201);
    assert_eq!(generate(&book), 2, "its own date, and its end");
    let open = agenda(&book);
    let of = |cause: &str| open.iter().find(|review| review["cause"] == cause).expect("a review");
    let kept = json!({ "outcome": "keep", "next_review_on": "2026-03-20" });
    finish(&book, of("expiry"), &kept).expect(200);
    assert_eq!((generate(&book), agenda(&book).len()), (0, 1), "its own date is still open");
    let kept = json!({ "outcome": "keep", "next_review_on": "2026-03-21" });
    let done = finish(&book, of("review"), &kept).expect(200);
    assert_eq!((generate(&book), agenda(&book).len()), (0, 0));
    let limit = book.app.get(&format!("/v1/credit/limits/{}", text(&done["limit_id"]))).expect(200);
    assert_eq!((&limit["review_on"], &limit["superseded_at"]), (&json!("2026-03-21"), &Value::Null));
}

#[test]
fn a_limit_under_a_party_that_stands_for_nobody_any_more_is_on_the_agenda() {
    let book = Book::new();
    book.app.push("ERP-E1").parties(vec![party("P2", "Dos")]).accounts(vec![account("A2", "P2")]).finish();
    let (one, two) = (party_id(&book.app, "P1"), party_id(&book.app, "P2"));
    let mut body = book.insured("100.00", "POL-1");
    (body["holder_kind"], body["holder_id"]) = (json!("party"), json!(two));
    let limit = book.record(&body).expect(201);
    assert_eq!(generate(&book), 0);
    let merged = json!({ "kind": "merged", "party_id": two, "related_party_id": one });
    book.app.post("/v1/party-relations", &merged).expect(201);
    assert_eq!((generate(&book), generate(&book)), (1, 0));
    let open = agenda(&book);
    assert_eq!((&open[0]["cause"], &open[0]["limit_id"]), (&json!("holder_changed"), &limit["id"]));
    finish(&book, &open[0], &json!({ "outcome": "end" })).expect(200);
    let left = book.app.get("/v1/credit/limits?superseded=false").expect(200);
    let left = left["items"].as_array().expect("limits").clone();
    let of = |amount: &str| left.iter().find(|l| l["amount"] == amount).unwrap_or_else(|| panic!("{left:?}"));
    assert_eq!(of("100")["until"], json!(book.app.now().date_naive().to_string()));
    // Split again, it is trusted nothing; and that is nothing to look at.
    assert_eq!((&of("0")["holder_id"], &of("0")["limit_type"]), (&json!(two), &json!("own")));
    generate(&book);
    assert!(agenda(&book).iter().all(|review| review["limit_id"] != of("0")["id"]), "{:?}", agenda(&book));
}
