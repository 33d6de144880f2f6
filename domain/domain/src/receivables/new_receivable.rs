//! A receivable as an ERP pushes it, checked: signs, dates, tax rows, references, free data.

use kernel::money::check_amount;
use kernel::time::check_range;
use kernel::{Currency, Date, Decimal, Outcome, text};
use serde_json::{Map, Value};

use super::codes;
use super::findings::{Checked, Findings};
use super::kinds::{ReceivableKind, Side};
use super::vat::{VatRow, check_rows};
use crate::attributes::object::{Values, check_object};

/// The dates of a receivable, all business dates of the seller.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReceivableDates {
    pub issue_on: Option<Date>,
    /// Tax point (devengo del IVA, art. 75 LIVA): from here runs the period for VAT recovery.
    pub tax_point_on: Option<Date>,
    pub shipped_on: Option<Date>,
    /// From here runs the legal payment term (art. 4 Ley 3/2004).
    pub goods_received_on: Option<Date>,
    /// As first agreed.
    pub due_on: Option<Date>,
    /// The later date an extension (prórroga) grants.
    pub agreed_due_on: Option<Date>,
    /// When money is expected: fixed payment days, August closure.
    pub expected_pay_on: Option<Date>,
}

/// A receivable as it arrives, typed but not checked.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceivableFields {
    /// The ERP's key: opaque, unique per source and kind.
    pub external_id: String,
    pub kind: ReceivableKind,
    /// The number printed on the document; the external id when empty.
    pub document_no: String,
    pub order_no: Option<String>,
    pub delivery_note_no: Option<String>,
    /// What the payer was asked to quote.
    pub payment_reference: Option<String>,
    /// The invoice that a credit note corrects, by the ERP's key.
    pub credited_external_id: Option<String>,
    pub currency: Currency,
    /// Including tax. A credit may be stated positive, as printed, or negative; checked, it is negative.
    pub amount: Decimal,
    /// What is still open according to the ERP, where it says so; stated with the sign of `amount`.
    pub open_amount: Option<Decimal>,
    pub dates: ReceivableDates,
    pub vat: Vec<VatRow>,
    /// Sales organisation, branch, representative: texts by key.
    pub dimensions: Map<String, Value>,
    /// Custom attributes: plain values by key.
    pub attributes: Map<String, Value>,
}

/// A receivable that passed [`NewReceivable::check`]. Signs, scale and texts are in their one normal form, so that
/// sending the same thing twice compares equal.
#[derive(Debug, Clone, PartialEq)]
pub struct NewReceivable {
    fields: ReceivableFields,
    issue_on: Date,
    due_on: Date,
}

impl NewReceivable {
    /// Checks and normalises what an ERP sent; finds every wrong field, not only the first.
    ///
    /// A credit note or unallocated cash stated positive, with its open amount and VAT rows, is turned to negative:
    /// documents (EN 16931 type 381 among them) print credits unsigned, and the kind leaves no doubt. A negative
    /// invoice is refused, because it may be a credit note or a reversal and only the sender knows which.
    ///
    /// The order of dates is demanded of debits only: a credit note that refers to an invoice carries, in most
    /// ERPs, that invoice's due date, which lies before its own issue. A credit without due date is due when issued.
    ///
    /// # Errors
    /// The code of the one wrong field, or `receivable.invalid` with a code per field: `receivable.amount_zero`,
    /// `receivable.amount_negative`, `receivable.open_sign`, `receivable.open_exceeds_amount`,
    /// `receivable.issue_required`, `receivable.due_required`, `receivable.due_before_issue`, `receivable.extension_before_due`,
    /// `receivable.vat_rows`, `receivable.vat_rate`, `attribute.key_invalid`,
    /// `attribute.value_invalid`, `attribute.too_large`, and those of the value types
    /// (`amount.exponent`, `amount.too_large`, `date.out_of_range`, `text.required`, `text.too_long`,
    /// `text.control_character`).
    pub fn check(fields: ReceivableFields) -> Outcome<Checked<Self>> {
        let mut findings = Findings::default();
        let mut fields = normalise_sign(fields);
        check_texts(&mut fields, &mut findings);
        check_amounts(&mut fields, &mut findings);
        let (issue_on, due_on) = check_dates(fields.kind, &fields.dates, &mut findings);
        fields.dates.due_on = Some(due_on);
        // Parts of an invoice may repeat the invoice's rows; only whole documents must add up.
        let whole = match fields.kind {
            ReceivableKind::Invoice | ReceivableKind::CreditNote | ReceivableKind::DebitNote => {
                Some(fields.amount)
            }
            ReceivableKind::Instalment
            | ReceivableKind::Retention
            | ReceivableKind::Fee
            | ReceivableKind::Interest
            | ReceivableKind::UnallocatedCash => None,
        };
        fields.vat = check_rows(&fields.vat, fields.currency, whole, &mut findings);
        let dimensions = std::mem::take(&mut fields.dimensions);
        fields.dimensions = check_object("dimensions", dimensions, Values::Texts, &mut findings);
        let attributes = std::mem::take(&mut fields.attributes);
        fields.attributes = check_object("attributes", attributes, Values::Scalars, &mut findings);
        findings.finish(Self { fields, issue_on, due_on }, &codes::RECEIVABLE_INVALID)
    }

    /// The checked fields in their normal form.
    pub fn fields(&self) -> &ReceivableFields {
        &self.fields
    }

    pub fn into_fields(self) -> ReceivableFields {
        self.fields
    }

    pub fn issue_on(&self) -> Date {
        self.issue_on
    }

    /// The original due date.
    pub fn due_on(&self) -> Date {
        self.due_on
    }
}

fn normalise_sign(mut fields: ReceivableFields) -> ReceivableFields {
    if fields.kind.side() == Side::Credit && fields.amount > Decimal::ZERO {
        fields.amount = -fields.amount;
        fields.open_amount = fields.open_amount.map(|open| -open);
        fields.vat = fields.vat.into_iter().map(VatRow::negated).collect();
    }
    fields
}

fn check_texts(fields: &mut ReceivableFields, findings: &mut Findings) {
    if let Some(id) = findings.keep(text::external_id("external_id", &fields.external_id)) {
        fields.external_id = id;
    }
    if let Some(number) = findings.keep(text::optional_line("document_no", &fields.document_no)) {
        fields.document_no = number.unwrap_or_else(|| fields.external_id.clone());
    }
    let lines = [
        ("order_no", &mut fields.order_no),
        ("delivery_note_no", &mut fields.delivery_note_no),
        ("payment_reference", &mut fields.payment_reference),
    ];
    for (name, line) in lines {
        if let Some(given) = line.take() {
            *line = findings.keep(text::optional_line(name, &given)).flatten();
        }
    }
    if let Some(credited) = fields.credited_external_id.take().filter(|id| !id.is_empty()) {
        fields.credited_external_id = findings.keep(text::external_id("credited_external_id", &credited));
    }
}

fn check_amounts(fields: &mut ReceivableFields, findings: &mut Findings) {
    let (kind, currency) = (fields.kind, fields.currency);
    let Some(amount) = findings.keep(check_amount("amount", fields.amount, currency)) else { return };
    fields.amount = amount;
    if amount.is_zero() {
        let message = format!("a {kind} over 0 {currency} owes nothing");
        findings.wrong("amount", &codes::RECEIVABLE_AMOUNT_ZERO, message);
        return;
    }
    if kind.side() == Side::Debit && amount < Decimal::ZERO {
        let message = format!("a {kind} over {amount} {currency} cannot be; send it as a credit_note");
        findings.wrong("amount", &codes::RECEIVABLE_AMOUNT_NEGATIVE, message);
        return;
    }
    let Some(open) = fields.open_amount else { return };
    let Some(open) = findings.keep(check_amount("open_amount", open, currency)) else { return };
    fields.open_amount = Some(open);
    if !open.is_zero() && open.is_sign_negative() != amount.is_sign_negative() {
        let message = format!("{open} is open of {amount}: the signs differ");
        findings.wrong("open_amount", &codes::RECEIVABLE_OPEN_SIGN, message);
    } else if open.abs() > amount.abs() {
        let message = format!("{open} cannot be open of {amount}");
        findings.wrong("open_amount", &codes::RECEIVABLE_OPEN_EXCEEDS_AMOUNT, message);
    }
}

/// The issue and due date; where one is missing the earliest date stands in, and the error was noted.
fn check_dates(kind: ReceivableKind, dates: &ReceivableDates, findings: &mut Findings) -> (Date, Date) {
    let named = [
        ("issue_on", dates.issue_on),
        ("tax_point_on", dates.tax_point_on),
        ("shipped_on", dates.shipped_on),
        ("goods_received_on", dates.goods_received_on),
        ("due_on", dates.due_on),
        ("agreed_due_on", dates.agreed_due_on),
        ("expected_pay_on", dates.expected_pay_on),
    ];
    for (name, date) in named {
        if let Some(date) = date {
            findings.keep(check_range(name, date));
        }
    }
    if let (Some(shipped), Some(received)) = (dates.shipped_on, dates.goods_received_on)
        && received < shipped
    {
        let message = format!("received on {received}, shipped on {shipped}");
        findings.notice("goods_received_on", &codes::RECEIVABLE_RECEIPT_BEFORE_SHIPMENT, message);
    }
    let Some(issue_on) = dates.issue_on else {
        findings.wrong(
            "issue_on",
            &codes::RECEIVABLE_ISSUE_REQUIRED,
            format!("a {kind} needs an issue date"),
        );
        return (Date::MIN, dates.due_on.unwrap_or(Date::MIN));
    };
    let debit = kind.side() == Side::Debit;
    let Some(due_on) = dates.due_on else {
        if debit {
            findings.wrong("due_on", &codes::RECEIVABLE_DUE_REQUIRED, format!("a {kind} needs a due date"));
        }
        return (issue_on, issue_on);
    };
    if debit && due_on < issue_on {
        let message = format!("due on {due_on}, issued on {issue_on}");
        findings.wrong("due_on", &codes::RECEIVABLE_DUE_BEFORE_ISSUE, message);
    }
    if let Some(agreed) = dates.agreed_due_on.filter(|agreed| *agreed < due_on) {
        let message = format!("agreed for {agreed}, due on {due_on}: not an extension");
        findings.wrong("agreed_due_on", &codes::RECEIVABLE_EXTENSION_BEFORE_DUE, message);
    }
    (issue_on, due_on)
}

#[cfg(test)]
mod tests;
