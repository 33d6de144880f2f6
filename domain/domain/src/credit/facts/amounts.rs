//! Facts that are computed from amounts: what there is, what may be owed, what is covered.

use std::collections::{BTreeMap, BTreeSet};

use kernel::text_enum::TextEnum as _;
use kernel::{Date, Decimal};

use super::Fact;
use crate::credit::counting::{Amounts, utilisation};
use crate::credit::exposure::Component;
use crate::credit::limits::{Layer, LimitType, cover, total};
use crate::credit::policy::{CreditPolicy, Part};
use crate::rules::evaluate::{FactValue, FactValues};

/// Exposure by component, and as the policy counts it: with what is ordered and reserved, and without.
pub fn set_exposure(facts: &mut FactValues, amounts: &Amounts, policy: &CreditPolicy) {
    let of = |component| amounts.components.get(component);
    for (fact, component) in [
        (Fact::ExposureOpen, Component::Open),
        (Fact::ExposureDisputed, Component::Disputed),
        (Fact::ExposureReturned, Component::Returned),
        (Fact::ExposureInstruments, Component::Instruments),
        (Fact::ExposureOrders, Component::Orders),
        (Fact::ExposureDeliveries, Component::Deliveries),
        (Fact::ExposureReserved, Component::Reserved),
        (Fact::ExposureCredits, Component::Credits),
    ] {
        facts.set(fact.as_str(), of(component));
    }
    facts.set(Fact::ExposureOverdue.as_str(), amounts.part(Part::Overdue));
    facts.set(Fact::ExposureTotal.as_str(), amounts.counted(policy));
    let mut delivered = *amounts;
    for component in [Component::Orders, Component::Reserved] {
        delivered.components.add_to(component, -of(component));
    }
    let now = delivered.counted(policy);
    facts.set(Fact::ExposureNow.as_str(), now);
    let projected = now + of(Component::Orders) + of(Component::Reserved);
    facts.set(Fact::ExposureProjected.as_str(), projected);
}

/// Days until each date ahead, by the path of the fact that has the first of them.
pub type DaysAhead = BTreeMap<&'static str, BTreeSet<i64>>;

/// When limits end and are to be looked at again. Where nothing is trusted nothing ends.
pub fn days_ahead(layers: &[Layer], on: Date) -> DaysAhead {
    let mut ahead = DaysAhead::new();
    for layer in layers.iter().filter(|layer| !layer.amount.is_zero()) {
        let guaranteed = layer.limit_type == LimitType::Guaranteed;
        for (fact, date) in [
            (Fact::LimitDaysToExpiry, layer.until),
            (Fact::LimitDaysToGuaranteeExpiry, layer.until.filter(|_| guaranteed)),
            (Fact::LimitDaysToReview, layer.review_on),
        ] {
            let days = date.map(|date| (date - on).num_days());
            ahead.entry(fact.as_str()).or_default().extend(days);
        }
    }
    ahead
}

/// Limits, and what follows from them and exposure together. The limit of a group or a segment is at one's own risk.
pub fn set_limits(facts: &mut FactValues, layers: &[Layer], (exposure, on): (Decimal, Date)) {
    let of = |types: &[LimitType]| -> Decimal {
        layers.iter().filter(|layer| types.contains(&layer.limit_type)).map(|layer| layer.amount).sum()
    };
    let (limit, cover) = (total(layers), cover(layers, exposure));
    let ahead = days_ahead(layers, on);
    let first =
        |fact: Fact| -> FactValue { ahead.get(fact.as_str()).and_then(BTreeSet::first).copied().into() };
    let used = limit.and_then(|limit| utilisation(exposure, limit));
    let own = of(&[LimitType::Own, LimitType::Group, LimitType::Segment]);
    let known: [(Fact, FactValue); 12] = [
        (Fact::LimitOwn, own.into()),
        (Fact::LimitInsured, of(&[LimitType::Insured]).into()),
        (Fact::LimitGuaranteed, of(&[LimitType::Guaranteed]).into()),
        (Fact::LimitTemporary, of(&[LimitType::Temporary]).into()),
        (Fact::LimitTotal, limit.into()),
        (Fact::LimitHeadroom, limit.map(|limit| limit - exposure).into()),
        (Fact::ExposureUtilisation, used.into()),
        (Fact::LimitDaysToExpiry, first(Fact::LimitDaysToExpiry)),
        (Fact::LimitDaysToGuaranteeExpiry, first(Fact::LimitDaysToGuaranteeExpiry)),
        (Fact::LimitDaysToReview, first(Fact::LimitDaysToReview)),
        (Fact::CoverAmount, cover.amount.into()),
        (Fact::CoverRatio, cover.ratio.into()),
    ];
    for (fact, value) in known {
        facts.set(fact.as_str(), value);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::credit::check::tests::policy;
    use crate::credit::facts::blank;

    fn number(facts: &FactValues, path: &str) -> Option<Decimal> {
        facts.get(path).as_number()
    }

    #[test]
    fn what_is_ordered_counts_for_what_is_to_come_and_not_for_what_is() {
        let mut amounts = Amounts { overdue: 30.into(), ..Amounts::default() };
        for (component, amount) in [(Component::Open, 100), (Component::Orders, 40), (Component::Reserved, 5)]
        {
            amounts.components.add_to(component, amount.into());
        }
        let mut facts = blank();
        set_exposure(&mut facts, &amounts, &policy(vec![]));
        let told = ["open", "overdue", "orders", "now", "projected", "total"]
            .map(|name| number(&facts, &format!("exposure.{name}")).unwrap());
        assert_eq!(told, [100, 30, 40, 100, 145, 145].map(Decimal::from));
    }

    #[test]
    fn limits_say_what_is_left_what_is_covered_and_when_they_end() {
        let on = "2026-05-04".parse::<Date>().unwrap();
        let layer = |limit_type, amount: i64, percent: i64, until: Option<&str>| Layer {
            limit: Uuid::nil(),
            limit_type,
            amount: amount.into(),
            covered_percent: percent.into(),
            until: until.map(|day| day.parse().unwrap()),
            review_on: None,
        };
        let layers = [
            layer(LimitType::Own, 100, 0, None),
            layer(LimitType::Insured, 200, 90, Some("2026-06-03")),
            layer(LimitType::Guaranteed, 50, 100, Some("2026-05-04")),
        ];
        let mut facts = blank();
        set_limits(&mut facts, &layers, (100.into(), on));
        let told = |path: &str| number(&facts, path);
        assert_eq!(told("limit.total"), Some(350.into()));
        assert_eq!(told("limit.headroom"), Some(250.into()));
        // The insurer pays 90 of the 100, and the guarantee the rest.
        assert_eq!((told("cover.amount"), told("cover.ratio")), (Some(100.into()), Some(Decimal::ONE)));
        assert_eq!(told("limit.days_to_expiry"), Some(Decimal::ZERO), "the last day is a day of it");
        assert_eq!(told("limit.days_to_guarantee_expiry"), Some(Decimal::ZERO));
        assert_eq!(told("limit.days_to_review"), None);
        let ahead = days_ahead(&layers, on);
        assert_eq!(
            ahead["limit.days_to_expiry"],
            BTreeSet::from([0, 30]),
            "each of them, not the first alone"
        );
        assert_eq!(ahead["limit.days_to_guarantee_expiry"], BTreeSet::from([0]));
        set_limits(&mut facts, &[], (100.into(), on));
        let told = |path: &str| number(&facts, path);
        assert_eq!(
            (told("limit.total"), told("limit.headroom"), told("exposure.utilisation")),
            (None, None, None)
        );
    }
}
