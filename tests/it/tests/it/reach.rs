//! A caller limited to one legal entity gets at nothing of another, by any operation of the contract or any gRPC method.

use std::collections::BTreeSet;

use proto::v1::ListEventsRequest;
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::push::{Grpc, code};

use crate::contract::{Operation, first, operations};
use crate::grpc_methods::{call, delta, methods};
use crate::idempotency::prepared_body;
use crate::reads::text;
use crate::scene::Scene;

/// Changes that touch nothing of any legal entity, with the reason.
const OF_NOBODY: &[(&str, &str)] = &[
    ("create_scenario_draft", "a draft does nothing until somebody with all rights puts it into force"),
    ("check_scenario", "computes and keeps nothing"),
    ("create_rule_set_draft", "a draft does nothing until somebody with all rights puts it into force"),
    ("check_rule_set", "computes and keeps nothing"),
];

/// Reads whose answer is made of figures, not of objects, or that show what the legal entity shares with others.
fn identifying(app: &TestApp) -> BTreeSet<String> {
    let lists = [
        "accounts",
        "actions",
        "allocations",
        "blocks",
        "contacts",
        "credit/applications",
        "credit/limits",
        "credit/reviews",
        "decisions",
        "dunning/runs",
        "entries",
        "external-inbox",
        "external-ratings",
        "financial-statements",
        "instruments",
        "jobs",
        "messages",
        "parked-rows",
        "parties",
        "portfolios",
        "push-sessions",
        "rating-overrides",
        "receivables",
        "scores",
        "term-deviations",
    ];
    let mut found = BTreeSet::new();
    for list in lists {
        let page = app.get(&format!("/v1/{list}?limit=500")).expect(200);
        let items = page["items"].as_array().expect("items");
        assert!(!items.is_empty(), "scene.rs: nothing among {list}");
        found.extend(items.iter().map(|item| text(&item["id"])));
    }
    found
}

fn body_of(scene: &Scene, operation: &Operation) -> Value {
    match operation.id.as_str() {
        "approve_actions" => json!({ "ids": [first(&scene.world.app, "actions")] }),
        "match_external_report" => json!({ "party_id": first(&scene.world.app, "parties") }),
        "preview_template" => json!({ "account_id": scene.world.account }),
        "create_legal_entity" => {
            let mut body = prepared_body(&scene.world, operation);
            let entity =
                scene.world.app.get(&format!("/v1/legal-entities/{}", scene.world.entity)).expect(200);
            body["mandant_id"] = entity["mandant_id"].clone();
            body
        }
        _ => prepared_body(&scene.world, operation),
    }
}

#[test]
fn no_read_shows_anything_of_another_legal_entity() {
    let scene = Scene::new();
    let app = &scene.world.app;
    let key = app.key(&["administrator"], Some(&[("legal_entity", &scene.other)]));
    let foreign = identifying(app);
    let mut wrong = Vec::new();
    for operation in operations().iter().filter(|o| !o.open && !o.changes()) {
        let path = scene.path(operation);
        let reply = app.call("GET", &path).bearer(&key).send();
        if Scene::names_an_object(operation) {
            let control = app.get(&path).status;
            let frozen = matches!(operation.id.as_str(), "get_message_mime" | "get_message_pdf");
            if !frozen && Scene::names_objects_only(operation) && control != 200 {
                wrong.push(format!("{path} answers {control} to who may see it"));
            }
            if !matches!(reply.status, 403 | 404) {
                wrong.push(format!("{path} answers {}: {}", reply.status, reply.text()));
            }
            continue;
        }
        let shown = reply.text();
        let leaked = foreign.iter().filter(|id| shown.contains(id.as_str())).collect::<Vec<_>>();
        if !leaked.is_empty() || reply.status >= 500 {
            wrong.push(format!("{path} answers {} with {leaked:?}", reply.status));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_change_touches_anything_of_another_legal_entity() {
    let scene = Scene::new();
    let app = &scene.world.app;
    let key = app.key(&["administrator"], Some(&[("legal_entity", &scene.other)]));
    let of_nobody = |o: &Operation| OF_NOBODY.iter().any(|(id, _)| *id == o.id);
    let mut wrong = Vec::new();
    for operation in operations().iter().filter(|o| !o.open && o.changes() && !of_nobody(o)) {
        let (path, body) = (scene.path(operation), body_of(&scene, operation));
        if Scene::names_an_object(operation) && Scene::names_objects_only(operation) {
            let control = app.call(&operation.method, &format!("{path}?dry_run=true")).json(&body).send();
            // Who approves is a person and did not ask; the key here is neither, and learns so only of what it can reach.
            let four_eyes = control.code().starts_with("approval.");
            if matches!(control.status, 403 | 404) && !four_eyes {
                wrong.push(format!("{path} answers {} to who may do it", control.status));
            }
        }
        let reply = app.call(&operation.method, &path).bearer(&key).json(&body).send();
        if operation.id == "create_credit_check" {
            let answer = reply.expect(201);
            assert_eq!(
                (&answer["reasons"][0]["code"], &answer["account_id"]),
                (&json!("account.unknown"), &Value::Null)
            );
        } else if operation.id == "approve_actions" {
            let answer = reply.expect(200);
            if !answer.to_string().contains("not_found") {
                wrong.push(format!("{path} answers {answer}"));
            }
        } else if !matches!(reply.status, 403 | 404) {
            wrong.push(format!("{} {path} answers {}: {}", operation.method, reply.status, reply.text()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_grpc_method_gets_at_another_legal_entity() {
    let scene = Scene::new();
    let app = &scene.world.app;
    let session = app.grpc().open(delta(99)).expect("a session").id;
    let key = app.key(&["integration"], Some(&[("legal_entity", &scene.other)]));
    let grpc = Grpc::connect(app.runtime.handle().clone(), &app.grpc_url(), Some(&key));
    for method in methods() {
        if method == "EventService.ListEvents" {
            let seen = format!("{:?}", grpc.events(ListEventsRequest::default()).expect("events"));
            let foreign = identifying(app);
            assert!(!foreign.iter().any(|id| seen.contains(id.as_str())), "{seen}");
            continue;
        }
        if method == "CreditService.Check" {
            // A check answers whatever happens: of an account out of reach as of one that is not there.
            let answer = call(&grpc, &method, &session, 100).expect("an answer");
            assert!(answer.contains("account.unknown"), "{answer}");
            continue;
        }
        let refused = call(&grpc, &method, &session, 100).expect_err(&method);
        assert!(
            matches!(code(&refused).as_str(), "not_found" | "auth.out_of_scope"),
            "{method}: {refused:?}"
        );
    }
}
