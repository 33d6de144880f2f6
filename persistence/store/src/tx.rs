//! The unit of work.

use std::sync::Arc;

use app::events::{EventFeed, Recorded, SequencedEvent};
use app::store::{Ending, ReadFn, ReadTx, Store, WriteFn, WriteTx};
use diesel::Connection as _;
use diesel::pg::PgConnection;
use kernel::clock::Ids;
use kernel::{Error, Outcome};

use crate::credit::exposure::Changes;
use crate::error::db;
use crate::pool::{Connections, PoolOptions};

/// How often a unit of work is run when it loses to others.
const ATTEMPTS_MAX: u32 = 4;

/// The store: a pool, and the ids it gives to events.
#[derive(Clone)]
pub struct PgStore {
    pub(crate) connections: Connections,
    pub(crate) ids: Arc<dyn Ids>,
}

/// One transaction. Implements every port.
pub(crate) struct PgTx<'c> {
    pub(crate) conn: &'c mut PgConnection,
    pub(crate) ids: &'c dyn Ids,
    pub(crate) recorded: Vec<Recorded>,
    pub(crate) exposure: Changes,
}

impl<'c> PgTx<'c> {
    fn begin(conn: &'c mut PgConnection, ids: &'c dyn Ids) -> Self {
        Self { conn, ids, recorded: Vec::new(), exposure: Changes::default() }
    }
}

impl PgStore {
    /// Opens a pool; the database is reached on first use.
    pub fn open(options: &PoolOptions, ids: Arc<dyn Ids>) -> Self {
        Self { connections: Connections::open(options), ids }
    }

    /// Connections open, and of them idle.
    pub fn pool_state(&self) -> (u32, u32) {
        self.connections.state()
    }

    fn once(&self, ending: Ending, f: &mut WriteFn<'_>) -> Result<(), TxError> {
        let mut connection = self.connections.get()?;
        let kept = connection.pg().build_transaction().read_committed().run(|conn| {
            let mut tx = PgTx::begin(conn, self.ids.as_ref());
            f(&mut tx)?;
            let PgTx { conn, recorded, exposure, .. } = tx;
            exposure.append(conn, recorded.last().map(|event| event.id))?;
            match ending {
                Ending::Commit => Ok(()),
                Ending::RollBack => Err(TxError::DryRun),
            }
        });
        connection.used(kept.is_ok());
        match kept {
            Err(TxError::DryRun) => Ok(()),
            other => other,
        }
    }
}

/// What ends a transaction early.
#[derive(Debug)]
pub(crate) enum TxError {
    App(Error),
    DryRun,
    Db(diesel::result::Error),
}

impl From<diesel::result::Error> for TxError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error)
    }
}

impl From<Error> for TxError {
    fn from(error: Error) -> Self {
        Self::App(error)
    }
}

impl TxError {
    pub(crate) fn into_app(self) -> Error {
        match self {
            Self::App(error) => error,
            Self::Db(error) => db(error),
            Self::DryRun => {
                Error::new(&app::codes::INTERNAL).caused_by("a dry run ended outside its transaction")
            }
        }
    }
}

impl Store for PgStore {
    fn write(&self, name: &'static str, ending: Ending, f: &mut WriteFn<'_>) -> Outcome<()> {
        for attempt in 1..ATTEMPTS_MAX {
            match self.once(ending, f).map_err(TxError::into_app) {
                Err(error) if error.code() == &app::codes::DATABASE_CONTENDED => {
                    tracing::warn!(transaction = name, attempt, "lost to another transaction, running again");
                }
                done => return done,
            }
        }
        self.once(ending, f).map_err(TxError::into_app)
    }

    fn read(&self, _name: &'static str, f: &mut ReadFn<'_>) -> Outcome<()> {
        let mut connection = self.connections.get()?;
        let read = connection.pg().build_transaction().read_only().repeatable_read().run(|conn| {
            let mut tx = PgTx::begin(conn, self.ids.as_ref());
            f(&mut tx).map_err(TxError::App)
        });
        connection.used(read.is_ok());
        read.map_err(TxError::into_app)
    }

    fn glance(&self, _name: &'static str, f: &mut ReadFn<'_>) -> Outcome<()> {
        let mut connection = self.connections.get()?;
        let seen = f(&mut PgTx::begin(connection.pg(), self.ids.as_ref()));
        connection.used(seen.is_ok());
        seen
    }
}

impl ReadTx for PgTx<'_> {}

impl WriteTx for PgTx<'_> {
    #[expect(clippy::disallowed_methods, reason = "within a transaction another one is a savepoint")]
    fn attempt(&mut self, f: &mut WriteFn<'_>) -> Outcome<()> {
        let ids = self.ids;
        let part = self.conn.transaction(|conn| {
            let mut tx = PgTx::begin(conn, ids);
            f(&mut tx)?;
            Ok((tx.recorded, tx.exposure))
        });
        match part.map_err(TxError::into_app) {
            Ok((recorded, exposure)) => {
                self.recorded.extend(recorded);
                self.exposure.merge(exposure);
                Ok(())
            }
            Err(error) => {
                // Whoever attempts something may go on without it: the cause would be seen nowhere else.
                let (code, cause) = (error.code().text, error.internal());
                tracing::warn!(code, cause, "a part of a transaction was taken back: {error}");
                Err(error)
            }
        }
    }
}

impl EventFeed for PgStore {
    fn sequence(&self, limit: u32) -> Outcome<u32> {
        let mut connection = self.connections.get()?;
        let numbered = connection
            .pg()
            .build_transaction()
            .read_committed()
            .run(|conn| crate::feed::sequence(conn, limit));
        connection.used(numbered.is_ok());
        numbered.map_err(TxError::into_app)
    }

    fn events_after(&self, after: i64, limit: u32) -> Outcome<Vec<SequencedEvent>> {
        crate::feed::events_after(self.connections.get()?.pg(), after, limit)
    }
}
