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
        Ok(())
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
        let path = format!("/v1/credit/exposure?{query}");
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
