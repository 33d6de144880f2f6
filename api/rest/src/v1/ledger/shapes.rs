//! Shapes of reports on the wire.

mod ageing;
mod overview;
mod statement;

use app::ledger::balances::Balances;
use app::ledger::store::BalanceRow;
use kernel::Decimal;
use kernel::id::AccountId;
use kernel::rate::Converted;
use kernel::text_enum::TextEnum as _;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

pub(super) use ageing::{AgeingDto, ageing_rows};
pub(super) use overview::{HitDto, HitsDto, OverviewDto, OverviewRows};
pub(super) use statement::{AccountStatementDto, statement_rows};

/// An amount without needless zeros.
pub(super) fn amount(decimal: Decimal) -> String {
    decimal.normalize().to_string()
}

/// An amount in another currency, with the rates that made it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Converted)]
pub(crate) struct ConvertedDto {
    currency: String,
    amount: String,
    /// same, direct, inverse or triangulated.
    path: String,
    /// In the order applied; none for the same currency.
    rates: Vec<RateDto>,
}

/// A rate that took part.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RateUsed)]
pub(crate) struct RateDto {
    source: String,
    base: String,
    quote: String,
    #[schema(format = Date)]
    quoted_on: String,
    rate: String,
    /// Divided by, being quoted the other way round.
    inverted: bool,
}

impl From<&Converted> for ConvertedDto {
    fn from(converted: &Converted) -> Self {
        let rate = |used: &kernel::rate::RateUsed| RateDto {
            source: used.rate.source().to_owned(),
            base: used.rate.base().to_string(),
            quote: used.rate.quote().to_string(),
            quoted_on: used.rate.on().to_string(),
            rate: amount(used.rate.rate()),
            inverted: used.inverted,
        };
        Self {
            currency: converted.money.currency.to_string(),
            amount: amount(converted.money.amount),
            path: converted.path.as_str().to_owned(),
            rates: converted.rates.iter().map(rate).collect(),
        }
    }
}

/// For a table: the amount, its currency, and the rates in words.
fn converted_columns(row: &mut Map<String, Value>, converted: Option<&Converted>) {
    let Some(converted) = converted else { return };
    let rate = |used: &kernel::rate::RateUsed| {
        let rate = &used.rate;
        let (base, quote) = (rate.base(), rate.quote());
        format!("{} {base}/{quote} {} {}", rate.source(), rate.on(), amount(rate.rate()))
    };
    let rates = converted.rates.iter().map(rate).collect::<Vec<_>>().join("; ");
    row.insert("converted_amount".to_owned(), amount(converted.money.amount).into());
    row.insert("converted_currency".to_owned(), converted.money.currency.to_string().into());
    row.insert("converted_rate".to_owned(), rates.into());
}

/// What is open in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Balance)]
pub(crate) struct BalanceDto {
    currency: String,
    /// Debits and credits together.
    open_amount: String,
    debits_amount: String,
    /// Zero or negative.
    credits_amount: String,
    /// Debits past their due date; the due date itself is not overdue.
    overdue_amount: String,
    open_items: i64,
    #[schema(format = Date)]
    oldest_due_on: Option<String>,
    days_overdue_max: i64,
    /// The open amount in the currency asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    converted: Option<ConvertedDto>,
}

impl BalanceDto {
    fn new(row: &BalanceRow, converted: Option<&Converted>) -> Self {
        Self {
            currency: row.currency.to_string(),
            open_amount: amount(row.open),
            debits_amount: amount(row.debits),
            credits_amount: amount(row.credits),
            overdue_amount: amount(row.overdue),
            open_items: row.items,
            oldest_due_on: row.oldest_due_on.map(|d| d.to_string()),
            days_overdue_max: row.days_overdue_max,
            converted: converted.map(ConvertedDto::from),
        }
    }
}

/// Balances of an account, one per currency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Balances)]
pub(crate) struct BalancesDto {
    account_id: String,
    /// The business date they are of.
    #[schema(format = Date)]
    as_of: String,
    #[schema(format = DateTime)]
    known_at: String,
    balances: Vec<BalanceDto>,
}

impl From<&Balances> for BalancesDto {
    fn from(found: &Balances) -> Self {
        Self {
            account_id: AccountId(found.account.id).to_string(),
            as_of: found.on.to_string(),
            known_at: found.known_at.to_rfc3339(),
            balances: found.rows.iter().map(|(row, c)| BalanceDto::new(row, c.as_ref())).collect(),
        }
    }
}

/// The same as rows of a table.
pub(super) fn balance_rows(found: &Balances) -> Vec<Value> {
    let row = |(row, converted): &(BalanceRow, Option<Converted>)| {
        let start = json!({ "account_id": AccountId(found.account.id).to_string(), "number": found.account.number,
            "as_of": found.on, "known_at": found.known_at, "currency": row.currency.as_str(),
            "open_amount": amount(row.open), "debits_amount": amount(row.debits),
            "credits_amount": amount(row.credits), "overdue_amount": amount(row.overdue), "open_items": row.items,
            "oldest_due_on": row.oldest_due_on, "days_overdue_max": row.days_overdue_max });
        with_converted(start, converted.as_ref())
    };
    found.rows.iter().map(row).collect()
}

fn with_converted(start: Value, converted: Option<&Converted>) -> Value {
    let Value::Object(mut row) = start else { return start };
    converted_columns(&mut row, converted);
    Value::Object(row)
}
