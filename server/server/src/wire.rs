//! Puts the parts together: store, ports, executors, doors.

use std::os::unix::ffi::OsStrExt as _;
use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::access::api_keys::first_start_key;
use app::access::authenticate::system_ctx;
use app::codes::INTERNAL;
use app::ctx::Ctx;
use bridge::crypto::SystemCrypto;
use bridge::fingerprint::Fingerprints;
use bridge::tokens::{Ed25519Issuer, SigningSeed};
use bridge::{Api, Executor};
use kernel::clock::Clock as _;
use kernel::{Error, Instant, Outcome};
use sha2::{Digest as _, Sha256};
use store::{Installation, InstallationState, PgStore, PoolOptions};
use tokio::runtime::Handle;

use crate::courier::Relays;
use crate::ports::{BookClock, UuidV7};
use crate::press::TypstPress;
use crate::sender::Sender;
use crate::settings::Settings;

/// Everything a running server holds.
#[derive(Clone)]
pub struct Wired {
    pub api: Api,
    pub store: PgStore,
    pub clock: Arc<BookClock>,
    pub installation: Installation,
    /// The one-time key of an empty database; printed once, stored only as a hash.
    pub first_key: Option<String>,
    /// Looks at due messages and hands them over.
    pub sender: Sender,
}

/// Dry runs of a push at once: each holds a connection as long as its stream runs.
const REHEARSALS: u32 = 2;
/// How long another one waits before it is told to come again.
const REHEARSAL_QUEUE_MAX: Duration = Duration::from_secs(10);

/// Opens the database at `url`, migrates it and wires the parts. Blocking.
///
/// # Errors
/// `database.unavailable`, `schema.newer`.
pub fn wire(settings: &Settings, url: &str, handle: &Handle) -> Outcome<Wired> {
    let ids = Arc::new(UuidV7);
    let clock = Arc::new(BookClock::real());
    let now = clock.now();
    let (store, installation) = open_database(settings, url, (ids.clone(), now))?;
    if let Some(at) = installation.test_now {
        clock.set(at);
    }
    let app = App { store: Arc::new(store.clone()), clock: clock.clone(), ids, credit: Arc::default() };
    let (tokens, fingerprints) = keys(&store, now)?;
    let ctx = system_ctx("first start", clock.now());
    plant_seeds(&app, &ctx)?;
    let first_key = first_start_key(&app, &SystemCrypto, &ctx)?;
    let (press, relays) = (Arc::new(TypstPress::try_new()?), Arc::new(Relays::try_new(settings)?));
    let executors = Executors::new(settings, handle);
    let api = Api {
        app,
        requests: executors.requests,
        bulk: executors.bulk,
        reports: executors.reports,
        rehearsals: executors.rehearsals,
        checks: executors.checks,
        tokens: Arc::new(tokens),
        crypto: Arc::new(SystemCrypto),
        strangers: Arc::default(),
        throttle: Arc::default(),
        known: Arc::default(),
        fingerprints,
        press: press.clone(),
        courier: relays.clone(),
    };
    let sender = Sender { api: api.clone(), press, relays };
    Ok(Wired { api, store, clock, installation, first_key, sender })
}

fn pool_options(settings: &Settings, url: &str) -> PoolOptions {
    let database = &settings.database;
    PoolOptions {
        // Beside those of the doors: dunning reads ahead while it writes, models learn; the rest is in reserve.
        connections: database.connections
            + database.bulk_connections
            + database.report_connections
            + REHEARSALS
            + 5,
        ready: database.ready_connections.min(database.connections),
        statement_timeout: Duration::from_secs(database.statement_seconds_max),
        ..PoolOptions::new(url)
    }
}

/// Brings the database to the schema of this version and finds out which installation it is.
fn open_database(
    settings: &Settings,
    url: &str,
    (ids, now): (Arc<UuidV7>, Instant),
) -> Outcome<(PgStore, Installation)> {
    let options = pool_options(settings, url);
    let migrated = PgStore::open(&PoolOptions { ready: 0, ..options.clone() }, ids.clone()).migrate(now)?;
    // Only now: connections are made ready with the functions of this version.
    let store = PgStore::open(&options, ids);
    if !migrated.applied.is_empty() {
        tracing::info!(applied = migrated.applied.join(" "), "schema migrated");
    }
    let place = place_of(settings);
    if let Some(language) = store.foreign_messages()? {
        tracing::warn!(
            lc_messages = language,
            "PostgreSQL speaks another language than English: set lc_messages = 'C', or a full disk and a lost connection \
             are not recognised as such"
        );
    }
    let (installation, state) = store.register_installation(settings.book.test, place.as_deref(), now)?;
    report(&installation, state);
    Ok((store, installation))
}

/// What signs tokens and what tells bodies of repeated calls apart, from the seeds that every instance shares.
fn keys(store: &PgStore, now: Instant) -> Outcome<(Ed25519Issuer, Fingerprints)> {
    let seeds = store.signing_seeds(rand::random(), now)?;
    // The oldest, so that a fingerprint outlives a new signing key.
    let (_, secret) = seeds.last().ok_or_else(|| Error::new(&INTERNAL).caused_by("no signing key"))?;
    let fingerprints = Fingerprints::try_new(secret)?;
    let seeds = seeds.into_iter().map(|(id, seed)| SigningSeed { id, seed }).collect::<Vec<_>>();
    Ok((Ed25519Issuer::try_new(&seeds)?, fingerprints))
}

/// Where the blocking work of each kind is done, so that none takes the connections of another.
struct Executors {
    requests: Executor,
    bulk: Executor,
    reports: Executor,
    rehearsals: Executor,
    checks: Executor,
}

impl Executors {
    fn new(settings: &Settings, handle: &Handle) -> Self {
        let database = &settings.database;
        let size = |connections: u32| usize::try_from(connections).unwrap_or(1);
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let queue_max = Duration::from_millis(settings.server.queue_ms_max);
        Self {
            requests: Executor::bounded(handle.clone(), size(database.connections), queue_max),
            bulk: Executor::patient(handle.clone(), size(database.bulk_connections)),
            reports: Executor::patient(handle.clone(), size(database.report_connections)),
            rehearsals: Executor::bounded(handle.clone(), size(REHEARSALS), REHEARSAL_QUEUE_MAX),
            checks: Executor::patient(handle.clone(), cores),
        }
    }
}

/// Plants the reference data of this version that the database does not have yet.
///
/// # Errors
/// `database.unavailable`.
pub fn plant_seeds(app: &App, ctx: &Ctx) -> Outcome<()> {
    for seed in app::seed::plant_all(app, ctx)? {
        tracing::info!(
            seed = seed.name,
            version = seed.version,
            rows = seed.row_count,
            "reference data planted"
        );
    }
    Ok(())
}

/// Where a private cluster lies: machine and folder. A database by URL has none, because many hosts may serve it.
fn place_of(settings: &Settings) -> Option<String> {
    if !settings.database.url.is_empty() {
        return None;
    }
    let machine = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
    let folder = std::path::absolute(&settings.database.data_dir).unwrap_or_default();
    let hash =
        Sha256::new().chain_update(machine.trim()).chain_update(folder.as_os_str().as_bytes()).finalize();
    Some(kernel::text::hex(&hash).chars().take(32).collect())
}

fn report(installation: &Installation, state: InstallationState) {
    match state {
        InstallationState::New => tracing::info!(installation = %installation.id, "new database"),
        InstallationState::Known => {}
        InstallationState::Copied => tracing::warn!(
            installation = %installation.id,
            "this database is a restored, cloned or moved copy: sending is quarantined until a person confirms"
        ),
    }
}
