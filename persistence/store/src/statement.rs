//! A statement put together from parts: every value bound as text and cast in SQL, rows answered as JSON.

use app::codes::INTERNAL;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::Text;
use domain::access::Scope;
use kernel::{Date, Error, Instant, Outcome};
use serde::de::DeserializeOwned;

use crate::error::db;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    row: String,
}

/// A statement under construction with its bound texts.
pub(crate) struct Statement {
    pub(crate) sql: String,
    binds: Vec<String>,
}

impl Statement {
    pub(crate) fn new() -> Self {
        Self { sql: String::new(), binds: Vec::new() }
    }

    /// Binds a value and returns the placeholder for it.
    pub(crate) fn bind(&mut self, value: impl Into<String>) -> String {
        self.binds.push(value.into());
        format!("${}", self.binds.len())
    }

    /// A day as a constant. A bound text would be read again for every row it is compared with.
    pub(crate) fn date(day: Date) -> String {
        format!("date '{day}'")
    }

    /// The same for an instant.
    pub(crate) fn instant(at: Instant) -> String {
        format!("timestamptz '{}'", at.to_rfc3339())
    }

    /// The condition that keeps what is outside a caller's rights away; `template` names `{entities}` and
    /// `{portfolios}`. `None` when everything is in reach.
    pub(crate) fn scope(&mut self, template: &str, scope: &Scope) -> Option<String> {
        let (entities, portfolios) = scope.limits().filter(|_| !template.is_empty())?;
        let mut bound = |ids: &[uuid::Uuid]| {
            let text = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
            format!("string_to_array({}, ',')::uuid[]", self.bind(text))
        };
        let (entities, portfolios) = (bound(entities), bound(portfolios));
        Some(format!("({})", template.replace("{entities}", &entities).replace("{portfolios}", &portfolios)))
    }

    /// Runs it; each row is one column `row` of JSON text.
    pub(crate) fn load<T: DeserializeOwned>(self, conn: &mut PgConnection) -> Outcome<Vec<T>> {
        let mut query: BoxedSqlQuery<'_, Pg, SqlQuery> = diesel::sql_query(self.sql).into_boxed();
        for value in self.binds {
            query = query.bind::<Text, _>(value);
        }
        let rows = query.load::<Row>(conn).map_err(db)?;
        let typed = |r: &Row| {
            // Neither the row nor what serde quotes of it: causes are logged, and rows are personal.
            serde_json::from_str(&r.row).map_err(|e| {
                let (what, kind) = (std::any::type_name::<T>(), e.classify());
                let cause = format!("a row does not read as {what}: {kind:?} at column {}", e.column());
                Error::new(&INTERNAL).caused_by(cause)
            })
        };
        rows.iter().map(typed).collect()
    }
}
