//! The clock of a test book.

use app::book::{BookClockState, BookStore};
use diesel::prelude::*;
use kernel::id::EventId;
use kernel::{Instant, Outcome};
use schema::installation;

use crate::error::db;
use crate::migrate::ensure_partitions;
use crate::tx::PgTx;

impl BookStore for PgTx<'_> {
    fn book_clock_for_update(&mut self) -> Outcome<BookClockState> {
        let (test_book, moved_to) = installation::table
            .select((installation::test_book, installation::test_now))
            .for_update()
            .first(self.conn)
            .map_err(db)?;
        Ok(BookClockState { test_book, moved_to })
    }

    fn save_book_clock(&mut self, at: Instant, _event: EventId) -> Outcome<()> {
        diesel::update(installation::table)
            .set(installation::test_now.eq(at))
            .execute(self.conn)
            .map_err(db)?;
        ensure_partitions(self.conn, at)
    }
}
