//! Takes reports in: the same twice writes nothing, what is about nobody we know waits in the inbox, a downgrade is told.

use std::collections::{BTreeSet, HashMap};

use domain::access::Permission;
use domain::credit::scoring::external::{Standing, StatedRating, check, is_downgrade};
use kernel::id::{EventId, ExternalRatingId, PartyId};
use kernel::{Date, Error, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::inbox::{InboxReason, InboxReport, InboxState};
use super::providers::{Provider, event, locked};
use super::read::{bounded, fingerprint, read_file, stated, subject};
use super::{ExternalRating, Report, ReportOrigin};
use crate::App;
use crate::command::{self, Answer};
use crate::credit::groups::today;
use crate::ctx::Ctx;
use crate::events::NewEvent;
use crate::store::WriteTx;

/// What became of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Intake {
    pub received: u64,
    /// Taken in as ratings.
    pub taken: u64,
    /// Known already: nothing was written for them.
    pub duplicates: u64,
    /// Put into the inbox.
    pub inbox: u64,
    /// Of those taken in, worse than what was known.
    pub downgrades: u64,
}

/// Takes in a file of a provider.
///
/// # Errors
/// `auth.forbidden`, `auth.installation_wide`, `rating_provider.unknown`, those of [`read_file`].
pub fn import_file(app: &App, ctx: &Ctx, (provider, csv): (&str, &str)) -> Outcome<Answer<Intake>> {
    ctx.require(Permission::RatingWrite)?;
    ctx.scope.require_all()?;
    let reports = read_file(csv)?;
    command::run(app, ctx, "external.import_file", |tx| {
        let provider = locked(tx, provider)?;
        take_in(app, ctx, tx, (&provider, ReportOrigin::File), &reports)
    })
}

/// Takes in reports that were fetched.
///
/// # Errors
/// `rating_provider.unknown`, `external_rating.too_many`.
pub(super) fn take_fetched(
    app: &App,
    ctx: &Ctx,
    provider: &str,
    (reports, cursor): (&[Report], Option<&str>),
) -> Outcome<Intake> {
    app.store.transact("external.take_fetched", |tx| {
        let provider = locked(tx, provider)?;
        let intake = take_in(app, ctx, tx, (&provider, ReportOrigin::Api), reports)?;
        if cursor != provider.cursor.as_deref() {
            tx.save_cursor(&provider.code, cursor)?;
        }
        Ok(intake)
    })
}

/// A report on its way.
struct Coming<'r> {
    report: &'r Report,
    fingerprint: Vec<u8>,
    read: Outcome<(StatedRating, Option<kernel::Decimal>)>,
    candidates: Vec<Uuid>,
}

fn take_in(
    app: &App,
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (provider, origin): (&Provider, ReportOrigin),
    reports: &[Report],
) -> Outcome<Intake> {
    bounded(reports.len())?;
    let reports = &reports.iter().cloned().map(Report::cleaned).collect::<Vec<_>>();
    let coming = coming(tx, provider, reports, today(ctx.now))?;
    let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let mut intake = Intake {
        received: number(reports.len()),
        duplicates: number(reports.len().saturating_sub(coming.len())),
        ..Intake::default()
    };
    if coming.is_empty() {
        return Ok(intake);
    }
    let (mut ratings, mut inbox) = (Vec::new(), Vec::new());
    for one in coming {
        match (&one.read, one.candidates.as_slice()) {
            (Ok((stated, position)), [party]) => {
                let rating = rating(app, ctx, (provider, origin), (*party, stated, *position));
                ratings.push((rating, one.fingerprint));
            }
            (read, candidates) => {
                let reason = match (read, candidates) {
                    (Err(_), _) => InboxReason::Invalid,
                    (Ok(_), []) => InboxReason::Unmatched,
                    (Ok(_), _) => InboxReason::Ambiguous,
                };
                let problem = read.as_ref().err().map(|e: &Error| format!("{}: {e}", e.code().text));
                let report = InboxReport {
                    id: app.ids.next(),
                    provider_code: provider.code.clone(),
                    report: one.report.clone(),
                    origin,
                    reason,
                    problem,
                    state: InboxState::Open,
                    party_id: None,
                    note: None,
                    received_at: ctx.now,
                    resolved_by: None,
                };
                inbox.push((report, one.fingerprint));
            }
        }
    }
    (intake.taken, intake.inbox) = (number(ratings.len()), number(inbox.len()));
    intake.downgrades = number(mark_downgrades(tx, provider, &mut ratings)?);
    let after = json!({ "provider": provider.code, "origin": origin, "received": intake.received,
        "taken": intake.taken, "inbox": intake.inbox, "downgrades": intake.downgrades });
    let received = tx.record(ctx, event("credit.external_reports_received").change(Value::Null, after))?;
    write(ctx, tx, &ratings, received)?;
    tx.insert_inbox(&inbox, received)?;
    Ok(intake)
}

/// Those not known yet, each once.
fn coming<'r>(
    tx: &mut dyn WriteTx,
    provider: &Provider,
    reports: &'r [Report],
    today: Date,
) -> Outcome<Vec<Coming<'r>>> {
    let prints = reports.iter().map(fingerprint).collect::<Vec<_>>();
    let mut known = tx.known_reports(&provider.code, &prints)?;
    let fresh = reports.iter().zip(prints).filter(|(_, print)| known.insert(print.clone()));
    let fresh = fresh.collect::<Vec<_>>();
    let subjects = fresh.iter().map(|(report, _)| subject(report)).collect::<Vec<_>>();
    let matched = tx.match_subjects(&subjects)?;
    let one = |((report, fingerprint), candidates)| {
        let read = stated(report).and_then(|s| check(&s, &provider.scale, today).map(|place| (s, place)));
        Coming { report, fingerprint, read, candidates }
    };
    Ok(fresh.into_iter().zip(matched).map(one).collect())
}

pub(super) fn rating(
    app: &App,
    ctx: &Ctx,
    (provider, origin): (&Provider, ReportOrigin),
    (party_id, stated, position): (Uuid, &StatedRating, Option<kernel::Decimal>),
) -> ExternalRating {
    let days = chrono::Days::new(u64::try_from(provider.valid_days).unwrap_or_default());
    let until = stated.rated_on.checked_add_days(days).unwrap_or(stated.rated_on);
    ExternalRating {
        id: app.ids.next(),
        provider_code: provider.code.clone(),
        party_id,
        grade: stated.grade.clone(),
        position,
        probability: stated.probability.map(|p| p.0.round_dp(8)),
        limit_amount: stated.limit.as_ref().map(|(amount, _)| amount.0),
        limit_currency: stated.limit.as_ref().map(|(_, currency)| currency.clone()),
        rated_on: stated.rated_on,
        valid_until: stated.valid_until.unwrap_or(until),
        reference: stated.reference.clone(),
        origin,
        downgrade: false,
        recorded_at: ctx.now,
    }
}

/// Marks what is worse than the rating before it, whatever order the reports came in.
pub(super) fn mark_downgrades(
    tx: &mut dyn WriteTx,
    provider: &Provider,
    ratings: &mut [(ExternalRating, Vec<u8>)],
) -> Outcome<usize> {
    let parties = ratings.iter().map(|(r, _)| r.party_id).collect::<BTreeSet<_>>();
    let parties = parties.into_iter().collect::<Vec<_>>();
    let latest = tx.latest_ratings(&provider.code, &parties)?;
    // By the scale of today: a grade that was put in or taken out makes nobody worse.
    let as_now = |r: &ExternalRating| {
        let position = r.grade.as_deref().and_then(|grade| provider.scale.position(grade));
        Standing { position: position.or(r.position), ..r.standing() }
    };
    let mut standing = latest.iter().map(|r| (r.party_id, as_now(r))).collect::<HashMap<_, _>>();
    ratings.sort_by_key(|(r, _)| (r.party_id, r.rated_on));
    let mut count = 0;
    for (rating, _) in ratings {
        let now = rating.standing();
        if let Some(before) = standing.get(&rating.party_id) {
            rating.downgrade = is_downgrade(before, &now);
            count += usize::from(rating.downgrade);
            if now.rated_on < before.rated_on {
                continue;
            }
        }
        standing.insert(rating.party_id, now);
    }
    Ok(count)
}

/// Writes ratings, and tells each downgrade by an event of its own.
pub(super) fn write(
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    ratings: &[(ExternalRating, Vec<u8>)],
    received: EventId,
) -> Outcome<()> {
    for (rating, _) in ratings.iter().filter(|(r, _)| r.downgrade) {
        let after = json!({ "rating_id": ExternalRatingId(rating.id), "party_id": PartyId(rating.party_id),
            "provider": rating.provider_code, "grade": rating.grade, "probability": rating.probability,
            "rated_on": rating.rated_on });
        tx.record(
            ctx,
            NewEvent::about("credit.external_downgraded", "party", rating.party_id)
                .change(Value::Null, after),
        )?;
    }
    tx.insert_ratings(ratings, received)
}

/// Takes in one report that a person wrote down, about a party that is named.
///
/// # Errors
/// `auth.forbidden`, `not_found`, `rating_provider.unknown`, errors of the values.
pub fn record_rating(
    app: &App,
    ctx: &Ctx,
    (provider, party, report): (&str, PartyId, &Report),
) -> Outcome<Answer<Recorded>> {
    ctx.require(Permission::RatingWrite)?;
    let report = &report.clone().cleaned();
    let read = stated(report)?;
    command::run(app, ctx, "external.record_rating", |tx| {
        let party_id = crate::credit::scoring::risk_of(ctx, tx, party)?;
        let provider = locked(tx, provider)?;
        let position = check(&read, &provider.scale, today(ctx.now))?;
        let mut named = report.clone();
        named.name = Some(PartyId(party_id).to_string());
        let print = fingerprint(&named);
        let rating = rating(app, ctx, (&provider, ReportOrigin::Manual), (party_id, &read, position));
        if !tx.known_reports(&provider.code, std::slice::from_ref(&print))?.is_empty() {
            let same = tx.latest_ratings(&provider.code, &[party_id])?.into_iter().next();
            return Ok(Recorded { rating: same.unwrap_or(rating), is_new: false });
        }
        let mut ratings = [(rating, print)];
        mark_downgrades(tx, &provider, &mut ratings)?;
        let [(rating, _)] = &ratings;
        let after = json!({ "rating_id": ExternalRatingId(rating.id), "provider": provider.code,
            "grade": rating.grade, "rated_on": rating.rated_on });
        let event =
            NewEvent::about("credit.external_rating_recorded", "party", party_id).change(Value::Null, after);
        let event = tx.record(ctx, event)?;
        write(ctx, tx, &ratings, event)?;
        let [(rating, _)] = ratings;
        Ok(Recorded { rating, is_new: true })
    })
}

/// A rating, and whether it says something new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    pub rating: ExternalRating,
    pub is_new: bool,
}
