//! Shapes of rates on the wire.

use app::rates::bucket_sets::CreatedBucketSet;
use app::rates::record_fixed_compensation::RecordedFixedCompensation;
use app::rates::record_fx_rates::RecordedFxRates;
use app::rates::record_legal_rate::RecordedLegalRate;
use kernel::rate::{Converted, RateUsed};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Versioned;

/// A legal interest rate of a period.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LegalRate)]
pub(crate) struct LegalRateDto {
    id: String,
    #[schema(example = "ES")]
    jurisdiction: String,
    #[schema(format = Date)]
    valid_from: String,
    /// Last day, included; absent while no end is known.
    valid_to: Option<String>,
    /// Percent per year.
    #[schema(example = "10.15")]
    annual_percent: String,
    /// `published` or `unconfirmed`.
    status: String,
    /// Where the rate was published.
    source: String,
    recorded_at: String,
    /// When a later record replaced it.
    superseded_at: Option<String>,
}

/// A legal interest rate to be recorded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RecordLegalRate)]
pub(crate) struct RecordLegalRateBody {
    #[schema(example = "ES")]
    pub(super) jurisdiction: String,
    #[schema(format = Date, example = "2026-07-01")]
    pub(super) valid_from: String,
    /// Last day, included.
    #[schema(format = Date, example = "2026-12-31")]
    pub(super) valid_to: Option<String>,
    #[schema(example = "10.15")]
    pub(super) annual_percent: String,
    /// Where the rate was published, e.g. the number of the gazette.
    #[schema(example = "BOE-A-2026-13217")]
    pub(super) source: String,
    /// `published` (default) or `unconfirmed`.
    pub(super) status: Option<String>,
}

/// What was recorded, and which rates are no longer in force.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecordedLegalRate)]
pub(crate) struct RecordedLegalRateDto {
    id: String,
    superseded: Vec<String>,
}

/// The fixed compensation for recovery costs of a period of due dates.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FixedCompensation)]
pub(crate) struct FixedCompensationDto {
    jurisdiction: String,
    valid_from: String,
    valid_to: Option<String>,
    #[schema(example = "40")]
    amount: String,
    currency: String,
    source: String,
    recorded_at: String,
    superseded_at: Option<String>,
}

/// A fixed compensation to be recorded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RecordFixedCompensation)]
pub(crate) struct RecordFixedCompensationBody {
    #[schema(example = "ES")]
    pub(super) jurisdiction: String,
    /// First due date it is owed for.
    #[schema(format = Date, example = "2027-01-01")]
    pub(super) valid_from: String,
    /// Last due date, included.
    #[schema(format = Date)]
    pub(super) valid_to: Option<String>,
    #[schema(example = "40")]
    pub(super) amount: String,
    #[schema(example = "EUR")]
    pub(super) currency: String,
    /// The law or gazette that says so.
    #[schema(example = "Ley 3/2004, art. 8.1")]
    pub(super) source: String,
}

/// How many sums are no longer in force as they were.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecordedFixedCompensation)]
pub(crate) struct RecordedFixedCompensationDto {
    superseded_count: usize,
}

/// A quotation: on a day, one unit of `base` cost `rate` units of `quote`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FxRate)]
pub(crate) struct FxRateDto {
    #[schema(example = "ECB")]
    source: String,
    #[schema(example = "EUR")]
    base: String,
    #[schema(example = "USD")]
    quote: String,
    #[schema(format = Date)]
    quoted_on: String,
    #[schema(example = "1.0834")]
    rate: String,
    recorded_at: String,
    /// Whether it was recorded last for its pair and day.
    in_force: bool,
}

/// Quotations of one source.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RecordFxRates)]
pub(crate) struct RecordFxRatesBody {
    #[schema(example = "ECB")]
    pub(super) source: String,
    /// 1 to 1000.
    pub(super) rates: Vec<NewFxRateDto>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewFxRate)]
pub(crate) struct NewFxRateDto {
    #[schema(example = "EUR")]
    pub(super) base: String,
    #[schema(example = "USD")]
    pub(super) quote: String,
    #[schema(format = Date, example = "2026-03-04")]
    pub(super) quoted_on: String,
    /// Units of `quote` for one of `base`.
    #[schema(example = "1.0834")]
    pub(super) rate: String,
}

/// How many quotations were new, and how many were in force already.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecordedFxRates)]
pub(crate) struct RecordedFxRatesDto {
    recorded_count: usize,
    unchanged_count: usize,
}

/// A converted amount with the rates it was converted by.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Conversion)]
pub(crate) struct ConversionDto {
    /// Rounded to the target currency.
    amount: String,
    currency: String,
    /// Before rounding.
    exact: String,
    /// `same`, `direct`, `inverse` or `triangulated`.
    path: String,
    /// In the order in which they were applied.
    rates: Vec<RateUsedDto>,
}

/// A rate that took part in a conversion.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RateUsed)]
pub(crate) struct RateUsedDto {
    source: String,
    base: String,
    quote: String,
    quoted_on: String,
    rate: String,
    /// Whether it was divided by, being quoted the other way round.
    inverted: bool,
}

/// Buckets of an ageing.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BucketSet)]
pub(crate) struct BucketSetDto {
    #[schema(example = "30-60-90")]
    code: String,
    name: String,
    /// `due` or `issue`: from which date an item ages.
    basis: String,
    /// Last day of each bucket; one more begins after the last.
    bounds: Vec<u16>,
    version: i64,
    created_at: String,
}

/// A new bucket set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateBucketSet)]
pub(crate) struct CreateBucketSetBody {
    #[schema(example = "15-45")]
    pub(super) code: String,
    pub(super) name: String,
    /// `due` (default) or `issue`.
    pub(super) basis: Option<String>,
    /// Ascending days above zero.
    #[schema(example = json!([15, 45]))]
    pub(super) bounds: Vec<u16>,
}

impl From<RecordedLegalRate> for RecordedLegalRateDto {
    fn from(done: RecordedLegalRate) -> Self {
        let RecordedLegalRate { id, superseded } = done;
        Self { id, superseded }
    }
}

impl From<RecordedFixedCompensation> for RecordedFixedCompensationDto {
    fn from(RecordedFixedCompensation { superseded_count }: RecordedFixedCompensation) -> Self {
        Self { superseded_count }
    }
}

impl From<RecordedFxRates> for RecordedFxRatesDto {
    fn from(done: RecordedFxRates) -> Self {
        let RecordedFxRates { recorded_count, unchanged_count } = done;
        Self { recorded_count, unchanged_count }
    }
}

impl From<Converted> for ConversionDto {
    fn from(done: Converted) -> Self {
        Self {
            amount: done.money.amount.normalize().to_string(),
            currency: done.money.currency.to_string(),
            exact: done.exact.normalize().to_string(),
            path: done.path.to_string(),
            rates: done.rates.iter().map(RateUsedDto::from).collect(),
        }
    }
}

impl From<&RateUsed> for RateUsedDto {
    fn from(used: &RateUsed) -> Self {
        Self {
            source: used.rate.source().to_owned(),
            base: used.rate.base().to_string(),
            quote: used.rate.quote().to_string(),
            quoted_on: used.rate.on().to_string(),
            rate: used.rate.rate().to_string(),
            inverted: used.inverted,
        }
    }
}

impl From<CreatedBucketSet> for BucketSetDto {
    fn from(made: CreatedBucketSet) -> Self {
        Self {
            code: made.code,
            name: made.name,
            basis: made.basis.to_string(),
            bounds: made.bounds,
            version: made.version,
            created_at: made.created_at.to_rfc3339(),
        }
    }
}

impl Versioned for LegalRateDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl Versioned for RecordedLegalRateDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl Versioned for RecordedFixedCompensationDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl Versioned for RecordedFxRatesDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl Versioned for BucketSetDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}
