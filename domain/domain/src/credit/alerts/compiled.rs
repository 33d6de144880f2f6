//! Alert rules made ready for a run.

use std::collections::BTreeSet;
use std::sync::Arc;

use kernel::{Decimal, Error, Outcome};

use super::{AlertRule, AlertRules, AlertSeverity, Escalation};
use crate::credit::facts::CreditSchema;
use crate::credit::holder::HolderKind;
use crate::rules::codes;
use crate::rules::evaluate::{FactValues, Machine, Rule, compile};
use crate::rules::finding::{Texts, require_sound};

/// Alert rules in the form a run needs. One serves all threads.
#[derive(Debug, Clone)]
pub struct CompiledAlerts {
    pub code: Arc<str>,
    pub version: i32,
    pub rules: Vec<CompiledAlert>,
}

/// One rule in the form a run needs.
#[derive(Debug, Clone)]
pub struct CompiledAlert {
    pub code: Arc<str>,
    pub name: Texts,
    pub severity: AlertSeverity,
    pub escalate: Option<Escalation>,
    holders: Vec<HolderKind>,
    condition: Option<Rule>,
    lead: Option<(Arc<str>, Decimal)>,
}

/// What a rule says about a holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// It is to be told. With a date to tell of: the days until it.
    Holds {
        days: Option<Decimal>,
    },
    Fails,
    /// It cannot be told whether: what stands goes on standing, and nothing is raised.
    Unknown {
        why: String,
    },
}

impl CompiledAlerts {
    /// Checks and compiles a document.
    ///
    /// # Errors
    /// `rule.invalid` with every error.
    pub fn compile(document: &AlertRules, version: i32, schema: &CreditSchema) -> Outcome<Self> {
        require_sound(super::validate::validate(document, schema), &codes::INVALID)?;
        let rules = document.rules.iter().map(CompiledAlert::compile).collect::<Outcome<_>>()?;
        Ok(Self { code: Arc::from(document.code.as_str()), version, rules })
    }

    /// The rules that look at a kind of holder.
    pub fn rules_of(&self, holder: HolderKind) -> impl Iterator<Item = &CompiledAlert> {
        self.rules.iter().filter(move |rule| rule.holders.contains(&holder))
    }

    /// Paths of all facts that any rule reads.
    pub fn reads(&self) -> BTreeSet<&str> {
        self.rules.iter().flat_map(CompiledAlert::reads).collect()
    }
}

impl CompiledAlert {
    fn compile(rule: &AlertRule) -> Outcome<Self> {
        let condition = rule.condition.as_deref().map(|source| {
            compile(source).ok_or_else(|| Error::field(source, &codes::EXPRESSION_SYNTAX, source))
        });
        Ok(Self {
            code: Arc::from(rule.code.as_str()),
            name: rule.name.clone(),
            severity: rule.severity,
            escalate: rule.escalate.clone(),
            holders: rule.holders.clone(),
            condition: condition.transpose()?,
            lead: rule.lead.as_ref().map(|lead| (Arc::from(lead.fact.as_str()), Decimal::from(lead.days))),
        })
    }

    /// Paths of the facts it reads.
    pub fn reads(&self) -> impl Iterator<Item = &str> {
        let condition = self.condition.iter().flat_map(Rule::reads);
        condition.chain(self.lead.iter().map(|(fact, _)| fact)).map(AsRef::as_ref)
    }

    /// Whether it is to be told of a holder.
    pub fn judge(&self, machine: &mut Machine, facts: &FactValues) -> Judged {
        let days = match &self.lead {
            None => None,
            Some((fact, ahead)) => match facts.get(fact).as_number() {
                Some(days) if days <= *ahead => Some(days),
                Some(_) | None => return Judged::Fails,
            },
        };
        match self.condition.as_ref().map(|rule| machine.holds(rule, facts)) {
            None | Some(Ok(true)) => Judged::Holds { days },
            Some(Ok(false)) => Judged::Fails,
            Some(Err(failed)) => Judged::Unknown { why: failed.why },
        }
    }
}
