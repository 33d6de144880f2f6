//! Lists of everything, by one reader: a table of resources with their filters and orders.
//!
//! The names here are the contract (REST parameters, documentation); the SQL of each stands in the store and a test
//! holds both tables together. Rows come as JSON with decimals as text; the doors type them.

use domain::access::Permission;
use domain::attributes::{AttributeFilter, AttributeOwner};
use kernel::page::{Page, PageSize};
use kernel::{Error, Outcome};
use serde_json::Value;

use crate::App;
use crate::codes;
use crate::ctx::Ctx;
use crate::offers;
use crate::store::ReadTx;

/// What a filter's text must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterKind {
    Text,
    /// One or several values, separated by commas.
    AnyOf,
    /// One or several of these values, separated by commas.
    Choice(&'static [&'static str]),
    Date,
    Amount,
    Flag,
    Integer,
    /// A prefixed id, e.g. `acc_…`; the prefix is named.
    Id(&'static str),
    /// A prefixed id of any kind.
    AnyId,
    /// A test of a declared attribute: `NAME:VALUE[,VALUE…]`, or `NAME:FROM..TO`.
    Attribute(AttributeOwner),
}

/// One filter of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilterSpec {
    pub name: &'static str,
    pub kind: FilterKind,
    pub doc: &'static str,
}

pub(crate) const fn filter(name: &'static str, kind: FilterKind, doc: &'static str) -> FilterSpec {
    FilterSpec { name, kind, doc }
}

/// One list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListSpec {
    /// Path and SQL table name of the resource, e.g. `receivables`.
    pub resource: &'static str,
    pub permission: Permission,
    pub filters: &'static [FilterSpec],
    /// Names of the orders; the first is the default. A leading `-` asks for the reverse.
    pub sorts: &'static [&'static str],
}

/// Every list there is.
pub fn all() -> impl Iterator<Item = &'static ListSpec> {
    [
        crate::access::lists::ALL,
        crate::attributes::lists::ALL,
        crate::dunning::lists::ALL,
        crate::organisation::lists::ALL,
        crate::push::lists::ALL,
        crate::messages::lists::ALL,
        crate::credit::learning::lists::ALL,
        crate::credit::lists::ALL,
        crate::credit::alerts::lists::ALL,
        crate::credit::external::lists::ALL,
        crate::credit::limits::lists::ALL,
        crate::credit::terms::lists::ALL,
        crate::credit::rule_sets::lists::ALL,
        crate::credit::scoring::lists::ALL,
        crate::customers::lists::ALL,
        crate::ledger::lists::ALL,
        crate::audit::lists::ALL,
        crate::calendars::lists::ALL,
        crate::jobs::lists::ALL,
        crate::rates::lists::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Filters by declared attributes of an owner.
pub(crate) const fn attribute(owner: AttributeOwner) -> FilterSpec {
    let doc = "By a declared attribute: NAME:VALUE[,VALUE], or NAME:FROM..TO for numbers and dates.";
    FilterSpec { name: "attribute", kind: FilterKind::Attribute(owner), doc }
}

/// What a caller asks of a list.
#[derive(Debug, Clone, Default)]
pub struct ListRequest {
    /// Name and value; several filters must all hold.
    pub filters: Vec<(String, String)>,
    pub sort: Option<String>,
    pub cursor: Option<String>,
    pub size: PageSize,
}

/// A checked request for the store.
#[derive(Debug, Clone)]
pub struct ListQuery<'q> {
    pub spec: &'static ListSpec,
    pub filters: Vec<(&'static str, FilterKind, &'q str)>,
    /// Those by attribute, read by their declarations.
    pub attributes: Vec<AttributeFilter>,
    pub sort: &'static str,
    pub descending: bool,
    pub cursor: Option<&'q str>,
    pub size: PageSize,
}

/// The port of the list reader.
pub trait ListStore {
    /// Computed columns (days overdue and the like) are as of `ctx.now`, on the business date of each legal entity.
    fn list(&mut self, ctx: &Ctx, query: &ListQuery<'_>) -> Outcome<Page<Value>>;

    /// One row by its key (prefixed id or code), `None` when absent or out of scope.
    fn find(&mut self, ctx: &Ctx, spec: &'static ListSpec, key: &str) -> Outcome<Option<Value>>;
}

/// One page of a list.
///
/// # Errors
/// `auth.forbidden`; `list.unknown_filter`, `list.unknown_sort`, `list.bad_cursor`, `page.size`; `attribute.undeclared`,
/// `attribute.filter_invalid`; errors of the values.
pub fn list(app: &App, ctx: &Ctx, spec: &'static ListSpec, request: &ListRequest) -> Outcome<Page<Value>> {
    ctx.require(spec.permission)?;
    let query = check(spec, request)?;
    let mut page = app.store.view(spec.resource, |tx| {
        let attributes = attribute_filters(tx, &query)?;
        tx.list(ctx, &ListQuery { attributes, ..query.clone() })
    })?;
    page.items.iter_mut().for_each(|row| offers::tell(ctx, spec.resource, row));
    Ok(page)
}

/// Only a list that asks for attributes pays for their declarations.
fn attribute_filters(tx: &mut dyn ReadTx, query: &ListQuery<'_>) -> Outcome<Vec<AttributeFilter>> {
    let asked = query.filters.iter().filter_map(|(_, kind, text)| {
        if let FilterKind::Attribute(owner) = kind { Some((*owner, *text)) } else { None }
    });
    let asked = asked.collect::<Vec<_>>();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let declared = tx.declared_attributes()?;
    asked.into_iter().map(|(owner, text)| declared.filter(owner, text)).collect()
}

/// One object as the list shows it.
///
/// # Errors
/// `auth.forbidden`; `not_found`.
pub fn get(app: &App, ctx: &Ctx, spec: &'static ListSpec, key: &str) -> Outcome<Value> {
    ctx.require(spec.permission)?;
    let found = app.store.view(spec.resource, |tx| tx.find(ctx, spec, key))?;
    let mut row = found.ok_or_else(|| not_found(spec.resource, key))?;
    offers::tell(ctx, spec.resource, &mut row);
    Ok(row)
}

/// The error for something that does not exist, or not for this caller.
pub fn not_found(what: &str, key: &str) -> Error {
    Error::with(&codes::NOT_FOUND, format!("there is no {key} among {what}, or it is outside your rights"))
}

/// Checks names and values of a request.
///
/// # Errors
/// `list.unknown_filter`, `list.unknown_sort`; errors of the values.
pub fn check<'q>(spec: &'static ListSpec, request: &'q ListRequest) -> Outcome<ListQuery<'q>> {
    let mut filters = Vec::with_capacity(request.filters.len());
    for (name, value) in &request.filters {
        let known = spec.filters.iter().find(|f| f.name == name).ok_or_else(|| unknown_filter(spec, name))?;
        check_value(known, value)?;
        filters.push((known.name, known.kind, value.as_str()));
    }
    let wanted = request.sort.as_deref().unwrap_or_else(|| spec.sorts.first().copied().unwrap_or("id"));
    let (name, descending) = wanted.strip_prefix('-').map_or((wanted, false), |name| (name, true));
    let sort =
        spec.sorts.iter().map(|s| s.trim_start_matches('-')).find(|s| *s == name).ok_or_else(|| {
            let known = spec.sorts.iter().map(|s| s.trim_start_matches('-')).collect::<Vec<_>>().join(", ");
            Error::field("sort", &codes::LIST_UNKNOWN_SORT, format!("{name:?} is not one of {known}"))
        })?;
    let (cursor, size) = (request.cursor.as_deref(), request.size);
    Ok(ListQuery { spec, filters, attributes: Vec::new(), sort, descending, cursor, size })
}

fn unknown_filter(spec: &ListSpec, name: &str) -> Error {
    let known = spec.filters.iter().map(|f| f.name).collect::<Vec<_>>().join(", ");
    Error::field(name, &codes::LIST_UNKNOWN_FILTER, format!("{} can be filtered by {known}", spec.resource))
}

fn check_value(filter: &FilterSpec, value: &str) -> Outcome<()> {
    let wrong =
        |what: &str| Error::field(filter.name, &codes::LIST_BAD_FILTER, format!("{value:?} is not {what}"));
    match filter.kind {
        FilterKind::Text | FilterKind::AnyOf | FilterKind::Attribute(_) => {
            kernel::text::line(filter.name, value).map(drop)
        }
        FilterKind::Date => kernel::time::parse_date(filter.name, value).map(drop),
        FilterKind::Amount => {
            kernel::money::parse_decimal(value).map(drop).ok_or_else(|| wrong("a plain decimal number"))
        }
        FilterKind::Integer => {
            value.parse::<i64>().map(drop).map_err(|e| wrong("a whole number").caused_by(e))
        }
        FilterKind::Choice(known) => match value.split(',').find(|v| !known.contains(v)) {
            None => Ok(()),
            Some(_) => Err(wrong(&format!("one or several of {}", known.join(", ")))),
        },
        FilterKind::Flag if matches!(value, "true" | "false") => Ok(()),
        FilterKind::Flag => Err(wrong("true or false")),
        FilterKind::Id(prefix) => kernel::id::parse_any(prefix, value).map(drop),
        FilterKind::AnyId => kernel::id::parse_prefixed(value).map(drop),
    }
}
