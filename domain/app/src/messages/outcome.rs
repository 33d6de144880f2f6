//! What became of a hand-over.

use chrono::TimeDelta;
use domain::comms::progress::{Happening, advance_attempt, advance_message};
use domain::comms::{AttemptState, MessageState};
use kernel::{Instant, Outcome};
use uuid::Uuid;

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

/// Records the outcome of a hand-over.
///
/// # Errors
/// `message.transition_refused` when a person resolved it meanwhile; `database.unavailable`.
pub fn record_outcome(app: &App, ctx: &Ctx, sent: &HandOver, what: &HandedOver) -> Outcome<()> {
    app.store.transact("message.record_outcome", |tx| {
        let row = tx.message_for_update(sent.message_id)?;
        // Nothing of the account: its data may have become unreadable since, and the outcome must be known all the same.
        let today = business_date_of(tx, row.legal_entity_id, ctx.now)?;
        let (happening, response) = match what {
            HandedOver::Accepted { response } => (Happening::Accept, response),
            HandedOver::NotSent { again: true, reason } if retry_at(row.attempts, ctx.now).is_some() => {
                (Happening::Postpone, reason)
            }
            HandedOver::NotSent { reason, .. } | HandedOver::AddressRefused { reason } => {
                (Happening::Refuse, reason)
            }
            HandedOver::Unknown { reason } => (Happening::LoseTrack, reason),
        };
        let event = NewEvent::about(event_kind(happening), "message", row.id)
            .account(row.account_id)
            .legal_entity(row.legal_entity_id)
            .change(serde_json::Value::Null, serde_json::json!({ "response": response }));
        let event = tx.record(ctx, event)?;
        let deferred = happening == Happening::Postpone;
        let end = AttemptEnd {
            account_id: row.account_id,
            message_id: row.id,
            attempt_id: sent.attempt_id,
            message_state: advance_message(row.state, happening)?,
            attempt_state: advance_attempt(AttemptState::Reserved, happening)?,
            response,
            reason: match what {
                HandedOver::AddressRefused { .. } => Some(codes::ADDRESS_REFUSED.text),
                HandedOver::Accepted { .. } | HandedOver::NotSent { .. } | HandedOver::Unknown { .. } => {
                    deferred.then_some(codes::RELAY_DEFERRED.text)
                }
            },
            again: retry_at(row.attempts, ctx.now).filter(|_| deferred).map(|at| (at, &sent.asked)),
            sent: (happening == Happening::Accept).then_some((ctx.now, today)),
            resolved: None,
        };
        tx.end_attempt(&end, ctx.now, event)?;
        let (message, address) = (row.reference(), sent.recipient.as_str());
        let refused = |kind| (message, kind, address, response.as_str());
        match what {
            HandedOver::Accepted { .. } => Ok(()),
            HandedOver::NotSent { .. } if deferred => Ok(()),
            HandedOver::NotSent { .. } => alerts::refused(app, ctx, tx, refused("message_refused")),
            HandedOver::AddressRefused { .. } => alerts::refused(app, ctx, tx, refused("address_refused")),
            HandedOver::Unknown { .. } => alerts::unknown(app, ctx, tx, (message, response)),
        }
    })
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
        Happening::Reserve
        | Happening::Deliver
        | Happening::Bounce
        | Happening::ResolveSent
        | Happening::ResolveFailed
        | Happening::Cancel
        | Happening::Do => "message.moved",
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
