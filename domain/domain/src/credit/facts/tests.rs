use std::collections::HashSet;

use super::*;
use crate::attributes::{AttributeDefinition, AttributeType};
use crate::rules::check::{Want, check};
use crate::rules::evaluate::compile;

fn declared() -> Declared {
    let attribute = |owner, name: &str, value_type| AttributeDefinition {
        owner,
        name: name.to_owned(),
        value_type,
        choices: Vec::new(),
        label_en: name.to_owned(),
        label_es: name.to_owned(),
    };
    Declared::new(vec![
        attribute(AttributeOwner::Party, "founded_on", AttributeType::Date),
        attribute(AttributeOwner::Account, "vip", AttributeType::Bool),
        attribute(AttributeOwner::Receivable, "project", AttributeType::Text),
    ])
}

fn is_sound(source: &str, schema: &CreditSchema) -> bool {
    check(source, schema, Want::Bool).is_sound()
}

#[test]
fn every_fact_is_documented_in_both_languages_and_belongs_to_an_object() {
    let facts =
        CreditSchema::new(Declared::default()).with(Namespace::Request).with(Namespace::Lapsed).documented();
    assert_eq!(facts.len(), Fact::ALL.len());
    for fact in &facts {
        assert!(!fact.en.is_empty() && !fact.es.is_empty() && fact.en != fact.es, "{}", fact.path);
        let (object, name) = fact.path.split_once('.').unwrap();
        assert!(Namespace::from_text(object).is_some() && !name.contains('.'), "{}", fact.path);
    }
    let used = facts.iter().map(|f| f.path.split('.').next().unwrap()).collect::<HashSet<_>>();
    assert_eq!(used.len(), Namespace::ALL.len());
    assert!(Fact::ALL.is_sorted_by_key(|f| f.as_str()));
}

#[test]
fn conditions_over_every_fact_type_check() {
    let schema = CreditSchema::new(declared()).with(Namespace::Request).with(Namespace::Lapsed);
    for fact in schema.documented() {
        let condition = match (fact.fact_type, fact.nullable) {
            (FactType::Bool, false) => fact.path.clone(),
            (FactType::Bool, true) => format!("{} ?? false", fact.path),
            (FactType::Number, false) => format!("{} > 5", fact.path),
            (FactType::Number, true) => format!("({} ?? 0) > 5", fact.path),
            (FactType::Text, false) => format!("len({}) > 1", fact.path),
            (FactType::Text, true) => format!("len({} ?? '') > 1", fact.path),
        };
        let checked = check(&condition, &schema, Want::Bool);
        assert!(checked.is_sound(), "{condition}: {:?}", checked.faults);
        assert!(schema.type_of(&fact.path).is_some());
    }
}

#[test]
fn a_kind_of_rule_set_reads_only_what_it_may() {
    let schema = CreditSchema::new(declared());
    assert!(is_sound("score.class == 'A'", &schema));
    assert!(!is_sound("score.class == 'A'", &schema.clone().without(Namespace::Score)));
    assert!(!is_sound("request.amount > 5", &schema));
    assert!(is_sound("request.amount > 5", &schema.clone().with(Namespace::Request)));
    let ended = "(lapsed.limit_days ?? 0) > 5";
    assert!(!is_sound(ended, &schema) && is_sound(ended, &schema.clone().with(Namespace::Lapsed)));
    assert!(!is_sound("account.attributes.project == 'x'", &schema), "it belongs to a receivable");
    assert!(!is_sound("limit.total > 5", &schema), "no limit is not zero");
    assert!(!is_sound("party.kind == 'compny'", &schema));
}

#[test]
fn of_an_unknown_holder_every_fact_has_a_value_of_its_type() {
    let facts = blank();
    assert_eq!(facts.iter().count(), Fact::ALL.len());
    for fact in Fact::ALL {
        assert_eq!(facts.get(fact.as_str()).is_null(), fact.value_type().nullable, "{fact}");
        let values = fact.value_type().values;
        let value = facts.get(fact.as_str()).as_text().unwrap_or_default();
        assert!(
            values.is_empty() || values.iter().any(|v| v == value) || *fact == Fact::HolderKind,
            "{fact}"
        );
    }
}

#[test]
fn only_what_counts_the_days_until_a_date_can_be_told_ahead() {
    let schema = CreditSchema::new(declared());
    for (path, counts) in [
        ("limit.days_to_review", true),
        ("party.attributes.founded_on", true),
        ("account.attributes.founded_on", false),
        ("account.attributes.vip", false),
        ("exposure.days_overdue_max", false),
        ("limit.days_to_heaven", false),
    ] {
        assert_eq!(schema.counts_days(path), counts, "{path}");
    }
}

#[test]
fn an_attribute_is_seen_by_its_path_and_a_date_as_days_until_it() {
    let on = "2026-05-04".parse().unwrap();
    let mut facts = blank();
    let founded = ("founded_on".into(), AttributeValue::Date("2026-05-01".parse().unwrap()));
    set_attributes(&mut facts, AttributeOwner::Party, &vec![founded], on);
    let rule = compile("(party.attributes.founded_on ?? 0) == -3 and not (account.attributes.vip ?? false)");
    assert_eq!(rule.unwrap().evaluate(&facts), Ok(FactValue::Bool(true)));
}
