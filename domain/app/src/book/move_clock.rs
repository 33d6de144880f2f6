//! Moves the clock of a test book.

use domain::access::Permission;
use kernel::{Error, Instant, Outcome, time};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::codes;
use crate::App;
use crate::command::{self, Answer};
use crate::ctx::Ctx;
use crate::events::NewEvent;

/// Where the clock of the book stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookClock {
    pub now: Instant,
    pub test_book: bool,
}

/// The time of the book.
///
/// # Errors
/// `database.unavailable`.
pub fn book_clock(app: &App, ctx: &Ctx) -> Outcome<BookClock> {
    let state = app.store.transact("book.clock", |tx| tx.book_clock_for_update())?;
    Ok(BookClock { now: ctx.now, test_book: state.test_book })
}

/// Moves the clock; it then stands still until it is moved again. The first move may go anywhere, later ones forward.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `book.not_test`, `book.clock_backwards`, `date.out_of_range`.
pub fn move_clock(app: &App, ctx: &Ctx, to: Instant) -> Outcome<Answer<BookClock>> {
    ctx.require(Permission::SettingsManage)?;
    ctx.scope.require_all()?;
    time::check_range("now", to.date_naive())?;
    let answer = command::run(app, ctx, "book.move_clock", |tx| {
        let state = tx.book_clock_for_update()?;
        if !state.test_book {
            return Err(Error::new(&codes::NOT_TEST));
        }
        if let Some(at) = state.moved_to.filter(|at| to < *at) {
            let message = format!("the clock stands at {at}, {to} is earlier");
            return Err(Error::field("now", &codes::CLOCK_BACKWARDS, message));
        }
        let event = tx.record(
            ctx,
            NewEvent {
                kind: "platform.clock_moved",
                subject_kind: "book",
                subject_id: None,
                account_id: None,
                legal_entity_id: None,
                before: json!({ "now": state.moved_to }),
                after: json!({ "now": to }),
            },
        )?;
        tx.save_book_clock(to, event)?;
        Ok(BookClock { now: to, test_book: true })
    })?;
    if !answer.dry_run && !answer.replayed {
        app.clock.move_to(answer.value.now);
    }
    Ok(answer)
}
