//! Declared attributes: held to their type by every push, found by lists, read by conditions.

use proto::v1::attribute_value::Value as Given;
use proto::v1::{AccountRow, AttributeValue, PartyRow, ReceivableRow, RowOutcome};
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{account, invoice, party};

const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

fn attributes<const N: usize>(
    given: [(&str, Given); N],
) -> std::collections::BTreeMap<String, AttributeValue> {
    given.map(|(name, value)| (name.to_owned(), AttributeValue { value: Some(value) })).into()
}

fn number(text: &str) -> Given {
    Given::Number(text.to_owned())
}

fn declare(app: &TestApp, key: &str, kind: &str, choices: &[&str]) {
    let body = json!({ "type": kind, "choices": choices, "label_en": "Label", "label_es": "Etiqueta" });
    app.put(&format!("/v1/attributes/{key}"), &body).expect(200);
}

/// Account `A1` with score 600 in zone north, `A2` with score 7.50 in zone south, `A3` with nothing.
fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    declare(&app, "account/score", "number", &[]);
    declare(&app, "account/zone", "text", &["north", "south"]);
    declare(&app, "account/since", "date", &[]);
    declare(&app, "party/listed", "bool", &[]);
    declare(&app, "receivable/project", "text", &[]);
    let listed =
        PartyRow { attributes: attributes([("listed", Given::Flag(true))]), ..party("P1", "Ibarra") };
    let scored = |id: &str, score: &str, zone: &str, since: &str| AccountRow {
        attributes: attributes([
            ("score", number(score)),
            ("zone", Given::Text(zone.to_owned())),
            ("since", Given::Date(since.to_owned())),
        ]),
        ..account(id, "P1")
    };
    let of_project = |id: &str, project: &str| ReceivableRow {
        attributes: attributes([("project", Given::Text(project.to_owned()))]),
        ..invoice(id, "A1", "100.00", DATES)
    };
    let push = app.push("ERP-E1").parties(vec![listed, party("P2", "Otra")]).accounts(vec![
        scored("A1", "600", "north", "2019-05-01"),
        scored("A2", "7.50", "south", "2025-12-31"),
        account("A3", "P1"),
    ]);
    assert_eq!(push.outcomes(), [RowOutcome::Created; 3], "{:?}", push.issues());
    push.receivables(vec![
        of_project("I1", "Bridge"),
        of_project("I2", "Tunnel"),
        invoice("I3", "A2", "9.00", DATES),
    ])
    .finish();
    app
}

fn numbers(app: &TestApp, path: &str, field: &str) -> Vec<String> {
    let items = app.get(path).expect(200)["items"].as_array().expect("items").clone();
    items.iter().map(|i| i[field].as_str().expect("a text").to_owned()).collect()
}

#[test]
fn a_row_with_a_value_of_another_type_is_refused_alone() {
    let app = book();
    let wrong = |id: &str, given| AccountRow { attributes: given, ..account(id, "P1") };
    let push = app.push("ERP-E1").accounts(vec![
        wrong("B1", attributes([("score", number("six hundred")), ("zone", Given::Text("west".to_owned()))])),
        wrong("B2", attributes([("score", number("1")), ("undeclared", Given::Flag(true))])),
        wrong("B3", attributes([("since", Given::Text("2026-02-30".to_owned()))])),
    ]);
    assert_eq!(push.outcomes(), [RowOutcome::Rejected, RowOutcome::Created, RowOutcome::Rejected]);
    let codes = "attribute.wrong_type";
    assert_eq!(
        push.issues(),
        [
            format!("0 attributes.score {codes}"),
            format!("0 attributes.zone {codes}"),
            format!("2 attributes.since {codes}")
        ]
    );
    let flagged = PartyRow { attributes: attributes([("listed", number("1"))]), ..party("P3", "Tercera") };
    let push = push.parties(vec![flagged]);
    assert_eq!(push.issues(), ["0 attributes.listed attribute.wrong_type"]);
    let invoiced = ReceivableRow {
        attributes: attributes([("project", Given::Flag(true))]),
        ..invoice("I9", "A1", "1.00", DATES)
    };
    let push = push.receivables(vec![invoiced, invoice("I10", "A1", "1.00", DATES)]);
    assert_eq!(push.outcomes(), [RowOutcome::Rejected, RowOutcome::Created]);
}

#[test]
fn lists_are_filtered_by_declared_attributes() {
    let app = book();
    let accounts = |filter: &str| numbers(&app, &format!("/v1/accounts?{filter}"), "number");
    assert_eq!(accounts("attribute=zone:north"), ["A1"]);
    assert_eq!(accounts("attribute=zone:north,south"), ["A1", "A2"]);
    assert_eq!(accounts("attribute=score:7.5"), ["A2"], "numbers are compared as numbers");
    assert_eq!(accounts("attribute=score:8.."), ["A1"], "and not as texts");
    assert_eq!(accounts("attribute=since:..2025-12-31"), ["A1", "A2"]);
    assert_eq!(accounts("attribute=since:2020-01-01..&attribute=zone:south"), ["A2"]);
    assert_eq!(numbers(&app, "/v1/parties?attribute=listed:true", "name"), ["Ibarra"]);
    assert_eq!(numbers(&app, "/v1/receivables?attribute=project:Tunnel", "document_no"), ["I2"]);
    app.get("/v1/accounts?attribute=size:1").refused(422, "attribute.undeclared");
    app.get("/v1/accounts?attribute=score:x").refused(422, "attribute.filter_invalid");
}

#[test]
fn a_value_that_came_before_its_declaration_is_shown_and_counts_as_not_set() {
    let app = TestApp::start();
    app.entity("E1");
    let early = AccountRow {
        attributes: attributes([("size", Given::Text("big".to_owned()))]),
        ..account("A1", "P1")
    };
    app.push("ERP-E1").parties(vec![party("P1", "Ibarra")]).accounts(vec![early]).finish();
    declare(&app, "account/size", "number", &[]);
    assert_eq!(app.get("/v1/accounts").expect(200)["items"][0]["attributes"], json!({ "size": "big" }));
    assert!(numbers(&app, "/v1/accounts?attribute=size:..1000", "number").is_empty());
}

#[test]
fn receivables_are_filtered_by_free_dimensions() {
    let app = book();
    let north = ReceivableRow {
        dimensions: [("branch".to_owned(), "Norte: 1".to_owned())].into(),
        ..invoice("I7", "A1", "1.00", DATES)
    };
    app.push("ERP-E1").receivables(vec![north]).finish();
    assert_eq!(numbers(&app, "/v1/receivables?dimension=branch:Norte:%201", "document_no"), ["I7"]);
    assert!(numbers(&app, "/v1/receivables?dimension=branch:Norte", "document_no").is_empty());
}

#[test]
fn labels_and_choices_change_and_the_type_stays() {
    let app = book();
    let declared = app.get("/v1/attributes/account/zone");
    assert_eq!(declared.expect(200)["choices"], json!(["north", "south"]));
    let tag = declared.header("ETag").expect("a tag").to_owned();
    let more = json!({ "type": "text", "choices": ["north", "south", "west"], "label_en": "Zone", "label_es": "Zona" });
    let changed = app.call("PUT", "/v1/attributes/account/zone").header("If-Match", &tag).json(&more).send();
    assert_eq!(changed.expect(200)["version"], 2);
    let late = app.call("PUT", "/v1/attributes/account/zone").header("If-Match", &tag).json(&more).send();
    late.refused(412, "version.mismatch");
    let other = json!({ "type": "number", "label_en": "Zone", "label_es": "Zona" });
    app.put("/v1/attributes/account/zone", &other).refused(409, "attribute.type_fixed");
    app.put("/v1/attributes/account/Zone", &more).refused(422, "attribute.key_invalid");
    app.put("/v1/attributes/invoice/zone", &more).refused(422, "value.unknown");
    let listed = numbers(&app, "/v1/attributes?owner=account&sort=name", "name");
    assert_eq!(listed, ["score", "since", "zone"]);
}

fn condition(app: &TestApp, condition: &str) -> Value {
    let mut document = app.get("/v1/scenarios/standard").expect(200)["document"].clone();
    document["steps"][1]["condition"] = json!(condition);
    app.post("/v1/scenarios", &json!({ "document": document })).expect(201)
}

#[test]
fn an_attribute_that_a_scenario_in_force_reads_cannot_be_withdrawn() {
    let app = book();
    let draft = condition(&app, "(group.attributes.score ?? 0) > 500");
    assert_eq!(draft["check"]["valid"], true, "{draft}");
    app.post("/v1/scenarios/standard/versions/2/activate", &json!({})).expect(200);
    let facts = app.get("/v1/scenarios/facts").expect(200);
    let score =
        facts.as_array().expect("facts").iter().find(|f| f["path"] == "group.attributes.score").expect("it");
    assert_eq!((&score["type"], &score["nullable"]), (&json!("number"), &json!(true)));
    app.delete("/v1/attributes/account/score").refused(409, "attribute.in_use");
    app.delete("/v1/attributes/account/since").expect(204);
    app.delete("/v1/attributes/account/since").refused(404, "not_found");
    let gone = condition(&app, "(group.attributes.since ?? 0) > 500");
    assert_eq!(gone["check"]["problems"][0]["code"], "rule.expression_type", "{gone}");
}
