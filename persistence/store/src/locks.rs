//! Advisory locks: for what has no row that could be locked.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use kernel::Outcome;

use crate::error::db;

/// Numbering events: one instance at a time.
pub(crate) const SEQUENCER: i64 = 0x7265_636f_0001;

/// Migrating: instances that start together wait for each other.
pub const MIGRATION: i64 = 0x7265_636f_0002;

/// Adding up exposure: one instance at a time.
pub(crate) const ADDING_UP: i64 = 0x7265_636f_0004;

/// The first rows of a new database: its seeds, first key and signing key.
const START: i64 = 0x7265_636f_0003;

/// Holds other starting instances back until the transaction ends.
pub(crate) fn alone_at_start(conn: &mut PgConnection) -> Outcome<()> {
    let lock = diesel::sql_query("SELECT pg_advisory_xact_lock($1)").bind::<BigInt, _>(START);
    lock.execute(conn).map(drop).map_err(db)
}

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = Bool)]
    locked: bool,
}

/// Takes a lock until the end of the transaction, or finds that another instance has it.
pub(crate) fn is_free(conn: &mut PgConnection, lock: i64) -> QueryResult<bool> {
    let taken = diesel::sql_query("SELECT pg_try_advisory_xact_lock($1) AS locked").bind::<BigInt, _>(lock);
    Ok(taken.get_result::<Locked>(conn)?.locked)
}
