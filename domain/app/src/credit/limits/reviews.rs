//! The review agenda: limits that have to be looked at again, because their day has come or they end soon.

use domain::access::Permission;
use kernel::id::{CreditLimitId, LimitReviewId};
use kernel::text_enum::parse;
use kernel::{Date, Error, Instant, Outcome, text, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{codes, holder};
use crate::App;
use crate::command::{self, Answer, check_version};
use crate::ctx::Ctx;
use crate::events::NewEvent;

/// A limit that ends is on the agenda so many days before.
pub const AHEAD_DAYS: i32 = 30;

text_enum! {
    /// Why a limit is on the agenda.
    pub enum ReviewCause {
        /// Its own review date.
        Review = "review",
        /// It ends.
        Expiry = "expiry",
    }
}

text_enum! {
    /// What became of a review.
    pub enum ReviewOutcome {
        /// It stays as it is.
        Keep = "keep",
        /// Another one is applied for.
        Apply = "apply",
        /// It is ended, or left to end.
        End = "end",
    }
}

/// A limit to be looked at again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitReview {
    pub id: Uuid,
    pub limit_id: Uuid,
    pub cause: ReviewCause,
    pub due_on: Date,
    pub generated_at: Instant,
    pub done_at: Option<Instant>,
    pub done_by: Option<String>,
    pub outcome: Option<ReviewOutcome>,
    pub note: Option<String>,
    pub version: i32,
}

/// Puts limits on the agenda whose day has come, each once; how many.
///
/// # Errors
/// `database.unavailable`.
pub fn generate_reviews(app: &App, ctx: &Ctx) -> Outcome<usize> {
    app.store.transact("limit_review.generate", |tx| {
        let due = tx.limits_to_review(ctx.now.date_naive(), AHEAD_DAYS)?;
        if due.is_empty() {
            return Ok(0);
        }
        let after = json!({ "limits": due.iter().map(|(id, ..)| CreditLimitId(*id)).collect::<Vec<_>>() });
        let event =
            NewEvent::about("limit_review.generated", "installation", Uuid::nil()).change(Value::Null, after);
        let event = tx.record(ctx, event)?;
        for (limit_id, cause, due_on) in &due {
            let review = LimitReview {
                id: app.ids.next(),
                limit_id: *limit_id,
                cause: *cause,
                due_on: *due_on,
                generated_at: ctx.now,
                done_at: None,
                done_by: None,
                outcome: None,
                note: None,
                version: 1,
            };
            tx.insert_review(&review, event)?;
        }
        Ok(due.len())
    })
}

/// Says what became of a review.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `limit_review.done_before`, `value.unknown`, `version.mismatch`.
pub fn finish_review(
    app: &App,
    ctx: &Ctx,
    id: LimitReviewId,
    (outcome, note): (&str, Option<&str>),
) -> Outcome<Answer<LimitReview>> {
    ctx.require(Permission::LimitApply)?;
    let outcome = parse::<ReviewOutcome>("outcome", outcome)?;
    let note = note.map(|t| text::note("note", t)).transpose()?.filter(|t| !t.is_empty());
    command::run(app, ctx, "limit_review.finish", |tx| {
        let mut review = tx.review_for_update(id.0)?;
        let limit = tx.limit_for_update(review.limit_id)?;
        holder::in_charge(tx, ctx, &limit.holder())?;
        check_version(ctx, review.version.into())?;
        if review.done_at.is_some() {
            return Err(Error::new(&codes::REVIEW_DONE));
        }
        review.done_at = Some(ctx.now);
        review.done_by = Some(ctx.principal.name.clone());
        review.outcome = Some(outcome);
        review.note.clone_from(&note);
        review.version += 1;
        let after = json!({ "limit_id": CreditLimitId(limit.id), "outcome": outcome, "note": note });
        let event =
            NewEvent::about("limit_review.finished", "limit_review", review.id).change(Value::Null, after);
        let event = tx.record(ctx, event)?;
        tx.finish_review(&review, event)?;
        Ok(review)
    })
}
