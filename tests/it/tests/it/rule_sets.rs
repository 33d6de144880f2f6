//! Rule sets of credit: drafts, checks, versions, the facts they read.

use serde_json::{Value, json};
use testkit::TestApp;

use crate::reads::text;
use crate::repeat::{Sample, done_once};

const STANDARD: &str = "/v1/rule-sets/alert_rules/standard";

fn standard(app: &TestApp) -> Value {
    app.get(STANDARD).expect(200)["document"].clone()
}

fn draft(app: &TestApp, document: &Value) -> Value {
    app.post("/v1/rule-sets/alert_rules", &json!({ "document": document })).expect(201)
}

/// `path code` of every problem.
fn problems(check: &Value) -> Vec<String> {
    let problems = check["problems"].as_array().expect("problems").iter();
    problems.map(|p| format!("{} {}", text(&p["path"]), text(&p["code"]))).collect()
}

#[test]
fn a_new_installation_has_the_standard_documents_of_every_kind_in_force() {
    let app = TestApp::start();
    let listed = app.get("/v1/rule-sets?state=active&limit=500").expect(200);
    let listed = listed["items"].as_array().expect("items");
    let planted = domain::credit::rule_sets::KINDS.iter().map(|kind| kind.standard.len()).sum::<usize>();
    assert_eq!(listed.len(), planted);
    for summary in listed {
        let path = format!("/v1/rule-sets/{}/{}", text(&summary["kind"]), text(&summary["code"]));
        let found = app.get(&path).expect(200);
        assert_eq!((&found["version"], &found["retired_at"]), (&json!(1), &Value::Null), "{path}");
        assert_eq!(found["document"]["name"], summary["name"]);
        let check = format!("/v1/rule-sets/{}/check", text(&summary["kind"]));
        let check = app.post(&check, &json!({ "document": found["document"] })).expect(200);
        assert_eq!(check, json!({ "valid": true, "problems": [] }), "{path}");
    }
    // A second start plants nothing again.
    assert_eq!(app.database.sql("SELECT count(*) FROM rule_set WHERE version > 1").trim(), "0");
}

#[test]
fn every_problem_of_a_document_is_listed_at_once() {
    let app = TestApp::start();
    let mut document = standard(&app);
    document["rules"][0]["condition"] = json!("exposure.now > limit.total");
    document["rules"][1]["condition"] = json!("request.amount > 5");
    document["rules"][2]["condition"] = json!("rand(5) > 3");
    document["rules"][3]["name"]["es"] = json!("");
    document["rules"][5]["lead"]["fact"] = json!("exposure.now");
    document["rules"][6]["code"] = json!("limit_expires");
    let check = app.post("/v1/rule-sets/alert_rules/check", &json!({ "document": document })).expect(200);
    assert_eq!(check["valid"], false);
    assert_eq!(
        problems(&check),
        [
            "rules[0].condition rule.expression_type",
            "rules[1].condition rule.expression_unknown_fact",
            "rules[2].condition rule.expression_not_admitted",
            "rules[3].name.es rule.name_missing",
            "rules[5].lead.fact alert_rules.lead_fact",
            "rules[6].code rule.duplicate_code",
        ]
    );
    let listed = check["problems"].as_array().expect("problems");
    assert!(listed.iter().all(|p| p["en"] != p["es"] && p["severity"] == "error"));
    assert_eq!(app.database.sql("SELECT count(*) FROM rule_set WHERE state = 'draft'").trim(), "0");
}

#[test]
fn an_unknown_kind_is_refused_by_every_operation() {
    let app = TestApp::start();
    let body = json!({ "document": standard(&app) });
    for reply in [
        app.get("/v1/rule-sets/horoscope/facts"),
        app.get("/v1/rule-sets/horoscope/standard"),
        app.get("/v1/rule-sets/horoscope/standard/versions/1"),
        app.post("/v1/rule-sets/horoscope/check", &body),
        app.post("/v1/rule-sets/horoscope", &body),
        app.post("/v1/rule-sets/horoscope/standard/versions/1/activate", &json!({})),
    ] {
        reply.refused(404, "rule.kind_unknown");
        assert!(reply.text().contains("alert_rules"), "{}", reply.text());
    }
}

#[test]
fn a_document_of_another_shape_is_refused_by_name() {
    let app = TestApp::start();
    let mut document = standard(&app);
    document["rules"][0]["severty"] = json!("critical");
    let refused = app.post("/v1/rule-sets/alert_rules", &json!({ "document": document }));
    refused.refused(422, "rule.document_invalid");
    assert!(refused.text().contains("severty"), "{}", refused.text());
    let check = app.post("/v1/rule-sets/alert_rules/check", &json!({ "document": document })).expect(200);
    assert_eq!(
        (&check["valid"], problems(&check)),
        (&json!(false), vec!["document rule.document_invalid".to_owned()])
    );
    for code in ["Standard", "", "facts", "check"] {
        let mut document = standard(&app);
        document["code"] = json!(code);
        let refused = app.post("/v1/rule-sets/alert_rules", &json!({ "document": document }));
        refused.refused(422, "rule.code_invalid");
    }
}

#[test]
fn a_scorecard_that_no_decision_reads_says_so_when_it_is_checked() {
    let app = TestApp::start();
    let mut document = app.get("/v1/rule-sets/scorecard/standard").expect(200)["document"].clone();
    document["code"] = json!("e1");
    let body = json!({ "document": document });
    let check = app.post("/v1/rule-sets/scorecard/check", &body).expect(200);
    assert_eq!(
        (&check["valid"], problems(&check)),
        (&json!(true), vec!["code scorecard.not_read".to_owned()])
    );
    let draft = app.post("/v1/rule-sets/scorecard", &body).expect(201);
    assert_eq!(draft["check"]["problems"][0]["severity"], "warning");
    app.post("/v1/rule-sets/scorecard/e1/versions/1/activate", &json!({})).expect(200);
}

#[test]
fn a_draft_with_errors_is_kept_but_cannot_be_put_into_force() {
    let app = TestApp::start();
    let mut document = standard(&app);
    document["rules"][0]["condition"] = json!("exposure.now + 'x'");
    document["rules"][1]["holders"] = json!([]);
    let draft = draft(&app, &document);
    assert_eq!((draft["version"].as_i64(), &draft["check"]["valid"]), (Some(2), &json!(false)));
    let refused = app.post(&format!("{STANDARD}/versions/2/activate"), &json!({}));
    refused.refused(422, "rule.invalid");
    assert!(refused.json()["errors"].as_array().is_some_and(|e| e.len() == 2), "{}", refused.text());
    assert_eq!(app.get(STANDARD).expect(200)["version"], 1);
}

#[test]
fn putting_a_version_into_force_retires_the_one_before_and_keeps_when_each_was() {
    let app = TestApp::start();
    let mut document = standard(&app);
    document["rules"].as_array_mut().expect("rules").truncate(3);
    draft(&app, &document);
    let first = app.get(STANDARD).expect(200);
    let path = format!("{STANDARD}/versions/2/activate");
    let seen = app.call("POST", &path).header("If-Match", "\"7\"").json(&json!({})).send();
    seen.refused(412, "version.mismatch");
    let active = app.call("POST", &path).header("If-Match", "\"1\"").json(&json!({})).send().expect(200);
    assert_eq!(active["state"], "active");
    app.post(&path, &json!({})).refused(409, "rule.not_draft");
    app.post(&format!("{STANDARD}/versions/9/activate"), &json!({})).refused(404, "rule.version_unknown");
    app.get(&format!("{STANDARD}/versions/9")).refused(404, "rule.version_unknown");
    app.get("/v1/rule-sets/alert_rules/none").refused(404, "not_found");
    let old = app.get(&format!("{STANDARD}/versions/1")).expect(200);
    assert_eq!((text(&old["state"]), &old["document"]), ("retired".to_owned(), &first["document"]));
    assert_eq!(old["retired_at"], active["activated_at"]);
    app.sequence_events();
    let events = app
        .database
        .sql("SELECT kind FROM event WHERE kind LIKE 'rules.%' ORDER BY recorded_at DESC, id DESC LIMIT 2");
    assert_eq!(events.trim(), "rules.activated\nrules.drafted");
}

#[test]
fn a_version_is_put_into_force_once() {
    let app = TestApp::start();
    draft(&app, &standard(&app));
    let sample = Sample::bare(format!("{STANDARD}/versions/2/activate"));
    let effect = "SELECT version, state, activated_at, xmin FROM rule_set ORDER BY kind, code, version";
    let active = done_once(&app, "activate_rule_set", &sample, effect);
    assert_eq!((text(&active["state"]), active["version"].as_i64()), ("active".to_owned(), Some(2)));
}

#[test]
fn two_versions_of_the_same_content_read_the_same() {
    let app = TestApp::start();
    let document = standard(&app);
    let backwards = document.as_object().expect("an object").iter().rev();
    let backwards = backwards.map(|(k, v)| (k.clone(), v.clone())).collect::<serde_json::Map<_, _>>();
    draft(&app, &json!(backwards));
    let second = app.get(&format!("{STANDARD}/versions/2")).expect(200);
    assert_eq!(second["document"].to_string(), document.to_string());
}

#[test]
fn the_facts_of_a_kind_are_documented_and_hold_the_declared_attributes() {
    let app = TestApp::start();
    let declared = json!({ "type": "date", "label_en": "Founded on", "label_es": "Fundada el" });
    app.put("/v1/attributes/party/founded_on", &declared).expect(200);
    let facts = app.get("/v1/rule-sets/alert_rules/facts").expect(200);
    let facts = facts.as_array().expect("facts");
    let find = |path: &str| facts.iter().find(|f| f["path"] == path).cloned();
    let total = find("limit.total").expect("a fact");
    assert_eq!((&total["type"], &total["nullable"]), (&json!("number"), &json!(true)));
    assert!(find("request.amount").is_none(), "nothing is asked for where alerts are looked for");
    let founded = find("party.attributes.founded_on").expect("a fact");
    assert_eq!(founded["es"], "Fundada el, en días desde la fecha contable");
}

#[test]
fn an_attribute_that_a_rule_set_in_force_reads_cannot_be_withdrawn() {
    let app = TestApp::start();
    let declared = json!({ "type": "number", "label_en": "Risk", "label_es": "Riesgo" });
    app.put("/v1/attributes/party/risk", &declared).expect(200);
    let mut document = standard(&app);
    document["rules"][0]["condition"] = json!("(party.attributes.risk ?? 0) > 5");
    draft(&app, &document);
    app.post(&format!("{STANDARD}/versions/2/activate"), &json!({})).expect(200);
    app.delete("/v1/attributes/party/risk").refused(409, "attribute.in_use");
    draft(&app, &{
        document["rules"][0]["condition"] = json!("exposure.now > 5");
        document
    });
    app.post(&format!("{STANDARD}/versions/3/activate"), &json!({})).expect(200);
    app.delete("/v1/attributes/party/risk").refused(409, "attribute.in_use");
}

#[test]
fn a_reader_cannot_write_rule_sets() {
    let app = TestApp::start();
    let body = json!({ "document": standard(&app) });
    let key = app.key(&["credit_analyst"], None);
    app.call("GET", STANDARD).bearer(&key).send().expect(200);
    let answer = app.call("POST", "/v1/rule-sets/alert_rules").bearer(&key).json(&body).send();
    answer.refused(403, "auth.forbidden");
}
