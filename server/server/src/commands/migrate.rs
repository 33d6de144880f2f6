//! `recobra migrate`.

use std::process::ExitCode;
use std::sync::Arc;

use kernel::clock::Clock as _;
use store::{PgStore, PoolOptions, SCHEMA_VERSION};

use super::database::Database;
use super::telemetry;
use crate::cli::{Failure, say};
use crate::ports::{BookClock, UuidV7};
use crate::settings::Settings;

/// Migrates and reports.
///
/// # Errors
/// When the database cannot be reached, or is newer than this binary.
pub fn migrate(settings: &Settings) -> Result<ExitCode, Failure> {
    telemetry::start(&settings.log);
    let database = Database::open(settings)?;
    let store = PgStore::open(&PoolOptions::new(database.url()), Arc::new(UuidV7));
    let report = store.migrate(BookClock::real().now())?;
    if report.applied.is_empty() {
        say(&format!("the schema is at {SCHEMA_VERSION} already"));
    } else {
        say(&format!("the schema is at {SCHEMA_VERSION}; applied {}", report.applied.join(", ")));
    }
    Ok(ExitCode::SUCCESS)
}
