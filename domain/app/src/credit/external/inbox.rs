//! Reports that wait for a person: whom they are about, or what they say, could not be told.

use domain::access::Permission;
use domain::credit::scoring::external::check;
use kernel::id::{ExternalInboxId, ExternalRatingId, PartyId};
use kernel::{Error, Instant, Outcome, text, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::intake::{mark_downgrades, rating, write};
use super::providers::locked;
use super::read::stated;
use super::{Report, ReportOrigin, codes};
use crate::App;
use crate::command::{self, Answer};
use crate::credit::groups::today;
use crate::credit::scoring::risk_of;
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::WriteTx;

text_enum! {
    /// Why a report waits.
    pub enum InboxReason {
        /// It fits several parties that do not count as one.
        Ambiguous = "ambiguous",
        /// It cannot be read, or says what cannot be.
        Invalid = "invalid",
        /// It fits no party.
        Unmatched = "unmatched",
    }
}

text_enum! {
    /// What became of a report that waited.
    pub enum InboxState {
        Open = "open",
        Matched = "matched",
        Ignored = "ignored",
    }
}

/// A report that waits, or waited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxReport {
    pub id: Uuid,
    pub provider_code: String,
    pub report: Report,
    pub origin: ReportOrigin,
    pub reason: InboxReason,
    /// Code and message of what is wrong with it.
    pub problem: Option<String>,
    pub state: InboxState,
    pub party_id: Option<Uuid>,
    pub note: Option<String>,
    pub received_at: Instant,
    pub resolved_by: Option<String>,
}

/// Says by hand whom a report is about; it becomes a rating of that party. A report that cannot be read can only be ignored.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `not_found`, `external_inbox.resolved`, errors of what the report says.
pub fn match_report(
    app: &App,
    ctx: &Ctx,
    id: ExternalInboxId,
    party: PartyId,
) -> Outcome<Answer<InboxReport>> {
    ctx.require(Permission::RatingWrite)?;
    ctx.scope.require_all()?;
    command::run(app, ctx, "external.match_report", |tx| {
        let (mut waiting, print) = open(tx, id)?;
        let party_id = risk_of(ctx, tx, party)?;
        let provider = locked(tx, &waiting.provider_code)?;
        let read = stated(&waiting.report)?;
        let position = check(&read, &provider.scale, today(ctx.now))?;
        let rating = rating(app, ctx, (&provider, waiting.origin), (party_id, &read, position));
        let mut ratings = [(rating, print)];
        mark_downgrades(tx, &provider, &mut ratings)?;
        let [(rating, _)] = &ratings;
        let after = json!({ "inbox_id": id, "party_id": PartyId(party_id), "rating_id": ExternalRatingId(rating.id) });
        let event = NewEvent::about("credit.external_report_matched", "external_inbox", waiting.id);
        let event = tx.record(ctx, event.change(Value::Null, after))?;
        write(ctx, tx, &ratings, event)?;
        (waiting.state, waiting.party_id) = (InboxState::Matched, Some(party_id));
        waiting.resolved_by = Some(ctx.principal.name.clone());
        tx.settle_inbox(&waiting, ctx.now, event)?;
        Ok(waiting)
    })
}

/// Lays a report aside. It stays readable, and the same report is not put into the inbox again.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `not_found`, `external_inbox.resolved`, errors of the note.
pub fn ignore_report(
    app: &App,
    ctx: &Ctx,
    id: ExternalInboxId,
    note: Option<&str>,
) -> Outcome<Answer<InboxReport>> {
    ctx.require(Permission::RatingWrite)?;
    ctx.scope.require_all()?;
    let note = note.map(|t| text::note("note", t)).transpose()?.filter(|t| !t.is_empty());
    command::run(app, ctx, "external.ignore_report", |tx| {
        let (mut waiting, _) = open(tx, id)?;
        let event = NewEvent::about("credit.external_report_ignored", "external_inbox", waiting.id);
        let event = tx.record(ctx, event.change(Value::Null, json!({ "inbox_id": id, "note": note })))?;
        (waiting.state, waiting.note) = (InboxState::Ignored, note.clone());
        waiting.resolved_by = Some(ctx.principal.name.clone());
        tx.settle_inbox(&waiting, ctx.now, event)?;
        Ok(waiting)
    })
}

fn open(tx: &mut dyn WriteTx, id: ExternalInboxId) -> Outcome<(InboxReport, Vec<u8>)> {
    let (waiting, print) = tx.inbox_for_update(id.0)?;
    if waiting.state != InboxState::Open {
        return Err(Error::with(&codes::INBOX_RESOLVED, format!("it is {}", waiting.state)));
    }
    Ok((waiting, print))
}
