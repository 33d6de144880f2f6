//! Checks and pushes at once: headroom is taken once, nobody waits in a circle, and exposure is what its items come to.

use std::sync::atomic::{AtomicBool, Ordering};

use proto::v1::OrderRow;
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, order, party};

use crate::credit_checks::{check, policy, reserving};
use crate::credit_checks_limits::{Group, of};
use crate::credit_exposure::{account_id, of_account, party_id};
use crate::reads::text;

/// Reserves 30 for each of these accounts at once, several times; what was answered.
fn at_once(app: &TestApp, accounts: &[&str]) -> Vec<Value> {
    std::thread::scope(|scope| {
        let ask = |n: usize, number: &str| check(app, &of(number, "30.00", &format!("PO-{n}")));
        let numbers = accounts.iter().cycle().take(16).enumerate();
        let asked = numbers.map(|(n, number)| scope.spawn(move || ask(n, number))).collect::<Vec<_>>();
        asked.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    })
}

/// Three times 30 fit into 100, whoever asks.
fn assert_taken_once(app: &TestApp, answers: &[Value]) {
    let unseen = answers.iter().filter(|a| a["degraded"] == true).count();
    assert_eq!(unseen, 0, "everybody is answered by what is there: {answers:?}");
    assert_eq!(answers.iter().filter(|a| a["outcome"] == "allow").count(), 3, "{answers:?}");
    let held = app.database.sql("SELECT sum(amount)::int FROM credit_reservation WHERE state = 'active'");
    assert_eq!(held, "90");
}

#[test]
fn two_accounts_of_one_party_never_take_the_same_headroom() {
    let group = Group::new();
    let app = group.app();
    group.granted(("party", &group.party("P1")), ("own", "500.00"), &Value::Null);
    app.push("ERP-E1").accounts(vec![account("A9", "P1")]).finish();
    let answers = at_once(app, &["A1", "A9"]);
    assert_taken_once(app, &answers);
    assert!(answers.iter().all(|a| a["binding"]["holder_kind"] == "party"), "{answers:?}");
}

/// Two heads that control two companies together, each company named by them in another order.
fn joint(group: &Group) {
    let app = group.app();
    let parties = ["X1", "X2", "P8", "P9"].map(|id| party(id, id)).to_vec();
    app.push("ERP-E1").parties(parties).accounts(vec![account("B1", "P8"), account("B2", "P9")]).finish();
    let id = |name: &str| party_id(app, name);
    for (controlled, by) in [("P8", "X1"), ("P8", "X2"), ("P9", "X2"), ("P9", "X1")] {
        let body = json!({ "party_id": id(controlled), "related_party_id": id(by), "kind": "joint_control" });
        app.post("/v1/party-relations", &body).expect(201);
    }
    for head in ["X1", "X2"] {
        group.granted(("group", &id(head)), ("group", "100.00"), &Value::Null);
    }
}

#[test]
fn checks_that_meet_at_several_holders_never_wait_for_each_other_in_a_circle() {
    let group = Group::new();
    let app = group.app();
    joint(&group);
    assert_taken_once(app, &at_once(app, &["B1", "B2"]));
    // What connections count is told when they end.
    let others = "datname = current_database() AND pid <> pg_backend_pid()";
    let pids =
        app.database.sql(&format!("SELECT string_agg(pid::text, ',') FROM pg_stat_activity WHERE {others}"));
    app.database.cut();
    app.database.mend();
    testkit::wait::until("they ended", || {
        app.database.sql(&format!("SELECT count(*) FROM pg_stat_activity WHERE pid IN ({pids})")) == "0"
    });
    let circles = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(app.database.sql(circles), "0");
}

#[test]
fn checks_and_pushes_of_one_account_at_once_leave_what_its_items_come_to() {
    const ORDERS: usize = 8;
    let app = crate::credit_checks::book();
    policy(&app, &json!({ "on_no_limit": "allow" }));
    let number = |n: usize| format!("PO-{n}");
    let reservations = (0..ORDERS)
        .map(|n| text(&check(&app, &reserving("10.00", &number(n)))["reservation"]["id"]))
        .collect::<Vec<_>>();
    let pushed = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // The sales that are pushed are asked about again meanwhile, and so are others.
        for first in [0, ORDERS] {
            let (app, pushed) = (&app, &pushed);
            scope.spawn(move || {
                for n in (first..first + ORDERS).cycle() {
                    let answer = check(app, &reserving("10.00", &number(n)));
                    assert_eq!(
                        (&answer["outcome"], &answer["degraded"]),
                        (&json!("allow"), &json!(false)),
                        "{answer}"
                    );
                    if n + 1 == first + ORDERS && pushed.load(Ordering::Relaxed) {
                        break;
                    }
                }
            });
        }
        let mut session = app.push("ERP-E1");
        for (n, reservation) in reservations.iter().enumerate() {
            let row = order(&format!("O{n}"), "A1", ("10.00", "10.00"));
            let row = OrderRow { order_no: number(n), reservation_id: reservation.clone(), ..row };
            session = session.orders(vec![row]);
        }
        session.finish();
        pushed.store(true, Ordering::Relaxed);
    });
    // Compared with what the items come to, before and after it is added up.
    let parts = of_account(&app, "A1");
    let held = app.database.sql("SELECT sum(amount)::int FROM credit_reservation WHERE state = 'active'");
    let expected = [("not_due", "40"), ("orders", "80"), ("reserved", held.as_str())];
    let expected = expected.map(|(part, amount)| (part.to_owned(), amount.to_owned()));
    assert_eq!(parts, expected.to_vec(), "{}", account_id(&app, "A1"));
    // What a sale holds by its order is not held for it once more when it is asked about from now on.
    let again = check(&app, &reserving("10.00", &number(0)));
    assert_eq!((&again["outcome"], &again["reservation"]), (&json!("allow"), &Value::Null));
}
