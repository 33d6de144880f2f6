//! What is claimed, what is left out, and when a claim is too small.

use kernel::{Currency, Decimal};
use serde_json::json;

use crate::dunning::decision::Outcome;
use crate::dunning::fixture::*;
use crate::dunning::group::{Block, BlockReason, ItemFacts};
use crate::dunning::reason::ReasonCode;

const ON: &str = "2026-05-04";

#[test]
fn credits_reduce_the_claim_line_by_line() {
    let group = group(vec![
        item(1, "2026-04-20", "100"),
        item(3, "2026-04-22", "-20.10"),
        item(2, "2026-04-21", "-30"),
    ]);
    let decision = decide(&group, ON);
    let act = decision.act().unwrap();
    assert_eq!(act.total, amount("49.90"));
    let credits = act.credits.iter().map(|c| (c.item, c.amount)).collect::<Vec<_>>();
    assert_eq!(credits, [(id(2), amount("-30")), (id(3), amount("-20.10"))]);
    assert_eq!(decision.claim.credits, amount("50.10"));
}

#[test]
fn nobody_is_dunned_while_credits_cover_the_claim() {
    let decision = decide(&group(vec![item(1, "2026-04-20", "100"), item(2, "2026-04-21", "-100")]), ON);
    assert_eq!(decision.outcome, Outcome::Hold);
    assert_eq!(decision.reason_code(), ReasonCode::HoldCreditsCover);
    assert_eq!(decision.reasons[0].amount, Some(Decimal::ZERO));
}

#[test]
fn a_claim_below_the_minimum_holds_with_both_amounts() {
    let small = decide(&group(vec![item(1, "2026-04-20", "9.99")]), ON);
    assert_eq!(small.reason_code(), ReasonCode::HoldBelowMinimum);
    assert_eq!(
        (small.reasons[0].amount, small.reasons[0].needed),
        (Some(amount("9.99")), Some(amount("10")))
    );
    assert_eq!(step_of(&decide(&group(vec![item(1, "2026-04-20", "10")]), ON)), Some(2));
}

#[test]
fn a_currency_without_a_minimum_has_none() {
    let mut group = group(vec![item(1, "2026-04-20", "0.01")]);
    group.currency = Currency::parse("currency", "CHF").unwrap();
    assert_eq!(step_of(&decide(&group, ON)), Some(2));
}

#[test]
fn a_claim_below_a_steps_minimum_stays_on_the_step_before() {
    let old = dunned(1, "2026-01-05", "30", (3, "2026-03-02"));
    let alone = decide(&group(vec![old]), ON);
    assert_eq!((alone.outcome.clone(), alone.reason_code()), (Outcome::Hold, ReasonCode::HoldStepMinimum));
    assert_eq!(alone.reasons[0].step, Some(step(4)));
    let with_another = decide(&group(vec![old, item(2, "2026-04-20", "15")]), ON);
    assert_eq!(step_of(&with_another), Some(2));
    assert_eq!(reasons(&with_another), [ReasonCode::ActAfterDue, ReasonCode::StepBelowMinimum]);
    let act = with_another.act().unwrap();
    assert_eq!(act.items.iter().map(|i| i.step).collect::<Vec<_>>(), [None, Some(step(2))]);
}

#[test]
fn a_small_item_is_capped_by_the_steps_item_minimum() {
    let capped = scenario(|d| d["steps"][3]["min_item_open"] = json!({ "EUR": "500" }));
    let group = group(vec![
        dunned(1, "2026-01-05", "499.99", (3, "2026-03-02")),
        dunned(2, "2026-01-05", "500", (3, "2026-03-02")),
    ]);
    let decision = decide_by(&capped, &group, ON);
    let steps = decision.act().unwrap().items.iter().map(|i| i.step).collect::<Vec<_>>();
    assert_eq!(steps, [None, Some(step(4))]);
}

#[test]
fn a_small_overdue_rest_does_not_stop_a_reminder_of_a_large_item() {
    let group = group(vec![item(1, "2026-04-20", "3"), item(2, "2026-05-06", "10000")]);
    let decision = decide(&group, ON);
    assert_eq!(step_of(&decision), Some(1));
    assert_eq!(decision.act().unwrap().total, amount("10000"));
}

#[test]
fn items_under_an_instrument_blocked_or_disputed_are_left_out_with_their_reason() {
    let due = "2026-04-20";
    let until = Some(day("2026-05-31"));
    let group = group(vec![
        item(1, due, "100"),
        ItemFacts { covered: amount("200"), ..item(2, due, "200") },
        ItemFacts { disputed: true, ..item(3, due, "300") },
        ItemFacts { block: Some(Block { reason: BlockReason::Promise, until }), ..item(4, due, "400") },
    ]);
    let decision = decide(&group, ON);
    let act = decision.act().unwrap();
    assert_eq!((act.items.len(), act.total), (1, amount("100")));
    let left_out = &decision.reasons[1..];
    let codes = left_out.iter().map(|r| (r.item, r.code)).collect::<Vec<_>>();
    assert_eq!(
        codes,
        [
            (Some(id(2)), ReasonCode::ItemUnderInstrument),
            (Some(id(3)), ReasonCode::ItemDisputed),
            (Some(id(4)), ReasonCode::ItemBlocked),
        ]
    );
    assert_eq!(left_out[2].detail.as_deref(), Some("promise"));
    assert_eq!(left_out[2].ends_on, Some(day("2026-06-01")));
    assert_eq!(decision.claim.left_out_count, 3);
}

#[test]
fn a_block_of_an_item_ends_after_its_last_day() {
    let block = Some(Block { reason: BlockReason::Promise, until: Some(day(ON)) });
    let group = group(vec![ItemFacts { block, ..item(1, "2026-04-20", "100") }]);
    assert_eq!(decide(&group, ON).reason_code(), ReasonCode::HoldItemsLeftOut);
    assert_eq!(step_of(&decide(&group, "2026-05-05")), Some(2));
}

#[test]
fn when_all_due_items_are_left_out_the_group_holds_and_says_why() {
    let group = group(vec![ItemFacts { disputed: true, ..item(1, "2026-04-20", "100") }]);
    let decision = decide(&group, ON);
    assert_eq!(decision.outcome, Outcome::Hold);
    assert_eq!(reasons(&decision), [ReasonCode::HoldItemsLeftOut, ReasonCode::ItemDisputed]);
    // A disputed item whose time has not come is nothing to report.
    assert_eq!(decide(&group, "2026-04-22").outcome, Outcome::Nothing);
}

#[test]
fn paid_items_vanish() {
    let paid = group(vec![item(1, "2026-04-20", "0")]);
    assert_eq!(decide(&paid, ON).reason_code(), ReasonCode::NothingOpen);
    let rest = group(vec![item(1, "2026-04-20", "0"), item(2, "2026-04-20", "50")]);
    assert_eq!(decide(&rest, ON).act().unwrap().items.len(), 1);
    let only_credit = group(vec![item(1, "2026-04-20", "-50")]);
    assert_eq!(decide(&only_credit, ON).outcome, Outcome::Nothing);
}

#[test]
fn the_order_of_the_items_is_irrelevant() {
    let items = vec![
        item(1, "2026-04-20", "100"),
        item(2, "2026-04-20", "200"),
        item(3, "2026-04-10", "-5"),
        dunned(4, "2026-03-02", "300", (2, "2026-03-10")),
        ItemFacts { disputed: true, ..item(5, "2026-04-01", "1") },
    ];
    let mut turned = items.clone();
    turned.reverse();
    assert_eq!(decide(&group(items), ON), decide(&group(turned), ON));
}

#[test]
fn what_an_instrument_leaves_uncovered_is_claimed() {
    let part = |covered: &str| ItemFacts { covered: amount(covered), ..item(1, "2026-04-20", "100") };
    let decision = decide(&group(vec![part("30")]), ON);
    let act = decision.act().unwrap();
    assert_eq!(
        (act.total, act.items[0].open, decision.claim.open),
        (amount("70"), amount("70"), amount("100"))
    );
    let small = decide(&group(vec![part("95")]), ON);
    assert_eq!(small.reason_code(), ReasonCode::HoldBelowMinimum);
    // A payment beside the paper can leave less open than it stands for.
    let more = decide(&group(vec![part("250")]), ON);
    assert_eq!(more.reason_code(), ReasonCode::HoldItemsLeftOut);
}
