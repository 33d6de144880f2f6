//! Who this database is: a restored or cloned copy is recognised and must not send.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};
use kernel::{Instant, Outcome};
use schema::installation;
use uuid::Uuid;

use crate::error::db;
use crate::locks::alone_at_start;
use crate::tx::{PgStore, TxError};

#[derive(QueryableByName)]
struct Identity {
    #[diesel(sql_type = Text)]
    cluster: String,
    #[diesel(sql_type = BigInt)]
    database: i64,
    #[diesel(sql_type = Integer)]
    timeline: i32,
}

#[derive(QueryableByName)]
struct Messages {
    #[diesel(sql_type = Text)]
    language: String,
}

/// The one row about this database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    pub id: Uuid,
    pub sending_quarantined: bool,
    pub quarantine_reason: Option<String>,
    /// A test book has a clock of its own.
    pub test_book: bool,
    pub test_now: Option<Instant>,
}

/// What was found at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstallationState {
    /// The database was empty: it has just been given its identity.
    New,
    Known,
    /// It has the identity of another database: sending is quarantined.
    Copied,
}

const COPIED: &str =
    "this database is a restored, cloned or moved copy: nothing is sent until a person confirms";

impl PgStore {
    /// Registers an empty database or recognises this one; a copy is quarantined. `place` is where a private cluster lies: a
    /// copied folder has the identity of its original in everything else.
    ///
    /// # Errors
    /// `database.unavailable`.
    pub fn register_installation(
        &self,
        test_book: bool,
        place: Option<&str>,
        now: Instant,
    ) -> Outcome<(Installation, InstallationState)> {
        let mut connection = self.connections.get()?;
        let here = diesel::sql_query(
            "SELECT (SELECT system_identifier::text FROM pg_control_system()) AS cluster, \
             (SELECT timeline_id FROM pg_control_checkpoint()) AS timeline, oid::bigint AS database \
             FROM pg_database WHERE datname = current_database()",
        )
        .get_result::<Identity>(connection.pg())
        .map_err(db)?;
        let made = diesel::insert_into(installation::table)
            .values((
                installation::singleton.eq(true),
                installation::id.eq(self.ids.next()),
                installation::cluster_identifier.eq(&here.cluster),
                installation::database_oid.eq(here.database),
                installation::timeline.eq(here.timeline),
                installation::place.eq(place),
                installation::test_book.eq(test_book),
                installation::created_at.eq(now),
            ))
            .on_conflict_do_nothing()
            .execute(connection.pg())
            .map_err(db)?;
        let copied = diesel::update(installation::table)
            .filter(
                installation::cluster_identifier
                    .ne(&here.cluster)
                    .or(installation::database_oid.ne(here.database))
                    .or(installation::timeline.ne(here.timeline))
                    .or(installation::place.is_distinct_from(place)),
            )
            .set((
                installation::cluster_identifier.eq(&here.cluster),
                installation::database_oid.eq(here.database),
                installation::timeline.eq(here.timeline),
                installation::place.eq(place),
                installation::sending_quarantined.eq(true),
                installation::quarantine_reason.eq(COPIED),
            ))
            .execute(connection.pg())
            .map_err(db)?;
        let state = match (made, copied) {
            (1, _) => InstallationState::New,
            (_, 1) => InstallationState::Copied,
            _ => InstallationState::Known,
        };
        drop(connection);
        Ok((self.installation()?, state))
    }

    /// The language of the database's messages where it is not English: what went wrong is told by their words.
    ///
    /// # Errors
    /// `database.unavailable`.
    pub fn foreign_messages(&self) -> Outcome<Option<String>> {
        let set = diesel::sql_query("SELECT current_setting('lc_messages') AS language")
            .get_result::<Messages>(self.connections.get()?.pg())
            .map_err(db)?
            .language;
        let english = set.is_empty() || ["C", "POSIX", "en"].iter().any(|known| set.starts_with(known));
        Ok((!english).then_some(set))
    }

    /// Reads the row.
    ///
    /// # Errors
    /// `database.unavailable`.
    pub fn installation(&self) -> Outcome<Installation> {
        let (id, sending_quarantined, quarantine_reason, test_book, test_now) = installation::table
            .select((
                installation::id,
                installation::sending_quarantined,
                installation::quarantine_reason,
                installation::test_book,
                installation::test_now,
            ))
            .first(self.connections.get()?.pg())
            .map_err(db)?;
        Ok(Installation { id, sending_quarantined, quarantine_reason, test_book, test_now })
    }
}

impl PgStore {
    /// The seeds of our token signing keys in force, newest first; the first start makes one from `seed`.
    ///
    /// # Errors
    /// `database.unavailable`.
    pub fn signing_seeds(&self, seed: [u8; 32], now: Instant) -> Outcome<Vec<(Uuid, [u8; 32])>> {
        let mut connection = self.connections.get()?;
        let made = connection.pg().build_transaction().read_committed().run(|conn| {
            alone_at_start(conn)?;
            diesel::sql_query(
                "INSERT INTO signing_key (id, private_key, created_at) SELECT $1, $2, $3 \
                 WHERE NOT EXISTS (SELECT 1 FROM signing_key WHERE retired_at IS NULL)",
            )
            .bind::<diesel::sql_types::Uuid, _>(self.ids.next())
            .bind::<diesel::sql_types::Binary, _>(seed.as_slice())
            .bind::<diesel::sql_types::Timestamptz, _>(now)
            .execute(conn)
            .map_err(TxError::from)
        });
        made.map_err(TxError::into_app)?;
        let rows = schema::signing_key::table
            .filter(schema::signing_key::retired_at.is_null())
            .order((schema::signing_key::created_at.desc(), schema::signing_key::id.desc()))
            .select((schema::signing_key::id, schema::signing_key::private_key))
            .load::<(Uuid, Vec<u8>)>(connection.pg())
            .map_err(db)?;
        rows.into_iter()
            .map(|(id, bytes)| {
                let seed = bytes.try_into().map_err(|found: Vec<u8>| {
                    let cause = format!("a signing key of {} bytes", found.len());
                    kernel::Error::new(&app::codes::INTERNAL).caused_by(cause)
                })?;
                Ok((id, seed))
            })
            .collect()
    }
}
