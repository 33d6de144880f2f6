//! The API explorer at `/docs`: vendored files, served by us, with nothing loaded from elsewhere.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};

use crate::catalogue::{error_codes, status_of};

/// Swagger UI 5.35.0 (Apache-2.0), from the package `swagger-ui-dist`; licence and notice lie beside it.
const BUNDLE: &[u8] = include_bytes!("../assets/docs/swagger-ui-bundle.js");
const STYLE: &[u8] = include_bytes!("../assets/docs/swagger-ui.css");
const PAGE: &[u8] = include_bytes!("../assets/docs/index.html");
const START: &[u8] = include_bytes!("../assets/docs/start.js");
const LICENCE: &[u8] = include_bytes!("../assets/docs/LICENSE");

/// Scripts and calls go to this server alone. The explorer sets style attributes, and draws its icons from data URLs.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Mounts the explorer and the page of error codes.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(explorer).service(bundle).service(style).service(start).service(licence).service(errors);
}

#[get("/docs")]
async fn explorer() -> HttpResponse {
    answer("text/html; charset=utf-8", PAGE)
}

#[get("/docs/swagger-ui-bundle.js")]
async fn bundle() -> HttpResponse {
    answer("text/javascript; charset=utf-8", BUNDLE)
}

#[get("/docs/swagger-ui.css")]
async fn style() -> HttpResponse {
    answer("text/css; charset=utf-8", STYLE)
}

#[get("/docs/start.js")]
async fn start() -> HttpResponse {
    answer("text/javascript; charset=utf-8", START)
}

#[get("/docs/licence.txt")]
async fn licence() -> HttpResponse {
    answer("text/plain; charset=utf-8", LICENCE)
}

/// Where the `type` of every problem points to: one anchor per code.
#[get("/docs/errors")]
async fn errors() -> HttpResponse {
    let mut page =
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Recobra: error codes</title>\
        <h1>Error codes</h1>"
            .to_owned();
    for code in error_codes() {
        let status = status_of(code);
        let (en, es) = (escaped(code.en), escaped(code.es));
        let entry = format!(
            "<h2 id=\"{0}\"><code>{0}</code></h2><p>HTTP {status}</p><p>{en}</p><p lang=\"es\">{es}</p>",
            code.text
        );
        page.push_str(&entry);
    }
    headed("text/html; charset=utf-8").body(page)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn answer(content_type: &'static str, bytes: &'static [u8]) -> HttpResponse {
    headed(content_type).body(bytes)
}

fn headed(content_type: &'static str) -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CONTENT_TYPE, content_type));
    answer.insert_header((CONTENT_SECURITY_POLICY, POLICY));
    answer.insert_header((CACHE_CONTROL, "public, max-age=3600"));
    answer.insert_header(("X-Content-Type-Options", "nosniff"));
    answer.insert_header(("Referrer-Policy", "no-referrer"));
    answer
}
