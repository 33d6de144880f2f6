//! Rows that waited for others, tried again.

use std::collections::{BTreeSet, HashMap};

use kernel::{Error, Outcome};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::chunk::{CheckedRows, Sorted, apply_rows, kind_of};
use super::rows::Rows;
use super::store::{ParkedRecord, Stamp};
use super::{KeyKind, PushSession, RowOutcome};
use crate::App;
use crate::store::WriteTx;

/// Parked rows looked at in one go.
const PARKED_BATCH: i64 = 10_000;

/// Applies rows whose wait has ended, in the order in which they can depend on each other. A row that turns out to be
/// wrong stays listed, with what is wrong, until it is corrected: nothing that was taken in disappears.
pub(super) fn retry_parked(
    app: &App,
    tx: &mut dyn WriteTx,
    session: &PushSession,
    stamp: Stamp,
) -> Outcome<i64> {
    let mut unparked = 0;
    let mut wrong = Vec::new();
    // A parked account may free a parked receivable, that a parked entry. Each round resolves the rows it takes; one that waits
    // again waits for something that is not there, so this ends.
    loop {
        let ready = tx.take_ready_parked(session.source.no, PARKED_BATCH, stamp.now)?;
        if ready.is_empty() {
            break;
        }
        for rows in by_kind(&ready)? {
            let rows = CheckedRows::new(rows, false);
            let sorted = apply_rows(app, tx, (session, None), stamp, &rows)?;
            let freed =
                sorted.outcomes.iter().filter(|o| !matches!(o, RowOutcome::Parked | RowOutcome::Rejected));
            unparked += i64::try_from(freed.count()).unwrap_or(i64::MAX);
            wrong.extend(rejected(&ready, rows.rows(), &sorted));
        }
    }
    tx.put_back_parked(&wrong)?;
    Ok(unparked)
}

/// Id of each parked row that was rejected, with the code of the first thing that is wrong with it.
fn rejected(ready: &[ParkedRecord], rows: &Rows, sorted: &Sorted) -> Vec<(Uuid, String)> {
    let kind = kind_of(rows);
    let waiting = ready.iter().filter(|p| p.kind == kind).map(|p| (p.external_id.as_str(), p.id));
    let waiting = waiting.collect::<HashMap<_, _>>();
    let keys = rows.external_ids();
    let mut seen = BTreeSet::new();
    let issues = sorted.issues.iter().filter(|issue| issue.outcome == RowOutcome::Rejected);
    let first = issues.filter(|issue| seen.insert(issue.row));
    let back = first.filter_map(|issue| Some((*waiting.get(*keys.get(issue.row)?)?, issue.code.clone())));
    back.collect()
}

fn by_kind(ready: &[ParkedRecord]) -> Outcome<Vec<Rows>> {
    fn rows<T: DeserializeOwned>(ready: &[ParkedRecord], kind: KeyKind) -> Outcome<Vec<T>> {
        let of_kind = ready.iter().filter(|r| r.kind == kind);
        let row = |r: &ParkedRecord| serde_json::from_value(r.payload.clone());
        of_kind.map(|r| row(r).map_err(|e| Error::new(&crate::codes::INTERNAL).caused_by(e))).collect()
    }
    let sets = vec![
        Rows::Parties(rows(ready, KeyKind::Party)?),
        Rows::Accounts(rows(ready, KeyKind::Account)?),
        Rows::Contacts(rows(ready, KeyKind::Contact)?),
        Rows::Receivables(rows(ready, KeyKind::Receivable)?),
        Rows::Instruments(rows(ready, KeyKind::Instrument)?),
        Rows::Entries(rows(ready, KeyKind::Entry)?),
    ];
    Ok(sets.into_iter().filter(|rows| !rows.is_empty()).collect())
}
