//! Operations on rates and bucket sets.

use actix_web::web::Path;
use actix_web::{get, post};
use app::rates::bucket_sets::{CreateBucketSet, create_bucket_set as create_set};
use app::rates::convert::{Conversion, convert as convert_amount};
use app::rates::lists;
use app::rates::record_fixed_compensation::record_fixed_compensation as record_fixed;
use app::rates::record_fx_rates::record_fx_rates as record_fx;
use app::rates::record_legal_rate::record_legal_rate as record_legal;
use domain::receivables::ageing::AgeBasis;
use domain::receivables::interest::compensation::FixedCompensation;
use domain::receivables::interest::legal_rate::{LegalRate, RateStatus};
use kernel::money::parse_amount;
use kernel::rate::{FxPolicy, FxRate, Percent};
use kernel::{Currency, Decimal, Error, Money, Outcome, text, text_enum, time};

use super::dto::{
    BucketSetDto, ConversionDto, CreateBucketSetBody, FixedCompensationDto, FxRateDto, LegalRateDto,
    NewFxRateDto, RecordFixedCompensationBody, RecordFxRatesBody, RecordLegalRateBody,
    RecordedFixedCompensationDto, RecordedFxRatesDto, RecordedLegalRateDto,
};
use crate::answer;
use crate::call::{Call, Cmd};
use crate::listing;
use crate::openapi::PageOf;
use crate::params::Params;
use crate::problem::RestResult;

/// Days that a rate may be older than the day asked for, unless the caller says otherwise: bridges any weekend.
const MAX_AGE_DAYS: u32 = 7;

/// Lists legal interest rates, those replaced too.
#[utoipa::path(tag = "rates", responses((status = 200, body = PageOf<LegalRateDto>)))]
#[get("/v1/legal-rates")]
pub(super) async fn list_legal_rates(call: Call) -> RestResult {
    listing::list::<LegalRateDto>(call, &lists::LEGAL_RATES).await
}

/// One legal interest rate.
#[utoipa::path(tag = "rates", responses((status = 200, body = LegalRateDto)))]
#[get("/v1/legal-rates/{legal_rate}")]
pub(super) async fn get_legal_rate(call: Call, legal_rate: Path<String>) -> RestResult {
    listing::get::<LegalRateDto>(call, &lists::LEGAL_RATES, legal_rate.into_inner()).await
}

/// Records the legal interest rate of a period; what was in force on its days is superseded and stays askable.
#[utoipa::path(tag = "rates", request_body = RecordLegalRateBody,
    responses((status = 201, body = RecordedLegalRateDto)))]
#[post("/v1/legal-rates")]
pub(super) async fn record_legal_rate(cmd: Cmd<RecordLegalRateBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let rate = legal_rate(body).map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| record_legal(app, ctx, &rate)).await?;
    answer::created(&call, &answer.map(RecordedLegalRateDto::from))
}

/// Lists the fixed compensations for recovery costs.
#[utoipa::path(tag = "rates", responses((status = 200, body = PageOf<FixedCompensationDto>)))]
#[get("/v1/fixed-compensations")]
pub(super) async fn list_fixed_compensations(call: Call) -> RestResult {
    listing::list::<FixedCompensationDto>(call, &lists::FIXED_COMPENSATIONS).await
}

/// Records the fixed compensation of a period of due dates; what was in force on its days is superseded and stays askable.
#[utoipa::path(tag = "rates", request_body = RecordFixedCompensationBody,
    responses((status = 201, body = RecordedFixedCompensationDto)))]
#[post("/v1/fixed-compensations")]
pub(super) async fn record_fixed_compensation(cmd: Cmd<RecordFixedCompensationBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let sum = fixed_compensation(body).map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| record_fixed(app, ctx, &sum)).await?;
    answer::created(&call, &answer.map(RecordedFixedCompensationDto::from))
}

/// Lists exchange rates, corrected ones too.
#[utoipa::path(tag = "rates", responses((status = 200, body = PageOf<FxRateDto>)))]
#[get("/v1/fx-rates")]
pub(super) async fn list_fx_rates(call: Call) -> RestResult {
    listing::list::<FxRateDto>(call, &lists::FX_RATES).await
}

/// Records exchange rates of a source. A second one for a pair and day corrects the first, which stays askable.
#[utoipa::path(tag = "rates", request_body = RecordFxRatesBody,
    responses((status = 201, body = RecordedFxRatesDto)))]
#[post("/v1/fx-rates")]
pub(super) async fn record_fx_rates(cmd: Cmd<RecordFxRatesBody>) -> RestResult {
    let Cmd { call, body: RecordFxRatesBody { source, rates } } = cmd;
    let source = text::line("source", &source).map_err(|e| call.problem(e))?;
    let rates = rates.iter().enumerate().map(|(place, rate)| fx_rate(&source, place, rate));
    let rates = rates.collect::<Outcome<Vec<_>>>().map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| record_fx(app, ctx, &source, &rates)).await?;
    answer::created(&call, &answer.map(RecordedFxRatesDto::from))
}

/// Converts an amount and names the rates used. A missing rate is an error, never a guess.
#[utoipa::path(tag = "rates", responses((status = 200, body = ConversionDto)), params(
    ("amount" = String, Query, description = "Decimal number."),
    ("from" = String, Query, description = "Currency of the amount, ISO 4217."),
    ("to" = String, Query, description = "Currency wanted, ISO 4217."),
    ("source" = String, Query, description = "Whose rates, e.g. ECB."),
    ("on" = String, Query, description = "Business date: the latest rate up to it is used."),
    ("pivot" = Option<String>, Query, description = "Currency over which two rates of one day may be combined."),
    ("max_age_days" = Option<u32>, Query, description = "How old the rate may be; 7 by default."),
    ("known_at" = Option<String>, Query, description = "Instant (RFC 3339) whose knowledge is used."),
))]
#[get("/v1/fx-conversions")]
pub(super) async fn convert(call: Call) -> RestResult {
    let known = ["amount", "from", "to", "source", "on", "pivot", "max_age_days", "known_at"];
    let params = Params::read(&call, &known)?;
    let conversion = conversion(&params).map_err(|e| call.problem(e))?;
    let converted = call.run(move |app, ctx| convert_amount(app, ctx, &conversion)).await?;
    answer::json_of(&call, &ConversionDto::from(converted))
}

/// Lists bucket sets.
#[utoipa::path(tag = "rates", responses((status = 200, body = PageOf<BucketSetDto>)))]
#[get("/v1/bucket-sets")]
pub(super) async fn list_bucket_sets(call: Call) -> RestResult {
    listing::list::<BucketSetDto>(call, &lists::BUCKET_SETS).await
}

/// One bucket set.
#[utoipa::path(tag = "rates", responses((status = 200, body = BucketSetDto)))]
#[get("/v1/bucket-sets/{bucket_set}")]
pub(super) async fn get_bucket_set(call: Call, bucket_set: Path<String>) -> RestResult {
    listing::get::<BucketSetDto>(call, &lists::BUCKET_SETS, bucket_set.into_inner()).await
}

/// Creates a bucket set for ageing reports.
#[utoipa::path(tag = "rates", request_body = CreateBucketSetBody, responses((status = 201, body = BucketSetDto)))]
#[post("/v1/bucket-sets")]
pub(super) async fn create_bucket_set(cmd: Cmd<CreateBucketSetBody>) -> RestResult {
    let Cmd { call, body: CreateBucketSetBody { code, name, basis, bounds } } = cmd;
    let basis = basis.map_or(Ok(AgeBasis::Due), |text| text_enum::parse("basis", &text));
    let basis = basis.map_err(|e| call.problem(e))?;
    let cmd = CreateBucketSet { code, name, basis, bounds };
    let answer = call.run(move |app, ctx| create_set(app, ctx, &cmd)).await?;
    answer::created(&call, &answer.map(BucketSetDto::from))
}

fn legal_rate(body: RecordLegalRateBody) -> Outcome<LegalRate> {
    let status = body.status.map_or(Ok(RateStatus::Published), |text| text_enum::parse("status", &text));
    Ok(LegalRate {
        jurisdiction: body.jurisdiction,
        valid_from: time::parse_date("valid_from", &body.valid_from)?,
        valid_to: body.valid_to.map(|to| time::parse_date("valid_to", &to)).transpose()?,
        annual_percent: Percent::parse("annual_percent", &body.annual_percent)?.get(),
        source: body.source,
        status: status?,
    })
}

fn fixed_compensation(body: RecordFixedCompensationBody) -> Outcome<FixedCompensation> {
    let currency = Currency::parse("currency", &body.currency)?;
    Ok(FixedCompensation {
        jurisdiction: body.jurisdiction,
        valid_from: time::parse_date("valid_from", &body.valid_from)?,
        valid_to: body.valid_to.map(|to| time::parse_date("valid_to", &to)).transpose()?,
        amount: Money::new(parse_amount("amount", &body.amount, currency)?, currency),
        source: body.source,
    })
}

fn fx_rate(source: &str, place: usize, rate: &NewFxRateDto) -> Outcome<FxRate> {
    let field = |name: &str| format!("rates[{place}].{name}");
    let pair = (Currency::parse(&field("base"), &rate.base)?, Currency::parse(&field("quote"), &rate.quote)?);
    let on = time::parse_date(&field("quoted_on"), &rate.quoted_on)?;
    let wrong = || {
        let code = &kernel::registry::codes::FX_RATE_INVALID;
        Error::field(field("rate"), code, format!("{:?} is not a decimal number", rate.rate))
    };
    let units = rate.rate.parse::<Decimal>().map_err(|e| wrong().caused_by(e))?;
    FxRate::try_new(source, pair, on, units)
}

fn conversion(params: &Params) -> Outcome<Conversion> {
    let needed = |name: &str| text::line(name, &params.text(name).unwrap_or_default());
    let from = Currency::parse("from", &needed("from")?)?;
    let pivot = params.text("pivot").map(|code| Currency::parse("pivot", &code)).transpose()?;
    let max_age = params.number("max_age_days")?.unwrap_or(MAX_AGE_DAYS);
    let too_old = |e| {
        let message = format!("{max_age} days");
        Error::field("max_age_days", &listing::QUERY_INVALID, message).caused_by(e)
    };
    let known_at = params.text("known_at").map(|text| instant("known_at", &text)).transpose()?;
    Ok(Conversion {
        amount: Money::new(parse_amount("amount", &needed("amount")?, from)?, from),
        to: Currency::parse("to", &needed("to")?)?,
        on: time::parse_date("on", &needed("on")?)?,
        known_at,
        policy: FxPolicy {
            source: needed("source")?,
            pivot,
            max_age_days: u16::try_from(max_age).map_err(too_old)?,
        },
    })
}

fn instant(field: &str, given: &str) -> Outcome<kernel::Instant> {
    let wrong =
        || Error::field(field, &listing::QUERY_INVALID, format!("{given:?} is not an RFC 3339 instant"));
    given.parse().map_err(|e| wrong().caused_by(e))
}
