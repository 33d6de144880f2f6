//! What the tests of dunning share: one scenario, one group, short ways to say dates and amounts.

use std::collections::{BTreeMap, HashMap};

use chrono::WeekdaySet;
use kernel::calendar::{BusinessCalendar, SATURDAY_SUNDAY};
use kernel::id::{AccountId, ReceivableId};
use kernel::{Currency, Date, Decimal};
use serde_json::Value;
use uuid::Uuid;

use super::compiled::CompiledScenario;
use super::decide::Decider;
use super::decision::Decision;
use super::facts::FactSchema;
use super::group::{Flags, GroupFacts, ItemFacts, LastStep, Profile, StepNo};
use super::reason::ReasonCode;
use super::scenario::Scenario;
use crate::attributes::{AttributeDefinition, AttributeOwner, AttributeType, Declared};
use crate::receivables::kinds::ReceivableKind;

pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(super) fn amount(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(super) fn step(number: u16) -> StepNo {
    StepNo::new(number).unwrap()
}

/// A calendar in which every day is worked, so that dates in tests are plain sums.
pub(super) fn every_day() -> BusinessCalendar {
    BusinessCalendar::try_new("every_day", WeekdaySet::EMPTY, BTreeMap::new()).unwrap()
}

pub(super) fn weekdays() -> BusinessCalendar {
    BusinessCalendar::try_new("weekdays", SATURDAY_SUNDAY, BTreeMap::new()).unwrap()
}

/// The default scenario (3 before due, 5, 20 and 40 after, spacing 10, grace 2) without a minimum for reminders,
/// after an edit.
pub(super) fn scenario(edit: impl FnOnce(&mut Value)) -> CompiledScenario {
    let mut document = Scenario::default_document().unwrap();
    document["steps"][0].as_object_mut().unwrap().remove("min_item_open");
    edit(&mut document);
    CompiledScenario::compile(&Scenario::parse(&document).unwrap(), 1, &schema()).unwrap()
}

/// Our facts and one attribute of each owner.
pub(super) fn schema() -> FactSchema {
    use AttributeOwner::{Account, Party, Receivable};
    let attribute = |(owner, name, value_type): (_, &str, _)| AttributeDefinition {
        owner,
        name: name.to_owned(),
        value_type,
        choices: Vec::new(),
        label_en: name.to_owned(),
        label_es: name.to_owned(),
    };
    let all = [
        (Account, "vip", AttributeType::Bool),
        (Party, "score", AttributeType::Number),
        (Receivable, "delivered_on", AttributeType::Date),
        (Receivable, "project", AttributeType::Text),
    ];
    FactSchema::new(Declared::new(all.map(attribute).into()))
}

pub(super) fn id(number: u128) -> ReceivableId {
    ReceivableId(Uuid::from_u128(number))
}

/// An invoice, never dunned.
pub(super) fn item(number: u128, due_on: &str, open: &str) -> ItemFacts {
    let due_on = day(due_on);
    ItemFacts {
        account_id: AccountId(Uuid::from_u128(1)),
        receivable_id: id(number),
        kind: if open.starts_with('-') { ReceivableKind::CreditNote } else { ReceivableKind::Invoice },
        open: amount(open),
        original: amount(open),
        issue_on: due_on - chrono::Days::new(30),
        due_on,
        expected_pay_on: None,
        last_step: None,
        covered: Decimal::ZERO,
        disputed: false,
        block: None,
    }
}

/// An invoice for which a step was proven sent.
pub(super) fn dunned(number: u128, due_on: &str, open: &str, last: (u16, &str)) -> ItemFacts {
    let last_step = Some(LastStep { step: step(last.0), sent_on: day(last.1) });
    ItemFacts { last_step, ..item(number, due_on, open) }
}

pub(super) fn group(items: Vec<ItemFacts>) -> GroupFacts {
    GroupFacts {
        account_id: AccountId(Uuid::from_u128(1)),
        currency: Currency::EUR,
        items,
        last_contact_on: None,
        open_contact: None,
        block: None,
        flags: Flags::default(),
        stale: None,
        profile: Profile::default(),
        item_attributes: HashMap::new(),
    }
}

/// The decision under the default scenario and a calendar without closed days.
pub(super) fn decide(group: &GroupFacts, on: &str) -> Decision {
    decide_by(&scenario(|_| {}), group, on)
}

pub(super) fn decide_by(scenario: &CompiledScenario, group: &GroupFacts, on: &str) -> Decision {
    Decider::new(scenario, &every_day(), day(on)).decide(group)
}

/// The code of the step that is acted on, if one is.
pub(super) fn step_of(decision: &Decision) -> Option<u16> {
    decision.act().map(|act| act.step.get())
}

/// The codes of all reasons, in order.
pub(super) fn reasons(decision: &Decision) -> Vec<ReasonCode> {
    decision.reasons.iter().map(|r| r.code).collect()
}
