//! The platform's own resources: feed, audit trail, jobs, test clock, catalogues.

use std::io::{BufRead as _, BufReader};

use proto::v1::push_chunks_request::Rows;
use proto::v1::{OpenSessionRequest, PartyRows, PushChunksRequest, PushMode};
use serde_json::{Value, json};
use testkit::app::TestApp;
use testkit::push::{Grpc, Push, party};
use testkit::wait;

fn mandant(app: &TestApp, code: &str) -> Value {
    app.post("/v1/mandants", &json!({ "code": code, "name": "Grupo" })).expect(201)
}

fn kinds(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("items").iter();
    items.map(|event| event["kind"].as_str().expect("a kind").to_owned()).collect()
}

#[test]
fn the_feed_is_read_on_from_the_number_it_ended_with() {
    let app = TestApp::start();
    app.sequence_events();
    let end = app.get("/v1/events?limit=1000").expect(200)["last_seq"].as_i64().expect("a number");
    mandant(&app, "A");
    mandant(&app, "B");
    app.sequence_events();
    let first = app.get(&format!("/v1/events?after={end}&limit=1")).expect(200);
    assert_eq!(kinds(&first), ["organisation.mandant_created"]);
    assert_eq!((&first["caught_up"], &first["items"][0]["seq"]), (&json!(false), &json!(end + 1)));
    let rest = app.get(&format!("/v1/events?after={}", end + 1)).expect(200);
    assert_eq!(kinds(&rest), ["organisation.mandant_created"]);
    assert_eq!(rest["items"][0]["payload"]["after"]["code"], "B");
    assert_eq!((&rest["caught_up"], &rest["last_seq"]), (&json!(true), &json!(end + 2)));
}

#[test]
fn a_type_filter_leaves_numbers_out_but_moves_on() {
    let app = TestApp::start();
    mandant(&app, "A");
    app.sequence_events();
    let page = app.get("/v1/events?limit=1000&type=organisation.mandant_created").expect(200);
    assert_eq!(kinds(&page), ["organisation.mandant_created"]);
    let last = page["last_seq"].as_i64().expect("a number");
    let none = app.get(&format!("/v1/events?after={last}&type=organisation.source_created")).expect(200);
    assert_eq!(none["items"], json!([]));
    app.get("/v1/events?limit=0").refused(422, "event.feed_limit");
    app.get("/v1/events?colour=red").refused(422, "request.parameter_unknown");
    app.get("/v1/events?wait=3600").refused(422, "request.query_invalid");
}

#[test]
fn who_waits_gets_the_event_as_soon_as_it_is_there() {
    let app = TestApp::start();
    app.sequence_events();
    let end = app.get("/v1/events?limit=1000").expect(200)["last_seq"].as_i64().expect("a number");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| app.get(&format!("/v1/events?after={end}&wait=30")).expect(200));
        mandant(&app, "A");
        assert_eq!(kinds(&waiting.join().expect("an answer")), ["organisation.mandant_created"]);
    });
}

#[test]
fn a_follower_is_sent_every_event_and_let_go_when_the_server_stops() {
    let mut app = TestApp::start();
    app.sequence_events();
    let end = app.get("/v1/events?limit=1000").expect(200)["last_seq"].as_i64().expect("a number");
    let agent: ureq::Agent = ureq::Agent::config_builder().build().into();
    let answer = agent
        .get(format!("{}/v1/events", app.base))
        .header("Authorization", format!("Bearer {}", app.admin))
        .header("Accept", "text/event-stream")
        .header("Last-Event-ID", end.to_string())
        .call()
        .expect("a stream");
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut lines = BufReader::new(answer.into_body().into_reader()).lines();
    mandant(&app, "A");
    let id = lines.next().expect("a line").expect("read");
    assert_eq!(id, format!("id: {}", end + 1));
    assert_eq!(lines.next().expect("a line").expect("read"), "event: organisation.mandant_created");
    app.stop();
    assert!(lines.map_while(Result::ok).count() < 10, "the stream has ended");
}

#[test]
fn the_audit_trail_says_who_did_what_when_and_why() {
    let app = TestApp::start();
    let body = json!({ "code": "A", "name": "Grupo" });
    let call = app.call("POST", "/v1/mandants").header("X-Reason", "new client").json(&body);
    let id = call.send().expect(201)["id"].as_str().expect("an id").to_owned();
    mandant(&app, "B");
    let found = app.get(&format!("/v1/audit-entries?object={id}")).expect(200);
    let entry = &found["items"][0];
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!(
        (&entry["kind"], &entry["reason"]),
        (&json!("organisation.mandant_created"), &json!("new client"))
    );
    assert_eq!((&entry["object_id"], &entry["actor_kind"]), (&json!(id), &json!("api_key")), "{entry}");
    assert_eq!(entry["after"]["code"], "A");
    let actor = entry["actor_id"].as_str().expect("an actor");
    let by = |query: &str| {
        let page = app.get(&format!("/v1/audit-entries?limit=500&{query}")).expect(200);
        page["items"].as_array().expect("items").len()
    };
    assert_eq!(by(&format!("actor={actor}&operation=organisation.")), 2);
    assert_eq!(by("with_reason=true"), 1);
    assert_eq!(by("kind=organisation.mandant_created&from=2026-03-04&to=2026-03-04"), 2);
    assert_eq!(by("kind=organisation.mandant_created&from=2026-03-05"), 0);
    app.get("/v1/audit-entries?object=nonsense").refused(422, "id.invalid");
    let collector = app.key(&["collector"], None);
    app.call("GET", "/v1/audit-entries").bearer(&collector).send().refused(403, "auth.forbidden");
    let path = format!("/v1/audit-entries/{}", entry["id"].as_str().expect("an id"));
    assert_eq!(app.get(&path).expect(200)["request_id"], entry["request_id"]);
}

#[test]
fn a_job_that_waits_can_be_cancelled_and_one_that_runs_cannot() {
    let app = TestApp::start();
    let insert = |state: &str| {
        let sql = format!(
            "INSERT INTO job (id, kind, payload, state, run_at, created_at, event_id) VALUES (gen_random_uuid(), \
             'test', '{{}}', '{state}', now(), now(), gen_random_uuid()) RETURNING r.pid('job', id)"
        );
        app.database.sql(&sql).lines().next().expect("an id").to_owned()
    };
    let (queued, running) = (insert("queued"), insert("running"));
    let listed = app.get("/v1/jobs?state=queued&kind=test").expect(200);
    assert_eq!(listed["items"][0]["id"], json!(queued));
    let cancel = |id: &str| app.call("POST", &format!("/v1/jobs/{id}/cancel")).send();
    assert_eq!(cancel(&queued).status, 204);
    assert_eq!(cancel(&queued).status, 204, "twice is once");
    assert_eq!(app.get(&format!("/v1/jobs/{queued}")).expect(200)["state"], "cancelled");
    cancel(&running).refused(409, "job.not_queued");
    let events = "SELECT count(*) FROM event WHERE kind = 'jobs.job_cancelled'";
    assert_eq!(app.database.sql(events), "1");
}

#[test]
fn only_the_clock_of_a_test_book_moves_and_only_forward() {
    let real = TestApp::start();
    let to = |now: &str| json!({ "now": now });
    real.post("/v1/book/clock", &to("2026-04-01T08:00:00Z")).refused(409, "book.not_test");
    let app = TestApp::start();
    app.database.sql("UPDATE installation SET test_book = true");
    app.post("/v1/book/clock?dry_run=true", &to("2026-05-01T08:00:00Z")).expect(200);
    assert_eq!(app.get("/v1/book/clock").expect(200)["now"], "2026-03-04T08:00:00Z");
    app.post("/v1/book/clock", &to("2027-09-01T08:00:00Z")).expect(200);
    assert_eq!(app.get("/v1/book/clock").expect(200)["now"], "2027-09-01T08:00:00Z");
    mandant(&app, "A");
    assert_eq!(app.database.sql("SELECT test_now FROM installation"), "2027-09-01 08:00:00+00");
    app.post("/v1/book/clock", &to("2027-08-31T08:00:00Z")).refused(422, "book.clock_backwards");
    app.post("/v1/book/clock", &to("yesterday")).refused(422, "request.body_invalid");
    let manager = app.key(&["manager"], None);
    let call = app.call("POST", "/v1/book/clock").bearer(&manager).json(&to("2027-10-01T08:00:00Z"));
    call.send().refused(403, "auth.forbidden");
}

#[test]
fn front_ends_find_words_for_every_code_without_signing_in() {
    let app = TestApp::start();
    let get = |path: &str| app.call("GET", path).anonymous().send().expect(200);
    let errors = get("/v1/errors");
    let missing = errors["items"].as_array().expect("items").iter().find(|e| e["code"] == "auth.missing");
    assert_eq!(missing.expect("the code")["status"], 401);
    let spanish = get("/v1/labels?lang=es");
    assert_eq!(spanish["enums"]["receivable_kind"]["credit_note"], "Abono");
    assert_eq!(spanish["events"]["organisation.mandant_created"], "Mandante creado");
    let both = get("/v1/labels");
    assert_eq!(both["enums"]["job_state"]["queued"], json!({ "en": "Waiting", "es": "En espera" }));
    assert!(both["errors"]["not_found"]["es"].as_str().is_some_and(|t| t.starts_with("No existe")));
    app.get("/v1/labels?lang=fr").refused(422, "value.unknown");
}

#[test]
fn events_are_numbered_by_themselves() {
    let app = TestApp::start();
    mandant(&app, "A");
    wait::until("the background numbers the event", || {
        let page = app.get("/v1/events?limit=1000&type=organisation.mandant_created").expect(200);
        kinds(&page).len() == 1
    });
}

#[test]
fn the_explorer_is_served_from_here_and_may_reach_nothing_else() {
    let app = TestApp::start();
    let get = |path: &str| app.call("GET", path).anonymous().send();
    let page = get("/docs");
    page.expect(200);
    let policy = page.header("Content-Security-Policy").expect("a policy").to_owned();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    let html = page.text();
    let loaded = html.split('"').filter(|part| part.starts_with("/docs/")).collect::<Vec<_>>();
    assert_eq!(loaded.len(), 3, "{html}");
    assert!(!html.contains("http"), "nothing from elsewhere: {html}");
    for path in loaded {
        assert_eq!(get(path).status, 200, "{path}");
    }
    assert!(get("/docs/licence.txt").text().contains("Apache License"));
    assert!(get("/docs/errors").text().contains("id=\"receivable.account_changed\""));
    assert_eq!(get("/openapi.json").json()["openapi"], "3.1.0");
}

#[test]
fn the_metrics_count_answers_by_route_and_show_how_the_work_stands() {
    let app = TestApp::start();
    let mandant = mandant(&app, "A");
    app.get(&format!("/v1/mandants/{}", mandant["id"].as_str().expect("an id"))).expect(200);
    app.call("GET", "/v1/mandants").anonymous().send().refused(401, "auth.missing");
    let text = app.call("GET", "/metrics").anonymous().send().text();
    for series in [
        "recobra_http_request_duration_seconds_count{method=\"GET\",route=\"/v1/mandants/{mandant}\",status=\"200\"} 1",
        "recobra_http_request_duration_seconds_count{method=\"POST\",route=\"/v1/mandants\",status=\"201\"} 1",
        "recobra_http_request_duration_seconds_count{method=\"GET\",route=\"/v1/mandants\",status=\"401\"} 1",
        "recobra_executor_waiting{executor=\"requests\"} 0",
        "recobra_database_up 1",
        "recobra_sending_quarantined 0",
        "# TYPE recobra_http_request_duration_seconds histogram",
    ] {
        assert!(text.lines().any(|line| line == series), "{series} is not in\n{text}");
    }
    assert!(text.contains("recobra_pool_connections{state=\"idle\"}"));
    assert!(text.contains("recobra_events_unsequenced "));
    assert!(text.contains("recobra_events_unsequenced_age_seconds "));
}

#[test]
fn the_metrics_count_grpc_calls_by_method_and_code_also_those_refused() {
    let app = TestApp::start();
    app.entity("E1");
    drop(app.push("ERP-E1").parties(vec![party("P1", "Talleres Ibarra, S.L.")]));
    let stranger = Grpc::connect(app.runtime.handle().clone(), &app.grpc_url(), Some("no-key"));
    stranger.open(OpenSessionRequest::default()).expect_err("nobody knows this key");
    wait::until("the calls have ended", || count(&app, "PushChunks", 0).is_some());
    assert_eq!(count(&app, "OpenSession", 0).as_deref(), Some("1"));
    assert_eq!(count(&app, "OpenSession", 16).as_deref(), Some("1"));
}

#[test]
fn the_metrics_count_every_pushed_row_once_and_no_rehearsed_one() {
    let app = TestApp::start();
    app.entity("E1");
    let rows = |name: &str| Rows::Parties(PartyRows { rows: vec![party("P1", name), party("P2", "Dos")] });
    let asked = OpenSessionRequest {
        source: "ERP-E1".to_owned(),
        mode: PushMode::Delta.into(),
        as_of: "2026-03-04".to_owned(),
        sequence: 1,
        dry_run: true,
        ..OpenSessionRequest::default()
    };
    let rehearsed = app.grpc().open(asked).expect("a session");
    Push::resume(app.grpc(), rehearsed).rows(rows("Uno")).finish();
    let push = app.push("ERP-E1").rows(rows("Uno"));
    // Acknowledged once, the chunk is sent again.
    let again =
        PushChunksRequest { session_id: push.session.id.clone(), chunk_no: 1, rows: Some(rows("Uno")) };
    app.grpc().chunk(again).expect("the same answer");
    push.rows(rows("Uno, S.L.")).finish();
    let text = app.call("GET", "/metrics").anonymous().send().text();
    for (outcome, count) in [("created", 2), ("updated", 1), ("unchanged", 1), ("parked", 0)] {
        let series = format!("recobra_push_rows_total{{outcome=\"{outcome}\"}} {count}");
        assert!(text.lines().any(|line| line == series), "{series} is not in\n{text}");
    }
}

/// How many calls of a method ended with a status code.
fn count(app: &TestApp, method: &str, code: u8) -> Option<String> {
    let method = format!("/recobra.v1.PushService/{method}");
    let series = format!("recobra_grpc_call_duration_seconds_count{{code=\"{code}\",method=\"{method}\"}} ");
    let text = app.call("GET", "/metrics").anonymous().send().text();
    text.lines().find_map(|line| line.strip_prefix(&series).map(str::to_owned))
}
