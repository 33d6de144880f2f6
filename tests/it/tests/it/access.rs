//! Keys, sign-in, lockout and rights, through REST.

use proto::v1::OpenSessionRequest;
use serde_json::{Value, json};
use testkit::app::TestApp;
use testkit::push::{Grpc, code};

const PASSWORD: &str = "correcto caballo grapa";

fn user(app: &TestApp, login: &str, roles: &[&str]) -> Value {
    let body = json!({ "login": login, "name": "Ana Pérez", "email": "ana@example.com", "language": "es",
        "roles": roles, "all_rights": true, "rights": [], "password": PASSWORD });
    app.post("/v1/users", &body).expect(201)
}

fn sign_in(app: &TestApp, login: &str, password: &str) -> testkit::Reply {
    let body = json!({ "login": login, "password": password });
    app.call("POST", "/v1/sign-in").anonymous().json(&body).send()
}

fn refresh(app: &TestApp, token: &Value) -> testkit::Reply {
    app.call("POST", "/v1/tokens/refresh").anonymous().json(&json!({ "refresh_token": token })).send()
}

#[test]
fn a_key_sees_who_it_is_and_what_it_may_do() {
    let app = TestApp::start();
    let me = app.get("/v1/me").expect(200);
    assert_eq!(me["roles"], json!(["administrator"]), "{me}");
}

#[test]
fn without_a_key_nothing_is_answered_but_health() {
    let app = TestApp::start();
    app.call("GET", "/v1/mandants").anonymous().send().refused(401, "auth.missing");
    app.call("GET", "/v1/mandants").bearer("rcb_000000000000_00").send().refused(401, "auth.invalid");
    app.call("GET", "/healthz").anonymous().send().expect(200);
    app.call("GET", "/readyz").anonymous().send().expect(200);
}

#[test]
fn a_user_signs_in_and_works_with_short_tokens() {
    let app = TestApp::start();
    user(&app, "ana", &["collector"]);
    let tokens = sign_in(&app, "ana", PASSWORD).expect(200);
    let access = tokens["access_token"].as_str().expect("an access token").to_owned();
    let me = app.call("GET", "/v1/me").bearer(&access).send().expect(200);
    assert_eq!(me["roles"], json!(["collector"]), "{me}");
    app.set_clock("2026-03-04T08:16:00Z".parse().expect("an instant"));
    app.call("GET", "/v1/me").bearer(&access).send().refused(401, "auth.expired");
    let renewed = refresh(&app, &tokens["refresh_token"]).expect(200);
    let access = renewed["access_token"].as_str().expect("an access token").to_owned();
    app.call("GET", "/v1/me").bearer(&access).send().expect(200);
}

#[test]
fn a_login_belongs_to_one_user() {
    let app = TestApp::start();
    let first = user(&app, "ana", &["collector"]);
    let body = json!({ "login": "ana", "name": "Otra", "language": "es", "roles": ["manager"], "all_rights": true,
        "rights": [], "password": PASSWORD });
    app.post("/v1/users", &body).refused(409, "access.login_taken");
    let found = app.get("/v1/users?login=ana").expect(200);
    assert_eq!((found["items"].as_array().map(Vec::len), &found["items"][0]["id"]), (Some(1), &first["id"]));
}

#[test]
fn a_refresh_token_used_twice_ends_the_whole_sign_in() {
    let app = TestApp::start();
    user(&app, "ana", &["collector"]);
    let first = sign_in(&app, "ana", PASSWORD).expect(200);
    let second = refresh(&app, &first["refresh_token"]).expect(200);
    refresh(&app, &first["refresh_token"]).refused(401, "auth.token_reused");
    assert_eq!(refresh(&app, &second["refresh_token"]).status, 401, "the thief or the owner: both are out");
}

#[test]
fn guessing_passwords_locks_the_login_for_a_while_and_says_nothing_about_it() {
    let app = TestApp::start();
    user(&app, "ana", &["collector"]);
    sign_in(&app, "nobody", PASSWORD).refused(401, "auth.bad_credentials");
    let codes = (0..12).map(|_| sign_in(&app, "ana", "wrong wrong wrong").code()).collect::<Vec<_>>();
    assert_eq!(codes.first().map(String::as_str), Some("auth.bad_credentials"));
    assert_eq!(codes.last().map(String::as_str), Some("auth.locked"), "{codes:?}");
    sign_in(&app, "ana", PASSWORD).refused(401, "auth.locked");
    app.set_clock("2026-03-05T08:00:00Z".parse().expect("an instant"));
    sign_in(&app, "ana", PASSWORD).expect(200);
}

#[test]
fn a_disabled_user_is_out_at_once() {
    let app = TestApp::start();
    let ana = user(&app, "ana", &["collector"]);
    let tokens = sign_in(&app, "ana", PASSWORD).expect(200);
    let access = tokens["access_token"].as_str().expect("an access token").to_owned();
    let body = json!({ "name": "Ana Pérez", "email": "ana@example.com", "language": "es",
        "roles": ["collector"], "all_rights": true, "rights": [], "disabled": true });
    app.put(&format!("/v1/users/{}", ana["id"].as_str().expect("an id")), &body).expect(200);
    assert_eq!(app.call("GET", "/v1/me").bearer(&access).send().status, 401);
    assert_eq!(refresh(&app, &tokens["refresh_token"]).status, 401);
    assert_eq!(sign_in(&app, "ana", PASSWORD).status, 401);
}

#[test]
fn after_signing_out_neither_token_is_good_for_anything() {
    let app = TestApp::start();
    user(&app, "ana", &["collector"]);
    let (one, other) =
        (sign_in(&app, "ana", PASSWORD).expect(200), sign_in(&app, "ana", PASSWORD).expect(200));
    let body = json!({ "refresh_token": one["refresh_token"] });
    assert_eq!(app.call("POST", "/v1/sign-out").anonymous().json(&body).send().status, 204);
    let me = |tokens: &Value| {
        let access = tokens["access_token"].as_str().expect("an access token");
        app.call("GET", "/v1/me").bearer(access).send()
    };
    me(&one).refused(401, "auth.expired");
    assert_eq!(refresh(&app, &one["refresh_token"]).status, 401);
    me(&other).expect(200);
    refresh(&app, &other["refresh_token"]).expect(200);
}

#[test]
fn no_secret_is_kept_as_it_was_given() {
    let app = TestApp::start();
    user(&app, "ana", &["collector"]);
    let tokens = sign_in(&app, "ana", PASSWORD).expect(200);
    let secret = app.key(&["collector"], None);
    // The first parts of a key tell which one it is; the last is what proves it.
    let proof = secret.rsplit('_').next().expect("a secret").to_owned();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let given = [PASSWORD.to_owned(), proof, text(&tokens["refresh_token"]), text(&tokens["access_token"])];
    for table in ["app_user", "api_key", "refresh_token", "event", "event_payload", "idempotency"] {
        let rows = app.database.sql(&format!("SELECT string_agg(t::text, ' ') FROM {table} t"));
        let in_hex = |given: &String| given.bytes().map(|b| format!("{b:02x}")).collect::<String>();
        for given in &given {
            assert!(!rows.contains(given) && !rows.contains(&in_hex(given)), "{given} stands in {table}");
        }
    }
    let hash = app.database.sql("SELECT password_hash FROM app_user WHERE login = 'ana'");
    assert!(hash.starts_with("$argon2id$v=19$m="), "{hash}");
}

#[test]
fn a_weak_password_is_refused() {
    let app = TestApp::start();
    let body = json!({ "login": "ana", "name": "Ana", "language": "es", "roles": ["collector"],
        "all_rights": true, "rights": [], "password": "ana12345" });
    assert_eq!(app.post("/v1/users", &body).code(), "auth.password_weak");
}

#[test]
fn a_revoked_key_is_out_at_once_and_its_secret_is_never_shown_again() {
    let app = TestApp::start();
    let body = json!({ "name": "ERP", "roles": ["integration"], "all_rights": true, "rights": [] });
    let made = app.post("/v1/api-keys", &body).expect(201);
    let secret = made["secret"].as_str().expect("a secret").to_owned();
    app.call("GET", "/v1/me").bearer(&secret).send().expect(200);
    let path = format!("/v1/api-keys/{}", made["key"]["id"].as_str().expect("an id"));
    assert!(!app.get(&path).text().contains(&secret));
    assert!(app.delete(&path).status < 300);
    app.call("GET", "/v1/me").bearer(&secret).send().refused(401, "auth.expired");
    let events = app.database.sql("SELECT string_agg(payload, ' ') FROM event_payload");
    assert!(!events.contains(&secret), "no secret in the events");
}

#[test]
fn a_key_is_good_until_the_instant_it_was_given_and_no_longer() {
    let app = TestApp::start();
    let body = json!({ "name": "ERP", "roles": ["integration"], "all_rights": true, "rights": [],
        "expires_at": "2026-03-10T12:00:00Z" });
    let made = app.post("/v1/api-keys", &body).expect(201);
    assert_eq!(made["key"]["expires_at"], "2026-03-10T12:00:00+00:00", "{made}");
    let secret = made["secret"].as_str().expect("a secret").to_owned();
    let rest = || app.call("GET", "/v1/me").bearer(&secret).send();
    let grpc = Grpc::connect(app.runtime.handle().clone(), &app.grpc_url(), Some(&secret));
    let refusal = || code(&grpc.open(OpenSessionRequest::default()).expect_err("nothing was asked for"));
    app.set_clock("2026-03-10T11:59:59Z".parse().expect("an instant"));
    rest().expect(200);
    assert!(!refusal().starts_with("auth."), "{}", refusal());
    app.set_clock("2026-03-10T12:00:00Z".parse().expect("an instant"));
    rest().refused(401, "auth.expired");
    assert_eq!(refusal(), "auth.expired");
}

#[test]
fn nobody_gives_what_they_do_not_hold() {
    let app = TestApp::start();
    let manager = app.key(&["manager"], None);
    let body = json!({ "name": "more", "roles": ["administrator"], "all_rights": true, "rights": [] });
    let reply = app.call("POST", "/v1/api-keys").bearer(&manager).json(&body).send();
    assert_eq!(reply.status, 403, "{}", reply.text());
}

#[test]
fn rights_end_at_the_legal_entity() {
    let app = TestApp::start();
    let (first, second) = (app.entity("E1"), app.entity("E2"));
    let key = app.key(&["collector"], Some(&[("legal_entity", &first)]));
    let seen = app.call("GET", "/v1/legal-entities").bearer(&key).send().expect(200);
    let codes = seen["items"].as_array().expect("items").iter().map(|e| &e["code"]).collect::<Vec<_>>();
    assert_eq!(codes, ["E1"]);
    app.call("GET", &format!("/v1/legal-entities/{second}")).bearer(&key).send().refused(404, "not_found");
}

#[test]
fn a_user_who_is_disabled_has_to_sign_in_again_when_enabled() {
    let app = TestApp::start();
    let user = user(&app, "ana", &["collector"]);
    let signed_in = sign_in(&app, "ana", PASSWORD).expect(200);
    let path = format!("/v1/users/{}", user["id"].as_str().expect("an id"));
    for disabled in [true, false] {
        let body =
            json!({ "name": "Ana Pérez", "roles": ["collector"], "all_rights": true, "disabled": disabled });
        app.put(&path, &body).expect(200);
    }
    refresh(&app, &signed_in["refresh_token"]).refused(401, "auth.expired");
    let access = signed_in["access_token"].as_str().expect("a token");
    app.call("GET", "/v1/me").bearer(access).send().refused(401, "auth.expired");
    sign_in(&app, "ana", PASSWORD).expect(200);
}

#[test]
fn a_user_finds_their_own_id() {
    let app = TestApp::start();
    let user = user(&app, "ana", &["collector"]);
    let access =
        sign_in(&app, "ana", PASSWORD).expect(200)["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(app.call("GET", "/v1/me").bearer(&access).send().expect(200)["id"], user["id"]);
    let me = app.get("/v1/me").expect(200);
    assert!(me["id"].as_str().is_some_and(|id| id.starts_with("key_")), "{me}");
}

#[test]
fn a_reason_is_kept_in_any_letters() {
    let app = TestApp::start();
    let browsers =
        "Dirección".chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect::<Vec<_>>();
    for (code, reason) in [("A", "Dirección — año".as_bytes()), ("B", browsers.as_slice())] {
        let body = json!({ "code": code, "name": code });
        app.call("POST", "/v1/mandants").header_bytes("X-Reason", reason).json(&body).send().expect(201);
    }
    let reasons = "SELECT string_agg(reason, '|' ORDER BY recorded_at) FROM event WHERE kind = 'organisation.mandant_created'";
    assert_eq!(app.database.sql(reasons), "Dirección — año|Dirección");
}
