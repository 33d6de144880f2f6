//! What became of a hand-over.

use chrono::TimeDelta;
use domain::comms::codes::MESSAGE_TRANSITION_REFUSED;
use domain::comms::progress::{Happening, advance_attempt, advance_message};
use domain::comms::{AttemptState, MessageState};
use kernel::{Error, Instant, Outcome};
use uuid::Uuid;

use super::facts::{MessageRef, MessageRow};
use super::reach::business_date_of;
use super::send::HandOver;
use super::store::AttemptEnd;
use super::{alerts, codes};
use crate::App;
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::WriteTx;

/// A relay that defers is asked again after so many minutes; then the message fails.
const AGAIN_AFTER_MINUTES: [i64; 5] = [5, 20, 60, 180, 540];
/// A reservation this old has no process behind it any more: the relay's own time limits end long before.
const LOST_AFTER: TimeDelta = TimeDelta::minutes(30);
/// Lost reservations settled in one transaction.
const LOST_BATCH: i64 = 100;

/// What is known about a hand-over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandedOver {
    /// The relay took it.
    Accepted { response: String },
    /// Surely not sent. `again`: a later try may succeed.
    NotSent { again: bool, reason: String },
    /// Surely not sent, and nothing sent to this address ever will be: the relay says that there is no such recipient.
    AddressRefused { reason: String },
    /// Nobody knows.
    Unknown { reason: String },
}

/// Records the outcome of a hand-over. One that comes when nobody reckoned with it any more settles a message of unknown outcome: it
/// is the proof that a person would have had to find.
///
/// # Errors
/// `message.transition_refused` when a person resolved it meanwhile; `database.unavailable`.
pub fn record_outcome(app: &App, ctx: &Ctx, sent: &HandOver, what: &HandedOver) -> Outcome<()> {
    app.store.transact("message.record_outcome", |tx| {
        let row = tx.message_for_update(sent.message_id)?;
        let Some(at) = time_of(tx, (&row, sent.attempt_id), ctx.now)? else {
            return Err(Error::with(&MESSAGE_TRANSITION_REFUSED, format!("the message is {}", row.state)));
        };
        // Nothing of the account: its data may have become unreadable since, and the outcome must be known all the same.
        let on = business_date_of(tx, row.legal_entity_id, at)?;
        let late = row.state == MessageState::Unknown;
        let (happening, response) = match (what, late) {
            // Nothing that was not known.
            (HandedOver::Unknown { .. }, true) => return Ok(()),
            (HandedOver::Unknown { reason }, false) => (Happening::LoseTrack, reason),
            (HandedOver::Accepted { response }, true) => (Happening::ResolveSent, response),
            (HandedOver::Accepted { response }, false) => (Happening::Accept, response),
            (HandedOver::NotSent { reason, .. } | HandedOver::AddressRefused { reason }, true) => {
                (Happening::ResolveFailed, reason)
            }
            (HandedOver::NotSent { again: true, reason }, false)
                if retry_at(row.attempts, ctx.now).is_some() =>
            {
                (Happening::Postpone, reason)
            }
            (HandedOver::NotSent { reason, .. } | HandedOver::AddressRefused { reason }, false) => {
                (Happening::Refuse, reason)
            }
        };
        let event = NewEvent::about(event_kind(happening), "message", row.id)
            .account(row.account_id)
            .legal_entity(row.legal_entity_id)
            .change(serde_json::Value::Null, serde_json::json!({ "response": response }));
        let event = tx.record(ctx, event)?;
        let deferred = happening == Happening::Postpone;
        let attempt_state = if late { AttemptState::Unknown } else { AttemptState::Reserved };
        let end = AttemptEnd {
            account_id: row.account_id,
            message_id: row.id,
            attempt_id: sent.attempt_id,
            message_state: advance_message(row.state, happening)?,
            attempt_state: advance_attempt(attempt_state, happening)?,
            response,
            reason: match what {
                HandedOver::AddressRefused { .. } => Some(codes::ADDRESS_REFUSED.text),
                HandedOver::Accepted { .. } | HandedOver::NotSent { .. } | HandedOver::Unknown { .. } => {
                    deferred.then_some(codes::RELAY_DEFERRED.text)
                }
            },
            again: retry_at(row.attempts, ctx.now).filter(|_| deferred).map(|at| (at, &sent.asked)),
            sent: matches!(what, HandedOver::Accepted { .. }).then_some((at, on)),
            resolved: None,
        };
        tx.end_attempt(&end, ctx.now, event)?;
        if late {
            alerts::known(ctx, tx, row.reference())?;
        }
        tell(app, ctx, tx, (row.reference(), what, sent), (deferred, response))
    })
}

/// When a hand-over took place: now, or when it was tried where the message has been given up since; none where it is not the
/// one that was given up.
fn time_of(
    tx: &mut dyn WriteTx,
    (row, attempt): (&MessageRow, Uuid),
    now: Instant,
) -> Outcome<Option<Instant>> {
    if row.state != MessageState::Unknown {
        return Ok(Some(now));
    }
    let last = tx.last_attempt(row.account_id, row.id)?;
    Ok(last.filter(|(id, _)| *id == attempt).map(|(_, tried_at)| tried_at))
}

/// Raises what a person should look at.
fn tell(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (message, what, sent): (MessageRef, &HandedOver, &HandOver),
    (deferred, response): (bool, &str),
) -> Outcome<()> {
    let refused = |kind| (message, kind, sent.recipient.as_str(), response);
    match what {
        HandedOver::Accepted { .. } => Ok(()),
        HandedOver::NotSent { .. } if deferred => Ok(()),
        HandedOver::NotSent { .. } => alerts::refused(app, ctx, tx, refused("message_refused")),
        HandedOver::AddressRefused { .. } => alerts::refused(app, ctx, tx, refused("address_refused")),
        HandedOver::Unknown { .. } => alerts::unknown(app, ctx, tx, (message, response)),
    }
}

fn retry_at(attempts: i64, now: Instant) -> Option<Instant> {
    let made = usize::try_from(attempts.max(1) - 1).ok()?;
    AGAIN_AFTER_MINUTES.get(made).map(|minutes| now + TimeDelta::minutes(*minutes))
}

fn event_kind(happening: Happening) -> &'static str {
    match happening {
        Happening::Accept => "message.sent",
        Happening::Postpone => "message.deferred",
        Happening::Refuse => "message.failed",
        Happening::LoseTrack => "message.lost_track",
        Happening::ResolveSent | Happening::ResolveFailed => "message.resolved",
        Happening::Reserve | Happening::Deliver | Happening::Bounce | Happening::Cancel | Happening::Do => {
            "message.moved"
        }
    }
}

/// Gives up knowing about reservations whose process died: they are *unknown*, never sent again by themselves.
///
/// # Errors
/// `database.unavailable`.
pub fn lose_track(app: &App, ctx: &Ctx) -> Outcome<usize> {
    lose_track_before(app, ctx, ctx.now - LOST_AFTER)
}

fn lose_track_before(app: &App, ctx: &Ctx, before: Instant) -> Outcome<usize> {
    app.store.transact("message.lose_track", |tx| {
        let lost = tx.lost_reservations(before, LOST_BATCH)?;
        for (_, message, attempt) in &lost {
            lose_one(app, ctx, tx, (*message, *attempt))?;
        }
        Ok(lost.len())
    })
}

fn lose_one(app: &App, ctx: &Ctx, tx: &mut dyn WriteTx, (message, attempt_id): (Uuid, Uuid)) -> Outcome<()> {
    const WHY: &str = "the process that was sending it ended before it could say how";
    let row = tx.message_for_update(message)?;
    let event = NewEvent::about(event_kind(Happening::LoseTrack), "message", row.id)
        .account(row.account_id)
        .legal_entity(row.legal_entity_id);
    let event = tx.record(ctx, event)?;
    let end = AttemptEnd {
        account_id: row.account_id,
        message_id: row.id,
        attempt_id,
        message_state: MessageState::Unknown,
        attempt_state: AttemptState::Unknown,
        response: WHY,
        reason: None,
        again: None,
        sent: None,
        resolved: None,
    };
    tx.end_attempt(&end, ctx.now, event)?;
    alerts::unknown(app, ctx, tx, (row.reference(), WHY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deferring_relay_is_asked_later_and_later_and_not_for_ever() {
        let now = "2026-03-04T08:00:00Z".parse().unwrap();
        let minutes = |attempts| retry_at(attempts, now).map(|at| (at - now).num_minutes());
        assert_eq!([1, 2, 5].map(minutes), [Some(5), Some(20), Some(540)]);
        assert_eq!(minutes(6), None);
    }
}
