//! A repeated call does nothing twice: every change of the contract, sent twice with one key.

use serde_json::{Value, json};

use crate::contract::{Operation, World, body, first, operations};

/// Changes that need more to succeed than this file sets up, with the test that repeats or refuses them.
const ELSEWHERE: &[(&str, &str)] = &[
    ("resolve_message", "messages.rs: only a message of unknown outcome can be resolved"),
    ("mark_message_sent", "messages.rs: only a planned letter can be marked"),
    ("resolve_alert", "messages.rs: an alert has to be raised first"),
    ("release_sending", "messages.rs: a quarantine has to stand first"),
    ("activate_scenario", "dunning: a draft has to stand first"),
    ("cancel_dunning_run", "dunning: only a run under way can be cancelled"),
    ("approve_actions", "dunning: a proposal has to stand first"),
    ("approve_action", "dunning: a proposal has to stand first"),
    ("reject_action", "dunning: a proposal has to stand first"),
    ("edit_action", "dunning: a proposal has to stand first"),
    ("confirm_push_session", "push.rs: a held snapshot has to stand first"),
    ("abort_push_session", "push.rs: a session has to be open first"),
    ("allocate", "allocation.rs: a credit has to stand first"),
    ("reverse_allocation", "allocation.rs: an allocation has to stand first"),
];

/// Changes by method only: they compute and keep nothing, so that repeating them is harmless.
const COMPUTE_ONLY: &[(&str, &str)] = &[
    ("preview_template", "renders a template and keeps nothing"),
    ("check_scenario", "checks a scenario and keeps nothing"),
];

/// Changes whose answer holds a secret: the second call is told so.
const WITHHELD: &[&str] = &["create_api_key"];

/// Where to send it, what, and another body for the same path.
struct Sample {
    path: String,
    body: Value,
    other: Value,
}

fn listed(list: &[(&str, &str)], operation: &Operation) -> bool {
    list.iter().any(|(id, _)| *id == operation.id)
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
        "end_block" => {
            let block = json!({ "account_id": world.account, "reason": "legal" });
            at("block", world.made("/v1/blocks", &block)["id"].as_str().expect("an id"))
        }
        "add_holiday" => at("calendar", "ES"),
        "remove_holiday" => at("calendar", "ES").replace("{day}", "2026-10-12"),
        "cancel_job" => at("job", &queued_job(world)),
        _ => operation.path.clone(),
    };
    assert!(!path.contains('{'), "idempotency.rs: say what {} works on: {path}", operation.id);
    let body = prepared_body(world, operation);
    let mut other = body.clone();
    let changed = ["note", "name", "source", "reason", "password"];
    if let Some(field) = changed.iter().find(|f| other.get(**f).is_some_and(Value::is_string)) {
        other[*field] = json!(format!("{}!", other[*field].as_str().expect("a text")));
    }
    if operation.id == "move_book_clock" {
        other["now"] = json!("2026-03-06T08:00:00Z");
    }
    Sample { path, body, other }
}

fn prepared_body(world: &World, operation: &Operation) -> Value {
    let mut body = body(operation);
    match operation.id.as_str() {
        "create_legal_entity" => body["mandant_id"] = json!(first(&world.app, "mandants")),
        "create_source" | "start_dunning_run" => body["legal_entity_id"] = json!(world.entity),
        "create_block" => body["account_id"] = json!(world.account),
        "save_template" => {
            let now = world.app.get("/v1/templates?code=first_reminder&language=es").expect(200)["items"][0]
                .clone();
            body = json!({ "purpose": now["purpose"], "document": now["document"] });
        }
        "save_contact_policy" => {
            let now = world.app.get("/v1/contact-policies").expect(200)["items"][0].clone();
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
        if listed(ELSEWHERE, operation) || listed(COMPUTE_ONLY, operation) {
            continue;
        }
        let sample = sample(&world, operation);
        wrong.extend(repeat(&world, operation, &sample));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Sends the sample twice with one key, then something else with the same key.
fn repeat(world: &World, operation: &Operation, sample: &Sample) -> Option<String> {
    let key = format!("twice-{}", operation.id);
    let send = |path: &str, body: &Value| {
        world.app.call(&operation.method, path).header("Idempotency-Key", &key).json(body).send()
    };
    let said = |what: &str, reply: &testkit::Reply| {
        let text = reply.text().chars().take(300).collect::<String>();
        Some(format!(
            "{} ({} {}): {what}: {} {text}",
            operation.id, operation.method, sample.path, reply.status
        ))
    };
    let first = send(&sample.path, &sample.body);
    if first.status >= 300 {
        return said("the sample must succeed", &first);
    }
    let second = send(&sample.path, &sample.body);
    if WITHHELD.contains(&operation.id.as_str()) {
        return (second.code() != "idempotency.answer_withheld")
            .then(|| said("a secret was repeated", &second))?;
    }
    if (second.status, second.json()) != (first.status, first.json()) {
        return said("the second answer differs from the first", &second);
    }
    // Counted by request: work that a first call has begun goes on in the background meanwhile.
    let request = second.header("X-Request-Id").expect("a request id");
    let recorded = format!("SELECT count(*) FROM event WHERE request_id = '{request}'");
    if world.app.database.sql(&recorded) != "0" {
        return said("the second call recorded an event", &second);
    }
    let other_path =
        if sample.other == sample.body { format!("{}?again=1", sample.path) } else { sample.path.clone() };
    let reused = send(&other_path, &sample.other);
    if reused.code() != "idempotency.key_reused" {
        return said("the key was taken for another request", &reused);
    }
    None
}
