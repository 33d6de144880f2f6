//! The standard scorecard on published invoices: does it rank customers by how late they will pay? (The file is fabricated;
//! the figures prove the way, not the world.)

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a file of another shape fails the test")]

use std::collections::BTreeMap;
use std::path::Path;

use domain::attributes::Declared;
use domain::credit::facts::{CreditSchema, Namespace, blank};
use domain::credit::scoring::behaviour::{Behaviour, Item, Settlement, behaviour};
use domain::credit::scoring::evaluate::CompiledScorecard;
use domain::credit::scoring::scorecard::parse;
use domain::credit::scoring::standard;
use domain::rules::evaluate::{FactValues, Machine};
use kernel::{Date, Decimal};

/// Beside the repository or further out.
const PATH: &str = "shared/data/ar/ibm_accounts_receivable.csv";

struct Invoice {
    customer: String,
    item: Item,
    settled: Date,
    days_late: i64,
}

fn day(text: &str) -> Date {
    Date::parse_from_str(text, "%m/%d/%Y").expect("a date of the file")
}

fn invoices() -> Option<Vec<Invoice>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bytes = here.ancestors().find_map(|folder| std::fs::read(folder.join(PATH)).ok())?;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let read = |row: Result<csv::StringRecord, csv::Error>| {
        let row = row.expect("a row");
        let (due, settled) = (day(&row[5]), day(&row[8]));
        Invoice {
            customer: row[1].to_owned(),
            item: Item {
                paid: row[6].parse().expect("an amount"),
                issue_on: day(&row[4]),
                due_on: due,
                expected_pay_on: None,
                settlement: Settlement::Paid(settled),
            },
            settled,
            days_late: settled.signed_duration_since(due).num_days(),
        }
    };
    Some(reader.records().map(read).collect())
}

/// Of all pairs of one late and one punctual invoice, the part in which the late one has the worse score, in ten-thousandths;
/// a tie counts half.
fn auc(scores: &[(Decimal, bool)]) -> Option<u64> {
    let (mut twice, mut pairs) = (0_u64, 0_u64);
    for (late, _) in scores.iter().filter(|(_, is_late)| *is_late) {
        for (good, _) in scores.iter().filter(|(_, is_late)| !*is_late) {
            pairs += 1;
            twice += match late.cmp(good) {
                std::cmp::Ordering::Less => 2,
                std::cmp::Ordering::Equal => 1,
                std::cmp::Ordering::Greater => 0,
            };
        }
    }
    (twice * 5_000).checked_div(pairs)
}

fn card() -> CompiledScorecard {
    let schema = CreditSchema::new(Declared::default()).without(Namespace::Score);
    let card = parse(&serde_json::from_str(standard::DOCUMENT).expect("JSON")).expect("a scorecard");
    CompiledScorecard::compile(card, 1, &schema).expect("sound")
}

fn facts(known: &Behaviour) -> FactValues {
    let year = known.window(365).expect("a window");
    let mut facts = blank();
    facts.set("behaviour.days_late_365", year.days_late);
    facts.set("behaviour.days_late_trend", known.trend);
    facts.set("behaviour.on_time_ratio", year.on_time_ratio);
    facts.set("exposure.days_overdue_max", known.days_overdue_max);
    facts.set("party.age_days", known.age_days);
    facts
}

/// The whole portfolio scored once, and what its customers did in the six months after.
#[test]
fn worse_classes_of_the_published_portfolio_pay_late_more_often_afterwards() {
    let Some(invoices) = invoices() else {
        println!("skipped: {PATH} is not there");
        return;
    };
    let cut = "2013-01-01".parse::<Date>().expect("a date");
    let (card, mut machine) = (card(), Machine::default());
    let mut by_customer: BTreeMap<&str, Vec<&Invoice>> = BTreeMap::new();
    for invoice in &invoices {
        by_customer.entry(&invoice.customer).or_default().push(invoice);
    }
    // By class: customers, their invoices afterwards, those late, and those more than 10 days late.
    let mut found: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    for own in by_customer.values() {
        let items = own.iter().map(|i| i.item).collect::<Vec<_>>();
        let known = behaviour(&items, cut.pred_opt().expect("a day before"));
        let score = card.evaluate(&mut machine, &facts(&known), None);
        let class = score.class.map_or_else(|| "none".to_owned(), |class| class.to_string());
        let half_year = cut..(cut + chrono::Duration::days(181));
        let after = own.iter().filter(|i| half_year.contains(&i.item.issue_on)).collect::<Vec<_>>();
        let late = |days: i64| after.iter().filter(|i| i.days_late > days).count();
        let counts = [1, after.len(), late(0), late(10)];
        let sums = found.entry(class).or_default();
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    let lines = found.iter().map(|(class, [customers, all, late, late_10])| {
        format!("{class}: {customers} customers, {all} invoices, {late} late, {late_10} more than 10 days")
    });
    let lines = lines.collect::<Vec<_>>();
    println!("{}", lines.join("\n"));
    assert_eq!(
        lines,
        [
            "A: 54 customers, 350 invoices, 34 late, 9 more than 10 days",
            "B: 22 customers, 154 invoices, 73 late, 20 more than 10 days",
            "C: 23 customers, 144 invoices, 116 late, 51 more than 10 days",
            "D: 1 customers, 5 invoices, 4 late, 2 more than 10 days",
        ]
    );
}

#[test]
fn the_standard_scorecard_ranks_later_lateness_better_than_chance() {
    let Some(invoices) = invoices() else {
        println!("skipped: {PATH} is not there");
        return;
    };
    let card = card();
    let mut dates = invoices.iter().map(|i| i.item.issue_on).collect::<Vec<_>>();
    dates.sort_unstable();
    let split = dates[dates.len() / 2];
    let mut by_customer: BTreeMap<&str, Vec<&Invoice>> = BTreeMap::new();
    for invoice in &invoices {
        by_customer.entry(&invoice.customer).or_default().push(invoice);
    }
    let mut machine = Machine::default();
    let (mut late, mut late_30, mut naive, mut refused) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for invoice in invoices.iter().filter(|i| i.item.issue_on >= split) {
        // What was known the evening before the invoice was issued.
        let before = invoice.item.issue_on.pred_opt().expect("a day before");
        let own = &by_customer[invoice.customer.as_str()];
        let known = behaviour(&own.iter().map(|i| i.item).collect::<Vec<_>>(), before);
        let facts = facts(&known);
        let Some(points) = card.evaluate(&mut machine, &facts, None).points else {
            refused += 1;
            continue;
        };
        late.push((points, invoice.days_late > 0));
        late_30.push((points, invoice.days_late > 10));
        let mut history = own.iter().filter(|i| i.settled <= before).map(|i| i.days_late).collect::<Vec<_>>();
        history.sort_unstable();
        let median = history.get(history.len() / 2).copied().unwrap_or(0);
        naive.push((Decimal::from(-median), invoice.days_late > 0));
    }
    let (score, hard, median) =
        (auc(&late).expect("pairs"), auc(&late_30).expect("pairs"), auc(&naive).expect("pairs"));
    println!(
        "{} invoices issued from {split} on, {refused} without a score; AUC in ten-thousandths: score for > 0 days {score}, \
         for > 10 days {hard}; customer median for > 0 days {median}",
        late.len()
    );
    assert!(score > 6_000, "hardly better than chance: {score}");
}
