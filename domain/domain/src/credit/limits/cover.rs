//! What insurers and guarantors would pay of an exposure.

use kernel::{Date, Decimal};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::LimitType;

/// A limit that adds to what a holder may owe, as those see it who only count: in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    pub limit: Uuid,
    pub limit_type: LimitType,
    pub amount: Decimal,
    /// What of it others would pay; zero for the company's own risk.
    pub covered_percent: Decimal,
    /// The last day it holds.
    pub until: Option<Date>,
    pub review_on: Option<Date>,
}

/// Cover of an exposure, in the currency of the layers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cover {
    pub exposure: Decimal,
    /// What others would pay of it.
    pub amount: Decimal,
    /// What nobody would pay.
    pub uncovered: Decimal,
    /// Amount by exposure, 0 to 1; none without exposure.
    pub ratio: Option<Decimal>,
}

/// The sum of layers; none where nobody set a limit, which is not the same as zero.
pub fn total(layers: &[Layer]) -> Option<Decimal> {
    (!layers.is_empty()).then(|| layers.iter().map(|layer| layer.amount).sum())
}

/// Insurers pay their percentage of what is within their limit, the most generous policy first; guarantees pay of the rest, own
/// shares included. Never more than there is.
pub fn cover(layers: &[Layer], exposure: Decimal) -> Cover {
    let exposure = exposure.max(Decimal::ZERO);
    let of = |wanted: LimitType| layers.iter().filter(move |layer| layer.limit_type == wanted);
    let mut insured = of(LimitType::Insured).collect::<Vec<_>>();
    insured.sort_by_key(|layer| (std::cmp::Reverse(layer.covered_percent), layer.limit));
    let (mut left, mut amount) = (exposure, Decimal::ZERO);
    for layer in insured {
        let within = layer.amount.min(left);
        left -= within;
        amount += within * layer.covered_percent / Decimal::ONE_HUNDRED;
    }
    for layer in of(LimitType::Guaranteed) {
        amount += (layer.amount * layer.covered_percent / Decimal::ONE_HUNDRED).min(exposure - amount);
    }
    let ratio = (exposure > Decimal::ZERO).then(|| (amount / exposure).round_dp(6));
    Cover { exposure, amount, uncovered: exposure - amount, ratio }
}
