//! What external raters had said of a customer by a day.

use kernel::text_enum::TextEnum as _;
use kernel::{Date, Decimal, Instant};

use super::past::Cut;
use crate::credit::facts::Fact;
use crate::rules::evaluate::{FactValue, FactValues};

/// A rating of an account's party, whoever gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastRating {
    pub provider: String,
    pub grade: Option<String>,
    /// From 0 for the best of its scale to 1 for the worst.
    pub position: Option<Decimal>,
    pub probability: Option<Decimal>,
    pub rated_on: Date,
    /// The last day it is relied on.
    pub valid_until: Date,
    /// It was worse than the one of the same provider before it when it came.
    pub downgrade: bool,
    pub recorded_at: Instant,
}

impl PastRating {
    /// Whether the same provider says better of it later.
    fn raises(&self, low: &Self) -> bool {
        let better = |a: Option<Decimal>, b: Option<Decimal>| a.zip(b).map(|(a, b)| a < b);
        self.provider == low.provider
            && (self.rated_on, self.recorded_at) > (low.rated_on, low.recorded_at)
            && better(self.position, low.position)
                .or_else(|| better(self.probability, low.probability))
                .unwrap_or(false)
    }
}

/// Sets the facts of the latest rating that was known and relied on; of several of one day those of the worst, and of these of the one
/// recorded last, as scores see them.
pub(super) fn set_external(facts: &mut FactValues, ratings: &[PastRating], cut: Cut) {
    let Some(eve) = cut.on.pred_opt() else { return };
    let seen = || ratings.iter().filter(|r| cut.sees(r.rated_on, r.recorded_at));
    let known = || seen().filter(|r| r.valid_until >= eve);
    let latest = known().max_by_key(|r| (r.rated_on, r.position, r.recorded_at));
    let mut set = |fact: Fact, value: FactValue| facts.set(fact.as_str(), value);
    set(Fact::ExternalRating, latest.and_then(|r| r.grade.as_deref()).unwrap_or_default().into());
    set(Fact::ExternalPosition, latest.and_then(|r| r.position).into());
    set(Fact::ExternalProbability, latest.and_then(|r| r.probability).into());
    set(
        Fact::ExternalDowngraded,
        known().any(|low| low.downgrade && !seen().any(|later| later.raises(low))).into(),
    );
    set(Fact::ExternalRatingAgeDays, latest.map(|r| (eve - r.rated_on).num_days()).into());
}
