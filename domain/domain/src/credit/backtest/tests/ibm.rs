//! The published receivables of IBM (2,466 invoices of 100 customers, 2012 and 2013), where they are there.

use std::collections::BTreeMap;

use kernel::{Currency, Date, Decimal};
use uuid::Uuid;

use super::super::past::{PastEntry, PastItem, Terms};
use super::super::report::{Backtest, Difference, Figures, Span};
use super::super::scorecard::ScorecardRule;
use super::{day, tried};
use crate::attributes::Declared;
use crate::credit::rule_sets::RuleSet as _;
use crate::credit::scoring::scorecard::{Scorecard, parse};
use crate::credit::scoring::standard;
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

fn span_of_file() -> Span {
    Span { from: day("2012-07-01"), until: day("2013-12-01"), today: day("2014-06-01"), as_recorded: true }
}

/// Cases, turnover and what of it was more than 30 days late in whole units, and days late per unit of turnover.
fn line(of: &Figures) -> String {
    let days = of.amount_days_late / of.turnover.max(Decimal::ONE);
    format!("{} cases {} late {} days {}", of.cases, of.turnover.round(), of.late.round(), days.round_dp(1))
}

#[test]
fn what_a_strict_rule_would_have_cost_on_the_published_receivables() {
    let Some(accounts) = accounts() else {
        println!("skipped: {FILE} is not there");
        return;
    };
    let shown = [2, 5, 10].map(|limit| {
        let rule = format!("(behaviour.days_late_180 ?? 0) > {limit}");
        let report = tried(span_of_file(), &accounts, &rule, None);
        let dollars = &report[0];
        let same = tried(span_of_file(), &accounts, &rule, Some(&rule));
        assert_eq!((same[0].difference, same[0].disagreed.cases), (Difference::default(), 0));
        assert!(dollars.rule.refused.lost.is_zero(), "nobody in the file was lost");
        let not_judged = dollars.rule.not_judged.values().map(|f| f.cases).sum::<u32>();
        format!(
            "{limit}: {} accounts, refused {}, accepted {}, {not_judged} not judged",
            dollars.accounts_count,
            line(&dollars.rule.refused),
            line(&dollars.rule.accepted)
        )
    });
    println!("{}", shown.join("\n"));
    assert_eq!(
        shown,
        [
            "2: 50 accounts, refused 380 cases 37341 late 374 days 7.5, accepted 733 cases 73186 late 0 days 1.1, 0 not judged",
            "5: 40 accounts, refused 266 cases 25366 late 374 days 8.9, accepted 847 cases 85161 late 0 days 1.6, 0 not judged",
            "10: 28 accounts, refused 154 cases 15329 late 374 days 10.9, accepted 959 cases 95198 late 0 days 2.0, 0 not judged",
        ]
    );
}

#[test]
fn what_the_standard_scorecard_would_have_cost_on_the_published_receivables() {
    let Some(accounts) = accounts() else {
        println!("skipped: {FILE} is not there");
        return;
    };
    let card = || {
        let rule = ScorecardRule {
            code: "standard".to_owned(),
            version: 1,
            refuse_classes: vec!["D".to_owned(), "E".to_owned()],
            reduce_classes: vec!["C".to_owned()],
        };
        let document = parse(&serde_json::from_str(standard::DOCUMENT).unwrap()).unwrap();
        rule.ready(document, &Scorecard::schema(Declared::default())).unwrap()
    };
    let (mut rule, mut against) = (card(), card());
    let mut backtest = Backtest::new(span_of_file());
    for (n, items) in (0_u128..).zip(&accounts) {
        backtest.add(Uuid::from_u128(n), (items, &[]), &mut rule, &mut against);
    }
    let dollars = backtest.report(0).remove(0);
    assert_eq!((dollars.difference, dollars.disagreed.cases), (Difference::default(), 0), "the same version");
    let shown = [&dollars.rule.accepted, &dollars.rule.reduced, &dollars.rule.refused].map(line);
    println!("{}\n{:?}", shown.join("\n"), dollars.rule.facts_missing);
    assert_eq!(
        shown,
        [
            "859 cases 86543 late 87 days 1.6",
            "239 cases 22487 late 217 days 8.9",
            "15 cases 1497 late 70 days 11.7",
        ]
    );
}
