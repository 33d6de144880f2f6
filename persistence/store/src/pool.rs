//! The pool and the settings every connection starts with.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::{Connection as _, SimpleConnection as _};
use diesel::pg::PgConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, ManageConnection, Pool, PooledConnection};
use kernel::{Error, Outcome};

use crate::error::db;

pub(crate) type Connection = PooledConnection<Manager>;

/// A connection that did its work a moment ago is not asked whether it is alive: that would cost each short request a round trip.
const ALIVE_FOR: Duration = Duration::from_secs(1);

/// A connection, and since when it is known to work.
pub(crate) struct Kept {
    connection: PgConnection,
    alive_at: Option<Instant>,
}

impl Kept {
    pub(crate) fn pg(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// What it was used for ended well, or did not: then it is asked before it is used again.
    pub(crate) fn used(&mut self, well: bool) {
        self.alive_at = well.then(Instant::now);
    }
}

/// Connects, and asks connections whether they are alive that were idle for a while.
pub(crate) struct Manager(ConnectionManager<PgConnection>);

impl ManageConnection for Manager {
    type Connection = Kept;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Kept, Self::Error> {
        Ok(Kept { connection: self.0.connect()?, alive_at: None })
    }

    fn is_valid(&self, kept: &mut Kept) -> Result<(), Self::Error> {
        if kept.alive_at.is_some_and(|at| at.elapsed() < ALIVE_FOR) {
            return Ok(());
        }
        self.0.is_valid(&mut kept.connection)
    }

    fn has_broken(&self, kept: &mut Kept) -> bool {
        self.0.has_broken(&mut kept.connection)
    }
}

/// How to reach the database.
#[derive(Debug, Clone)]
pub struct PoolOptions {
    /// A libpq URL or connection string; TLS is asked for there (`sslmode=verify-full`).
    pub url: String,
    pub connections: u32,
    /// So many are kept open, and made ready before anybody waits for one: what a connection does for the first time takes much longer.
    /// With 0 they are made when they are wanted.
    pub ready: u32,
    pub connect_timeout: Duration,
    /// A statement that runs longer is ended by the server.
    pub statement_timeout: Duration,
    /// A statement that waits longer for a lock is ended by the server.
    pub lock_timeout: Duration,
}

impl PoolOptions {
    /// Sensible defaults for `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            connections: 16,
            ready: 0,
            connect_timeout: Duration::from_secs(10),
            statement_timeout: Duration::from_mins(5),
            lock_timeout: Duration::from_secs(20),
        }
    }
}

/// A database that has not been migrated yet has no such function.
const MAKE_READY: &str = "; DO $$ BEGIN IF to_regprocedure('r.make_ready()') IS NOT NULL THEN PERFORM r.make_ready(); END IF; END $$";

#[derive(Debug)]
struct SessionSettings(String);

impl CustomizeConnection<Kept, diesel::r2d2::Error> for SessionSettings {
    fn on_acquire(&self, kept: &mut Kept) -> Result<(), diesel::r2d2::Error> {
        kept.connection.batch_execute(&self.0).map_err(diesel::r2d2::Error::QueryError)
    }
}

#[derive(Clone)]
pub(crate) struct Connections {
    pool: Pool<Manager>,
    url: String,
    /// The last attempt found no database.
    away: Arc<AtomicBool>,
}

/// How long a caller waits for a database that was away a moment ago.
const AWAY_TIMEOUT: Duration = Duration::from_millis(250);

impl Connections {
    /// Opens lazily: an unreachable database is reported by the first use, not here.
    pub(crate) fn open(options: &PoolOptions) -> Self {
        let mut settings = format!(
            "SET TIME ZONE 'UTC'; SET statement_timeout = {}; SET lock_timeout = {}; \
             SET idle_in_transaction_session_timeout = {}; SET application_name = 'recobra'",
            options.statement_timeout.as_millis(),
            options.lock_timeout.as_millis(),
            options.statement_timeout.as_millis(),
        );
        if options.ready > 0 {
            settings.push_str(MAKE_READY);
        }
        let pool = Pool::builder()
            .max_size(options.connections)
            .min_idle(Some(options.ready.max(1)))
            .connection_timeout(options.connect_timeout)
            // The executor holds back callers, so a checkout is nearly free.
            .test_on_check_out(true)
            .connection_customizer(Box::new(SessionSettings(settings)))
            .build_unchecked(Manager(ConnectionManager::new(&options.url)));
        Self { pool, url: options.url.clone(), away: Arc::default() }
    }

    /// While the database is known to be away nobody waits long for it: a credit check has an answer for that case, and everybody else
    /// is told at once.
    pub(crate) fn get(&self) -> Outcome<Connection> {
        let away = self.away.load(Ordering::Relaxed);
        let connection = if away { self.pool.get_timeout(AWAY_TIMEOUT) } else { self.pool.get() };
        self.away.store(connection.is_err(), Ordering::Relaxed);
        connection.map_err(|e| Error::new(&app::codes::DATABASE_UNAVAILABLE).caused_by(e).retry_after(2))
    }

    /// A connection outside the pool, under no time limit, for work that takes as long as it takes.
    pub(crate) fn unlimited(&self) -> Outcome<PgConnection> {
        let mut connection = PgConnection::establish(&self.url)
            .map_err(|e| Error::new(&app::codes::DATABASE_UNAVAILABLE).caused_by(e).retry_after(2))?;
        batch(
            &mut connection,
            "SET TIME ZONE 'UTC'; SET application_name = 'recobra'; SET statement_timeout = 0; SET lock_timeout = 0",
        )?;
        Ok(connection)
    }

    /// How many connections exist and how many of them are idle.
    pub(crate) fn state(&self) -> (u32, u32) {
        let state = self.pool.state();
        (state.connections, state.idle_connections)
    }
}

/// Runs statements that need no parameters.
pub(crate) fn batch(connection: &mut PgConnection, sql: &str) -> Outcome<()> {
    connection.batch_execute(sql).map_err(db)
}
