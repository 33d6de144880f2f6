//! Getting in: the key of the first start, and the one that an operator makes when nobody is left who could.

use std::process::{Command, Output};

use serde_json::{Value, json};
use testkit::process::{DataDir, Process};
use testkit::wait;

use crate::RECOBRA;

fn administrator(name: &str) -> Value {
    json!({ "name": name, "roles": ["administrator"], "all_rights": true, "rights": [] })
}

fn reset(data: &DataDir) -> Output {
    Command::new(RECOBRA)
        .args(["access", "reset"])
        .env("RECOBRA__DATABASE__DATA_DIR", data.path())
        .output()
        .expect("run recobra")
}

fn printed_key(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn the_first_key_stays_good_until_it_has_made_an_administrator() {
    let data = DataDir::new("k");
    let mut server = Process::start(RECOBRA, &data, &[]);
    let key = wait::until_some("the one-time key", || server.one_time_key());
    let post = |path: &str, body: &Value| server.call("POST", path).bearer(&key).json(body).send();
    server.call("GET", "/v1/me").bearer(&key).send().expect(200);
    post("/v1/api-keys", &administrator(" ")).refused(422, "text.required");
    post("/v1/api-keys?dry_run=true", &administrator("root")).expect(200);
    post("/v1/api-keys?dry_run=yes", &administrator("root")).refused(422, "request.query_invalid");
    let lesser = json!({ "name": "k", "roles": ["collector"], "all_rights": true, "rights": [] });
    post("/v1/api-keys", &lesser).refused(403, "auth.first_administrator");
    let narrowed = json!({ "name": "k", "roles": ["administrator"], "permissions": ["rate.read"], "all_rights": true,
        "rights": [] });
    post("/v1/api-keys", &narrowed).refused(403, "auth.first_administrator");
    post("/v1/mandants", &json!({ "code": "A", "name": "A" })).refused(403, "auth.forbidden");
    let user = json!({ "login": "ana", "name": "Ana", "roles": ["administrator"], "all_rights": true, "rights": [],
        "password": "correcto caballo grapa" });
    post("/v1/users", &user).expect(201);
    post("/v1/api-keys", &administrator("root")).refused(401, "auth.expired");
    server.call("GET", "/v1/me").bearer(&key).send().refused(401, "auth.expired");
    server.admin = key;
    let (status, _) = server.stop();
    assert!(status.success());
}

#[test]
fn who_runs_the_machine_gets_back_in_by_a_new_key() {
    let data = DataDir::new("l");
    let mut server = Process::start(RECOBRA, &data, &[]);
    server.sign_up();
    assert_eq!(reset(&data).status.code(), Some(1), "the running server holds the data folder");
    let (_, admin) = server.stop();
    let lost = printed_key(&reset(&data));
    let key = printed_key(&reset(&data));
    let server = Process::start(RECOBRA, &data, &[]);
    server.call("GET", "/v1/me").bearer(&lost).send().refused(401, "auth.expired");
    let made =
        server.call("POST", "/v1/api-keys").bearer(&key).json(&administrator("new")).send().expect(201);
    let secret = made["secret"].as_str().expect("a secret");
    server.call("GET", "/v1/users").bearer(secret).send().expect(200);
    server.call("GET", "/v1/me").bearer(&key).send().refused(401, "auth.expired");
    server.call("GET", "/v1/me").bearer(&admin).send().expect(200);
}
