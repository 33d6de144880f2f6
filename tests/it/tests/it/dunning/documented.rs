//! The parts of scenarios that docs/dunning.md shows: each is checked, saved and put into force as a reader would.

use serde_json::{Value, json};
use testkit::app::TestApp;

use super::text;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/dunning.md");

fn page() -> String {
    std::fs::read_to_string(PAGE).unwrap_or_else(|e| panic!("{PAGE}: {e}"))
}

/// Every block of JSON.
fn blocks() -> Vec<Value> {
    let page = page();
    let blocks =
        page.split("```json\n").skip(1).map(|rest| rest.split_once("```").expect("the end of a block").0);
    blocks.map(|b| serde_json::from_str(b).unwrap_or_else(|e| panic!("{PAGE}: {e}: {b}"))).collect()
}

/// What stands in the running text as code and is an object.
fn objects_in_the_text() -> Vec<Value> {
    let text = page().split("```").step_by(2).map(str::to_owned).collect::<Vec<_>>().join("\n");
    text.split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|code| serde_json::from_str(code).ok())
        .filter(Value::is_object)
        .collect()
}

/// Checks, saves and puts into force; what is saved is what was written.
fn put_into_force(app: &TestApp, document: &Value) {
    let check = app.post("/v1/scenarios/check", &json!({ "document": document })).expect(200);
    assert_eq!((&check["valid"], &check["problems"]), (&json!(true), &json!([])), "{document}");
    let draft = app.post("/v1/scenarios", &json!({ "document": document })).expect(201);
    let path = format!("/v1/scenarios/standard/versions/{}", draft["version"]);
    assert_eq!(app.get(&path).expect(200)["document"], *document);
    assert_eq!(text(&app.post(&format!("{path}/activate"), &json!({})).expect(200)["state"]), "active");
}

#[test]
fn every_part_of_a_scenario_that_the_page_shows_can_be_used() {
    let app = TestApp::start();
    let mut document = app.get("/v1/scenarios/standard").expect(200)["document"].clone();
    let (mut steps, mut exits) = (0, 0);
    for part in blocks() {
        if part["when"].is_object() {
            let named = document["steps"].as_array_mut().expect("steps");
            let same = named.iter_mut().find(|step| step["code"] == part["code"]);
            *same.expect("a step of the standard scenario") = part;
            steps += 1;
        } else if part["condition"].is_string() {
            document["exits"].as_array_mut().expect("exits").push(part);
            exits += 1;
        } else {
            continue;
        }
        put_into_force(&app, &document);
    }
    let whens = objects_in_the_text();
    for when in &whens {
        // It needs a step before it that cannot be passed over.
        document["steps"][3]["when"] = when.clone();
        put_into_force(&app, &document);
    }
    assert_eq!(
        (steps, exits, whens.len()),
        (1, 1, 1),
        "the page shows something else now: is it looked at here?"
    );
}

/// The way of the page itself: read, edit the file, check, save.
#[test]
fn what_is_read_can_be_checked_and_saved_as_it_is() {
    let app = TestApp::start();
    let read = app.get("/v1/scenarios/standard").expect(200)["document"].clone();
    put_into_force(&app, &read);
}
