//! Conditions read declared attributes of the account, its party and each item; the decision keeps what it read.

use proto::v1::attribute_value::Value as Given;
use proto::v1::{AccountRow, AttributeValue, PartyRow, ReceivableRow};
use serde_json::json;
use testkit::push::{account, invoice, party};

use super::{Book, text};

fn attribute(name: &str, value: Given) -> std::collections::BTreeMap<String, AttributeValue> {
    [(name.to_owned(), AttributeValue { value: Some(value) })].into()
}

/// A book whose first reminder asks for the condition, with an account, a party and two items that have attributes.
fn book(condition: &str) -> Book {
    let book = Book::new();
    let app = &book.app;
    for (key, kind) in [
        ("account/score", "number"),
        ("party/listed", "bool"),
        ("receivable/project", "text"),
        ("receivable/delivered_on", "date"),
    ] {
        let body = json!({ "type": kind, "label_en": "Label", "label_es": "Etiqueta" });
        app.put(&format!("/v1/attributes/{key}"), &body).expect(200);
    }
    let mut document = app.get("/v1/scenarios/standard").expect(200)["document"].clone();
    document["steps"][1]["condition"] = json!(condition);
    app.post("/v1/scenarios", &json!({ "document": document })).expect(201);
    app.post("/v1/scenarios/standard/versions/2/activate", &json!({})).expect(200);
    let item = |id: &str, given| ReceivableRow {
        attributes: given,
        ..invoice(id, "A1", "100.00", ("2025-11-02", "2026-02-20"))
    };
    app.push("ERP-E1")
        .parties(vec![PartyRow {
            attributes: attribute("listed", Given::Flag(true)),
            ..party("P1", "Talleres Ibarra, S.L.")
        }])
        .accounts(vec![AccountRow {
            attributes: attribute("score", Given::Number("600.5".to_owned())),
            ..account("A1", "P1")
        }])
        .receivables(vec![
            item("I1", attribute("project", Given::Text("Bridge".to_owned()))),
            item("I2", attribute("delivered_on", Given::Date("2026-02-01".to_owned()))),
        ])
        .finish();
    book
}

#[test]
fn a_condition_on_the_account_and_its_party_decides() {
    let condition = "(group.attributes.score ?? 0) > 600 and (group.party_attributes.listed ?? false)";
    let decision = book(condition).decision("2026-03-04");
    assert_eq!(decision["outcome"], "act");
    assert_eq!(decision["facts"]["attributes"], json!({ "score": { "number": "600.5" } }));
    assert_eq!(decision["facts"]["party_attributes"], json!({ "listed": { "bool": true } }));
    let above = book("(group.attributes.score ?? 0) > 601").decided("2026-03-04");
    assert!(above.iter().all(|d| d["outcome"] != "act"), "{above:?}");
}

#[test]
fn a_condition_on_the_item_concerns_that_item_and_the_run_can_be_replayed() {
    let book =
        book("(item.attributes.project ?? '') == 'Bridge' or (item.attributes.delivered_on ?? 0) < -60");
    let run = book.on("2026-03-04").run();
    let [decision] =
        <[_; 1]>::try_from(book.items(&format!("/v1/decisions?run={}", text(&run["id"])))).expect("one");
    let decision: serde_json::Value = decision;
    assert_eq!(decision["outcome"], "act");
    let items = decision["facts"]["items"].as_array().expect("items");
    let read = items.iter().map(|i| i["attributes"].clone()).collect::<Vec<_>>();
    assert!(read.contains(&json!({ "project": { "text": "Bridge" } })), "{read:?}");
    assert!(read.contains(&json!({ "delivered_on": { "date": "2026-02-01" } })), "{read:?}");
    let stepped =
        decision["contact"]["items"].as_array().expect("items").iter().filter(|i| i["step"].is_u64());
    assert_eq!(stepped.count(), 1, "both are in the letter, the step is the bridge's: {decision}");
    let replay = book.app.get(&format!("/v1/dunning/runs/{}/replay", text(&run["id"]))).expect(200);
    assert_eq!(replay["holds"], true, "{replay}");
}
