//! The OpenAPI document promises what the doors do: parameters, headers, forms of answers, methods.

use crate::enums;
use app::lists::FilterKind;
use serde_json::Value;
use testkit::TestApp;

use crate::contract::{Operation, operations};
use crate::scene::Scene;

/// Values of parameters that are no filters of lists.
fn report_value(name: &str) -> &'static str {
    match name {
        "after" | "wait" => "0",
        "amount" => "1",
        "as_of" | "from" | "to" | "on" => "2026-03-03",
        "basis" => "due",
        "bounds" => "30,60",
        "bucket_set" => "30-60-90",
        "convert_to" | "currency" | "pivot" => "EUR",
        "credits" => "own_column",
        "group_by" => "account",
        "kind" => "account",
        "known_at" => "2026-03-04T08:00:00Z",
        "lang" => "es",
        "limit" | "max_age_days" => "5",
        "q" => "uno",
        "scorecard" => "standard",
        "rate_source" | "source" => "ECB",
        "type" => "access.signed_in",
        "account" => "acc_00000000000000000000000000000000",
        "legal_entity" => "len_00000000000000000000000000000000",
        "measure" => "exposure",
        "top" => "3",
        "group" | "party" => "pty_00000000000000000000000000000000",
        "portfolio" => "prt_00000000000000000000000000000000",
        other => panic!("documented.rs: add a value for the parameter {other}"),
    }
}

fn list_value(operation: &Operation, name: &str) -> Option<String> {
    let resource = operation.id.strip_prefix("list_")?;
    let spec = app::lists::all().find(|spec| spec.resource == resource)?;
    if let Some(filter) = spec.filters.iter().find(|f| f.name == name) {
        // An attribute needs a declaration; attributes.rs has that.
        let declared = matches!(filter.kind, FilterKind::Attribute(_));
        return (!declared).then(|| enums::value(filter.kind));
    }
    match name {
        "sort" => Some(format!("-{}", spec.sorts[0].trim_start_matches('-'))),
        "limit" => Some("5".to_owned()),
        // What a cursor is only a page tells.
        "cursor" => None,
        other => panic!("{}: {other} is no filter", operation.id),
    }
}

fn with(path: &str, parameter: &str) -> String {
    let mark = if path.contains('?') { '&' } else { '?' };
    format!("{path}{mark}{parameter}")
}

/// The name of a field of the answer, or of its first item.
fn a_field(answer: &Value) -> Option<String> {
    first_or_self(answer)?.as_object()?.keys().next().cloned()
}

/// The first object of a page, or the object itself; only a page has a cursor.
fn first_or_self(answer: &Value) -> Option<&Value> {
    if answer.get("next_cursor").is_some() { answer["items"].get(0) } else { Some(answer) }
}

/// Reads of objects that exist: what the path names, the scene has, or it is shared and seeded.
fn readable(operation: &Operation) -> bool {
    !operation.changes() && Scene::names_objects_only(operation)
}

fn wrong_of_fields(app: &TestApp, path: &str) -> Option<String> {
    let field = a_field(&app.get(path).json())?;
    let sparse = app.get(&with(path, &format!("fields={field}")));
    let answer = sparse.json();
    let only = first_or_self(&answer).and_then(Value::as_object).is_some_and(|o| o.keys().eq([&field]));
    (sparse.status != 200 || !only).then(|| format!("{path} with fields={field}: {answer}"))
}

#[test]
fn every_documented_parameter_of_a_read_is_taken() {
    let scene = Scene::new();
    let app = &scene.world.app;
    let mut wrong = Vec::new();
    for operation in operations().iter().filter(|o| readable(o)) {
        // A report's own parameters stand in the path where it needs them.
        let path = if operation.id == "get_exposure" {
            format!("{}?account={}", operation.path, scene.world.account)
        } else if operation.path.contains('{') || operation.id == "search" {
            scene.path(operation)
        } else {
            operation.path.clone()
        };
        for name in &operation.query {
            if name == "fields" {
                wrong.extend(wrong_of_fields(app, &path));
                continue;
            }
            let listed = operation.query.iter().any(|q| q == "cursor");
            let value =
                if listed { list_value(operation, name) } else { Some(report_value(name).to_owned()) };
            let Some(value) = value else { continue };
            let path = if name == "q" { operation.path.clone() } else { path.clone() };
            let reply = app.get(&with(&path, &format!("{name}={value}")));
            let unknown = ["request.parameter_unknown", "list.unknown_filter", "list.unknown_sort"];
            let taken = !unknown.contains(&reply.code().as_str()) && reply.status < 500;
            if !taken || (listed && reply.status != 200) {
                wrong.push(format!("{path} with {name}={value}: {} {}", reply.status, reply.text()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_read_refuses_parameters_that_it_does_not_have() {
    let scene = Scene::new();
    for operation in operations().iter().filter(|o| !o.changes()) {
        let path = with(&scene.path(operation), "nonsense=1");
        let reply = scene.world.app.get(&path);
        let refused = ["request.parameter_unknown", "list.unknown_filter"].contains(&reply.code().as_str());
        assert!(refused && reply.status == 422, "{path}: {} {}", reply.status, reply.text());
    }
}

#[test]
fn answers_have_the_version_and_the_forms_that_are_documented() {
    let scene = Scene::new();
    let app = &scene.world.app;
    let mut wrong = Vec::new();
    for operation in operations().iter().filter(|o| readable(o)) {
        let path = scene.path(operation);
        let reply = app.get(&path);
        if reply.status == 200 && reply.header("ETag").is_some() != operation.etag {
            wrong.push(format!("{path}: ETag {:?}, documented {}", reply.header("ETag"), operation.etag));
        }
        let table = app.call("GET", &path).header("Accept", "text/csv").send();
        let is_table = table.header("Content-Type").is_some_and(|t| t.starts_with("text/csv"));
        if table.status == 200 && is_table != operation.table {
            wrong.push(format!("{path}: a table {is_table}, documented {}", operation.table));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn templates_and_policies_are_versioned_like_everything_else() {
    let app = TestApp::start();
    for path in ["/v1/templates/first_reminder.es", "/v1/contact-policies/standard"] {
        assert_eq!(app.get(path).header("ETag"), Some("\"1\""), "{path}");
    }
}

#[test]
fn another_method_at_a_path_is_not_allowed_and_says_which_are() {
    let app = TestApp::start();
    let known = operations();
    let paths = known.iter().map(|o| o.path.clone()).collect::<std::collections::BTreeSet<_>>();
    for path in paths {
        let here = known.iter().filter(|o| o.path == path).collect::<Vec<_>>();
        let called = here[0].made_up_path();
        let called = called.split('?').next().expect("a path");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if known.iter().any(|o| o.method == method && fits(&o.path, called)) {
                continue;
            }
            let reply = app.call(method, called).send();
            reply.refused(405, "request.method_not_allowed");
            let allowed = reply.header("Allow").unwrap_or_default().to_owned();
            assert!(here.iter().all(|o| allowed.contains(&o.method)), "{called}: {allowed}");
        }
    }
    app.get("/v1/nothing").refused(404, "not_found");
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/').collect::<Vec<_>>(), path.split('/').collect::<Vec<_>>());
    template.len() == path.len() && template.iter().zip(path).all(|(t, p)| t.starts_with('{') || *t == p)
}
