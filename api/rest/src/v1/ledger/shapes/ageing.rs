//! Ageing on the wire.

use app::ledger::ageing::{AgeingReport, GroupBy};
use app::ledger::store::AgeRow;
use domain::receivables::ageing::BucketSet;
use kernel::Decimal;
use kernel::id::{AccountId, LegalEntityId, PartyId, PortfolioId};
use kernel::rate::Converted;
use kernel::text_enum::TextEnum as _;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ConvertedDto, amount, converted_columns};

/// One bucket of an ageing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Bucket)]
pub(crate) struct BucketDto {
    #[schema(example = "31-60")]
    label: String,
    amount: String,
    /// Debit items in it; netting does not lower this.
    items: u32,
}

/// An ageing of one group in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgeingRow)]
pub(crate) struct AgeRowDto {
    /// The account, party, legal entity or portfolio.
    key: Option<String>,
    /// Its number, tax id or code.
    code: Option<String>,
    name: Option<String>,
    currency: String,
    buckets: Vec<BucketDto>,
    /// Credits that were not netted: zero or negative.
    credits_amount: String,
    /// Buckets plus credits.
    total_amount: String,
    /// The total in the currency asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    converted: Option<ConvertedDto>,
}

fn key(by: GroupBy, id: Uuid) -> String {
    match by {
        GroupBy::Nothing | GroupBy::Account => AccountId(id).to_string(),
        GroupBy::Party => PartyId(id).to_string(),
        GroupBy::LegalEntity => LegalEntityId(id).to_string(),
        GroupBy::Portfolio => PortfolioId(id).to_string(),
    }
}

impl AgeRowDto {
    pub(super) fn new(by: GroupBy, set: &BucketSet, row: &AgeRow, converted: Option<&Converted>) -> Self {
        let values = row.ageing.buckets.iter().zip(&row.ageing.counts);
        let bucket = |(label, (value, items)): (&String, (&Decimal, &u32))| BucketDto {
            label: label.clone(),
            amount: amount(*value),
            items: *items,
        };
        Self {
            key: row.key.map(|id| key(by, id)),
            code: row.code.clone(),
            name: row.name.clone(),
            currency: row.currency.to_string(),
            buckets: set.labels().iter().zip(values).map(bucket).collect(),
            credits_amount: amount(row.ageing.credits),
            total_amount: amount(row.ageing.total),
            converted: converted.map(ConvertedDto::from),
        }
    }
}

/// Open amounts by days past due, or since issue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Ageing)]
pub(crate) struct AgeingDto {
    /// The business date; of several time zones the latest, unless one was asked for.
    #[schema(format = Date)]
    as_of: String,
    #[schema(format = DateTime)]
    known_at: String,
    bucket_set: String,
    /// due or issue.
    basis: String,
    /// own_column or net_oldest.
    credits: String,
    group_by: String,
    /// Of the buckets, in order.
    labels: Vec<String>,
    rows: Vec<AgeRowDto>,
    /// Hand it back as `after` to read on; absent on the last page.
    next_after: Option<String>,
}

impl From<&AgeingReport> for AgeingDto {
    fn from(report: &AgeingReport) -> Self {
        let row = |(row, c): &(AgeRow, Option<Converted>)| {
            AgeRowDto::new(report.group_by, &report.set, row, c.as_ref())
        };
        Self {
            as_of: report.on.to_string(),
            known_at: report.known_at.to_rfc3339(),
            bucket_set: report.set.name().to_owned(),
            basis: report.set.basis().as_str().to_owned(),
            credits: report.credits.as_str().to_owned(),
            group_by: report.group_by.as_str().to_owned(),
            labels: report.set.labels().to_vec(),
            rows: report.rows.iter().map(row).collect(),
            next_after: report.next_after.map(|id| key(report.group_by, id)),
        }
    }
}

impl AgeingDto {
    /// Where the next page begins.
    pub(crate) fn next_after(self) -> Option<String> {
        self.next_after
    }
}

/// The same as rows of a table: one column per bucket.
pub(crate) fn ageing_rows(report: &AgeingReport) -> Vec<Value> {
    let row = |(row, converted): &(AgeRow, Option<Converted>)| {
        let mut columns = Map::new();
        columns.insert("as_of".to_owned(), json!(report.on));
        columns.insert("key".to_owned(), json!(row.key.map(|id| key(report.group_by, id))));
        columns.insert("code".to_owned(), json!(row.code));
        columns.insert("name".to_owned(), json!(row.name));
        columns.insert("currency".to_owned(), json!(row.currency.as_str()));
        for (label, value) in report.set.labels().iter().zip(&row.ageing.buckets) {
            columns.insert(label.clone(), json!(amount(*value)));
        }
        columns.insert("credits".to_owned(), json!(amount(row.ageing.credits)));
        columns.insert("total".to_owned(), json!(amount(row.ageing.total)));
        converted_columns(&mut columns, converted.as_ref());
        Value::Object(columns)
    };
    report.rows.iter().map(row).collect()
}
