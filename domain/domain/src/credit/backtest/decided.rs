//! What became of what was really decided, by version of the policy that decided it.
//!
//! A case is an account in a month, one currency and one version; the most careful answer of the month is what was decided. Its outcome
//! is what became of the invoices issued from its first decision on, until the next case of the account begins, and
//! [`INVOICED_WITHIN_DAYS`] after its last decision at most: no invoice is in two cases. A hit is an allowed case that was paid, and a held
//! or refused one that was not.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Days};
use kernel::{Currency, Date, Decimal};

use super::outcome::{Outcome, outcome};
use super::past::PastItem;
use super::report::Figures;
use crate::credit::policy::CheckOutcome;

/// So many days after the last decision of a case an invoice may still come of it.
const INVOICED_WITHIN_DAYS: u64 = 60;
/// Decimals of a hit rate.
const RATE_DECIMALS: u32 = 4;

/// Which version of a policy, in which currency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyVersion {
    pub code: String,
    pub version: i32,
    pub currency: Currency,
}

/// The most careful answer that a version gave about an account on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub on: Date,
    pub by: PolicyVersion,
    pub outcome: CheckOutcome,
}

/// What a version decided, with what came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hits {
    pub allowed: Figures,
    pub held: Figures,
    pub refused: Figures,
    /// Cases without an invoice: whoever was refused bought nothing, or the sale never came.
    pub not_invoiced: u32,
    /// Cases whose invoices are neither paid nor long overdue yet.
    pub not_known: u32,
}

impl Hits {
    /// Cases whose outcome is known.
    pub fn judged(&self) -> u32 {
        self.allowed.cases + self.held.cases + self.refused.cases
    }

    /// Cases decided rightly: allowed and paid, held or refused and neither paid in time.
    pub fn hits(&self) -> u32 {
        (self.allowed.cases - self.allowed.bad_cases) + self.held.bad_cases + self.refused.bad_cases
    }

    /// Hits of judged cases, between 0 and 1 with 4 decimals; absent where none is judged.
    pub fn hit_rate(&self) -> Option<Decimal> {
        Decimal::from(self.hits())
            .checked_div(Decimal::from(self.judged()))
            .map(|r| r.round_dp(RATE_DECIMALS))
    }

    fn add(&mut self, decided: CheckOutcome, outcome: Option<&Outcome>) {
        match outcome {
            None => self.not_invoiced += 1,
            Some(outcome) if !outcome.not_known.is_zero() => self.not_known += 1,
            Some(outcome) => match decided {
                CheckOutcome::Allow => self.allowed.add(outcome),
                CheckOutcome::Hold => self.held.add(outcome),
                CheckOutcome::Refuse => self.refused.add(outcome),
            },
        }
    }
}

/// Gathered account by account.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct DecisionOutcomes(BTreeMap<PolicyVersion, Hits>);

impl DecisionOutcomes {
    /// Adds the decisions about an account, with its invoices and what is known of them on `today`.
    pub fn add(&mut self, decisions: Vec<Decision>, items: &[PastItem], today: Date) {
        for case in cases(decisions) {
            let found = outcome(items, case.by.currency, (case.from, case.until, today));
            self.0.entry(case.by).or_default().add(case.outcome, found.as_ref());
        }
    }

    /// By version.
    pub fn versions(&self) -> impl Iterator<Item = (&PolicyVersion, &Hits)> {
        self.0.iter()
    }
}

/// Decisions of a month by one version, and the days between which invoices come of them.
#[derive(Debug, PartialEq, Eq)]
struct Case {
    by: PolicyVersion,
    outcome: CheckOutcome,
    from: Date,
    /// The day after the last one.
    until: Date,
}

fn cases(mut decisions: Vec<Decision>) -> Vec<Case> {
    decisions.sort_by(|a, b| (a.by.currency, a.on, &a.by).cmp(&(b.by.currency, b.on, &b.by)));
    let mut cases = Vec::<Case>::new();
    for decision in decisions {
        let until = decision.on.checked_add_days(Days::new(INVOICED_WITHIN_DAYS + 1)).unwrap_or(Date::MAX);
        let month = |day: Date| (day.year(), day.month());
        match cases.last_mut() {
            Some(case) if case.by == decision.by && month(case.from) == month(decision.on) => {
                case.outcome = case.outcome.max(decision.outcome);
                case.until = until;
            }
            last => {
                if let Some(last) = last.filter(|case| case.by.currency == decision.by.currency) {
                    last.until = last.until.min(decision.on);
                }
                let Decision { on: from, by, outcome } = decision;
                cases.push(Case { by, outcome, from, until });
            }
        }
    }
    cases
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::super::past::{PastEntry, Terms};
    use super::*;
    use crate::receivables::kinds::EntryKind;

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    fn decision(on: Date, version: i32, outcome: CheckOutcome) -> Decision {
        let currency = Currency::parse("currency", "EUR").expect("a currency");
        Decision { on, by: PolicyVersion { code: "standard".to_owned(), version, currency }, outcome }
    }

    /// An invoice of 100.00 due after 30 days, with what was paid of it so many days after it was due.
    fn item(issue_on: Date, paid_after: Option<i64>) -> PastItem {
        let due_on = issue_on + chrono::TimeDelta::days(30);
        let amount = Decimal::new(10_000, 2);
        let paid = |days| PastEntry {
            kind: EntryKind::Payment,
            amount: -amount,
            effective_on: due_on + chrono::TimeDelta::days(days),
            recorded_at: chrono::DateTime::UNIX_EPOCH,
        };
        PastItem {
            id: Uuid::nil(),
            currency: Currency::parse("currency", "EUR").expect("a currency"),
            terms: Terms { issue_on, due_on, extended: None, amount },
            earlier: Vec::new(),
            recorded_at: chrono::DateTime::UNIX_EPOCH,
            entries: paid_after.map(paid).into_iter().collect(),
        }
    }

    fn found(decisions: Vec<Decision>, items: &[PastItem]) -> Vec<(i32, Hits)> {
        let mut outcomes = DecisionOutcomes::default();
        outcomes.add(decisions, items, day("2026-03-04"));
        outcomes.versions().map(|(by, hits)| (by.version, *hits)).collect()
    }

    #[test]
    fn allowed_and_paid_is_a_hit_and_so_is_held_and_never_paid() {
        let (first, second) = (day("2025-01-10"), day("2025-03-10"));
        let decisions =
            vec![decision(first, 1, CheckOutcome::Allow), decision(second, 1, CheckOutcome::Hold)];
        let hits = found(decisions.clone(), &[item(first, Some(5)), item(second, None)]);
        let [(1, both)] = hits.as_slice() else { panic!("{hits:?}") };
        assert_eq!((both.judged(), both.hits(), both.hit_rate()), (2, 2, Some(Decimal::ONE)));
        let [(1, neither)] = found(decisions, &[item(first, Some(60)), item(second, Some(0))])[..] else {
            panic!("one version")
        };
        assert_eq!((neither.judged(), neither.hits(), neither.hit_rate()), (2, 0, Some(Decimal::ZERO)));
        assert_eq!(neither.allowed.late, Decimal::new(10_000, 2));
    }

    #[test]
    fn the_most_careful_answer_of_a_month_is_what_was_decided() {
        let decisions = vec![
            decision(day("2025-01-10"), 1, CheckOutcome::Allow),
            decision(day("2025-01-12"), 1, CheckOutcome::Refuse),
            decision(day("2025-01-14"), 1, CheckOutcome::Hold),
        ];
        let hits = found(decisions, &[item(day("2025-01-20"), Some(0))]);
        assert_eq!((hits[0].1.refused.cases, hits[0].1.judged()), (1, 1));
    }

    #[test]
    fn what_is_invoiced_after_another_version_decided_is_its_own() {
        let decisions = vec![
            decision(day("2025-01-10"), 1, CheckOutcome::Allow),
            decision(day("2025-01-20"), 2, CheckOutcome::Allow),
        ];
        let items = [
            item(day("2025-01-09"), None),
            item(day("2025-01-19"), None),
            item(day("2025-01-20"), Some(0)),
            item(day("2025-03-21"), Some(0)),
            item(day("2025-03-22"), None),
        ];
        let hits = found(decisions, &items);
        assert_eq!((hits[0].0, hits[0].1.allowed.invoices, hits[0].1.allowed.bad_cases), (1, 1, 1));
        assert_eq!((hits[1].0, hits[1].1.allowed.invoices, hits[1].1.allowed.bad_cases), (2, 2, 0));
    }

    #[test]
    fn what_was_not_invoiced_and_what_is_not_known_yet_is_in_no_rate() {
        let decisions = vec![
            decision(day("2025-01-10"), 1, CheckOutcome::Refuse),
            decision(day("2026-02-10"), 1, CheckOutcome::Allow),
        ];
        let hits = found(decisions, &[item(day("2026-02-11"), None)]);
        let (_, only) = hits[0];
        assert_eq!((only.not_invoiced, only.not_known, only.hit_rate()), (1, 1, None));
    }

    proptest! {
        #[test]
        fn every_case_is_counted_once_and_no_invoice_twice(
            given in proptest::collection::vec((0_i64..400, 1_i32..4, 0_usize..3), 1..40),
            invoiced in proptest::collection::vec(0_i64..400, 0..40),
        ) {
            use kernel::text_enum::TextEnum as _;
            let start = day("2024-01-01");
            let on = |days: i64| start + chrono::TimeDelta::days(days);
            let decisions = given.iter().map(|(d, v, o)| decision(on(*d), *v, CheckOutcome::ALL[*o])).collect::<Vec<_>>();
            let items = invoiced.iter().map(|d| item(on(*d), Some(0))).collect::<Vec<_>>();
            let cases_count = cases(decisions.clone()).len();
            let hits = found(decisions, &items);
            let counted = hits.iter().map(|(_, h)| h.judged() + h.not_invoiced + h.not_known).sum::<u32>();
            prop_assert_eq!(usize::try_from(counted).expect("few"), cases_count);
            let invoices = hits.iter().map(|(_, h)| h.allowed.invoices + h.held.invoices + h.refused.invoices).sum::<u32>();
            prop_assert!(usize::try_from(invoices).expect("few") <= items.len());
        }
    }
}
