//! A person's word on a rating: with a reason, for a time, above the score and beside it.

use chrono::Days;
use domain::access::Permission;
use kernel::id::{PartyId, RatingOverrideId};
use kernel::time::parse_date;
use kernel::{Date, Error, Instant, Outcome, text};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{active, codes, compiled, risk_of};
use crate::App;
use crate::access::authenticate::system_ctx;
use crate::command::{self, Answer};
use crate::credit::groups::today;
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::lists::not_found;

/// Longest an override may hold: two years.
const DAYS_MAX: u64 = 731;
/// Overrides told of in one transaction.
const EXPIRED_BATCH: i64 = 500;

/// An override as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingOverride {
    pub id: Uuid,
    pub party_id: Uuid,
    pub scorecard_code: String,
    pub class: String,
    pub reason: String,
    pub from: Date,
    /// Last day it holds.
    pub until: Date,
    pub set_by: String,
    pub recorded_at: Instant,
    /// When a person ended it.
    pub ended_at: Option<Instant>,
}

/// A new override.
#[derive(Debug, Clone)]
pub struct SetOverride {
    pub party: PartyId,
    pub scorecard: String,
    pub class: String,
    pub reason: String,
    /// `YYYY-MM-DD`; today when absent.
    pub from: Option<String>,
    /// `YYYY-MM-DD`, inclusive.
    pub until: String,
}

/// Sets the class of a party by hand.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `scorecard.active_missing`, `rating_override.class_unknown`,
/// `rating_override.reason_missing`, `rating_override.dates`, `rating_override.overlaps`, `date.invalid`.
pub fn set_override(app: &App, ctx: &Ctx, cmd: &SetOverride) -> Outcome<Answer<RatingOverride>> {
    ctx.require(Permission::RatingWrite)?;
    let today = today(ctx.now);
    let from = cmd.from.as_deref().map(|t| parse_date("from", t)).transpose()?.unwrap_or(today);
    let until = parse_date("until", &cmd.until)?;
    let latest = today.checked_add_days(Days::new(DAYS_MAX)).unwrap_or(today);
    if until < from || until < today || until > latest {
        let message = format!("from {from} until {until}; today is {today}");
        return Err(Error::field("until", &codes::OVERRIDE_DATES, message));
    }
    let reason = text::note("reason", &cmd.reason)?;
    if reason.is_empty() {
        return Err(Error::field("reason", &codes::OVERRIDE_REASON_MISSING, "no reason is given"));
    }
    command::run(app, ctx, "scoring.set_override", |tx| {
        let party_id = risk_of(ctx, tx, cmd.party)?;
        let version = active(tx, &cmd.scorecard)?;
        let card = compiled(tx, &version)?;
        if card.place_of(&cmd.class).is_none() {
            let known = card.card().classes.iter().map(|c| c.code.as_str()).collect::<Vec<_>>().join(", ");
            let message = format!("{:?} is not one of {known}", text::shown(&cmd.class));
            return Err(Error::field("class", &codes::OVERRIDE_CLASS_UNKNOWN, message));
        }
        let word = RatingOverride {
            id: app.ids.next(),
            party_id,
            scorecard_code: cmd.scorecard.clone(),
            class: cmd.class.clone(),
            reason: reason.clone(),
            from,
            until,
            set_by: ctx.principal.name.clone(),
            recorded_at: ctx.now,
            ended_at: None,
        };
        let after = json!({ "override_id": RatingOverrideId(word.id), "class": word.class, "from": from,
            "until": until, "reason": reason });
        let event =
            NewEvent::about("credit.rating_override_set", "party", party_id).change(Value::Null, after);
        let event = tx.record(ctx, event)?;
        tx.insert_override(&word, event)?;
        Ok(word)
    })
}

/// Ends an override, at once.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `rating_override.ended`.
pub fn end_override(app: &App, ctx: &Ctx, id: RatingOverrideId) -> Outcome<Answer<RatingOverride>> {
    ctx.require(Permission::RatingWrite)?;
    command::run(app, ctx, "scoring.end_override", |tx| {
        let mut word = tx.override_for_update(id.0)?;
        risk_of(ctx, tx, PartyId(word.party_id))
            .map_err(|e| not_found("rating_overrides", &id.to_string()).caused_by(e))?;
        if word.ended_at.is_some() || word.until < today(ctx.now) {
            return Err(Error::new(&codes::OVERRIDE_ENDED));
        }
        let before = json!({ "class": word.class, "until": word.until });
        let event = NewEvent::about("credit.rating_override_ended", "party", word.party_id);
        let event = tx.record(ctx, event.change(before, json!({ "override_id": id })))?;
        tx.end_override(word.id, ctx.now, event)?;
        word.ended_at = Some(ctx.now);
        Ok(word)
    })
}

/// Tells of overrides that have run out, each once; how many. They fell away by themselves on the day.
///
/// # Errors
/// `database.unavailable`.
pub fn tell_expired(app: &App) -> Outcome<usize> {
    let now = app.clock.now();
    let ctx = system_ctx("scoring", now);
    app.store.transact("scoring.tell_expired", |tx| {
        let past = tx.overrides_past(today(now), EXPIRED_BATCH)?;
        for word in &past {
            let before = json!({ "class": word.class, "until": word.until });
            let after = json!({ "override_id": RatingOverrideId(word.id) });
            let event = NewEvent::about("credit.rating_override_expired", "party", word.party_id);
            let event = tx.record(&ctx, event.change(before, after))?;
            tx.expire_override(word.id, now, event)?;
        }
        Ok(past.len())
    })
}
