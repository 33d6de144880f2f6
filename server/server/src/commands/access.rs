//! `recobra access reset`.

use std::process::ExitCode;
use std::sync::Arc;

use app::App;
use app::access::api_keys::reset_key;
use app::access::authenticate::system_ctx;
use bridge::crypto::SystemCrypto;
use kernel::clock::Clock as _;
use store::{PgStore, PoolOptions};

use super::database::Database;
use super::telemetry;
use crate::cli::{Failure, print, say};
use crate::ports::{BookClock, UuidV7};
use crate::settings::Settings;

/// Prints a new one-time key. Whoever may open the database may have it: that is who could change anything anyway.
///
/// # Errors
/// When the database cannot be reached, or is newer than this binary.
pub fn reset(settings: &Settings) -> Result<ExitCode, Failure> {
    telemetry::start(&settings.log);
    let database = Database::open(settings)?;
    let store = PgStore::open(&PoolOptions::new(database.url()), Arc::new(UuidV7));
    let clock = Arc::new(BookClock::real());
    store.migrate(clock.now())?;
    let app =
        App { store: Arc::new(store), clock: clock.clone(), ids: Arc::new(UuidV7), credit: Arc::default() };
    let key = reset_key(&app, &SystemCrypto, &system_ctx("access reset", clock.now()))?;
    say("With this key create one administrator with all rights, a user or an API key; then it ends.");
    let printed = print(&key);
    drop(app);
    database.close();
    printed
}
