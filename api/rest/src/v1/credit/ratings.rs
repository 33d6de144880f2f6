//! Operations on the rating of a party: overrides, accounts, all voices side by side.

use std::collections::BTreeMap;

use actix_web::web::Path;
use actix_web::{get, post};
use app::credit::scoring::overrides::{RatingOverride, SetOverride, end_override, set_override};
use app::credit::scoring::rating::rating;
use app::credit::scoring::statements::{
    RecordStatement, StatementRatios, StoredStatement, party_ratios, record_statement, withdraw_statement,
};
use app::credit::scoring::{STANDARD, lists};
use domain::credit::scoring::statements::{Assurance, Figure, Statement};
use kernel::id::{FinancialStatementId, PartyId, RatingOverrideId};
use kernel::money::parse_decimal;
use kernel::registry::codes::AMOUNT_INVALID;
use kernel::time::parse_date;
use kernel::{Error, Outcome, text, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::external::ExternalRatingDto;
use super::scores::ScoreDto;
use crate::answer::{self, Versioned};
use crate::call::{Call, Cmd, NoBody};
use crate::listing;
use crate::openapi::PageOf;
use crate::params::Params;
use crate::problem::RestResult;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(get_party_rating)
        .service(get_party_ratios)
        .service(list_rating_overrides)
        .service(set_rating_override)
        .service(get_rating_override)
        .service(end_rating_override)
        .service(list_financial_statements)
        .service(record_financial_statement)
        .service(get_financial_statement)
        .service(withdraw_financial_statement);
}

/// The rating of a party as it counts, and every voice it is made of.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PartyRating)]
struct RatingDto {
    /// The party that stands for all that count as one risk with it.
    party_id: String,
    #[schema(format = Date)]
    on: String,
    /// The class that counts; none where there is neither score nor override.
    class: Option<String>,
    /// `score` or `override`.
    origin: Option<String>,
    score: Option<ScoreDto>,
    /// In force on the day.
    overrides: Vec<OverrideDto>,
    /// Of each provider the latest that is to be relied on.
    external: Vec<ExternalRatingDto>,
}

/// A person's word on a rating, for a time.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RatingOverride)]
struct OverrideDto {
    #[schema(example = "ovr_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    party_id: String,
    scorecard: String,
    class: String,
    reason: String,
    #[schema(format = Date)]
    from: String,
    /// Last day it holds.
    #[schema(format = Date)]
    until: String,
    set_by: String,
    #[schema(format = DateTime)]
    recorded_at: String,
    /// When a person ended it.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    /// When it was told that it had run out.
    #[serde(default)]
    #[schema(format = DateTime)]
    expired_at: Option<String>,
    /// What you may do with it now; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<Vec<String>>,
}

impl Versioned for OverrideDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl From<RatingOverride> for OverrideDto {
    fn from(word: RatingOverride) -> Self {
        Self {
            id: RatingOverrideId(word.id).to_string(),
            party_id: PartyId(word.party_id).to_string(),
            scorecard: word.scorecard_code,
            class: word.class,
            reason: word.reason,
            from: word.from.to_string(),
            until: word.until.to_string(),
            set_by: word.set_by,
            recorded_at: answer::instant(word.recorded_at),
            ended_at: word.ended_at.map(answer::instant),
            expired_at: None,
            allowed_actions: None,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SetRatingOverride)]
struct SetOverrideBody {
    party_id: String,
    /// Code of a scorecard; `standard` when absent.
    scorecard: Option<String>,
    /// One of its classes.
    class: String,
    reason: String,
    /// Today when absent.
    #[schema(format = Date)]
    from: Option<String>,
    /// Last day it holds, at most two years away.
    #[schema(format = Date)]
    until: String,
}

/// A financial statement. Figures that are not known are not there.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FinancialStatement)]
struct StatementDto {
    #[schema(example = "fst_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    party_id: String,
    #[schema(format = Date)]
    closes_on: String,
    /// Length of the period.
    months: i32,
    currency: String,
    /// `audited`, `filed`, `provisional` or `stated`.
    assurance: String,
    /// Amounts by name, decimals as text.
    #[schema(value_type = Object)]
    figures: Value,
    note: Option<String>,
    /// Of this closing date, from 1.
    version: i64,
    recorded_by: String,
    #[schema(format = DateTime)]
    recorded_at: String,
    /// When it was replaced or withdrawn.
    #[schema(format = DateTime)]
    superseded_at: Option<String>,
    /// What you may do with it now; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<Vec<String>>,
}

impl Versioned for StatementDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }

    /// A version stays as it is; whether it still counts changes beside it.
    fn is_settled_by_version(&self) -> bool {
        false
    }
}

impl From<StoredStatement> for StatementDto {
    fn from(stored: StoredStatement) -> Self {
        let figures = stored.statement.figures.iter();
        let figures = figures.map(|(name, amount)| (name.to_string(), Value::String(amount.to_string())));
        Self {
            id: FinancialStatementId(stored.id).to_string(),
            party_id: PartyId(stored.party_id).to_string(),
            closes_on: stored.statement.closes_on.to_string(),
            months: stored.statement.months.into(),
            currency: stored.statement.currency,
            assurance: stored.assurance.to_string(),
            figures: Value::Object(figures.collect()),
            note: stored.note,
            version: stored.version.into(),
            recorded_by: stored.recorded_by,
            recorded_at: answer::instant(stored.recorded_at),
            superseded_at: stored.superseded_at.map(answer::instant),
            allowed_actions: None,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RecordFinancialStatement)]
struct RecordStatementBody {
    party_id: String,
    #[schema(format = Date)]
    closes_on: String,
    /// 1 to 24; 12 when absent.
    months: Option<u8>,
    currency: String,
    /// `audited`, `filed`, `provisional` or `stated`.
    assurance: String,
    /// Amounts by name as decimal texts, e.g. `total_assets`, `equity`, `revenue`.
    figures: BTreeMap<String, String>,
    note: Option<String>,
}

impl RecordStatementBody {
    fn into_command(self) -> Outcome<RecordStatement> {
        let mut figures = BTreeMap::new();
        for (name, amount) in &self.figures {
            let field = format!("figures.{name}");
            let figure = text_enum::parse::<Figure>(&field, name)?;
            let read = parse_decimal(amount).ok_or_else(|| {
                let message = format!("{:?} is not a decimal number like 1234.56", text::shown(amount));
                Error::field(field, &AMOUNT_INVALID, message)
            })?;
            figures.insert(figure, read.normalize());
        }
        Ok(RecordStatement {
            party: PartyId::parse(&self.party_id)?,
            statement: Statement {
                closes_on: parse_date("closes_on", &self.closes_on)?,
                months: self.months.unwrap_or(12),
                currency: self.currency,
                figures,
            },
            assurance: text_enum::parse::<Assurance>("assurance", &self.assurance)?,
            note: self.note,
        })
    }
}

/// The ratios of one statement.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatementRatios)]
struct RatiosDto {
    statement: StatementDto,
    /// By name; a figure that is missing gives no ratio.
    #[schema(value_type = Object)]
    ratios: BTreeMap<String, String>,
    /// What changed since the statement before, where both have the ratio.
    #[schema(value_type = Object)]
    change: BTreeMap<String, String>,
    /// What the Z″ means: `safe`, `grey` or `distress`.
    zone: Option<String>,
}

impl From<StatementRatios> for RatiosDto {
    fn from(found: StatementRatios) -> Self {
        let text = |of: BTreeMap<_, kernel::Decimal>| {
            of.into_iter()
                .map(|(ratio, n): (domain::credit::scoring::ratios::Ratio, _)| {
                    (ratio.to_string(), n.to_string())
                })
                .collect()
        };
        Self {
            statement: found.statement.into(),
            ratios: text(found.ratios),
            change: text(found.change),
            zone: found.zone.map(|z| z.to_string()),
        }
    }
}

/// The rating of a party as it counts on a day: the score, a person's word above it, external ratings beside it.
#[utoipa::path(tag = "scoring", params(
    ("scorecard" = Option<String>, Query, description = "Code of a scorecard; `standard` when absent."),
    ("on" = Option<String>, Query, description = "A day; today when absent.")),
    responses((status = 200, body = RatingDto)))]
#[get("/v1/parties/{party}/rating")]
async fn get_party_rating(call: Call, party: Path<String>) -> RestResult {
    let params = Params::read(&call, &["scorecard", "on"])?;
    let (scorecard, on) =
        (params.text("scorecard").unwrap_or_else(|| STANDARD.to_owned()), params.text("on"));
    let found = call
        .run(move |app, ctx| rating(app, ctx, PartyId::parse(&party)?, (&scorecard, on.as_deref())))
        .await?;
    let score = found.score.map(|score| ScoreDto::of(&call, score)).transpose()?;
    let rating = RatingDto {
        party_id: PartyId(found.party_id).to_string(),
        on: found.on.to_string(),
        class: found.class,
        origin: found.origin.map(|o| o.to_string()),
        score,
        overrides: found.overrides.into_iter().map(OverrideDto::from).collect(),
        external: found.external.into_iter().map(ExternalRatingDto::from).collect(),
    };
    answer::json_of(&call, &rating)
}

/// The ratios of the last five statements of a party, the newest first, with what changed from one to the next.
#[utoipa::path(tag = "scoring", responses((status = 200, body = Vec<RatiosDto>)))]
#[get("/v1/parties/{party}/ratios")]
async fn get_party_ratios(call: Call, party: Path<String>) -> RestResult {
    Params::read(&call, &[])?;
    let found = call.run(move |app, ctx| party_ratios(app, ctx, PartyId::parse(&party)?)).await?;
    answer::json_of(&call, &found.into_iter().map(RatiosDto::from).collect::<Vec<_>>())
}

/// Lists overrides of ratings.
#[utoipa::path(tag = "scoring", responses((status = 200, body = PageOf<OverrideDto>)))]
#[get("/v1/rating-overrides")]
async fn list_rating_overrides(call: Call) -> RestResult {
    listing::list::<OverrideDto>(call, &lists::RATING_OVERRIDES).await
}

/// Sets the class of a party by hand, with a reason and a last day. The score goes on beside it.
#[utoipa::path(tag = "scoring", request_body = SetOverrideBody, responses((status = 201, body = OverrideDto)))]
#[post("/v1/rating-overrides")]
async fn set_rating_override(cmd: Cmd<SetOverrideBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let party = PartyId::parse(&body.party_id).map_err(|e| call.problem(e))?;
    let cmd = SetOverride {
        party,
        scorecard: body.scorecard.unwrap_or_else(|| STANDARD.to_owned()),
        class: body.class,
        reason: body.reason,
        from: body.from,
        until: body.until,
    };
    let answer = call.run(move |app, ctx| set_override(app, ctx, &cmd)).await?;
    answer::created(&call, &answer.map(OverrideDto::from))
}

/// One override.
#[utoipa::path(tag = "scoring", responses((status = 200, body = OverrideDto)))]
#[get("/v1/rating-overrides/{rating_override}")]
async fn get_rating_override(call: Call, rating_override: Path<String>) -> RestResult {
    listing::get::<OverrideDto>(call, &lists::RATING_OVERRIDES, rating_override.into_inner()).await
}

/// Ends an override, at once.
#[utoipa::path(tag = "scoring", responses((status = 200, body = OverrideDto)))]
#[post("/v1/rating-overrides/{rating_override}/end")]
async fn end_rating_override(cmd: Cmd<NoBody>, rating_override: Path<String>) -> RestResult {
    let ended =
        cmd.call.run(move |app, ctx| end_override(app, ctx, RatingOverrideId::parse(&rating_override)?));
    answer::done(&cmd.call, &ended.await?.map(OverrideDto::from))
}

/// Lists financial statements, every version.
#[utoipa::path(tag = "scoring", responses((status = 200, body = PageOf<StatementDto>)))]
#[get("/v1/financial-statements")]
async fn list_financial_statements(call: Call) -> RestResult {
    listing::list::<StatementDto>(call, &lists::FINANCIAL_STATEMENTS).await
}

/// Records a financial statement; one of the same closing date is superseded. The same again writes nothing.
#[utoipa::path(tag = "scoring", request_body = RecordStatementBody,
    responses((status = 201, body = StatementDto), (status = 200, body = StatementDto, description = "It says the same as before.")))]
#[post("/v1/financial-statements")]
async fn record_financial_statement(cmd: Cmd<RecordStatementBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let answer = call.run(move |app, ctx| record_statement(app, ctx, &body.into_command()?)).await?;
    let is_new = answer.value.is_new;
    let answer = answer.map(|recorded| StatementDto::from(recorded.statement));
    answer::created_or_known(&call, is_new, &answer)
}

/// One version of a financial statement.
#[utoipa::path(tag = "scoring", responses((status = 200, body = StatementDto)))]
#[get("/v1/financial-statements/{statement}")]
async fn get_financial_statement(call: Call, statement: Path<String>) -> RestResult {
    listing::get::<StatementDto>(call, &lists::FINANCIAL_STATEMENTS, statement.into_inner()).await
}

/// Withdraws a financial statement: it counts no more and stays readable.
#[utoipa::path(tag = "scoring", responses((status = 200, body = StatementDto)))]
#[post("/v1/financial-statements/{statement}/withdraw")]
async fn withdraw_financial_statement(cmd: Cmd<NoBody>, statement: Path<String>) -> RestResult {
    let id = move || FinancialStatementId::parse(&statement);
    let answer = cmd.call.run(move |app, ctx| withdraw_statement(app, ctx, id()?)).await?;
    answer::done(&cmd.call, &answer.map(StatementDto::from))
}
