//! From messages to rows; every field is named, so that a new one breaks the build.

use std::collections::BTreeMap;

use app::push::rows::{
    AccountRow, AllocationText, ContactRow, DeliveryRow, EntryRow, InstrumentRow, OrderRow, PartyRow,
    ReceivableRow, Rows, VatText,
};
use proto::v1 as pb;
use proto::v1::attribute_value::Value as Attribute;
use proto::v1::push_chunks_request::Rows as Given;
use serde_json::{Map, Value};

pub(super) fn rows(given: Given) -> Rows {
    match given {
        Given::Parties(set) => Rows::Parties(set.rows.into_iter().map(party).collect()),
        Given::Accounts(set) => Rows::Accounts(set.rows.into_iter().map(account).collect()),
        Given::Contacts(set) => Rows::Contacts(set.rows.into_iter().map(contact).collect()),
        Given::Receivables(set) => Rows::Receivables(set.rows.into_iter().map(receivable).collect()),
        Given::Instruments(set) => Rows::Instruments(set.rows.into_iter().map(instrument).collect()),
        Given::Entries(set) => Rows::Entries(set.rows.into_iter().map(entry).collect()),
        Given::Orders(set) => Rows::Orders(set.rows.into_iter().map(order).collect()),
        Given::Deliveries(set) => Rows::Deliveries(set.rows.into_iter().map(delivery).collect()),
    }
}

/// A natural key without the blanks around it: spreadsheets and fixed-width exports leave them, and they say nothing.
fn key(given: String) -> String {
    let trimmed = given.trim();
    if trimmed.len() == given.len() { given } else { trimmed.to_owned() }
}

fn attributes(given: BTreeMap<String, pb::AttributeValue>) -> Map<String, Value> {
    let value = |value: pb::AttributeValue| match value.value {
        Some(Attribute::Text(text) | Attribute::Number(text) | Attribute::Date(text)) => Value::String(text),
        Some(Attribute::Flag(flag)) => Value::Bool(flag),
        None => Value::Null,
    };
    given.into_iter().map(|(name, given)| (name, value(given))).collect()
}

fn texts(given: BTreeMap<String, String>) -> Map<String, Value> {
    given.into_iter().map(|(name, text)| (name, Value::String(text))).collect()
}

fn party(row: pb::PartyRow) -> PartyRow {
    PartyRow {
        external_id: key(row.external_id),
        kind: row.kind,
        name: row.name,
        tax_id: row.tax_id,
        lei: row.lei,
        national_id: row.national_id,
        country: row.country,
        language: row.language,
        parent_external_id: key(row.parent_external_id),
        segment: row.segment,
        address: row.address,
        insolvent_since: row.insolvent_since,
        vulnerable: row.vulnerable,
        intercompany: row.intercompany,
        attributes: attributes(row.attributes),
    }
}

fn account(row: pb::AccountRow) -> AccountRow {
    AccountRow {
        external_id: key(row.external_id),
        party_external_id: key(row.party_external_id),
        number: row.number,
        name: row.name,
        currency: row.currency,
        language: row.language,
        time_zone: row.time_zone,
        segment: row.segment,
        portfolio: row.portfolio,
        dunning_account_external_id: key(row.dunning_account_external_id),
        payment_terms_days: row.payment_terms_days,
        address: row.address,
        scenario: row.scenario,
        attributes: attributes(row.attributes),
    }
}

fn contact(row: pb::ContactRow) -> ContactRow {
    ContactRow {
        external_id: key(row.external_id),
        account_external_id: key(row.account_external_id),
        name: row.name,
        role: row.role,
        purposes: row.purposes,
        email: row.email,
        phone: row.phone,
        language: row.language,
        position: row.position,
        opted_out_channels: row.opted_out_channels,
        retired: row.retired,
    }
}

fn receivable(row: pb::ReceivableRow) -> ReceivableRow {
    ReceivableRow {
        external_id: key(row.external_id),
        account_external_id: key(row.account_external_id),
        kind: row.kind,
        document_no: row.document_no,
        currency: row.currency,
        amount: row.amount,
        open_amount: row.open_amount,
        issue_on: row.issue_on,
        due_on: row.due_on,
        agreed_due_on: row.agreed_due_on,
        tax_point_on: row.tax_point_on,
        shipped_on: row.shipped_on,
        goods_received_on: row.goods_received_on,
        expected_pay_on: row.expected_pay_on,
        order_no: row.order_no,
        delivery_note_no: row.delivery_note_no,
        payment_reference: row.payment_reference,
        credited_external_id: key(row.credited_external_id),
        disputed: row.disputed,
        vat: row.vat.into_iter().map(vat).collect(),
        dimensions: texts(row.dimensions),
        attributes: attributes(row.attributes),
    }
}

fn vat(row: pb::VatRow) -> VatText {
    let pb::VatRow { base, rate, quota, surcharge, withholding } = row;
    VatText { base, rate, quota, surcharge, withholding }
}

fn instrument(row: pb::InstrumentRow) -> InstrumentRow {
    InstrumentRow {
        external_id: key(row.external_id),
        account_external_id: key(row.account_external_id),
        kind: row.kind,
        number: row.number,
        amount: row.amount,
        currency: row.currency,
        received_on: row.received_on,
        maturity_on: row.maturity_on,
        bank: row.bank,
        discounted_on: row.discounted_on,
        without_recourse: row.without_recourse,
        settled_on: row.settled_on,
        returned_on: row.returned_on,
        return_code: row.return_code,
        costs_amount: row.costs_amount,
        items: row.items.into_iter().map(item).collect(),
    }
}

fn item(row: pb::InstrumentItem) -> AllocationText {
    let pb::InstrumentItem { receivable_external_id, amount } = row;
    AllocationText { receivable_external_id: key(receivable_external_id), amount }
}

fn entry(row: pb::EntryRow) -> EntryRow {
    EntryRow {
        external_id: key(row.external_id),
        account_external_id: key(row.account_external_id),
        receivable_external_id: key(row.receivable_external_id),
        kind: row.kind,
        amount: row.amount,
        currency: row.currency,
        effective_on: row.effective_on,
        reference: row.reference,
        allocations: row.allocations.into_iter().map(allocation).collect(),
        reverses_external_id: key(row.reverses_external_id),
    }
}

fn allocation(row: pb::EntryAllocation) -> AllocationText {
    let pb::EntryAllocation { receivable_external_id, amount } = row;
    AllocationText { receivable_external_id: key(receivable_external_id), amount }
}

fn order(row: pb::OrderRow) -> OrderRow {
    OrderRow {
        external_id: key(row.external_id),
        account_external_id: key(row.account_external_id),
        order_no: row.order_no,
        kind: row.kind,
        currency: row.currency,
        amount: row.amount,
        open_amount: row.open_amount,
        ordered_on: row.ordered_on,
        delivery_on: row.delivery_on,
        reservation_id: row.reservation_id,
    }
}

fn delivery(row: pb::DeliveryRow) -> DeliveryRow {
    DeliveryRow {
        external_id: key(row.external_id),
        account_external_id: key(row.account_external_id),
        order_external_id: key(row.order_external_id),
        delivery_note_no: row.delivery_note_no,
        currency: row.currency,
        amount: row.amount,
        open_amount: row.open_amount,
        delivered_on: row.delivered_on,
    }
}
