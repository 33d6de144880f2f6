//! The fact schema: every name a condition may read, with its type and meaning. Front ends read it over REST.
//!
//! A condition sees two objects: `group.…` (one dunning group in one currency) and, in steps, `item.…`. There is no
//! clock and no randomness among them, so a decision can be repeated. Texts are empty where nothing is known; facts
//! marked nullable need a fall-back (`group.last_contact_days ?? 999`), which the type check insists on.

mod table;

use std::cell::RefCell;
use std::rc::Rc;

use kernel::text_enum::TextEnum;
use serde::Serialize;
use zen_expression::variable::VariableType;

use self::table::Spec;
use crate::attributes::{AttributeOwner, AttributeType, Declared};
use crate::receivables::kinds::ReceivableKind;

kernel::text_enum! {
    /// The type of a fact.
    pub enum FactType {
        Bool = "bool",
        Number = "number",
        Text = "text",
    }
}

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

/// What the schema says about one fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactDoc {
    /// Path as an expression writes it, e.g. `group.total_overdue`.
    pub path: String,
    #[serde(rename = "type")]
    pub fact_type: FactType,
    /// Whether it can be unknown; then an expression needs `??`.
    pub nullable: bool,
    /// The values it can take, where they are known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    pub en: String,
    pub es: String,
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
        let custom = self.attributes.iter().map(|a| {
            let date = a.value_type == AttributeType::Date;
            FactDoc {
                path: format!("{}.{}", a.owner.path(), a.name),
                fact_type: fact_type(a.value_type),
                nullable: true,
                values: a.choices.clone(),
                en: format!("{}{}", a.label_en, if date { ", in days from the business date" } else { "" }),
                es: format!("{}{}", a.label_es, if date { ", en días desde la fecha contable" } else { "" }),
            }
        });
        let item =
            ItemFact::ALL.iter().map(|f| documented(FactScope::Item, f.as_str(), f.spec(), values_of(*f)));
        group.chain(custom).chain(item).collect()
    }

    /// The type environment of an expression that may read `group`, and `item` where `with_item`.
    pub(super) fn environment(&self, with_item: bool) -> VariableType {
        let of = |owner| {
            let own = self.attributes.iter().filter(move |a| a.owner == owner);
            object(
                own.map(|a| (a.name.as_str(), variable_type(&Spec(fact_type(a.value_type), true, "", "")))),
            )
        };
        let own =
            [("attributes", of(AttributeOwner::Account)), ("party_attributes", of(AttributeOwner::Party))];
        let group = GroupFact::ALL.iter().map(|f| (f.as_str(), variable_type(&f.spec())));
        let group = ("group", object(group.chain(own)));
        let item = with_item.then(|| {
            let own = ("attributes", of(AttributeOwner::Receivable));
            ("item", object(ItemFact::ALL.iter().map(|f| (f.as_str(), item_type(*f))).chain([own])))
        });
        object([group].into_iter().chain(item))
    }

    pub(super) fn has_attribute(&self, owner: AttributeOwner, name: &str) -> bool {
        self.attributes.find(owner, name).is_some()
    }
}

fn fact_type(of: AttributeType) -> FactType {
    match of {
        AttributeType::Bool => FactType::Bool,
        AttributeType::Number | AttributeType::Date => FactType::Number,
        AttributeType::Text => FactType::Text,
    }
}

fn object<'a>(fields: impl Iterator<Item = (&'a str, VariableType)>) -> VariableType {
    let fields = fields.map(|(name, of)| (Rc::from(name), of)).collect();
    VariableType::Object(Rc::new(RefCell::new(fields)))
}

fn variable_type(spec: &Spec) -> VariableType {
    let plain = match spec.0 {
        FactType::Bool => VariableType::Bool,
        FactType::Number => VariableType::Number,
        FactType::Text => VariableType::String,
    };
    if spec.1 { VariableType::Nullable(Rc::new(plain)) } else { plain }
}

fn item_type(fact: ItemFact) -> VariableType {
    let values = values_of(fact);
    if values.is_empty() {
        return variable_type(&fact.spec());
    }
    let texts = values.iter().map(|v| Rc::from(v.as_str())).collect();
    VariableType::Enum(Some(Rc::from(fact.as_str())), texts)
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
