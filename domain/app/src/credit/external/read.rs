//! Reads reports: from a file, and from their texts to what they mean.

use domain::credit::scoring::external::{StatedRating, Subject};
use domain::credit::scoring::numbers::Exact;
use kernel::money::parse_decimal;
use kernel::registry::codes::AMOUNT_INVALID;
use kernel::time::parse_date;
use kernel::{Error, Outcome, text};
use sha2::{Digest as _, Sha256};

use super::{Report, codes};

/// Reports taken in at once.
pub const REPORTS_MAX: usize = 5_000;

/// Columns of the file, named as the fields of a report.
const COLUMNS: &[&str] = &[
    "tax_id",
    "lei",
    "national_id",
    "name",
    "grade",
    "probability",
    "limit_amount",
    "limit_currency",
    "rated_on",
    "valid_until",
    "reference",
];
const IDENTIFIERS: &[&str] = &["tax_id", "lei", "national_id"];

/// Reads a CSV of commas or semicolons whose first line names the columns. A line with too few fields is kept with those it
/// has: it comes to the inbox.
///
/// # Errors
/// `external_rating.file_columns`, `external_rating.file_invalid`, `external_rating.too_many`.
pub fn read_file(text: &str) -> Outcome<Vec<Report>> {
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.contains(';') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let invalid = |e: csv::Error| Error::with(&codes::FILE_INVALID, e.to_string());
    let header = reader.headers().map_err(invalid)?.clone();
    let header = header.iter().map(str::to_ascii_lowercase).collect::<Vec<_>>();
    check_columns(&header)?;
    let mut reports = Vec::new();
    for row in reader.records() {
        let row = row.map_err(invalid)?;
        let mut report = Report::default();
        for (name, value) in header.iter().zip(row.iter()).filter(|(_, value)| !value.is_empty()) {
            if let Some(field) = field(&mut report, name) {
                *field = Some(value.to_owned());
            }
        }
        reports.push(report);
        bounded(reports.len())?;
    }
    Ok(reports)
}

/// # Errors
/// `external_rating.too_many`.
pub fn bounded(count: usize) -> Outcome<()> {
    if count > REPORTS_MAX {
        return Err(Error::with(&codes::TOO_MANY, format!("more than {REPORTS_MAX} reports")));
    }
    Ok(())
}

fn check_columns(header: &[String]) -> Outcome<()> {
    let wrong = |message: String| Err(Error::field("csv", &codes::FILE_COLUMNS, message));
    for (place, name) in header.iter().enumerate() {
        if !COLUMNS.contains(&name.as_str()) {
            return wrong(format!("{:?} is not one of {}", text::shown(name), COLUMNS.join(", ")));
        }
        if header.iter().take(place).any(|earlier| earlier == name) {
            return wrong(format!("{name} stands twice"));
        }
    }
    let has = |name: &str| header.iter().any(|h| h == name);
    if !has("rated_on") || !IDENTIFIERS.iter().any(|name| has(name)) {
        return wrong("rated_on and one of tax_id, lei, national_id are needed".to_owned());
    }
    Ok(())
}

fn field<'r>(report: &'r mut Report, name: &str) -> Option<&'r mut Option<String>> {
    Some(match name {
        "tax_id" => &mut report.tax_id,
        "lei" => &mut report.lei,
        "national_id" => &mut report.national_id,
        "name" => &mut report.name,
        "grade" => &mut report.grade,
        "probability" => &mut report.probability,
        "limit_amount" => &mut report.limit_amount,
        "limit_currency" => &mut report.limit_currency,
        "rated_on" => &mut report.rated_on,
        "valid_until" => &mut report.valid_until,
        "reference" => &mut report.reference,
        _ => return None,
    })
}

/// Whom a report is about, as identifiers are compared.
pub fn subject(report: &Report) -> Subject {
    let subject = Subject {
        tax_id: report.tax_id.clone(),
        lei: report.lei.clone(),
        national_id: report.national_id.clone(),
        name: report.name.clone(),
    };
    subject.folded()
}

/// What a report says, read but not checked against a scale.
///
/// # Errors
/// `date.invalid`, `amount.invalid`.
pub fn stated(report: &Report) -> Outcome<StatedRating> {
    let number = |field: &str, text: &String| {
        parse_decimal(text).map(Exact).ok_or_else(|| {
            let message = format!("{:?} is not a plain decimal number", text::shown(text));
            Error::field(field, &AMOUNT_INVALID, message)
        })
    };
    let amount = report.limit_amount.as_ref().map(|t| number("limit_amount", t)).transpose()?;
    let currency = report.limit_currency.clone().unwrap_or_default();
    Ok(StatedRating {
        grade: report.grade.clone(),
        probability: report.probability.as_ref().map(|t| number("probability", t)).transpose()?,
        limit: amount.map(|amount| (amount, currency)),
        rated_on: parse_date("rated_on", report.rated_on.as_deref().unwrap_or_default())?,
        valid_until: report.valid_until.as_deref().map(|t| parse_date("valid_until", t)).transpose()?,
        reference: report.reference.clone(),
    })
}

/// SHA-256 over all that a report says: the same sent twice is recognised by it.
pub fn fingerprint(report: &Report) -> Vec<u8> {
    let fields = [
        &report.tax_id,
        &report.lei,
        &report.national_id,
        &report.name,
        &report.grade,
        &report.probability,
        &report.limit_amount,
        &report.limit_currency,
        &report.rated_on,
        &report.valid_until,
        &report.reference,
    ];
    let mut hash = Sha256::new();
    for field in fields {
        let text = field.as_deref().unwrap_or_default();
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().to_vec()
}
