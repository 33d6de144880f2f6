//! What answers carry beside their body: headers, and other forms of the same answer.

use std::collections::BTreeSet;

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::{Components, Content, ContentBuilder, RefOr, Response, Schema};

/// Reports that are answered as a table, too; every list is.
const TABLES: &[&str] = &[
    "get_account_ageing",
    "get_ageing",
    "get_balances",
    "get_concentration",
    "get_decision_outcomes",
    "get_statement",
    "list_off_terms",
    "list_past_exposure_items",
    "search",
];

/// Operations whose answer carries a version that is not a field of its own there.
const VERSIONED_BESIDE: &[&str] = &["create_api_key", "get_entry"];

/// Changes that keep nothing: there is nothing to be repeated.
pub(super) const COMPUTED: &[&str] = &["check_scenario", "preview_template"];

/// Names of the schemas of objects with a version.
pub(super) fn versioned(components: &Components) -> BTreeSet<String> {
    components.schemas.iter().filter(|(_, s)| has_version(s)).map(|(name, _)| name.clone()).collect()
}

fn has_version(schema: &RefOr<Schema>) -> bool {
    match schema {
        RefOr::T(Schema::Object(object)) => object.properties.contains_key("version"),
        RefOr::T(Schema::AllOf(all)) => all.items.iter().any(has_version),
        RefOr::T(_) | RefOr::Ref(_) => false,
    }
}

/// Completes the successful answers of an operation.
pub(super) fn complete(operation: &mut Operation, changes: bool, versioned: &BTreeSet<String>) {
    let id = operation.operation_id.clone().unwrap_or_default();
    let listed = super::listed(operation).is_some();
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if status == "default" {
            header(response, "Retry-After", "Seconds after which trying again makes sense.", Type::Integer);
            continue;
        }
        if body(response).is_some_and(|name| versioned.contains(name))
            || VERSIONED_BESIDE.contains(&id.as_str())
        {
            header(response, "ETag", "The version, for `If-Match` and `If-None-Match`.", Type::String);
        }
        if changes && !COMPUTED.contains(&id.as_str()) {
            let doc = "`true` when this is the answer of an earlier call with the same key.";
            header(response, "Idempotent-Replayed", doc, Type::Boolean);
        }
        if listed || TABLES.contains(&id.as_str()) {
            response.content.insert("text/csv".to_owned(), RefOr::T(text()));
            header(response, "X-Next-Cursor", "Of a table: where the next page begins.", Type::String);
        }
        let other = match id.as_str() {
            "read_events" => Some("text/event-stream"),
            "preview_template" => Some("application/pdf"),
            _ => None,
        };
        if let Some(other) = other {
            response.content.insert(other.to_owned(), RefOr::T(text()));
        }
    }
}

fn body(response: &Response) -> Option<&str> {
    let RefOr::T(content) = response.content.get("application/json")? else { return None };
    let Some(RefOr::Ref(schema)) = &content.schema else { return None };
    schema.ref_location.strip_prefix("#/components/schemas/")
}

fn text() -> Content {
    ContentBuilder::new().schema(Some(Object::with_type(Type::String))).build()
}

fn header(response: &mut Response, name: &str, doc: &str, kind: Type) {
    let header = HeaderBuilder::new().schema(Some(Object::with_type(kind))).description(Some(doc)).build();
    response.headers.insert(name.to_owned(), RefOr::T(header));
}
