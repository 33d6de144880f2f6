//! The book itself: the clock of a test book.

pub mod codes;
pub mod move_clock;

use kernel::id::EventId;
use kernel::{Instant, Outcome};

/// What is known of the book's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookClockState {
    pub test_book: bool,
    /// Where the clock stands; `None` while it is that of the machine.
    pub moved_to: Option<Instant>,
}

/// The port of this context.
pub trait BookStore {
    /// Locked, so that two moves follow each other.
    fn book_clock_for_update(&mut self) -> Outcome<BookClockState>;

    /// Remembers where the clock stands and makes the month partitions around it.
    fn save_book_clock(&mut self, at: Instant, event: EventId) -> Outcome<()>;
}
