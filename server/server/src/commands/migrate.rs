//! `recobra migrate`.

use std::process::ExitCode;
use std::sync::Arc;

use app::App;
use app::access::authenticate::system_ctx;
use kernel::clock::Clock as _;
use store::{PgStore, PoolOptions, SCHEMA_VERSION};

use super::database::Database;
use super::telemetry;
use crate::cli::{Failure, say};
use crate::ports::{BookClock, UuidV7};
use crate::settings::Settings;
use crate::wire::plant_seeds;

/// Migrates and reports.
///
/// # Errors
/// When the database cannot be reached, or is newer than this binary.
pub fn migrate(settings: &Settings) -> Result<ExitCode, Failure> {
    telemetry::start(&settings.log);
    let database = Database::open(settings)?;
    let store = PgStore::open(&PoolOptions::new(database.url()), Arc::new(UuidV7));
    let clock = Arc::new(BookClock::real());
    let report = store.migrate(clock.now())?;
    let app =
        App { store: Arc::new(store), clock: clock.clone(), ids: Arc::new(UuidV7), credit: Arc::default() };
    plant_seeds(&app, &system_ctx("migrate", clock.now()))?;
    if report.applied.is_empty() {
        say(&format!("the schema is at {SCHEMA_VERSION} already"));
    } else {
        say(&format!("the schema is at {SCHEMA_VERSION}; applied {}", report.applied.join(", ")));
    }
    Ok(ExitCode::SUCCESS)
}
