//! Shapes of limits.

use app::credit::limits::{CreditLimit, EffectiveLimit, EndLimit, RecordLimit};
use domain::credit::counting::utilisation;
use domain::credit::limits::{EffectiveLayer, SubLimit};
use kernel::id::{CreditLimitId, LegalEntityId, LimitApplicationId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Versioned;
use crate::v1::credit::checks::{amount, instant};

/// A layer of what a holder may owe.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreditLimit)]
pub(crate) struct CreditLimitDto {
    #[schema(example = "lim_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    /// `account`, `party`, `group` or `segment`.
    holder_kind: String,
    /// Of a segment: its name.
    holder_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    holder_name: Option<String>,
    /// Of this legal entity alone; of all when absent.
    legal_entity_id: Option<String>,
    /// `own`, `insured`, `guaranteed`, `temporary`, `group` or `segment`.
    limit_type: String,
    /// The part of exposure it bounds; the whole when absent.
    component: Option<String>,
    /// Of a guarantee: `bank_guarantee`, `surety`, `parent_guarantee`, `letter_of_credit`, `mortgage`, `pledge` or `cash_deposit`.
    collateral: Option<String>,
    /// Number of the policy or guarantee.
    reference: Option<String>,
    currency: String,
    #[schema(example = "50000.00")]
    amount: String,
    /// What of it others would pay; all of it when absent.
    covered_percent: Option<String>,
    #[schema(format = Date)]
    from: String,
    /// The last day it holds; without end when absent.
    #[schema(format = Date)]
    until: Option<String>,
    #[schema(format = Date)]
    review_on: Option<String>,
    /// `application`, `automatic` or `import`.
    origin: String,
    application_id: Option<String>,
    reason: Option<String>,
    set_by: String,
    approved_by: Option<String>,
    version: i64,
    #[schema(format = DateTime)]
    recorded_at: String,
    /// Since when something else is said of these days.
    #[schema(format = DateTime)]
    superseded_at: Option<String>,
    /// What you may do with it now; told when it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<Vec<String>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RecordCreditLimit)]
pub(crate) struct RecordCreditLimitBody {
    /// `account`, `party`, `group` or `segment`.
    holder_kind: String,
    /// Of a segment: its name.
    holder_id: String,
    legal_entity_id: Option<String>,
    /// `insured`, `guaranteed` or `segment`; `own` or `group` with amount 0 to trust nobody any more. Other trust is applied for.
    limit_type: String,
    component: Option<String>,
    collateral: Option<String>,
    reference: Option<String>,
    #[schema(example = "EUR")]
    currency: String,
    #[schema(example = "50000.00")]
    amount: String,
    covered_percent: Option<String>,
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    until: Option<String>,
    #[schema(format = Date)]
    review_on: Option<String>,
    reason: Option<String>,
    /// It takes the place of what overlaps it.
    #[serde(default)]
    replace: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EndCreditLimit)]
pub(crate) struct EndCreditLimitBody {
    /// The last day it holds; today when absent.
    #[schema(format = Date)]
    until: Option<String>,
    reason: Option<String>,
}

/// One layer, in the currency asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EffectiveLimitLayer)]
pub(crate) struct LayerDto {
    limit_id: String,
    limit_type: String,
    reference: Option<String>,
    /// As it was granted.
    currency: String,
    original_amount: String,
    amount: String,
    covered_percent: String,
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    until: Option<String>,
    /// Rates that took part: source, pair, day, rate.
    rates: Vec<String>,
}

/// The bound of one part of exposure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EffectiveSubLimit)]
pub(crate) struct SubLimitDto {
    limit_id: String,
    component: String,
    amount: String,
}

/// What a holder may owe on a day, layer by layer, and how it stands to it now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EffectiveLimit)]
pub(crate) struct EffectiveLimitDto {
    holder_kind: String,
    holder_id: String,
    holder_name: String,
    #[schema(format = Date)]
    on: String,
    currency: String,
    layers: Vec<LayerDto>,
    /// The sum of the layers; absent where nobody set a limit.
    total_amount: Option<String>,
    sub_limits: Vec<SubLimitDto>,
    /// Days to the end of the layer that ends first.
    days_to_expiry: Option<i64>,
    /// What counts by the credit policy now.
    exposure_amount: String,
    /// Of the limits of the day against the exposure of now; absent for days that are over, and where nobody set a limit.
    headroom_amount: Option<String>,
    /// Exposure by limit, 1 where all of it is used; absent like headroom, and of a limit of zero.
    utilisation: Option<String>,
    /// What insurers and guarantors would pay of the exposure.
    covered_amount: String,
    uncovered_amount: String,
    /// 0 to 1; absent without exposure.
    cover_ratio: Option<String>,
    /// There are accounts outside your rights: the figures are not all there is.
    partial: bool,
}

impl RecordCreditLimitBody {
    pub(super) fn into_command(self) -> RecordLimit {
        RecordLimit {
            holder_kind: self.holder_kind,
            holder_id: self.holder_id,
            legal_entity: self.legal_entity_id,
            limit_type: self.limit_type,
            component: self.component,
            collateral: self.collateral,
            reference: self.reference,
            currency: self.currency,
            amount: self.amount,
            covered_percent: self.covered_percent,
            from: self.from,
            until: self.until,
            review_on: self.review_on,
            reason: self.reason,
            replace: self.replace,
        }
    }
}

impl EndCreditLimitBody {
    pub(super) fn into_command(self) -> EndLimit {
        EndLimit { until: self.until, reason: self.reason }
    }
}

impl Versioned for CreditLimitDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }

    fn is_settled_by_version(&self) -> bool {
        false
    }
}

impl From<CreditLimit> for CreditLimitDto {
    fn from(limit: CreditLimit) -> Self {
        let holder = limit.holder();
        Self {
            id: CreditLimitId(limit.id).to_string(),
            holder_kind: limit.holder_kind.to_string(),
            holder_id: holder.public_id(),
            holder_name: None,
            legal_entity_id: limit.legal_entity_id.map(|id| LegalEntityId(id).to_string()),
            limit_type: limit.limit_type.to_string(),
            component: limit.component.map(|part| part.to_string()),
            collateral: limit.collateral.map(|kind| kind.to_string()),
            reference: limit.reference,
            currency: limit.currency,
            amount: amount(limit.amount),
            covered_percent: limit.covered_percent.map(amount),
            from: limit.from.to_string(),
            until: limit.until.map(|day| day.to_string()),
            review_on: limit.review_on.map(|day| day.to_string()),
            origin: limit.origin.to_string(),
            application_id: limit.application_id.map(|id| LimitApplicationId(id).to_string()),
            reason: limit.reason,
            set_by: limit.set_by,
            approved_by: limit.approved_by,
            version: limit.version.into(),
            recorded_at: instant(limit.recorded_at),
            superseded_at: limit.superseded_at.map(instant),
            allowed_actions: None,
        }
    }
}

impl From<EffectiveLayer> for LayerDto {
    fn from(layer: EffectiveLayer) -> Self {
        Self {
            limit_id: CreditLimitId(layer.limit).to_string(),
            limit_type: layer.limit_type.to_string(),
            reference: layer.reference,
            currency: layer.currency,
            original_amount: amount(layer.original_amount),
            amount: amount(layer.amount),
            covered_percent: amount(layer.covered_percent),
            from: layer.from.to_string(),
            until: layer.until.map(|day| day.to_string()),
            rates: layer.rates,
        }
    }
}

impl From<SubLimit> for SubLimitDto {
    fn from(sub: SubLimit) -> Self {
        Self {
            limit_id: CreditLimitId(sub.limit).to_string(),
            component: sub.component.to_string(),
            amount: amount(sub.amount),
        }
    }
}

impl From<EffectiveLimit> for EffectiveLimitDto {
    fn from(found: EffectiveLimit) -> Self {
        let EffectiveLimit { holder, effective, cover, report } = found;
        let total = effective.total.filter(|_| effective.on >= report.on);
        Self {
            holder_kind: holder.kind.to_string(),
            holder_id: holder.public_id(),
            holder_name: report.name,
            on: effective.on.to_string(),
            currency: effective.currency,
            total_amount: effective.total.map(amount),
            headroom_amount: total.map(|total| amount(total - report.counted)),
            utilisation: total.and_then(|total| utilisation(report.counted, total)).map(amount),
            layers: effective.layers.into_iter().map(LayerDto::from).collect(),
            sub_limits: effective.sub_limits.into_iter().map(SubLimitDto::from).collect(),
            days_to_expiry: effective.days_to_expiry,
            exposure_amount: amount(report.counted),
            covered_amount: amount(cover.amount),
            uncovered_amount: amount(cover.uncovered),
            cover_ratio: cover.ratio.map(amount),
            partial: report.partial,
        }
    }
}
