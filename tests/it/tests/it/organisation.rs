//! Mandants, legal entities and sources; and what every command promises: once, dry, versioned, explained.

use serde_json::{Value, json};
use testkit::app::TestApp;

fn mandant(code: &str) -> Value {
    json!({ "code": code, "name": "Grupo" })
}

#[test]
fn the_same_call_twice_is_done_once() {
    let app = TestApp::start();
    let send =
        |body: &Value| app.call("POST", "/v1/mandants").header("Idempotency-Key", "k1").json(body).send();
    let first = send(&mandant("A"));
    let id = first.expect(201)["id"].clone();
    let second = send(&mandant("A"));
    assert_eq!(second.expect(201)["id"], id);
    assert_eq!(second.header("Idempotent-Replayed"), Some("true"));
    send(&mandant("B")).refused(409, "idempotency.key_reused");
    assert_eq!(app.get("/v1/mandants").expect(200)["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_dry_run_answers_with_the_events_and_leaves_nothing() {
    let app = TestApp::start();
    let reply = app.call("POST", "/v1/mandants?dry_run=true").json(&mandant("A")).send();
    assert!(reply.status < 300, "{}", reply.text());
    assert!(reply.text().contains("organisation.mandant_created"), "{}", reply.text());
    assert_eq!(app.get("/v1/mandants").expect(200)["items"], json!([]));
    assert_eq!(
        app.database.sql("SELECT count(*) FROM event WHERE kind = 'organisation.mandant_created'"),
        "0"
    );
}

#[test]
fn a_code_is_taken_once() {
    let app = TestApp::start();
    app.post("/v1/mandants", &mandant("A")).expect(201);
    app.post("/v1/mandants", &mandant("A")).refused(409, "organisation.code_taken");
}

#[test]
fn every_wrong_field_is_named_in_the_callers_language() {
    let app = TestApp::start();
    let call = app.call("POST", "/v1/mandants").header("Accept-Language", "es");
    let problem = call.json(&json!({ "code": "A", "name": " " })).send();
    problem.refused(422, "text.required");
    assert_eq!(problem.header("Content-Type"), Some("application/problem+json"));
    let problem = problem.json();
    assert_eq!(problem["errors"][0]["field"], "name", "{problem}");
    assert_eq!(problem["title"], "El texto no puede estar vacío.", "{problem}");
}

#[test]
fn a_change_needs_the_version_that_was_read() {
    let app = TestApp::start();
    let id = app.entity("E1");
    let path = format!("/v1/legal-entities/{id}");
    let read = app.get(&path);
    let etag = read.header("ETag").expect("an ETag").to_owned();
    let mut body = read.expect(200);
    body["name"] = json!("Otro nombre, S.A.");
    let put = |tag: &str| app.call("PUT", &path).header("If-Match", tag).json(&body).send();
    let changed = put(&etag).expect(200);
    assert_eq!(changed["name"], "Otro nombre, S.A.");
    put(&etag).refused(412, "version.mismatch");
}

#[test]
fn an_unknown_filter_or_order_is_refused_and_not_ignored() {
    let app = TestApp::start();
    app.get("/v1/mandants?colour=red").refused(422, "list.unknown_filter");
    app.get("/v1/mandants?sort=colour").refused(422, "list.unknown_sort");
    app.get("/v1/mandants?cursor=xyz").refused(422, "list.bad_cursor");
}

#[test]
fn pages_follow_each_other_without_gap_or_repetition() {
    let app = TestApp::start();
    for n in 0..7 {
        app.post("/v1/mandants", &mandant(&format!("M{n}"))).expect(201);
    }
    let mut seen = Vec::new();
    let mut path = "/v1/mandants?sort=-code&limit=3".to_owned();
    loop {
        let page = app.get(&path).expect(200);
        seen.extend(page["items"].as_array().expect("items").iter().map(|m| m["code"].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/mandants?sort=-code&limit=3&cursor={cursor}");
    }
    assert_eq!(seen, ["M6", "M5", "M4", "M3", "M2", "M1", "M0"]);
}

#[test]
fn a_list_comes_as_csv_for_those_who_ask() {
    let app = TestApp::start();
    app.post("/v1/mandants", &json!({ "code": "A", "name": "Grupo \"Norte\", S.L." })).expect(201);
    let reply = app.call("GET", "/v1/mandants?fields=code,name").header("Accept", "text/csv").send();
    assert_eq!(
        reply.text().trim_start_matches('\u{feff}').lines().collect::<Vec<_>>(),
        ["code,name", "A,\"Grupo \"\"Norte\"\", S.L.\""]
    );
}

#[test]
fn a_body_that_is_no_json_or_too_big_is_refused_by_code() {
    let app = TestApp::start();
    let send = |bytes: Vec<u8>| {
        app.call("POST", "/v1/mandants").header("Content-Type", "application/json").bytes(bytes).send()
    };
    let reply = send(b"{\"code\": ".to_vec());
    reply.refused(422, "request.body_invalid");
    let reply = send(vec![b' '; 20 * 1024 * 1024]);
    reply.refused(422, "request.body_too_large");
    let reply = send(b"{\"code\": \"A\", \"name\": \"\xff\xfe\"}".to_vec());
    reply.refused(422, "request.body_invalid");
}

#[test]
fn an_unknown_path_says_where_the_contract_is() {
    let app = TestApp::start();
    let reply = app.get("/v1/nothing");
    reply.refused(404, "not_found");
    assert!(reply.text().contains("/openapi.json"));
}

#[test]
fn the_name_of_a_mandant_or_portfolio_is_corrected_and_its_code_stays() {
    let app = TestApp::start();
    let entity = app.entity("E1");
    let own = app.get(&format!("/v1/legal-entities/{entity}")).expect(200)["mandant_id"].clone();
    let id = |made: Value| made["id"].as_str().expect("an id").to_owned();
    let other = id(app.post("/v1/mandants", &mandant("OTRO")).expect(201));
    let portfolio = id(app.post("/v1/portfolios", &mandant("NORTE")).expect(201));
    let named = json!({ "name": "Grupo Norte" });
    for (path, code, event) in [
        (format!("/v1/mandants/{other}"), "OTRO", "organisation.mandant_changed"),
        (format!("/v1/portfolios/{portfolio}"), "NORTE", "customers.portfolio_changed"),
    ] {
        let put = |tag: &str, body: &Value| app.call("PUT", &path).header("If-Match", tag).json(body).send();
        let changed = put("\"1\"", &named).expect(200);
        assert_eq!(
            (&changed["name"], &changed["code"], &changed["version"]),
            (&json!("Grupo Norte"), &json!(code), &json!(2))
        );
        assert_eq!(app.get(&path).expect(200)["name"], "Grupo Norte");
        put("\"1\"", &named).refused(412, "version.mismatch");
        put("\"2\"", &json!({ "name": " " })).refused(422, "text.required");
        assert_eq!(app.put(&path, &json!({ "name": "x", "code": "y" })).status, 422, "the code stays");
        assert_eq!(app.database.sql(&format!("SELECT count(*) FROM event WHERE kind = '{event}'")), "1");
    }
    let manager = app.key(&["manager"], Some(&[("mandant", own.as_str().expect("an id"))]));
    let rename = |path: String| app.call("PUT", &path).bearer(&manager).json(&named).send();
    rename(format!("/v1/mandants/{}", own.as_str().expect("an id"))).expect(200);
    assert!(matches!(rename(format!("/v1/mandants/{other}")).status, 403 | 404));
    rename(format!("/v1/portfolios/{portfolio}")).refused(403, "auth.installation_wide");
    let narrow = app.key(&["manager"], Some(&[("legal_entity", &entity)]));
    let path = format!("/v1/mandants/{}", own.as_str().expect("an id"));
    app.call("PUT", &path).bearer(&narrow).json(&named).send().refused(403, "auth.out_of_scope");
}

#[test]
fn a_source_no_longer_gates_dunning_once_somebody_says_so() {
    let app = TestApp::start();
    let entity = app.entity("E1");
    let source = app.get("/v1/sources").expect(200)["items"][0].clone();
    let path = format!("/v1/sources/{}", source["id"].as_str().expect("an id"));
    let run = json!({ "legal_entity_id": entity });
    assert_eq!(app.post("/v1/dunning/runs", &run).expect(201)["state_reason"], "missing ERP-E1");
    let settings = json!({ "name": "Old ERP", "gates_dunning": false, "snapshot_close_max_percent": 5 });
    let changed = app.call("PUT", &path).header("If-Match", "\"1\"").json(&settings).send().expect(200);
    assert_eq!(
        (&changed["name"], &changed["version"], &changed["code"]),
        (&json!("Old ERP"), &json!(2), &json!("ERP-E1"))
    );
    app.call("PUT", &path)
        .header("If-Match", "\"1\"")
        .json(&settings)
        .send()
        .refused(412, "version.mismatch");
    let manager = app.key(&["manager"], Some(&[("legal_entity", &app.entity("E2"))]));
    let refused = app.call("PUT", &path).bearer(&manager).json(&settings).send();
    assert!(matches!(refused.status, 403 | 404), "{}", refused.text());
    testkit::wait::until("a run that decides", || {
        app.post("/v1/dunning/runs", &run).json()["state"] == "finished"
    });
}
