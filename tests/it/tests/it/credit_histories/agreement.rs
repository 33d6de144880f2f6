//! What a check answers with against what is reported of the same holders.

use std::collections::BTreeMap;

use kernel::Decimal;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::{Value, json};

use super::Run;
use crate::reads::text;

fn decimal(value: &Value) -> Decimal {
    text(value).parse().unwrap_or_else(|e| panic!("{value}: {e}"))
}

const EXPOSURE: &str = "/v1/credit/exposure?";

/// By account, whether it is a credit, and currency.
type Sums = BTreeMap<(String, bool, String), Decimal>;

fn add(sums: &mut Sums, of: &Value, credits: bool, amount: &Value) {
    let amount = decimal(amount);
    if !amount.is_zero() {
        *sums.entry((text(&of["account_id"]), credits, text(&of["currency"]))).or_default() += amount;
    }
}

impl Run<'_> {
    /// Every account is asked about in two currencies.
    pub(super) fn agrees(&self) -> TestCaseResult {
        let mut reports = BTreeMap::new();
        for id in &self.accounts {
            for currency in ["EUR", "USD"] {
                let body = json!({ "account_id": id, "amount": "1.00", "currency": currency, "checkpoint": "order" });
                let answer = self.app().post("/v1/credit/checks", &body).expect(201);
                let constraints = answer["constraints"].as_array().expect("constraints");
                prop_assert!(
                    constraints.iter().any(|c| c["holder_id"] == *id && c["part"].is_null()),
                    "{}",
                    answer
                );
                for constraint in constraints {
                    self.same(constraint, currency, &mut reports)?;
                }
            }
        }
        let of_exposure = |(path, report): (&String, &Value)| {
            Some((path.strip_prefix(EXPOSURE)?.to_owned(), report.clone()))
        };
        reports.iter().filter_map(of_exposure).try_for_each(|(query, report)| self.adds_up(&query, &report))
    }

    /// What is reported of a holder is the sum of its accounts less what is eliminated, and what each account has is the sum of its items.
    fn adds_up(&self, query: &str, report: &Value) -> TestCaseResult {
        let leaves = report["accounts"].as_array().expect("accounts");
        let counts = |leaf: &&Value| report["holder_kind"] == "account" || leaf["eliminated"] == false;
        let converted =
            leaves.iter().filter(counts).map(|leaf| decimal(&leaf["converted_amount"])).sum::<Decimal>();
        let apart = (converted - decimal(&report["gross_amount"])).abs();
        prop_assert!(
            apart <= Decimal::new(1, 2) * Decimal::from(leaves.len()),
            "{} apart: {}",
            apart,
            report
        );
        let mut by_leaves = Sums::new();
        for leaf in leaves.iter().filter(|leaf| leaf["currency"].is_string()) {
            for (credits, amount) in [(false, "gross_amount"), (true, "credits_amount")] {
                add(&mut by_leaves, leaf, credits, &leaf[amount]);
            }
        }
        let holder = query.split('&').next().expect("a holder");
        for list in ["items", "past-items"] {
            let mut by_items = Sums::new();
            for item in self.all(&format!("/v1/credit/exposure/{list}?{holder}&limit=500")) {
                add(&mut by_items, &item, item["component"] == "credits", &item["amount"]);
            }
            prop_assert_eq!(&by_items, &by_leaves, "{} of {}: {}", list, holder, report);
        }
        Ok(())
    }

    fn all(&self, path: &str) -> Vec<Value> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.app().get(&format!("{path}{cursor}")).expect(200);
            all.extend(page["items"].as_array().expect("items").iter().cloned());
            let Some(next) = page["next_cursor"].as_str() else { return all };
            cursor = format!("&cursor={next}");
        }
    }

    fn same(
        &self,
        constraint: &Value,
        currency: &str,
        reports: &mut BTreeMap<String, Value>,
    ) -> TestCaseResult {
        let (kind, id) = (text(&constraint["holder_kind"]), text(&constraint["holder_id"]));
        if let Some(entity) = constraint["legal_entity_id"].as_str() {
            let query = format!("{kind}={id}&legal_entity={entity}&currency={currency}");
            let path = format!("/v1/credit/limits/effective?{query}");
            let found = reports.entry(path).or_insert_with_key(|path| self.app().get(path).expect(200));
            prop_assert_eq!(
                decimal(&constraint["exposure"]),
                decimal(&found["exposure_amount"]),
                "{}",
                query
            );
            return Ok(());
        }
        let query = format!("{kind}={id}&currency={currency}");
        let path = format!("{EXPOSURE}{query}");
        let report = reports.entry(path).or_insert_with_key(|path| self.app().get(path).expect(200));
        self.remember(report);
        let part = |wanted: &str| {
            let parts = report["parts"].as_array().expect("parts");
            decimal(&parts.iter().find(|p| p["part"] == wanted).expect("the part")["amount"])
        };
        let reported = match constraint["part"].as_str() {
            None => decimal(&report["counted_amount"]),
            // What is reserved becomes orders.
            Some("orders") => part("orders") + part("reserved"),
            Some(name) => part(name),
        };
        prop_assert_eq!(decimal(&constraint["exposure"]), reported, "{} of {}", constraint, report);
        Ok(())
    }

    fn remember(&self, report: &Value) {
        let mut seen = self.world.seen.borrow_mut();
        for part in report["parts"].as_array().expect("parts") {
            if text(&part["amount"]) != "0" {
                seen.insert(text(&part["part"]));
            }
        }
        if text(&report["credits_amount"]) != "0" {
            seen.insert("credits".to_owned());
        }
    }
}
