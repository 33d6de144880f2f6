//! One change rehearsed, sent twice with one key, then something else with that key. The guard over all changes uses it, and so do
//! the tests of changes that need a scene of their own.

use serde_json::{Value, json};
use testkit::{Reply, TestApp};

use crate::contract::{Operation, operations};
use crate::rehearsals::rehearse;

/// Changes whose answer holds a secret: the second call is told so.
const WITHHELD: &[&str] = &["create_api_key"];

/// Where to send a change, what, and another body for the same path.
pub(crate) struct Sample {
    pub(crate) path: String,
    pub(crate) body: Value,
    /// As `body` where the operation takes none: then the path is another.
    pub(crate) other: Value,
}

impl Sample {
    /// A change without a body.
    pub(crate) fn bare(path: String) -> Self {
        Self { path, body: json!({}), other: json!({}) }
    }
}

/// Sends a change that needs a scene twice with one key, then another with it, and returns its answer.
/// `effect` reads what the change writes: the first call must change it, the others must not.
///
/// # Panics
/// When the second call is answered otherwise, does anything, or the key is taken for another request.
pub(crate) fn done_once(app: &TestApp, operation: &str, sample: &Sample, effect: &str) -> Value {
    let all = operations();
    let found = all.iter().find(|o| o.id == operation).unwrap_or_else(|| panic!("no operation {operation}"));
    assert!(fits(&found.path, &sample.path), "{} is not of {operation} at {}", sample.path, found.path);
    let before = app.database.sql(effect);
    let mut after = None;
    let answer = repeat(app, found, sample, || after = Some(app.database.sql(effect)));
    let answer = answer.unwrap_or_else(|wrong| panic!("{wrong}"));
    let after = after.expect("the first call was answered");
    assert_ne!(before, after, "{operation} changed nothing that `{effect}` would show");
    assert_eq!(app.database.sql(effect), after, "{operation} was done again");
    answer
}

/// Whether a path is one of a template like `/v1/messages/{message}/resolve`.
fn fits(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/').collect::<Vec<_>>());
    let parts = template.collect::<Vec<_>>();
    parts.len() == path.len() && parts.iter().zip(path).all(|(t, p)| t.starts_with('{') || *t == p)
}

/// Rehearses the sample, sends it for another version, then twice with one key, then something else with the same key; `once_done` is called after
/// the first.
///
/// # Errors
/// What went wrong, with the operation.
pub(crate) fn repeat(
    app: &TestApp,
    operation: &Operation,
    sample: &Sample,
    once_done: impl FnOnce(),
) -> Result<Value, String> {
    rehearse(app, operation, (&sample.path, &sample.body))?;
    compare_version(app, operation, sample)?;
    let key = format!("twice-{}", operation.id);
    let send = |path: &str, body: &Value| {
        app.call(&operation.method, path).header("Idempotency-Key", &key).json(body).send()
    };
    let said = |what: &str, reply: &Reply| {
        let text = reply.text().chars().take(300).collect::<String>();
        Err(format!(
            "{} ({} {}): {what}: {} {text}",
            operation.id, operation.method, sample.path, reply.status
        ))
    };
    let first = send(&sample.path, &sample.body);
    if first.status >= 300 {
        return said("the sample must succeed", &first);
    }
    once_done();
    if first.header("ETag").is_some() != operation.etag {
        return said("its ETag is not what the document says", &first);
    }
    let second = send(&sample.path, &sample.body);
    if WITHHELD.contains(&operation.id.as_str()) {
        if second.code() != "idempotency.answer_withheld" {
            return said("a secret was repeated", &second);
        }
        return Ok(first.json());
    }
    if (second.status, second.json()) != (first.status, first.json()) {
        return said("the second answer differs from the first", &second);
    }
    if second.header("Idempotent-Replayed") != Some("true") || first.header("Idempotent-Replayed").is_some() {
        return said("the second answer does not say that it is a repetition", &second);
    }
    // Counted by request: work that a first call has begun goes on in the background meanwhile.
    let request = second.header("X-Request-Id").expect("a request id");
    let recorded = format!("SELECT count(*) FROM event WHERE request_id = '{request}'");
    if app.database.sql(&recorded) != "0" {
        return said("the second call recorded an event", &second);
    }
    let other_path = if sample.other == sample.body {
        format!("{}?dry_run=false", sample.path)
    } else {
        sample.path.clone()
    };
    let reused = send(&other_path, &sample.other);
    if (reused.status, reused.code().as_str()) != (409, "idempotency.key_reused") {
        return said("the key was taken for another request", &reused);
    }
    Ok(first.json())
}

/// An operation that documents `If-Match` does nothing for who saw another version; one that does not refuses the header.
///
/// # Errors
/// When it is answered otherwise.
fn compare_version(app: &TestApp, operation: &Operation, sample: &Sample) -> Result<(), String> {
    let compares = operation.headers.iter().any(|h| h == "If-Match");
    let expected = if compares { (412, "version.mismatch") } else { (422, "request.header_invalid") };
    let call = app.call(&operation.method, &sample.path).header("If-Match", "\"987654\"");
    let reply = call.json(&sample.body).send();
    if (reply.status, reply.code().as_str()) == expected {
        return Ok(());
    }
    let text = reply.text().chars().take(300).collect::<String>();
    Err(format!("{} with If-Match is not {expected:?}: {} {text}", operation.id, reply.status))
}
