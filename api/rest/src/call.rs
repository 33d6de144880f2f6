//! What is read off a request before a use case runs: who says it is, with which promises, and the body.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{ACCEPT_LANGUAGE, ALLOW, AUTHORIZATION, HeaderMap, IF_MATCH};
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, ResponseError as _};
use app::ctx::{IdempotencyKey, Locale};
use app::{App, ctx::Ctx};
use bridge::{Api, CallFacts, header_text};
use kernel::{Code, Error, ErrorKind, Instant, Outcome};
use serde::de::DeserializeOwned;

use crate::params;
use crate::problem::Problem;
use crate::routes;

pub static BODY_INVALID: Code = Code::new(
    "request.body_invalid",
    ErrorKind::Invalid,
    "The body is not the JSON this operation expects.",
    "El cuerpo no es el JSON que esta operación espera.",
);
pub static BODY_TOO_LARGE: Code = Code::new(
    "request.body_too_large",
    ErrorKind::Invalid,
    "The body is larger than accepted.",
    "El cuerpo es mayor de lo admitido.",
);
pub static HEADER_INVALID: Code = Code::new(
    "request.header_invalid",
    ErrorKind::Invalid,
    "A header has a value this operation cannot use.",
    "Una cabecera tiene un valor que esta operación no puede usar.",
);
pub static KEY_REQUIRED: Code = Code::new(
    "idempotency.key_required",
    ErrorKind::Invalid,
    "API keys must send an Idempotency-Key with every change, so that a repeated call does nothing twice.",
    "Las claves de API deben enviar una Idempotency-Key con cada cambio, para que repetir no duplique nada.",
);

pub static METHOD_NOT_ALLOWED: Code = Code::new(
    "request.method_not_allowed",
    ErrorKind::Invalid,
    "There is something at this path, but not by this method; `Allow` names those it has.",
    "En esta ruta hay algo, pero no con este método; `Allow` indica los que admite.",
);

/// Every code of the REST door, for the catalogue.
pub static ALL: &[&Code] =
    &[&BODY_INVALID, &BODY_TOO_LARGE, &HEADER_INVALID, &KEY_REQUIRED, &METHOD_NOT_ALLOWED];

/// A request for a read.
pub struct Call {
    pub api: Data<Api>,
    pub facts: CallFacts,
    pub http: HttpRequest,
}

/// A request for a change, with its body.
pub struct Cmd<T> {
    pub call: Call,
    pub body: T,
}

/// For changes without a body.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoBody {}

impl Call {
    /// Runs one use case for the caller.
    ///
    /// # Errors
    /// The problem that the use case's error becomes.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&App, &Ctx) -> Outcome<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.api.run(self.facts.clone(), work).await.map_err(|error| self.problem(error))
    }

    /// The same for long reads, which wait for their turn apart from ordinary requests.
    ///
    /// # Errors
    /// The problem that the use case's error becomes.
    pub async fn run_report<T: Send + 'static>(
        &self,
        work: impl FnOnce(&App, &Ctx) -> Outcome<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let done = self.api.run_on(&self.api.reports, self.facts.clone(), work).await;
        done.map_err(|error| self.problem(error))
    }

    /// Runs what needs no caller: signing in. It cannot be rehearsed, and says so rather than do it.
    ///
    /// # Errors
    /// `request.parameter_unknown` for a rehearsal; the problem that the error becomes.
    pub async fn run_open<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Api, Instant) -> Outcome<T> + Send + 'static,
    ) -> Result<T, Problem> {
        if self.facts.dry_run {
            let message = "this operation cannot be rehearsed";
            return Err(self.problem(Error::field("dry_run", &params::PARAMETER_UNKNOWN, message)));
        }
        let api = Api::clone(&self.api);
        let done = self.api.requests.run(move || work(&api, api.app.clock.now())).await;
        done.map_err(|error| self.problem(error))
    }

    pub fn problem(&self, error: Error) -> Problem {
        Problem { error, request_id: self.facts.request_id.clone(), locale: self.facts.locale }
    }
}

impl FromRequest for Call {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(http: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(read(http, None))
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Cmd<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(http: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let http = http.clone();
        let body = Bytes::from_request(&http, payload);
        Box::pin(async move {
            let base = read(&http, None)?;
            let bytes = body.await.map_err(|e| base.problem(Error::new(&BODY_TOO_LARGE).caused_by(e)))?;
            let call = read(&http, Some(&bytes))?;
            let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
            let body = serde_json::from_slice(text).map_err(|e| {
                call.problem(Error::with(&BODY_INVALID, format!("the body does not fit: {e}")))
            })?;
            Ok(Self { call, body })
        })
    }
}

fn read(http: &HttpRequest, body: Option<&[u8]>) -> Result<Call, Problem> {
    let headers = http.headers();
    let locale = locale(headers);
    let request_id = request_id(headers, http);
    let problem = |error: Error| Problem { error, request_id: request_id.clone(), locale };
    let api = http
        .app_data::<Data<Api>>()
        .cloned()
        .ok_or_else(|| problem(Error::new(&app::codes::INTERNAL).caused_by("the api is not mounted")))?;
    let query = http.query_string();
    let dry_run = if body.is_some() { params::dry_run(query).map_err(&problem)? } else { false };
    let bearer =
        text(headers, AUTHORIZATION.as_str()).and_then(|t| t.strip_prefix("Bearer ")).map(str::to_owned);
    let key = text(headers, "Idempotency-Key").map(str::to_owned);
    if let Some(key) = &key
        && !(1..=200).contains(&key.len())
    {
        let message = "an Idempotency-Key has 1 to 200 characters";
        return Err(problem(Error::field("Idempotency-Key", &HEADER_INVALID, message)));
    }
    if body.is_some() && key.is_none() && bearer.as_deref().is_some_and(|b| b.starts_with("rcb_")) {
        return Err(problem(Error::new(&KEY_REQUIRED)));
    }
    let fingerprint = api.fingerprints.of(&[
        http.method().as_str().as_bytes(),
        http.path().as_bytes(),
        query.as_bytes(),
        body.unwrap_or_default(),
    ]);
    let facts = CallFacts {
        bearer,
        locale,
        idempotency: key.filter(|_| body.is_some()).map(|key| IdempotencyKey { key, fingerprint }),
        dry_run,
        reason: headers.get("X-Reason").and_then(|value| header_text(value.as_bytes())),
        expected_version: if body.is_some() { expected_version(http).map_err(&problem)? } else { None },
        request_id: request_id.clone(),
    };
    Ok(Call { api, facts, http: http.clone() })
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim).filter(|t| !t.is_empty())
}

/// The version the caller saw, where the operation compares it.
fn expected_version(http: &HttpRequest) -> Outcome<Option<i64>> {
    let expected = if_match(http.headers())?;
    let template = http.match_pattern().unwrap_or_default();
    if expected.is_some() && !routes::takes_if_match(http.method().as_str(), &template) {
        let message = "this operation compares no version; leave If-Match away";
        return Err(Error::field("If-Match", &HEADER_INVALID, message));
    }
    Ok(expected)
}

/// `"7"` as our answers give it.
fn if_match(headers: &HeaderMap) -> Outcome<Option<i64>> {
    let Some(given) = text(headers, IF_MATCH.as_str()) else { return Ok(None) };
    if given == "*" {
        return Ok(None);
    }
    let wrong =
        || Error::field("If-Match", &HEADER_INVALID, format!("{given:?} is not an ETag of ours, like \"7\""));
    given.trim_matches('"').parse().map(Some).map_err(|e| wrong().caused_by(e))
}

/// The first language asked for that we speak.
fn locale(headers: &HeaderMap) -> Locale {
    let asked = text(headers, ACCEPT_LANGUAGE.as_str()).unwrap_or_default();
    let spoken = |tag: &str| match tag.trim().get(..2) {
        Some("es") => Some(Locale::Spanish),
        Some("en") => Some(Locale::English),
        _ => None,
    };
    asked.split(',').find_map(spoken).unwrap_or(Locale::English)
}

/// The caller's own id when it has a sensible form, else one of ours; kept for the whole request.
fn request_id(headers: &HeaderMap, http: &HttpRequest) -> String {
    #[derive(Clone)]
    struct RequestId(String);
    if let Some(known) = http.extensions().get::<RequestId>() {
        return known.0.clone();
    }
    let sensible = |t: &&str| {
        t.len() <= 100 && t.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    let id = text(headers, "X-Request-Id").filter(sensible).map_or_else(
        || {
            http.app_data::<Data<Api>>()
                .map(|api| api.app.ids.next().simple().to_string())
                .unwrap_or_default()
        },
        str::to_owned,
    );
    http.extensions_mut().insert(RequestId(id.clone()));
    id
}

/// The answer for a path nobody serves, or not by this method.
#[expect(clippy::unused_async, reason = "actix-web takes handlers that are async")]
pub async fn unknown_path(call: Call) -> crate::problem::RestResult {
    let path = call.http.path().to_owned();
    let methods = routes::methods_at(&path);
    if !methods.is_empty() {
        let allowed = methods.join(", ");
        let message = format!("{} is not one of {allowed}", call.http.method());
        let mut answer = call.problem(Error::with(&METHOD_NOT_ALLOWED, message)).error_response();
        // The methods are words of our own, so the header can be written.
        if let Ok(allowed) = allowed.parse() {
            answer.headers_mut().insert(ALLOW, allowed);
        }
        return Ok(answer);
    }
    Err(call.problem(Error::with(&app::codes::NOT_FOUND, format!("there is no {path}; see /openapi.json"))))
}
