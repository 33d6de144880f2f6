//! A credit policy made ready: its rules compiled once per version.

use std::collections::BTreeSet;
use std::sync::Arc;

use kernel::text_enum::TextEnum as _;
use kernel::{Error, Outcome};

use super::facts::Fact;
use super::policy::{CheckOutcome, CheckRule, Checkpoint, CreditPolicy};
use crate::rules::evaluate::{FactValues, Machine, Rule, compile};

kernel::text_enum! {
    /// Whose overdue items a check looks at, beside those that a limit of its own speaks of.
    pub enum OverdueOf {
        Account = "account",
        /// All customer numbers that count as one.
        Party = "party",
        /// Everybody who answers for the account.
        Everybody = "everybody",
    }
}

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

    /// What the rules of a checkpoint read, each path once.
    pub fn reads_at(&self, checkpoint: Checkpoint) -> impl Iterator<Item = &str> {
        let here = self.policy.rules.iter().zip(&self.rules).filter(move |(rule, _)| rule.is_at(checkpoint));
        let reads = here.flat_map(|(_, compiled)| compiled.reads()).map(AsRef::as_ref);
        reads.collect::<BTreeSet<_>>().into_iter()
    }

    /// Of whom it must be known what is overdue.
    pub fn overdue_of(&self) -> OverdueOf {
        let party = [Fact::PartyDaysOverdueMax, Fact::PartyOverdue];
        if self.policy.by_due_date() {
            OverdueOf::Everybody
        } else if party.iter().any(|fact| self.reads(fact.as_str())) {
            OverdueOf::Party
        } else {
            OverdueOf::Account
        }
    }

    /// The rules of a checkpoint that apply. Of one that cannot be evaluated the most careful is taken: it blocks, and exempts nobody.
    pub fn fired(&self, checkpoint: Checkpoint, facts: &FactValues) -> Vec<&CheckRule> {
        let mut machine = Machine::default();
        let mut applies = |(rule, compiled): &(&CheckRule, &Rule)| {
            machine.holds(compiled, facts).unwrap_or(rule.then != CheckOutcome::Allow)
        };
        let here = self.policy.rules.iter().zip(&self.rules).filter(|(rule, _)| rule.is_at(checkpoint));
        here.filter(|both| applies(both)).map(|(rule, _)| rule).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::attributes::Declared;
    use crate::credit::facts::blank;
    use crate::credit::rule_sets::RuleSet as _;
    use crate::rules::finding::Severity;

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
        let applied = ready.fired(Checkpoint::Order, &facts);
        assert_eq!(applied.iter().map(|rule| rule.code.as_str()).collect::<Vec<_>>(), ["party_insolvent"]);
    }

    #[test]
    fn what_is_looked_up_and_recorded_is_what_the_rules_of_the_checkpoint_read() {
        let ready = ReadyPolicy::of(CreditPolicy::parse(&standard()).unwrap()).unwrap();
        let at = |checkpoint| ready.reads_at(checkpoint).map(str::to_owned).collect::<Vec<_>>();
        let everywhere = ["party.doubtful", "party.insolvent", "party.intercompany"];
        assert_eq!(at(Checkpoint::Quote), everywhere);
        assert_eq!(at(Checkpoint::Ship), [&["party.days_overdue_max"], everywhere.as_slice()].concat());
        assert_eq!(ready.overdue_of(), OverdueOf::Party);
        let with = |change: &dyn Fn(&mut serde_json::Value)| {
            let mut document = standard();
            change(&mut document);
            ReadyPolicy::of(CreditPolicy::parse(&document).unwrap()).unwrap().overdue_of()
        };
        assert_eq!(with(&|document| document["rules"] = json!([])), OverdueOf::Account);
        assert_eq!(with(&|document| document["left_out"] = json!(["not_due"])), OverdueOf::Everybody);
    }

    #[test]
    fn a_policy_that_lets_the_insolvent_buy_is_told_so_and_is_no_error() {
        let mut document = standard();
        document["rules"] = json!([]);
        let policy = CreditPolicy::parse(&document).unwrap();
        let found = policy.validate(&CreditPolicy::schema(Declared::default()));
        let told = found.iter().map(|f| (f.severity, f.code.text)).collect::<Vec<_>>();
        assert_eq!(told, [(Severity::Warning, "credit_policy.insolvents_pass")]);
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
        let applied = ready.fired(Checkpoint::Order, &blank());
        assert_eq!(applied.iter().map(|rule| rule.code.as_str()).collect::<Vec<_>>(), ["blocks"]);
    }
}
