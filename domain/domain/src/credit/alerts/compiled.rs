//! Alert rules made ready for a run.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use kernel::text_enum::TextEnum as _;
use kernel::{Date, Error, Outcome};

use super::{AlertRule, AlertRules, AlertSeverity, Escalation, Lead};
use crate::credit::facts::{CreditSchema, DaysAhead, Fact};
use crate::credit::holder::HolderKind;
use crate::rules::codes;
use crate::rules::evaluate::{FactValue, FactValues, Machine, Rule, compile};
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
    lead: Option<Lead>,
}

/// What a rule sees of a holder.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'s> {
    pub facts: &'s FactValues,
    /// Of facts that have the first of several dates: all of them.
    pub ahead: &'s DaysAhead,
    /// The business date.
    pub on: Date,
}

/// What a rule says about a holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// It is to be told: of each of these dates by itself, or of none.
    Holds {
        due_on: Vec<Option<Date>>,
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
            lead: rule.lead.clone(),
        })
    }

    /// Paths of the facts it reads.
    pub fn reads(&self) -> impl Iterator<Item = &str> {
        let condition = self.condition.iter().flat_map(Rule::reads);
        condition.map(AsRef::as_ref).chain(self.lead.iter().map(|lead| lead.fact.as_str()))
    }

    /// Whether it is to be told of a holder. Each date within its lead is looked at by itself, as if it were the only one.
    pub fn judge(&self, machine: &mut Machine, seen: Seen<'_>) -> Judged {
        let mut due_on = Vec::new();
        for day in self.dates(seen) {
            let facts = self.facts_of(seen.facts, (day, seen.on));
            match self.condition.as_ref().map(|rule| machine.holds(rule, &facts)) {
                None | Some(Ok(true)) => due_on.push(day),
                Some(Ok(false)) => {}
                Some(Err(failed)) => return Judged::Unknown { why: failed.why },
            }
        }
        if due_on.is_empty() { Judged::Fails } else { Judged::Holds { due_on } }
    }

    /// What it reads of a holder about a date, with the currency that amounts are in.
    pub fn read(&self, facts: &FactValues, at: (Option<Date>, Date)) -> FactValues {
        self.facts_of(facts, at).only(self.reads().chain([Fact::HolderCurrency.as_str()]))
    }

    /// The dates to tell of; of a rule without a lead none, once.
    fn dates(&self, seen: Seen<'_>) -> Vec<Option<Date>> {
        let Some(Lead { fact, days: ahead }) = &self.lead else { return vec![None] };
        let first = seen.facts.get(fact).as_number().and_then(|days| i64::try_from(days.trunc()).ok());
        let all = seen.ahead.get(fact.as_str()).map_or_else(|| first.into_iter().collect(), Clone::clone);
        let within = all.into_iter().filter(|days| *days <= i64::from(*ahead));
        within.filter_map(|days| seen.on.checked_add_signed(TimeDelta::try_days(days)?)).map(Some).collect()
    }

    /// The facts with the days until a date in the place of those until the first one.
    fn facts_of<'f>(&self, facts: &'f FactValues, (due_on, on): (Option<Date>, Date)) -> Cow<'f, FactValues> {
        let (Some(Lead { fact, .. }), Some(due_on)) = (&self.lead, due_on) else {
            return Cow::Borrowed(facts);
        };
        let days = FactValue::from((due_on - on).num_days());
        if *facts.get(fact) == days {
            return Cow::Borrowed(facts);
        }
        let mut facts = facts.clone();
        facts.set(fact.clone(), days);
        Cow::Owned(facts)
    }
}
