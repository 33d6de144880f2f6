//! Limits through REST: layers by type and date, applications that the table proposes and people approve who did not ask, stand-ins,
//! and what is to be looked at again.

use serde_json::{Value, json};
use testkit::push::{account, invoice, party};
use testkit::{Reply, TestApp};

use crate::credit_exposure::party_id;
use crate::reads::text;

pub(crate) const PASSWORD: &str = "correcto caballo grapa";

/// A book with one customer, who owes 400.
pub(crate) struct Book {
    pub(crate) app: TestApp,
    pub(crate) account: String,
}

/// Somebody who signed in.
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) token: String,
}

impl Book {
    pub(crate) fn new() -> Self {
        let app = TestApp::start();
        app.entity("E1");
        app.push("ERP-E1")
            .parties(vec![party("P1", "Uno")])
            .accounts(vec![account("A1", "P1")])
            .receivables(vec![invoice("F1", "A1", "400.00", ("2026-02-15", "2026-04-01"))])
            .finish();
        // What is written beside a rehearsal would be taken for its own.
        while app::credit::exposure::fold(&app.wired.api.app).expect("added up") {}
        let account = text(&app.get("/v1/accounts").expect(200)["items"][0]["id"]);
        Self { app, account }
    }

    pub(crate) fn person(&self, login: &str, roles: &[&str]) -> Person {
        let body = json!({ "login": login, "name": login, "language": "es", "roles": roles, "all_rights": true,
            "rights": [], "password": PASSWORD });
        let id = text(&self.app.post("/v1/users", &body).expect(201)["id"]);
        Person { id, token: self.token(login) }
    }

    pub(crate) fn token(&self, login: &str) -> String {
        let body = json!({ "login": login, "password": PASSWORD });
        let tokens = self.app.call("POST", "/v1/sign-in").anonymous().json(&body).send().expect(200);
        text(&tokens["access_token"])
    }

    pub(crate) fn does(&self, who: &Person, path: &str, body: &Value) -> Reply {
        self.app.call("POST", path).bearer(&who.token).json(body).send()
    }

    pub(crate) fn sees(&self, who: &Person, path: &str) -> Value {
        self.app.call("GET", path).bearer(&who.token).send().expect(200)
    }

    pub(crate) fn asked(&self, amount: &str) -> Value {
        json!({ "holder_kind": "account", "holder_id": self.account, "limit_type": "own", "currency": "EUR",
            "amount": amount, "reason": "orders are growing", "submit": true })
    }

    pub(crate) fn applied(&self, who: &Person, amount: &str) -> Value {
        self.does(who, "/v1/credit/applications", &self.asked(amount)).expect(201)
    }

    pub(crate) fn effective(&self, query: &str) -> Value {
        self.app.get(&format!("/v1/credit/limits/effective?account={}{query}", self.account)).expect(200)
    }

    pub(crate) fn cover(&self, limit_type: &str, amount: &str) -> Value {
        json!({ "holder_kind": "account", "holder_id": self.account, "limit_type": limit_type, "currency": "EUR",
            "amount": amount, "from": "2026-01-01", "until": "2026-12-31" })
    }

    pub(crate) fn insured(&self, amount: &str, reference: &str) -> Value {
        let mut body = self.cover("insured", amount);
        (body["reference"], body["covered_percent"]) = (json!(reference), json!("90"));
        body
    }

    pub(crate) fn record(&self, body: &Value) -> Reply {
        self.app.post("/v1/credit/limits", body)
    }
}

pub(crate) fn at(application: &Value, action: &str) -> String {
    format!("/v1/credit/applications/{}/{action}", text(&application["id"]))
}

#[test]
fn layers_add_up_on_their_days_and_the_past_stays_askable() {
    let book = Book::new();
    book.record(&book.insured("1000.00", "POL-1")).expect(201);
    let before = book.app.now();
    let mut guaranteed = book.cover("guaranteed", "200.00");
    (guaranteed["collateral"], guaranteed["until"]) = (json!("bank_guarantee"), json!("2026-03-31"));
    book.app.set_clock(before + std::time::Duration::from_secs(60));
    book.record(&guaranteed).expect(201);
    let now = book.effective("");
    assert_eq!((&now["total_amount"], &now["days_to_expiry"]), (&json!("1200"), &json!(27)), "{now}");
    assert_eq!((&now["covered_amount"], &now["cover_ratio"]), (&json!("400"), &json!("1")), "{now}");
    assert_eq!((&now["headroom_amount"], &now["utilisation"]), (&json!("800"), &json!("0.333333")));
    assert_eq!(book.effective("&on=2026-04-01")["total_amount"], "1000");
    let known = before.format("%Y-%m-%dT%H:%M:%SZ");
    assert_eq!(book.effective(&format!("&known_at={known}"))["total_amount"], "1000");
    let ended = now["layers"][0]["limit_id"].as_str().expect("an id");
    book.app.post(&format!("/v1/credit/limits/{ended}/end"), &json!({ "until": "2026-03-02" })).expect(200);
    assert_eq!(book.effective("")["total_amount"], "200");
    assert_eq!(book.effective("&on=2026-03-02")["total_amount"], "1200");
    let kept = book.app.get("/v1/credit/limits?superseded=true").expect(200);
    assert_eq!(kept["items"].as_array().expect("items").len(), 1, "{kept}");
    let soon = book
        .app
        .get("/v1/credit/limits?superseded=false&expiring_before=2026-04-02&on=2026-03-05")
        .expect(200);
    assert_eq!(soon["items"][0]["limit_type"], "guaranteed", "{soon}");
}

#[test]
fn a_limit_that_overlaps_is_refused_unless_it_replaces_what_it_overlaps() {
    let book = Book::new();
    book.record(&book.insured("1000.00", "POL-1")).expect(201);
    let mut new = book.insured("700.00", "POL-1");
    (new["from"], new["until"]) = (json!("2026-03-01"), json!("2026-06-30"));
    book.record(&new).refused(409, "limit.overlaps");
    book.record(&book.insured("50.00", "POL-2")).expect(201);
    new["replace"] = json!(true);
    book.record(&new).expect(201);
    let on = |day: &str| text(&book.effective(&format!("&on={day}"))["total_amount"]);
    assert_eq!(
        (on("2026-02-28"), on("2026-03-01"), on("2026-07-01")),
        ("1050".into(), "750".into(), "1050".into())
    );
}

#[test]
fn a_limit_that_makes_no_sense_is_told_what_is_wrong() {
    let book = Book::new();
    let with = |field: &str, value: Value| {
        let mut body = book.insured("100.00", "POL-1");
        body[field] = value;
        book.record(&body).code()
    };
    assert_eq!(with("currency", json!("XYZ")), "currency.unknown");
    assert_eq!(with("amount", json!("-1.00")), "limit.amount_negative");
    assert_eq!(with("amount", json!("0")), "limit.amount_zero");
    assert_eq!(with("until", json!("2025-12-31")), "limit.ends_before_start");
    assert_eq!(with("limit_type", json!("own")), "limit.type_needs_application");
    assert_eq!(with("covered_percent", json!("101")), "limit.cover_invalid");
    let mut part = book.cover("segment", "-5.00");
    (part["holder_kind"], part["holder_id"], part["component"]) =
        (json!("segment"), json!("retail"), json!("orders"));
    assert_eq!(book.record(&part).code(), "limit.sub_limit_negative");
}

#[test]
fn the_limit_of_a_segment_is_for_those_without_their_own() {
    let book = Book::new();
    book.app
        .call("PATCH", &format!("/v1/accounts/{}", book.account))
        .json(&json!({ "segment": "retail" }))
        .send()
        .expect(200);
    let mut segment = book.cover("segment", "300.00");
    (segment["holder_kind"], segment["holder_id"]) = (json!("segment"), json!("retail"));
    book.record(&segment).expect(201);
    assert_eq!(book.effective("")["total_amount"], "300");
    let check =
        json!({ "account_id": book.account, "amount": "1.00", "currency": "EUR", "checkpoint": "order" });
    assert_eq!(book.app.post("/v1/credit/checks", &check).expect(201)["binding"]["limit"], "300");
    book.record(&book.insured("100.00", "POL-1")).expect(201);
    assert_eq!(book.effective("")["total_amount"], "100");
}

#[test]
fn what_others_ask_for_is_approved_and_binds_the_next_check() {
    let book = Book::new();
    let (ana, eva) = (book.person("ana", &["credit_analyst"]), book.person("eva", &["credit_analyst"]));
    let application = book.applied(&ana, "2000.00");
    assert_eq!(application["state"], "proposed");
    assert_eq!(application["proposal"]["decision"], "refer", "nobody has scored it: {application}");
    assert_eq!(application["chain"]["levels"].as_array().expect("levels").len(), 1);
    book.does(&ana, &at(&application, "approve"), &json!({})).refused(403, "approval.own_request");
    assert_eq!(book.sees(&ana, "/v1/credit/approvals"), json!([]));
    let waiting = book.sees(&eva, "/v1/credit/approvals");
    assert_eq!(
        (&waiting[0]["application"]["id"], &waiting[0]["level"]),
        (&application["id"], &json!("analyst"))
    );
    let actions = |who: &Person| {
        book.sees(who, &format!("/v1/credit/applications/{}", text(&application["id"])))["allowed_actions"]
            .clone()
    };
    assert_eq!((actions(&ana), actions(&eva)), (json!(["withdraw"]), json!(["approve", "refuse"])));
    let approved = book.does(&eva, &at(&application, "approve"), &json!({ "amount": "1500.00" })).expect(200);
    assert_eq!((&approved["state"], &approved["granted_amount"]), (&json!("approved"), &json!("1500")));
    let now = book.effective("");
    assert_eq!(now["total_amount"], "1500");
    let limit = book.app.get(&format!("/v1/credit/limits/{}", text(&approved["limit_id"]))).expect(200);
    assert_eq!((&limit["set_by"], &limit["approved_by"]), (&json!("ana"), &json!("eva")));
    let check =
        json!({ "account_id": book.account, "amount": "1100.01", "currency": "EUR", "checkpoint": "order" });
    let held = book.app.post("/v1/credit/checks", &check).expect(201);
    assert_eq!(
        (&held["binding"]["limit"], &held["binding"]["headroom"]),
        (&json!("1500"), &json!("1100")),
        "{held}"
    );
    book.does(&eva, &at(&application, "approve"), &json!({})).refused(409, "limit_application.state");
    // Another application takes the place of what was granted.
    let again = book.applied(&ana, "900.00");
    book.does(&eva, &at(&again, "approve"), &json!({})).expect(200);
    assert_eq!(book.effective("")["total_amount"], "900");
}

#[test]
fn a_chain_needs_everybody_it_names_and_nobody_twice() {
    let book = Book::new();
    let ana = book.person("ana", &["credit_analyst"]);
    let (eva, leo) = (book.person("eva", &["credit_analyst"]), book.person("leo", &["manager"]));
    let (max, pia) = (book.person("max", &["manager"]), book.person("pia", &["manager"]));
    let application = book.applied(&ana, "300000.00");
    let approve = |who: &Person| book.does(who, &at(&application, "approve"), &json!({}));
    assert_eq!(approve(&eva).expect(200)["state"], "in_approval");
    approve(&eva).refused(409, "approval.given_before");
    let other = book.person("zoe", &["credit_analyst"]);
    approve(&other).refused(403, "approval.no_authority");
    approve(&leo).expect(200);
    approve(&max).expect(200);
    approve(&leo).refused(409, "approval.given_before");
    assert_eq!(approve(&pia).expect(200)["state"], "approved");
    let seen = book.app.get(&format!("/v1/credit/applications/{}", text(&application["id"]))).expect(200);
    assert_eq!(seen["approvals"].as_array().expect("approvals").len(), 4, "{seen}");
}

#[test]
fn machines_do_not_approve() {
    let book = Book::new();
    let ana = book.person("ana", &["credit_analyst"]);
    let application = book.applied(&ana, "2000.00");
    book.app.post(&at(&application, "approve"), &json!({})).refused(403, "approval.by_machine");
}

#[test]
fn of_two_approvals_at_once_one_sets_the_limit() {
    let book = Book::new();
    let ana = book.person("ana", &["credit_analyst"]);
    let people = (0..4).map(|no| book.person(&format!("p{no}"), &["credit_analyst"])).collect::<Vec<_>>();
    let application = book.applied(&ana, "2000.00");
    let codes = std::thread::scope(|scope| {
        let approve = |who| book.does(who, &at(&application, "approve"), &json!({})).status;
        let asked = people.iter().map(|who| scope.spawn(move || approve(who))).collect::<Vec<_>>();
        asked.into_iter().map(|thread| thread.join().expect("an answer")).collect::<Vec<_>>()
    });
    assert_eq!(codes.iter().filter(|status| **status == 200).count(), 1, "{codes:?}");
    assert_eq!(book.app.database.sql("SELECT count(*) FROM credit_limit"), "1");
    assert_eq!(book.app.database.sql("SELECT count(*) FROM limit_approval"), "1");
}

#[test]
fn a_stand_in_approves_for_who_is_away_but_never_for_who_asked() {
    let book = Book::new();
    let (ana, leo) = (book.person("ana", &["manager"]), book.person("leo", &["manager"]));
    let eva = book.person("eva", &["credit_analyst"]);
    let away = |person: &Person| {
        let body = json!({ "kind": "absence", "person_id": person.id, "stand_in_id": eva.id, "from": "2026-03-01",
            "until": "2026-03-31" });
        let administrator = book.person(&format!("adm{}", person.id.len()), &["administrator"]);
        book.does(&administrator, "/v1/credit/stand-ins", &body)
    };
    let second = book.person("max", &["credit_analyst"]);
    let application = book.applied(&ana, "100000.00");
    book.does(&second, &at(&application, "approve"), &json!({})).expect(200);
    book.does(&eva, &at(&application, "approve"), &json!({})).refused(403, "approval.no_authority");
    let named = away(&leo).expect(201);
    let waiting = book.sees(&eva, "/v1/credit/approvals");
    assert_eq!(waiting[0]["on_behalf_of"], json!(leo.id), "{waiting}");
    assert_eq!(book.does(&eva, &at(&application, "approve"), &json!({})).expect(200)["state"], "approved");
    // Standing in for whoever asked gives no word in it.
    book.does(&leo, &format!("/v1/credit/stand-ins/{}/end", text(&named["id"])), &json!({})).expect(200);
    let body = json!({ "kind": "delegation", "stand_in_id": eva.id, "from": "2026-03-01" });
    book.does(&ana, "/v1/credit/stand-ins", &body).expect(201);
    let own = book.applied(&ana, "110000.00");
    book.does(&second, &at(&own, "approve"), &json!({})).expect(200);
    book.does(&eva, &at(&own, "approve"), &json!({})).refused(403, "approval.own_request");
    let oneself = json!({ "kind": "absence", "stand_in_id": ana.id, "from": "2026-03-01" });
    book.does(&ana, "/v1/credit/stand-ins", &oneself).refused(422, "stand_in.oneself");
    book.does(&ana, "/v1/credit/stand-ins", &body).refused(409, "stand_in.overlaps");
}

#[test]
fn an_application_that_waits_too_long_expires() {
    let book = Book::new();
    let ana = book.person("ana", &["credit_analyst"]);
    book.person("eva", &["credit_analyst"]);
    let application = book.applied(&ana, "2000.00");
    book.app.set_clock("2026-04-10T08:00:00Z".parse().expect("an instant"));
    let eva = Person { id: String::new(), token: book.token("eva") };
    book.does(&eva, &at(&application, "approve"), &json!({})).refused(409, "limit_application.too_late");
    assert_eq!(book.sees(&eva, "/v1/credit/applications?state=expired")["items"][0]["id"], application["id"]);
    let ctx = app::access::authenticate::system_ctx("credit", book.app.now());
    app::credit::limits::applications::expire_applications(&book.app.wired.api.app, &ctx).expect("expired");
    assert_eq!(book.app.database.sql("SELECT state FROM limit_application"), "expired");
    book.does(&eva, &at(&application, "approve"), &json!({})).refused(409, "limit_application.state");
}

/// Puts the standard table into force with another first row.
pub(crate) fn table(book: &Book, row: &Value) {
    let in_force = book.app.get("/v1/rule-sets/limit_table/standard").expect(200);
    let mut document = in_force["document"].clone();
    document["rows"].as_array_mut().expect("rows").insert(0, row.clone());
    let draft = book.app.post("/v1/rule-sets/limit_table", &json!({ "document": document })).expect(201);
    assert_eq!(draft["check"]["valid"], true, "{draft}");
    let path = format!("/v1/rule-sets/limit_table/standard/versions/{}/activate", draft["version"]);
    book.app.post(&path, &json!({})).expect(200);
}

#[test]
fn the_table_grants_what_is_within_the_authority_of_the_policy_and_tells_why() {
    let book = Book::new();
    let policy = book.app.get("/v1/rule-sets/approval_policy/standard").expect(200);
    let mut document = policy["document"].clone();
    document["automatic"] = json!({ "bounds": { "amount": { "EUR": "5000" } } });
    let draft = book.app.post("/v1/rule-sets/approval_policy", &json!({ "document": document })).expect(201);
    let path = format!("/v1/rule-sets/approval_policy/standard/versions/{}/activate", draft["version"]);
    book.app.post(&path, &json!({})).expect(200);
    let approve = json!({ "decision": "approve", "amount": "request.amount", "valid_months": 6, "reasons": ["no_arrears"] });
    table(
        &book,
        &json!({ "code": "no_arrears", "when": ["false", "false", "0", "", "[1000..9000]"], "then": approve }),
    );
    let ana = book.person("ana", &["credit_analyst"]);
    let granted = book.applied(&ana, "3000.00");
    assert_eq!(granted["state"], "approved", "{granted}");
    let proposal = &granted["proposal"];
    assert_eq!(
        (&proposal["decided_by"], &proposal["reasons"]),
        (&json!(["no_arrears"]), &json!(["no_arrears"]))
    );
    assert_eq!((&proposal["table_code"], &proposal["table_version"]), (&json!("standard"), &json!(2)));
    assert_eq!(proposal["rows"][1], json!({ "row": "insolvent", "fits": false, "failed": [0] }));
    let change = &proposal["change"];
    assert_eq!((&change["fact"], &change["to"]), (&json!("request.amount"), &json!("999.99")), "{change}");
    let limit = book.app.get(&format!("/v1/credit/limits/{}", text(&granted["limit_id"]))).expect(200);
    assert_eq!((&limit["origin"], &limit["until"]), (&json!("automatic"), &json!("2026-09-03")));
    // Above the authority people decide on what the table proposes.
    let more = book.applied(&ana, "6000.00");
    assert_eq!((&more["state"], &more["proposed_amount"]), (&json!("proposed"), &json!("6000")));
    book.does(&ana, &at(&more, "withdraw"), &json!({})).expect(200);
    table(
        &book,
        &json!({ "code": "never", "when": ["", "", "", "", ""], "then": { "decision": "refuse", "reasons": ["no"] } }),
    );
    let refused = book.applied(&ana, "7000.00");
    assert_eq!((&refused["state"], &refused["proposal"]["reasons"]), (&json!("refused"), &json!(["no"])));
}

#[test]
fn a_contradictory_table_and_a_cell_that_does_not_fit_are_not_put_into_force() {
    let book = Book::new();
    let mut document = book.app.get("/v1/rule-sets/limit_table/standard").expect(200)["document"].clone();
    document["hit_policy"] = json!("unique");
    let check =
        book.app.post("/v1/rule-sets/limit_table/check", &json!({ "document": document })).expect(200);
    assert_eq!(check["valid"], false);
    let found = check["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .any(|p| p["code"] == "limit_table.contradiction");
    assert!(found, "{check}");
    let draft = book.app.post("/v1/rule-sets/limit_table", &json!({ "document": document })).expect(201);
    let path = format!("/v1/rule-sets/limit_table/standard/versions/{}/activate", draft["version"]);
    book.app.post(&path, &json!({})).refused(422, "rule.invalid");
    document["hit_policy"] = json!("first");
    document["rows"][0]["when"][0] = json!("> 5");
    let check =
        book.app.post("/v1/rule-sets/limit_table/check", &json!({ "document": document })).expect(200);
    assert_eq!(check["problems"][0]["code"], "rule.expression_type", "{check}");
}

#[test]
fn wrong_applications_are_told_what_is_wrong() {
    let book = Book::new();
    let ana = book.person("ana", &["credit_analyst"]);
    let with = |field: &str, value: Value| {
        let mut body = book.asked("10.00");
        body[field] = value;
        book.does(&ana, "/v1/credit/applications", &body).code()
    };
    assert_eq!(with("currency", json!("XYZ")), "currency.unknown");
    assert_eq!(with("amount", json!("0")), "limit.amount_zero");
    assert_eq!(with("limit_type", json!("insured")), "limit_application.type");
    assert_eq!(with("limit_type", json!("group")), "limit.type_of_holder");
    assert_eq!(with("limit_type", json!("temporary")), "limit_application.until_missing");
    assert_eq!(with("reason", json!("")), "credit.reason_required");
    assert_eq!(with("holder_id", json!("acc_00000000000000000000000000000001")), "not_found");
    assert_eq!(with("terms_days", json!(9999)), "limit_application.terms_invalid");
    let eva = book.person("eva", &["credit_analyst"]);
    let application = book.applied(&ana, "10.00");
    book.does(&eva, &at(&application, "withdraw"), &json!({})).refused(403, "limit_application.not_yours");
    book.does(&eva, &at(&application, "refuse"), &json!({ "note": "" }))
        .refused(422, "credit.reason_required");
    book.does(&eva, &at(&application, "approve"), &json!({ "amount": "11.00" }))
        .refused(422, "limit_application.amount_invalid");
    assert_eq!(
        book.does(&eva, &at(&application, "refuse"), &json!({ "note": "no figures" })).expect(200)["state"],
        "refused"
    );
}

#[test]
fn a_party_is_applied_for_under_the_one_that_stands_for_its_tax_id() {
    let book = Book::new();
    let (ana, eva) = (book.person("ana", &["credit_analyst"]), book.person("eva", &["credit_analyst"]));
    let mut body = book.asked("1000.00");
    (body["holder_kind"], body["holder_id"]) = (json!("party"), json!(party_id(&book.app, "P1")));
    let application = book.does(&ana, "/v1/credit/applications", &body).expect(201);
    book.does(&eva, &at(&application, "approve"), &json!({})).expect(200);
    let found =
        book.app.get(&format!("/v1/credit/limits/effective?party={}", party_id(&book.app, "P1"))).expect(200);
    assert_eq!((&found["total_amount"], &found["exposure_amount"]), (&json!("1000"), &json!("400")));
}

pub(crate) fn generate(book: &Book) -> usize {
    let ctx = app::access::authenticate::system_ctx("credit", book.app.now());
    app::credit::limits::reviews::generate_reviews(&book.app.wired.api.app, &ctx).expect("generated")
}

#[test]
fn limits_come_on_the_agenda_once_when_their_day_has_come_or_they_end() {
    let book = Book::new();
    let mut soon = book.insured("100.00", "POL-1");
    (soon["until"], soon["review_on"]) = (json!("2026-03-20"), json!("2026-03-04"));
    book.record(&soon).expect(201);
    book.record(&book.insured("100.00", "POL-2")).expect(201);
    assert_eq!((generate(&book), generate(&book)), (2, 0));
    let agenda = book.app.get("/v1/credit/reviews?done=false").expect(200);
    assert_eq!(
        (&agenda["items"][0]["cause"], &agenda["items"][1]["due_on"]),
        (&json!("review"), &json!("2026-03-20"))
    );
    let path = format!("/v1/credit/reviews/{}/finish", text(&agenda["items"][0]["id"]));
    book.app.post(&path, &json!({ "outcome": "keep", "note": "fine" })).expect(200);
    book.app.post(&path, &json!({ "outcome": "keep" })).refused(409, "limit_review.done_before");
    assert_eq!(
        book.app.get("/v1/credit/reviews?done=false").expect(200)["items"].as_array().map(Vec::len),
        Some(1)
    );
}
