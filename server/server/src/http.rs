//! The HTTP server: the REST door, the explorer, health and metrics.

use std::sync::Arc;
use std::time::Instant;

use actix_cors::Cors;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::{Compress, Next, from_fn};
use actix_web::web::{Data, PayloadConfig};
use actix_web::{App, HttpResponse, HttpServer, get};
use bridge::Api;
use rest::v1::platform::{ErrorCatalogue, Stopping};
use store::{PgStore, SCHEMA_VERSION};
use tokio::sync::watch;
use utoipa_actix_web::AppExt as _;

use crate::catalogue::error_codes;
use crate::explorer;
use crate::metrics::{Answers, Reading};
use crate::settings;

/// What the technical endpoints show.
pub struct Status {
    pub store: PgStore,
    pub openapi: String,
    /// Turns true when the server stops.
    pub stopping: watch::Receiver<bool>,
    pub answers: Answers,
}

/// Starts listening; the returned server runs when awaited.
///
/// # Errors
/// When the address is taken.
pub fn listen(
    api: &Api,
    status: Arc<Status>,
    settings: &settings::Server,
    tls: Option<rustls::ServerConfig>,
) -> std::io::Result<(actix_web::dev::Server, std::net::SocketAddr)> {
    let bind = settings.rest_bind;
    let (api, origins) = (Data::new(api.clone()), settings.cors_origins.clone());
    let errors = Data::new(ErrorCatalogue(error_codes()));
    let stopping = Data::new(Stopping(status.stopping.clone()));
    let status = Data::from(status);
    let server = HttpServer::new(move || {
        let (app, _) = App::new()
            .into_utoipa_app()
            .app_data(api.clone())
            .app_data(status.clone())
            .app_data(errors.clone())
            .app_data(stopping.clone())
            .app_data(PayloadConfig::new(rest::BODY_BYTES_MAX))
            .configure(rest::v1::configure)
            .split_for_parts();
        app.service(healthz)
            .service(readyz)
            .service(version)
            .service(openapi)
            .service(metrics)
            .configure(explorer::configure)
            .default_service(actix_web::web::to(rest::call::unknown_path))
            .wrap(cors(&origins))
            .wrap(Compress::default())
            .wrap(from_fn(count))
    })
    .disable_signals()
    .shutdown_timeout(settings.stop_seconds_max);
    let server = match tls {
        Some(tls) => server.bind_rustls_0_23(bind, tls)?,
        None => server.bind(bind)?,
    };
    let address = server.addrs().first().copied().unwrap_or(bind);
    Ok((server.run(), address))
}

/// Counts every answer by its route, however it came about.
async fn count(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let began = Instant::now();
    let method = request.method().to_string();
    let status = request.app_data::<Data<Status>>().cloned();
    let answer = next.call(request).await;
    if let Some(status) = status {
        let (route, code) = match &answer {
            Ok(answer) => (answer.request().match_pattern(), answer.status()),
            Err(error) => (None, error.as_response_error().status_code()),
        };
        status.answers.http(&method, route.as_deref(), code.as_u16(), began.elapsed());
    }
    answer
}

/// Figures for Prometheus.
#[get("/metrics")]
async fn metrics(api: Data<Api>, status: Data<Status>) -> HttpResponse {
    let (store, now) = (status.store.clone(), api.app.clock.now());
    let gauges = api.reports.run(move || store.gauges(now)).await.ok();
    let reading = Reading {
        executors: [
            ("requests", &api.requests),
            ("bulk", &api.bulk),
            ("reports", &api.reports),
            ("rehearsals", &api.rehearsals),
        ],
        pool: status.store.pool_state(),
        gauges,
    };
    match status.answers.page(&reading) {
        Ok(page) => HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(page),
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()),
    }
}

fn cors(origins: &[String]) -> Cors {
    let allowed = origins.iter().fold(Cors::default(), |cors, origin| cors.allowed_origin(origin));
    allowed
        .allowed_methods(["GET", "POST", "PUT", "PATCH", "DELETE"])
        .allowed_headers([header::AUTHORIZATION, header::ACCEPT, header::CONTENT_TYPE, header::IF_MATCH])
        .allowed_headers(["Idempotency-Key", "X-Reason", "X-Request-Id", "Accept-Language"])
        .expose_headers(["ETag", "X-Request-Id", "X-Next-Cursor", "Idempotent-Replayed", "Retry-After"])
        .max_age(3600)
}

/// Alive: the process answers.
#[get("/healthz")]
async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "alive" }))
}

/// Ready: the database answers within the queue limit.
#[get("/readyz")]
async fn readyz(api: Data<Api>, status: Data<Status>) -> HttpResponse {
    let store = status.store.clone();
    match api.requests.run(move || store.installation()).await {
        Ok(found) => HttpResponse::Ok().json(serde_json::json!({
            "status": "ready", "sending_quarantined": found.sending_quarantined, "test_book": found.test_book })),
        Err(error) => HttpResponse::ServiceUnavailable()
            .json(serde_json::json!({ "status": "not ready", "code": error.code().text })),
    }
}

/// Which binary and schema this is.
#[get("/version")]
async fn version() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"), "schema": SCHEMA_VERSION, "api": "v1" }))
}

/// The contract.
#[get("/openapi.json")]
async fn openapi(status: Data<Status>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(status.openapi.clone())
}
