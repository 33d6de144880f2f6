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
    pub amount: Decimal,
    pub issue_on: Date,
    /// The agreed due date where an extension was in force, else the original one.
    pub due_on: Date,
    pub open: Decimal,
}

/// How a receivable stood on `at.on` as known at `at.known_at`.
///
/// `None` where it was not known yet or not issued yet. Entries that take effect before the issue (a prepayment
/// cleared later) count from the issue on, so that nothing is open on a document that does not exist.
pub fn position(revisions: &[Revision], entries: &[LedgerEntry], at: AsOf) -> Option<Position> {
    let base = document(revisions, at.known_at).filter(|base| base.issue_on <= at.on)?;
    let change: Decimal = entries
        .iter()
        .filter(|entry| entry.recorded_at <= at.known_at && entry.effective_on <= at.on)
        .map(|entry| entry.amount)
        .sum();
    let agreed = base.agreed_due_on.and_then(|_| agreed_due(revisions, at));
    Some(Position {
        amount: base.amount,
        issue_on: base.issue_on,
        due_on: agreed.unwrap_or(base.due_on),
        open: base.amount + change,
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
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(in crate::receivables) fn day(n: i64) -> Date {
        "2026-01-01".parse::<Date>().unwrap() + chrono::Duration::days(n)
    }

    pub(in crate::receivables) fn instant(n: i64) -> Instant {
        "2026-01-01T12:00:00Z".parse::<Instant>().unwrap() + chrono::Duration::days(n)
    }

    pub(in crate::receivables) fn original(amount: i64, issued: i64, due: i64) -> Revision {
        Revision {
            version: 1,
            kind: RevisionKind::Original,
            recorded_at: instant(issued),
            effective_on: day(issued),
            amount: Decimal::from(amount),
            issue_on: day(issued),
            due_on: day(due),
            agreed_due_on: None,
        }
    }

    pub(in crate::receivables) fn entry(
        kind: EntryKind,
        amount: i64,
        effective: i64,
        recorded: i64,
    ) -> LedgerEntry {
        let (effective_on, recorded_at) = (day(effective), instant(recorded));
        LedgerEntry { kind, amount: Decimal::from(amount), effective_on, recorded_at }
    }

    fn open(revisions: &[Revision], entries: &[LedgerEntry], on: i64, known: i64) -> Option<i64> {
        use std::str::FromStr as _;
        position(revisions, entries, AsOf { on: day(on), known_at: instant(known) })
            .map(|p| i64::from_str(&p.open.to_string()).unwrap())
    }

    #[test]
    fn a_payment_recorded_late_counts_on_its_business_date_once_known() {
        let (revisions, entries) = ([original(100, 0, 30)], [entry(EntryKind::Payment, -100, 20, 25)]);
        assert_eq!(open(&revisions, &entries, 22, 24), Some(100));
        assert_eq!(open(&revisions, &entries, 22, 25), Some(0));
        assert_eq!(open(&revisions, &entries, 19, 25), Some(100));
    }

    #[test]
    fn nothing_is_open_before_issue_or_before_we_knew() {
        let revisions = [Revision { recorded_at: instant(3), ..original(100, 0, 30) }];
        assert_eq!(open(&revisions, &[], -1, 9), None);
        assert_eq!(open(&revisions, &[], 9, 2), None);
        assert_eq!(open(&revisions, &[], 0, 3), Some(100));
    }

    #[test]
    fn a_correction_holds_for_every_date_but_only_once_known() {
        let correction = Revision {
            version: 2,
            kind: RevisionKind::Correction,
            recorded_at: instant(10),
            ..original(90, 0, 30)
        };
        let revisions = [correction, original(100, 0, 30)];
        assert_eq!(open(&revisions, &[], 5, 9), Some(100));
        assert_eq!(open(&revisions, &[], 5, 10), Some(90));
    }

    fn extension(version: u32, effective: i64, recorded: i64, agreed: i64) -> Revision {
        Revision {
            version,
            kind: RevisionKind::Extension,
            recorded_at: instant(recorded),
            effective_on: day(effective),
            agreed_due_on: Some(day(agreed)),
            ..original(100, 0, 30)
        }
    }

    fn due(revisions: &[Revision], on: i64, known: i64) -> Date {
        position(revisions, &[], AsOf { on: day(on), known_at: instant(known) }).unwrap().due_on
    }

    #[test]
    fn an_extension_moves_the_due_date_from_the_agreement_on_once_known() {
        let revisions = [original(100, 0, 30), extension(2, 28, 29, 90)];
        assert_eq!(due(&revisions, 27, 40), day(30));
        assert_eq!(due(&revisions, 28, 40), day(90));
        assert_eq!(due(&revisions, 28, 28), day(30));
    }

    #[test]
    fn of_two_extensions_each_holds_in_its_time() {
        let revisions = [original(100, 0, 30), extension(2, 28, 29, 60), extension(3, 50, 50, 90)];
        assert_eq!(due(&revisions, 40, 99), day(60));
        assert_eq!(due(&revisions, 50, 99), day(90));
    }

    #[test]
    fn a_later_correction_of_the_amount_leaves_the_extension_its_day() {
        let correction =
            Revision { kind: RevisionKind::Correction, amount: Decimal::from(90), ..extension(3, 0, 40, 90) };
        let revisions = [original(100, 0, 30), extension(2, 28, 29, 90), correction];
        assert_eq!(due(&revisions, 27, 99), day(30));
        assert_eq!(due(&revisions, 28, 99), day(90));
    }

    #[test]
    fn a_withdrawn_extension_gives_the_original_due_date_back() {
        let withdrawn =
            Revision { kind: RevisionKind::Correction, agreed_due_on: None, ..extension(3, 0, 40, 90) };
        let revisions = [original(100, 0, 30), extension(2, 28, 29, 90), withdrawn];
        assert_eq!(due(&revisions, 35, 39), day(90));
        assert_eq!(due(&revisions, 35, 40), day(30));
    }

    #[test]
    fn of_versions_recorded_together_the_later_counts() {
        let second = Revision { version: 2, kind: RevisionKind::Correction, ..original(90, 0, 30) };
        assert_eq!(open(&[second, original(100, 0, 30)], &[], 5, 5), Some(90));
        assert_eq!(open(&[original(100, 0, 30), second], &[], 5, 5), Some(90));
    }

    fn histories() -> impl Strategy<Value = (Vec<Revision>, Vec<LedgerEntry>)> {
        let kinds = prop_oneof![Just(RevisionKind::Correction), Just(RevisionKind::Extension)];
        let agreed = proptest::option::of(60_i64..90);
        let revision = (kinds, 1_i64..200, 0_i64..10, agreed, 0_i64..60, 0_i64..60);
        let entries = proptest::collection::vec((-100_i64..100, 0_i64..60, 0_i64..60), 0..12);
        (proptest::collection::vec(revision, 0..5), entries).prop_map(|(later, entries)| {
            let mut revisions = vec![original(150, 0, 30)];
            for (version, (kind, amount, issued, agreed, effective, recorded)) in (2..).zip(later) {
                let (recorded_at, effective_on, agreed_due_on) =
                    (instant(recorded), day(effective), agreed.map(day));
                let base = original(amount, issued, issued + 30);
                revisions.push(Revision { version, kind, recorded_at, effective_on, agreed_due_on, ..base });
            }
            let entries =
                entries.into_iter().map(|(a, on, at)| entry(EntryKind::Adjustment, a, on, at)).collect();
            (revisions, entries)
        })
    }

    proptest! {
        #[test]
        fn what_was_known_then_equals_a_rebuild_from_what_was_recorded_by_then(
            (revisions, entries) in histories(), on in -5_i64..70, known in -5_i64..70,
        ) {
            let recorded: Vec<_> = revisions.iter().copied().filter(|r| r.recorded_at <= instant(known)).collect();
            let posted: Vec<_> = entries.iter().copied().filter(|e| e.recorded_at <= instant(known)).collect();
            let then = position(&revisions, &entries, AsOf { on: day(on), known_at: instant(known) });
            let rebuilt = position(&recorded, &posted, AsOf { on: day(on), known_at: instant(10_000) });
            prop_assert_eq!(then, rebuilt);
        }

        #[test]
        fn today_and_now_equals_the_stored_open_amount((revisions, entries) in histories()) {
            let today = position(&revisions, &entries, AsOf { on: day(100), known_at: instant(100) }).unwrap();
            prop_assert_eq!(today.open, stored_open(&revisions, &entries));
        }

        #[test]
        fn the_order_in_which_facts_are_read_does_not_matter(
            (revisions, entries) in histories(), on in 0_i64..70, known in 0_i64..70,
        ) {
            let at = AsOf { on: day(on), known_at: instant(known) };
            let (mut back_revisions, mut back_entries) = (revisions.clone(), entries.clone());
            back_revisions.reverse();
            back_entries.reverse();
            prop_assert_eq!(position(&revisions, &entries, at), position(&back_revisions, &back_entries, at));
        }
    }
}
