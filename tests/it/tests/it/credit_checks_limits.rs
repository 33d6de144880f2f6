//! Credit checks against limits of every holder: who binds, what covers, what two sales at once may take.

use proto::v1::{
    CheckConstraint, CheckLayer, CheckReason, CheckRequest, Checkpoint, DeliveryRow, PartyRow, ReceivableRow,
};
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, delivery, invoice, order, party};

use crate::credit_checks::{asked, check, pair, policy, reserving, said};
use crate::credit_exposure::{account_id, party_id};
use crate::credit_limits::{Book, Person, at};
use crate::reads::text;

/// Two daughters of one head. A1 owes 400, A2 nothing.
pub(crate) struct Group {
    pub(crate) book: Book,
    ana: Person,
    eva: Person,
}

impl Group {
    pub(crate) fn new() -> Self {
        let book = Book::new();
        let under = |id: &str| PartyRow { parent_external_id: "P0".to_owned(), ..party(id, id) };
        let parties = vec![party("P0", "Head"), under("P1"), under("P2")];
        book.app.push("ERP-E1").parties(parties).accounts(vec![account("A2", "P2")]).finish();
        let (ana, eva) = (book.person("ana", &["manager"]), book.person("eva", &["manager"]));
        Self { book, ana, eva }
    }

    /// A limit that is asked for and approved.
    pub(crate) fn granted(&self, (kind, id): (&str, &str), (limit_type, amount): (&str, &str), more: &Value) {
        let mut body = json!({ "holder_kind": kind, "holder_id": id, "limit_type": limit_type, "currency": "EUR",
            "amount": amount, "reason": "x", "submit": true });
        for (field, value) in more.as_object().into_iter().flatten() {
            body[field] = value.clone();
        }
        let asked = self.book.does(&self.ana, "/v1/credit/applications", &body).expect(201);
        let done = self.book.does(&self.eva, &at(&asked, "approve"), &json!({})).expect(200);
        assert_eq!(done["state"], "approved", "{done}");
    }

    pub(crate) fn app(&self) -> &TestApp {
        &self.book.app
    }

    pub(crate) fn party(&self, external_id: &str) -> String {
        party_id(self.app(), external_id)
    }

    fn insured_party(&self, amount: &str) {
        let body = json!({ "holder_kind": "party", "holder_id": self.party("P1"), "limit_type": "insured",
            "currency": "EUR", "amount": amount, "covered_percent": "90", "reference": "POL-1", "from": "2026-01-01" });
        self.app().post("/v1/credit/limits", &body).expect(201);
    }
}

pub(crate) fn of(number: &str, amount: &str, reference: &str) -> Value {
    let mut body = reserving(amount, reference);
    body["account_external_id"] = json!(number);
    body
}

/// Kind of the binding holder, and what it leaves.
fn binding(answer: &Value) -> (String, String) {
    (text(&answer["binding"]["holder_kind"]), text(&answer["binding"]["headroom"]))
}

#[test]
fn every_holder_that_answers_for_a_sale_must_have_room_and_the_tightest_binds() {
    let group = Group::new();
    let app = group.app();
    group.granted(("account", &group.book.account), ("own", "1000.00"), &Value::Null);
    assert_eq!(binding(&check(app, &asked("10.00", ""))), pair("account", "600"));
    group.insured_party("600.00");
    assert_eq!(binding(&check(app, &asked("10.00", ""))), pair("party", "200"));
    group.granted(("group", &group.party("P0")), ("group", "500.00"), &Value::Null);
    let fits = check(app, &asked("100.00", ""));
    assert_eq!((said(&fits), binding(&fits)), (pair("allow", "limit.within"), pair("group", "100")));
    let over = check(app, &asked("100.01", ""));
    assert_eq!(said(&over), pair("hold", "limit.exceeded"));
    let unlocks =
        json!([{ "change": "lower_amount", "amount": "100" }, { "change": "raise_limit", "amount": "0.01" }]);
    assert_eq!(over["unlocks"], unlocks);
    assert_eq!(over["constraints"].as_array().map(Vec::len), Some(3));
    // Nobody but its group limits the other daughter.
    assert_eq!(binding(&check(app, &of("A2", "10.00", ""))), pair("group", "100"));
}

#[test]
fn the_cover_behind_a_sale_is_told_through_both_doors() {
    let group = Group::new();
    group.insured_party("1000.00");
    let answer = check(group.app(), &asked("200.00", ""));
    assert_eq!((&answer["covered"], &answer["outcome"]), (&json!("540"), &json!("allow")), "90 % of 600");
    let request = CheckRequest {
        source: "ERP-E1".to_owned(),
        account_external_id: "A1".to_owned(),
        amount: "800.00".to_owned(),
        currency: "EUR".to_owned(),
        checkpoint: Checkpoint::Order.into(),
        ..CheckRequest::default()
    };
    let answer = group.app().grpc().check(request).expect("an answer");
    assert_eq!(answer.covered, "900", "the limit is the most that is insured");
}

#[test]
fn both_doors_tell_what_limits_a_sale_and_by_which_rule_it_was_decided() {
    let group = Group::new();
    let app = group.app();
    group.granted(("account", &group.book.account), ("own", "1000.00"), &Value::Null);
    group.insured_party("900.00");
    let late = invoice("F2", "A1", "25.00", ("2025-12-15", "2026-01-15"));
    app.push("ERP-E1").receivables(vec![late]).finish();
    policy(app, &json!({ "sub_limits": { "orders": { "EUR": "500.00" } } }));
    let rest = check(app, &asked("600.00", ""));
    let asked = CheckRequest {
        source: "ERP-E1".to_owned(),
        account_external_id: "A1".to_owned(),
        amount: "600.00".to_owned(),
        currency: "EUR".to_owned(),
        checkpoint: Checkpoint::Order.into(),
        ..CheckRequest::default()
    };
    let grpc = app.grpc().check(asked).expect("an answer");
    let or_null = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let layer = |l: &CheckLayer| {
        json!({ "limit_id": l.limit_id, "limit_type": l.limit_type, "amount": l.amount, "covered_percent": l.covered_percent,
            "until": or_null(&l.until) })
    };
    let constraint = |c: &CheckConstraint| {
        json!({ "holder_kind": c.holder_kind, "holder_id": c.holder_id, "part": or_null(&c.part), "limit": c.limit,
            "legal_entity_id": or_null(&c.legal_entity_id), "exposure": c.exposure, "headroom": c.headroom,
            "covered": c.covered, "layers": c.layers.iter().map(layer).collect::<Vec<_>>() })
    };
    assert_eq!(grpc.constraints.len(), 3, "the account, its orders and its party");
    assert_eq!(rest["constraints"], json!(grpc.constraints.iter().map(constraint).collect::<Vec<_>>()));
    assert_eq!(rest["binding"], constraint(&grpc.binding.expect("a binding one")));
    let outcomes = ["", "allow", "hold", "refuse"];
    let reason = |r: &CheckReason| {
        let outcome = usize::try_from(r.outcome).expect("an outcome");
        json!({ "code": r.code, "outcome": outcomes[outcome], "priority": r.priority, "decisive": r.decisive })
    };
    let reasons = grpc.reasons.iter().map(reason).collect::<Vec<_>>();
    assert_eq!(rest["reasons"], json!(reasons));
    let priorities = grpc.reasons.iter().map(|r| (r.code.as_str(), r.priority)).collect::<Vec<_>>();
    assert!(priorities.contains(&("overdue_long", Some(50))), "{priorities:?}");
    assert!(priorities.contains(&("limit.exceeded", None)), "{priorities:?}");
}

#[test]
fn companies_of_one_group_never_take_the_same_headroom() {
    let group = Group::new();
    group.granted(("group", &group.party("P0")), ("group", "500.00"), &Value::Null);
    let app = group.app();
    let answers = std::thread::scope(|scope| {
        let ask = |n: usize| {
            check(app, &of(if n.is_multiple_of(2) { "A1" } else { "A2" }, "30.00", &format!("PO-{n}")))
        };
        let asked = (0..8).map(|n| scope.spawn(move || ask(n))).collect::<Vec<_>>();
        asked.into_iter().map(|thread| thread.join().expect("an answer")).collect::<Vec<_>>()
    });
    let allowed = answers.iter().filter(|a| a["outcome"] == "allow").count();
    assert_eq!(allowed, 3, "100 are left, and 30 fit in three times: {answers:?}");
    let held = app.database.sql("SELECT sum(amount)::int FROM credit_reservation WHERE state = 'active'");
    assert_eq!(held, "90");
}

#[test]
fn a_limit_of_one_legal_entity_bounds_what_is_sold_there() {
    let group = Group::new();
    let app = group.app();
    let other = app.entity("E2");
    app.push("ERP-E2")
        .parties(vec![party("P1", "Uno")])
        .accounts(vec![account("B1", "P1")])
        .receivables(vec![invoice("G1", "B1", "70.00", ("2026-02-15", "2026-04-01"))])
        .finish();
    let first =
        text(&app.get(&format!("/v1/accounts/{}", group.book.account)).expect(200)["legal_entity_id"]);
    group.granted(("party", &group.party("P1")), ("own", "1000.00"), &Value::Null);
    group.granted(("party", &group.party("P1")), ("own", "450.00"), &json!({ "legal_entity_id": first }));
    let answer = check(app, &asked("50.01", ""));
    assert_eq!((said(&answer), binding(&answer)), (pair("hold", "limit.exceeded"), pair("party", "50")));
    assert_eq!(answer["binding"]["legal_entity_id"], json!(first));
    let effective = |query: &str| {
        let path = format!("/v1/credit/limits/effective?party={}{query}", group.party("P1"));
        let found = app.get(&path).expect(200);
        (text(&found["total_amount"]), text(&found["exposure_amount"]))
    };
    assert_eq!(effective(&format!("&legal_entity={first}")), pair("450", "400"));
    assert_eq!(effective("").0, "1000");
    assert_ne!(first, other);
}

#[test]
fn orders_and_what_is_reserved_for_orders_share_one_limit_in_any_currency() {
    let group = Group::new();
    let app = group.app();
    policy(app, &json!({ "on_no_limit": "allow", "sub_limits": { "orders": { "EUR": "100.00" } } }));
    assert_eq!(said(&check(app, &reserving("60.00", "PO-1"))).0, "allow");
    assert_eq!(said(&check(app, &reserving("60.00", "PO-2"))), pair("hold", "limit.exceeded"));
    let rates = json!({ "source": "ECB", "rates": [{ "base": "EUR", "quote": "USD", "quoted_on": "2026-03-03", "rate": "1.25" }] });
    app.post("/v1/fx-rates", &rates).expect(201);
    let mut dollars = asked("50.01", "PO-3");
    dollars["currency"] = json!("USD");
    assert_eq!(said(&check(app, &dollars)), pair("hold", "limit.exceeded"), "50 dollars are left");
    dollars["amount"] = json!("50.00");
    assert_eq!(said(&check(app, &dollars)).0, "allow");
    // What ships is no order any more.
    dollars["amount"] = json!("500.00");
    dollars["checkpoint"] = json!("ship");
    assert_eq!(said(&check(app, &dollars)).0, "allow");
}

#[test]
fn a_limit_of_what_is_overdue_looks_at_every_account_of_the_party() {
    let group = Group::new();
    let app = group.app();
    policy(app, &json!({ "rules": [] }));
    let party = group.party("P1");
    group.granted(("party", &party), ("own", "5000.00"), &Value::Null);
    group.granted(("party", &party), ("own", "100.00"), &json!({ "component": "overdue" }));
    assert_eq!(said(&check(app, &asked("10.00", ""))), pair("allow", "limit.within"));
    let late = invoice("F9", "A9", "100.01", ("2025-12-01", "2026-01-01"));
    app.push("ERP-E1").accounts(vec![account("A9", "P1")]).receivables(vec![late]).finish();
    let answer = check(app, &asked("10.00", ""));
    assert_eq!(said(&answer), pair("hold", "limit.exceeded"));
    assert_eq!(
        (&answer["binding"]["part"], &answer["binding"]["exposure"]),
        (&json!("overdue"), &json!("100.01"))
    );
}

#[test]
fn parts_are_left_out_and_credits_set_off_only_as_the_policy_declares() {
    let group = Group::new();
    let app = group.app();
    group.granted(("account", &group.book.account), ("own", "500.00"), &Value::Null);
    let note = ReceivableRow {
        kind: "credit_note".to_owned(),
        ..invoice("C1", "A1", "150.00", ("2026-03-01", "2026-03-01"))
    };
    app.push("ERP-E1").orders(vec![order("O1", "A1", ("60.00", "60.00"))]).receivables(vec![note]).finish();
    let headroom = |changes: Value| {
        policy(app, &changes);
        binding(&check(app, &asked("10.00", ""))).1
    };
    assert_eq!(headroom(json!({ "credits": "ignore" })), "40", "a credit balance raises nothing");
    assert_eq!(headroom(json!({ "credits": "own_account" })), "190");
    assert_eq!(headroom(json!({ "credits": "ignore", "left_out": ["orders"] })), "100");
}

#[test]
fn a_part_that_is_shipped_takes_the_place_of_no_more_than_itself() {
    let group = Group::new();
    let app = group.app();
    policy(app, &json!({ "rules": [] }));
    // 400 are invoiced, 300 ordered, 120 of them delivered: 20 are left.
    let part = DeliveryRow { order_external_id: "O1".to_owned(), ..delivery("D1", "A1", "120.00") };
    app.push("ERP-E1").orders(vec![order("O1", "A1", ("300.00", "180.00"))]).deliveries(vec![part]).finish();
    group.granted(("account", &group.book.account), ("own", "720.00"), &Value::Null);
    let at = |checkpoint: &str, amount: &str| {
        let mut body = asked(amount, "O1");
        body["checkpoint"] = json!(checkpoint);
        let answer = check(app, &body);
        (text(&answer["outcome"]), text(&answer["binding"]["headroom"]))
    };
    // The order as a whole may grow by what is left.
    assert_eq!(at("order", "320.00"), pair("allow", "320"));
    assert_eq!(at("order", "320.01"), pair("hold", "320"));
    for checkpoint in ["pick", "ship", "invoice"] {
        assert_eq!(at(checkpoint, "60.00"), pair("allow", "80"), "{checkpoint}: of what is ordered");
        assert_eq!(at(checkpoint, "320.00"), pair("allow", "320"), "{checkpoint}");
        assert_eq!(at(checkpoint, "320.01"), pair("hold", "320"), "{checkpoint}: more than is left");
    }
    // Over its limit no part of it passes, however small.
    let late = invoice("F9", "A1", "50.00", ("2026-02-15", "2026-04-01"));
    app.push("ERP-E1").receivables(vec![late]).finish();
    for checkpoint in ["pick", "ship", "invoice"] {
        assert_eq!(at(checkpoint, "60.00"), pair("hold", "30"), "{checkpoint}");
    }
}

/// The standard policy with an exemption of a priority beside its block at 50 of whoever is overdue for long.
fn exempting(app: &TestApp, priority: u16) {
    let mut rules = app.get("/v1/rule-sets/credit_policy/standard").expect(200)["document"]["rules"].clone();
    let rules = rules.as_array_mut().expect("rules");
    rules.retain(|rule| rule["code"] != "key_customer");
    rules.push(json!({ "code": "key_customer", "name": { "en": "A key customer", "es": "Cliente clave" },
        "priority": priority, "checkpoints": ["order"], "when": "party.country == 'PT'", "then": "allow" }));
    policy(app, &json!({ "rules": rules }));
}

/// What decided, with its priority, then what is told beside it.
fn reasons(answer: &Value) -> Vec<(String, Value, bool)> {
    let found = answer["reasons"].as_array().expect("reasons");
    let told = |r: &Value| (text(&r["code"]), r["priority"].clone(), r["decisive"] == true);
    found.iter().map(told).collect()
}

#[test]
fn an_exemption_passes_a_limit_that_would_hold_and_a_block_of_no_higher_priority() {
    let group = Group::new();
    let app = group.app();
    let country = |code: &str| {
        let row =
            PartyRow { country: code.to_owned(), parent_external_id: "P0".to_owned(), ..party("P1", "P1") };
        app.push("ERP-E1").parties(vec![row]).finish();
    };
    country("PT");
    group.granted(("account", &group.book.account), ("own", "500.00"), &Value::Null);
    let order = asked("200.00", "");
    assert_eq!(said(&check(app, &order)), pair("hold", "limit.exceeded"));
    exempting(app, 60);
    let exempt = check(app, &order);
    let named =
        [("key_customer".to_owned(), json!(60), true), ("limit.exempt".to_owned(), Value::Null, false)];
    assert_eq!((&exempt["outcome"], reasons(&exempt)), (&json!("allow"), named.to_vec()), "{exempt}");
    assert_eq!(exempt["binding"]["headroom"], "100", "what it passes is told all the same");
    // Of those whom, and where, it does not speak of the limit holds.
    let mut shipped = order.clone();
    shipped["checkpoint"] = json!("ship");
    assert_eq!(said(&check(app, &shipped)), pair("hold", "limit.exceeded"));
    country("ES");
    assert_eq!(said(&check(app, &order)), pair("hold", "limit.exceeded"));
    country("PT");
    // It goes before a block of lower priority as well, and is told beside one of the same or a higher.
    let late = invoice("F2", "A1", "25.00", ("2025-12-15", "2026-01-15"));
    app.push("ERP-E1").receivables(vec![late]).finish();
    assert_eq!(said(&check(app, &order)), pair("allow", "key_customer"));
    for priority in [50, 40] {
        exempting(app, priority);
        for amount in ["200.00", "10.00"] {
            let held = check(app, &asked(amount, ""));
            assert_eq!(said(&held), pair("hold", "overdue_long"), "at {priority}, for {amount}: {held}");
            let beside = ("key_customer".to_owned(), json!(priority), false);
            assert!(reasons(&held).contains(&beside), "{held}");
        }
    }
}

#[test]
fn what_the_order_holds_is_not_reserved_again() {
    let group = Group::new();
    let app = group.app();
    policy(app, &json!({ "on_no_limit": "allow" }));
    let mut pushed = order("O1", "A1", ("60.00", "60.00"));
    pushed.order_no = "PO-1".to_owned();
    app.push("ERP-E1").orders(vec![pushed]).finish();
    let again = check(app, &reserving("60.00", "PO-1"));
    assert_eq!((&again["outcome"], &again["reservation"]), (&json!("allow"), &Value::Null));
    let more = check(app, &reserving("75.00", "PO-1"));
    assert_eq!(more["reservation"]["amount"], "15");
}

#[test]
fn what_is_known_of_one_customer_number_is_known_of_all_of_its_tax_id() {
    let app = crate::credit_checks::book();
    policy(&app, &json!({ "on_no_limit": "allow" }));
    app.entity("E2");
    let same = |id: &str| PartyRow { tax_id: "ESB12345674".to_owned(), ..party(id, "Uno") };
    app.push("ERP-E1").parties(vec![same("P1")]).finish();
    let push = |row: PartyRow| {
        app.push("ERP-E2").parties(vec![row]).accounts(vec![account("B1", "Q1")]).finish();
    };
    push(same("Q1"));
    assert_eq!(said(&check(&app, &asked("10.00", ""))).0, "allow");
    push(PartyRow { insolvent_since: "2026-03-01".to_owned(), ..same("Q1") });
    let late = invoice("F2", "A1", "25.00", ("2025-12-15", "2026-01-15"));
    app.push("ERP-E1").receivables(vec![late]).finish();
    assert_eq!(said(&check(&app, &asked("10.00", ""))), pair("refuse", "party_insolvent"));
    let account = account_id(&app, "A1");
    let why = app.get(&format!("/v1/accounts/{account}/dunning")).expect(200);
    assert!(why.to_string().contains("hold.insolvency"), "{why}");
}
