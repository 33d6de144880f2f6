//! `recobra ratings`: fetches reports of a rating provider. Meant for a timer of the host, as often as the contract allows.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::access::authenticate::system_ctx;
use app::credit::external::collect::collect;
use clap::Args;
use kernel::clock::Clock as _;
use store::{PgStore, PoolOptions};

use super::database::Database;
use super::telemetry;
use crate::bureau::HttpRatings;
use crate::cli::{Failure, print};
use crate::ports::{BookClock, UuidV7};
use crate::settings::Settings;

/// Where to ask, and as whom.
#[derive(Debug, Args)]
pub struct RatingsArgs {
    /// Code of the provider, as it is known over REST.
    #[arg(long)]
    pub provider: String,
    /// Address of its reports.
    #[arg(long)]
    pub url: String,
    /// File with the token that it gave; none when absent.
    #[arg(long)]
    pub token_file: Option<PathBuf>,
    /// Seconds that one request may take.
    #[arg(long, default_value_t = 30)]
    pub seconds_max: u64,
}

/// Fetches what is new and says what became of it.
///
/// # Errors
/// When the database or the provider cannot be reached; what came before is kept.
pub fn fetch(settings: &Settings, arguments: &RatingsArgs) -> Result<ExitCode, Failure> {
    telemetry::start(&settings.log);
    let read = |path: &PathBuf| {
        std::fs::read_to_string(path)
            .map(|token| token.trim().to_owned())
            .map_err(|e| Failure::Work(format!("{}: {e}", path.display())))
    };
    let token = arguments.token_file.as_ref().map(read).transpose()?;
    let patience = Duration::from_secs(arguments.seconds_max);
    let source = HttpRatings::new(&arguments.url, token, patience);
    let database = Database::open(settings)?;
    let store = PgStore::open(&PoolOptions::new(database.url()), Arc::new(UuidV7));
    let clock = Arc::new(BookClock::real());
    store.migrate(clock.now())?;
    let app =
        App { store: Arc::new(store), clock: clock.clone(), ids: Arc::new(UuidV7), credit: Arc::default() };
    let done = collect(&app, &system_ctx("ratings", clock.now()), &arguments.provider, &source);
    drop(app);
    database.close();
    let done = done?;
    print(&format!(
        "{} received, {} taken in, {} known already, {} in the inbox, {} downgrades",
        done.received, done.taken, done.duplicates, done.inbox, done.downgrades
    ))
}
