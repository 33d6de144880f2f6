//! Orders that name the reservation of their check: they take its place, and are told where it holds nothing for them.

use proto::v1::OrderRow;
use serde_json::json;
use testkit::TestApp;
use testkit::push::order;

use crate::credit_checks::{asked, check, part_limited, reserving};
use crate::reads::text;

const TOLD: [&str; 1] = ["0 reservation_id push.reservation_not_active"];
const NOTHING: [&str; 0] = [];

/// Headroom of ten euros held for an hour.
fn reserved(app: &TestApp, reference: &str) -> String {
    let mut body = reserving("10.00", reference);
    body["reservation_hours"] = json!(1);
    text(&check(app, &body)["reservation"]["id"])
}

fn naming(id: &str, reservation: &str) -> OrderRow {
    OrderRow { reservation_id: reservation.to_owned(), ..order(id, "A1", ("10.00", "10.00")) }
}

/// What a session of these orders is told; all of them count.
fn told(app: &TestApp, orders: Vec<OrderRow>) -> Vec<String> {
    let ids = orders.iter().map(|o| format!("'{}'", o.external_id)).collect::<Vec<_>>();
    let session = app.push("ERP-E1").orders(orders);
    let issues = session.issues();
    session.finish();
    let open =
        format!("SELECT count(*) FROM sales_order WHERE open_amount > 0 AND order_no IN ({})", ids.join(","));
    assert_eq!(app.database.sql(&open), ids.len().to_string(), "they count all the same");
    assert!(app.wired.store.verify().expect("verified").holds());
    issues
}

/// State of each reservation, with the order that took its place.
fn states(app: &TestApp) -> String {
    app.database.sql(
        "SELECT string_agg(concat_ws(' ', v.reference, v.state, o.order_no), ', ' ORDER BY v.reference) \
         FROM credit_reservation v LEFT JOIN sales_order o ON o.account_id = v.account_id AND o.id = v.order_id",
    )
}

fn an_hour_later(app: &TestApp) {
    app.set_clock(app.now() + std::time::Duration::from_secs(3_600));
}

#[test]
fn an_order_takes_the_place_of_its_reservation_and_may_name_it_again() {
    let app = part_limited();
    let id = reserved(&app, "PO-1");
    assert_eq!(told(&app, vec![naming("O1", &id)]), NOTHING);
    assert_eq!(states(&app), "PO-1 consumed O1");
    // With each delivery, also after the time the reservation would have had.
    let after = OrderRow { open_amount: "4.00".to_owned(), ..naming("O1", &id) };
    assert_eq!(told(&app, vec![after]), NOTHING);
    an_hour_later(&app);
    let later = OrderRow { open_amount: "3.00".to_owned(), ..naming("O1", &id) };
    assert_eq!(told(&app, vec![later]), NOTHING);
    assert_eq!(states(&app), "PO-1 consumed O1");
}

#[test]
fn of_two_orders_the_first_takes_a_reservation_and_the_other_is_told() {
    let app = part_limited();
    let (one, two) = (reserved(&app, "PO-1"), reserved(&app, "PO-2"));
    assert_eq!(told(&app, vec![naming("O1", &one)]), NOTHING);
    assert_eq!(told(&app, vec![naming("O2", &one)]), TOLD);
    let told_second = ["1 reservation_id push.reservation_not_active"];
    assert_eq!(told(&app, vec![naming("O4", &two), naming("O3", &two)]), told_second);
    assert_eq!(states(&app), "PO-1 consumed O1, PO-2 consumed O4");
}

#[test]
fn an_order_is_told_that_its_reservation_is_over_before_and_after_that_was_written_down() {
    let app = part_limited();
    let (swept, unswept) = (reserved(&app, "PO-1"), reserved(&app, "PO-2"));
    an_hour_later(&app);
    assert_eq!(told(&app, vec![naming("O2", &unswept)]), TOLD);
    assert_eq!(states(&app), "PO-1 active, PO-2 active", "nobody ended them yet");
    let ctx = app::access::authenticate::system_ctx("credit", app.now());
    app::credit::release::expire_reservations(&app.wired.api.app, &ctx).expect("ended");
    assert_eq!(told(&app, vec![naming("O1", &swept)]), TOLD);
    assert_eq!(states(&app), "PO-1 expired, PO-2 expired");
}

#[test]
fn an_order_is_told_that_its_reservation_was_given_back_or_never_was() {
    let app = part_limited();
    let id = reserved(&app, "PO-1");
    app.post(&format!("/v1/credit/reservations/{id}/release"), &json!({})).expect(200);
    assert_eq!(told(&app, vec![naming("O1", &id)]), TOLD);
    assert_eq!(states(&app), "PO-1 released");
    assert_eq!(told(&app, vec![naming("O2", "rsv_0193c0de0193c0de0193c0de0193c0de")]), TOLD);
}

#[test]
fn what_was_reserved_for_an_order_ends_when_the_order_holds_it_and_is_asked_about() {
    let app = part_limited();
    check(&app, &reserving("60.00", "PO-1"));
    let mut pushed = order("O1", "A1", ("60.00", "60.00"));
    pushed.order_no = "PO-1".to_owned();
    app.push("ERP-E1").orders(vec![pushed]).finish();
    let again = check(&app, &reserving("60.00", "PO-1"));
    assert_eq!((&again["outcome"], &again["reservation"]), (&json!("allow"), &json!(null)), "{again}");
    assert_eq!(app.database.sql("SELECT string_agg(state, ',') FROM credit_reservation"), "released");
    assert!(app.wired.store.verify().expect("verified").holds());
}

#[test]
fn of_what_is_reserved_a_part_that_ships_leaves_the_rest_reserved() {
    let app = part_limited();
    check(&app, &reserving("60.00", "PO-1"));
    let shipping = |amount: &str| {
        let mut body = reserving(amount, "PO-1");
        body["checkpoint"] = json!("ship");
        check(&app, &body)
    };
    let reserved = |answer: &serde_json::Value| answer["reservation"]["amount"].clone();
    let held = "SELECT string_agg(concat_ws(' ', state, trim_scale(amount)), ', ' ORDER BY id) FROM credit_reservation";
    let part = shipping("20.00");
    assert_eq!((&part["outcome"], reserved(&part)), (&json!("allow"), json!("60")), "{part}");
    assert_eq!(app.database.sql(held), "released 60, active 60");
    // More than there was is reserved as a whole.
    assert_eq!(reserved(&shipping("70.00")), "70");
    assert_eq!(app.database.sql(held), "released 60, released 60, active 70");
    // What its order holds is reserved no more, and what is added to an order that is there stays reserved beside it.
    let mut pushed = order("O1", "A1", ("70.00", "70.00"));
    pushed.order_no = "PO-1".to_owned();
    app.push("ERP-E1").orders(vec![pushed]).finish();
    assert_eq!(reserved(&shipping("20.00")), json!(null));
    app.set_clock(app.now() + std::time::Duration::from_secs(60));
    assert_eq!(reserved(&check(&app, &reserving("80.00", "PO-1"))), "10");
    assert_eq!(reserved(&shipping("20.00")), "10");
    assert_eq!(reserved(&check(&app, &reserving("70.00", "PO-1"))), json!(null));
    assert!(app.wired.store.verify().expect("verified").holds());
}

#[test]
fn an_order_beside_its_own_reservation_is_not_held_back_by_it() {
    let app = part_limited();
    check(&app, &reserving("60.00", "PO-1"));
    let mut pushed = order("O1", "A1", ("60.00", "60.00"));
    pushed.order_no = "PO-1".to_owned();
    app.push("ERP-E1").orders(vec![pushed]).finish();
    let headroom = |checkpoint: &str| {
        let mut body = asked("60.00", "PO-1");
        body["checkpoint"] = json!(checkpoint);
        let answer = check(&app, &body);
        (text(&answer["outcome"]), text(&answer["constraints"][0]["headroom"]))
    };
    let order = headroom("order");
    assert_eq!([headroom("pick"), headroom("ship")], [order.clone(), order]);
}

#[test]
fn a_quotation_is_known_by_its_number_after_its_order_came_under_another() {
    let app = part_limited();
    let quoted = check(&app, &reserving("60.00", "Q-55"));
    let mut pushed = naming("O1", &text(&quoted["reservation"]["id"]));
    (pushed.order_no, pushed.amount, pushed.open_amount) = ("PO-1".into(), "60.00".into(), "60.00".into());
    app.push("ERP-E1").orders(vec![pushed]).finish();
    for reference in ["Q-55", "PO-1"] {
        let answer = check(&app, &reserving("60.00", reference));
        assert_eq!((&answer["outcome"], &answer["reservation"]), (&json!("allow"), &json!(null)), "{answer}");
    }
}
