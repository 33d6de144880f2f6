//! What a scenario would do to one unpaid item, in dates, so that nobody has to trust an offset.

use std::collections::HashMap;

use kernel::calendar::BusinessCalendar;
use kernel::{Currency, Date};

use super::compiled::CompiledScenario;
use super::days::{minus, plus};
use super::decide::Decider;
use super::group::{Flags, GroupFacts, ItemFacts, LastStep, Profile, StepNo};
use super::validate::DAYS_MAX;

/// Days looked at after the due date. Later steps than that are not shown.
const HORIZON_DAYS: u16 = 1_000;

/// The days on which each step would be sent for one item that is never paid, by a company that runs every day and
/// whose messages arrive. It is decided by the same function as a run; steps whose condition or minimum is not met do
/// not appear.
pub fn preview(
    scenario: &CompiledScenario,
    calendar: &BusinessCalendar,
    currency: Currency,
    item: &ItemFacts,
) -> Vec<(StepNo, Date)> {
    let mut group = GroupFacts {
        account_id: item.account_id,
        currency,
        items: vec![ItemFacts { last_step: None, ..*item }],
        last_contact_on: None,
        open_contact: None,
        block: None,
        flags: Flags::default(),
        stale: None,
        profile: Profile::default(),
        item_attributes: HashMap::new(),
    };
    let mut decider = Decider::new(scenario, calendar, item.due_on);
    let mut sends = Vec::new();
    let first = minus(item.due_on, DAYS_MAX);
    let last = plus(item.due_on, HORIZON_DAYS);
    for on in first.iter_days().take_while(|on| *on <= last) {
        let Some(step) = decider.decide_on(&group, on).act().map(|act| act.step) else {
            continue;
        };
        sends.push((step, on));
        group.last_contact_on = Some(on);
        for item in &mut group.items {
            item.last_step = Some(LastStep { step, sent_on: on });
        }
    }
    sends
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::dunning::fixture::*;

    fn dates(scenario: &CompiledScenario, calendar: &BusinessCalendar, open: &str) -> Vec<(u16, String)> {
        let sends = preview(scenario, calendar, Currency::EUR, &item(1, "2026-05-08", open));
        sends.into_iter().map(|(step, on)| (step.get(), on.to_string())).collect()
    }

    fn expected(steps: &[(u16, &str)]) -> Vec<(u16, String)> {
        steps.iter().map(|(step, on)| (*step, (*on).to_owned())).collect()
    }

    #[test]
    fn before_is_earlier_and_after_is_later_than_the_due_date() {
        // The reminder goes on Tuesday the 5th, three days before Friday the 8th; the spacing of ten days moves the
        // first step after it from the 13th to the 15th; twenty days later is the 28th, but the gap says the 30th, a
        // Saturday on which this company runs.
        let sends = dates(&scenario(|_| {}), &weekdays(), "100");
        assert_eq!(
            sends,
            expected(&[(1, "2026-05-05"), (2, "2026-05-15"), (3, "2026-05-30"), (4, "2026-06-19")])
        );
    }

    #[test]
    fn steps_the_item_is_too_small_for_do_not_appear() {
        let sends = dates(&scenario(|d| d["min_spacing_days"] = json!(1)), &every_day(), "49.99");
        assert_eq!(sends, expected(&[(1, "2026-05-05"), (2, "2026-05-13"), (3, "2026-05-28")]));
    }
}
