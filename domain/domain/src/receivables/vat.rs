//! VAT rows of a document and the arithmetic that should hold between them and the total.

use kernel::money::{check_amount, round_commercial};
use kernel::{Currency, Decimal};

use super::codes;
use super::findings::Findings;

/// Rows one document may carry; a Facturae or UBL document has one per rate and exemption reason.
pub const VAT_ROWS_MAX: usize = 50;
/// Decimals of a VAT rate; the finest in force in Europe have two.
pub const RATE_DECIMALS_MAX: u32 = 4;

/// One row of the tax breakdown, in the document's currency and with the document's sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VatRow {
    /// Taxable base.
    pub base: Decimal,
    /// Percent, 0 to 100.
    pub rate: Decimal,
    /// VAT amount.
    pub quota: Decimal,
    /// Equivalence surcharge amount (recargo de equivalencia, arts. 154-163 LIVA); zero where none.
    pub surcharge: Decimal,
    /// Income tax withheld by the customer, as an amount that lowers the total; zero where none.
    pub withholding: Decimal,
}

impl VatRow {
    /// What the row adds to the document's total.
    pub fn total(&self) -> Decimal {
        self.base + self.quota + self.surcharge - self.withholding
    }

    pub(super) fn negated(self) -> Self {
        Self {
            base: -self.base,
            quota: -self.quota,
            surcharge: -self.surcharge,
            withholding: -self.withholding,
            ..self
        }
    }
}

/// Checks every row and drops trailing zeros.
///
/// A quota may differ from base × rate, and the rows from the total, by one smallest unit per row: invoicing
/// programs round per line or per rate. More than that is a notice and not an error, because the document was
/// issued as it is and is owed as it is.
pub(super) fn check_rows(
    rows: &[VatRow],
    currency: Currency,
    total: Option<Decimal>,
    findings: &mut Findings,
) -> Vec<VatRow> {
    if rows.len() > VAT_ROWS_MAX {
        let message = format!("{} VAT rows, at most {VAT_ROWS_MAX} are accepted", rows.len());
        findings.wrong("vat", &codes::RECEIVABLE_VAT_ROWS, message);
        return Vec::new();
    }
    let rows: Vec<VatRow> =
        rows.iter().enumerate().filter_map(|(i, row)| check_row(i, row, currency, findings)).collect();
    if let Some(total) = total.filter(|_| !rows.is_empty()) {
        let sum: Decimal = rows.iter().map(VatRow::total).sum();
        if (sum - total).abs() > smallest_unit(currency) * Decimal::from(rows.len()) {
            let message = format!("the VAT rows add up to {sum} {currency}, the document to {total}");
            findings.notice("vat", &codes::RECEIVABLE_VAT_TOTAL_DIFFERS, message);
        }
    }
    rows
}

fn check_row(index: usize, row: &VatRow, currency: Currency, findings: &mut Findings) -> Option<VatRow> {
    let mut amount =
        |name: &str, value| findings.keep(check_amount(&format!("vat[{index}].{name}"), value, currency));
    let (base, quota) = (amount("base", row.base), amount("quota", row.quota));
    let (surcharge, withholding) =
        (amount("surcharge", row.surcharge), amount("withholding", row.withholding));
    let rate = row.rate.normalize();
    if rate < Decimal::ZERO || rate > Decimal::ONE_HUNDRED || rate.scale() > RATE_DECIMALS_MAX {
        let message =
            format!("{rate} is not a percentage from 0 to 100 with at most {RATE_DECIMALS_MAX} decimals");
        findings.wrong(format!("vat[{index}].rate"), &codes::RECEIVABLE_VAT_RATE, message);
        return None;
    }
    let checked =
        VatRow { base: base?, rate, quota: quota?, surcharge: surcharge?, withholding: withholding? };
    let expected = round_commercial(checked.base * checked.rate / Decimal::ONE_HUNDRED, currency);
    if (expected - checked.quota).abs() > smallest_unit(currency) {
        let message =
            format!("{} % of {} is {expected} {currency}, not {}", checked.rate, checked.base, checked.quota);
        findings.notice(format!("vat[{index}].quota"), &codes::RECEIVABLE_VAT_QUOTA_DIFFERS, message);
    }
    Some(checked)
}

fn smallest_unit(currency: Currency) -> Decimal {
    Decimal::new(1, currency.exponent())
}
