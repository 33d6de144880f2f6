//! Which pages a browser lets call the API.

use testkit::http::Reply;
use testkit::process::{DataDir, Process};

use crate::RECOBRA;

const PORTAL: &str = "https://portal.example";

fn allowed(reply: &Reply) -> Option<&str> {
    reply.header("access-control-allow-origin")
}

#[test]
fn pages_of_the_configured_origins_may_call_and_no_others() {
    let data = DataDir::new("cors");
    let origins = format!("{PORTAL},https://otro.example:8443");
    let mut server = Process::start(RECOBRA, &data, &[("RECOBRA__SERVER__CORS_ORIGINS", &origins)]);
    server.sign_up();
    let ask = |origin: &str| {
        let call = server.call("OPTIONS", "/v1/mandants").anonymous().header("Origin", origin);
        let call = call.header("Access-Control-Request-Method", "POST");
        call.header("Access-Control-Request-Headers", "authorization, idempotency-key").send()
    };
    for origin in [PORTAL, "https://otro.example:8443"] {
        let asked = ask(origin);
        assert_eq!((asked.status, allowed(&asked)), (200, Some(origin)), "{}", asked.text());
    }
    assert_eq!(allowed(&ask("https://elsewhere.example")), None);
    // An answer with an error is readable for the page too.
    let refused = server.call("GET", "/v1/mandants").anonymous().header("Origin", PORTAL).send();
    assert_eq!((refused.status, allowed(&refused)), (401, Some(PORTAL)));
    let listed = server.call("GET", "/v1/mandants").header("Origin", PORTAL).send();
    assert_eq!((listed.status, allowed(&listed)), (200, Some(PORTAL)));
}
