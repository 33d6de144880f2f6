//! Rows as a push session takes them: typed and normalised, not yet judged by the rules of the ledger.

use std::sync::Arc;

use kernel::{Currency, Date, Decimal};

use crate::receivables::kinds::{EntryKind, InstrumentKind, ReceivableKind};

use super::targets::Entity;

/// Where a row comes from. The objects that one row of a file yields share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Line of the file on which the row begins, from 1.
    pub line: u64,
    /// The row as it stood in the file.
    pub record: Arc<str>,
}

/// One object read from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawRow {
    Party(PartyRow),
    Account(AccountRow),
    Contact(ContactRow),
    Receivable(Box<ReceivableRow>),
    Instrument(Box<InstrumentRow>),
    Entry(EntryRow),
}

impl RawRow {
    pub fn entity(&self) -> Entity {
        match self {
            Self::Party(_) => Entity::Party,
            Self::Account(_) => Entity::Account,
            Self::Contact(_) => Entity::Contact,
            Self::Receivable(_) => Entity::Receivable,
            Self::Instrument(_) => Entity::Instrument,
            Self::Entry(_) => Entity::Entry,
        }
    }

    pub fn origin(&self) -> &Origin {
        match self {
            Self::Party(row) => &row.origin,
            Self::Account(row) => &row.origin,
            Self::Contact(row) => &row.origin,
            Self::Receivable(row) => &row.origin,
            Self::Instrument(row) => &row.origin,
            Self::Entry(row) => &row.origin,
        }
    }

    /// The natural key within the source and kind.
    pub fn external_id(&self) -> &str {
        match self {
            Self::Party(row) => &row.external_id,
            Self::Account(row) => &row.external_id,
            Self::Contact(row) => &row.external_id,
            Self::Receivable(row) => &row.external_id,
            Self::Instrument(row) => &row.external_id,
            Self::Entry(row) => &row.external_id,
        }
    }
}

/// A typed custom attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeValue {
    Text(String),
    Number(Decimal),
    Flag(bool),
    Date(Date),
}

/// Name and value of each custom attribute, in the order of the file.
pub type Attributes = Vec<(String, AttributeValue)>;

/// A legal person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyRow {
    pub origin: Origin,
    pub external_id: String,
    /// company, person, public_body; the receiver's default when not given.
    pub kind: Option<String>,
    pub name: String,
    /// In capitals, without spaces; its check digits are the receiver's concern.
    pub tax_id: Option<String>,
    pub lei: Option<String>,
    pub national_id: Option<String>,
    /// ISO 3166-1 alpha-2, in capitals.
    pub country: Option<String>,
    /// ISO 639-1, in small letters.
    pub language: Option<String>,
    pub parent_external_id: Option<String>,
    pub segment: Option<String>,
    pub address: Vec<String>,
    pub insolvent_since: Option<Date>,
    pub vulnerable: Option<bool>,
    pub intercompany: Option<bool>,
    pub attributes: Attributes,
}

/// A customer number in the ERP company code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    pub origin: Origin,
    pub external_id: String,
    pub party_external_id: Option<String>,
    pub number: Option<String>,
    pub name: String,
    pub currency: Currency,
    pub language: Option<String>,
    pub time_zone: Option<String>,
    pub segment: Option<String>,
    pub portfolio: Option<String>,
    pub dunning_account_external_id: Option<String>,
    pub payment_terms_days: Option<i32>,
    pub address: Vec<String>,
    pub scenario: Option<String>,
    pub attributes: Attributes,
}

/// A person or mailbox of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactRow {
    pub origin: Origin,
    pub external_id: String,
    pub account_external_id: String,
    pub name: Option<String>,
    pub role: Option<String>,
    pub purposes: Vec<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub language: Option<String>,
    pub position: Option<i32>,
    pub opted_out_channels: Vec<String>,
    pub retired: Option<bool>,
}

/// One thing owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivableRow {
    pub origin: Origin,
    pub external_id: String,
    pub account_external_id: String,
    pub kind: Option<ReceivableKind>,
    pub document_no: Option<String>,
    pub currency: Currency,
    /// As the file states it after the profile's sign rules.
    pub amount: Decimal,
    /// What the ERP says is still open.
    pub open_amount: Option<Decimal>,
    pub issue_on: Date,
    pub due_on: Date,
    pub agreed_due_on: Option<Date>,
    pub tax_point_on: Option<Date>,
    pub shipped_on: Option<Date>,
    pub goods_received_on: Option<Date>,
    pub expected_pay_on: Option<Date>,
    pub order_no: Option<String>,
    pub delivery_note_no: Option<String>,
    pub payment_reference: Option<String>,
    pub credited_external_id: Option<String>,
    pub disputed: Option<bool>,
    pub vat: Vec<VatLine>,
    pub dimensions: Vec<(String, String)>,
    pub attributes: Attributes,
}

/// One rate of value added tax on a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VatLine {
    pub base: Decimal,
    /// Percent.
    pub rate: Decimal,
    pub quota: Option<Decimal>,
    pub surcharge: Option<Decimal>,
    pub withholding: Option<Decimal>,
}

/// A paper or order that promises payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstrumentRow {
    pub origin: Origin,
    pub external_id: String,
    pub account_external_id: String,
    pub kind: InstrumentKind,
    pub number: Option<String>,
    pub amount: Decimal,
    pub currency: Currency,
    pub received_on: Date,
    pub maturity_on: Date,
    pub bank: Option<String>,
    pub discounted_on: Option<Date>,
    pub without_recourse: Option<bool>,
    pub settled_on: Option<Date>,
    pub returned_on: Option<Date>,
    pub return_code: Option<String>,
    pub costs_amount: Option<Decimal>,
    pub items: Vec<Share>,
}

/// A movement on the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    pub origin: Origin,
    pub external_id: String,
    pub account_external_id: String,
    pub receivable_external_id: Option<String>,
    pub kind: Option<EntryKind>,
    pub amount: Decimal,
    pub currency: Currency,
    pub effective_on: Date,
    pub reference: Option<String>,
    pub allocations: Vec<Share>,
    pub reverses_external_id: Option<String>,
}

/// The part of an instrument or payment that belongs to one receivable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    pub receivable_external_id: String,
    pub amount: Decimal,
}
