//! Keys, sign-in and rights, through REST.

use serde_json::json;
use testkit::app::TestApp;

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
    app.call("GET", "/healthz").anonymous().send().expect(200);
    app.call("GET", "/readyz").anonymous().send().expect(200);
}
