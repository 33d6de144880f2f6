//! The published receivables of IBM (2,466 invoices of 100 customers, 2012 and 2013), where they are there.

use std::collections::BTreeMap;

use kernel::{Currency, Date, Decimal};
use uuid::Uuid;

use crate::history::{Closing, History, Item};
use crate::rows::Collector;
use crate::train::train;
use crate::validation::ModelTarget;

const FILE: &str = "shared/data/ar/ibm_accounts_receivable.csv";

/// The file, beside the repository or further out.
fn file() -> Option<Vec<u8>> {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().find_map(|folder| std::fs::read(folder.join(FILE)).ok())
}

/// By customer; a dispute is dated by the payment that ended it, since the file has no date for it.
pub(crate) fn histories() -> Option<BTreeMap<String, History>> {
    let text = file()?;
    let mut found = BTreeMap::<String, Vec<Item>>::new();
    let date = |text: &str| Date::parse_from_str(text, "%m/%d/%Y").expect("a date");
    let usd = Currency::parse("currency", "USD").expect("a currency");
    for (n, record) in (1_u128..).zip(csv::Reader::from_reader(text.as_slice()).records()) {
        let record = record.expect("a record");
        let field = |n: usize| record.get(n).expect("a field");
        let settled = date(field(8));
        found.entry(field(1).to_owned()).or_default().push(Item {
            id: Uuid::from_u128(n),
            issue_on: date(field(4)),
            due_on: date(field(5)),
            extended: None,
            amount: field(6).parse::<Decimal>().expect("an amount"),
            currency: usd,
            closing: Closing::On(settled),
            disputed_on: (field(7) == "Yes").then_some(settled),
        });
    }
    Some(found.into_iter().map(|(customer, items)| (customer, History::new(items))).collect())
}

#[test]
fn the_published_receivables_are_judged_as_they_are() {
    let Some(histories) = histories() else {
        println!("skipped: {FILE} is not there");
        return;
    };
    let mut collector = Collector::new(1, histories.values().map(|h| h.items().len()).sum());
    for history in histories.values() {
        collector.add(history);
    }
    let known = "2014-03-01".parse().expect("a date");
    let (model, validation) = train(collector, 1, known).expect("a model");
    println!("{:?}", model.window);
    for target in &validation.targets {
        println!("{}: {} {} rows, {} cases", target.target, target.verdict, target.rows, target.cases);
        println!(
            "  model {:?}\n  due date {:?}\n  customer {:?}",
            target.model, target.due_date, target.customer_median
        );
        println!(
            "  gain {:?} ± {:?}, coverage {:?}, waiting {:?}",
            target.gain, target.gain_error, target.coverage, target.waiting_error
        );
        println!("  {:?}", target.calibration.as_ref().map(|c| (c.slope, c.intercept)));
    }
    let late = validation.of(ModelTarget::Late).expect("a target");
    let auc = late.model.and_then(|s| s.auc).expect("an AUC");
    assert!(auc > 0.7, "customers have habits: {auc}");
}
