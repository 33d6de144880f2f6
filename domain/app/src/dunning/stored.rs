//! The stored form of facts, contacts and reasons: JSON that people can read and that decides again to the same.

use domain::attributes::{AttributeValue, Attributes};
use domain::dunning::decision::{Act, CreditLine, ItemStep};
use domain::dunning::group::{
    Block, BlockReason, Flags, GroupFacts, ItemFacts, LastStep, OpenContact, Profile, Stale, StepNo,
};
use domain::dunning::reason::{Reason, ReasonCode};
use domain::receivables::kinds::ReceivableKind;
use kernel::id::{AccountId, ReceivableId};
use kernel::{Currency, Date, Decimal, Error, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

use crate::codes::INTERNAL;

#[derive(Serialize, Deserialize)]
struct FactsDoc {
    account: String,
    currency: String,
    items: Vec<ItemDoc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_contact_on: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    open_contact: Option<OpenContact>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    block: Option<BlockDoc>,
    #[serde(default, skip_serializing_if = "is_false")]
    insolvent: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    vulnerable: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    intercompany: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stale: Option<Stale>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    segment: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    country: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    portfolio: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<String, ValueDoc>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    party_attributes: BTreeMap<String, ValueDoc>,
}

/// A value with its type: a date and a number are texts otherwise.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ValueDoc {
    Text(String),
    Number(Decimal),
    Bool(bool),
    Date(Date),
}

fn attributes_json(values: &Attributes) -> BTreeMap<String, ValueDoc> {
    let value = |value: &AttributeValue| match value {
        AttributeValue::Text(text) => ValueDoc::Text(text.as_ref().to_owned()),
        AttributeValue::Number(number) => ValueDoc::Number(*number),
        AttributeValue::Bool(flag) => ValueDoc::Bool(*flag),
        AttributeValue::Date(date) => ValueDoc::Date(*date),
    };
    values.iter().map(|(name, v)| (name.as_ref().to_owned(), value(v))).collect()
}

fn attributes_of(stored: BTreeMap<String, ValueDoc>) -> Attributes {
    let value = |value: ValueDoc| match value {
        ValueDoc::Text(text) => AttributeValue::Text(text.into()),
        ValueDoc::Number(number) => AttributeValue::Number(number),
        ValueDoc::Bool(flag) => AttributeValue::Bool(flag),
        ValueDoc::Date(date) => AttributeValue::Date(date),
    };
    stored.into_iter().map(|(name, v)| (name.into(), value(v))).collect()
}

#[derive(Serialize, Deserialize)]
struct ItemDoc {
    account: String,
    item: String,
    kind: ReceivableKind,
    open: Decimal,
    original: Decimal,
    issue_on: Date,
    due_on: Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expected_pay_on: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_step: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_step_on: Option<Date>,
    #[serde(default, skip_serializing_if = "Decimal::is_zero")]
    covered: Decimal,
    #[serde(default, skip_serializing_if = "is_false")]
    disputed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    block: Option<BlockDoc>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<String, ValueDoc>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct BlockDoc {
    reason: BlockReason,
    until: Option<Date>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_false(flag: &bool) -> bool {
    !flag
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::new(&INTERNAL).caused_by(format!("a stored decision cannot be read: {error}"))
}

/// The facts of one group and currency.
///
/// # Errors
/// `internal` when they cannot be written.
pub fn facts_json(group: &GroupFacts) -> Outcome<String> {
    let text = |t: &Option<std::sync::Arc<str>>| t.as_deref().map(str::to_owned);
    let block = |b: Option<Block>| b.map(|b| BlockDoc { reason: b.reason, until: b.until });
    let items = group.items.iter().map(|i| ItemDoc {
        account: i.account_id.to_string(),
        item: i.receivable_id.to_string(),
        kind: i.kind,
        open: i.open,
        original: i.original,
        issue_on: i.issue_on,
        due_on: i.due_on,
        expected_pay_on: i.expected_pay_on,
        last_step: i.last_step.map(|s| s.step.get()),
        last_step_on: i.last_step.map(|s| s.sent_on),
        covered: i.covered,
        disputed: i.disputed,
        block: block(i.block),
        attributes: group.item_attributes.get(&i.receivable_id).map(attributes_json).unwrap_or_default(),
    });
    let document = FactsDoc {
        account: group.account_id.to_string(),
        currency: group.currency.to_string(),
        items: items.collect(),
        last_contact_on: group.last_contact_on,
        open_contact: group.open_contact,
        block: block(group.block),
        insolvent: group.flags.insolvent,
        vulnerable: group.flags.vulnerable,
        intercompany: group.flags.intercompany,
        stale: group.stale,
        segment: text(&group.profile.segment),
        country: text(&group.profile.country),
        language: text(&group.profile.language),
        portfolio: text(&group.profile.portfolio),
        attributes: attributes_json(&group.profile.attributes),
        party_attributes: attributes_json(&group.profile.party_attributes),
    };
    serde_json::to_string(&document).map_err(broken)
}

/// Reads facts back.
///
/// # Errors
/// `internal` when they are not ours.
pub fn facts_of(stored: &Value) -> Outcome<GroupFacts> {
    let document = FactsDoc::deserialize(stored).map_err(broken)?;
    let block = |b: Option<BlockDoc>| b.map(|b| Block { reason: b.reason, until: b.until });
    let mut item_attributes = HashMap::new();
    let items = document.items.into_iter().map(|i| {
        let last_step = i.last_step.and_then(StepNo::new).zip(i.last_step_on);
        let receivable_id = ReceivableId::parse(&i.item)?;
        if !i.attributes.is_empty() {
            item_attributes.insert(receivable_id, attributes_of(i.attributes));
        }
        Ok(ItemFacts {
            account_id: AccountId::parse(&i.account)?,
            receivable_id,
            kind: i.kind,
            open: i.open,
            original: i.original,
            issue_on: i.issue_on,
            due_on: i.due_on,
            expected_pay_on: i.expected_pay_on,
            last_step: last_step.map(|(step, sent_on)| LastStep { step, sent_on }),
            covered: i.covered,
            disputed: i.disputed,
            block: block(i.block),
        })
    });
    let items = items.collect::<Outcome<Vec<_>>>()?;
    Ok(GroupFacts {
        account_id: AccountId::parse(&document.account)?,
        currency: Currency::parse("currency", &document.currency)?,
        items,
        last_contact_on: document.last_contact_on,
        open_contact: document.open_contact,
        block: block(document.block),
        flags: Flags {
            insolvent: document.insolvent,
            vulnerable: document.vulnerable,
            intercompany: document.intercompany,
        },
        stale: document.stale,
        profile: Profile {
            segment: document.segment.map(Into::into),
            country: document.country.map(Into::into),
            language: document.language.map(Into::into),
            portfolio: document.portfolio.map(Into::into),
            attributes: attributes_of(document.attributes),
            party_attributes: attributes_of(document.party_attributes),
        },
        item_attributes,
    })
}

#[derive(Deserialize)]
struct ActDoc {
    step: u16,
    items: Vec<ItemStepDoc>,
    credits: Vec<CreditDoc>,
    total: Decimal,
}

#[derive(Deserialize)]
struct ItemStepDoc {
    account: String,
    item: String,
    open: Decimal,
    days_overdue: u32,
    step: Option<u16>,
    last_step: Option<u16>,
}

#[derive(Deserialize)]
struct CreditDoc {
    account: String,
    item: String,
    amount: Decimal,
}

/// Reads a contact back from what a decision stored.
///
/// # Errors
/// `internal` when it is not ours.
pub fn act_of(stored: &Value) -> Outcome<Act> {
    let document = ActDoc::deserialize(stored).map_err(broken)?;
    let items = document.items.into_iter().map(|i| {
        Ok(ItemStep {
            account: AccountId::parse(&i.account)?,
            item: ReceivableId::parse(&i.item)?,
            open: i.open,
            days_overdue: i.days_overdue,
            step: i.step.and_then(StepNo::new),
            last_step: i.last_step.and_then(StepNo::new),
        })
    });
    let credits = document.credits.into_iter().map(|c| {
        Ok(CreditLine {
            account: AccountId::parse(&c.account)?,
            item: ReceivableId::parse(&c.item)?,
            amount: c.amount,
        })
    });
    Ok(Act {
        step: StepNo::new(document.step).ok_or_else(|| broken("step zero"))?,
        items: items.collect::<Outcome<Vec<_>>>()?,
        credits: credits.collect::<Outcome<Vec<_>>>()?,
        total: document.total,
    })
}

#[derive(Deserialize)]
struct ReasonDoc {
    code: ReasonCode,
    item: Option<String>,
    ends_on: Option<Date>,
    amount: Option<Decimal>,
    needed: Option<Decimal>,
    days: Option<u16>,
    step: Option<u16>,
    detail: Option<String>,
}

/// Reads reasons back.
///
/// # Errors
/// `internal` when they are not ours.
pub fn reasons_of(stored: &Value) -> Outcome<Vec<Reason>> {
    let documents = Vec::<ReasonDoc>::deserialize(stored).map_err(broken)?;
    let reason = |r: ReasonDoc| {
        Ok(Reason {
            code: r.code,
            item: r.item.as_deref().map(ReceivableId::parse).transpose()?,
            ends_on: r.ends_on,
            amount: r.amount,
            needed: r.needed,
            days: r.days,
            step: r.step.and_then(StepNo::new),
            detail: r.detail.map(Into::into),
        })
    };
    documents.into_iter().map(reason).collect()
}
