//! Idempotency keys, in the same transaction as what they protect.

use app::codes::{IDEMPOTENCY_IN_PROGRESS, IDEMPOTENCY_KEY_REUSED, INTERNAL};
use app::ctx::Ctx;
use app::store::{IdempotencyStore, KeyClaim};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text, Timestamptz};
use kernel::{Error, Instant, Outcome};
use schema::idempotency;

use crate::error::db;
use crate::tx::{PgStore, PgTx};

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = Bool)]
    locked: bool,
}

impl PgStore {
    /// Forgets the answers of calls before an instant, a batch at a time so that no lock is held for long. How many they were.
    ///
    /// # Errors
    /// `database.unavailable`.
    pub fn forget_answers(&self, before: Instant) -> Outcome<usize> {
        const BATCH: usize = 5000;
        let mut connection = self.connections.get()?;
        let mut count = 0;
        loop {
            let deleted = diesel::sql_query(
                "DELETE FROM idempotency WHERE (principal_id, key) IN \
                     (SELECT principal_id, key FROM idempotency WHERE created_at < $1 LIMIT $2)",
            )
            .bind::<Timestamptz, _>(before)
            .bind::<BigInt, _>(i64::try_from(BATCH).unwrap_or(i64::MAX))
            .execute(connection.pg())
            .map_err(db)?;
            count += deleted;
            if deleted < BATCH {
                return Ok(count);
            }
        }
    }
}

impl IdempotencyStore for PgTx<'_> {
    fn claim_key(&mut self, ctx: &Ctx, operation: &'static str) -> Outcome<KeyClaim> {
        let Some(given) = &ctx.idempotency else { return Ok(KeyClaim::Fresh) };
        // The lock, not the row, tells a running twin: it ends with the twin's transaction, however that ends.
        let lock = format!("{} {}", ctx.principal.id, given.key);
        let locked =
            diesel::sql_query("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 41)) AS locked")
                .bind::<Text, _>(lock)
                .get_result::<Locked>(self.conn)
                .map_err(db)?
                .locked;
        if !locked {
            return Err(Error::new(&IDEMPOTENCY_IN_PROGRESS).retry_after(1));
        }
        let kept = idempotency::table
            .find((ctx.principal.id, &given.key))
            .select((idempotency::operation, idempotency::fingerprint, idempotency::answer))
            .first::<(String, Vec<u8>, Option<String>)>(self.conn)
            .optional()
            .map_err(db)?;
        match kept {
            None => Ok(KeyClaim::Fresh),
            Some((kept_operation, fingerprint, answer))
                if kept_operation == operation && fingerprint == given.fingerprint =>
            {
                Ok(KeyClaim::Replay(answer))
            }
            Some(_) => Err(Error::new(&IDEMPOTENCY_KEY_REUSED)),
        }
    }

    fn keep_answer(&mut self, ctx: &Ctx, operation: &'static str, answer: Option<&str>) -> Outcome<()> {
        let given =
            ctx.idempotency.as_ref().ok_or_else(|| Error::new(&INTERNAL).caused_by("no key was claimed"))?;
        diesel::insert_into(idempotency::table)
            .values((
                idempotency::principal_id.eq(ctx.principal.id),
                idempotency::key.eq(&given.key),
                idempotency::operation.eq(operation),
                idempotency::fingerprint.eq(given.fingerprint.as_slice()),
                idempotency::answer.eq(answer),
                idempotency::created_at.eq(ctx.now),
            ))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }
}
