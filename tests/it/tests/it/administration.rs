//! Nobody gives, changes or takes away more than they hold themselves.

use serde_json::{Value, json};
use testkit::TestApp;

use crate::reads::{column, text};

const PASSWORD: &str = "correcto caballo grapa";
const OTHER: &str = "otra frase bastante larga";

fn narrowed(app: &TestApp, permissions: &[&str]) -> String {
    let body = json!({ "name": "narrow", "roles": ["administrator"], "permissions": permissions,
        "all_rights": true, "rights": [] });
    text(&app.post("/v1/api-keys", &body).expect(201)["secret"])
}

fn rights(of: &[(&str, &str)]) -> Value {
    of.iter().map(|(kind, id)| json!({ "kind": kind, "id": id })).collect()
}

fn user_body(login: &str, role: &str, of: Option<&[(&str, &str)]>) -> Value {
    json!({ "login": login, "name": "Ana", "language": "es", "roles": [role], "all_rights": of.is_none(),
        "rights": rights(of.unwrap_or_default()), "password": PASSWORD })
}

fn user(app: &TestApp, login: &str, role: &str, of: Option<&[(&str, &str)]>) -> String {
    text(&app.post("/v1/users", &user_body(login, role, of)).expect(201)["id"])
}

fn settings(role: &str, of: Option<&[(&str, &str)]>) -> Value {
    json!({ "name": "Ana", "language": "es", "roles": [role], "all_rights": of.is_none(),
        "rights": rights(of.unwrap_or_default()), "disabled": false })
}

fn key_body(role: &str, permissions: Option<&[&str]>, of: Option<&[(&str, &str)]>) -> Value {
    json!({ "name": "new", "roles": [role], "permissions": permissions, "all_rights": of.is_none(),
        "rights": rights(of.unwrap_or_default()) })
}

fn sign_in(app: &TestApp, login: &str, password: &str) -> testkit::Reply {
    let body = json!({ "login": login, "password": password });
    app.call("POST", "/v1/sign-in").anonymous().json(&body).send()
}

#[test]
fn a_narrowed_key_makes_no_wider_one() {
    let app = TestApp::start();
    let key = narrowed(&app, &["key.manage", "user.manage", "rate.read"]);
    let post = |path: &str, body: &Value| app.call("POST", path).bearer(&key).json(body).send();
    for permissions in [None, Some(["rate.read", "rate.write"].as_slice())] {
        let reply = post("/v1/api-keys", &key_body("administrator", permissions, None));
        reply.refused(403, "auth.scope_too_wide");
    }
    post("/v1/users", &user_body("ana", "administrator", None)).refused(403, "auth.scope_too_wide");
    post("/v1/api-keys", &key_body("administrator", Some(&["rate.read"]), None)).expect(201);
}

#[test]
fn a_narrowed_key_takes_nobody_over() {
    let app = TestApp::start();
    let key = narrowed(&app, &["key.manage", "user.manage", "user.read"]);
    let boss = user(&app, "jefa", "administrator", None);
    let put = |path: &str, body: &Value| app.call("PUT", path).bearer(&key).json(body).send();
    let password = json!({ "password": OTHER });
    put(&format!("/v1/users/{boss}/password"), &password).refused(403, "auth.scope_too_wide");
    put(&format!("/v1/users/{boss}"), &settings("collector", None)).refused(403, "auth.scope_too_wide");
    let made = app.post("/v1/api-keys", &key_body("manager", None, None)).expect(201);
    let path = format!("/v1/api-keys/{}", text(&made["key"]["id"]));
    app.call("DELETE", &path).bearer(&key).send().refused(403, "auth.scope_too_wide");
    sign_in(&app, "jefa", PASSWORD).expect(200);
}

#[test]
fn an_administrator_of_one_entity_neither_sees_nor_touches_those_of_another() {
    let app = TestApp::start();
    let (first, second) = (app.entity("E1"), app.entity("E2"));
    let (one, two) = ([("legal_entity", first.as_str())], [("legal_entity", second.as_str())]);
    let both = [one[0], two[0]];
    let administrator = app.key(&["administrator"], Some(&one));
    let call = |method: &str, path: &str, body: &Value| {
        app.call(method, path).bearer(&administrator).json(body).send()
    };
    user(&app, "uno", "collector", Some(&one));
    for (login, of) in [("dos", Some(two.as_slice())), ("ambos", Some(&both)), ("todo", None)] {
        let id = user(&app, login, "collector", of);
        call("GET", &format!("/v1/users/{id}"), &json!({})).refused(404, "not_found");
        call("PUT", &format!("/v1/users/{id}"), &settings("collector", Some(&one))).refused(404, "not_found");
        let password = json!({ "password": OTHER });
        call("PUT", &format!("/v1/users/{id}/password"), &password).refused(404, "not_found");
        sign_in(&app, login, PASSWORD).expect(200);
        let made = app.post("/v1/api-keys", &key_body("collector", None, of)).expect(201);
        let path = format!("/v1/api-keys/{}", text(&made["key"]["id"]));
        call("GET", &path, &json!({})).refused(404, "not_found");
        call("DELETE", &path, &json!({})).refused(404, "not_found");
        app.call("GET", "/v1/me").bearer(&text(&made["secret"])).send().expect(200);
        call("POST", "/v1/users", &user_body("otro", "collector", Some(&two)))
            .refused(403, "auth.scope_too_wide");
    }
    let seen = app.call("GET", "/v1/users").bearer(&administrator).send().expect(200);
    assert_eq!(column(&seen, "login"), ["uno"]);
    let seen = app.call("GET", "/v1/api-keys").bearer(&administrator).send().expect(200);
    assert_eq!(column(&seen, "name"), ["test"], "its own: {seen}");
}

#[test]
fn an_administrator_of_one_entity_manages_those_within_it() {
    let app = TestApp::start();
    let first = app.entity("E1");
    let mandant = text(&app.get(&format!("/v1/legal-entities/{first}")).expect(200)["mandant_id"]);
    for of in [[("legal_entity", first.as_str())], [("mandant", mandant.as_str())]] {
        let administrator = app.key(&["administrator"], Some(&of));
        let call = |method: &str, path: &str, body: &Value| {
            app.call(method, path).bearer(&administrator).json(body).send()
        };
        let login = of[0].0.replace('_', "");
        let made = call("POST", "/v1/users", &user_body(&login, "manager", Some(&of))).expect(201);
        let path = format!("/v1/users/{}", text(&made["id"]));
        call("GET", &path, &json!({})).expect(200);
        call("PUT", &path, &settings("collector", Some(&of))).expect(200);
        call("PUT", &format!("{path}/password"), &json!({ "password": OTHER })).expect(204);
        let key = call("POST", "/v1/api-keys", &key_body("manager", None, Some(&of))).expect(201);
        call("DELETE", &format!("/v1/api-keys/{}", text(&key["key"]["id"])), &json!({})).expect(204);
    }
}

#[test]
fn a_password_set_by_an_administrator_lifts_a_lock_and_ends_every_sign_in() {
    let app = TestApp::start();
    let ana = user(&app, "ana", "collector", None);
    let tokens = sign_in(&app, "ana", PASSWORD).expect(200);
    let access = text(&tokens["access_token"]);
    for _ in 0..12 {
        sign_in(&app, "ana", "wrong wrong wrong");
    }
    sign_in(&app, "ana", PASSWORD).refused(401, "auth.locked");
    app.put(&format!("/v1/users/{ana}/password"), &json!({ "password": OTHER })).expect(204);
    let written_by = "SELECT e.kind FROM app_user u JOIN event e ON e.id = u.event_id WHERE u.login = 'ana'";
    assert_eq!(app.database.sql(written_by), "access.password_set");
    app.call("GET", "/v1/me").bearer(&access).send().refused(401, "auth.expired");
    let refresh = json!({ "refresh_token": tokens["refresh_token"] });
    assert_eq!(app.call("POST", "/v1/tokens/refresh").anonymous().json(&refresh).send().status, 401);
    sign_in(&app, "ana", PASSWORD).refused(401, "auth.bad_credentials");
    sign_in(&app, "ana", OTHER).expect(200);
}

#[test]
fn changing_ones_own_password_needs_the_present_one() {
    let app = TestApp::start();
    let ana = user(&app, "ana", "collector", None);
    let access = text(&sign_in(&app, "ana", PASSWORD).expect(200)["access_token"]);
    let put = |body: &Value| {
        app.call("PUT", &format!("/v1/users/{ana}/password")).bearer(&access).json(body).send()
    };
    put(&json!({ "password": OTHER })).refused(422, "auth.current_password_wrong");
    put(&json!({ "password": OTHER, "current_password": OTHER })).refused(422, "auth.current_password_wrong");
    put(&json!({ "password": OTHER, "current_password": PASSWORD })).expect(204);
    app.call("GET", "/v1/me").bearer(&access).send().refused(401, "auth.expired");
    sign_in(&app, "ana", OTHER).expect(200);
}

#[test]
fn logins_that_do_not_exist_are_refused_and_locked_like_those_that_do() {
    let app = TestApp::start();
    user(&app, "ana", "collector", None);
    let tried =
        |login: &str| (0..8).map(|_| sign_in(&app, login, "wrong wrong wrong").code()).collect::<Vec<_>>();
    assert_eq!(tried("ana"), tried("nadie"));
    sign_in(&app, "nadie", PASSWORD).refused(401, "auth.locked");
    app.set_clock("2026-03-05T08:00:00Z".parse().expect("an instant"));
    sign_in(&app, "nadie", PASSWORD).refused(401, "auth.bad_credentials");
}

#[test]
fn an_address_that_tries_many_logins_waits() {
    let app = TestApp::start();
    user(&app, "ana", "collector", None);
    for _ in 0..30 {
        sign_in(&app, "ana", PASSWORD).expect(200);
    }
    let failures = 60;
    for no in 0..failures {
        sign_in(&app, &format!("nadie{no}"), PASSWORD).refused(401, "auth.bad_credentials");
    }
    let refused = sign_in(&app, "ana", PASSWORD);
    refused.refused(429, "auth.too_many_attempts");
    assert!(refused.header("Retry-After").is_some_and(|s| s.parse::<u32>().is_ok()), "{refused:?}");
    app.set_clock("2026-03-04T08:20:00Z".parse().expect("an instant"));
    sign_in(&app, "ana", PASSWORD).expect(200);
}
