//! Exposure: what is at risk by component, kept by everything that moves it, seen by account, party and group.

use proto::v1::{EntryRow, InstrumentItem, InstrumentRow, OrderRow, PartyRow, ReceivableRow};
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, delivery, invoice, order, party, payment};

use crate::reads::text;

/// An entity with one customer who owes an invoice that is overdue and one that is not.
fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    app.push("ERP-E1")
        .parties(vec![party("P1", "Uno")])
        .accounts(vec![account("A1", "P1")])
        .receivables(vec![
            invoice("F1", "A1", "100.00", ("2026-01-15", "2026-02-01")),
            invoice("F2", "A1", "40.00", ("2026-02-15", "2026-04-01")),
        ])
        .finish();
    app
}

pub(crate) fn account_id(app: &TestApp, number: &str) -> String {
    let found = app.get(&format!("/v1/accounts?number={number}")).expect(200);
    text(&found["items"][0]["id"])
}

pub(crate) fn party_id(app: &TestApp, external_id: &str) -> String {
    let found = app.get(&format!("/v1/parties?external_id={external_id}")).expect(200);
    text(&found["items"][0]["id"])
}

/// Amounts by part, those that are zero left out, and the credits.
fn parts(report: &Value) -> Vec<(String, String)> {
    let parts = report["parts"].as_array().expect("parts").iter();
    let parts = parts.map(|part| (text(&part["part"]), text(&part["amount"])));
    let credits = [("credits".to_owned(), text(&report["credits_amount"]))];
    parts.chain(credits).filter(|(_, amount)| amount != "0").collect()
}

fn exposure(app: &TestApp, of: &str) -> Value {
    app.get(&format!("/v1/credit/exposure?{of}")).expect(200)
}

/// What the account's exposure is, and that what is kept is what its items come to, added up or not.
pub(crate) fn of_account(app: &TestApp, number: &str) -> Vec<(String, String)> {
    let of = format!("account={}", account_id(app, number));
    let before = parts(&exposure(app, &of));
    assert!(app.wired.store.verify().expect("verified").holds(), "{:?}", app.wired.store.verify());
    while app::credit::exposure::fold(&app.wired.api.app).expect("added up") {}
    assert!(app.wired.store.verify().expect("verified").holds(), "{:?}", app.wired.store.verify());
    assert_eq!(app.database.sql("SELECT count(*) FROM exposure_movement"), "0");
    let after = parts(&exposure(app, &of));
    assert_eq!(before, after, "adding up changes nothing");
    after
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(part, amount)| ((*part).to_owned(), (*amount).to_owned())).collect()
}

#[test]
fn what_is_open_is_split_by_its_due_date_and_payments_lower_it() {
    let app = book();
    assert_eq!(of_account(&app, "A1"), pairs(&[("not_due", "40"), ("overdue", "100")]));
    app.push("ERP-E1").entries(vec![payment("Z1", "A1", "F1", ("30.00", "2026-03-01"))]).finish();
    assert_eq!(of_account(&app, "A1"), pairs(&[("not_due", "40"), ("overdue", "70")]));
    app.push("ERP-E1").entries(vec![payment("Z2", "A1", "", ("500.00", "2026-03-01"))]).finish();
    assert_eq!(of_account(&app, "A1"), pairs(&[("credits", "390")]));
}

#[test]
fn a_dispute_and_a_correction_move_an_item_to_its_component() {
    let app = book();
    let disputed =
        ReceivableRow { disputed: true, ..invoice("F1", "A1", "90.00", ("2026-01-15", "2026-02-01")) };
    app.push("ERP-E1").receivables(vec![disputed]).finish();
    assert_eq!(of_account(&app, "A1"), pairs(&[("not_due", "40"), ("disputed", "90")]));
    app.push("ERP-E1").receivables(vec![invoice("F1", "A1", "90.00", ("2026-01-15", "2026-02-01"))]).finish();
    assert_eq!(of_account(&app, "A1"), pairs(&[("not_due", "40"), ("overdue", "90")]));
}

#[test]
fn a_payment_that_comes_back_is_seen_as_returned() {
    let app = book();
    app.push("ERP-E1").entries(vec![payment("Z1", "A1", "F1", ("100.00", "2026-02-20"))]).finish();
    assert_eq!(of_account(&app, "A1"), pairs(&[("not_due", "40")]));
    let back = EntryRow { kind: "return".to_owned(), ..payment("R1", "A1", "F1", ("100.00", "2026-02-25")) };
    app.push("ERP-E1").entries(vec![back]).finish();
    assert_eq!(of_account(&app, "A1"), pairs(&[("not_due", "40"), ("returned", "100")]));
}

fn paper(change: impl FnOnce(&mut InstrumentRow)) -> InstrumentRow {
    let mut paper = InstrumentRow {
        external_id: "I1".to_owned(),
        account_external_id: "A1".to_owned(),
        kind: "promissory_note".to_owned(),
        amount: "60.00".to_owned(),
        currency: "EUR".to_owned(),
        received_on: "2026-02-10".to_owned(),
        maturity_on: "2026-05-10".to_owned(),
        items: vec![InstrumentItem { receivable_external_id: "F1".to_owned(), amount: "60.00".to_owned() }],
        ..InstrumentRow::default()
    };
    change(&mut paper);
    paper
}

#[test]
fn paper_takes_the_place_of_what_it_pays_and_stays_a_risk_while_there_is_recourse() {
    let app = book();
    let push = |paper| app.push("ERP-E1").instruments(vec![paper]).finish();
    push(paper(|_| {}));
    let under_paper = pairs(&[("not_due", "40"), ("overdue", "40"), ("instruments", "60")]);
    assert_eq!(of_account(&app, "A1"), under_paper);
    push(paper(|p| p.discounted_on = "2026-02-20".to_owned()));
    assert_eq!(of_account(&app, "A1"), under_paper, "the bank comes back to us if nobody pays");
    push(paper(|p| (p.discounted_on, p.without_recourse) = ("2026-02-20".to_owned(), true)));
    assert_eq!(of_account(&app, "A1"), pairs(&[("not_due", "40"), ("overdue", "40")]));
    push(paper(|p| p.returned_on = "2026-03-02".to_owned()));
    assert_eq!(of_account(&app, "A1"), pairs(&[("not_due", "40"), ("returned", "100")]));
}

#[test]
fn orders_and_deliveries_count_until_they_are_invoiced() {
    let app = book();
    let framework = |id: &str| {
        let mut order = order(id, "A1", ("1000.00", "1000.00"));
        order.kind = "framework".to_owned();
        order
    };
    app.push("ERP-E1").orders(vec![order("O1", "A1", ("200.00", "200.00")), framework("O2")]).finish();
    assert_eq!(of_account(&app, "A1"), pairs(&[("not_due", "40"), ("overdue", "100"), ("orders", "200")]));
    let mut delivered = delivery("D1", "A1", "150.00");
    delivered.order_external_id = "O1".to_owned();
    app.push("ERP-E1")
        .orders(vec![order("O1", "A1", ("200.00", "50.00"))])
        .deliveries(vec![delivered.clone()])
        .finish();
    let with_delivery =
        pairs(&[("not_due", "40"), ("overdue", "100"), ("orders", "50"), ("deliveries", "150")]);
    assert_eq!(of_account(&app, "A1"), with_delivery);
    delivered.open_amount = "0".to_owned();
    app.push("ERP-E1").deliveries(vec![delivered]).finish();
    assert_eq!(of_account(&app, "A1"), pairs(&[("not_due", "40"), ("overdue", "100"), ("orders", "50")]));
    let items = app.get("/v1/credit/exposure/items?component=orders").expect(200);
    assert_eq!(
        (&items["items"][0]["document_no"], &items["items"][0]["amount"]),
        (&json!("O1"), &json!("50"))
    );
    assert_eq!(items["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_snapshot_closes_the_orders_it_does_not_bring_and_only_where_it_brings_any() {
    let app = book();
    let orders = |ids: &[&str]| ids.iter().map(|id| order(id, "A1", ("10.00", "10.00"))).collect::<Vec<_>>();
    let invoices = || {
        vec![
            invoice("F1", "A1", "100.00", ("2026-01-15", "2026-02-01")),
            invoice("F2", "A1", "40.00", ("2026-02-15", "2026-04-01")),
        ]
    };
    app.push("ERP-E1").orders(orders(&["O1", "O2"])).finish();
    app.push_snapshot("ERP-E1").receivables(invoices()).finish();
    assert!(of_account(&app, "A1").contains(&("orders".to_owned(), "20".to_owned())));
    app.push_snapshot("ERP-E1").receivables(invoices()).orders(orders(&["O2"])).finish();
    assert!(of_account(&app, "A1").contains(&("orders".to_owned(), "10".to_owned())));
    // What was closed opens again when it comes again.
    app.push("ERP-E1").orders(orders(&["O1"])).finish();
    assert!(of_account(&app, "A1").contains(&("orders".to_owned(), "20".to_owned())));
}

#[test]
fn orders_wait_for_their_account_and_deliveries_for_their_order_and_wrong_ones_are_refused() {
    let app = book();
    let mut early = delivery("D1", "A1", "5.00");
    early.order_external_id = "O1".to_owned();
    let session = app.push("ERP-E1").orders(vec![order("O9", "A9", ("1.00", "1.00"))]);
    assert_eq!(session.issues(), ["0 account_external_id push.account_missing"]);
    let session = session.deliveries(vec![early]);
    assert_eq!(session.issues(), ["0 order_external_id push.order_missing"]);
    session.finish();
    let wrong = |id: &str, amounts| order(id, "A1", amounts);
    let session = app.push("ERP-E1").orders(vec![wrong("O3", ("-1.00", "")), wrong("O4", ("1.00", "2.00"))]);
    assert_eq!(session.issues(), ["0 amount order.amount_negative", "1 open_amount order.open_exceeds"]);
    let done = session.orders(vec![order("O1", "A1", ("7.00", "2.00"))]).finish();
    assert_eq!(done.unparked, 1);
    assert_eq!(
        of_account(&app, "A1"),
        pairs(&[("not_due", "40"), ("overdue", "100"), ("orders", "2"), ("deliveries", "5")])
    );
}

/// Two accounts of one party, one of its daughter, one of a company of our own, and one of a stranger.
fn group() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    let of = |id: &str, parent: &str, tax_id: &str, own: bool| PartyRow {
        parent_external_id: parent.to_owned(),
        tax_id: tax_id.to_owned(),
        intercompany: own,
        ..party(id, id)
    };
    app.push("ERP-E1")
        .parties(vec![
            of("MADRE", "", "A58818501", false),
            of("HIJA", "MADRE", "", false),
            of("PROPIA", "MADRE", "", true),
            of("AJENA", "", "", false),
            of("MADRE-BIS", "", "A58818501", false),
        ])
        .accounts(vec![
            account("A1", "MADRE"),
            account("A2", "MADRE-BIS"),
            account("A3", "HIJA"),
            account("A4", "PROPIA"),
            account("A5", "AJENA"),
        ])
        .receivables(
            (1..=5)
                .map(|n| {
                    invoice(
                        &format!("F{n}"),
                        &format!("A{n}"),
                        &format!("{}", 10_i32.pow(n)),
                        ("2026-01-15", "2026-04-01"),
                    )
                })
                .collect(),
        )
        .finish();
    app
}

#[test]
fn other_customer_numbers_of_a_tax_id_and_daughters_count_in_and_companies_of_our_own_do_not() {
    let app = group();
    let mother = party_id(&app, "MADRE");
    let gross = |of: &str| text(&exposure(&app, of)["gross_amount"]);
    assert_eq!(gross(&format!("account={}", account_id(&app, "A1"))), "10");
    assert_eq!(gross(&format!("party={mother}")), "110");
    assert_eq!(gross(&format!("party={}", party_id(&app, "MADRE-BIS"))), "110");
    let whole = exposure(&app, &format!("group={mother}"));
    assert_eq!((&whole["gross_amount"], &whole["eliminated_amount"]), (&json!("1110"), &json!("10000")));
    let leaves = whole["accounts"].as_array().expect("accounts");
    let sum = leaves.iter().filter(|l| l["eliminated"] == false).map(|l| text(&l["converted_amount"]));
    assert_eq!(sum.map(|a| a.parse::<i64>().expect("a number")).sum::<i64>(), 1_110);
    let items = app.get(&format!("/v1/credit/exposure/items?group={mother}")).expect(200);
    assert_eq!(items["items"].as_array().map(Vec::len), Some(4));
}

#[test]
fn a_tax_id_that_is_corrected_takes_the_account_out_of_the_sum() {
    let app = group();
    let (mother, bis) = (party_id(&app, "MADRE"), party_id(&app, "MADRE-BIS"));
    app.call("PATCH", &format!("/v1/parties/{bis}"))
        .json(&json!({ "tax_id": "A28015865" }))
        .send()
        .expect(200);
    assert_eq!(exposure(&app, &format!("party={mother}"))["gross_amount"], "10");
    assert_eq!(exposure(&app, &format!("group={mother}"))["gross_amount"], "1010");
    assert!(app.wired.store.verify().expect("verified").holds());
}

#[test]
fn figures_are_in_one_currency_by_rates_that_are_named_and_never_guessed() {
    let app = book();
    let dollars = ReceivableRow {
        currency: "USD".to_owned(),
        ..invoice("F3", "A1", "50.00", ("2026-02-15", "2026-04-01"))
    };
    app.push("ERP-E1").receivables(vec![dollars]).finish();
    let of = format!("account={}", account_id(&app, "A1"));
    let missing = app.get(&format!("/v1/credit/exposure?{of}"));
    assert_eq!(missing.code(), "fx.rate_missing");
    let rates = json!({ "source": "ECB", "rates": [{ "base": "EUR", "quote": "USD", "quoted_on": "2026-03-03", "rate": "1.25" }] });
    app.post("/v1/fx-rates", &rates).expect(201);
    let report = exposure(&app, &of);
    assert_eq!(parts(&report), pairs(&[("not_due", "80"), ("overdue", "100")]));
    assert_eq!(report["rates"][0]["rate"], "1.25");
    assert_eq!(exposure(&app, &format!("{of}&currency=USD"))["gross_amount"], "225");
}

#[test]
fn whose_exposure_must_be_said_once() {
    let app = book();
    let id = account_id(&app, "A1");
    assert_eq!(app.get("/v1/credit/exposure").code(), "exposure.holder_not_named");
    let both = format!("/v1/credit/exposure?account={id}&party={}", party_id(&app, "P1"));
    assert_eq!(app.get(&both).code(), "exposure.holder_not_named");
    assert_eq!(
        app.get("/v1/credit/exposure?party=pty_00000000000000000000000000000001").expect(404)["code"],
        "not_found"
    );
}

/// What the account's exposure was at the end of days, told on each and asked for afterwards.
#[test]
fn what_was_told_on_a_day_is_what_is_asked_for_afterwards() {
    let app = book();
    let of = format!("account={}", account_id(&app, "A1"));
    let mut told = Vec::new();
    let mut end_of_day = |app: &TestApp| {
        let day = app.now().date_naive();
        told.push((day, parts(&exposure(app, &of))));
        app.set_clock(app.now() + chrono::TimeDelta::days(1));
    };
    end_of_day(&app);
    app.push("ERP-E1").orders(vec![order("O1", "A1", ("200.00", "200.00"))]).finish();
    app.push("ERP-E1").entries(vec![payment("Z1", "A1", "F1", ("100.00", "2026-03-05"))]).finish();
    end_of_day(&app);
    let back = EntryRow { kind: "return".to_owned(), ..payment("R1", "A1", "F1", ("100.00", "2026-03-06")) };
    let disputed =
        ReceivableRow { disputed: true, ..invoice("F2", "A1", "40.00", ("2026-02-15", "2026-04-01")) };
    app.push("ERP-E1").entries(vec![back]).receivables(vec![disputed]).finish();
    end_of_day(&app);
    let discounted = |p: &mut InstrumentRow| p.received_on = "2026-03-07".to_owned();
    app.push("ERP-E1")
        .orders(vec![order("O1", "A1", ("200.00", "0.00"))])
        .instruments(vec![paper(discounted)])
        .finish();
    end_of_day(&app);
    let calm = invoice("F2", "A1", "40.00", ("2026-02-15", "2026-04-01"));
    app.push("ERP-E1")
        .receivables(vec![calm])
        .entries(vec![payment("Z2", "A1", "", ("500.00", "2026-03-08"))])
        .finish();
    end_of_day(&app);
    assert!(
        told.windows(2).all(|days| days[0].1 != days[1].1),
        "every day differs from the one before: {told:?}"
    );
    for (day, parts_told) in told {
        let then = exposure(&app, &format!("{of}&as_of={day}"));
        assert_eq!((parts(&then), &then["on"]), (parts_told, &json!(day.to_string())), "{day}");
        // Down to what it was made of, page by page.
        let made_of = past_items(&app, &format!("{of}&as_of={day}"));
        let sum = |credits: bool| {
            let of = made_of.iter().filter(|item| (item["component"] == "credits") == credits);
            of.map(|item| text(&item["amount"]).parse::<kernel::Decimal>().expect("an amount"))
                .sum::<kernel::Decimal>()
        };
        assert_eq!(sum(false).normalize().to_string(), text(&then["gross_amount"]), "{day}: {made_of:?}");
        assert_eq!(sum(true).normalize().to_string(), text(&then["credits_amount"]), "{day}: {made_of:?}");
    }
    assert_eq!(app.get(&format!("/v1/credit/exposure?{of}&as_of=2030-01-01")).code(), "as_of.in_future");
}

/// What exposure was made of, two at a time.
fn past_items(app: &TestApp, query: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/credit/exposure/past-items?{query}&limit=2{cursor}");
        let page = app.get(&path).expect(200);
        all.extend(page["items"].as_array().expect("items").iter().cloned());
        let Some(next) = page["next_cursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

#[test]
fn paper_is_on_a_past_day_what_was_known_of_it_then() {
    let app = book();
    let note = |returned_on: &str| paper(|row| row.returned_on = returned_on.to_owned());
    app.push("ERP-E1").instruments(vec![note("")]).finish();
    let before = app.now();
    app.set_clock("2026-03-06T08:00:00Z".parse().expect("an instant"));
    // Told afterwards, and dated back.
    app.push("ERP-E1").instruments(vec![note("2026-03-04")]).finish();
    let of = format!("account={}&as_of=2026-03-04", account_id(&app, "A1"));
    let known = |query: &str| parts(&exposure(&app, &format!("{of}{query}")));
    assert_eq!(known(""), pairs(&[("not_due", "40"), ("returned", "100")]));
    let then = format!("&known_at={}", before.to_rfc3339().replace('+', "%2B"));
    assert_eq!(known(&then), pairs(&[("not_due", "40"), ("overdue", "40"), ("instruments", "60")]));
}

#[test]
fn an_order_is_on_a_past_day_what_it_was_then() {
    let app = book();
    app.push("ERP-E1").orders(vec![order("O1", "A1", ("200.00", "200.00"))]).finish();
    app.set_clock("2026-03-06T08:00:00Z".parse().expect("an instant"));
    let dollars = OrderRow { currency: "USD".to_owned(), ..order("O1", "A1", ("250.00", "250.00")) };
    app.push("ERP-E1").orders(vec![dollars]).finish();
    app.set_clock("2026-03-07T08:00:00Z".parse().expect("an instant"));
    let frame = OrderRow { kind: "framework".to_owned(), ..order("O1", "A1", ("250.00", "250.00")) };
    app.push("ERP-E1").orders(vec![frame]).finish();
    let ordered = |query: &str| {
        let items = past_items(&app, &format!("account={}{query}", account_id(&app, "A1")));
        let orders = items.into_iter().filter(|item| item["component"] == "orders");
        orders.map(|item| (text(&item["amount"]), text(&item["currency"]))).collect::<Vec<_>>()
    };
    assert_eq!(ordered("&as_of=2026-03-05"), [("200".to_owned(), "EUR".to_owned())]);
    assert_eq!(ordered("&as_of=2026-03-06"), [("250".to_owned(), "USD".to_owned())]);
    assert_eq!(ordered(""), []);
}

#[test]
fn a_group_of_a_past_day_is_the_one_of_that_day() {
    let app = group();
    let mother = party_id(&app, "MADRE");
    app.set_clock("2026-03-06T08:00:00Z".parse().expect("an instant"));
    app.push("ERP-E1").parties(vec![party("HIJA", "HIJA")]).finish();
    let gross = |query: &str| text(&exposure(&app, &format!("group={mother}{query}"))["gross_amount"]);
    assert_eq!(gross(""), "110");
    assert_eq!(gross("&as_of=2026-03-05"), "1110");
}

#[test]
fn rates_of_a_past_day_are_those_that_were_known_then() {
    let app = book();
    let dollars = ReceivableRow {
        currency: "USD".to_owned(),
        ..invoice("F3", "A1", "50.00", ("2026-02-15", "2026-04-01"))
    };
    app.push("ERP-E1").receivables(vec![dollars]).finish();
    let quoted = |rate: &str| {
        let rates = json!([{ "base": "EUR", "quote": "USD", "quoted_on": "2026-03-03", "rate": rate }]);
        app.post("/v1/fx-rates", &json!({ "source": "ECB", "rates": rates })).expect(201);
    };
    let of = format!("account={}&as_of=2026-03-04", account_id(&app, "A1"));
    let unknown = app.now();
    app.set_clock("2026-03-04T12:00:00Z".parse().expect("an instant"));
    quoted("1.25");
    let first = app.now();
    app.set_clock("2026-03-06T08:00:00Z".parse().expect("an instant"));
    quoted("2");
    let known = |at: kernel::Instant| format!("{of}&known_at={}", at.to_rfc3339().replace('+', "%2B"));
    let rate = |query: &str| text(&exposure(&app, query)["rates"][0]["rate"]);
    assert_eq!((rate(&of), rate(&known(first))), ("2".to_owned(), "1.25".to_owned()));
    assert_eq!(parts(&exposure(&app, &known(first))), pairs(&[("not_due", "80"), ("overdue", "100")]));
    let missing = app.get(&format!("/v1/credit/exposure?{}", known(unknown)));
    assert_eq!(missing.code(), "fx.rate_missing");
}
