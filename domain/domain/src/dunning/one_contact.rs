//! One contact per group and evaluation, whatever number of currencies it owes in.

use std::cmp::Reverse;

use super::decision::{Act, Decision, Outcome};
use super::reason::{Reason, ReasonCode};

/// Keeps one contact among the decisions about one dunning group, one for each of its currencies: the highest step,
/// then the oldest debt, then the first currency code. The others hold, with the kept currency as detail; their turn
/// comes when the spacing has passed. Apply it before decisions are stored or fingerprinted.
pub fn keep_one_contact(decisions: &mut [Decision]) {
    let rank = |decision: &Decision, act: &Act| {
        (Reverse(act.step), Reverse(decision.claim.days_overdue_max), decision.currency)
    };
    let acting = decisions.iter().filter_map(|d| Some((rank(d, d.act()?), d.currency)));
    let Some((_, kept)) = acting.min_by_key(|(rank, _)| *rank) else {
        return;
    };
    for decision in decisions.iter_mut().filter(|d| d.currency != kept && d.act().is_some()) {
        decision.outcome = Outcome::Hold;
        decision.reasons.insert(0, Reason::new(ReasonCode::HoldOtherCurrency).detail(kept.to_string()));
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;

    use super::*;
    use crate::dunning::fixture::*;
    use crate::dunning::group::{GroupFacts, ItemFacts};

    fn in_currency(currency: Currency, item: ItemFacts) -> Decision {
        decide(&GroupFacts { currency, ..group(vec![item]) }, "2026-05-04")
    }

    #[test]
    fn two_currencies_make_one_contact() {
        let mut decisions = [
            in_currency(Currency::EUR, item(1, "2026-04-20", "100")),
            in_currency(Currency::USD, dunned(2, "2026-03-20", "100", (2, "2026-03-30"))),
            in_currency(Currency::GBP, item(3, "2026-06-20", "100")),
        ];
        keep_one_contact(&mut decisions);
        let [euro, dollar, pound] = &decisions;
        assert_eq!(
            (euro.outcome.clone(), euro.reason_code()),
            (Outcome::Hold, ReasonCode::HoldOtherCurrency)
        );
        assert_eq!(euro.reasons[0].detail.as_deref(), Some("USD"));
        assert_eq!(step_of(dollar), Some(3));
        assert_eq!(pound.reason_code(), ReasonCode::NothingDue);
    }

    #[test]
    fn the_kept_currency_does_not_hang_on_the_order() {
        let mut decisions = [
            in_currency(Currency::USD, item(1, "2026-04-20", "100")),
            in_currency(Currency::EUR, item(2, "2026-04-20", "100")),
        ];
        keep_one_contact(&mut decisions);
        assert_eq!(decisions.iter().map(step_of).collect::<Vec<_>>(), [None, Some(2)]);
    }
}
