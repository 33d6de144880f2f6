//! How much of the book hangs on few.

use actix_web::get;
use app::credit::concentration::{
    ConcentrationReport, ConcentrationRequest, Debtor, TOP_DEFAULT, concentration_of,
};
use domain::credit::concentration::ConcentrationMeasure;
use kernel::{Currency, Outcome};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::checks::amount;
use super::exposure::RateDto;
use crate::answer;
use crate::call::Call;
use crate::params::Params;
use crate::problem::RestResult;

/// One of the largest debtors.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConcentrationDebtor)]
pub(crate) struct DebtorDto {
    /// `group`, or `party` where it belongs to no group, or to those who control it jointly alone.
    holder_kind: String,
    holder_id: String,
    holder_name: String,
    amount: String,
    /// Of the total; 0 to 1.
    share: String,
    /// With those before it.
    cumulative_share: String,
}

/// How much of the book hangs on few debtors.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Concentration)]
pub(crate) struct ConcentrationDto {
    #[schema(format = Date)]
    on: String,
    currency: String,
    /// `receivables` or `exposure`.
    measure: String,
    total_amount: String,
    /// Debtors with an amount.
    debtors: usize,
    /// Herfindahl–Hirschman index, Σ share²: 1 where one debtor has everything. Absent where nobody owes anything.
    hhi: Option<String>,
    /// (HHI − 1/N) ÷ (1 − 1/N): 0 where all are alike. Absent for fewer than two debtors.
    normalised_hhi: Option<String>,
    /// 1 ÷ HHI: so many debtors alike would be as concentrated.
    effective_number: Option<String>,
    /// What the largest have together.
    top_amount: String,
    top_share: String,
    largest: Vec<DebtorDto>,
    /// What companies of our own owe; in no other figure.
    eliminated_amount: String,
    rate_source: String,
    rates: Vec<RateDto>,
    /// There are accounts outside your rights: the figures are not all there is.
    partial: bool,
}

impl From<Debtor> for DebtorDto {
    fn from(debtor: Debtor) -> Self {
        Self {
            holder_kind: debtor.holder.kind.to_string(),
            holder_id: debtor.holder.public_id(),
            holder_name: debtor.name,
            amount: amount(debtor.amount),
            share: amount(debtor.share),
            cumulative_share: amount(debtor.cumulative_share),
        }
    }
}

impl From<ConcentrationReport> for ConcentrationDto {
    fn from(report: ConcentrationReport) -> Self {
        let found = report.concentration;
        let last = report.largest.last();
        Self {
            on: report.on.to_string(),
            currency: report.currency.to_string(),
            measure: report.measure.to_string(),
            total_amount: amount(found.total),
            debtors: found.debtors,
            hhi: found.hhi.map(amount),
            normalised_hhi: found.normalised.map(amount),
            effective_number: found.effective_number.map(amount),
            top_amount: amount(report.largest.iter().map(|debtor| debtor.amount).sum()),
            top_share: amount(last.map(|debtor| debtor.cumulative_share).unwrap_or_default()),
            largest: report.largest.into_iter().map(DebtorDto::from).collect(),
            eliminated_amount: amount(report.eliminated),
            rate_source: report.rate_source,
            rates: report.rates.into_iter().map(RateDto::from).collect(),
            partial: report.partial,
        }
    }
}

/// The largest as rows of a table, each with the indices of the whole.
fn rows(report: &ConcentrationReport) -> Vec<Value> {
    let row = |debtor: &Debtor| {
        json!({ "on": report.on, "measure": report.measure, "currency": report.currency.as_str(),
            "holder_kind": debtor.holder.kind, "holder_id": debtor.holder.public_id(), "holder_name": debtor.name,
            "amount": amount(debtor.amount), "share": amount(debtor.share),
            "cumulative_share": amount(debtor.cumulative_share),
            "total_amount": amount(report.concentration.total), "hhi": report.concentration.hhi.map(amount),
            "eliminated_amount": amount(report.eliminated), "partial": report.partial })
    };
    report.largest.iter().map(row).collect()
}

/// How much of the book hangs on few debtors, by groups: Herfindahl–Hirschman index and the share of the largest.
#[utoipa::path(tag = "credit", responses((status = 200, body = ConcentrationDto)), params(
    ("measure" = Option<String>, Query, description = "`receivables` (default) or `exposure`, with orders and reservations."),
    ("legal_entity" = Option<String>, Query, description = "Only accounts of this legal entity."),
    ("portfolio" = Option<String>, Query, description = "Only accounts of this portfolio."),
    ("currency" = Option<String>, Query, description = "Of every figure; the first legal entity's when absent. Rates are the policy's."),
    ("top" = Option<u32>, Query, description = "How many of the largest are named, 1 to 500. Default: 10."),
))]
#[get("/v1/credit/concentration")]
pub(super) async fn get_concentration(call: Call) -> RestResult {
    let params = Params::read(&call, &["measure", "legal_entity", "portfolio", "currency", "top"])?;
    let request = request(&params).map_err(|e| call.problem(e))?;
    let found = call.run_report(move |app, ctx| concentration_of(app, ctx, &request)).await?;
    if answer::wants_csv(&call) {
        return answer::page(&call, &rows(&found), None);
    }
    answer::json_of(&call, &ConcentrationDto::from(found))
}

fn request(params: &Params) -> Outcome<ConcentrationRequest> {
    let currency = params.text("currency").map(|text| Currency::parse("currency", &text)).transpose()?;
    Ok(ConcentrationRequest {
        legal_entity: params.id("legal_entity", "len")?,
        portfolio: params.id("portfolio", "prt")?,
        currency,
        measure: params.choice("measure")?.unwrap_or(ConcentrationMeasure::Receivables),
        top: params.number("top")?.unwrap_or(TOP_DEFAULT),
    })
}
