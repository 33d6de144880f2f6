//! The published receivables of IBM (2,466 invoices of 100 customers, 2012 and 2013), where they are there.

use std::collections::BTreeMap;

use kernel::{Currency, Date, Decimal};
use uuid::Uuid;

use crate::history::{Closing, History, Item};
use crate::rows::Collector;
use crate::train::train;
use crate::validation::{Score, TargetValidation};

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

fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"))
}

/// Estimate, verdict and rows; AUC of the model and of the customer median; errors of model, due date and customer median, the gain and its
/// standard error at issue, and the same while waiting: as docs/performance.md has them.
fn line(target: &TargetValidation) -> String {
    let auc = |score: Option<Score>| shown(score.and_then(|s| s.auc));
    let error = |score: Option<Score>| shown(score.map(|s| s.error));
    let issued = [error(target.model), error(target.due_date), error(target.customer_median)].join(" ");
    let waiting = &target.waiting;
    let waited = [waiting.model, waiting.due_date, waiting.customer_median, waiting.gain, waiting.gain_error];
    format!(
        "{} {} {}/{} auc {} {} issue {issued} {} {} waiting {} {} slope {} coverage {}",
        target.target,
        target.verdict,
        target.cases,
        target.rows,
        auc(target.model),
        auc(target.customer_median),
        shown(target.gain),
        shown(target.gain_error),
        waiting.rows,
        waited.map(shown).join(" "),
        shown(target.calibration.as_ref().and_then(|c| c.slope)),
        shown(target.coverage),
    )
}

#[test]
fn the_published_receivables_are_judged_as_they_are() {
    let Some(histories) = histories() else {
        println!("skipped: {FILE} is not there");
        return;
    };
    let mut collector = Collector::new(1, histories.values().map(|h| h.items().len()).sum());
    for (n, history) in (0..).zip(histories.values()) {
        collector.add(Uuid::from_u128(n), history);
    }
    let known = "2014-03-01".parse().expect("a date");
    let (model, validation) = train(collector, 1, known).expect("a model");
    println!("{:?}", model.window);
    let lines = validation.targets.iter().map(line).collect::<Vec<_>>();
    println!("{}", lines.join("\n"));
    assert_eq!((model.window.train_rows, model.window.test_rows), (1508, 741));
    assert_eq!(
        lines,
        [
            "late not_better 219/741 auc 0.8740 0.8736 issue 0.1318 0.2158 0.1335 0.0016 0.0033 \
                waiting 259 0.1577 0.2561 0.1654 0.0078 0.0057 slope 1.0443 coverage -",
            "late_30 too_few_of_class 0/741 auc - - issue - 0.0000 0.0004 - - \
                waiting 288 - 0.0000 0.0007 - - slope - coverage -",
            "days_late not_better 741/741 auc - - issue 6.1307 11.1323 6.2233 0.0927 0.0918 \
                waiting 288 5.8809 7.9965 5.6007 -0.2802 0.2174 slope - coverage 0.8394",
        ]
    );
}
