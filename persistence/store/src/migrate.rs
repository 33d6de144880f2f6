//! Embedded migrations: forward only, under an advisory lock, refused on a newer schema.

use diesel::dsl::sql;
use diesel::migration::MigrationSource;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Nullable, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use kernel::{Code, Error, ErrorKind, Instant, Outcome};

use crate::error::db;
use crate::locks;
use crate::pool::batch;
use crate::tx::PgStore;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/versions");

/// Functions, re-created as a whole when their text changes.
const FUNCTIONS: &str = include_str!("../../../migrations/replaceable/functions.sql");

/// The newest migration this binary brings.
pub const SCHEMA_VERSION: &str = "20261128000017";

pub static SCHEMA_NEWER: Code = Code::new(
    "schema.newer",
    ErrorKind::Conflict,
    "The database was migrated by a newer version of Recobra; start that version.",
    "La base de datos fue migrada por una versión más nueva de Recobra; arranque esa versión.",
);

/// What a migration did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationReport {
    /// Versions applied now, in order.
    pub applied: Vec<String>,
    /// Whether the functions were rebuilt.
    pub functions_rebuilt: bool,
}

#[derive(QueryableByName)]
struct Comment {
    #[diesel(sql_type = Nullable<Text>)]
    text: Option<String>,
}

impl PgStore {
    /// Brings the schema to this binary's version and makes the partitions around `now`.
    ///
    /// # Errors
    /// `schema.newer`, `database.unavailable`, `internal` with the failing statement in the log.
    pub fn migrate(&self, now: Instant) -> Outcome<MigrationReport> {
        let mut connection = self.connections.unlimited()?;
        lock(&mut connection)?;
        migrate_locked(&mut connection, now)
    }

    /// Makes the month partitions around `now`; run daily, so that no insert ever lacks one.
    ///
    /// # Errors
    /// `database.unavailable`.
    pub fn ensure_partitions(&self, now: Instant) -> Outcome<()> {
        ensure_partitions(self.connections.get()?.pg(), now)
    }
}

/// Waits until no other instance migrates, however long that takes. The lock ends with the connection.
fn lock(connection: &mut PgConnection) -> Outcome<()> {
    let free =
        diesel::select(sql::<Bool>("pg_try_advisory_lock(").bind::<BigInt, _>(locks::MIGRATION).sql(")"));
    if !free.get_result::<bool>(connection).map_err(db)? {
        tracing::info!("another instance is migrating the database; waiting for it");
        let wait = diesel::sql_query("SELECT pg_advisory_lock($1)").bind::<BigInt, _>(locks::MIGRATION);
        wait.execute(connection).map_err(db)?;
    }
    // A change of the schema that has to queue behind a long transaction makes everybody queue behind itself.
    batch(connection, "SET lock_timeout = '20s'")
}

fn migrate_locked(connection: &mut PgConnection, now: Instant) -> Outcome<MigrationReport> {
    let internal =
        |e: Box<dyn std::error::Error + Send + Sync>| Error::new(&app::codes::INTERNAL).caused_by(e);
    let known = MigrationSource::<Pg>::migrations(&MIGRATIONS).map_err(internal)?;
    let newest = known.iter().map(|m| m.name().version().to_string()).max().unwrap_or_default();
    let applied = connection.applied_migrations().map_err(internal)?;
    if let Some(newer) = applied.iter().map(ToString::to_string).filter(|v| *v > newest).max() {
        let message = format!("the database is at schema {newer}, this binary knows {newest}");
        return Err(Error::with(&SCHEMA_NEWER, message));
    }
    let ran = connection.run_pending_migrations(MIGRATIONS).map_err(internal)?;
    let applied = ran.iter().map(ToString::to_string).collect();
    let functions_rebuilt = rebuild_functions(connection)?;
    ensure_partitions(connection, now)?;
    Ok(MigrationReport { applied, functions_rebuilt })
}

/// The schema's comment holds the hash of the text it was made from.
fn rebuild_functions(connection: &mut PgConnection) -> Outcome<bool> {
    use sha2::{Digest as _, Sha256};
    let hash = kernel::text::hex(&Sha256::digest(FUNCTIONS.as_bytes()));
    let current = diesel::sql_query("SELECT obj_description(to_regnamespace('r'), 'pg_namespace') AS text")
        .get_result::<Comment>(connection)
        .map_err(db)?;
    if current.text.as_deref() == Some(hash.as_str()) {
        return Ok(false);
    }
    batch(connection, &format!("BEGIN; {FUNCTIONS}; COMMENT ON SCHEMA r IS '{hash}'; COMMIT;"))?;
    Ok(true)
}

pub(crate) fn ensure_partitions(connection: &mut PgConnection, now: Instant) -> Outcome<()> {
    let (first, last) = app::events::partition_months(now);
    diesel::sql_query("SELECT r.ensure_partitions($1, $2)")
        .bind::<Date, _>(first)
        .bind::<Date, _>(last)
        .execute(connection)
        .map(drop)
        .map_err(db)
}
