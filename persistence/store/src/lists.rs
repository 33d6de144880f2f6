//! The reader of every list: SQL by table, filters and keyset by rule.
//!
//! Names come from `app::lists`; here stands the SQL of each. Values are always bound as text and cast in SQL, so a
//! caller's text never becomes SQL.

mod access;
mod attributes;
mod calendars;
mod credit;
mod customers;
mod dunning;
mod learning;
mod ledger;
mod limits;
mod messages;
mod organisation;
mod platform;
mod push;
mod rates;
mod rules;
mod scoring;
mod terms;

use app::codes::{INTERNAL, LIST_BAD_CURSOR};
use app::ctx::Ctx;
use app::lists::{FilterKind, ListQuery, ListSpec, ListStore};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;
use domain::access::Scope;
use kernel::page::Page;
use kernel::{Error, Instant, Outcome};
use serde_json::Value;

use crate::statement::Statement;
use crate::tx::PgTx;

/// The SQL of one list.
pub struct SqlList {
    pub spec: &'static ListSpec,
    /// Select list with the public names; ids through `r.pid`, amounts through `r.amount`. `{now}` is the instant of the
    /// request, here and in the other texts. The fields of an object named `_flat` become fields of the row.
    pub(crate) columns: &'static str,
    pub(crate) from: &'static str,
    /// Unique key that breaks ties, and its SQL type.
    pub(crate) key: (&'static str, &'static str),
    /// How [`ListStore::find`] compares the caller's key; `{}` is the bound text. An id is read from it (`r.id_of`), not
    /// written beside it (`r.pid`), which no index serves.
    pub(crate) find: &'static str,
    /// Who sees a row: `{entities}` and `{portfolios}` are the caller's rights; empty = everybody with the permission.
    pub(crate) scope: &'static str,
    /// A condition that always holds; empty = none.
    pub(crate) always: &'static str,
    /// Name and condition; `{}` is the bound text. Of a filter by attribute: the column that holds them.
    pub(crate) filters: &'static [(&'static str, &'static str)],
    /// Name, expression that is never NULL, and its SQL type.
    pub(crate) sorts: &'static [(&'static str, &'static str, &'static str)],
}

/// Every list with SQL.
pub fn all() -> impl Iterator<Item = &'static SqlList> {
    let parts = [
        access::ALL,
        attributes::ALL,
        calendars::ALL,
        credit::ALL,
        customers::ALL,
        dunning::ALL,
        learning::ALL,
        ledger::ALL,
        limits::ALL,
        messages::ALL,
        organisation::ALL,
        platform::ALL,
        push::ALL,
        rates::ALL,
        rules::ALL,
        scoring::ALL,
        terms::ALL,
    ];
    parts.into_iter().flatten().copied()
}

/// Runs a list's statement with the instant of the request.
fn load(mut statement: Statement, conn: &mut PgConnection, now: Instant) -> Outcome<Vec<Value>> {
    if statement.sql.contains(NOW) {
        let bound = Statement::instant(now);
        statement.sql = statement.sql.replace(NOW, &bound);
    }
    Ok(statement.load(conn)?.into_iter().map(flat).collect())
}

/// Stands in a list's SQL for the instant of the request.
const NOW: &str = "{now}";

/// A row of which several columns were computed together, as one object.
fn flat(mut row: Value) -> Value {
    if let Value::Object(fields) = &mut row
        && let Some(Value::Object(computed)) = fields.remove("_flat")
    {
        fields.extend(computed);
    }
    row
}

impl ListStore for PgTx<'_> {
    fn list(&mut self, ctx: &Ctx, query: &ListQuery<'_>) -> Outcome<Page<Value>> {
        let list = sql_of(query.spec)?;
        let (_, sort, sort_type) = list
            .sorts
            .iter()
            .find(|(name, _, _)| *name == query.sort)
            .ok_or_else(|| Error::new(&INTERNAL).caused_by(format!("no SQL for order {}", query.sort)))?;
        let mut statement = Statement::new();
        let mut conditions = conditions(list, &ctx.scope, query, &mut statement)?;
        let (direction, after) = if query.descending { ("DESC", "<") } else { ("ASC", ">") };
        if let Some(cursor) = query.cursor {
            let (value, key) = read_cursor(query, cursor)?;
            let (value, key) = (statement.bind(value), statement.bind(key));
            let (key_sql, key_type) = list.key;
            conditions
                .push(format!("(({sort}), {key_sql}) {after} ({value}::{sort_type}, {key}::{key_type})"));
        }
        let (columns, from, key) = (list.columns, list.from, list.key.0);
        let limit = usize::from(query.size.get()) + 1;
        let filter = if conditions.is_empty() { "true".to_owned() } else { conditions.join(" AND ") };
        statement.sql = format!(
            "SELECT row_to_json(t)::text AS row FROM (SELECT {columns}, ({sort})::text AS _sort, {key}::text AS _key \
             FROM {from} WHERE {filter} ORDER BY ({sort}) {direction}, {key} {direction} LIMIT {limit}) t"
        );
        let rows = load(statement, self.conn, ctx.now).map_err(|e| forged(query, e))?;
        page(rows, query)
    }

    fn find(&mut self, ctx: &Ctx, spec: &'static ListSpec, key: &str) -> Outcome<Option<Value>> {
        let list = sql_of(spec)?;
        let mut statement = Statement::new();
        let bound = statement.bind(key);
        let mut conditions = vec![format!("({})", list.find.replace("{}", &bound))];
        conditions.extend(standing_conditions(list, &ctx.scope, &mut statement));
        let (columns, from) = (list.columns, list.from);
        let filter = conditions.join(" AND ");
        statement.sql = format!(
            "SELECT row_to_json(t)::text AS row FROM (SELECT {columns} FROM {from} WHERE {filter}) t"
        );
        Ok(load(statement, self.conn, ctx.now)?.into_iter().next())
    }
}

fn sql_of(spec: &'static ListSpec) -> Outcome<&'static SqlList> {
    all()
        .find(|l| std::ptr::eq(l.spec, spec))
        .ok_or_else(|| Error::new(&INTERNAL).caused_by(format!("no SQL for list {}", spec.resource)))
}

fn standing_conditions(list: &SqlList, scope: &Scope, statement: &mut Statement) -> Vec<String> {
    let mut conditions = Vec::new();
    if !list.always.is_empty() {
        conditions.push(list.always.to_owned());
    }
    conditions.extend(statement.scope(list.scope, scope));
    conditions
}

fn conditions(
    list: &SqlList,
    scope: &Scope,
    query: &ListQuery<'_>,
    statement: &mut Statement,
) -> Outcome<Vec<String>> {
    let mut conditions = standing_conditions(list, scope, statement);
    let mut by_attribute = query.attributes.iter();
    for (name, kind, value) in &query.filters {
        let sql = list
            .filters
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, sql)| sql)
            .ok_or_else(|| Error::new(&INTERNAL).caused_by(format!("no SQL for filter {name}")))?;
        if let FilterKind::Attribute(_) = kind {
            conditions.extend(by_attribute.next().map(|f| attributes::condition(sql, f, statement)));
            continue;
        }
        let text = match kind {
            FilterKind::Id(prefix) => kernel::id::parse_any(prefix, value)?.to_string(),
            FilterKind::AnyId => kernel::id::parse_prefixed(value)?.to_string(),
            FilterKind::Text
            | FilterKind::AnyOf
            | FilterKind::Choice(_)
            | FilterKind::Date
            | FilterKind::Amount
            | FilterKind::Flag
            | FilterKind::Integer
            | FilterKind::Attribute(_) => (*value).to_owned(),
        };
        let bound = statement.bind(text);
        conditions.push(format!("({})", sql.replace("{}", &bound)));
    }
    Ok(conditions)
}

/// The cursor names its list and order, so that one of another list is refused.
fn read_cursor(query: &ListQuery<'_>, cursor: &str) -> Outcome<(String, String)> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|e| bad_cursor().caused_by(e))?;
    let (list, sort, descending, value, key): (String, String, bool, String, String) =
        serde_json::from_slice(&bytes).map_err(|e| bad_cursor().caused_by(e))?;
    if list != query.spec.resource || sort != query.sort || descending != query.descending {
        return Err(bad_cursor());
    }
    Ok((value, key))
}

/// Filters are checked before, so a value that SQL cannot read came with a cursor that somebody made up.
fn forged(query: &ListQuery<'_>, error: Error) -> Error {
    let unread = error
        .internal()
        .is_some_and(|cause| cause.contains("invalid input syntax") || cause.contains("out of range"));
    if query.cursor.is_some() && unread { bad_cursor().caused_by(&error) } else { error }
}

fn bad_cursor() -> Error {
    Error::field("cursor", &LIST_BAD_CURSOR, "this cursor belongs to another list or order")
}

fn page(mut rows: Vec<Value>, query: &ListQuery<'_>) -> Outcome<Page<Value>> {
    let size = usize::from(query.size.get());
    let more = rows.len() > size;
    rows.truncate(size);
    let mut last = (Value::Null, Value::Null);
    for row in &mut rows {
        if let Value::Object(fields) = row {
            last = (fields.remove("_sort").unwrap_or_default(), fields.remove("_key").unwrap_or_default());
        }
    }
    let next_cursor = more
        .then(|| serde_json::to_vec(&(query.spec.resource, query.sort, query.descending, last.0, last.1)))
        .transpose()
        .map_err(|e| Error::new(&INTERNAL).caused_by(e))?
        .map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
    Ok(Page { items: rows, next_cursor })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_finds_an_object_by_what_an_index_holds() {
        for list in all() {
            let text = ["r.pid(", ".id::text"].iter().find(|text| list.find.contains(**text));
            assert_eq!(text, None, "{}: {}", list.spec.resource, list.find);
        }
    }
}
