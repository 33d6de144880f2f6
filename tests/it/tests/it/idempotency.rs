//! A repeated call does nothing twice: every change of the contract, sent twice with one key.

use serde_json::{Value, json};
use testkit::TestApp;

use crate::contract::{Operation, World, body, first, operations};
use crate::repeat::{Sample, repeat};

/// Changes that need a scene of their own to succeed: the file and the test in it that sends each twice.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("resolve_message", "messages_smtp.rs", "an_unknown_outcome_is_resolved_once"),
    ("mark_message_sent", "messages.rs", "a_letter_is_marked_as_sent_once"),
    ("resolve_alert", "messages.rs", "an_alert_is_resolved_once"),
    ("acknowledge_alert", "alerts.rs", "an_alert_is_taken_in_hand_once"),
    ("snooze_alert", "alerts.rs", "an_alert_is_put_off_once"),
    ("escalate_alert", "alerts.rs", "an_alert_is_handed_up_once"),
    ("release_sending", "messages.rs", "sending_is_released_once"),
    ("activate_scenario", "dunning/scenarios.rs", "a_version_is_put_into_force_once"),
    ("activate_rule_set", "rule_sets.rs", "a_version_is_put_into_force_once"),
    ("cancel_dunning_run", "dunning/repeats.rs", "a_run_is_cancelled_once"),
    ("approve_actions", "dunning/proposals.rs", "proposals_are_approved_together_once"),
    ("approve_action", "dunning/proposals.rs", "a_proposal_is_approved_once"),
    ("reject_action", "dunning/proposals.rs", "a_proposal_is_rejected_once"),
    ("edit_action", "dunning/proposals.rs", "a_proposal_is_edited_once"),
    ("confirm_push_session", "push.rs", "a_held_snapshot_is_confirmed_once"),
    ("abort_push_session", "push.rs", "a_session_is_given_up_once"),
    ("allocate", "allocation.rs", "a_credit_is_allocated_once"),
    ("reverse_allocation", "allocation.rs", "an_allocation_is_taken_back_once"),
    ("cancel_scoring", "scoring.rs", "a_scoring_is_cancelled_once"),
    ("end_rating_override", "scoring.rs", "an_override_is_ended_once"),
    ("withdraw_financial_statement", "scoring.rs", "a_statement_is_withdrawn_once"),
    ("import_external_ratings", "external_ratings.rs", "a_file_is_taken_in_once"),
    ("record_external_rating", "external_ratings.rs", "a_rating_is_written_down_once"),
    ("match_external_report", "external_ratings.rs", "a_report_is_matched_once"),
    ("ignore_external_report", "external_ratings.rs", "a_report_is_laid_aside_once"),
    ("end_party_relation", "credit_groups.rs", "a_relation_is_ended_once"),
    ("create_party_relation", "credit_groups.rs", "a_relation_is_made_once"),
    ("record_credit_limit", "credit_limits_once.rs", "a_limit_is_recorded_once"),
    ("end_credit_limit", "credit_limits_once.rs", "a_limit_is_ended_once"),
    ("create_limit_application", "credit_limits_once.rs", "an_application_is_made_once"),
    ("submit_limit_application", "credit_limits_once.rs", "an_application_is_handed_in_once"),
    ("withdraw_limit_application", "credit_limits_once.rs", "an_application_is_withdrawn_once"),
    ("approve_limit_application", "credit_limits_once.rs", "an_application_is_approved_once"),
    ("refuse_limit_application", "credit_limits_once.rs", "an_application_is_refused_once"),
    ("finish_limit_review", "credit_limits_once.rs", "a_review_is_finished_once"),
    ("create_stand_in", "credit_limits_once.rs", "a_stand_in_is_named_and_ended_once"),
    ("end_stand_in", "credit_limits_once.rs", "a_stand_in_is_named_and_ended_once"),
    ("create_term_deviation", "credit_terms.rs", "a_deviation_is_asked_for_and_taken_back_once"),
    ("withdraw_term_deviation", "credit_terms.rs", "a_deviation_is_asked_for_and_taken_back_once"),
    ("approve_term_deviation", "credit_terms.rs", "a_deviation_is_approved_once"),
    ("refuse_term_deviation", "credit_terms.rs", "a_deviation_is_refused_once"),
    ("end_term_deviation", "credit_term_deviations.rs", "a_deviation_is_ended_once"),
    ("activate_model", "models.rs", "a_model_is_put_into_force_once"),
    ("deactivate_model", "models.rs", "a_model_is_taken_out_of_force_once"),
    ("start_prediction_run", "models.rs", "one_run_at_a_time"),
    ("release_credit_check", "credit_releases.rs", "a_check_is_released_once"),
    ("release_credit_reservation", "credit_checks.rs", "a_reservation_is_released_once"),
];

/// Changes by method only: they compute and keep nothing, so that repeating them is harmless.
const COMPUTE_ONLY: &[(&str, &str)] = &[
    ("preview_template", "renders a template and keeps nothing"),
    ("check_scenario", "checks a scenario and keeps nothing"),
    ("check_rule_set", "checks a rule set and keeps nothing"),
    ("preview_scenario", "dates the steps of a scenario and keeps nothing"),
];

fn elsewhere(operation: &Operation) -> bool {
    ELSEWHERE.iter().any(|(id, ..)| *id == operation.id)
}

fn compute_only(operation: &Operation) -> bool {
    COMPUTE_ONLY.iter().any(|(id, _)| *id == operation.id)
}

/// A call that succeeds in the world.
fn sample(world: &World, operation: &Operation) -> Sample {
    let at = |name: &str, value: &str| operation.path.replace(&format!("{{{name}}}"), value);
    let path = match operation.id.as_str() {
        "update_legal_entity" => at("legal_entity", &world.entity),
        "update_user" => at("user", &user(world, "ana")),
        "set_password" => at("user", &user(world, "eva")),
        "revoke_api_key" => {
            let key = json!({ "name": "k", "roles": ["collector"], "all_rights": true, "rights": [] });
            let made = world.made("/v1/api-keys", &key);
            at("api_key", made["key"]["id"].as_str().expect("an id"))
        }
        "plan_message" | "edit_account" | "assign_portfolio" | "create_contact" => {
            at("account", &world.account)
        }
        "cancel_message" => {
            let planned = json!({ "template_code": "statement" });
            world.made(&format!("/v1/accounts/{}/messages", world.account), &planned);
            at("message", &first(&world.app, "messages"))
        }
        "edit_party" => at("party", &first(&world.app, "parties")),
        "edit_contact" => at("contact", &first(&world.app, "contacts")),
        "save_template" => at("code", "first_reminder").replace("{language}", "es"),
        "save_contact_policy" => at("code", "standard"),
        "save_payment_term" => at("code", "net_30"),
        "end_block" => {
            let block = json!({ "account_id": world.account, "reason": "legal" });
            at("block", world.made("/v1/blocks", &block)["id"].as_str().expect("an id"))
        }
        "declare_attribute" => at("owner", "account").replace("{name}", "plazo"),
        "withdraw_attribute" => {
            let declared = json!({ "type": "bool", "label_en": "VIP", "label_es": "VIP" });
            world.app.put("/v1/attributes/account/vip", &declared).expect(200);
            at("owner", "account").replace("{name}", "vip")
        }
        "put_rating_provider" => at("provider", "bureau"),
        "create_rule_set_draft" => at("kind", "alert_rules"),
        "update_mandant" => at("mandant", &first(&world.app, "mandants")),
        "update_portfolio" => {
            let made = world.made("/v1/portfolios", &json!({ "code": "NORTE", "name": "Norte" }));
            at("portfolio", made["id"].as_str().expect("an id"))
        }
        "update_source" => at("source", &first(&world.app, "sources")),
        "add_holiday" => at("calendar", "ES"),
        "remove_holiday" => at("calendar", "ES").replace("{day}", "2026-10-12"),
        "cancel_job" => at("job", &queued_job(world)),
        _ => operation.path.clone(),
    };
    assert!(!path.contains('{'), "idempotency.rs: say what {} works on: {path}", operation.id);
    let body = prepared_body(world, operation);
    let mut other = body.clone();
    let changed = ["note", "name", "source", "reason", "password", "label_en"];
    if let Some(field) = changed.iter().find(|f| other.get(**f).is_some_and(Value::is_string)) {
        other[*field] = json!(format!("{}!", other[*field].as_str().expect("a text")));
    }
    if operation.id == "score_one_party" || operation.id == "start_scoring" {
        other["scorecard"] = json!("other");
    }
    if operation.id == "move_book_clock" {
        other["now"] = json!("2026-03-06T08:00:00Z");
    }
    Sample { path, body, other }
}

pub(crate) fn prepared_body(world: &World, operation: &Operation) -> Value {
    let mut body = body(operation);
    match operation.id.as_str() {
        "create_legal_entity" => body["mandant_id"] = json!(first(&world.app, "mandants")),
        "create_source" | "start_backtest" | "start_dunning_run" | "start_prediction_run" | "train_model" => {
            body["legal_entity_id"] = json!(world.entity)
        }
        "create_block" => body["account_id"] = json!(world.account),
        "score_one_party" | "set_rating_override" | "record_financial_statement" => {
            body["party_id"] = json!(first(&world.app, "parties"));
        }
        "save_template" => {
            let now = world.app.get("/v1/templates?code=first_reminder&language=es").expect(200)["items"][0]
                .clone();
            body = json!({ "purpose": now["purpose"], "document": now["document"] });
        }
        "save_payment_term" => {
            body = json!({ "document": world.app.get("/v1/payment-terms/net_30").expect(200)["document"] });
            body["document"]["days"] = json!(29);
        }
        "save_contact_policy" => {
            let now = world.app.get("/v1/contact-policies").expect(200)["items"][0].clone();
            body = json!({ "document": now["document"] });
        }
        "create_rule_set_draft" => {
            let now = world.app.get("/v1/rule-sets/alert_rules/standard").expect(200);
            body = json!({ "document": now["document"] });
        }
        "create_scenario_draft" => {
            let now = world.app.get("/v1/scenarios/standard").expect(200);
            body = json!({ "document": now["document"] });
        }
        _ => {}
    }
    body
}

fn user(world: &World, login: &str) -> String {
    let body = json!({ "login": login, "name": "Ana", "language": "es", "roles": ["collector"], "all_rights": true,
        "rights": [], "password": "correcto caballo grapa" });
    world.made("/v1/users", &body)["id"].as_str().expect("an id").to_owned()
}

fn queued_job(world: &World) -> String {
    let made = world.app.database.sql(
        "INSERT INTO job (id, kind, payload, run_at, created_at, event_id) VALUES (gen_random_uuid(), 'test', '{}', \
         now(), now(), gen_random_uuid()) RETURNING r.pid('job', id)",
    );
    made.lines().next().expect("an id").to_owned()
}

#[test]
fn every_change_declares_its_idempotency_key() {
    for operation in operations().iter().filter(|o| o.changes() && !o.open) {
        assert!(operation.headers.iter().any(|h| h == "Idempotency-Key"), "{}", operation.id);
        assert!(operation.headers.iter().any(|h| h == "X-Reason"), "{}", operation.id);
    }
}

#[test]
fn an_api_key_without_idempotency_key_changes_nothing() {
    let world = World::new();
    for operation in operations().iter().filter(|o| o.changes() && !o.open) {
        let path = operation.made_up_path();
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let request = ureq::http::Request::builder()
            .method(operation.method.as_str())
            .uri(format!("{}{path}", world.app.base))
            .header("Authorization", format!("Bearer {}", world.app.admin))
            .body(body(operation).to_string().into_bytes())
            .expect("a request");
        let mut reply = agent.run(request).expect("an answer");
        let text = reply.body_mut().read_to_string().expect("a body");
        assert!(text.contains("idempotency.key_required"), "{}: {text}", operation.id);
    }
}

#[test]
fn every_change_repeated_with_its_key_is_answered_the_same_and_done_once() {
    let world = World::new();
    let mut wrong = Vec::new();
    for operation in operations().iter().filter(|o| o.changes() && !o.open) {
        if elsewhere(operation) || compute_only(operation) {
            continue;
        }
        // A run that an earlier change began must not write while a rehearsal is looked at.
        testkit::wait::until("no run is under way", || {
            let waiting = "SELECT count(*) FROM job WHERE state IN ('queued', 'running') AND kind <> 'test'";
            world.app.database.sql(waiting) == "0"
        });
        let sample = sample(&world, operation);
        wrong.extend(repeat(&world.app, operation, &sample, || {}).err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_change_that_is_left_out_here_is_sent_twice_by_the_test_named_for_it() {
    let known = operations();
    for (operation, file, test) in ELSEWHERE {
        assert!(known.iter().any(|o| o.id == *operation && o.changes()), "no change is called {operation}");
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it").join(file);
        let source = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{file}: {e}"));
        let (_, from) = source
            .split_once(&format!("#[test]\nfn {test}() {{"))
            .unwrap_or_else(|| panic!("{operation}: there is no test {test} in {file}"));
        let (this, _) = from.split_once("\n}\n").expect("the end of the test");
        let dense = this.split_whitespace().collect::<String>();
        let mut calls = dense.split("done_once(").skip(1).filter_map(|call| Some(call.split_once(',')?.1));
        let sends = calls.any(|arguments| arguments.starts_with(&format!("\"{operation}\",")));
        assert!(sends, "{operation}: {test} in {file} does not send it twice");
    }
}

#[test]
fn answers_are_forgotten_after_the_days_that_they_are_kept() {
    let database = testkit::cluster::TestDatabase::migrated();
    let kept = |key: &str, at: &str| {
        format!(
            "INSERT INTO idempotency (principal_id, key, operation, fingerprint, answer, created_at) \
             VALUES (gen_random_uuid(), '{key}', 'x', '\\x00', '{{}}', '{at}')"
        )
    };
    database.sql(&kept("old", "2020-01-01T00:00:00Z"));
    database.sql(&kept("new", "2090-01-01T00:00:00Z"));
    let at = testkit::app::START.parse().expect("an instant");
    let app = TestApp::over(database, testkit::app::settings(), at);
    testkit::wait::until("the old one is forgotten", || {
        app.database.sql("SELECT string_agg(key, ' ') FROM idempotency WHERE operation = 'x'") == "new"
    });
}

/// A call that comes again because its answer did not, while the first still runs, as after a time-out of a proxy.
#[test]
fn a_call_repeated_while_the_first_still_runs_is_told_to_come_back_and_then_gets_its_answer() {
    let app = TestApp::start();
    // Writing a mandant takes ten minutes, or until its statement is cancelled: then it goes on.
    app.database.sql(
        "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN \
             BEGIN PERFORM pg_sleep(600); EXCEPTION WHEN query_canceled THEN NULL; END; RETURN NEW; END$$; \
         CREATE TRIGGER hold BEFORE INSERT ON mandant FOR EACH ROW EXECUTE FUNCTION hold()",
    );
    let call = || {
        let body = json!({ "code": "TWIN", "name": "Gemelo" });
        app.call("POST", "/v1/mandants").header("Idempotency-Key", "twin").json(&body).send()
    };
    let held = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
    let (first, meanwhile) = std::thread::scope(|scope| {
        let first = scope.spawn(call);
        testkit::wait::until("the first call is held", || {
            app.database.sql(&format!("SELECT count(*) {held}")) == "1"
        });
        let meanwhile = call();
        app.database.sql(&format!("SELECT pg_cancel_backend(pid) {held}"));
        (first.join().expect("an answer"), meanwhile)
    });
    meanwhile.refused(409, "idempotency.in_progress");
    assert_eq!(meanwhile.header("Retry-After"), Some("1"));
    let (made, again) = (first.expect(201), call());
    assert_eq!(again.header("Idempotent-Replayed"), Some("true"));
    assert_eq!(again.expect(201)["id"], made["id"]);
    assert_eq!(app.database.sql("SELECT count(*) FROM mandant WHERE code = 'TWIN'"), "1");
}
