//! From rows of a file to messages; every field is named, so that a new one breaks the build.

use std::collections::BTreeMap;

use domain::imports::rows as raw;
use kernel::{Date, Decimal};
use proto::v1 as pb;
use proto::v1::attribute_value::Value;

fn text(given: Option<String>) -> String {
    given.unwrap_or_default()
}

fn date(given: Option<Date>) -> String {
    given.map(|date| date.to_string()).unwrap_or_default()
}

fn number(given: Option<Decimal>) -> String {
    given.map(|number| number.to_string()).unwrap_or_default()
}

fn attributes(given: raw::Attributes) -> BTreeMap<String, pb::AttributeValue> {
    let value = |value| match value {
        raw::AttributeValue::Text(text) => Value::Text(text),
        raw::AttributeValue::Number(number) => Value::Number(number.to_string()),
        raw::AttributeValue::Flag(flag) => Value::Flag(flag),
        raw::AttributeValue::Date(date) => Value::Date(date.to_string()),
    };
    given.into_iter().map(|(name, given)| (name, pb::AttributeValue { value: Some(value(given)) })).collect()
}

pub(super) fn party(row: raw::PartyRow) -> pb::PartyRow {
    pb::PartyRow {
        external_id: row.external_id,
        kind: text(row.kind),
        name: row.name,
        tax_id: text(row.tax_id),
        lei: text(row.lei),
        national_id: text(row.national_id),
        country: text(row.country),
        language: text(row.language),
        parent_external_id: text(row.parent_external_id),
        segment: text(row.segment),
        address: row.address,
        insolvent_since: date(row.insolvent_since),
        vulnerable: row.vulnerable.unwrap_or_default(),
        intercompany: row.intercompany.unwrap_or_default(),
        attributes: attributes(row.attributes),
    }
}

pub(super) fn account(row: raw::AccountRow) -> pb::AccountRow {
    pb::AccountRow {
        // A file that tells of no parties: each account is its own.
        party_external_id: row.party_external_id.unwrap_or_default(),
        external_id: row.external_id,
        number: text(row.number),
        name: row.name,
        currency: row.currency.to_string(),
        language: text(row.language),
        time_zone: text(row.time_zone),
        segment: text(row.segment),
        portfolio: text(row.portfolio),
        dunning_account_external_id: text(row.dunning_account_external_id),
        payment_terms_days: row.payment_terms_days.unwrap_or_default(),
        address: row.address,
        scenario: text(row.scenario),
        attributes: attributes(row.attributes),
    }
}

pub(super) fn contact(row: raw::ContactRow) -> pb::ContactRow {
    pb::ContactRow {
        external_id: row.external_id,
        account_external_id: row.account_external_id,
        name: text(row.name),
        role: text(row.role),
        purposes: row.purposes,
        email: text(row.email),
        phone: text(row.phone),
        language: text(row.language),
        position: row.position.unwrap_or_default(),
        opted_out_channels: row.opted_out_channels,
        retired: row.retired.unwrap_or_default(),
    }
}

pub(super) fn receivable(row: raw::ReceivableRow) -> pb::ReceivableRow {
    pb::ReceivableRow {
        external_id: row.external_id,
        account_external_id: row.account_external_id,
        kind: row.kind.map(|kind| kind.to_string()).unwrap_or_default(),
        document_no: text(row.document_no),
        currency: row.currency.to_string(),
        amount: row.amount.to_string(),
        open_amount: number(row.open_amount),
        issue_on: row.issue_on.to_string(),
        due_on: row.due_on.to_string(),
        agreed_due_on: date(row.agreed_due_on),
        tax_point_on: date(row.tax_point_on),
        shipped_on: date(row.shipped_on),
        goods_received_on: date(row.goods_received_on),
        expected_pay_on: date(row.expected_pay_on),
        order_no: text(row.order_no),
        delivery_note_no: text(row.delivery_note_no),
        payment_reference: text(row.payment_reference),
        credited_external_id: text(row.credited_external_id),
        disputed: row.disputed.unwrap_or_default(),
        vat: row.vat.iter().map(vat).collect(),
        dimensions: row.dimensions.into_iter().collect(),
        attributes: attributes(row.attributes),
    }
}

fn vat(line: &raw::VatLine) -> pb::VatRow {
    pb::VatRow {
        base: line.base.to_string(),
        rate: line.rate.to_string(),
        quota: number(line.quota),
        surcharge: number(line.surcharge),
        withholding: number(line.withholding),
    }
}

pub(super) fn instrument(row: raw::InstrumentRow) -> pb::InstrumentRow {
    let item = |share: raw::Share| pb::InstrumentItem {
        receivable_external_id: share.receivable_external_id,
        amount: share.amount.to_string(),
    };
    pb::InstrumentRow {
        external_id: row.external_id,
        account_external_id: row.account_external_id,
        kind: row.kind.to_string(),
        number: text(row.number),
        amount: row.amount.to_string(),
        currency: row.currency.to_string(),
        received_on: row.received_on.to_string(),
        maturity_on: row.maturity_on.to_string(),
        bank: text(row.bank),
        discounted_on: date(row.discounted_on),
        without_recourse: row.without_recourse.unwrap_or_default(),
        settled_on: date(row.settled_on),
        returned_on: date(row.returned_on),
        return_code: text(row.return_code),
        costs_amount: number(row.costs_amount),
        items: row.items.into_iter().map(item).collect(),
    }
}

pub(super) fn entry(row: raw::EntryRow) -> pb::EntryRow {
    let allocation = |share: raw::Share| pb::EntryAllocation {
        receivable_external_id: share.receivable_external_id,
        amount: share.amount.to_string(),
    };
    pb::EntryRow {
        external_id: row.external_id,
        account_external_id: row.account_external_id,
        receivable_external_id: text(row.receivable_external_id),
        kind: row.kind.map(|kind| kind.to_string()).unwrap_or_default(),
        amount: row.amount.to_string(),
        currency: row.currency.to_string(),
        effective_on: row.effective_on.to_string(),
        reference: text(row.reference),
        allocations: row.allocations.into_iter().map(allocation).collect(),
        reverses_external_id: text(row.reverses_external_id),
    }
}
