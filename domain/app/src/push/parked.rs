//! Rows that waited for others, tried again.

use std::collections::BTreeSet;

use kernel::text_enum::TextEnum as _;
use kernel::{Error, ErrorKind, Outcome};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::chunk::{CheckedRows, Sorted, Turn, apply_rows};
use super::rows::Rows;
use super::store::{ParkedRecord, Stamp};
use super::{KeyKind, PushSession, RowOutcome};
use crate::App;
use crate::codes::INTERNAL;
use crate::store::WriteTx;

/// Parked rows looked at in one go.
const PARKED_BATCH: i64 = 10_000;

/// Applies rows whose wait has ended, in the order in which they can depend on each other. A row that turns out to be
/// wrong stays listed, with what is wrong, until it is corrected: nothing that was taken in disappears, and no row keeps a session
/// from its end.
pub(super) fn retry_parked(
    app: &App,
    tx: &mut dyn WriteTx,
    session: &PushSession,
    stamp: Stamp,
) -> Outcome<i64> {
    let mut retry = Retry { app, session, stamp, unparked: 0, wrong: Vec::new() };
    // A parked account may free a parked receivable, that a parked entry. Each round resolves the rows it takes; one that waits
    // again waits for something that is not there, so this ends.
    loop {
        let ready = tx.take_ready_parked(session.source.no, PARKED_BATCH, stamp.now)?;
        if ready.is_empty() {
            break;
        }
        for kind in KeyKind::ALL {
            let of_kind = ready.iter().filter(|parked| parked.kind == *kind).collect::<Vec<_>>();
            retry.apply(tx, (*kind, &of_kind))?;
        }
    }
    tx.put_back_parked(&retry.wrong)?;
    Ok(retry.unparked)
}

struct Retry<'a> {
    app: &'a App,
    session: &'a PushSession,
    stamp: Stamp,
    unparked: i64,
    /// Id of each row that stays listed, with the code of what is wrong with it.
    wrong: Vec<(Uuid, String)>,
}

impl Retry<'_> {
    /// Applies rows of one kind. Where that fails as a whole, each half is applied by itself, until the row to blame is found: it
    /// stays listed, its neighbours are taken in, and the session comes to its end.
    fn apply(&mut self, tx: &mut dyn WriteTx, (kind, parked): (KeyKind, &[&ParkedRecord])) -> Outcome<()> {
        let Some(first) = parked.first() else { return Ok(()) };
        let mut sorted = None;
        let done = tx.attempt(&mut |tx| {
            let rows = CheckedRows::new(rows(kind, parked)?, false);
            sorted = Some(apply_rows(self.app, tx, (self.session, Turn::Retry), self.stamp, &rows)?);
            Ok(())
        });
        match done {
            Ok(()) => self.note(parked, sorted.as_ref()),
            // No row is to blame for a database that is gone, full or busy.
            Err(error) if error.kind() == ErrorKind::Unavailable => return Err(error),
            Err(error) if parked.len() == 1 => self.wrong.push((first.id, error.code().text.to_owned())),
            Err(_of_one_among_several) => {
                let (one, other) = parked.split_at(parked.len() / 2);
                self.apply(tx, (kind, one))?;
                self.apply(tx, (kind, other))?;
            }
        }
        Ok(())
    }

    /// Counts those that found what they waited for; of those rejected, the first thing that is wrong is kept.
    fn note(&mut self, parked: &[&ParkedRecord], sorted: Option<&Sorted>) {
        let Some(sorted) = sorted else { return };
        let freed =
            sorted.outcomes.iter().filter(|o| !matches!(o, RowOutcome::Parked | RowOutcome::Rejected));
        self.unparked += i64::try_from(freed.count()).unwrap_or(i64::MAX);
        let mut seen = BTreeSet::new();
        let issues = sorted.issues.iter().filter(|issue| issue.outcome == RowOutcome::Rejected);
        let first = issues.filter(|issue| seen.insert(issue.row));
        self.wrong.extend(first.filter_map(|issue| Some((parked.get(issue.row)?.id, issue.code.clone()))));
    }
}

fn rows(kind: KeyKind, parked: &[&ParkedRecord]) -> Outcome<Rows> {
    fn read<T: DeserializeOwned>(parked: &[&ParkedRecord]) -> Outcome<Vec<T>> {
        let row = |r: &&ParkedRecord| serde_json::from_value(r.payload.clone());
        parked.iter().map(|r| row(r).map_err(|e| Error::new(&INTERNAL).caused_by(e))).collect()
    }
    Ok(match kind {
        KeyKind::Party => Rows::Parties(read(parked)?),
        KeyKind::Account => Rows::Accounts(read(parked)?),
        KeyKind::Contact => Rows::Contacts(read(parked)?),
        KeyKind::Receivable => Rows::Receivables(read(parked)?),
        KeyKind::Instrument => Rows::Instruments(read(parked)?),
        KeyKind::Entry => Rows::Entries(read(parked)?),
        KeyKind::Order => Rows::Orders(read(parked)?),
        KeyKind::Delivery => Rows::Deliveries(read(parked)?),
    })
}
