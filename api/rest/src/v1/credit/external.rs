//! Operations on external ratings, their providers, and reports that wait.

use actix_web::web::Path;
use actix_web::{get, post, put};
use app::credit::external::inbox::{InboxReport, ignore_report, match_report};
use app::credit::external::intake::{Intake, import_file, record_rating};
use app::credit::external::providers::{Provider, PutProvider, put_provider};
use app::credit::external::{ExternalRating, Report, lists};
use kernel::id::{ExternalInboxId, ExternalRatingId, PartyId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::answer::{self, Versioned};
use crate::call::{Call, Cmd};
use crate::listing;
use crate::openapi::PageOf;
use crate::problem::RestResult;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_rating_providers)
        .service(get_rating_provider)
        .service(put_rating_provider)
        .service(list_external_ratings)
        .service(import_external_ratings)
        .service(record_external_rating)
        .service(get_external_rating)
        .service(list_external_inbox)
        .service(get_external_report)
        .service(match_external_report)
        .service(ignore_external_report);
}

/// Who rates, and on which scale.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RatingProvider)]
struct ProviderDto {
    #[schema(example = "bureau")]
    code: String,
    name: String,
    /// From the best to the worst.
    grades: Vec<String>,
    /// How long a rating is relied on that does not say so itself.
    valid_days: i32,
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
}

impl Versioned for ProviderDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

impl From<Provider> for ProviderDto {
    fn from(provider: Provider) -> Self {
        Self {
            code: provider.code,
            name: provider.name,
            grades: provider.scale.grades().to_vec(),
            valid_days: provider.valid_days,
            version: provider.version,
            created_at: answer::instant(provider.created_at),
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PutRatingProvider)]
struct PutProviderBody {
    name: String,
    /// 2 to 50, from the best to the worst.
    grades: Vec<String>,
    /// How long a rating is relied on that does not say so itself; 365 when absent.
    valid_days: Option<i32>,
}

/// What an outside party says of a party.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExternalRating)]
pub(super) struct ExternalRatingDto {
    #[schema(example = "xrt_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    provider: String,
    /// The party that stands for all that count as one risk with it.
    party_id: String,
    grade: Option<String>,
    /// Where the grade stands on its scale: 0 the best, 1 the worst.
    position: Option<String>,
    /// Of failure within a year, 0 to 1.
    probability: Option<String>,
    limit_amount: Option<String>,
    limit_currency: Option<String>,
    #[schema(format = Date)]
    rated_on: String,
    /// Last day it is relied on.
    #[schema(format = Date)]
    valid_until: String,
    reference: Option<String>,
    /// `api`, `file` or `manual`.
    origin: String,
    /// Worse than the one before it.
    downgrade: bool,
    #[schema(format = DateTime)]
    recorded_at: String,
}

impl Versioned for ExternalRatingDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl From<ExternalRating> for ExternalRatingDto {
    fn from(rating: ExternalRating) -> Self {
        Self {
            id: ExternalRatingId(rating.id).to_string(),
            provider: rating.provider_code,
            party_id: PartyId(rating.party_id).to_string(),
            grade: rating.grade,
            position: rating.position.map(|p| p.to_string()),
            probability: rating.probability.map(|p| p.to_string()),
            limit_amount: rating.limit_amount.map(|a| a.to_string()),
            limit_currency: rating.limit_currency,
            rated_on: rating.rated_on.to_string(),
            valid_until: rating.valid_until.to_string(),
            reference: rating.reference,
            origin: rating.origin.to_string(),
            downgrade: rating.downgrade,
            recorded_at: answer::instant(rating.recorded_at),
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RecordExternalRating)]
struct RecordRatingBody {
    /// Code of a provider.
    provider: String,
    party_id: String,
    /// On the scale of the provider.
    grade: Option<String>,
    /// Of failure within a year, 0 to 1.
    probability: Option<String>,
    limit_amount: Option<String>,
    limit_currency: Option<String>,
    #[schema(format = Date)]
    rated_on: String,
    #[schema(format = Date)]
    valid_until: Option<String>,
    reference: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportExternalRatings)]
struct ImportBody {
    /// Code of a provider.
    provider: String,
    /// The file as text. Its first line names the columns: `tax_id`, `lei`, `national_id`, `name`, `grade`, `probability`,
    /// `limit_amount`, `limit_currency`, `rated_on`, `valid_until`, `reference`.
    csv: String,
}

/// What became of reports.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExternalIntake)]
struct IntakeDto {
    received: u64,
    /// Taken in as ratings.
    taken: u64,
    /// Known already: nothing was written for them.
    duplicates: u64,
    /// Put into the inbox.
    inbox: u64,
    /// Of those taken in, worse than what was known.
    downgrades: u64,
}

impl Versioned for IntakeDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl From<Intake> for IntakeDto {
    fn from(intake: Intake) -> Self {
        let Intake { received, taken, duplicates, inbox, downgrades } = intake;
        Self { received, taken, duplicates, inbox, downgrades }
    }
}

/// A report that waits for a person, or waited.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExternalReport)]
struct InboxDto {
    #[schema(example = "xin_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    provider: String,
    report: ReportDto,
    /// `api`, `file` or `manual`.
    origin: String,
    /// `unmatched`, `ambiguous` or `invalid`.
    reason: String,
    /// Code and message of what is wrong with it.
    problem: Option<String>,
    /// `open`, `matched` or `ignored`.
    state: String,
    party_id: Option<String>,
    note: Option<String>,
    #[schema(format = DateTime)]
    received_at: String,
    #[serde(default)]
    #[schema(format = DateTime)]
    resolved_at: Option<String>,
    resolved_by: Option<String>,
    /// What you may do with it now; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<Vec<String>>,
}

/// A report as it came.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ExternalReportContent)]
struct ReportDto {
    tax_id: Option<String>,
    lei: Option<String>,
    national_id: Option<String>,
    name: Option<String>,
    grade: Option<String>,
    probability: Option<String>,
    limit_amount: Option<String>,
    limit_currency: Option<String>,
    rated_on: Option<String>,
    valid_until: Option<String>,
    reference: Option<String>,
}

impl Versioned for InboxDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl From<Report> for ReportDto {
    fn from(report: Report) -> Self {
        Self {
            tax_id: report.tax_id,
            lei: report.lei,
            national_id: report.national_id,
            name: report.name,
            grade: report.grade,
            probability: report.probability,
            limit_amount: report.limit_amount,
            limit_currency: report.limit_currency,
            rated_on: report.rated_on,
            valid_until: report.valid_until,
            reference: report.reference,
        }
    }
}

impl From<InboxReport> for InboxDto {
    fn from(waiting: InboxReport) -> Self {
        Self {
            id: ExternalInboxId(waiting.id).to_string(),
            provider: waiting.provider_code,
            report: waiting.report.into(),
            origin: waiting.origin.to_string(),
            reason: waiting.reason.to_string(),
            problem: waiting.problem,
            state: waiting.state.to_string(),
            party_id: waiting.party_id.map(|id| PartyId(id).to_string()),
            note: waiting.note,
            received_at: answer::instant(waiting.received_at),
            resolved_at: None,
            resolved_by: waiting.resolved_by,
            allowed_actions: None,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MatchExternalReport)]
struct MatchBody {
    party_id: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = IgnoreExternalReport)]
struct IgnoreBody {
    note: Option<String>,
}

/// Lists providers of external ratings.
#[utoipa::path(tag = "external", responses((status = 200, body = PageOf<ProviderDto>)))]
#[get("/v1/rating-providers")]
async fn list_rating_providers(call: Call) -> RestResult {
    listing::list::<ProviderDto>(call, &lists::RATING_PROVIDERS).await
}

/// One provider.
#[utoipa::path(tag = "external", responses((status = 200, body = ProviderDto)))]
#[get("/v1/rating-providers/{provider}")]
async fn get_rating_provider(call: Call, provider: Path<String>) -> RestResult {
    listing::get::<ProviderDto>(call, &lists::RATING_PROVIDERS, provider.into_inner()).await
}

/// Makes a provider known, or changes what is known of it. Ratings taken in before keep their place on the scale.
#[utoipa::path(tag = "external", request_body = PutProviderBody, responses((status = 200, body = ProviderDto)))]
#[put("/v1/rating-providers/{provider}")]
async fn put_rating_provider(cmd: Cmd<PutProviderBody>, provider: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let cmd = PutProvider {
        code: provider.into_inner(),
        name: body.name,
        grades: body.grades,
        valid_days: body.valid_days.unwrap_or(365),
    };
    let answer = call.run(move |app, ctx| put_provider(app, ctx, &cmd)).await?;
    answer::done(&call, &answer.map(ProviderDto::from))
}

/// Lists external ratings, the newest first.
#[utoipa::path(tag = "external", responses((status = 200, body = PageOf<ExternalRatingDto>)))]
#[get("/v1/external-ratings")]
async fn list_external_ratings(call: Call) -> RestResult {
    listing::list::<ExternalRatingDto>(call, &lists::EXTERNAL_RATINGS).await
}

/// Takes in a file of a provider. What is known writes nothing, what fits no party or cannot be read waits in the inbox.
#[utoipa::path(tag = "external", request_body = ImportBody, responses((status = 200, body = IntakeDto)))]
#[post("/v1/external-ratings/import")]
async fn import_external_ratings(cmd: Cmd<ImportBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let answer = call.run(move |app, ctx| import_file(app, ctx, (&body.provider, &body.csv))).await?;
    answer::done(&call, &answer.map(IntakeDto::from))
}

/// Writes down what an outside party says of a party. The same again writes nothing.
#[utoipa::path(tag = "external", request_body = RecordRatingBody,
    responses((status = 201, body = ExternalRatingDto), (status = 200, body = ExternalRatingDto, description = "It is known.")))]
#[post("/v1/external-ratings")]
async fn record_external_rating(cmd: Cmd<RecordRatingBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let party = PartyId::parse(&body.party_id).map_err(|e| call.problem(e))?;
    let report = Report {
        grade: body.grade,
        probability: body.probability,
        limit_amount: body.limit_amount,
        limit_currency: body.limit_currency,
        rated_on: Some(body.rated_on),
        valid_until: body.valid_until,
        reference: body.reference,
        ..Report::default()
    };
    let answer = call.run(move |app, ctx| record_rating(app, ctx, (&body.provider, party, &report))).await?;
    let is_new = answer.value.is_new;
    let answer = answer.map(|recorded| ExternalRatingDto::from(recorded.rating));
    answer::created_or_known(&call, is_new, &answer)
}

/// One external rating.
#[utoipa::path(tag = "external", responses((status = 200, body = ExternalRatingDto)))]
#[get("/v1/external-ratings/{external_rating}")]
async fn get_external_rating(call: Call, external_rating: Path<String>) -> RestResult {
    listing::get::<ExternalRatingDto>(call, &lists::EXTERNAL_RATINGS, external_rating.into_inner()).await
}

/// Lists reports that wait for a person, and those that waited.
#[utoipa::path(tag = "external", responses((status = 200, body = PageOf<InboxDto>)))]
#[get("/v1/external-inbox")]
async fn list_external_inbox(call: Call) -> RestResult {
    listing::list::<InboxDto>(call, &lists::EXTERNAL_INBOX).await
}

/// One report.
#[utoipa::path(tag = "external", responses((status = 200, body = InboxDto)))]
#[get("/v1/external-inbox/{external_report}")]
async fn get_external_report(call: Call, external_report: Path<String>) -> RestResult {
    listing::get::<InboxDto>(call, &lists::EXTERNAL_INBOX, external_report.into_inner()).await
}

/// Says by hand whom a report is about; it becomes a rating of that party.
#[utoipa::path(tag = "external", request_body = MatchBody, responses((status = 200, body = InboxDto)))]
#[post("/v1/external-inbox/{external_report}/match")]
async fn match_external_report(cmd: Cmd<MatchBody>, external_report: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let matched = call.run(move |app, ctx| {
        match_report(app, ctx, ExternalInboxId::parse(&external_report)?, PartyId::parse(&body.party_id)?)
    });
    answer::done(&call, &matched.await?.map(InboxDto::from))
}

/// Lays a report aside. It stays readable.
#[utoipa::path(tag = "external", request_body = IgnoreBody, responses((status = 200, body = InboxDto)))]
#[post("/v1/external-inbox/{external_report}/ignore")]
async fn ignore_external_report(cmd: Cmd<IgnoreBody>, external_report: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let ignored = call.run(move |app, ctx| {
        ignore_report(app, ctx, ExternalInboxId::parse(&external_report)?, body.note.as_deref())
    });
    answer::done(&call, &ignored.await?.map(InboxDto::from))
}
