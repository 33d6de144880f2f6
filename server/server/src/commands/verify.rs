//! `recobra verify`.

use std::process::ExitCode;
use std::sync::Arc;

use store::{PgStore, PoolOptions};

use super::database::Database;
use super::telemetry;
use crate::cli::{Failure, say};
use crate::ports::UuidV7;
use crate::settings::Settings;

/// Verifies and reports; 1 when something does not hold.
///
/// # Errors
/// When the database cannot be reached.
pub fn verify(settings: &Settings) -> Result<ExitCode, Failure> {
    telemetry::start(&settings.log);
    let database = Database::open(settings)?;
    let store = PgStore::open(&PoolOptions::new(database.url()), Arc::new(UuidV7));
    let found = store.verify()?;
    say(&format!(
        "{} events of the chain checked, {} rules checked",
        found.events_checked, found.rules_checked
    ));
    if let Some((seq, why)) = &found.chain_broken_at {
        say(&format!("the event chain breaks at {seq}: {why}"));
    }
    for (rule, count, example) in &found.broken {
        say(&format!("{count} rows break the rule: {rule} (for example {example})"));
    }
    if found.holds() {
        say("everything holds");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}
