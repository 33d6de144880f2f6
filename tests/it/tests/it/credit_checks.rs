//! The credit check through both doors: what it answers and why, what it holds, and what it says when nothing can be looked at.

use proto::v1::{
    CheckOutcome, CheckRequest, CheckResponse, Checkpoint, EntryRow, OnFailure, PartyRow, ReceivableRow,
};
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, code, invoice, order, party, payment};

use crate::reads::text;
use crate::repeat::{Sample, done_once};

/// A customer of whom nothing is known but an invoice that is not due.
pub(crate) fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    app.push("ERP-E1")
        .parties(vec![party("P1", "Uno")])
        .accounts(vec![account("A1", "P1")])
        .receivables(vec![invoice("F1", "A1", "40.00", ("2026-02-15", "2026-04-01"))])
        .finish();
    app
}

/// Puts the standard policy into force with these changes.
pub(crate) fn policy(app: &TestApp, changes: &Value) {
    let in_force = app.get("/v1/rule-sets/credit_policy/standard").expect(200);
    let mut document = in_force["document"].clone();
    for (field, value) in changes.as_object().expect("fields") {
        document[field] = value.clone();
    }
    let draft = app.post("/v1/rule-sets/credit_policy", &json!({ "document": document })).expect(201);
    assert_eq!(draft["check"]["valid"], true, "{draft}");
    let path = format!("/v1/rule-sets/credit_policy/standard/versions/{}/activate", draft["version"]);
    app.post(&path, &json!({})).expect(200);
}

pub(crate) fn asked(amount: &str, reference: &str) -> Value {
    json!({ "source": "ERP-E1", "account_external_id": "A1", "amount": amount, "currency": "EUR", "checkpoint": "order",
        "reference": reference })
}

pub(crate) fn reserving(amount: &str, reference: &str) -> Value {
    let mut body = asked(amount, reference);
    body["reserve"] = json!(true);
    body
}

pub(crate) fn check(app: &TestApp, body: &Value) -> Value {
    app.post("/v1/credit/checks", body).expect(201)
}

/// Outcome and main reason.
pub(crate) fn said(answer: &Value) -> (String, String) {
    (text(&answer["outcome"]), text(&answer["reasons"][0]["code"]))
}

pub(crate) fn pair(outcome: &str, reason: &str) -> (String, String) {
    (outcome.to_owned(), reason.to_owned())
}

#[test]
fn who_has_no_limit_and_who_is_unknown_is_answered_as_the_policy_says() {
    let app = book();
    let held = check(&app, &asked("10.00", ""));
    assert_eq!(said(&held), pair("hold", "limit.none"));
    // It owes 40, and would owe 50.
    assert_eq!(held["unlocks"], json!([{ "change": "raise_limit", "amount": "50" }]));
    let mut stranger = asked("10.00", "");
    stranger["account_external_id"] = json!("A9");
    assert_eq!(said(&check(&app, &stranger)), pair("refuse", "account.unknown"));
    policy(&app, &json!({ "on_no_limit": "allow", "on_unknown_account": "hold" }));
    assert_eq!(said(&check(&app, &asked("10.00", ""))), pair("allow", "limit.none"));
    assert_eq!(said(&check(&app, &stranger)), pair("hold", "account.unknown"));
}

#[test]
fn an_account_outside_the_callers_rights_is_one_that_nobody_knows() {
    let app = book();
    let other = app.entity("E2");
    let key = app.key(&["integration"], Some(&[("legal_entity", &other)]));
    let call = app.call("POST", "/v1/credit/checks").bearer(&key).header("Idempotency-Key", "k1");
    let answer = call.json(&asked("10.00", "")).send().expect(201);
    assert_eq!((said(&answer), &answer["account_id"]), (pair("refuse", "account.unknown"), &Value::Null));
}

#[test]
fn what_is_overdue_holds_the_order_and_payment_unlocks_it() {
    let app = book();
    policy(&app, &json!({ "on_no_limit": "allow" }));
    app.push("ERP-E1").receivables(vec![invoice("F2", "A1", "25.00", ("2025-12-15", "2026-01-15"))]).finish();
    let answer = check(&app, &asked("10.00", "PO-1"));
    assert_eq!(said(&answer), pair("hold", "overdue_long"));
    assert_eq!(answer["unlocks"], json!([{ "change": "pay_overdue", "amount": "25" }]));
    let mut quote = asked("10.00", "PO-1");
    quote["checkpoint"] = json!("quote");
    assert_eq!(said(&check(&app, &quote)).0, "allow", "the rule speaks of orders, not of quotations");
}

#[test]
fn a_payment_that_came_back_long_ago_holds_the_order() {
    let app = book();
    policy(&app, &json!({ "on_no_limit": "allow" }));
    let due = ("2025-12-01", "2026-01-02");
    let back = EntryRow { kind: "return".to_owned(), ..payment("R1", "A1", "F2", ("25.00", "2026-01-07")) };
    app.push("ERP-E1")
        .receivables(vec![invoice("F2", "A1", "25.00", due)])
        .entries(vec![payment("Z1", "A1", "F2", ("25.00", "2026-01-02")), back])
        .finish();
    assert_eq!(said(&check(&app, &asked("10.00", ""))), pair("hold", "overdue_long"));
    let disputed = ReceivableRow { disputed: true, ..invoice("F2", "A1", "25.00", due) };
    app.push("ERP-E1").receivables(vec![disputed]).finish();
    assert_ne!(said(&check(&app, &asked("10.00", ""))).1, "overdue_long", "a dispute is no delay");
}

#[test]
fn nobody_sells_to_the_insolvent_and_doubtful_and_everybody_to_our_own() {
    let app = book();
    let state = |change: fn(&mut PartyRow)| {
        let mut row = party("P1", "Uno");
        change(&mut row);
        app.push("ERP-E1").parties(vec![row]).finish();
        said(&check(&app, &asked("10.00", "")))
    };
    assert_eq!(state(|p| p.insolvent_since = "2026-03-01".to_owned()), pair("refuse", "party_insolvent"));
    assert_eq!(state(|p| p.intercompany = true), pair("allow", "party_intercompany"));
    assert_eq!(state(|_| {}), pair("hold", "limit.none"));
    let id = crate::credit_exposure::party_id(&app, "P1");
    app.call("PATCH", &format!("/v1/parties/{id}")).json(&json!({ "doubtful": true })).send().expect(200);
    assert_eq!(said(&check(&app, &asked("10.00", ""))), pair("refuse", "party_doubtful"));
}

/// Orders, reservations included, up to 100 per account; no other limit.
pub(crate) fn part_limited() -> TestApp {
    let app = book();
    policy(&app, &json!({ "on_no_limit": "allow", "sub_limits": { "reserved": { "EUR": "100.00" } } }));
    app
}

#[test]
fn a_part_with_a_limit_of_its_own_binds_and_says_how_much_is_left() {
    let app = part_limited();
    assert_eq!(said(&check(&app, &reserving("60.00", "PO-1"))).0, "allow");
    let answer = check(&app, &reserving("50.00", "PO-2"));
    assert_eq!(said(&answer), pair("hold", "limit.exceeded"));
    let binding = &answer["binding"];
    assert_eq!((&binding["part"], &binding["headroom"]), (&json!("reserved"), &json!("40")));
    assert_eq!(answer["unlocks"][0], json!({ "change": "lower_amount", "amount": "40" }));
    assert_eq!(answer["reservation"], Value::Null);
}

#[test]
fn headroom_is_held_until_the_order_comes_or_the_time_is_over() {
    let app = part_limited();
    let held = |app: &TestApp| {
        app.get("/v1/credit/reservations?state=active").expect(200)["items"].as_array().map(Vec::len)
    };
    let first = check(&app, &reserving("60.00", "PO-1"));
    // The order takes the place of its reservation.
    let mut pushed = order("O1", "A1", ("60.00", "60.00"));
    pushed.order_no = "PO-1".to_owned();
    pushed.reservation_id = text(&first["reservation"]["id"]);
    app.push("ERP-E1").orders(vec![pushed.clone()]).finish();
    assert_eq!(held(&app), Some(0));
    assert_eq!(said(&check(&app, &reserving("100.00", "PO-2"))).0, "allow");
    // Pushed again with a delivery it has nothing to say about the reservation.
    pushed.open_amount = "10.00".to_owned();
    let again = app.push("ERP-E1").orders(vec![pushed]);
    assert_eq!(again.issues(), Vec::<String>::new());
    again.finish();
    // Past its time nothing is held, whenever the background work comes round.
    let mut short = reserving("90.00", "PO-3");
    short["reservation_hours"] = json!(1);
    app.set_clock("2026-03-08T08:00:00Z".parse().expect("an instant"));
    assert_eq!(said(&check(&app, &short)).0, "allow", "the reservation of PO-2 lasted three days");
    assert_eq!(held(&app), Some(1));
    let ctx = app::access::authenticate::system_ctx("credit", app.now());
    app::credit::release::expire_reservations(&app.wired.api.app, &ctx).expect("ended");
    assert_eq!(app.database.sql("SELECT count(*) FROM credit_reservation WHERE state = 'expired'"), "1");
    assert!(app.wired.store.verify().expect("verified").holds());
}

#[test]
fn the_same_order_asked_again_holds_nothing_twice() {
    let app = part_limited();
    for amount in ["60.00", "80.00", "100.00"] {
        assert_eq!(said(&check(&app, &reserving(amount, "PO-1"))).0, "allow", "{amount}");
    }
    assert_eq!(said(&check(&app, &reserving("101.00", "PO-1"))).0, "hold");
    let active = app.get("/v1/credit/reservations?state=active").expect(200);
    assert_eq!(active["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(active["items"][0]["amount"], "100");
}

#[test]
fn two_checks_at_once_never_take_the_same_headroom() {
    let app = part_limited();
    let answers = std::thread::scope(|scope| {
        let ask = |n: usize| check(&app, &reserving("30.00", &format!("PO-{n}")));
        let asked = (0..8).map(|n| scope.spawn(move || ask(n))).collect::<Vec<_>>();
        asked.into_iter().map(|thread| thread.join().expect("an answer")).collect::<Vec<_>>()
    });
    let allowed = answers.iter().filter(|a| a["outcome"] == "allow").count();
    assert_eq!(allowed, 3, "three times 30 fit into 100: {answers:?}");
    assert_eq!(
        app.database.sql("SELECT sum(amount)::int FROM credit_reservation WHERE state = 'active'"),
        "90"
    );
}

#[test]
fn a_reservation_is_released_once() {
    let app = part_limited();
    let held = check(&app, &reserving("60.00", "PO-1"));
    let path = format!("/v1/credit/reservations/{}/release", text(&held["reservation"]["id"]));
    done_once(
        &app,
        "release_credit_reservation",
        &Sample::bare(path.clone()),
        "SELECT state FROM credit_reservation",
    );
    assert_eq!(app.post(&path, &json!({})).code(), "credit.reservation_ended");
    let short = check(&app, &reserving("60.00", "PO-2"));
    app.set_clock("2026-04-04T08:00:00Z".parse().expect("an instant"));
    let late = format!("/v1/credit/reservations/{}/release", text(&short["reservation"]["id"]));
    assert_eq!(app.post(&late, &json!({})).code(), "credit.reservation_ended");
    assert!(app.wired.store.verify().expect("verified").holds());
}

#[test]
fn a_missing_rate_is_answered_as_the_policy_says_and_never_guessed() {
    let app = book();
    let mut dollars = asked("10.00", "");
    dollars["currency"] = json!("USD");
    assert_eq!(said(&check(&app, &dollars)), pair("hold", "limit.rate_missing"));
    let rates = json!({ "source": "ECB", "rates": [{ "base": "EUR", "quote": "USD", "quoted_on": "2026-03-03", "rate": "1.25" }] });
    app.post("/v1/fx-rates", &rates).expect(201);
    assert_eq!(said(&check(&app, &dollars)), pair("hold", "limit.none"));
}

#[test]
fn wrong_requests_are_refused_with_what_is_wrong() {
    let app = book();
    let wrong = |field: &str, value: Value| {
        let mut body = asked("10.00", "PO-1");
        body[field] = value;
        app.post("/v1/credit/checks", &body).code()
    };
    assert_eq!(wrong("amount", json!("0")), "credit.amount_not_positive");
    assert_eq!(wrong("amount", json!("1.005")), "amount.exponent");
    assert_eq!(wrong("currency", json!("XXX")), "currency.unknown");
    assert_eq!(wrong("checkpoint", json!("later")), "value.unknown");
    assert_eq!(wrong("source", json!("")), "credit.account_not_named");
    assert_eq!(wrong("reservation_hours", json!(0)), "credit.reservation_time_invalid");
    let sub_limit = json!({ "orders": { "EUR": "-1.00" } });
    let in_force = app.get("/v1/rule-sets/credit_policy/standard").expect(200);
    let mut document = in_force["document"].clone();
    document["sub_limits"] = sub_limit;
    let checked = app.post("/v1/rule-sets/credit_policy/check", &json!({ "document": document })).expect(200);
    assert_eq!(checked["problems"][0]["code"], "credit_policy.sub_limit_negative");
}

pub(crate) fn by_grpc(
    app: &TestApp,
    change: impl FnOnce(&mut CheckRequest),
) -> Result<CheckResponse, tonic::Status> {
    let mut asked = CheckRequest {
        source: "ERP-E1".to_owned(),
        account_external_id: "A1".to_owned(),
        amount: "10.00".to_owned(),
        currency: "EUR".to_owned(),
        checkpoint: Checkpoint::Ship.into(),
        ..CheckRequest::default()
    };
    change(&mut asked);
    app.grpc().check(asked)
}

#[test]
fn machines_ask_over_grpc_and_get_the_same_answer() {
    let app = part_limited();
    let answer = by_grpc(&app, |c| (c.reserve, c.reference) = (true, "PO-1".to_owned())).expect("an answer");
    assert_eq!(answer.outcome(), CheckOutcome::Allow);
    let held = app.get(&format!("/v1/credit/reservations/{}", answer.reservation_id)).expect(200);
    assert_eq!((&held["amount"], &held["reference"]), (&json!("10"), &json!("PO-1")));
    app.grpc().release_reservation(&answer.reservation_id).expect("given back");
    let again = app.grpc().release_reservation(&answer.reservation_id).expect_err("gone");
    assert_eq!(code(&again), "credit.reservation_ended");
    let refused = by_grpc(&app, |c| c.checkpoint = 99).expect_err("no such checkpoint");
    assert_eq!(code(&refused), "value.unknown");
    let never = by_grpc(&app, |c| c.reservation_hours = -1).expect_err("no time at all");
    assert_eq!(code(&never), "credit.reservation_time_invalid");
    let stranger = by_grpc(&app, |c| c.account_external_id = "A9".to_owned()).expect("an answer");
    assert_eq!(
        (stranger.outcome(), stranger.reasons[0].code.as_str()),
        (CheckOutcome::Refuse, "account.unknown")
    );
}

#[test]
fn a_machine_that_did_not_hear_the_answer_asks_again_with_its_key() {
    let app = part_limited();
    let (grpc, asked) = (
        app.grpc(),
        CheckRequest {
            source: "ERP-E1".to_owned(),
            account_external_id: "A1".to_owned(),
            amount: "60.00".to_owned(),
            currency: "EUR".to_owned(),
            checkpoint: Checkpoint::Order.into(),
            reserve: true,
            ..CheckRequest::default()
        },
    );
    let once = grpc.check_once("k1", asked.clone()).expect("an answer");
    assert_eq!(grpc.check_once("k1", asked.clone()).expect("an answer"), once);
    assert_eq!(app.database.sql("SELECT count(*) FROM credit_reservation"), "1");
    let other = CheckRequest { amount: "61.00".to_owned(), ..asked.clone() };
    assert_eq!(code(&grpc.check_once("k1", other).expect_err("another request")), "idempotency.key_reused");
    let long = "k".repeat(201);
    assert_eq!(code(&grpc.check_once(&long, asked).expect_err("too long")), "request.metadata_invalid");
}

#[test]
fn while_the_database_is_away_the_answer_is_the_one_that_was_chosen_and_it_is_recorded_afterwards() {
    let app = book();
    by_grpc(&app, |_| {}).expect("a caller that is known");
    // Nobody gets at the database any more.
    app.database.cut();
    let open = by_grpc(&app, |c| c.on_failure = OnFailure::Open.into()).expect("an answer");
    assert_eq!(
        (open.outcome(), open.reasons[0].code.as_str(), open.degraded),
        (CheckOutcome::Allow, "unavailable.allow", true)
    );
    let closed = by_grpc(&app, |_| {}).expect("an answer");
    assert_eq!((closed.outcome(), closed.reasons[0].code.as_str()), (CheckOutcome::Hold, "unavailable.hold"));
    app.database.mend();
    let ctx = app::access::authenticate::system_ctx("credit", app.now());
    testkit::wait::until("both are recorded", || {
        app::credit::degraded::record_degraded(&app.wired.api.app, &ctx).is_ok()
            && app.get("/v1/credit/checks?degraded=true").expect(200)["items"].as_array().map(Vec::len)
                == Some(2)
    });
    let kept = app.get(&format!("/v1/credit/checks/{}", open.check_id)).expect(200);
    assert_eq!(
        (&kept["outcome"], &kept["reason"], &kept["asked"]),
        (&json!("allow"), &json!("unavailable.allow"), &json!("ERP-E1/A1"))
    );
    // What was held unseen is released like anything else: by then it is known whose it was, and who asked.
    let path = format!("/v1/credit/checks/{}/release", closed.check_id);
    assert_eq!(app.post(&path, &json!({ "reason": "seen by hand" })).code(), "credit.release_own_check");
}

#[test]
fn what_is_answered_unseen_is_what_the_policy_says_of_the_checkpoint() {
    let app = book();
    // The other way round than the standard policy has it.
    policy(&app, &json!({ "on_failure": { "quote": "closed", "order": "open", "ship": "open" } }));
    check(&app, &asked("10.00", "PO-1"));
    app.database.cut();
    let unseen = &|checkpoint: &str| {
        let mut body = asked("10.00", "PO-2");
        body["checkpoint"] = json!(checkpoint);
        let answer = check(&app, &body);
        assert_eq!(answer["degraded"], true, "{answer}");
        (said(&answer), text(&answer["id"]))
    };
    // Whoever asks first waits the longest.
    let (quote, order, pick, ship) = std::thread::scope(|scope| {
        let [quote, order, pick] = ["quote", "order", "pick"].map(|at| scope.spawn(move || unseen(at)));
        let ship = by_grpc(&app, |_| {}).expect("an answer");
        let heard = [quote, order, pick].map(|asked| asked.join().expect("an answer"));
        let [quote, order, pick] = heard;
        (quote, order, pick, ship)
    });
    app.database.mend();
    let (allowed, held) = (pair("allow", "unavailable.allow"), pair("hold", "unavailable.hold"));
    assert_eq!((&quote.0, &order.0), (&held, &allowed));
    assert_eq!(pick.0, held, "where the policy says nothing");
    assert_eq!((ship.outcome(), ship.degraded), (CheckOutcome::Allow, true));
    let ctx = app::access::authenticate::system_ctx("credit", app.now());
    let all = [("quote", quote.1, held.clone()), ("order", order.1, allowed.clone()), ("pick", pick.1, held)];
    for (checkpoint, id, answered) in all.into_iter().chain([("ship", ship.check_id, allowed)]) {
        testkit::wait::until("the answer is recorded", || {
            app::credit::degraded::record_degraded(&app.wired.api.app, &ctx).is_ok()
                && app.get(&format!("/v1/credit/checks/{id}")).status == 200
        });
        let kept = app.get(&format!("/v1/credit/checks/{id}")).expect(200);
        assert_eq!((text(&kept["outcome"]), text(&kept["reason"])), answered, "{kept}");
        assert_eq!((&kept["checkpoint"], &kept["degraded"]), (&json!(checkpoint), &json!(true)));
    }
    // A worker that nobody waited for any more keeps no answer of its own.
    assert_eq!(app.wired.api.app.credit.take_unrecorded(10), []);
    assert_eq!(app.database.sql("SELECT count(*) FROM credit_check WHERE degraded"), "4");
}

#[test]
fn whoever_would_wait_too_long_is_answered_as_was_chosen() {
    let app = book();
    let answer = |key: &str| {
        let mut body = asked("10.00", "PO-1");
        body["on_failure"] = json!("open");
        let call = app.call("POST", "/v1/credit/checks").header("Idempotency-Key", key);
        call.json(&body).send().expect(201)
    };
    assert_eq!(said(&answer("k1")), pair("hold", "limit.none"), "a caller that is known");
    // A database that neither answers nor refuses.
    let late = std::thread::scope(|scope| {
        let held = "BEGIN; LOCK TABLE credit_check; SELECT pg_sleep(9); COMMIT";
        scope.spawn(|| app.database.sql(held));
        testkit::wait::until("the table is held", || {
            let locks = "SELECT count(*) FROM pg_locks WHERE relation = 'credit_check'::regclass \
                AND mode = 'AccessExclusiveLock' AND granted";
            app.database.sql(locks) == "1"
        });
        answer("k2")
    });
    assert_eq!((said(&late), &late["degraded"]), (pair("allow", "unavailable.allow"), &json!(true)));
}
