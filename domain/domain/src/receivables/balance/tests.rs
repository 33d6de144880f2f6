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
fn what_is_paid_before_the_issue_is_a_credit_until_then() {
    let (revisions, entries) = ([original(100, 5, 30)], [entry(EntryKind::Payment, -40, 2, 5)]);
    assert_eq!(open(&revisions, &entries, 1, 9), None);
    assert_eq!(open(&revisions, &entries, 4, 9), Some(-40));
    assert_eq!(open(&revisions, &entries, 5, 9), Some(60));
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
fn an_extension_learned_late_does_not_outlive_a_newer_agreement() {
    let revisions = [original(100, 0, 30), extension(2, 50, 50, 90), extension(3, 28, 60, 60)];
    assert_eq!(due(&revisions, 40, 99), day(60));
    assert_eq!(due(&revisions, 55, 99), day(90));
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
