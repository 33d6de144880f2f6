//! Releasing what a check held: four eyes, of people, with a reason, for a time.

use proto::v1::PartyRow;
use serde_json::{Value, json};
use testkit::push::party;
use testkit::{Reply, TestApp};

use crate::credit_checks::{asked, book, check, pair, policy, said};
use crate::credit_limits::PASSWORD;
use crate::reads::text;
use crate::repeat::{Sample, done_once};

/// A book where nobody has a limit, so that everything is held, and the ways in.
pub(crate) struct Held {
    pub(crate) app: TestApp,
    pub(crate) erp: String,
}

impl Held {
    pub(crate) fn new() -> Self {
        let app = book();
        let erp = app.key(&["integration"], None);
        Self { app, erp }
    }

    /// Somebody of this role who signed in.
    pub(crate) fn person(&self, login: &str, role: &str) -> String {
        let body = json!({ "login": login, "name": login, "language": "es", "roles": [role], "all_rights": true,
            "rights": [], "password": PASSWORD });
        self.app.post("/v1/users", &body).expect(201);
        let body = json!({ "login": login, "password": PASSWORD });
        let tokens = self.app.call("POST", "/v1/sign-in").anonymous().json(&body).send().expect(200);
        text(&tokens["access_token"])
    }

    /// A key that the bearer of a token, or another key, makes.
    fn key_of(&self, bearer: &str, role: &str) -> String {
        let body = json!({ "name": "k", "roles": [role], "all_rights": true, "rights": [] });
        let made = self.app.call("POST", "/v1/api-keys").bearer(bearer).json(&body).send().expect(201);
        text(&made["secret"])
    }

    pub(crate) fn ask(&self, bearer: &str, body: &Value) -> Value {
        self.app.call("POST", "/v1/credit/checks").bearer(bearer).json(body).send().expect(201)
    }

    pub(crate) fn release(&self, bearer: &str, answer: &Value, body: &Value) -> Reply {
        self.app.call("POST", &at(answer)).bearer(bearer).json(body).send()
    }
}

fn at(answer: &Value) -> String {
    format!("/v1/credit/checks/{}/release", text(&answer["id"]))
}

pub(crate) fn why() -> Value {
    json!({ "reason": "agreed by phone" })
}

#[test]
fn what_is_held_is_released_by_another_person_who_says_why() {
    let held = Held::new();
    let eva = held.person("eva", "manager");
    let answer = held.ask(&held.erp, &asked("10.00", "PO-1"));
    assert_eq!(said(&answer), pair("hold", "limit.none"));
    assert_eq!(held.release(&eva, &answer, &json!({})).code(), "credit.reason_required");
    let body = json!({ "hours": 5, "reason": "Paid by phone" });
    let released = held.release(&eva, &answer, &body).expect(201);
    assert_eq!((&released["reference"], &released["reason"]), (&json!("PO-1"), &json!("Paid by phone")));
    assert_eq!(released["released_by"], "eva");
    assert_eq!(said(&held.ask(&held.erp, &asked("10.00", "PO-1"))), pair("allow", "release"));
    let shown = held.app.get(&format!("/v1/credit/checks/{}", text(&answer["id"]))).expect(200);
    assert_eq!((&shown["released"], &shown["release_reason"]), (&json!(true), &json!("Paid by phone")));
    held.app.set_clock("2026-03-04T20:00:00Z".parse().expect("an instant"));
    let late = held.ask(&held.erp, &asked("10.00", "PO-1"));
    assert_eq!(said(&late), pair("hold", "limit.none"), "a release lasts as long as it was given for");
}

#[test]
fn nobody_releases_what_they_asked_for_themselves_or_by_a_key_of_theirs() {
    let held = Held::new();
    let (adm, eva) = (held.person("adm", "administrator"), held.person("eva", "manager"));
    let own = held.ask(&adm, &asked("10.00", "PO-1"));
    held.release(&adm, &own, &why()).refused(403, "credit.release_own_check");
    let direct = held.key_of(&adm, "integration");
    let maker = held.key_of(&adm, "administrator");
    let through = held.key_of(&maker, "integration");
    // Nor does a key of theirs take their place.
    held.release(&maker, &own, &why()).refused(403, "credit.release_by_machine");
    for (key, reference) in [(direct, "PO-2"), (through, "PO-3")] {
        let answer = held.ask(&key, &asked("10.00", reference));
        held.release(&adm, &answer, &why()).refused(403, "credit.release_own_check");
        held.release(&eva, &answer, &why()).expect(201);
    }
    held.release(&eva, &own, &why()).expect(201);
    assert_eq!(held.app.database.sql("SELECT DISTINCT released_by FROM credit_release"), "eva");
}

#[test]
fn a_machine_releases_nothing() {
    let held = Held::new();
    let answer = held.ask(&held.erp, &asked("10.00", "PO-1"));
    let key = held.app.key(&["manager"], None);
    held.release(&key, &answer, &why()).refused(403, "credit.release_by_machine");
    held.app.post(&at(&answer), &why()).refused(403, "credit.release_by_machine");
    // The key of the first start was made by nobody.
    let own = check(&held.app, &asked("10.00", "PO-2"));
    held.app.post(&at(&own), &why()).refused(403, "credit.release_own_check");
    assert_eq!(held.app.database.sql("SELECT count(*) FROM credit_release"), "0");
}

#[test]
fn what_cannot_be_released_says_why_not() {
    let held = Held::new();
    let eva = held.person("eva", "manager");
    let code = |answer: &Value, field: &str, value: Value| {
        let mut body = why();
        body[field] = value;
        held.release(&eva, answer, &body).code()
    };
    let nameless = held.ask(&held.erp, &asked("10.00", ""));
    assert_eq!(held.release(&eva, &nameless, &why()).code(), "credit.check_without_reference");
    let answer = held.ask(&held.erp, &asked("10.00", "PO-2"));
    assert_eq!(code(&answer, "amount", json!("11.00")), "credit.release_amount_invalid");
    assert_eq!(code(&answer, "hours", json!(0)), "credit.reservation_time_invalid");
    held.release(&eva, &answer, &why()).expect(201);
    assert_eq!(held.release(&eva, &answer, &why()).code(), "credit.released_before");
    policy(&held.app, &json!({ "on_no_limit": "refuse" }));
    let refused = held.ask(&held.erp, &asked("10.00", "PO-3"));
    assert_eq!(held.release(&eva, &refused, &why()).code(), "credit.check_not_held");
    let collector = held.person("col", "collector");
    held.release(&collector, &refused, &why()).refused(403, "auth.forbidden");
}

#[test]
fn a_check_is_released_once() {
    let mut held = Held::new();
    let answer = held.ask(&held.erp, &asked("10.00", "PO-1"));
    held.app.admin = held.person("eva", "manager");
    let sample = Sample {
        path: at(&answer),
        body: json!({ "hours": 5, "reason": "x" }),
        other: json!({ "hours": 6, "reason": "x" }),
    };
    done_once(&held.app, "release_credit_check", &sample, "SELECT count(*) FROM credit_release");
}

#[test]
fn nobody_releases_what_is_refused_meanwhile() {
    let held = Held::new();
    let eva = held.person("eva", "manager");
    let ask = |body: &Value| held.ask(&held.erp, body);
    let release = |answer: &Value| held.release(&eva, answer, &why()).expect(201);
    release(&ask(&asked("10.00", "PO-1")));
    assert_eq!(said(&ask(&asked("10.00", "PO-1"))), pair("allow", "release"));
    let insolvent = PartyRow { insolvent_since: "2026-03-01".to_owned(), ..party("P1", "Uno") };
    held.app.push("ERP-E1").parties(vec![insolvent]).finish();
    assert_eq!(said(&ask(&asked("10.00", "PO-1"))), pair("refuse", "party_insolvent"));
    // What was held for want of a rate is released like anything else.
    held.app.push("ERP-E1").parties(vec![party("P1", "Uno")]).finish();
    let mut dollars = asked("10.00", "PO-2");
    dollars["currency"] = json!("USD");
    let unrated = ask(&dollars);
    assert_eq!(said(&unrated), pair("hold", "limit.rate_missing"));
    release(&unrated);
    assert_eq!(said(&ask(&dollars)), pair("allow", "release"));
}

#[test]
fn of_releases_in_several_currencies_the_one_that_is_worth_more_counts() {
    let held = Held::new();
    let eva = held.person("eva", "manager");
    let rates = json!([{ "base": "EUR", "quote": "USD", "quoted_on": "2026-03-03", "rate": "10" }]);
    held.app.post("/v1/fx-rates", &json!({ "source": "ECB", "rates": rates })).expect(201);
    let mut dollars = asked("900.00", "PO-1");
    dollars["currency"] = json!("USD");
    for body in [&dollars, &asked("100.00", "PO-1")] {
        let answer = held.ask(&held.erp, body);
        assert_eq!(said(&answer).0, "hold");
        held.release(&eva, &answer, &why()).expect(201);
    }
    assert_eq!(said(&held.ask(&held.erp, &asked("100.00", "PO-1"))), pair("allow", "release"));
    assert_eq!(said(&held.ask(&held.erp, &asked("100.01", "PO-1"))).0, "hold");
}
