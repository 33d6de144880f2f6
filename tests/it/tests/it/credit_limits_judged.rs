//! Applications beside each other, and who may decide about whom: what is approved is what the holder may owe in the end.

use proto::v1::{PartyRow, ReceivableRow};
use serde_json::{Value, json};
use testkit::http::Call;
use testkit::push::{account, invoice, party};

use crate::credit_exposure::party_id;
use crate::credit_limits::{Book, PASSWORD, Person, at, table};
use crate::reads::text;

fn entity_id(book: &Book, code: &str) -> String {
    let entities = book.app.get(&format!("/v1/legal-entities?code={code}")).expect(200);
    text(&entities["items"][0]["id"])
}

fn temporary(book: &Book, amount: &str, (from, until): (&str, &str)) -> Value {
    let mut body = book.asked(amount);
    (body["limit_type"], body["from"], body["until"]) = (json!("temporary"), json!(from), json!(until));
    body
}

impl Book {
    /// Asked by one and approved by the other.
    fn granted(&self, (ana, eva): (&Person, &Person), body: &Value) -> Value {
        let application = self.does(ana, "/v1/credit/applications", body).expect(201);
        self.does(eva, &at(&application, "approve"), &json!({})).expect(200)
    }

    fn analysts(&self) -> (Person, Person) {
        (self.person("ana", &["credit_analyst"]), self.person("eva", &["credit_analyst"]))
    }

    /// Somebody who reaches one legal entity.
    fn person_of(&self, login: &str, roles: &[&str], entity: &str) -> Person {
        let body = json!({ "login": login, "name": login, "language": "es", "roles": roles, "all_rights": false,
            "rights": [{ "kind": "legal_entity", "id": entity }], "password": PASSWORD });
        let id = text(&self.app.post("/v1/users", &body).expect(201)["id"]);
        Person { id, token: self.token(login) }
    }
}

#[test]
fn the_limits_of_an_account_are_about_the_same_whatever_legal_entity_they_name() {
    let book = Book::new();
    let (ana, eva) = book.analysts();
    let mut body = book.asked("1000.00");
    body["legal_entity_id"] = json!(entity_id(&book, "E1"));
    let first = book.granted((&ana, &eva), &body);
    assert_eq!(first["legal_entity_id"], Value::Null);
    let second = book.granted((&ana, &eva), &book.asked("700.00"));
    assert_eq!(second["replaced"], json!([first["limit_id"]]), "{second}");
    assert_eq!(book.effective("")["total_amount"], "700");
    body["legal_entity_id"] = json!(book.app.entity("E2"));
    book.does(&ana, "/v1/credit/applications", &body).refused(404, "not_found");
    let mut cover = book.insured("100.00", "POL-1");
    cover["legal_entity_id"] = body["legal_entity_id"].clone();
    book.record(&cover).refused(404, "not_found");
    let mut segment = book.cover("segment", "100.00");
    (segment["holder_kind"], segment["holder_id"]) = (json!("segment"), json!("retail"));
    segment["legal_entity_id"] = json!("len_00000000000000000000000000000001");
    book.record(&segment).refused(404, "not_found");
}

#[test]
fn what_waits_is_decided_before_the_same_is_asked_for_again() {
    let book = Book::new();
    let (ana, _) = book.analysts();
    let first = book.applied(&ana, "1000.00");
    book.does(&ana, "/v1/credit/applications", &book.asked("900.00"))
        .refused(409, "limit_application.pending");
    let spring = temporary(&book, "50.00", ("2026-04-01", "2026-04-30"));
    book.does(&ana, "/v1/credit/applications", &spring).expect(201);
    book.does(&ana, "/v1/credit/applications", &temporary(&book, "60.00", ("2026-05-01", "2026-05-31")))
        .expect(201);
    book.does(&ana, "/v1/credit/applications", &temporary(&book, "70.00", ("2026-04-30", "2026-05-02")))
        .refused(409, "limit_application.pending");
    book.does(&ana, &at(&first, "withdraw"), &json!({})).expect(200);
    book.applied(&ana, "900.00");
}

#[test]
fn of_two_applications_handed_in_together_the_last_needs_whoever_decides_about_both() {
    let book = Book::new();
    let (ana, eva) = book.analysts();
    let max = book.person("max", &["manager"]);
    let own = book.applied(&ana, "20000.00");
    let body = temporary(&book, "20000.00", ("2026-03-10", "2026-06-30"));
    let season = book.does(&ana, "/v1/credit/applications", &body).expect(201);
    let levels = |application: &Value| application["chain"]["levels"].as_array().map_or(0, Vec::len);
    assert_eq!((levels(&own), levels(&season)), (1, 1), "each is within what an analyst decides");
    assert_eq!(book.does(&eva, &at(&own, "approve"), &json!({})).expect(200)["state"], "approved");
    let more = book.does(&eva, &at(&season, "approve"), &json!({})).expect(200);
    assert_eq!((&more["state"], levels(&more)), (&json!("in_approval"), 2), "{more}");
    assert_eq!(book.effective("&on=2026-03-15")["total_amount"], "20000");
    assert_eq!(book.does(&max, &at(&season, "approve"), &json!({})).expect(200)["state"], "approved");
    assert_eq!(book.effective("&on=2026-03-15")["total_amount"], "40000");
    assert_eq!(book.effective("&on=2026-07-01")["total_amount"], "20000");
    // What begins later counts for what is asked for today.
    let again = book.applied(&ana, "24000.00");
    assert_eq!(levels(&again), 2, "{again}");
}

#[test]
fn of_two_applications_approved_at_the_same_moment_one_waits_for_who_decides_about_both() {
    let book = Book::new();
    let (ana, eva) = book.analysts();
    let leo = book.person("leo", &["credit_analyst"]);
    let own = book.applied(&ana, "20000.00");
    let body = temporary(&book, "20000.00", ("2026-03-10", "2026-06-30"));
    let season = book.does(&ana, "/v1/credit/applications", &body).expect(201);
    let mut states = std::thread::scope(|scope| {
        let approve = |who, application| {
            text(&book.does(who, &at(application, "approve"), &json!({})).expect(200)["state"])
        };
        // Both have looked, or wait to look, before either may write.
        let held = "BEGIN; LOCK TABLE limit_approval IN EXCLUSIVE MODE; SELECT pg_sleep(2); COMMIT";
        scope.spawn(|| book.app.database.sql(held));
        testkit::wait::until("nobody may write", || {
            let locks = "SELECT count(*) FROM pg_locks WHERE relation = 'limit_approval'::regclass \
                AND mode = 'ExclusiveLock' AND granted";
            book.app.database.sql(locks) == "1"
        });
        let both = [(&eva, &own), (&leo, &season)];
        let both = both.map(|(who, application)| scope.spawn(move || approve(who, application)));
        both.map(|thread| thread.join().expect("an answer"))
    });
    states.sort();
    assert_eq!(states, ["approved", "in_approval"]);
}

#[test]
fn what_others_would_pay_needs_fewer_to_approve() {
    let book = Book::new();
    let (ana, _) = book.analysts();
    let levels = |application: &Value| application["chain"]["levels"].as_array().map_or(0, Vec::len);
    let bare = book.applied(&ana, "26000.00");
    assert_eq!(levels(&bare), 2, "25000 uncovered are an analyst's");
    book.does(&ana, &at(&bare, "withdraw"), &json!({})).expect(200);
    let mut guarantee = book.cover("guaranteed", "10000.00");
    (guarantee["collateral"], guarantee["from"]) = (json!("bank_guarantee"), json!("2026-03-01"));
    guarantee["until"] = Value::Null;
    book.record(&guarantee).expect(201);
    assert_eq!(levels(&book.applied(&ana, "25000.00")), 1);
}

#[test]
fn nothing_is_granted_for_days_that_are_over() {
    let book = Book::new();
    let (ana, eva) = book.analysts();
    let mut body = book.asked("500.00");
    body["from"] = json!("2025-01-01");
    let granted = book.granted((&ana, &eva), &body);
    let limit = book.app.get(&format!("/v1/credit/limits/{}", text(&granted["limit_id"]))).expect(200);
    assert_eq!(limit["from"], json!(book.app.now().date_naive().to_string()));
    body["until"] = json!("2025-12-31");
    book.does(&ana, "/v1/credit/applications", &body).refused(422, "limit_application.until_past");
    let short = temporary(&book, "10.00", ("2026-03-01", "2026-03-10"));
    let late = book.does(&ana, "/v1/credit/applications", &short).expect(201);
    book.app.set_clock("2026-03-12T08:00:00Z".parse().expect("an instant"));
    let eva = Person { id: eva.id, token: book.token("eva") };
    book.does(&eva, &at(&late, "approve"), &json!({})).refused(409, "limit_application.too_late");
}

#[test]
fn a_stand_in_has_no_word_about_whom_the_one_who_is_away_does_not_reach() {
    let book = Book::new();
    let (ana, eva) = book.analysts();
    let other = book.app.entity("E2");
    let (leo, max) = (book.person_of("leo", &["manager"], &other), book.person("max", &["manager"]));
    let away = |person: &Person| {
        let body =
            json!({ "kind": "absence", "stand_in_id": eva.id, "from": "2026-03-01", "until": "2026-03-31" });
        book.does(person, "/v1/credit/stand-ins", &body).expect(201)
    };
    let application = book.applied(&ana, "100000.00");
    let first = book.person("pia", &["credit_analyst"]);
    book.does(&first, &at(&application, "approve"), &json!({})).expect(200);
    away(&leo);
    assert_eq!(book.sees(&eva, "/v1/credit/approvals"), json!([]));
    book.does(&eva, &at(&application, "approve"), &json!({})).refused(403, "approval.no_authority");
    away(&max);
    assert_eq!(book.sees(&eva, "/v1/credit/approvals")[0]["on_behalf_of"], json!(max.id));
    book.does(&eva, &at(&application, "approve"), &json!({})).expect(200);
}

#[test]
fn who_manages_users_names_stand_ins_for_those_within_their_reach() {
    let book = Book::new();
    let (ana, eva) = book.analysts();
    let local = book.person_of("adm", &["administrator"], &book.app.entity("E2"));
    let body = json!({ "kind": "absence", "person_id": ana.id, "stand_in_id": eva.id, "from": "2026-03-01" });
    book.does(&local, "/v1/credit/stand-ins", &body).refused(404, "not_found");
    let named = book.does(&ana, "/v1/credit/stand-ins", &body).expect(201);
    book.does(&local, &format!("/v1/credit/stand-ins/{}/end", text(&named["id"])), &json!({}))
        .refused(404, "not_found");
    let gone = json!({ "kind": "absence", "stand_in_id": "usr_00000000000000000000000000000001", "from": "2026-03-01" });
    book.does(&ana, "/v1/credit/stand-ins", &gone).refused(404, "not_found");
}

#[test]
fn who_made_the_key_that_asked_does_not_approve() {
    let book = Book::new();
    let (_, eva) = book.analysts();
    let maker = book.person("root", &["administrator", "manager"]);
    let key = json!({ "name": "portal", "roles": ["credit_analyst"], "all_rights": true, "rights": [] });
    let secret = text(&book.does(&maker, "/v1/api-keys", &key).expect(201)["secret"]);
    let asked = Call::new(&book.app.base, "POST", "/v1/credit/applications")
        .bearer(&secret)
        .json(&book.asked("1000.00"))
        .send()
        .expect(201);
    book.does(&maker, &at(&asked, "approve"), &json!({})).refused(403, "approval.own_request");
    assert_eq!(book.does(&eva, &at(&asked, "approve"), &json!({})).expect(200)["state"], "approved");
}

#[test]
fn the_table_does_not_grant_what_its_maker_asks_for() {
    let mut book = Book::new();
    let (ana, max) = (book.person("ana", &["credit_analyst"]), book.person("max", &["manager"]));
    let machine = std::mem::replace(&mut book.app.admin, max.token.clone());
    table(
        &book,
        &json!({ "code": "all", "when": ["", "", "", "", ""],
            "then": { "decision": "approve", "amount": "request.amount", "reasons": ["all"] } }),
    );
    let policy = book.app.get("/v1/rule-sets/approval_policy/standard").expect(200);
    let mut document = policy["document"].clone();
    document["automatic"] = json!({ "bounds": { "amount": { "EUR": "5000" } } });
    book.app.admin = machine;
    let draft = book.app.post("/v1/rule-sets/approval_policy", &json!({ "document": document })).expect(201);
    let path = format!("/v1/rule-sets/approval_policy/standard/versions/{}/activate", draft["version"]);
    book.app.post(&path, &json!({})).expect(200);
    let own = book.applied(&max, "1000.00");
    assert_eq!(
        (&own["state"], &own["proposal"]["decision"]),
        (&json!("proposed"), &json!("approve")),
        "{own}"
    );
    book.does(&max, &at(&own, "withdraw"), &json!({})).expect(200);
    assert_eq!(book.applied(&ana, "1000.00")["state"], "approved");
}

#[test]
fn what_the_table_halves_is_proposed_and_granted_so() {
    let book = Book::new();
    let (ana, eva) = book.analysts();
    table(
        &book,
        &json!({ "code": "half", "when": ["", "", "", "", ""],
            "then": { "decision": "reduce", "amount": "request.amount * 0.5", "reasons": ["half"] } }),
    );
    let application = book.applied(&ana, "1000.00");
    assert_eq!(
        (&application["state"], &application["proposed_amount"]),
        (&json!("proposed"), &json!("500")),
        "{application}"
    );
    let approved = book.does(&eva, &at(&application, "approve"), &json!({})).expect(200);
    assert_eq!(approved["granted_amount"], "500");
    assert_eq!(book.effective("")["total_amount"], "500");
}

/// A table that approves whatever is asked, and a policy that grants up to 5,000 by itself.
fn generous() -> Book {
    let book = Book::new();
    let approve =
        json!({ "decision": "approve", "amount": "request.amount", "valid_months": 6, "reasons": ["all"] });
    let document = json!({ "schema": 1, "code": "standard", "name": { "en": "All", "es": "Todo" }, "hit_policy": "first",
        "inputs": ["request.amount"], "rows": [{ "code": "all", "when": [""], "then": approve }] });
    book.app.post("/v1/rule-sets/limit_table", &json!({ "document": document })).expect(201);
    book.app.post("/v1/rule-sets/limit_table/standard/versions/2/activate", &json!({})).expect(200);
    let mut policy = book.app.get("/v1/rule-sets/approval_policy/standard").expect(200)["document"].clone();
    policy["automatic"] = json!({ "bounds": { "amount": { "EUR": "5000" } } });
    book.app.post("/v1/rule-sets/approval_policy", &json!({ "document": policy })).expect(201);
    book.app.post("/v1/rule-sets/approval_policy/standard/versions/2/activate", &json!({})).expect(200);
    book
}

#[test]
fn who_set_the_rating_or_the_rules_is_not_granted_automatically_by_them() {
    let book = generous();
    let (ana, eva) = book.analysts();
    assert_eq!(book.applied(&ana, "100.00")["state"], "approved");
    let word = json!({ "party_id": party_id(&book.app, "P1"), "class": "A", "reason": "I know them", "until": "2026-06-30" });
    book.does(&ana, "/v1/rating-overrides", &word).expect(201);
    let own = book.applied(&ana, "200.00");
    assert_eq!(own["state"], "proposed", "{own}");
    book.does(&ana, &at(&own, "withdraw"), &json!({})).expect(200);
    assert_eq!(book.applied(&eva, "200.00")["state"], "approved", "she did not set it");
    // A key is as good as who made it.
    let adm = book.person("adm", &["administrator"]);
    let key = json!({ "name": "k", "roles": ["administrator"], "all_rights": true, "rights": [] });
    let key = text(&book.does(&adm, "/v1/api-keys", &key).expect(201)["secret"]);
    let document = book.app.get("/v1/rule-sets/limit_table/standard").expect(200)["document"].clone();
    book.app.post("/v1/rule-sets/limit_table", &json!({ "document": document })).expect(201);
    let path = "/v1/rule-sets/limit_table/standard/versions/3/activate";
    book.app.call("POST", path).bearer(&key).json(&json!({})).send().expect(200);
    let by_own_rules = book.applied(&adm, "300.00");
    assert_eq!(by_own_rules["state"], "proposed", "{by_own_rules}");
}

#[test]
fn who_put_the_scorecard_into_force_is_not_granted_automatically_by_its_scores() {
    let book = generous();
    let (ana, max) = (book.person("ana", &["credit_analyst"]), book.person("max", &["manager"]));
    let document = book.app.get("/v1/rule-sets/scorecard/standard").expect(200)["document"].clone();
    book.app.post("/v1/rule-sets/scorecard", &json!({ "document": document })).expect(201);
    book.does(&max, "/v1/rule-sets/scorecard/standard/versions/2/activate", &json!({})).expect(200);
    let unscored = book.applied(&max, "100.00");
    assert_eq!(unscored["state"], "approved", "nobody is scored by it yet: {unscored}");
    book.app.post("/v1/scores", &json!({ "party_id": party_id(&book.app, "P1") })).expect(201);
    let own = book.applied(&max, "200.00");
    assert_eq!(own["state"], "proposed", "{own}");
    book.does(&max, &at(&own, "withdraw"), &json!({})).expect(200);
    assert_eq!(book.applied(&ana, "200.00")["state"], "approved", "she did not");
    // Nor by what it said before the next one came into force.
    book.app.post("/v1/rule-sets/scorecard", &json!({ "document": document })).expect(201);
    book.app.post("/v1/rule-sets/scorecard/standard/versions/3/activate", &json!({})).expect(200);
    assert_eq!(book.applied(&max, "300.00")["state"], "proposed");
}

#[test]
fn nothing_is_granted_automatically_to_the_insolvent_whatever_the_table_says() {
    let book = generous();
    let ana = book.person("ana", &["credit_analyst"]);
    let granted = book.applied(&ana, "100.00");
    assert_eq!(granted["state"], "approved", "{granted}");
    book.app
        .call("PATCH", &format!("/v1/parties/{}", party_id(&book.app, "P1")))
        .json(&json!({ "insolvent_since": "2026-03-01" }))
        .send()
        .expect(200);
    let left = book.applied(&ana, "200.00");
    assert_eq!(
        (&left["state"], &left["proposal"]["decision"]),
        (&json!("proposed"), &json!("approve")),
        "{left}"
    );
}

#[test]
fn what_another_customer_number_owes_late_is_read_in_the_currency_of_the_application() {
    let book = Book::new();
    let late = ("2025-11-01", "2025-12-01");
    let dollars = ReceivableRow { currency: "USD".to_owned(), ..invoice("F2", "A2", "500.00", late) };
    book.app.push("ERP-E1").accounts(vec![account("A2", "P1")]).receivables(vec![dollars]).finish();
    let when = |cell: &str, decision: &str| json!({ "code": decision, "when": [cell], "then": { "decision": decision, "reasons": ["by_arrears"] } });
    let document = json!({ "schema": 1, "code": "standard", "name": { "en": "Arrears", "es": "Atrasos" },
        "hit_policy": "first", "inputs": ["party.overdue"], "rows": [when("400", "refuse"), when("", "refer")] });
    book.app.post("/v1/rule-sets/limit_table", &json!({ "document": document })).expect(201);
    book.app.post("/v1/rule-sets/limit_table/standard/versions/2/activate", &json!({})).expect(200);
    let ana = book.person("ana", &["credit_analyst"]);
    let apply = || book.does(&ana, "/v1/credit/applications", &book.asked("100.00"));
    assert_eq!(apply().code(), "fx.rate_missing", "what is not known is not nothing");
    let rates = json!({ "source": "ECB",
        "rates": [{ "base": "EUR", "quote": "USD", "quoted_on": "2026-03-03", "rate": "1.25" }] });
    book.app.post("/v1/fx-rates", &rates).expect(201);
    assert_eq!(apply().expect(201)["proposal"]["decision"], "refuse");
}

#[test]
fn a_head_without_customer_number_that_is_insolvent_makes_its_group_so() {
    let book = Book::new();
    let under = PartyRow { parent_external_id: "H".to_owned(), ..party("P1", "Uno") };
    let insolvent = PartyRow { insolvent_since: "2026-03-01".to_owned(), ..party("H", "Holding") };
    book.app.push("ERP-E1").parties(vec![insolvent, under]).finish();
    let ana = book.person("ana", &["credit_analyst"]);
    let mut asked = book.asked("100.00");
    (asked["holder_kind"], asked["holder_id"], asked["limit_type"]) =
        (json!("group"), json!(party_id(&book.app, "H")), json!("group"));
    let application = book.does(&ana, "/v1/credit/applications", &asked).expect(201);
    assert_eq!(application["proposal"]["decided_by"], json!(["insolvent"]), "{application}");
}

/// A group of two, whose second company is insolvent and owes for long.
#[test]
fn a_group_is_judged_by_all_its_companies() {
    let book = Book::new();
    book.app.entity("E2");
    book.app
        .push("ERP-E2")
        .parties(vec![party("P2", "Dos")])
        .accounts(vec![account("A2", "P2")])
        .receivables(vec![invoice("F2", "A2", "50.00", ("2025-11-01", "2025-12-01"))])
        .finish();
    let (head, second) = (party_id(&book.app, "P1"), party_id(&book.app, "P2"));
    let body = json!({ "kind": "parent", "party_id": second, "related_party_id": head });
    book.app.post("/v1/party-relations", &body).expect(201);
    let ana = book.person("ana", &["credit_analyst"]);
    let mut asked = book.asked("100.00");
    (asked["holder_kind"], asked["holder_id"], asked["limit_type"]) =
        (json!("group"), json!(head), json!("group"));
    let before = book.does(&ana, "/v1/credit/applications", &asked).expect(201);
    let rows = |application: &Value| application["proposal"]["decided_by"].clone();
    assert_eq!(rows(&before), json!(["long_overdue"]), "{before}");
    book.does(&ana, &at(&before, "withdraw"), &json!({})).expect(200);
    book.app
        .call("PATCH", &format!("/v1/parties/{second}"))
        .json(&json!({ "insolvent_since": "2026-03-01" }))
        .send()
        .expect(200);
    let after = book.does(&ana, "/v1/credit/applications", &asked).expect(201);
    assert_eq!(rows(&after), json!(["insolvent"]), "{after}");
}

#[test]
fn cases_that_no_row_of_a_table_fits_are_told_when_it_is_checked_and_left_to_a_person() {
    let book = Book::new();
    let refuse = json!({ "decision": "refuse", "reasons": ["no"] });
    let mut document = json!({ "schema": 1, "code": "standard", "name": { "en": "Ours", "es": "La nuestra" },
        "hit_policy": "first", "inputs": ["request.amount"],
        "rows": [{ "code": "small", "when": ["<= 100"], "then": refuse },
            { "code": "large", "when": ["> 5000"], "then": refuse }] });
    let check = |document: &Value| {
        book.app.post("/v1/rule-sets/limit_table/check", &json!({ "document": document })).expect(200)
    };
    let told = check(&document);
    let problem = &told["problems"][0];
    assert_eq!((&told["valid"], &problem["severity"]), (&json!(true), &json!("warning")), "{told}");
    assert_eq!((&problem["code"], &problem["path"]), (&json!("limit_table.gap"), &json!("rows")));
    let message = text(&problem["message"]);
    assert!(message.contains("request.amount") && message.contains("100..5000"), "{message}");
    let draft = book.app.post("/v1/rule-sets/limit_table", &json!({ "document": document })).expect(201);
    let path = format!("/v1/rule-sets/limit_table/standard/versions/{}/activate", draft["version"]);
    book.app.post(&path, &json!({})).expect(200);
    let (ana, _) = book.analysts();
    let between = book.applied(&ana, "2000.00");
    assert_eq!((&between["state"], &between["proposal"]["decision"]), (&json!("proposed"), &json!("refer")));
    assert_eq!(between["proposal"]["reasons"], json!(["no_row"]), "{between}");
    document["otherwise"] = json!({ "decision": "refer", "reasons": ["needs_judgement"] });
    assert_eq!(check(&document)["problems"], json!([]));
}
