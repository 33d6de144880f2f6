//! Every field of every kind of row: pushed over gRPC, read over REST, changed, and read again.

use proto::v1::RowOutcome::{Created, Rejected, Unchanged, Updated};
use proto::v1::{
    AccountRow, AttributeValue, ContactRow, EntryAllocation, EntryRow, InstrumentItem, InstrumentRow,
    PartyRow, ReceivableRow, VatRow, attribute_value,
};
use serde_json::{Value, json};
use testkit::app::TestApp;
use testkit::push::{account, invoice, party};

use crate::reads::text;

const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

/// Party `P1` and account `A1` to hang things on.
fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    app.push("ERP-E1")
        .parties(vec![party("P1", "Uno"), party("P2", "Dos")])
        .accounts(vec![account("A1", "P1"), account("A2", "P1")])
        .finish();
    app
}

/// The one object of a list of which a field is this.
fn find(app: &TestApp, list: &str, field: &str, value: &str) -> Value {
    let page = app.get(&format!("/v1/{list}?limit=100")).expect(200);
    let items = page["items"].as_array().expect("items");
    let mut found = items.iter().filter(|item| item[field] == value);
    let one = found.next().unwrap_or_else(|| panic!("no {value} in {page}")).clone();
    assert!(found.next().is_none(), "{value} is not alone in {page}");
    one
}

/// Every field that is expected holds what is expected, also where the object is read by its id.
#[track_caller]
fn check(app: &TestApp, (list, field, value): (&str, &str, &str), expected: &Value) -> Value {
    let listed = find(app, list, field, value);
    let one = app.get(&format!("/v1/{list}/{}", text(&listed["id"]))).expect(200);
    for found in [&listed, &one] {
        for (name, expected) in expected.as_object().expect("an object") {
            assert_eq!(&found[name], expected, "{name} of {found}");
        }
    }
    one
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

fn attributes(
    note: &str,
    score: &str,
    since: &str,
    flag: bool,
) -> std::collections::BTreeMap<String, AttributeValue> {
    use attribute_value::Value::{Date, Flag, Number, Text};
    let given = [
        ("note", Text(note.to_owned())),
        ("score", Number(score.to_owned())),
        ("since", Date(since.to_owned())),
        ("insured", Flag(flag)),
    ];
    given.map(|(name, value)| (name.to_owned(), AttributeValue { value: Some(value) })).into()
}

#[test]
fn every_field_of_a_party_is_read_as_it_was_pushed() {
    let app = book();
    let row = PartyRow {
        external_id: "P9".into(),
        kind: "person".into(),
        name: "Ana Muñoz".into(),
        tax_id: "B12345674".into(),
        lei: "5493001KJTIIGC8Y1R12".into(),
        national_id: "12345678Z".into(),
        country: "ES".into(),
        language: "es".into(),
        parent_external_id: "P1".into(),
        segment: "norte".into(),
        address: texts(["Calle Mayor 1", "28013 Madrid"]),
        insolvent_since: "2026-01-02".into(),
        vulnerable: true,
        intercompany: false,
        attributes: attributes("uno", "12.5", "2025-01-02", true),
    };
    let push = app.push("ERP-E1").parties(vec![row.clone()]);
    assert_eq!(push.outcomes(), [Created]);
    push.finish();
    let expected = json!({ "kind": "person", "name": "Ana Muñoz", "tax_id": "B12345674",
        "lei": "5493001KJTIIGC8Y1R12", "national_id": "12345678Z", "country": "ES", "language": "es",
        "parent_name": "Uno", "segment": "norte", "address": ["Calle Mayor 1", "28013 Madrid"],
        "insolvent_since": "2026-01-02", "vulnerable": true, "intercompany": false, "doubtful": false,
        "attributes": { "note": "uno", "score": "12.5", "since": "2025-01-02", "insured": true },
        "overrides": {}, "version": 1 });
    let first = check(&app, ("parties", "name", "Ana Muñoz"), &expected);
    let changed = PartyRow {
        external_id: "P9".into(),
        kind: "public_body".into(),
        name: "Concello de Lugo".into(),
        tax_id: "PT501964843".into(),
        lei: "7LTWFZYICNSX8D621K86".into(),
        national_id: "87654321X".into(),
        country: "PT".into(),
        language: "en".into(),
        parent_external_id: "P2".into(),
        segment: "sur".into(),
        address: texts(["Rua Nova 2"]),
        insolvent_since: "2026-02-03".into(),
        vulnerable: false,
        intercompany: true,
        attributes: attributes("dos", "7", "2024-03-04", false),
    };
    let push = app.push("ERP-E1").parties(vec![changed.clone()]);
    assert_eq!(push.outcomes(), [Updated]);
    assert_eq!(push.parties(vec![changed]).outcomes(), [Unchanged]);
    let expected = json!({ "id": first["id"], "kind": "public_body", "name": "Concello de Lugo",
        "lei": "7LTWFZYICNSX8D621K86", "national_id": "87654321X", "country": "PT",
        "language": "en", "parent_name": "Dos", "segment": "sur", "address": ["Rua Nova 2"],
        "insolvent_since": "2026-02-03", "vulnerable": false, "intercompany": true,
        "attributes": { "note": "dos", "score": "7", "since": "2024-03-04", "insured": false }, "version": 2 });
    let second = check(&app, ("parties", "name", "Concello de Lugo"), &expected);
    assert!(text(&second["tax_id"]).ends_with("501964843"), "{second}");
}

#[test]
fn every_field_of_an_account_is_read_as_it_was_pushed() {
    let app = book();
    for code in ["NORTE", "SUR"] {
        app.post("/v1/portfolios", &json!({ "code": code, "name": code })).expect(201);
    }
    let row = AccountRow {
        external_id: "A9".into(),
        party_external_id: "P1".into(),
        number: "430009".into(),
        name: "Muñoz, tienda 1".into(),
        currency: "EUR".into(),
        language: "es".into(),
        time_zone: "Atlantic/Canary".into(),
        segment: "tiendas".into(),
        portfolio: "NORTE".into(),
        dunning_account_external_id: "A1".into(),
        payment_terms_days: 60,
        address: texts(["Calle Mayor 1", "28013 Madrid"]),
        scenario: "standard".into(),
        attributes: attributes("uno", "12.5", "2025-01-02", true),
    };
    let push = app.push("ERP-E1").accounts(vec![row]);
    assert_eq!(push.outcomes(), [Created]);
    push.finish();
    let dunning = |number: &str| find(&app, "accounts", "number", number)["id"].clone();
    let expected = json!({ "number": "430009", "name": "Muñoz, tienda 1", "legal_entity": "E1", "source": "ERP-E1",
        "party_name": "Uno", "currency": "EUR", "language": "es", "time_zone": "Atlantic/Canary",
        "segment": "tiendas", "portfolio": "NORTE", "dunning_account_id": dunning("A1"), "payment_terms_days": 60,
        "address": ["Calle Mayor 1", "28013 Madrid"], "scenario_code": "standard",
        "attributes": { "note": "uno", "score": "12.5", "since": "2025-01-02", "insured": true },
        "overrides": {}, "version": 1 });
    let first = check(&app, ("accounts", "number", "430009"), &expected);
    let changed = AccountRow {
        external_id: "A9".into(),
        party_external_id: "P2".into(),
        number: "430010".into(),
        name: "Muñoz, tienda 2".into(),
        currency: "USD".into(),
        language: "en".into(),
        time_zone: "Europe/Lisbon".into(),
        segment: "web".into(),
        portfolio: "SUR".into(),
        dunning_account_external_id: "A2".into(),
        payment_terms_days: 30,
        address: texts(["Rua Nova 2"]),
        scenario: "other".into(),
        attributes: attributes("dos", "7", "2024-03-04", false),
    };
    let push = app.push("ERP-E1").accounts(vec![changed.clone()]);
    assert_eq!(push.outcomes(), [Updated]);
    assert_eq!(push.accounts(vec![changed]).outcomes(), [Unchanged]);
    let expected = json!({ "id": first["id"], "number": "430010", "name": "Muñoz, tienda 2", "party_name": "Dos",
        "currency": "USD", "language": "en", "time_zone": "Europe/Lisbon", "segment": "web", "portfolio": "SUR",
        "dunning_account_id": dunning("A2"), "payment_terms_days": 30, "address": ["Rua Nova 2"],
        "scenario_code": "other",
        "attributes": { "note": "dos", "score": "7", "since": "2024-03-04", "insured": false }, "version": 2 });
    check(&app, ("accounts", "number", "430010"), &expected);
}

#[test]
fn every_field_of_a_contact_is_read_as_it_was_pushed() {
    let app = book();
    let row = ContactRow {
        external_id: "C1".into(),
        account_external_id: "A1".into(),
        name: "Luis Gil".into(),
        role: "management".into(),
        purposes: texts(["dunning", "statement"]),
        email: "luis@uno.example".into(),
        phone: "+34 600 000 001".into(),
        language: "es".into(),
        position: 3,
        opted_out_channels: texts(["email"]),
        retired: false,
    };
    let push = app.push("ERP-E1").contacts(vec![row]);
    assert_eq!(push.outcomes(), [Created]);
    push.finish();
    let expected = json!({ "account_number": "A1", "name": "Luis Gil", "role": "management",
        "purposes": ["dunning", "statement"], "email": "luis@uno.example", "phone": "+34 600 000 001",
        "language": "es", "position": 3, "opted_out_channels": ["email"], "retired_at": null, "origin": "pushed",
        "overrides": {}, "version": 1 });
    let first = check(&app, ("contacts", "name", "Luis Gil"), &expected);
    let changed = ContactRow {
        external_id: "C1".into(),
        account_external_id: "A1".into(),
        name: "Eva Sanz".into(),
        role: "legal".into(),
        purposes: texts(["invoice"]),
        email: "eva@uno.example".into(),
        phone: "+34 600 000 002".into(),
        language: "en".into(),
        position: 5,
        opted_out_channels: Vec::new(),
        retired: true,
    };
    let push = app.push("ERP-E1").contacts(vec![changed.clone()]);
    assert_eq!(push.outcomes(), [Updated]);
    assert_eq!(push.contacts(vec![changed]).outcomes(), [Unchanged]);
    let expected = json!({ "id": first["id"], "name": "Eva Sanz", "role": "legal", "purposes": ["invoice"],
        "email": "eva@uno.example", "phone": "+34 600 000 002", "language": "en", "position": 5,
        "opted_out_channels": [], "version": 2 });
    let found = app.get(&format!("/v1/contacts/{}", text(&first["id"]))).expect(200);
    for (name, value) in expected.as_object().expect("an object") {
        assert_eq!(&found[name], value, "{name} of {found}");
    }
    assert!(found["retired_at"].is_string(), "{found}");
}

fn vat(base: &str, rate: &str, quota: &str, (surcharge, withholding): (&str, &str)) -> VatRow {
    let [base, rate, quota] = [base, rate, quota].map(str::to_owned);
    VatRow { base, rate, quota, surcharge: surcharge.to_owned(), withholding: withholding.to_owned() }
}

#[test]
fn every_field_of_a_receivable_is_read_as_it_was_pushed() {
    let app = book();
    let row = ReceivableRow {
        external_id: "F1".into(),
        account_external_id: "A1".into(),
        kind: "invoice".into(),
        document_no: "2026/0001".into(),
        currency: "EUR".into(),
        amount: "1112.00".into(),
        open_amount: "1000.00".into(),
        issue_on: "2026-01-15".into(),
        due_on: "2026-02-15".into(),
        agreed_due_on: "2026-03-15".into(),
        tax_point_on: "2026-01-14".into(),
        shipped_on: "2026-01-12".into(),
        goods_received_on: "2026-01-13".into(),
        expected_pay_on: "2026-03-25".into(),
        order_no: "PO-1".into(),
        delivery_note_no: "ALB-1".into(),
        payment_reference: "REF-1".into(),
        credited_external_id: String::new(),
        disputed: true,
        vat: vec![vat("1000", "21", "210", ("52", "150"))],
        dimensions: [("branch".to_owned(), "Lugo".to_owned())].into(),
        attributes: attributes("uno", "12.5", "2025-01-02", true),
    };
    let push = app.push("ERP-E1").receivables(vec![row]);
    assert_eq!((push.outcomes(), push.issues()), (vec![Created], Vec::new()));
    push.finish();
    let expected = json!({ "account_number": "A1", "kind": "invoice", "document_no": "2026/0001", "currency": "EUR",
        "original_amount": "1112", "open_amount": "1000", "status": "partly_settled", "issue_on": "2026-01-15",
        "due_on": "2026-02-15", "agreed_due_on": "2026-03-15", "tax_point_on": "2026-01-14",
        "shipped_on": "2026-01-12", "goods_received_on": "2026-01-13", "expected_pay_on": "2026-03-25",
        "order_no": "PO-1", "delivery_note_no": "ALB-1", "payment_reference": "REF-1", "disputed": true,
        "vat": [{ "base": "1000", "rate": "21", "quota": "210", "surcharge": "52", "withholding": "150" }],
        "dimensions": { "branch": "Lugo" }, "credited_receivable_id": null, "source": "ERP-E1",
        "attributes": { "note": "uno", "score": "12.5", "since": "2025-01-02", "insured": true } });
    let first = check(&app, ("receivables", "document_no", "2026/0001"), &expected);
    let changed = ReceivableRow {
        external_id: "F1".into(),
        account_external_id: "A1".into(),
        kind: "debit_note".into(),
        document_no: "2026/0002".into(),
        currency: "EUR".into(),
        amount: "1928.00".into(),
        open_amount: "1500.00".into(),
        issue_on: "2026-01-16".into(),
        due_on: "2026-02-16".into(),
        agreed_due_on: "2026-03-16".into(),
        tax_point_on: "2026-01-15".into(),
        shipped_on: "2026-01-13".into(),
        goods_received_on: "2026-01-14".into(),
        expected_pay_on: "2026-03-26".into(),
        order_no: "PO-2".into(),
        delivery_note_no: "ALB-2".into(),
        payment_reference: "REF-2".into(),
        credited_external_id: String::new(),
        disputed: false,
        vat: vec![vat("2000", "10", "200", ("28", "300"))],
        dimensions: [("rep".to_owned(), "Eva".to_owned())].into(),
        attributes: attributes("dos", "7", "2024-03-04", false),
    };
    let push = app.push("ERP-E1").receivables(vec![changed.clone()]);
    assert_eq!(push.outcomes(), [Updated]);
    let push = push.receivables(vec![changed]);
    assert_eq!(push.outcomes(), [Unchanged]);
    push.finish();
    let expected = json!({ "id": first["id"], "kind": "debit_note", "document_no": "2026/0002",
        "original_amount": "1928", "open_amount": "1500", "issue_on": "2026-01-16", "due_on": "2026-02-16",
        "agreed_due_on": "2026-03-16", "tax_point_on": "2026-01-15", "shipped_on": "2026-01-13",
        "goods_received_on": "2026-01-14", "expected_pay_on": "2026-03-26", "order_no": "PO-2",
        "delivery_note_no": "ALB-2", "payment_reference": "REF-2", "disputed": false,
        "vat": [{ "base": "2000", "rate": "10", "quota": "200", "surcharge": "28", "withholding": "300" }],
        "dimensions": { "rep": "Eva" },
        "attributes": { "note": "dos", "score": "7", "since": "2024-03-04", "insured": false } });
    check(&app, ("receivables", "document_no", "2026/0002"), &expected);
    // A credit note is printed without a sign, and kept with one, its tax rows too.
    let credit = ReceivableRow {
        kind: "credit_note".into(),
        credited_external_id: "F1".into(),
        vat: vec![vat("100", "21", "21", ("", ""))],
        ..invoice("C1", "A1", "121.00", DATES)
    };
    app.push("ERP-E1").receivables(vec![credit]).finish();
    let expected = json!({ "kind": "credit_note", "original_amount": "-121", "open_amount": "0",
        "credited_receivable_id": first["id"],
        "vat": [{ "base": "-100", "rate": "21", "quota": "-21", "surcharge": "0", "withholding": "0" }] });
    check(&app, ("receivables", "document_no", "C1"), &expected);
}

#[test]
fn every_field_of_an_instrument_is_read_as_it_was_pushed() {
    let app = book();
    let item = |id: &str, amount: &str| InstrumentItem {
        receivable_external_id: id.to_owned(),
        amount: amount.to_owned(),
    };
    let row = InstrumentRow {
        external_id: "I1".into(),
        account_external_id: "A1".into(),
        kind: "promissory_note".into(),
        number: "PAG-1".into(),
        amount: "150.00".into(),
        currency: "EUR".into(),
        received_on: "2026-01-20".into(),
        maturity_on: "2026-02-20".into(),
        bank: "Banco Uno".into(),
        discounted_on: "2026-01-25".into(),
        without_recourse: true,
        settled_on: "2026-02-21".into(),
        returned_on: String::new(),
        return_code: String::new(),
        costs_amount: String::new(),
        items: vec![item("F1", "100.00"), item("F2", "40.00")],
    };
    let push = app
        .push("ERP-E1")
        .receivables(vec![invoice("F1", "A1", "100.00", DATES), invoice("F2", "A1", "50.00", DATES)])
        .instruments(vec![row]);
    assert_eq!(push.outcomes(), [Created]);
    push.finish();
    let expected = json!({ "account_number": "A1", "kind": "promissory_note", "number": "PAG-1", "amount": "150",
        "currency": "EUR", "received_on": "2026-01-20", "maturity_on": "2026-02-20", "bank": "Banco Uno",
        "discounted_on": "2026-01-25", "with_recourse": false, "status": "settled", "settled_on": "2026-02-21",
        "returned_on": null, "return_code": null, "costs_amount": "0", "source": "ERP-E1", "version": 1 });
    let items = |found: &Value| {
        let items = found["items"].as_array().expect("items").iter();
        let mut items =
            items.map(|i| format!("{} {}", text(&i["document_no"]), text(&i["amount"]))).collect::<Vec<_>>();
        items.sort();
        items
    };
    let first = check(&app, ("instruments", "number", "PAG-1"), &expected);
    assert_eq!(items(&first), ["F1 100", "F2 40"]);
    let changed = InstrumentRow {
        external_id: "I1".into(),
        account_external_id: "A1".into(),
        kind: "bill".into(),
        number: "LET-2".into(),
        amount: "70.00".into(),
        currency: "USD".into(),
        received_on: "2026-01-21".into(),
        maturity_on: "2026-02-22".into(),
        bank: "Banco Dos".into(),
        discounted_on: "2026-01-26".into(),
        without_recourse: false,
        settled_on: String::new(),
        returned_on: "2026-02-24".into(),
        return_code: "AM04".into(),
        costs_amount: "12.50".into(),
        items: vec![item("F2", "30.00")],
    };
    let push = app.push("ERP-E1").instruments(vec![changed.clone()]);
    assert_eq!(push.outcomes(), [Updated]);
    assert_eq!(push.instruments(vec![changed]).outcomes(), [Unchanged]);
    let expected = json!({ "id": first["id"], "kind": "bill", "number": "LET-2", "amount": "70", "currency": "USD",
        "received_on": "2026-01-21", "maturity_on": "2026-02-22", "bank": "Banco Dos",
        "discounted_on": "2026-01-26", "with_recourse": true, "status": "returned", "settled_on": null,
        "returned_on": "2026-02-24", "return_code": "AM04", "costs_amount": "12.5", "version": 2 });
    assert_eq!(items(&check(&app, ("instruments", "number", "LET-2"), &expected)), ["F2 30"]);
}

/// Entries never change: what can be read is what was pushed first.
#[test]
fn every_field_of_an_entry_is_read_as_it_was_pushed() {
    let app = book();
    let row = EntryRow {
        external_id: "Z1".into(),
        account_external_id: "A1".into(),
        receivable_external_id: "F1".into(),
        kind: "write_off".into(),
        amount: "30.00".into(),
        currency: "EUR".into(),
        effective_on: "2026-02-27".into(),
        reference: "acuerdo 7".into(),
        allocations: Vec::new(),
        reverses_external_id: String::new(),
    };
    let split = EntryRow {
        external_id: "Z2".into(),
        account_external_id: "A1".into(),
        receivable_external_id: String::new(),
        kind: "payment".into(),
        amount: "60.00".into(),
        currency: "EUR".into(),
        effective_on: "2026-02-28".into(),
        reference: "transferencia 9".into(),
        allocations: [("F1", "10.00"), ("F2", "45.00")]
            .map(|(id, amount)| EntryAllocation { receivable_external_id: id.into(), amount: amount.into() })
            .to_vec(),
        reverses_external_id: String::new(),
    };
    let push = app
        .push("ERP-E1")
        .receivables(vec![invoice("F1", "A1", "100.00", DATES), invoice("F2", "A1", "50.00", DATES)])
        .entries(vec![row.clone(), split.clone()]);
    assert_eq!(push.outcomes(), [Created, Created]);
    push.finish();
    let expected = json!({ "account_number": "A1", "receivable_kind": "invoice", "document_no": "F1",
        "kind": "write_off", "amount": "-30", "currency": "EUR", "effective_on": "2026-02-27",
        "reference": "acuerdo 7", "allocation_id": null, "instrument_id": null, "reversed_entry_id": null,
        "source": "ERP-E1" });
    let written_off = check(&app, ("entries", "reference", "acuerdo 7"), &expected);
    let page = app.get("/v1/allocations?limit=10").expect(200);
    let mut lines = page["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|a| {
            let fields =
                ["rule", "credit_document_no", "debit_document_no", "amount", "currency", "effective_on"];
            fields.map(|name| text(&a[name])).join(" ")
        })
        .collect::<Vec<_>>();
    lines.sort();
    assert_eq!(lines, ["explicit Z2 F1 10 EUR 2026-02-28", "explicit Z2 F2 45 EUR 2026-02-28"]);
    let cash = json!({ "kind": "unallocated_cash", "original_amount": "-60", "open_amount": "-5",
        "issue_on": "2026-02-28", "payment_reference": "transferencia 9" });
    check(&app, ("receivables", "document_no", "Z2"), &cash);

    let variants = [
        EntryRow { account_external_id: "A2".into(), ..row.clone() },
        EntryRow { receivable_external_id: "F2".into(), ..row.clone() },
        EntryRow { kind: "payment".into(), ..row.clone() },
        EntryRow { amount: "31.00".into(), ..row.clone() },
        EntryRow { currency: "USD".into(), ..row.clone() },
        EntryRow { effective_on: "2026-02-26".into(), ..row.clone() },
        EntryRow { reference: "acuerdo 8".into(), ..row.clone() },
        EntryRow { reverses_external_id: "Z2".into(), ..row.clone() },
        EntryRow { external_id: "Z1".into(), ..split.clone() },
    ];
    for variant in variants {
        let push = app.push("ERP-E1").entries(vec![variant]);
        assert_eq!(
            (push.outcomes(), push.issues()),
            (vec![Rejected], vec!["0 external_id push.entry_immutable".into()])
        );
        push.finish();
    }
    let reversal = EntryRow {
        external_id: "Z3".into(),
        receivable_external_id: String::new(),
        kind: "reversal".into(),
        effective_on: "2026-03-02".into(),
        reference: "error".into(),
        reverses_external_id: "Z1".into(),
        ..row
    };
    app.push("ERP-E1").entries(vec![reversal]).finish();
    let expected = json!({ "kind": "reversal", "document_no": "F1", "amount": "30", "effective_on": "2026-03-02",
        "reversed_entry_id": written_off["id"] });
    check(&app, ("entries", "reference", "error"), &expected);
}
