//! The ports for what a pure core may not read by itself: the time and fresh ids.

use uuid::Uuid;

use crate::Instant;

/// Where the time comes from. A test book has a clock of its own that can be moved.
pub trait Clock: Send + Sync {
    fn now(&self) -> Instant;

    /// Moves the clock of a test book, where it then stands. Clocks that cannot be moved stay as they are.
    fn move_to(&self, _at: Instant) {}
}

/// Where ids come from: uuid version 7, so that keys grow with time and indexes stay dense.
pub trait Ids: Send + Sync {
    fn next(&self) -> Uuid;
}
