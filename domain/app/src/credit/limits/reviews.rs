//! The review agenda: limits that have to be looked at again, because their day has come or they end soon.

use chrono::{Days, Months};
use domain::access::Permission;
use kernel::id::{CreditLimitId, EventId, LimitReviewId};
use kernel::text_enum::parse;
use kernel::time::parse_date;
use kernel::{Date, Error, Instant, Outcome, text, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::end::end;
use super::{CreditLimit, codes, holder};
use crate::App;
use crate::command::{self, Answer, check_version};
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::WriteTx;

/// A limit that ends is on the agenda so many days before.
pub const AHEAD_DAYS: i32 = 30;
/// It is looked at again so many days before it ends, or else after so many months.
pub(super) const REVIEW_DAYS: u64 = 30;
pub(super) const REVIEW_MONTHS: u32 = 12;

text_enum! {
    /// Why a limit is on the agenda.
    pub enum ReviewCause {
        /// Its own review date.
        Review = "review",
        /// It ends.
        Expiry = "expiry",
        /// It hangs on a party that stands for its tax id no more, or is no head of a group any more: it counts for nobody.
        HolderChanged = "holder_changed",
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

/// What became of a review, as texts.
#[derive(Debug, Clone, Default)]
pub struct FinishReview {
    pub outcome: String,
    /// Of a limit that is kept: when it is looked at again; a year from now when absent, and 30 days before it ends at the latest.
    pub next_review_on: Option<String>,
    /// Of a limit that is ended: its last day; today when absent. One that ends anyway is left to its own.
    pub until: Option<String>,
    pub note: Option<String>,
}

/// Says what became of a review: a limit that is kept gets its next date, one that is ended ends.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `limit_review.done_before`, `limit_review.date_invalid`, `value.unknown`, `version.mismatch`; to end a
/// limit those of [`super::end_limit`].
pub fn finish_review(
    app: &App,
    ctx: &Ctx,
    id: LimitReviewId,
    cmd: &FinishReview,
) -> Outcome<Answer<LimitReview>> {
    ctx.require(Permission::LimitApply)?;
    let outcome = parse::<ReviewOutcome>("outcome", &cmd.outcome)?;
    let date = |field, text: &Option<String>| text.as_deref().map(|t| parse_date(field, t)).transpose();
    let (next, until) = (date("next_review_on", &cmd.next_review_on)?, date("until", &cmd.until)?);
    let misplaced = [
        ("next_review_on", next.is_some() && outcome != ReviewOutcome::Keep),
        ("until", until.is_some() && outcome != ReviewOutcome::End),
    ];
    if let Some((field, _)) = misplaced.into_iter().find(|(_, wrong)| *wrong) {
        return Err(Error::field(field, &codes::REVIEW_DATE, format!("the outcome is {outcome}")));
    }
    let note = cmd.note.as_deref().map(|t| text::note("note", t)).transpose()?.filter(|t| !t.is_empty());
    command::run(app, ctx, "limit_review.finish", |tx| {
        let mut review = tx.review_for_update(id.0)?;
        let limit = tx.limit_for_update(review.limit_id)?;
        let charge = holder::in_charge_of(tx, ctx, &limit)?;
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
        let left = review.cause == ReviewCause::Expiry && until.is_none();
        match outcome {
            ReviewOutcome::Keep => {
                review.limit_id = keep(app, ctx, tx, (&limit, charge.today, next), event)?;
            }
            ReviewOutcome::End if !left => {
                ctx.require(Permission::LimitImport)?;
                let before = limit.id;
                review.limit_id = end(app, ctx, tx, (limit, &charge), (until, note.as_deref()))?.id;
                tx.move_reviews(before, review.limit_id, event)?;
            }
            ReviewOutcome::End | ReviewOutcome::Apply => {}
        }
        Ok(review)
    })
}

/// Gives a limit its next review date, and its reviews with it, so that none of them comes back; the id under which it is kept. One that
/// ends too soon for another review is left as it is.
fn keep(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (limit, today, asked): (&CreditLimit, Date, Option<Date>),
    event: EventId,
) -> Outcome<Uuid> {
    let ends = limit.until.and_then(|until| until.checked_sub_days(Days::new(REVIEW_DAYS)));
    let usual = today.checked_add_months(Months::new(REVIEW_MONTHS));
    let next = match asked {
        Some(asked) if asked <= today || !limit.period().contains(asked) => {
            return Err(Error::field("next_review_on", &codes::REVIEW_DATE, asked.to_string()));
        }
        Some(asked) => Some(asked),
        None => usual.map(|day| ends.map_or(day, |ends| ends.min(day))).filter(|day| *day > today),
    };
    if limit.superseded_at.is_some() || next.is_none() {
        return Ok(limit.id);
    }
    tx.limits_of_key(&limit.terms()?.key())?;
    tx.supersede_limits(&[limit.id], ctx.now)?;
    let kept = CreditLimit {
        id: app.ids.next(),
        review_on: next,
        version: 1,
        recorded_at: ctx.now,
        ..limit.clone()
    };
    tx.insert_limit(&kept, event)?;
    tx.move_reviews(limit.id, kept.id, event)?;
    Ok(kept.id)
}
