use std::num::NonZeroU32;

use chrono::TimeDelta;
use kernel::Instant;
use proptest::prelude::*;

use super::Throttle;

fn at(milliseconds: i64) -> Instant {
    "2026-11-23T08:00:00Z".parse::<Instant>().unwrap() + TimeDelta::milliseconds(milliseconds)
}

fn throttle(per_minute: u32) -> Throttle {
    Throttle::new(NonZeroU32::new(per_minute).unwrap())
}

#[test]
fn the_limit_may_be_used_at_once_and_the_next_waits_for_the_first_to_be_a_minute_old() {
    let mut throttle = throttle(2);
    assert_eq!(throttle.take("a.es", at(0)), Ok(()));
    assert_eq!(throttle.take("a.es", at(10_000)), Ok(()));
    assert_eq!(throttle.take("a.es", at(20_000)), Err(at(60_000)));
    assert_eq!(throttle.take("a.es", at(59_999)), Err(at(60_000)));
    assert_eq!(throttle.take("a.es", at(60_000)), Ok(()));
    assert_eq!(throttle.ready_at("a.es", at(60_000)), at(70_000));
}

#[test]
fn domains_do_not_wait_for_each_other() {
    let mut throttle = throttle(1);
    assert_eq!(throttle.take("a.es", at(0)), Ok(()));
    assert_eq!(throttle.take("b.es", at(0)), Ok(()));
    assert_eq!(throttle.ready_at("c.es", at(0)), at(0));
}

#[test]
fn a_clock_that_is_set_back_does_not_block_a_domain() {
    let mut throttle = throttle(1);
    assert_eq!(throttle.take("a.es", at(3_600_000)), Ok(()));
    assert_eq!(throttle.take("a.es", at(0)), Ok(()));
}

#[test]
fn an_idle_domain_is_forgotten() {
    let mut throttle = throttle(1);
    assert_eq!(throttle.take("a.es", at(0)), Ok(()));
    assert_eq!(throttle.take("b.es", at(30_000)), Ok(()));
    assert_eq!(throttle.take("c.es", at(60_000)), Ok(()));
    assert_eq!(throttle.taken.keys().collect::<Vec<_>>(), ["b.es", "c.es"]);
}

proptest! {
    /// Every way of asking, waiting only as told, in every minute wherever it begins.
    #[test]
    fn no_rolling_minute_sees_more_than_the_limit(limit in 1_u32..8, gaps in prop::collection::vec(0_i64..30_000, 1..120)) {
        let mut throttle = throttle(limit);
        let mut now = 0;
        let mut sent: Vec<Instant> = Vec::new();
        for gap in gaps {
            now += gap;
            if throttle.take("a.es", at(now)).is_ok() {
                sent.push(at(now));
            }
        }
        for first in &sent {
            let within = sent.iter().filter(|one| *one >= first && **one < *first + TimeDelta::minutes(1)).count();
            prop_assert!(within <= usize::try_from(limit).unwrap());
        }
    }

    /// The instant told is the first that works: neither too early nor later than needed.
    #[test]
    fn the_instant_told_is_exact(limit in 1_u32..8, gaps in prop::collection::vec(0_i64..30_000, 1..60)) {
        let mut throttle = throttle(limit);
        let mut now = 0;
        for gap in gaps {
            now += gap;
            if let Err(ready) = throttle.take("a.es", at(now)) {
                prop_assert!(ready > at(now) && ready <= at(now) + TimeDelta::minutes(1));
                prop_assert!(throttle.clone().take("a.es", ready - TimeDelta::milliseconds(1)).is_err());
                prop_assert!(throttle.clone().take("a.es", ready).is_ok());
            }
        }
    }

    /// Forgetting idle domains changes no answer.
    #[test]
    fn forgetting_changes_no_answer(limit in 1_u32..5, gaps in prop::collection::vec(0_i64..40_000, 1..60)) {
        let mut forgetful = throttle(limit);
        let mut faithful = throttle(limit);
        let mut now = 0;
        for gap in gaps {
            now += gap;
            forgetful.forget_idle(at(now));
            prop_assert_eq!(forgetful.take("a.es", at(now)), faithful.take("a.es", at(now)));
        }
    }
}
