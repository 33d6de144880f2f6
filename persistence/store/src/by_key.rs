//! Statements whose way through large tables is known better here than to the planner.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use kernel::Outcome;

use crate::error::db;

/// Runs such a statement with nothing but index lookups: left alone, the planner would rather read all of a table for every
/// chunk than look up ten thousand keys, and the time of a chunk would grow with the book. Where the keys have parts that are
/// the same for all, give those as columns too, or what the planner believes of such a value turns the join around.
pub(crate) fn by_key<T>(
    conn: &mut PgConnection,
    statement: impl FnOnce(&mut PgConnection) -> QueryResult<T>,
) -> Outcome<T> {
    whole_table_joins(conn, "off")?;
    // After an error the transaction ends, or goes back to a savepoint, and its settings with it.
    let found = statement(conn).map_err(db)?;
    whole_table_joins(conn, "on")?;
    Ok(found)
}

/// Runs a statement that compares tables as wholes with nothing that looks rows up one by one: just after a first load the planner
/// has not heard how many there are, and would do so a million times.
pub(crate) fn as_wholes<T>(
    conn: &mut PgConnection,
    statement: impl FnOnce(&mut PgConnection) -> QueryResult<T>,
) -> Outcome<T> {
    conn.batch_execute("SET LOCAL enable_nestloop = off").map_err(db)?;
    let found = statement(conn).map_err(db)?;
    conn.batch_execute("SET LOCAL enable_nestloop = on").map_err(db)?;
    Ok(found)
}

fn whole_table_joins(conn: &mut PgConnection, allowed: &str) -> Outcome<()> {
    let sql = format!("SET LOCAL enable_hashjoin = {allowed}; SET LOCAL enable_mergejoin = {allowed}");
    conn.batch_execute(&sql).map_err(db)
}
