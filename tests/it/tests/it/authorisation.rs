//! Every door asks who calls and whether that one may: each operation of the contract and each gRPC method.

use std::collections::BTreeMap;

use domain::access::{Permission, Role};
use kernel::text_enum::TextEnum as _;
use serde_json::json;
use testkit::TestApp;

use crate::contract::{Operation, body, operations};
use crate::grpc_methods;

/// Operations anybody may call, with the reason.
const OPEN: &[(&str, &str)] = &[
    ("sign_in", "who signs in has no token yet"),
    ("refresh_tokens", "the refresh token is the proof"),
    ("sign_out", "the refresh token is the proof"),
    ("get_errors", "the catalogue of codes is documentation"),
    ("get_labels", "the sign-in page of a front end needs words"),
];

/// Operations that everybody who is known may call, with the reason.
const FOR_EVERYBODY: &[(&str, &str)] = &[
    ("get_me", "everybody may know what they may do"),
    ("get_book_clock", "every front end shows the date of the book"),
];

fn call(app: &TestApp, operation: &Operation, token: Option<&str>) -> testkit::Reply {
    let path = operation.made_up_path();
    let call = app.call(&operation.method, &path).anonymous();
    let call = token.into_iter().fold(call, testkit::http::Call::bearer);
    if operation.changes() { call.json(&body(operation)).send() } else { call.send() }
}

/// Every operation that does not answer as expected, at once: one run tells everything.
fn check(operations: &[Operation], expected: (u16, &str), answer: impl Fn(&Operation) -> testkit::Reply) {
    let mut wrong = Vec::new();
    for operation in operations {
        let reply = answer(operation);
        if (reply.status, reply.code().as_str()) != expected {
            let answered = reply.text().chars().take(200).collect::<String>();
            wrong.push(format!(
                "{} {} answers {}: {answered}",
                operation.method, operation.path, reply.status
            ));
        }
    }
    assert!(wrong.is_empty(), "expected {expected:?}:\n{}", wrong.join("\n"));
}

#[test]
fn what_is_open_to_anybody_is_on_the_list() {
    let open =
        operations().into_iter().filter(|o| o.open).map(|o| o.id).collect::<std::collections::BTreeSet<_>>();
    let listed = OPEN.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(open, listed);
}

#[test]
fn every_rest_operation_refuses_who_does_not_say_who_they_are() {
    let app = TestApp::start();
    let closed = operations().into_iter().filter(|o| !o.open).collect::<Vec<_>>();
    assert!(closed.len() > 80, "the document holds {} operations", closed.len());
    check(&closed, (401, "auth.missing"), |operation| call(&app, operation, None));
    let forged = format!("rcb_{}_{}", "0".repeat(12), "0".repeat(64));
    check(&closed, (401, "auth.invalid"), |operation| call(&app, operation, Some(&forged)));
}

#[test]
fn every_rest_operation_refuses_a_key_without_its_permission() {
    let app = TestApp::start();
    let nothing = json!({ "name": "nothing", "roles": ["administrator"], "permissions": [], "all_rights": true,
        "rights": [] });
    let made = app.post("/v1/api-keys", &nothing).expect(201);
    let key = made["secret"].as_str().expect("a secret").to_owned();
    let everybody = |o: &Operation| FOR_EVERYBODY.iter().any(|(id, _)| *id == o.id);
    let guarded = operations().into_iter().filter(|o| !o.open && !everybody(o)).collect::<Vec<_>>();
    check(&guarded, (403, "auth.forbidden"), |operation| call(&app, operation, Some(&key)));
}

/// What each operation asks of the caller, found out by asking: a refusal names the permission that is missing.
pub(crate) fn permissions(app: &TestApp) -> BTreeMap<String, Vec<Permission>> {
    let mut keys = BTreeMap::<Vec<Permission>, String>::new();
    let mut found = BTreeMap::new();
    for operation in operations().iter().filter(|o| !o.open) {
        let mut needed = Vec::new();
        loop {
            let key = keys.entry(needed.clone()).or_insert_with(|| narrowed(app, &needed));
            let reply = rehearsal(app, operation, key);
            if (reply.status, reply.code().as_str()) != (403, "auth.forbidden") {
                break;
            }
            let detail = reply.json()["detail"].as_str().expect("a detail").to_owned();
            let named = detail.rsplit(' ').next().and_then(Permission::from_text);
            let named = named.unwrap_or_else(|| panic!("{}: no permission in {detail:?}", operation.id));
            assert!(!needed.contains(&named), "{} asks twice for {named}", operation.id);
            needed.push(named);
        }
        found.insert(operation.id.clone(), needed);
    }
    found
}

fn narrowed(app: &TestApp, permissions: &[Permission]) -> String {
    let permissions = permissions.iter().map(|p| p.as_str()).collect::<Vec<_>>();
    let body = json!({ "name": "narrow", "roles": ["administrator"], "permissions": permissions, "all_rights": true,
        "rights": [] });
    app.post("/v1/api-keys", &body).expect(201)["secret"].as_str().expect("a secret").to_owned()
}

/// A call that changes nothing, so that the next one meets the same book.
fn rehearsal(app: &TestApp, operation: &Operation, key: &str) -> testkit::Reply {
    let path = operation.made_up_path();
    if !operation.changes() {
        return app.call("GET", &path).bearer(key).send();
    }
    let path = format!("{path}?dry_run=true");
    app.call(&operation.method, &path).bearer(key).json(&body(operation)).send()
}

#[test]
fn a_permission_that_is_no_more_leaves_a_key_with_the_others() {
    let app = TestApp::start();
    let key = narrowed(&app, &[Permission::OrganisationRead]);
    app.database
        .sql("UPDATE api_key SET permissions = permissions || '{once.upon.a.time}' WHERE name = 'narrow'");
    let me = app.call("GET", "/v1/me").bearer(&key).send().expect(200);
    assert_eq!(me["permissions"], json!(["organisation.read"]));
    app.call("GET", "/v1/accounts").bearer(&key).send().refused(403, "auth.forbidden");
}

#[test]
fn every_role_may_do_what_its_permissions_say_and_nothing_else() {
    let app = TestApp::start();
    let needed = permissions(&app);
    let mut wrong = Vec::new();
    for role in Role::ALL {
        let key = app.key(&[role.as_str()], None);
        let held = role.permissions();
        for operation in operations().iter().filter(|o| !o.open) {
            let may = needed[&operation.id].iter().all(|p| held.contains(p));
            let reply = rehearsal(&app, operation, &key);
            let refused = (reply.status, reply.code().as_str()) == (403, "auth.forbidden");
            if refused == may || reply.status >= 500 {
                wrong.push(format!("{role} {}: {} {}", operation.id, reply.status, reply.text()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The same of each gRPC method.
pub(crate) fn grpc_permissions(app: &TestApp) -> BTreeMap<String, Vec<Permission>> {
    app.entity("E1");
    let mut found = BTreeMap::new();
    for method in grpc_methods::methods() {
        let mut needed = Vec::new();
        while let Some(status) = answered(app, Some(&narrowed(app, &needed)), &method).err() {
            if testkit::push::code(&status) != "auth.forbidden" {
                break;
            }
            let named = status.message().split_whitespace().find_map(Permission::from_text);
            needed.push(named.unwrap_or_else(|| panic!("{method}: no permission in {:?}", status.message())));
        }
        found.insert(method, needed);
    }
    found
}

#[test]
fn every_permission_is_asked_for_somewhere() {
    let app = TestApp::start();
    let asked = permissions(&app).into_values().chain(grpc_permissions(&app).into_values()).flatten();
    let asked = asked.collect::<std::collections::BTreeSet<_>>();
    let idle = Permission::ALL.iter().filter(|p| !asked.contains(p)).collect::<Vec<_>>();
    assert!(idle.is_empty(), "nothing asks for {idle:?}: it promises or forbids what is not there");
}

#[test]
fn every_grpc_method_refuses_strangers_and_keys_without_its_permission() {
    let app = TestApp::start();
    app.entity("E1");
    let nothing = json!({ "name": "nothing", "roles": ["administrator"], "permissions": [], "all_rights": true,
        "rights": [] });
    let made = app.post("/v1/api-keys", &nothing).expect(201);
    let key = made["secret"].as_str().expect("a secret").to_owned();
    let forged = format!("rcb_{}_{}", "0".repeat(12), "0".repeat(64));
    let callers = [(None, "auth.missing"), (Some(&forged), "auth.invalid"), (Some(&key), "auth.forbidden")];
    for (token, expected) in callers {
        for method in grpc_methods::methods() {
            let refused = answered(&app, token.map(String::as_str), &method);
            let refused = refused.expect_err(&method);
            assert_eq!(testkit::push::code(&refused), expected, "{method}");
        }
    }
}

/// What a method answers to a caller.
fn answered(app: &TestApp, token: Option<&str>, method: &str) -> Result<String, tonic::Status> {
    let grpc = testkit::push::Grpc::connect(app.runtime.handle().clone(), &app.grpc_url(), token);
    grpc_methods::call(&grpc, method, &format!("psh_{}", "0".repeat(32)), 1)
}
