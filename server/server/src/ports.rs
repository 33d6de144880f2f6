//! The clock and the ids of a running installation: the only place that reads the time of the machine.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use kernel::Instant;
use kernel::clock::{Clock, Ids};
use uuid::Uuid;

/// The machine's clock, or in a test book the instant it was moved to.
#[derive(Debug)]
pub struct BookClock {
    /// Microseconds since 1970; `i64::MIN` = the machine's clock.
    fixed: AtomicI64,
}

const REAL: i64 = i64::MIN;

impl BookClock {
    pub fn real() -> Self {
        Self { fixed: AtomicI64::new(REAL) }
    }

    pub fn fixed_at(at: Instant) -> Self {
        Self { fixed: AtomicI64::new(at.timestamp_micros()) }
    }

    /// Moves a test book's clock.
    pub fn set(&self, at: Instant) {
        self.fixed.store(at.timestamp_micros(), Ordering::SeqCst);
    }
}

impl Clock for BookClock {
    fn now(&self) -> Instant {
        match self.fixed.load(Ordering::SeqCst) {
            REAL => machine_now(),
            micros => DateTime::from_timestamp_micros(micros).unwrap_or_else(machine_now),
        }
    }

    fn move_to(&self, at: Instant) {
        self.set(at);
    }
}

/// PostgreSQL keeps microseconds; more digits would not survive a round trip.
fn machine_now() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "this is the clock port the lint points to")]
    let now = Utc::now();
    DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
}

/// Version 7: grows with time, so that indexes stay dense.
#[derive(Debug, Default, Clone, Copy)]
pub struct UuidV7;

impl Ids for UuidV7 {
    fn next(&self) -> Uuid {
        #[expect(clippy::disallowed_methods, reason = "this is the ids port the lint points to")]
        Uuid::now_v7()
    }
}
