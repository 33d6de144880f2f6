//! The fact schema: every name a condition may read, with its type and meaning. Front ends read it over REST.
//!
//! A condition sees two objects: `group.…` (one dunning group in one currency) and, in steps, `item.…`. There is no
//! clock and no randomness among them, so a decision can be repeated. Texts are empty where nothing is known; facts
//! marked nullable need a fall-back (`group.last_contact_days ?? 999`), which the type check insists on.

mod table;

use kernel::text_enum::TextEnum;
use zen_expression::variable::VariableType;

use self::table::Spec;
use super::expression::owner_of;
use crate::attributes::{AttributeOwner, Declared};
use crate::receivables::kinds::ReceivableKind;
use crate::rules::facts::{FactDoc, ValueType, attribute_doc, attribute_type, object};
use crate::rules::schema::Schema;

kernel::text_enum! {
    /// The object a fact belongs to.
    pub enum FactScope {
        Group = "group",
        Item = "item",
    }
}

kernel::text_enum! {
    /// Facts of the group.
    pub enum GroupFact {
        Credits = "credits",
        Country = "country",
        Currency = "currency",
        DayOfMonth = "day_of_month",
        DaysOverdueMax = "days_overdue_max",
        ItemCount = "item_count",
        Language = "language",
        LastContactDays = "last_contact_days",
        LastStep = "last_step",
        LeftOutCount = "left_out_count",
        Month = "month",
        NetOverdue = "net_overdue",
        OpenItemCount = "open_item_count",
        Portfolio = "portfolio",
        Segment = "segment",
        TotalOpen = "total_open",
        TotalOverdue = "total_overdue",
        Weekday = "weekday",
    }
}

kernel::text_enum! {
    /// Facts of one item.
    pub enum ItemFact {
        DaysOverdue = "days_overdue",
        DaysSinceIssue = "days_since_issue",
        DaysSinceLastStep = "days_since_last_step",
        DaysUntilDue = "days_until_due",
        DaysUntilExpectedPay = "days_until_expected_pay",
        Kind = "kind",
        LastStep = "last_step",
        OpenAmount = "open_amount",
        OriginalAmount = "original_amount",
        PartPaid = "part_paid",
    }
}

/// All facts of an installation: ours, and its declared attributes as `group.attributes.…` (of the account that receives the
/// letters), `group.party_attributes.…` and `item.attributes.…`. A date is seen as the days until it, negative once past.
#[derive(Debug, Clone, Default)]
pub struct FactSchema {
    attributes: Declared,
}

impl FactSchema {
    pub fn new(attributes: Declared) -> Self {
        Self { attributes }
    }

    /// Every fact, for a front end: group, custom attributes, item.
    pub fn documented(&self) -> Vec<FactDoc> {
        let group = GroupFact::ALL.iter().map(|f| documented(FactScope::Group, f.as_str(), f.spec(), &[]));
        let custom = self.attributes.iter().map(|a| attribute_doc(a.owner.path(), a));
        let item =
            ItemFact::ALL.iter().map(|f| documented(FactScope::Item, f.as_str(), f.spec(), values_of(*f)));
        group.chain(custom).chain(item).collect()
    }

    /// The schema of an expression that may read `group`, and `item` where `with_item`.
    pub(super) fn seen(&self, with_item: bool) -> Seen<'_> {
        Seen { facts: self, with_item }
    }
}

/// The facts that one expression may read.
pub(super) struct Seen<'s> {
    facts: &'s FactSchema,
    with_item: bool,
}

impl Schema for Seen<'_> {
    fn environment(&self) -> VariableType {
        let of = |owner| {
            let own = self.facts.attributes.iter().filter(move |a| a.owner == owner);
            object(own.map(|a| (a.name.as_str(), attribute_type(a.value_type).variable(&a.name))))
        };
        let own =
            [("attributes", of(AttributeOwner::Account)), ("party_attributes", of(AttributeOwner::Party))];
        let group = GroupFact::ALL.iter().map(|f| (f.as_str(), variable(f.as_str(), &f.spec(), &[])));
        let group = ("group", object(group.chain(own)));
        let item = self.with_item.then(|| {
            let own = ("attributes", of(AttributeOwner::Receivable));
            let facts = ItemFact::ALL.iter();
            let facts = facts.map(|f| (f.as_str(), variable(f.as_str(), &f.spec(), values_of(*f))));
            ("item", object(facts.chain([own])))
        });
        object([group].into_iter().chain(item))
    }

    fn knows(&self, path: &[&str]) -> bool {
        match path {
            [object, attributes, name] => owner_of(object, attributes)
                .filter(|owner| self.with_item || *owner != AttributeOwner::Receivable)
                .is_some_and(|owner| self.facts.attributes.find(owner, name).is_some()),
            ["group", name] => GroupFact::from_text(name).is_some(),
            ["item", name] => self.with_item && ItemFact::from_text(name).is_some(),
            _ => false,
        }
    }

    fn refusal(&self, path: &[&str]) -> String {
        match path.first() {
            Some(&"item") if !self.with_item => {
                "an exit concerns the group and cannot read an item".to_owned()
            }
            _ => format!("{:?} is not a fact", path.join(".")),
        }
    }
}

fn variable(name: &str, spec: &Spec, values: &[ReceivableKind]) -> VariableType {
    let values = values.iter().map(|v| v.as_str().to_owned()).collect();
    ValueType { of: spec.0, nullable: spec.1, values }.variable(name)
}

fn values_of(fact: ItemFact) -> &'static [ReceivableKind] {
    if fact == ItemFact::Kind { ReceivableKind::ALL } else { &[] }
}

fn documented(scope: FactScope, name: &str, spec: Spec, values: &[ReceivableKind]) -> FactDoc {
    let Spec(fact_type, nullable, en, es) = spec;
    let values = values.iter().map(|v| v.as_str().to_owned()).collect();
    FactDoc {
        path: format!("{scope}.{name}"),
        fact_type,
        nullable,
        values,
        en: en.to_owned(),
        es: es.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_is_documented_in_both_languages() {
        let facts = FactSchema::default().documented();
        assert_eq!(facts.len(), GroupFact::ALL.len() + ItemFact::ALL.len());
        for fact in facts {
            assert!(!fact.en.is_empty() && !fact.es.is_empty() && fact.en != fact.es, "{}", fact.path);
        }
    }

    #[test]
    fn kinds_of_receivable_are_listed_for_the_front_end() {
        let facts = FactSchema::default().documented();
        let kind = facts.iter().find(|f| f.path == "item.kind").unwrap();
        assert!(kind.values.iter().any(|v| v == "instalment"));
    }
}
