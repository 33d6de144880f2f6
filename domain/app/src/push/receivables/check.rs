//! What can be said of a row before the database is asked: its fields, its normal form, its fingerprint.

use domain::receivables::findings::Notice;
use domain::receivables::kinds::ReceivableKind;
use domain::receivables::new_receivable::{NewReceivable, ReceivableDates, ReceivableFields};
use domain::receivables::vat::VatRow;
use kernel::money::parse_amount;
use kernel::text::shown;
use kernel::text_enum::parse;
use kernel::{Currency, Decimal, Error, Outcome};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::push::content::Content;
use crate::push::parties::{date, optional};
use crate::push::rows::{ReceivableRow, VatText};
use crate::push::store::ReceivableRecord;

/// A row in order, as far as can be seen without the rows it names.
#[derive(Debug, Clone)]
pub struct CheckedReceivable {
    pub(super) external_id: String,
    /// The external id of the invoice that a credit note names.
    pub(super) credited: Option<String>,
    /// The open amount that the ERP states.
    pub(super) reported_open: Option<Decimal>,
    pub(super) notices: Vec<Notice>,
    /// Without account and id, which only the database knows.
    pub(super) record: ReceivableRecord,
    /// Of what was sent, with the account by its external id: an unchanged row needs no look at its account.
    pub(super) fingerprint: Uuid,
}

/// Checks one row.
///
/// # Errors
/// Those of `NewReceivable::check` and of values that cannot be read.
pub(super) fn check(given: &ReceivableRow) -> Outcome<CheckedReceivable> {
    let checked = NewReceivable::check(fields(given)?)?;
    let (notices, due_on, issue_on) = (checked.notices, checked.value.due_on(), checked.value.issue_on());
    let fields = checked.value.into_fields();
    let dates = fields.dates;
    let object = |map: Map<String, Value>| (!map.is_empty()).then_some(Value::Object(map));
    let record = ReceivableRecord {
        account_id: Uuid::nil(),
        id: Uuid::nil(),
        credited_receivable_id: None,
        issue_on,
        due_on,
        agreed_due_on: dates.agreed_due_on,
        tax_point_on: dates.tax_point_on,
        shipped_on: dates.shipped_on,
        goods_received_on: dates.goods_received_on,
        expected_pay_on: dates.expected_pay_on,
        closed_on: None,
        original_amount: fields.amount,
        open_amount: fields.amount,
        currency: fields.currency,
        kind: fields.kind,
        document_no: fields.document_no,
        order_no: fields.order_no,
        delivery_note_no: fields.delivery_note_no,
        payment_reference: fields.payment_reference,
        disputed: given.disputed,
        vat: (!fields.vat.is_empty()).then(|| fields.vat.iter().map(vat_json).collect()),
        dimensions: object(fields.dimensions),
        attributes: object(fields.attributes),
    };
    let named = (given.account_external_id.as_str(), fields.credited_external_id.as_deref());
    let fingerprint = fingerprint(&record, named);
    Ok(CheckedReceivable {
        external_id: fields.external_id,
        credited: fields.credited_external_id,
        reported_open: fields.open_amount,
        notices,
        record,
        fingerprint,
    })
}

fn fields(given: &ReceivableRow) -> Outcome<ReceivableFields> {
    kernel::text::external_id("account_external_id", &given.account_external_id)?;
    let currency = Currency::parse("currency", &given.currency)?;
    let text = |text: &str| optional(text).map(str::to_owned);
    Ok(ReceivableFields {
        external_id: kernel::text::external_id("external_id", &given.external_id)?,
        kind: optional(&given.kind).map_or(Ok(ReceivableKind::Invoice), |k| parse("kind", k))?,
        document_no: given.document_no.clone(),
        order_no: text(&given.order_no),
        delivery_note_no: text(&given.delivery_note_no),
        payment_reference: text(&given.payment_reference),
        credited_external_id: text(&given.credited_external_id),
        currency,
        amount: parse_amount("amount", &given.amount, currency)?,
        open_amount: optional(&given.open_amount)
            .map(|t| parse_amount("open_amount", t, currency))
            .transpose()?,
        dates: ReceivableDates {
            issue_on: date("issue_on", &given.issue_on)?,
            tax_point_on: date("tax_point_on", &given.tax_point_on)?,
            shipped_on: date("shipped_on", &given.shipped_on)?,
            goods_received_on: date("goods_received_on", &given.goods_received_on)?,
            due_on: date("due_on", &given.due_on)?,
            agreed_due_on: date("agreed_due_on", &given.agreed_due_on)?,
            expected_pay_on: date("expected_pay_on", &given.expected_pay_on)?,
        },
        vat: given.vat.iter().enumerate().map(|(i, row)| vat(i, row, currency)).collect::<Outcome<_>>()?,
        dimensions: given.dimensions.clone(),
        attributes: given.attributes.clone(),
    })
}

fn vat(index: usize, given: &VatText, currency: Currency) -> Outcome<VatRow> {
    let amount = |name: &str, text: &str| match optional(text) {
        Some(text) => parse_amount(&format!("vat[{index}].{name}"), text, currency),
        None => Ok(Decimal::ZERO),
    };
    let rate = optional(&given.rate).map_or(Ok(Decimal::ZERO), |text| {
        text.parse::<Decimal>().map_err(|e| {
            let code = &kernel::registry::codes::AMOUNT_INVALID;
            Error::field(format!("vat[{index}].rate"), code, format!("{:?} is not a percentage", shown(text)))
                .caused_by(e)
        })
    })?;
    Ok(VatRow {
        base: amount("base", &given.base)?,
        rate,
        quota: amount("quota", &given.quota)?,
        surcharge: amount("surcharge", &given.surcharge)?,
        withholding: amount("withholding", &given.withholding)?,
    })
}

fn vat_json(row: &VatRow) -> Value {
    let text = |d: Decimal| d.normalize().to_string();
    json!({ "base": text(row.base), "rate": text(row.rate), "quota": text(row.quota),
        "surcharge": text(row.surcharge), "withholding": text(row.withholding) })
}

fn fingerprint(record: &ReceivableRecord, (account, credited): (&str, Option<&str>)) -> Uuid {
    let json = |value: &Option<Value>| value.as_ref().map(ToString::to_string);
    Content::default()
        .text(account)
        .text(kernel::text_enum::TextEnum::as_str(record.kind))
        .text(record.currency.as_str())
        .decimal(record.original_amount)
        .text(&record.document_no)
        .date(Some(record.issue_on))
        .date(Some(record.due_on))
        .date(record.agreed_due_on)
        .date(record.tax_point_on)
        .date(record.shipped_on)
        .date(record.goods_received_on)
        .date(record.expected_pay_on)
        .optional(record.order_no.as_deref())
        .optional(record.delivery_note_no.as_deref())
        .optional(record.payment_reference.as_deref())
        .optional(credited)
        .flag(record.disputed)
        .optional(json(&record.vat).as_deref())
        .optional(json(&record.dimensions).as_deref())
        .optional(json(&record.attributes).as_deref())
        .fingerprint()
}
