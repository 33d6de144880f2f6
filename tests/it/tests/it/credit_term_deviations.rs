//! Deviations through REST: what was approved stays as it was, ends, makes room for another, and is not above the cap of the law
//! unless two people say so.

use serde_json::{Value, json};
use testkit::push::{account, invoice, party};

use crate::credit_limits::{Book, Person};
use crate::credit_limits_once::approver;
use crate::credit_terms::{at, of, off, save_term};
use crate::reads::{account_id, text};
use crate::repeat::{Sample, done_once};

/// A book with who asks and who approves.
struct Two {
    book: Book,
    ana: Person,
    eva: Person,
}

impl Two {
    fn new() -> Self {
        Self::at("2026-03-04T08:00:00Z")
    }

    fn at(now: &str) -> Self {
        let book = Book::new();
        book.app.set_clock(now.parse().expect("an instant"));
        let (ana, eva) = (book.person("ana", &["credit_analyst"]), book.person("eva", &["credit_analyst"]));
        Self { book, ana, eva }
    }

    fn body(&self, term: &str, (from, until): (&str, Option<&str>)) -> Value {
        json!({ "account_id": self.book.account, "payment_term": term, "from": from, "until": until, "reason": "a project" })
    }

    fn requested(&self, term: &str, dates: (&str, Option<&str>)) -> Value {
        self.book.does(&self.ana, "/v1/term-deviations", &self.body(term, dates)).expect(201)
    }

    fn approve(&self, asked: &Value, body: &Value) -> testkit::Reply {
        self.book.does(&self.eva, &at(asked, "approve"), body)
    }

    fn approved(&self, term: &str, dates: (&str, Option<&str>)) -> Value {
        self.approve(&self.requested(term, dates), &json!({})).expect(200)
    }

    fn end(&self, who: &Person, deviation: &Value, body: &Value) -> testkit::Reply {
        self.book.does(who, &at(deviation, "end"), body)
    }

    fn read(&self, deviation: &Value) -> Value {
        self.book.app.get(&format!("/v1/term-deviations/{}", text(&deviation["id"]))).expect(200)
    }

    fn allowed(&self, token: &str, deviation: &Value) -> Value {
        let path = format!("/v1/term-deviations/{}", text(&deviation["id"]));
        self.book.app.call("GET", &path).bearer(token).send().expect(200)["allowed_actions"].clone()
    }

    /// A key that somebody makes who signed in.
    fn key_of(&self, token: &str, body: &Value) -> String {
        let made = self.book.app.call("POST", "/v1/api-keys").bearer(token).json(body).send().expect(201);
        text(&made["secret"])
    }
}

const YEAR: (&str, Option<&str>) = ("2026-01-01", Some("2026-12-31"));

fn key(roles: &[&str], permissions: &Value) -> Value {
    json!({ "name": "k", "roles": roles, "permissions": permissions, "all_rights": true, "rights": [] })
}

#[test]
fn what_was_approved_stays_as_it_was_when_the_catalogue_changes() {
    let two = Two::new();
    let approved = two.approved("net_45", YEAR);
    assert_eq!(approved["term"]["days"], 45, "{approved}");
    // Issued on 15 February, due on 1 April: 45 days.
    assert!(of(&off(&two.book, ""), "F1").is_none());
    save_term(&two.book, "net_45", &json!({ "days": 10 })).expect(200);
    assert!(of(&off(&two.book, ""), "F1").is_none(), "what the catalogue says now was not approved");
    assert_eq!(two.read(&approved)["term"]["days"], 45);
    two.end(&two.eva, &approved, &json!({})).expect(200);
    assert!(of(&off(&two.book, ""), "F1").is_none(), "nor does it count for days that have passed");
    let now = two.approved("net_45", ("2026-03-05", None));
    assert_eq!(now["term"]["days"], 10, "the text at approval counts");
}

#[test]
fn a_deviation_ends_on_the_day_of_its_legal_entity_and_not_before_it() {
    // In Madrid it is the 5th already.
    let two = Two::at("2026-03-04T23:30:00Z");
    let approved = two.approved("net_45", YEAR);
    assert_eq!(two.allowed(&two.eva.token, &approved), json!(["end"]));
    two.end(&two.eva, &approved, &json!({ "until": "2026-03-04" }))
        .refused(422, "term_deviation.end_in_past");
    let shorter = two.end(&two.ana, &approved, &json!({ "until": "2026-06-30" })).expect(200);
    assert_eq!((&shorter["until"], &shorter["ended_by"]), (&json!("2026-06-30"), &json!("ana")), "{shorter}");
    assert_eq!(shorter["decided_by"], "eva", "who approved it stays known");
    two.end(&two.eva, &approved, &json!({ "until": "2026-07-01" }))
        .refused(409, "term_deviation.ended_before");
    let ended = two.end(&two.eva, &approved, &json!({})).expect(200);
    assert_eq!((&ended["until"], &ended["state"]), (&json!("2026-03-05"), &json!("approved")), "{ended}");
    two.end(&two.eva, &approved, &json!({})).refused(409, "term_deviation.ended_before");
    two.end(&two.eva, &approved, &json!({ "until": "2026-03-01" }))
        .refused(409, "term_deviation.ended_before");
    assert_eq!(
        two.book.app.database.sql("SELECT count(*) FROM event WHERE kind = 'term_deviation.ended'"),
        "2"
    );
    // Its days have room again.
    two.approved("net_60", ("2026-03-06", None));
}

#[test]
fn a_deviation_that_is_over_offers_no_end() {
    let two = Two::at("2026-03-06T08:00:00Z");
    let over = two.approved("net_45", ("2026-01-01", Some("2026-03-05")));
    assert_eq!(two.allowed(&two.eva.token, &over), json!([]));
    two.end(&two.eva, &over, &json!({})).refused(409, "term_deviation.ended_before");
}

#[test]
fn a_deviation_that_ends_before_its_first_day_is_withdrawn() {
    let two = Two::new();
    let later = two.approved("net_45", ("2026-03-05", None));
    let ended = two.end(&two.eva, &later, &json!({})).expect(200);
    assert_eq!((&ended["state"], &ended["from"]), (&json!("withdrawn"), &json!("2026-03-05")), "{ended}");
    two.end(&two.eva, &later, &json!({})).refused(409, "term_deviation.not_approved");
    let first_day = two.approved("net_45", ("2026-03-05", None));
    let ended = two.end(&two.eva, &first_day, &json!({ "until": "2026-03-05" })).expect(200);
    assert_eq!((&ended["state"], &ended["until"]), (&json!("approved"), &json!("2026-03-05")), "{ended}");
    let asked = two.requested("net_45", ("2026-05-01", None));
    two.end(&two.eva, &asked, &json!({})).refused(409, "term_deviation.not_approved");
}

#[test]
fn whoever_may_not_approve_ends_only_what_they_asked_for() {
    let two = Two::new();
    let administrator = two.book.person("adm", &["administrator"]);
    let narrow = key(&["credit_analyst"], &json!(["limit.apply", "credit.read"]));
    let (own, other) = (two.key_of(&administrator.token, &narrow), two.key_of(&administrator.token, &narrow));
    let call =
        |key: &str, path: &str, body: &Value| two.book.app.call("POST", path).bearer(key).json(body).send();
    let asked = call(&own, "/v1/term-deviations", &two.body("net_45", YEAR)).expect(201);
    two.approve(&asked, &json!({})).expect(200);
    assert_eq!(
        (two.allowed(&own, &asked), two.allowed(&other, &asked)),
        (json!(["end"]), json!([])),
        "what is offered is what may be done"
    );
    call(&other, &at(&asked, "end"), &json!({})).refused(403, "limit_application.not_yours");
    assert_eq!(call(&own, &at(&asked, "end"), &json!({})).expect(200)["until"], "2026-03-04");
}

#[test]
fn other_terms_take_the_place_of_those_they_overlap_when_that_is_wanted() {
    let two = Two::new();
    let first = two.approved("net_45", YEAR);
    let second = two.requested("net_60", ("2026-04-01", Some("2026-06-30")));
    two.approve(&second, &json!({})).refused(409, "term_deviation.overlaps");
    assert_eq!(two.read(&first)["until"], "2026-12-31", "a refusal ends nothing");
    let approved = two.approve(&second, &json!({ "replace": true })).expect(200);
    let replaced = json!([{ "id": first["id"], "payment_term": "net_45", "state": "approved", "from": "2026-01-01",
        "until": "2026-03-31" }]);
    assert_eq!(approved["replaced"], replaced, "{approved}");
    let now = two.read(&first);
    assert_eq!((&now["until"], &now["ended_by"]), (&json!("2026-03-31"), &json!("eva")), "{now}");
    let third = two.requested("net_30", ("2026-02-01", None));
    let approved = two.approve(&third, &json!({ "replace": true })).expect(200);
    let became = |no: usize| (&approved["replaced"][no]["id"], &approved["replaced"][no]["state"]);
    assert_eq!(became(0), (&first["id"], &json!("approved")), "{approved}");
    assert_eq!(became(1), (&second["id"], &json!("withdrawn")), "it would begin later: {approved}");
    assert_eq!(two.read(&first)["until"], "2026-01-31");
    let events = "SELECT string_agg(kind, ' ' ORDER BY id) FROM event WHERE kind LIKE 'term_deviation.%' \
        AND kind <> 'term_deviation.requested'";
    assert_eq!(
        two.book.app.database.sql(events),
        "term_deviation.approved term_deviation.ended term_deviation.approved term_deviation.ended \
         term_deviation.withdrawn term_deviation.approved"
    );
    // What overlaps nothing replaces nothing.
    let fourth = two.requested("net_45", ("2026-01-01", Some("2026-01-01")));
    two.end(&two.eva, &third, &json!({})).expect(200);
    let before = two.requested("net_45", ("2025-12-01", Some("2025-12-31")));
    assert_eq!(two.approve(&before, &json!({ "replace": true })).expect(200)["replaced"], json!([]));
    two.approve(&fourth, &json!({})).refused(409, "term_deviation.overlaps");
}

#[test]
fn of_two_deviations_approved_at_the_same_moment_for_the_same_days_one_is_refused() {
    let two = Two::new();
    let asked = ["net_45", "net_60"].map(|term| two.requested(term, YEAR));
    let answers = std::thread::scope(|scope| {
        // Both have looked, or wait to look, before either may write.
        let held = "BEGIN; LOCK TABLE event IN EXCLUSIVE MODE; SELECT pg_sleep(2); COMMIT";
        scope.spawn(|| two.book.app.database.sql(held));
        testkit::wait::until("nobody may write", || {
            let locks = "SELECT count(*) FROM pg_locks WHERE relation = 'event'::regclass \
                AND mode = 'ExclusiveLock' AND granted";
            two.book.app.database.sql(locks) == "1"
        });
        let both = asked.each_ref().map(|one| scope.spawn(|| two.approve(one, &json!({}))));
        both.map(|thread| thread.join().expect("an answer"))
    });
    let [approved, refused] = if answers[0].status == 200 {
        answers
    } else {
        let [a, b] = answers;
        [b, a]
    };
    assert_eq!(approved.expect(200)["state"], "approved");
    refused.refused(409, "term_deviation.overlaps");
}

#[test]
fn terms_above_the_cap_are_wanted_by_two_people_who_know() {
    let two = Two::new();
    save_term(&two.book, "net_75", &json!({ "code": "net_75", "days": 75 })).expect(200);
    let ask = |body: &Value| two.book.does(&two.ana, "/v1/term-deviations", body);
    let refused = ask(&two.body("net_75", YEAR));
    refused.refused(422, "term_deviation.above_cap");
    let said = refused.text();
    let named = ["es_ley_3_2004_art_4_3", "75 calendar days", "allows 60", "acknowledged_above_cap"];
    assert!(named.iter().all(|part| said.contains(part)), "{said}");
    let mut knowing = two.body("net_75", YEAR);
    knowing["acknowledged_above_cap"] = json!(true);
    let asked = ask(&knowing).expect(201);
    assert_eq!(
        (&asked["acknowledged_above_cap"], &asked["approved_above_cap"]),
        (&json!(true), &json!(false))
    );
    two.approve(&asked, &json!({ "note": "fine" })).refused(422, "term_deviation.above_cap");
    let approved = two.approve(&asked, &json!({ "acknowledged_above_cap": true })).expect(200);
    assert_eq!(approved["approved_above_cap"], true, "{approved}");
    let listed = two.book.app.get("/v1/term-deviations?state=approved").expect(200)["items"][0].clone();
    assert_eq!(
        (&listed["acknowledged_above_cap"], &listed["approved_above_cap"]),
        (&json!(true), &json!(true)),
        "{listed}"
    );
    // Nothing is to be known of terms within it.
    let mut within = two.body("net_45", ("2027-01-01", None));
    within["acknowledged_above_cap"] = json!(true);
    let asked = ask(&within).expect(201);
    assert_eq!(asked["acknowledged_above_cap"], false, "{asked}");
    // The catalogue was changed since they were asked for: who approves is told.
    save_term(
        &two.book,
        "net_45",
        &json!({ "instalments": [{ "days": 0, "percent": "50" }, { "days": 30, "percent": "50" }] }),
    )
    .expect(200);
    two.approve(&asked, &json!({})).refused(422, "term_deviation.above_cap");
}

#[test]
fn the_cap_of_a_deviation_is_that_of_its_customer() {
    let two = Two::new();
    let of_kind = |id: &str, kind: &str| proto::v1::PartyRow { kind: kind.to_owned(), ..party(id, id) };
    two.book
        .app
        .push("ERP-E1")
        .parties(vec![of_kind("P2", "public_body"), of_kind("P3", "person")])
        .accounts(vec![account("A2", "P2"), account("A3", "P3")])
        .receivables(vec![invoice("F2", "A2", "10.00", ("2026-02-15", "2026-03-20"))])
        .finish();
    testkit::wait::until("they are members of risks", || {
        two.book.app.database.sql("SELECT count(*) FROM risk_member") == "3"
    });
    save_term(&two.book, "net_75", &json!({ "code": "net_75", "days": 75 })).expect(200);
    let ask = |account: &str, term: &str| {
        let mut body = two.body(term, YEAR);
        body["account_id"] = json!(account_id(&two.book.app, account));
        two.book.does(&two.ana, "/v1/term-deviations", &body)
    };
    let refused = ask("A2", "net_45");
    refused.refused(422, "term_deviation.above_cap");
    assert!(refused.text().contains("es_ley_9_2017_art_198_4 allows 30"), "{}", refused.text());
    ask("A2", "net_30").expect(201);
    ask("A3", "net_75").expect(201);
}

#[test]
fn whoever_made_the_key_that_asked_does_not_approve() {
    let two = Two::new();
    let administrator = two.book.person("adm", &["administrator"]);
    let direct = two.key_of(&administrator.token, &key(&["credit_analyst"], &Value::Null));
    let maker = two.key_of(&administrator.token, &key(&["administrator"], &Value::Null));
    let through = two.key_of(&maker, &key(&["credit_analyst"], &Value::Null));
    for (secret, year) in [(direct, 2026), (through, 2027)] {
        let (from, until) = (format!("{year}-01-01"), format!("{year}-12-31"));
        let body = two.body("net_45", (&from, Some(&until)));
        let asked =
            two.book.app.call("POST", "/v1/term-deviations").bearer(&secret).json(&body).send().expect(201);
        assert_eq!(asked["key_made_by"], json!(administrator.id), "{asked}");
        assert_eq!(two.allowed(&administrator.token, &asked), json!(["withdraw"]));
        for action in ["approve", "refuse"] {
            two.book
                .does(&administrator, &at(&asked, action), &json!({}))
                .refused(403, "approval.own_request");
        }
        two.approve(&asked, &json!({})).expect(200);
    }
    let again = two.key_of(&administrator.token, &key(&["credit_analyst"], &Value::Null));
    let body = two.body("net_45", ("2030-01-01", None));
    let asked =
        two.book.app.call("POST", "/v1/term-deviations").bearer(&again).json(&body).send().expect(201);
    let withdrawn = two.book.does(&administrator, &at(&asked, "withdraw"), &json!({})).expect(200);
    assert_eq!(withdrawn["state"], "withdrawn", "they count as who asked");
}

#[test]
fn a_machine_approves_nothing() {
    let two = Two::new();
    let asked = two.requested("net_45", YEAR);
    for action in ["approve", "refuse"] {
        two.book.app.post(&at(&asked, action), &json!({})).refused(403, "approval.by_machine");
    }
    // The key of the first start was made by nobody.
    let own = two.book.app.post("/v1/term-deviations", &two.body("net_60", YEAR)).expect(201);
    assert_eq!(own["key_made_by"], Value::Null, "{own}");
    two.book.app.post(&at(&own, "approve"), &json!({})).refused(403, "approval.own_request");
    two.approve(&own, &json!({})).expect(200);
}

#[test]
fn a_deviation_is_ended_once() {
    let (book, ana) = approver();
    let body = json!({ "account_id": book.account, "payment_term": "net_45", "from": "2026-01-01", "reason": "a project" });
    let asked = book.does(&ana, "/v1/term-deviations", &body).expect(201);
    book.app.post(&at(&asked, "approve"), &json!({})).expect(200);
    let sample = Sample {
        path: at(&asked, "end"),
        body: json!({ "until": "2026-06-30" }),
        other: json!({ "until": "2026-05-31" }),
    };
    done_once(&book.app, "end_term_deviation", &sample, "SELECT upper(valid) FROM term_deviation");
}
