//! Scenarios: drafts, checks, versions.

use serde_json::{Value, json};
use testkit::app::TestApp;

use super::{Book, text};
use crate::repeat::{Sample, done_once};

fn standard(app: &TestApp) -> Value {
    app.get("/v1/scenarios/standard").expect(200)["document"].clone()
}

#[test]
fn a_new_installation_has_the_standard_scenario_in_both_languages() {
    let app = TestApp::start();
    let scenario = app.get("/v1/scenarios/standard").expect(200);
    assert_eq!((text(&scenario["state"]), scenario["version"].as_i64()), ("active", Some(1)));
    let name = &scenario["document"]["name"];
    assert!(name["es"].is_string() && name["en"].is_string());
    assert_eq!(scenario["document"]["steps"].as_array().map(Vec::len), Some(4));
}

#[test]
fn every_problem_of_a_document_is_listed_at_once() {
    let app = TestApp::start();
    let mut document = standard(&app);
    document["min_spacing_days"] = json!(0);
    document["steps"][1]["condition"] = json!("group.total_overdu > 5");
    document["steps"][2]["template"] = json!("no_such_template");
    document["steps"][3]["code"] = json!("first_reminder");
    document["minimum_amounts"]["XXL"] = json!("1.00");
    let check = app.post("/v1/scenarios/check", &json!({ "document": document })).expect(200);
    assert_eq!(check["valid"], false);
    let problems = check["problems"].as_array().expect("problems");
    let found = problems.iter().map(|p| (text(&p["path"]), text(&p["code"]))).collect::<Vec<_>>();
    for expected in [
        ("min_spacing_days", "scenario.spacing_zero"),
        ("steps[1].condition", "rule.expression_type"),
        ("steps[2].template", "scenario.template_unknown"),
        ("steps[3].code", "scenario.duplicate_code"),
        ("minimum_amounts.XXL", "currency.unknown"),
    ] {
        assert!(found.contains(&expected), "{expected:?} is not among {found:?}");
    }
    assert!(problems.iter().all(|p| p["en"] != p["es"]));
}

#[test]
fn a_ladder_that_cannot_be_climbed_is_told_before_it_is_put_into_force() {
    let app = TestApp::start();
    type Change = fn(&mut Value);
    let cases: [(Change, &str, &str); 7] = [
        // Days before the due date pass: whatever misses them could never go on.
        (|d| d["steps"][0]["optional"] = json!(false), "steps[0].optional", "scenario.dead_end"),
        // Required and never true: no later step is reached.
        (|d| d["steps"][2]["condition"] = json!("1 > 2"), "steps[2]", "scenario.dead_end"),
        (|d| d["steps"][2]["condition"] = json!("1 > 2"), "steps[2].condition", "scenario.step_unreachable"),
        // It counts from a step that may be passed over, or that is not there.
        (
            |d| d["steps"][1]["when"] = json!({ "days_after_previous_step": 5 }),
            "steps[1].when",
            "scenario.dead_end",
        ),
        (
            |d| {
                d["steps"].as_array_mut().expect("steps").remove(0);
                d["steps"][0]["when"] = json!({ "days_after_previous_step": 5 });
            },
            "steps[0].when",
            "scenario.step_unreachable",
        ),
        // After a backlog it would be raced through.
        (
            |d| {
                d["steps"][2]["when"] = json!({ "days_after_previous_step": 0 });
                d["steps"][2]["gap_days"] = json!(0);
            },
            "steps[2].when",
            "scenario.no_wait",
        ),
        (
            |d| {
                d["exits"] =
                    json!([{ "condition": "1 < 2", "reason": "always", "name": { "en": "A", "es": "S" } }])
            },
            "exits[0].condition",
            "scenario.exit_unconditional",
        ),
    ];
    for (change, path, code) in cases {
        let mut document = standard(&app);
        change(&mut document);
        let check = app.post("/v1/scenarios/check", &json!({ "document": document })).expect(200);
        assert_eq!(check["valid"], false, "{path} {code}");
        let problems = check["problems"].as_array().expect("problems");
        let told =
            problems.iter().any(|p| p["path"] == path && p["code"] == code && p["severity"] == "error");
        assert!(told, "{path} {code} is not among {problems:?}");
    }
}

#[test]
fn a_preview_dates_each_step_by_the_legal_entitys_calendar() {
    let app = TestApp::start();
    let entity = app.entity("E1");
    let asked = |more: Value| {
        let mut body = json!({ "legal_entity_id": entity, "amount": "1500.00", "currency": "EUR", "due_on": "2026-04-13" });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        app.post("/v1/scenarios/preview", &body)
    };
    let dated = |shown: &Value| {
        let steps = shown["steps"].as_array().expect("steps").iter();
        steps.map(|s| format!("{} {}", text(&s["step_code"]), text(&s["on"]))).collect::<Vec<_>>()
    };
    let of_standard = dated(&asked(json!({})).expect(200));
    assert_eq!(of_standard.len(), 4, "{of_standard:?}");
    assert_eq!(of_standard[0], "due_soon 2026-04-10");
    // A small item gets no courtesy reminder; five days after the due date is the 18th, a Saturday.
    let small = dated(&asked(json!({ "amount": "100.00", "code": "standard", "version": 1 })).expect(200));
    assert_eq!(small[0], "first_reminder 2026-04-20");
    let mut document = standard(&app);
    document["steps"][1]["when"]["days"] = json!(10);
    assert_eq!(
        dated(&asked(json!({ "amount": "100.00", "document": document })).expect(200))[0],
        "first_reminder 2026-04-23"
    );
    document["steps"][1]["condition"] = json!("group.nonsense > 5");
    asked(json!({ "document": document })).refused(422, "scenario.invalid");
    asked(json!({ "version": 9 })).refused(404, "scenario.version_unknown");
    asked(json!({ "amount": "0" })).refused(422, "amount.invalid");
    asked(json!({ "due_on": "2026-02-30" })).refused(422, "date.invalid");
}

#[test]
fn a_document_of_another_shape_is_refused_by_name() {
    let app = TestApp::start();
    let mut document = standard(&app);
    document["steps"][0]["when"]["days"] = json!(-3);
    app.post("/v1/scenarios", &json!({ "document": document })).refused(422, "scenario.document_invalid");
    let check = app.post("/v1/scenarios/check", &json!({ "document": document })).expect(200);
    assert_eq!(check["problems"][0]["code"], "scenario.document_invalid");
}

#[test]
fn a_draft_with_errors_is_kept_but_cannot_be_put_into_force() {
    let app = TestApp::start();
    let mut document = standard(&app);
    document["steps"][1]["condition"] = json!("item.open_amount + 'x'");
    document["min_spacing_days"] = json!(0);
    let draft = app.post("/v1/scenarios", &json!({ "document": document })).expect(201);
    assert_eq!((draft["version"].as_i64(), &draft["check"]["valid"]), (Some(2), &json!(false)));
    let refused = app.post("/v1/scenarios/standard/versions/2/activate", &json!({}));
    refused.refused(422, "scenario.invalid");
    assert!(refused.json()["errors"].as_array().is_some_and(|e| e.len() >= 2), "{}", refused.text());
    assert_eq!(app.get("/v1/scenarios/standard").expect(200)["version"], 1);
}

#[test]
fn putting_a_version_into_force_retires_the_one_before() {
    let app = TestApp::start();
    let mut document = standard(&app);
    document["min_spacing_days"] = json!(14);
    app.post("/v1/scenarios", &json!({ "document": document })).expect(201);
    let active = app.post("/v1/scenarios/standard/versions/2/activate", &json!({})).expect(200);
    assert_eq!(active["state"], "active");
    let again = app.post("/v1/scenarios/standard/versions/2/activate", &json!({}));
    again.refused(409, "scenario.not_draft");
    app.post("/v1/scenarios/standard/versions/9/activate", &json!({}))
        .refused(404, "scenario.version_unknown");
    let old = app.get("/v1/scenarios/standard/versions/1").expect(200);
    assert_eq!((text(&old["state"]), &old["document"]["min_spacing_days"]), ("retired", &json!(10)));
    let versions = app.get("/v1/scenarios?code=standard").expect(200);
    assert_eq!(versions["items"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_version_is_put_into_force_once() {
    let app = TestApp::start();
    app.post("/v1/scenarios", &json!({ "document": standard(&app) })).expect(201);
    let sample = Sample::bare("/v1/scenarios/standard/versions/2/activate".to_owned());
    let effect = "SELECT version, state, activated_at, xmin FROM scenario ORDER BY code, version";
    let active = done_once(&app, "activate_scenario", &sample, effect);
    assert_eq!((text(&active["state"]), active["version"].as_i64()), ("active", Some(2)));
}

#[test]
fn two_versions_of_the_same_content_read_the_same() {
    let app = TestApp::start();
    let document = standard(&app);
    let backwards = document.as_object().expect("an object").iter().rev();
    let backwards = backwards.map(|(k, v)| (k.clone(), v.clone())).collect::<serde_json::Map<_, _>>();
    app.post("/v1/scenarios", &json!({ "document": backwards })).expect(201);
    let second = app.get("/v1/scenarios/standard/versions/2").expect(200);
    assert_eq!(second["document"].to_string(), document.to_string());
}

#[test]
fn the_facts_that_conditions_read_are_documented() {
    let app = TestApp::start();
    let facts = app.get("/v1/scenarios/facts").expect(200);
    let facts = facts.as_array().expect("facts");
    let total = facts.iter().find(|f| f["path"] == "group.total_overdue").expect("a fact");
    assert_eq!(total["type"], "number");
}

#[test]
fn a_run_goes_by_the_version_in_force_and_says_which() {
    let book = Book::owing("2026-02-20");
    let mut document = standard(&book.app);
    document["steps"][1]["condition"] = json!("group.total_overdue > 1000");
    book.app.post("/v1/scenarios", &json!({ "document": document })).expect(201);
    book.app.post("/v1/scenarios/standard/versions/2/activate", &json!({})).expect(200);
    let run = book.run();
    assert_eq!(run["scenarios"], json!([{ "code": "standard", "version": 2 }]));
    assert_eq!(run["counts"]["act"], 0);
}

#[test]
fn a_reader_cannot_write_scenarios() {
    let app = TestApp::start();
    let key = app.key(&["collector"], None);
    let body = json!({ "document": standard(&app) });
    let answer = app.call("POST", "/v1/scenarios").bearer(&key).json(&body).send();
    answer.refused(403, "auth.forbidden");
}
