//! The OpenAPI 3.1 document: collected from the handlers, completed by what holds for all of them.

mod answers;

use app::lists::{FilterKind, FilterSpec, ListSpec};
use serde::Serialize;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, InfoBuilder, OpenApi, Ref, RefOr, Required, ResponseBuilder};
use utoipa::{PartialSchema as _, ToSchema};

use crate::problem::{ProblemBody, ProblemField};
use crate::routes;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Page)]
pub struct PageOf<T: ToSchema> {
    pub items: Vec<T>,
    /// Hand it back as `cursor` to read on; absent on the last page.
    pub next_cursor: Option<String>,
}

/// The whole document, as it is served and checked in.
pub fn document() -> OpenApi {
    use utoipa_actix_web::AppExt as _;
    let (_, mut document) =
        actix_web::App::new().into_utoipa_app().configure(crate::v1::configure).split_for_parts();
    document.info = InfoBuilder::new()
        .title("Recobra")
        .version("1")
        .description(Some(
            "Credit management and collections.\n\n\
             Dates are `YYYY-MM-DD`, instants RFC 3339 in UTC, amounts decimals as text with a currency beside them. \
             Errors are RFC 9457 problems with a stable `code`. Every change takes an `Idempotency-Key` and \
             `dry_run=true`; signing in and out and renewing tokens take neither.",
        ))
        .build();
    complete(&mut document);
    document
}

fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("API key or access token"))
        .build();
    components.security_schemes.insert("bearer".to_owned(), RefOr::T(SecurityScheme::Http(bearer)));
    components.schemas.insert("Problem".to_owned(), ProblemBody::schema());
    components.schemas.insert("ProblemField".to_owned(), ProblemField::schema());
    let versioned = answers::versioned(components);
    for (path, item) in &mut document.paths.paths {
        let methods = [
            ("GET", &mut item.get),
            ("POST", &mut item.post),
            ("PUT", &mut item.put),
            ("PATCH", &mut item.patch),
            ("DELETE", &mut item.delete),
        ];
        for (method, operation) in methods {
            let Some(operation) = operation else { continue };
            complete_operation(operation, (method, path));
            answers::complete(operation, method != "GET" && !is_open(operation), &versioned);
        }
    }
}

fn complete_operation(operation: &mut Operation, (method, path): (&str, &str)) {
    if operation.security.is_none() {
        operation.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>("bearer", [])]);
    }
    let problem = ResponseBuilder::new()
        .description("A problem with a stable code.")
        .content(
            "application/problem+json",
            ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build(),
        )
        .build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(problem));
    let (changes, open, listed) = (method != "GET", is_open(operation), listed(operation));
    let sparse = has_fields(operation);
    let parameters = operation.parameters.get_or_insert_default();
    if changes && !open {
        parameters.push(header("Idempotency-Key", "Makes repeating the call safe; required with API keys."));
        parameters.push(header("X-Reason", "Why; stored with the event."));
        parameters.push(query(
            "dry_run",
            "Do everything, answer what would happen, keep nothing.",
            Type::Boolean,
        ));
    } else if !changes && sparse {
        parameters.push(query("fields", "Only these fields, separated by commas.", Type::String));
    }
    if routes::takes_if_match(method, path) {
        let doc = "The `ETag` that was read; when the object has changed since, nothing is done.";
        parameters.push(header("If-Match", doc));
    }
    if let Some(spec) = listed {
        list_parameters(parameters, spec);
    }
}

/// Signing in is no command: there is no caller yet whose key could be remembered.
fn is_open(operation: &Operation) -> bool {
    operation.security.as_deref() == Some([SecurityRequirement::default()].as_slice())
}

/// The list an operation `list_<resource>` reads.
fn listed(operation: &Operation) -> Option<&'static ListSpec> {
    let resource = operation.operation_id.as_deref()?.strip_prefix("list_")?;
    app::lists::all().find(|spec| spec.resource == resource)
}

/// Reads whose answer is always whole: reports, texts, documents.
const WHOLE: &[&str] = &[
    "convert",
    "get_account_ageing",
    "get_account_dunning",
    "get_ageing",
    "get_balances",
    "get_concentration",
    "get_credit_calendar",
    "get_decision_outcomes",
    "get_effective_limit",
    "get_errors",
    "get_labels",
    "get_me",
    "get_message_mime",
    "get_message_pdf",
    "get_overview",
    "get_party_rating",
    "get_party_ratios",
    "get_sending",
    "get_statement",
    "list_off_terms",
    "list_past_exposure_items",
    "list_rule_facts",
    "list_scenario_facts",
    "list_template_variables",
    "list_waiting_approvals",
    "read_events",
    "replay_dunning_run",
    "replay_score",
    "search",
    "why_not_now",
];

/// Whether a read takes `fields`.
fn has_fields(operation: &Operation) -> bool {
    operation.operation_id.as_deref().is_some_and(|id| !WHOLE.contains(&id))
}

fn list_parameters(parameters: &mut Vec<RefOr<Parameter>>, spec: &ListSpec) {
    for filter in spec.filters {
        parameters.push(filter_parameter(filter));
    }
    let orders = spec.sorts.iter().map(|s| s.trim_start_matches('-')).collect::<Vec<_>>().join(", ");
    let default = spec.sorts.first().copied().unwrap_or_default();
    let sort = format!("One of {orders}; a leading - reverses. Default: {default}.");
    parameters.push(query("sort", &sort, Type::String));
    parameters.push(query("limit", "Rows of a page, 1 to 500. Default: 50.", Type::Integer));
    parameters.push(query("cursor", "`next_cursor` of the page before.", Type::String));
}

fn filter_parameter(filter: &FilterSpec) -> RefOr<Parameter> {
    let (kind, format) = match filter.kind {
        FilterKind::Text
        | FilterKind::AnyOf
        | FilterKind::Choice(_)
        | FilterKind::Amount
        | FilterKind::Attribute(_)
        | FilterKind::Id(_)
        | FilterKind::AnyId => (Type::String, None),
        FilterKind::Date => (Type::String, Some(SchemaFormat::KnownFormat(KnownFormat::Date))),
        FilterKind::Flag => (Type::Boolean, None),
        FilterKind::Integer => (Type::Integer, None),
    };
    let schema = ObjectBuilder::new().schema_type(kind).format(format).build();
    let doc = match filter.kind {
        FilterKind::Choice(known) => format!("{} One or several of {}.", filter.doc, known.join(", ")),
        FilterKind::Text
        | FilterKind::AnyOf
        | FilterKind::Date
        | FilterKind::Amount
        | FilterKind::Attribute(_)
        | FilterKind::Flag
        | FilterKind::Integer
        | FilterKind::Id(_)
        | FilterKind::AnyId => filter.doc.to_owned(),
    };
    parameter(filter.name, &doc, ParameterIn::Query, schema)
}

fn header(name: &str, doc: &str) -> RefOr<Parameter> {
    parameter(name, doc, ParameterIn::Header, Object::with_type(Type::String))
}

fn query(name: &str, doc: &str, kind: Type) -> RefOr<Parameter> {
    parameter(name, doc, ParameterIn::Query, Object::with_type(kind))
}

fn parameter(name: &str, doc: &str, place: ParameterIn, schema: Object) -> RefOr<Parameter> {
    let parameter = ParameterBuilder::new()
        .name(name)
        .description(Some(doc))
        .parameter_in(place)
        .required(Required::False)
        .schema(Some(schema))
        .build();
    RefOr::T(parameter)
}
