//! What was decided about a check, as it is told and as it is kept.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::v1::credit::exposure::RateDto;

/// Why it was decided so.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreditCheckReason)]
pub(crate) struct CheckReasonDto {
    #[schema(example = "limit.exceeded")]
    pub(super) code: String,
    /// `allow`, `hold` or `refuse`.
    pub(super) outcome: String,
    /// Of a rule.
    pub(super) priority: Option<u16>,
    /// Whether it decided, or is told beside what did.
    pub(super) decisive: bool,
}

/// A constraint, in the currency of the check.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreditConstraint)]
pub(crate) struct ConstraintDto {
    /// `account`, `party` or `group`.
    pub(super) holder_kind: String,
    pub(super) holder_id: String,
    /// The limit is of this legal entity alone; of all when absent.
    pub(super) legal_entity_id: Option<String>,
    /// The part of exposure that is limited; everything when absent.
    pub(super) part: Option<String>,
    pub(super) limit: String,
    pub(super) exposure: String,
    /// What may still be sold before this check.
    pub(super) headroom: String,
    /// What others would pay of the holder's exposure with this sale.
    pub(super) covered: String,
    /// The limits it is made of; none of a part.
    pub(super) layers: Vec<LayerDto>,
}

/// A limit in force, in the currency of the check.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreditConstraintLayer)]
pub(crate) struct LayerDto {
    #[schema(example = "lim_0193c0de0193c0de0193c0de0193c0de")]
    pub(super) limit_id: String,
    /// `own`, `insured`, `guaranteed`, `temporary`, `group` or `segment`.
    pub(super) limit_type: String,
    pub(super) amount: String,
    /// What of it others would pay; 0 for the company's own risk.
    pub(super) covered_percent: String,
    /// The last day it holds; it has no end when absent.
    #[schema(format = Date)]
    pub(super) until: Option<String>,
}

/// A single change that would lead to `allow`, evaluated and seen to do so.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreditUnlock)]
pub(crate) struct UnlockDto {
    /// `lower_amount` to so much, `raise_limit` by so much; `pay_overdue`: everything the account owes late, what came back unpaid
    /// included; `pay_party_overdue`: the same of every customer number that counts as one with it.
    pub(super) change: String,
    pub(super) amount: String,
}

/// What was decided, and what it was made of.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreditVerdict)]
pub(crate) struct VerdictDto {
    /// Those that decided come first.
    pub(super) reasons: Vec<CheckReasonDto>,
    /// What leaves least; absent where nobody has a limit.
    pub(super) binding: Option<ConstraintDto>,
    pub(super) constraints: Vec<ConstraintDto>,
    /// What others would pay of the binding holder's exposure with this sale.
    pub(super) covered: String,
    /// The smallest first; none where no single change is enough.
    pub(super) unlocks: Vec<UnlockDto>,
    /// What the policy's rules of the checkpoint read, by path; null where it was not known.
    #[schema(value_type = Object)]
    pub(super) facts: Map<String, Value>,
    /// Every rate that took part.
    pub(super) rates: Vec<RateDto>,
}
