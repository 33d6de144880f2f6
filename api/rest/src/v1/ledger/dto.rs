//! Rows of the ledger's lists on the wire.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::answer::Versioned;

/// Something owed, or with a negative amount a credit.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Receivable)]
pub(crate) struct ReceivableDto {
    #[schema(example = "rcv_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    account_id: String,
    account_number: String,
    account_name: String,
    legal_entity_id: String,
    kind: String,
    document_no: String,
    currency: String,
    #[schema(example = "1210")]
    original_amount: String,
    #[schema(example = "605.5")]
    open_amount: String,
    /// open, partly_settled, settled.
    status: String,
    /// Of an open debit item, today at its legal entity; on the due date itself 0.
    days_overdue: i64,
    #[schema(format = Date)]
    issue_on: String,
    /// As first agreed.
    #[schema(format = Date)]
    due_on: String,
    /// Where another due date was agreed; it is the one in force.
    #[schema(format = Date)]
    agreed_due_on: Option<String>,
    #[schema(format = Date)]
    tax_point_on: Option<String>,
    #[schema(format = Date)]
    shipped_on: Option<String>,
    #[schema(format = Date)]
    goods_received_on: Option<String>,
    #[schema(format = Date)]
    expected_pay_on: Option<String>,
    #[schema(format = Date)]
    closed_on: Option<String>,
    order_no: Option<String>,
    delivery_note_no: Option<String>,
    payment_reference: Option<String>,
    disputed: bool,
    /// Promised by instruments that are not settled or returned; not dunned meanwhile.
    under_instrument_amount: Option<String>,
    /// The invoice a credit note corrects.
    credited_receivable_id: Option<String>,
    source: Option<String>,
    #[schema(value_type = Option<Vec<Object>>)]
    vat: Option<Value>,
    #[schema(value_type = Option<Object>)]
    dimensions: Option<Value>,
    #[schema(value_type = Option<Object>)]
    attributes: Option<Value>,
    /// When its present content was recorded.
    #[schema(format = DateTime)]
    recorded_at: String,
    version: i64,
}

/// One change of an open amount.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Entry)]
pub(crate) struct EntryDto {
    #[schema(example = "ent_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    account_id: String,
    account_number: String,
    receivable_id: String,
    receivable_kind: String,
    document_no: String,
    kind: String,
    /// What it adds to the open amount; a payment of an invoice is negative.
    amount: String,
    currency: String,
    /// Business date.
    #[schema(format = Date)]
    effective_on: String,
    /// When we learned it.
    #[schema(format = DateTime)]
    recorded_at: String,
    reference: Option<String>,
    allocation_id: Option<String>,
    reversed_entry_id: Option<String>,
    source: Option<String>,
    event_id: String,
}

/// A credit set against a debit item.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Allocation)]
pub(crate) struct AllocationDto {
    #[schema(example = "alo_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    account_id: String,
    account_number: String,
    credit_receivable_id: String,
    credit_kind: String,
    credit_document_no: String,
    debit_receivable_id: String,
    debit_document_no: String,
    amount: String,
    currency: String,
    /// How it was found: explicit, by_reference, exact_match, oldest_first.
    rule: String,
    #[schema(format = Date)]
    effective_on: String,
    #[schema(format = DateTime)]
    recorded_at: String,
    #[schema(format = DateTime)]
    reversed_at: Option<String>,
    version: i64,
}

/// A paper or mandate that promises payment.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Instrument)]
pub(crate) struct InstrumentDto {
    #[schema(example = "ins_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    account_id: String,
    account_number: String,
    kind: String,
    number: String,
    amount: String,
    currency: String,
    #[schema(format = Date)]
    received_on: String,
    #[schema(format = Date)]
    maturity_on: String,
    bank: Option<String>,
    #[schema(format = Date)]
    discounted_on: Option<String>,
    with_recourse: bool,
    status: String,
    #[schema(format = Date)]
    settled_on: Option<String>,
    #[schema(format = Date)]
    returned_on: Option<String>,
    return_code: Option<String>,
    costs_amount: String,
    items: Vec<InstrumentItemDto>,
    source: Option<String>,
    #[schema(format = DateTime)]
    recorded_at: String,
    version: i64,
}

/// What an instrument promises to pay.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InstrumentItem)]
pub(crate) struct InstrumentItemDto {
    receivable_id: String,
    document_no: String,
    amount: String,
}

impl Versioned for ReceivableDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }

    fn is_settled_by_version(&self) -> bool {
        false
    }
}

impl Versioned for EntryDto {
    fn version(&self) -> Option<i64> {
        Some(1)
    }
}

impl Versioned for AllocationDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

impl Versioned for InstrumentDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}
