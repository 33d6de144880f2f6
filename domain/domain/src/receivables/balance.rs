//! What was open on a business date, as known at an instant.
//!
//! Two times: *effective* says when a fact holds in business, *recorded* when we learned it. The past of the first
//! can be corrected, the past of the second cannot, so `position(…, AsOf { on, known_at })` gives the same answer
//! for ever once `known_at` has passed.

use kernel::{Date, Decimal, Instant};

use super::kinds::EntryKind;

kernel::text_enum! {
    /// Why a receivable has another version.
    pub enum RevisionKind {
        /// As first received.
        Original = "original",
        /// The earlier version was wrong; the new one holds for every business date.
        Correction = "correction",
        /// Another due date was agreed; it holds from the day of the agreement on.
        Extension = "extension",
    }
}

/// What a receivable said from an instant on, until the next version was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision {
    /// Grows with every version of the receivable; decides between versions recorded at the same instant.
    pub version: u32,
    /// Why this version was recorded.
    pub kind: RevisionKind,
    pub recorded_at: Instant,
    /// The business day of the agreement for an extension; not used for the other kinds.
    pub effective_on: Date,
    pub amount: Decimal,
    pub issue_on: Date,
    /// As first agreed.
    pub due_on: Date,
    pub agreed_due_on: Option<Date>,
}

/// One change of an open amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerEntry {
    pub kind: EntryKind,
    pub amount: Decimal,
    pub effective_on: Date,
    pub recorded_at: Instant,
}

/// A business date, and the instant whose knowledge is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf {
    pub on: Date,
    pub known_at: Instant,
}

/// How one receivable stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Zero before the issue.
    pub amount: Decimal,
    pub issue_on: Date,
    /// The agreed due date where an extension was in force, else the original one.
    pub due_on: Date,
    pub open: Decimal,
}

/// How a receivable stood on `at.on` as known at `at.known_at`.
///
/// `None` where it was not known yet, or not issued yet and nothing was moved on it. Before its issue a document owes
/// nothing, but what was paid on it by then is the customer's credit: money that came does not vanish from the past
/// because its document was dated, or later moved, to another day.
pub fn position(revisions: &[Revision], entries: &[LedgerEntry], at: AsOf) -> Option<Position> {
    let base = document(revisions, at.known_at)?;
    let change: Decimal = entries
        .iter()
        .filter(|entry| entry.recorded_at <= at.known_at && entry.effective_on <= at.on)
        .map(|entry| entry.amount)
        .sum();
    let issued = base.issue_on <= at.on;
    if !issued && change.is_zero() {
        return None;
    }
    let amount = if issued { base.amount } else { Decimal::ZERO };
    let agreed = base.agreed_due_on.and_then(|_| agreed_due(revisions, at));
    Some(Position {
        amount,
        issue_on: base.issue_on,
        due_on: agreed.unwrap_or(base.due_on),
        open: amount + change,
    })
}

/// Amounts and dates as known at an instant: the version recorded last by then.
pub fn document(revisions: &[Revision], known_at: Instant) -> Option<&Revision> {
    revisions.iter().filter(|r| r.recorded_at <= known_at).max_by_key(|r| (r.recorded_at, r.version))
}

/// The agreed due date in force: an extension counts from its day on, one stated as original or correction always.
/// Versions that repeat the agreed date of the version before say nothing new about it.
fn agreed_due(revisions: &[Revision], at: AsOf) -> Option<Date> {
    let mut known: Vec<&Revision> = revisions.iter().filter(|r| r.recorded_at <= at.known_at).collect();
    known.sort_by_key(|r| (r.recorded_at, r.version));
    let mut agreements: Vec<(Date, Option<Date>)> = Vec::new();
    let mut before = None;
    for revision in known {
        if revision.agreed_due_on == before {
            continue;
        }
        before = revision.agreed_due_on;
        match revision.kind {
            RevisionKind::Extension => agreements.push((revision.effective_on, before)),
            RevisionKind::Original | RevisionKind::Correction => agreements = vec![(Date::MIN, before)],
        }
    }
    // The sort is stable: of two agreements of one day, the one recorded later counts.
    agreements.sort_by_key(|(from, _)| *from);
    agreements.into_iter().rev().find(|(from, _)| *from <= at.on).and_then(|(_, due)| due)
}

/// The open amount that is stored beside a receivable: everything recorded, whatever its business date.
///
/// It equals [`position`] of today and now unless something recorded takes effect in the future.
pub fn stored_open(revisions: &[Revision], entries: &[LedgerEntry]) -> Decimal {
    let original = document(revisions, Instant::MAX_UTC).map_or(Decimal::ZERO, |base| base.amount);
    original + entries.iter().map(|entry| entry.amount).sum::<Decimal>()
}

#[cfg(test)]
pub(super) mod tests;
