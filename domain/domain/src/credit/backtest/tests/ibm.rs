//! The published receivables of IBM (2,466 invoices of 100 customers, 2012 and 2013), where they are there.

use std::collections::BTreeMap;

use kernel::{Currency, Date, Decimal};
use uuid::Uuid;

use super::super::past::{PastEntry, PastItem, Terms};
use super::super::report::Span;
use super::{day, tried};
use crate::receivables::kinds::EntryKind;

const FILE: &str = "shared/data/ar/ibm_accounts_receivable.csv";

/// By customer, in the order of their names. Nothing was recorded later than it happened.
fn accounts() -> Option<Vec<Vec<PastItem>>> {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = here.ancestors().find_map(|folder| std::fs::read(folder.join(FILE)).ok())?;
    let date = |text: &str| Date::parse_from_str(text, "%m/%d/%Y").unwrap();
    let mut found = BTreeMap::<String, Vec<PastItem>>::new();
    for (n, record) in (1_u128..).zip(csv::Reader::from_reader(text.as_slice()).records()) {
        let record = record.unwrap();
        let field = |n: usize| record.get(n).unwrap();
        let (issue_on, settled_on, amount) =
            (date(field(4)), date(field(8)), field(6).parse::<Decimal>().unwrap());
        let at = |on: Date| on.and_hms_opt(12, 0, 0).unwrap().and_utc();
        let paid = PastEntry {
            kind: EntryKind::Payment,
            amount: -amount,
            effective_on: settled_on,
            recorded_at: at(settled_on),
        };
        found.entry(field(1).to_owned()).or_default().push(PastItem {
            id: Uuid::from_u128(n),
            currency: Currency::parse("currency", "USD").unwrap(),
            terms: Terms { issue_on, due_on: date(field(5)), extended: None, amount },
            earlier: Vec::new(),
            recorded_at: at(issue_on),
            entries: vec![paid],
        });
    }
    Some(found.into_values().collect())
}

#[test]
fn what_a_strict_rule_would_have_cost_on_the_published_receivables() {
    let Some(accounts) = accounts() else {
        println!("skipped: {FILE} is not there");
        return;
    };
    let span = Span {
        from: day("2012-07-01"),
        until: day("2013-12-01"),
        today: day("2014-06-01"),
        as_recorded: true,
    };
    for limit in [2, 5, 10] {
        let rule = format!("(behaviour.days_late_180 ?? 0) > {limit}");
        let report = tried(span, &accounts, &rule, None);
        let dollars = report[0].clone();
        println!("{rule}");
        for (name, figures) in [("refused", dollars.rule.refused), ("accepted", dollars.rule.accepted)] {
            let days = figures.amount_days_late / figures.turnover.max(Decimal::ONE);
            println!("  {name}: {figures:?}\n    days late per unit of turnover {}", days.round_dp(2));
        }
        println!("  not judged: {:?}", dollars.rule.not_judged);
        println!("  accounts concerned: {}", dollars.accounts_count);
        assert!(dollars.rule.refused.lost.is_zero(), "nobody in the file was lost");
        let same = tried(span, &accounts, &rule, Some(&rule));
        assert_eq!(
            (same[0].difference, same[0].disagreed.cases),
            (super::super::report::Difference::default(), 0)
        );
    }
}
