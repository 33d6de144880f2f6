//! What became of what credit checks decided.

use actix_web::get;
use actix_web::web::Path;
use app::credit::backtest::decided::{DecisionOutcomesReport, DecisionOutcomesRequest, decision_outcomes};
use domain::credit::backtest::decided::{Hits, PolicyVersion, Told};
use domain::credit::backtest::report::Figures;
use kernel::id::LegalEntityId;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::checks::amount;
use crate::answer;
use crate::call::Call;
use crate::params::Params;
use crate::problem::RestResult;

/// Cases of one decision, with what came of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DecidedFigures)]
pub(crate) struct FiguresDto {
    cases: u32,
    invoices: u32,
    invoiced_amount: String,
    /// Written off.
    lost_amount: String,
    /// Paid more than 30 days after the due date, or unpaid 90 days after it.
    late_amount: String,
    /// Cases with something lost or late.
    bad_cases: u32,
}

/// What one version of a policy decided, in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DecisionOutcome)]
pub(crate) struct VersionDto {
    policy_code: String,
    policy_version: i32,
    currency: String,
    /// Cases whose outcome is known.
    judged_cases: u32,
    /// Cases decided rightly: allowed and paid, held or refused and then lost or late.
    hits: u32,
    /// Hits of judged cases, 0 to 1; absent where none is judged.
    hit_rate: Option<String>,
    allowed: FiguresDto,
    /// Held, released by a person or not.
    held: FiguresDto,
    refused: FiguresDto,
    /// Cases from which no invoice came.
    not_invoiced_cases: u32,
    /// Cases whose invoices are neither paid nor 90 days overdue yet, or may still come.
    not_known_cases: u32,
}

/// What became of what credit checks decided, by version of the policy.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DecisionOutcomes)]
pub(crate) struct DecisionOutcomesDto {
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    to: String,
    /// The business date until which invoices and payments count.
    #[schema(format = Date)]
    as_of: String,
    versions: Vec<VersionDto>,
    /// Accounts with more invoices than are looked at.
    accounts_left_out: u32,
}

impl From<Figures> for FiguresDto {
    fn from(figures: Figures) -> Self {
        Self {
            cases: figures.cases,
            invoices: figures.invoices,
            invoiced_amount: amount(figures.turnover),
            lost_amount: amount(figures.lost),
            late_amount: amount(figures.late),
            bad_cases: figures.bad_cases,
        }
    }
}

impl From<(&PolicyVersion, &Hits)> for VersionDto {
    fn from((by, hits): (&PolicyVersion, &Hits)) -> Self {
        Self {
            policy_code: by.code.clone(),
            policy_version: by.version,
            currency: by.currency.to_string(),
            judged_cases: hits.judged(),
            hits: hits.hits(),
            hit_rate: hits.hit_rate().map(amount),
            allowed: hits.allowed.into(),
            held: hits.held.into(),
            refused: hits.refused.into(),
            not_invoiced_cases: hits.not_invoiced,
            not_known_cases: hits.not_known,
        }
    }
}

impl From<&DecisionOutcomesReport> for DecisionOutcomesDto {
    fn from(report: &DecisionOutcomesReport) -> Self {
        Self {
            from: report.told.from.to_string(),
            to: report.told.to.to_string(),
            as_of: report.told.today.to_string(),
            versions: report.outcomes.versions().map(VersionDto::from).collect(),
            accounts_left_out: report.accounts_left_out,
        }
    }
}

/// A row of a table: figures of a decision are columns that begin with its name.
fn flat(version: &VersionDto, told: Told) -> Value {
    let Value::Object(fields) = json!(version) else { return Value::Null };
    let mut row = Map::new();
    row.extend(
        [("from", told.from), ("to", told.to), ("as_of", told.today)]
            .map(|(name, day)| (name.to_owned(), json!(day))),
    );
    for (name, value) in fields {
        if let Value::Object(figures) = value {
            row.extend(figures.into_iter().map(|(figure, value)| (format!("{name}_{figure}"), value)));
        } else {
            row.insert(name, value);
        }
    }
    Value::Object(row)
}

/// What became of what credit checks decided about a legal entity's accounts: hit rate by version of the policy.
#[utoipa::path(tag = "credit", responses((status = 200, body = DecisionOutcomesDto)), params(
    ("from" = Option<String>, Query, description = "A day of the first month of decisions; a year before the last by default."),
    ("to" = Option<String>, Query, description = "Last day of decisions; `as_of` by default."),
    ("as_of" = Option<String>, Query, description = "Business date until which invoices and payments count; today by default."),
))]
#[get("/v1/legal-entities/{legal_entity}/decision-outcomes")]
pub(super) async fn get_decision_outcomes(call: Call, legal_entity: Path<String>) -> RestResult {
    let legal_entity = LegalEntityId::parse(&legal_entity).map_err(|e| call.problem(e))?;
    let params = Params::read(&call, &["from", "to", "as_of"])?;
    let (from, to, as_of) = (params.text("from"), params.text("to"), params.text("as_of"));
    let request = DecisionOutcomesRequest { legal_entity, from, to, as_of };
    let found = call.run_report(move |app, ctx| decision_outcomes(app, ctx, &request)).await?;
    if answer::wants_csv(&call) {
        let versions = found.outcomes.versions().map(VersionDto::from);
        return answer::page(
            &call,
            &versions.map(|version| flat(&version, found.told)).collect::<Vec<_>>(),
            None,
        );
    }
    answer::json_of(&call, &DecisionOutcomesDto::from(&found))
}
