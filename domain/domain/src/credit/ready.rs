//! A credit policy made ready: its rules compiled once per version.

use std::sync::Arc;

use kernel::{Error, Outcome};

use super::policy::{CheckOutcome, CheckRule, CreditPolicy};
use crate::rules::evaluate::{FactValues, Machine, Rule, compile};

/// A policy with its rules compiled.
#[derive(Debug)]
pub struct ReadyPolicy {
    policy: CreditPolicy,
    /// In the order of the policy's.
    rules: Vec<Rule>,
}

impl ReadyPolicy {
    /// # Errors
    /// `rule.invalid` where an expression does not compile; one in force was checked when it was saved.
    pub fn of(policy: CreditPolicy) -> Outcome<Self> {
        let compiled = |rule: &CheckRule| {
            compile(&rule.when)
                .ok_or_else(|| Error::with(&crate::rules::codes::INVALID, format!("rule {}", rule.code)))
        };
        let rules = policy.rules.iter().map(compiled).collect::<Outcome<Vec<_>>>()?;
        Ok(Self { policy, rules })
    }

    pub fn policy(&self) -> &CreditPolicy {
        &self.policy
    }

    /// Names of the declared attributes of an owner (`party` or `account`) that the rules read.
    pub fn attributes_read(&self, owner: &str) -> Vec<Arc<str>> {
        let prefix = format!("{owner}.attributes.");
        let reads = self.rules.iter().flat_map(Rule::reads);
        let mut names =
            reads.filter_map(|path| path.strip_prefix(&prefix)).map(Arc::from).collect::<Vec<_>>();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether the rules read a fact whose path begins so.
    pub fn reads(&self, beginning: &str) -> bool {
        self.rules.iter().flat_map(Rule::reads).any(|path| path.starts_with(beginning))
    }

    /// Whether a rule of this policy applies. Of one that cannot be evaluated the most careful is taken: it blocks, and exempts
    /// nobody.
    pub fn applies(&self, rule: &CheckRule, facts: &FactValues) -> bool {
        let compiled = self.policy.rules.iter().zip(&self.rules).find(|(known, _)| known.code == rule.code);
        let holds = compiled.and_then(|(_, compiled)| Machine::default().holds(compiled, facts).ok());
        holds.unwrap_or(rule.then != CheckOutcome::Allow)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::attributes::Declared;
    use crate::credit::facts::blank;
    use crate::credit::rule_sets::RuleSet as _;

    fn standard() -> serde_json::Value {
        serde_json::from_str(CreditPolicy::STANDARD[0]).unwrap()
    }

    #[test]
    fn the_standard_policy_is_without_fault() {
        let policy = CreditPolicy::parse(&standard()).unwrap();
        let wrong = policy.validate(&CreditPolicy::schema(Declared::default()));
        assert_eq!(wrong, []);
        let ready = ReadyPolicy::of(policy).unwrap();
        let mut facts = blank();
        facts.set("party.insolvent", true);
        let applied = ready.policy().rules.iter().filter(|rule| ready.applies(rule, &facts));
        assert_eq!(applied.map(|rule| rule.code.as_str()).collect::<Vec<_>>(), ["party_insolvent"]);
    }

    #[test]
    fn a_rule_that_cannot_be_evaluated_blocks_and_exempts_nobody() {
        let mut document = standard();
        let rule = |code: &str, then: &str| {
            json!({ "code": code, "name": { "en": "A", "es": "B" }, "priority": 1, "then": then,
                "when": "behaviour.days_late_90 > 5" })
        };
        document["rules"] = json!([rule("blocks", "hold"), rule("exempts", "allow")]);
        let ready = ReadyPolicy::of(CreditPolicy::parse(&document).unwrap()).unwrap();
        let applied = ready.policy().rules.iter().filter(|rule| ready.applies(rule, &blank()));
        assert_eq!(applied.map(|rule| rule.code.as_str()).collect::<Vec<_>>(), ["blocks"]);
    }
}
