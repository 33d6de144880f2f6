//! Rows as they arrive, all texts, before anything is checked. Empty text means "not given".

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The rows of one chunk: one kind per chunk.
#[derive(Debug, Clone)]
pub enum Rows {
    Parties(Vec<PartyRow>),
    Accounts(Vec<AccountRow>),
    Contacts(Vec<ContactRow>),
    Receivables(Vec<ReceivableRow>),
    Instruments(Vec<InstrumentRow>),
    Entries(Vec<EntryRow>),
    Orders(Vec<OrderRow>),
    Deliveries(Vec<DeliveryRow>),
}

impl Rows {
    pub fn len(&self) -> usize {
        match self {
            Self::Parties(rows) => rows.len(),
            Self::Accounts(rows) => rows.len(),
            Self::Contacts(rows) => rows.len(),
            Self::Receivables(rows) => rows.len(),
            Self::Instruments(rows) => rows.len(),
            Self::Entries(rows) => rows.len(),
            Self::Orders(rows) => rows.len(),
            Self::Deliveries(rows) => rows.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key of each row, in order.
    pub fn external_ids(&self) -> Vec<&str> {
        match self {
            Self::Parties(rows) => rows.iter().map(|r| r.external_id.as_str()).collect(),
            Self::Accounts(rows) => rows.iter().map(|r| r.external_id.as_str()).collect(),
            Self::Contacts(rows) => rows.iter().map(|r| r.external_id.as_str()).collect(),
            Self::Receivables(rows) => rows.iter().map(|r| r.external_id.as_str()).collect(),
            Self::Instruments(rows) => rows.iter().map(|r| r.external_id.as_str()).collect(),
            Self::Entries(rows) => rows.iter().map(|r| r.external_id.as_str()).collect(),
            Self::Orders(rows) => rows.iter().map(|r| r.external_id.as_str()).collect(),
            Self::Deliveries(rows) => rows.iter().map(|r| r.external_id.as_str()).collect(),
        }
    }
}

/// A legal person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyRow {
    pub external_id: String,
    pub kind: String,
    pub name: String,
    pub tax_id: String,
    pub lei: String,
    pub national_id: String,
    pub country: String,
    pub language: String,
    pub parent_external_id: String,
    pub segment: String,
    pub address: Vec<String>,
    pub insolvent_since: String,
    pub vulnerable: bool,
    pub intercompany: bool,
    pub attributes: Map<String, Value>,
}

/// A customer number in the ERP company code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    pub external_id: String,
    pub party_external_id: String,
    pub number: String,
    pub name: String,
    pub currency: String,
    pub language: String,
    pub time_zone: String,
    pub segment: String,
    pub portfolio: String,
    pub dunning_account_external_id: String,
    pub payment_terms_days: i32,
    pub address: Vec<String>,
    pub scenario: String,
    pub attributes: Map<String, Value>,
}

/// A person or mailbox of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRow {
    pub external_id: String,
    pub account_external_id: String,
    pub name: String,
    pub role: String,
    pub purposes: Vec<String>,
    pub email: String,
    pub phone: String,
    pub language: String,
    pub position: i32,
    pub opted_out_channels: Vec<String>,
    pub retired: bool,
}

/// One thing owed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivableRow {
    pub external_id: String,
    pub account_external_id: String,
    pub kind: String,
    pub document_no: String,
    pub currency: String,
    pub amount: String,
    pub open_amount: String,
    pub issue_on: String,
    pub due_on: String,
    pub agreed_due_on: String,
    pub tax_point_on: String,
    pub shipped_on: String,
    pub goods_received_on: String,
    pub expected_pay_on: String,
    pub order_no: String,
    pub delivery_note_no: String,
    pub payment_reference: String,
    pub credited_external_id: String,
    pub disputed: bool,
    pub vat: Vec<VatText>,
    pub dimensions: Map<String, Value>,
    pub attributes: Map<String, Value>,
}

/// One VAT row of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VatText {
    pub base: String,
    pub rate: String,
    pub quota: String,
    pub surcharge: String,
    pub withholding: String,
}

/// The paper or mandate that promises payment of some receivables.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstrumentRow {
    pub external_id: String,
    pub account_external_id: String,
    pub kind: String,
    pub number: String,
    pub amount: String,
    pub currency: String,
    pub received_on: String,
    pub maturity_on: String,
    pub bank: String,
    pub discounted_on: String,
    pub without_recourse: bool,
    pub settled_on: String,
    pub returned_on: String,
    pub return_code: String,
    pub costs_amount: String,
    pub items: Vec<AllocationText>,
}

/// A movement on the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryRow {
    pub external_id: String,
    pub account_external_id: String,
    pub receivable_external_id: String,
    pub kind: String,
    pub amount: String,
    pub currency: String,
    pub effective_on: String,
    pub reference: String,
    pub allocations: Vec<AllocationText>,
    pub reverses_external_id: String,
}

/// A part of a payment or instrument, and the receivable it is for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllocationText {
    pub receivable_external_id: String,
    pub amount: String,
}

/// What was ordered and is not delivered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRow {
    pub external_id: String,
    pub account_external_id: String,
    pub order_no: String,
    pub kind: String,
    pub currency: String,
    pub amount: String,
    pub open_amount: String,
    pub ordered_on: String,
    pub delivery_on: String,
    pub reservation_id: String,
}

/// What was delivered and is not invoiced.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRow {
    pub external_id: String,
    pub account_external_id: String,
    pub order_external_id: String,
    pub delivery_note_no: String,
    pub currency: String,
    pub amount: String,
    pub open_amount: String,
    pub delivered_on: String,
}
