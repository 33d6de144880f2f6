//! Successful answers: objects with their ETag, commands with what they recorded, pages, CSV.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use app::command::Answer;
use app::events::Recorded;
use kernel::id::EventId;
use kernel::{Code, Error, ErrorKind, Instant};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::call::Call;
use crate::problem::{Problem, RestResult};

pub static FIELD_UNKNOWN: Code = Code::new(
    "request.field_unknown",
    ErrorKind::Invalid,
    "`fields` names a field this object does not have.",
    "`fields` nombra un campo que este objeto no tiene.",
);

/// An event a command recorded, or in a dry run would have recorded.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordedEvent {
    #[schema(example = "evt_0193…")]
    pub id: String,
    #[schema(example = "organisation.mandant_created")]
    pub kind: String,
    pub subject_kind: String,
    #[schema(value_type = Object)]
    pub before: Value,
    #[schema(value_type = Object)]
    pub after: Value,
}

/// An object that carries a version for its ETag.
pub trait Versioned {
    fn version(&self) -> Option<i64>;

    /// Whether nothing in it changes while the version stays. Days overdue do, so an object with them is always sent.
    fn is_settled_by_version(&self) -> bool {
        true
    }
}

/// The answer of a read of one object.
///
/// # Errors
/// `request.field_unknown`.
pub fn object<T: Serialize + Versioned>(call: &Call, value: &T) -> RestResult {
    let tag = value.version().map(|v| format!("\"{v}\""));
    let seen = call.http.headers().get(IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    if value.is_settled_by_version() && tag.is_some() && seen == tag.as_deref() {
        return Ok(start(call, StatusCode::NOT_MODIFIED).finish());
    }
    let body = sparse(call, to_json(call, value)?)?;
    let mut answer = start(call, StatusCode::OK);
    if let Some(tag) = tag {
        answer.insert_header((ETAG, tag));
    }
    Ok(answer.json(body))
}

/// The answer of a command that changed something.
///
/// # Errors
/// `internal` when the value cannot be written.
pub fn done<T: Serialize + Versioned>(call: &Call, answer: &Answer<T>) -> RestResult {
    respond(call, StatusCode::OK, answer, answer.value.version())
}

/// The answer of a command that made something.
///
/// # Errors
/// `internal` when the value cannot be written.
pub fn created<T: Serialize + Versioned>(call: &Call, answer: &Answer<T>) -> RestResult {
    respond(call, StatusCode::CREATED, answer, answer.value.version())
}

/// The answer of a command that makes something, unless it is there already.
///
/// # Errors
/// `internal` when the value cannot be written.
pub fn created_or_known<T: Serialize + Versioned>(
    call: &Call,
    is_new: bool,
    answer: &Answer<T>,
) -> RestResult {
    if is_new { created(call, answer) } else { done(call, answer) }
}

/// The answer of a command without a result.
///
/// # Errors
/// `internal` when the events of a dry run cannot be written.
pub fn nothing(call: &Call, answer: &Answer<()>) -> RestResult {
    if answer.dry_run {
        return respond(call, StatusCode::OK, answer, None);
    }
    Ok(start_done(call, StatusCode::NO_CONTENT, answer.replayed).finish())
}

/// Any other JSON.
///
/// # Errors
/// `internal` when the value cannot be written.
pub fn json_of<T: Serialize>(call: &Call, value: &T) -> RestResult {
    Ok(start(call, StatusCode::OK).json(to_json(call, value)?))
}

/// Bytes of a document.
pub fn bytes(call: &Call, content_type: &str, file_name: &str, bytes: Vec<u8>) -> HttpResponse {
    start(call, StatusCode::OK)
        .insert_header((CONTENT_TYPE, content_type))
        .insert_header(("Content-Disposition", format!("inline; filename=\"{file_name}\"")))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .body(bytes)
}

/// RFC 3339 in UTC.
pub(crate) fn instant(at: Instant) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

/// One page: JSON, or CSV when the caller accepts that.
///
/// # Errors
/// `request.field_unknown`.
pub fn page<T: Serialize>(call: &Call, items: &[T], next_cursor: Option<&str>) -> RestResult {
    let items = items
        .iter()
        .map(|item| to_json(call, item).and_then(|value| sparse(call, value)))
        .collect::<Result<Vec<_>, _>>()?;
    if wants_csv(call) {
        let mut answer = start(call, StatusCode::OK);
        answer.insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"));
        if let Some(cursor) = next_cursor {
            answer.insert_header(("X-Next-Cursor", cursor));
        }
        return Ok(answer.body(csv(&items)));
    }
    Ok(start(call, StatusCode::OK).json(json!({ "items": items, "next_cursor": next_cursor })))
}

/// Whether the caller asks for a table instead of JSON.
pub(crate) fn wants_csv(call: &Call) -> bool {
    let accept = call.http.headers().get(ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    accept.contains("text/csv")
}

fn respond<T: Serialize>(
    call: &Call,
    status: StatusCode,
    answer: &Answer<T>,
    version: Option<i64>,
) -> RestResult {
    let value = to_json(call, &answer.value)?;
    if answer.dry_run {
        let events = answer.events.iter().map(recorded).collect::<Vec<_>>();
        return Ok(
            start(call, StatusCode::OK).json(json!({ "dry_run": true, "result": value, "events": events }))
        );
    }
    let mut response = start_done(call, status, answer.replayed);
    if let Some(version) = version {
        response.insert_header((ETAG, format!("\"{version}\"")));
    }
    Ok(response.json(value))
}

fn recorded(event: &Recorded) -> RecordedEvent {
    RecordedEvent {
        id: EventId(event.id.0).to_string(),
        kind: event.kind.to_owned(),
        subject_kind: event.subject_kind.to_owned(),
        before: event.before.clone(),
        after: event.after.clone(),
    }
}

/// The start of a command's answer; says when it is that of an earlier call.
fn start_done(call: &Call, status: StatusCode, replayed: bool) -> actix_web::HttpResponseBuilder {
    let mut answer = start(call, status);
    if replayed {
        answer.insert_header(("Idempotent-Replayed", "true"));
    }
    answer
}

fn start(call: &Call, status: StatusCode) -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer.insert_header(("X-Request-Id", call.facts.request_id.clone()));
    answer.insert_header(("Cache-Control", "private, no-cache"));
    answer
}

fn to_json<T: Serialize>(call: &Call, value: &T) -> Result<Value, Problem> {
    serde_json::to_value(value).map_err(|e| call.problem(Error::new(&app::codes::INTERNAL).caused_by(e)))
}

/// Keeps the fields that `fields=a,b` names.
fn sparse(call: &Call, value: Value) -> Result<Value, Problem> {
    let query = call.http.query_string();
    let Some(fields) = query.split('&').find_map(|p| p.strip_prefix("fields=")) else { return Ok(value) };
    let Value::Object(mut all) = value else { return Ok(value) };
    let mut kept = Map::new();
    for name in fields.split([',']).flat_map(|f| f.split("%2C")).filter(|f| !f.is_empty()) {
        let Some(field) = all.remove(name) else {
            let known = all.keys().cloned().collect::<Vec<_>>().join(", ");
            let message = format!("{name:?} is not a field here; there are {known}");
            return Err(call.problem(Error::field("fields", &FIELD_UNKNOWN, message)));
        };
        kept.insert(name.to_owned(), field);
    }
    Ok(Value::Object(kept))
}

/// Nested values stay JSON within their cell. A cell that a spreadsheet would run as a formula is disarmed.
fn csv(items: &[Value]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let columns = items.first().and_then(Value::as_object).map(|o| o.keys().cloned().collect::<Vec<_>>());
    let columns = columns.unwrap_or_default();
    // Writing to memory cannot fail, and every record has the header's length.
    writer.write_record(&columns).unwrap_or_default();
    for item in items {
        let cells = columns.iter().map(|c| item.get(c).map(cell).unwrap_or_default());
        writer.write_record(cells).unwrap_or_default();
    }
    writer.into_inner().unwrap_or_default()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if formula(text) => format!("'{text}"),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// Text a spreadsheet would take for a formula; plain negative numbers are not.
fn formula(text: &str) -> bool {
    text.starts_with(['=', '+', '@', '\t', '\r'])
        || (text.starts_with('-') && text.parse::<kernel::Decimal>().is_err())
}
