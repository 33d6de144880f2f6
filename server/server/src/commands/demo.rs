//! `recobra demo`: a made-up book, lived through day by day on the real doors.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::Days;
use clap::Args;
use kernel::Date;
use tokio::runtime::Runtime;

use super::database::Database;
use super::{serve, telemetry};
use crate::cli::{Failure, say};
use crate::demo::drive::{Drive, is_demo, last_moment, new_key};
use crate::demo::summary::summary;
use crate::demo::{Portfolio, Size};
use crate::running::Running;
use crate::settings::{Mail, Relay, Settings};
use crate::tls::DoorTls;
use crate::wire::{Wired, wire};

/// The last day of the book unless another is asked for.
const LAST_DAY: &str = "2026-06-30";
/// How large the demo is.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Customers.
    #[arg(long, default_value_t = 2_000)]
    pub parties: usize,
    /// Invoices and credit notes, about.
    #[arg(long, default_value_t = 20_000)]
    pub receivables: usize,
    /// The same seed makes the same book.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Days the book goes back: eighteen months.
    #[arg(long, default_value_t = 545)]
    pub book_days: u64,
    /// Days before the last one on which the dunning runs.
    #[arg(long, default_value_t = 120)]
    pub dunning_days: u64,
    /// End after the summary instead of going on to serve.
    #[arg(long)]
    pub once: bool,
}

/// Makes the demo on an empty database and serves it; one that is there already is shown and served as it is.
///
/// # Errors
/// When the database holds another book or half a demo; those of starting a server and of the doors.
pub fn demo(settings: &Settings, arguments: &DemoArgs) -> Result<ExitCode, Failure> {
    let settings = of_a_demo(settings);
    telemetry::start(&settings.log);
    let tls = serve::load_tls(&settings)?;
    let database = Database::open_to_serve(&settings)?;
    let runtime = Runtime::new().map_err(|e| Failure::Work(format!("cannot start the runtime: {e}")))?;
    let wired = wire(&settings, database.url(), runtime.handle())?;
    if !wired.installation.test_book {
        return Err(Failure::Work("this database is no test book: the demo needs one of its own".to_owned()));
    }
    runtime.block_on(run(&settings, &wired, arguments, tls))?;
    drop(wired);
    runtime.shutdown_background();
    database.close();
    Ok(ExitCode::SUCCESS)
}

/// Nothing happens by itself while the clock is moved: the demo does what the schedule would. Its mails go into a folder,
/// whatever relay is configured: made-up customers may have real addresses.
fn of_a_demo(settings: &Settings) -> Settings {
    let mut settings = settings.clone();
    let folders = settings.mail.relays.values().find(|relay| matches!(relay, Relay::Folder { .. })).cloned();
    let beside_data = Relay::Folder { path: settings.database.data_dir.join("mail") };
    settings.mail = Mail {
        default_relay: "folder".to_owned(),
        relays: [("folder".to_owned(), folders.unwrap_or(beside_data))].into(),
    };
    settings.book.test = true;
    settings.dunning.schedule = false;
    settings.alerts.every_hours = 0;
    settings.dunning.send = false;
    settings
}

async fn run(settings: &Settings, wired: &Wired, arguments: &DemoArgs, tls: DoorTls) -> Result<(), Failure> {
    let failed = |what: &str, e: std::io::Error| Failure::Work(format!("{what}: {e}"));
    let mails = mail_folder(settings);
    try_out(&mails).map_err(|e| failed(&format!("no mail can be put into {}", mails.display()), e))?;
    let running = Running::start(settings, wired, tls).await.map_err(|e| failed("a door cannot open", e))?;
    let key = match found(settings, wired)? {
        Found::Nothing => load(wired, &running, arguments).await?,
        Found::Demo => {
            say("The demo is there already; delete its data folder to make it anew.");
            new_key(&wired.api.app)?
        }
    };
    let base = format!("http://{}", running.rest_address);
    let grpc = format!("http://{}", running.grpc_address);
    // Only now: while the book is made, Ctrl+C ends it at once.
    let stop = serve::Stop::listen().map_err(|e| failed("cannot listen to signals", e))?;
    say(&summary(&wired.api.app, (&base, &grpc, &key), &mails.display().to_string())?);
    if !arguments.once {
        say(&format!("\nServing at http://{} until you press Ctrl+C.", running.rest_address));
        stop.wait().await;
    }
    running.stop().await;
    Ok(())
}

/// What the database holds.
enum Found {
    Nothing,
    Demo,
}

fn found(settings: &Settings, wired: &Wired) -> Result<Found, Failure> {
    if wired.first_key.is_some() {
        return Ok(Found::Nothing);
    }
    let place = settings.database.data_dir.display();
    if !is_demo(&wired.api.app)? {
        return Err(Failure::Work(
            "this database holds another book: the demo needs one of its own".to_owned(),
        ));
    }
    let now = wired.api.app.clock.now();
    if now < last_moment(last_day()?) {
        let message = format!(
            "the demo was interrupted when it had come to {}; delete its data ({place}) and start it again",
            now.date_naive()
        );
        return Err(Failure::Work(message));
    }
    Ok(Found::Demo)
}

fn last_day() -> Result<Date, Failure> {
    LAST_DAY.parse().map_err(|e| Failure::Work(format!("{LAST_DAY}: {e}")))
}

fn mail_folder(settings: &Settings) -> PathBuf {
    let folder = settings.mail.relays.values().find_map(|relay| match relay {
        Relay::Folder { path } => Some(path.clone()),
        Relay::Smtp { .. } => None,
    });
    folder.unwrap_or_default()
}

/// Before anything is made: a demo whose mails all fail takes several times as long, and shows nothing.
fn try_out(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let file = folder.join(format!(".trial.{}", std::process::id()));
    File::create_new(&file)?;
    fs::remove_file(&file)
}

/// Returns the key of an administrator.
async fn load(wired: &Wired, running: &Running, arguments: &DemoArgs) -> Result<String, Failure> {
    let last = last_day()?;
    let first = last - Days::new(arguments.book_days.clamp(1, 3_650));
    let size = Size {
        parties: arguments.parties.clamp(1, 200_000),
        receivables: arguments.receivables.clamp(1, 2_000_000),
        seed: arguments.seed,
        from: first,
        to: last,
    };
    say(&format!("Making up {} customers with {} invoices …", size.parties, size.receivables));
    let book = Portfolio::make(size);
    let grpc = format!("http://{}", running.grpc_address);
    let mut drive = Drive::prepare(wired, &grpc, first).await?;
    let dunning_from = last - Days::new(arguments.dunning_days);
    drive.live(&book, (first, last), dunning_from).await?;
    Ok(drive.key)
}
