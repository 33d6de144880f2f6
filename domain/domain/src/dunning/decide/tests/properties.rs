//! What must hold for every group, ladder, calendar and history.

use chrono::Days;
use kernel::Decimal;
use proptest::prelude::*;

use super::simulation::{Plan, Taken, Trace, plans, simulate};
use crate::dunning::counterfactual::Counterfactual;
use crate::dunning::decide::Decider;
use crate::dunning::decision::{Act, Outcome};
use crate::dunning::digest::decision_hash;
use crate::dunning::group::{ItemFacts, OpenContact, StepNo};
use crate::dunning::scenario::When;

fn acts(trace: &Trace) -> impl Iterator<Item = (&Taken, &Act)> {
    trace.taken.iter().filter_map(|taken| Some((taken, taken.decision.act()?)))
}

/// The facts of each item a contact speaks of, with the step it comes to and what was proven for it before.
fn lines<'t>(taken: &'t Taken, act: &'t Act) -> impl Iterator<Item = (&'t ItemFacts, Option<StepNo>, usize)> {
    act.items.iter().map(|line| {
        let place = taken.facts.items.iter().position(|i| i.receivable_id == line.item).unwrap();
        (&taken.facts.items[place], line.step, place)
    })
}

fn when(trace: &Trace, step: StepNo) -> When {
    trace.scenario.step(step).unwrap().when
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn never_two_contacts_within_the_spacing(plan in plans()) {
        let trace = simulate(&plan);
        let spacing = Days::new(plan.ladder["min_spacing_days"].as_u64().unwrap());
        for pair in trace.sends.windows(2) {
            prop_assert!(pair[1].0 >= pair[0].0 + spacing, "{} {}", pair[0].0, pair[1].0);
        }
    }

    #[test]
    fn never_a_step_without_its_required_predecessors_proven(plan in plans()) {
        let trace = simulate(&plan);
        for (taken, act) in acts(&trace) {
            for (_, step, place) in lines(taken, act) {
                let Some(step) = step else { continue };
                for earlier in (1..step.get()).filter_map(StepNo::new) {
                    let optional = trace.scenario.step(earlier).unwrap().optional;
                    prop_assert!(optional || taken.proven[place].contains(&earlier), "{step:?} without {earlier:?}");
                }
                prop_assert!(!taken.proven[place].contains(&step), "{step:?} sent twice");
            }
        }
    }

    #[test]
    fn never_an_items_next_step_before_its_gap(plan in plans()) {
        let trace = simulate(&plan);
        for (taken, act) in acts(&trace) {
            for (item, step, _) in lines(taken, act) {
                let (Some(step), Some(last)) = (step, item.last_step) else { continue };
                let gap = Days::new(u64::from(trace.scenario.step(step).unwrap().gap_days));
                prop_assert!(taken.decision.decided_on >= last.sent_on + gap);
            }
        }
    }

    #[test]
    fn never_on_the_due_date_nor_within_grace_nor_after_payment(plan in plans()) {
        let trace = simulate(&plan);
        let grace = Days::new(plan.ladder["grace_days"].as_u64().unwrap());
        for (taken, act) in acts(&trace) {
            let on = taken.decision.decided_on;
            let before_due = matches!(when(&trace, act.step), When::BeforeDue { .. });
            for (item, _, _) in lines(taken, act) {
                prop_assert!(item.open > Decimal::ZERO, "paid");
                let in_time = if before_due { on < item.due_on } else { on > item.due_on + grace };
                prop_assert!(in_time);
                prop_assert!(before_due || on > trace.calendar.next_business_day_on_or_after(item.due_on) + grace);
            }
        }
    }

    #[test]
    fn the_claim_is_positive_and_adds_up_and_hides_no_overdue_item(plan in plans()) {
        let trace = simulate(&plan);
        for (taken, act) in acts(&trace) {
            let items = act.items.iter().map(|i| i.open).sum::<Decimal>();
            let credits = act.credits.iter().map(|c| c.amount).sum::<Decimal>();
            prop_assert_eq!(act.total, items + credits);
            prop_assert!(act.total > Decimal::ZERO);
            let all_credits = taken.facts.items.iter().filter(|i| i.open < Decimal::ZERO).count();
            prop_assert_eq!(act.credits.len(), all_credits);
            if !matches!(when(&trace, act.step), When::BeforeDue { .. }) {
                prop_assert_eq!(act.items.len(), usize::try_from(taken.decision.claim.item_count).unwrap());
            }
            prop_assert_eq!(act.items.iter().filter_map(|i| i.step).max(), Some(act.step));
        }
    }

    #[test]
    fn a_run_repeated_on_its_own_result_contacts_nobody(plan in plans()) {
        let trace = simulate(&plan);
        for (taken, _) in acts(&trace) {
            let mut facts = taken.facts.clone();
            facts.open_contact = Some(OpenContact::Planned);
            let again = Decider::new(&trace.scenario, &trace.calendar, taken.decision.decided_on).decide(&facts);
            prop_assert_eq!(again.outcome, Outcome::Hold);
        }
    }

    #[test]
    fn same_facts_give_the_same_decision_in_any_order(plan in plans(), turn in 0_usize..7) {
        let trace = simulate(&plan);
        for taken in &trace.taken {
            let mut facts = taken.facts.clone();
            let count = facts.items.len();
            facts.items.rotate_left(turn % count);
            facts.items.reverse();
            let again = Decider::new(&trace.scenario, &trace.calendar, taken.decision.decided_on).decide(&facts);
            prop_assert_eq!(decision_hash(&again), decision_hash(&taken.decision));
            prop_assert_eq!(&again, &taken.decision);
        }
    }

    #[test]
    fn a_counterfactual_flips_the_decision_when_it_is_applied(plan in plans()) {
        let trace = simulate(&plan);
        for taken in &trace.taken {
            let on = taken.decision.decided_on;
            let mut decider = Decider::new(&trace.scenario, &trace.calendar, on);
            let found = decider.counterfactual(&taken.facts, &taken.decision);
            if let Counterfactual::Single { change, then } = found {
                let changed = decider.decide_on(&change.applied_to(&taken.facts), change.day(on));
                prop_assert_eq!(changed.effect(), then);
                prop_assert_ne!(changed.effect(), taken.decision.effect());
            } else {
                prop_assert!(taken.decision.act().is_none(), "a large enough credit stops every contact");
            }
        }
    }

    #[test]
    fn a_catch_up_run_sees_the_same_debts_and_contacts_at_most_once(plan in plans()) {
        let all_days = simulate(&Plan { runs: vec![true; plan.runs.len()], ..plan.clone() });
        let mut missed = vec![false; plan.runs.len()];
        *missed.last_mut().unwrap() = true;
        let catch_up = simulate(&Plan { runs: missed, ..plan });
        prop_assert_eq!(catch_up.taken.len(), 1);
        let late = &catch_up.taken[0];
        prop_assert_eq!(late.decision.claim, all_days.taken.last().unwrap().decision.claim);
        if let Some(act) = late.decision.act() {
            let first_required = catch_up.scenario.steps().iter().position(|s| !s.optional).unwrap() + 1;
            prop_assert!(usize::from(act.step.get()) <= first_required, "the ladder is not raced through");
        }
    }

    #[test]
    fn a_debtor_who_never_pays_comes_to_the_last_required_step(plan in plans()) {
        let fates = plan.fates.iter().map(|fate| fate.sent()).collect();
        let runs = vec![true; plan.runs.len()];
        let trace = simulate(&Plan { payments: Vec::new(), items: vec![(0, 50_000)], runs, fates, ..plan });
        let last_required = trace.scenario.steps().iter().rposition(|s| !s.optional).unwrap() + 1;
        let reached = trace.taken.last().unwrap().proven[0].iter().max().map_or(0, |step| step.get());
        prop_assert!(usize::from(reached) >= last_required, "{reached} of {last_required}");
    }

    #[test]
    fn a_simulation_is_worth_its_name(plans in proptest::collection::vec(plans(), 20)) {
        let sends = plans.iter().map(|plan| simulate(plan).sends.len()).sum::<usize>();
        prop_assert!(sends >= 20, "{sends} messages in twenty histories prove nothing");
    }
}
