//! Advisory locks: for what has no row that could be locked.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use kernel::Outcome;

use crate::error::db;

/// Numbering events: one instance at a time.
pub(crate) const SEQUENCER: i64 = 0x7265_636f_0001;

/// Migrating: instances that start together wait for each other.
pub const MIGRATION: i64 = 0x7265_636f_0002;

/// The first rows of a new database: its seeds, first key and signing key.
const START: i64 = 0x7265_636f_0003;

/// Holds other starting instances back until the transaction ends.
pub(crate) fn alone_at_start(conn: &mut PgConnection) -> Outcome<()> {
    let lock = diesel::sql_query("SELECT pg_advisory_xact_lock($1)").bind::<BigInt, _>(START);
    lock.execute(conn).map(drop).map_err(db)
}
