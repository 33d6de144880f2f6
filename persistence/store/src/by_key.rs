//! Statements that look rows of a large table up by a set of keys.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use kernel::Outcome;

use crate::error::db;

/// Runs such a statement with nothing but index lookups. The planner cannot know how large a table has become in the middle
/// of a first push, and would rather read all of it for every chunk than look up ten thousand keys: the time of a chunk would
/// grow with the book.
pub(crate) fn by_key<T>(
    conn: &mut PgConnection,
    statement: impl FnOnce(&mut PgConnection) -> QueryResult<T>,
) -> Outcome<T> {
    whole_table_joins(conn, "off")?;
    // After an error the transaction ends, and its settings with it.
    let found = statement(conn).map_err(db)?;
    whole_table_joins(conn, "on")?;
    Ok(found)
}

fn whole_table_joins(conn: &mut PgConnection, allowed: &str) -> Outcome<()> {
    let sql = format!("SET LOCAL enable_hashjoin = {allowed}; SET LOCAL enable_mergejoin = {allowed}");
    conn.batch_execute(&sql).map_err(db)
}
