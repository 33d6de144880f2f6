//! From points to a class that does not flicker, and a person's word above it.

use kernel::{Date, Decimal};
use serde::{Deserialize, Serialize};

use super::scorecard::Class;

/// Place of the class of some points, the best being 0.
pub fn place(classes: &[Class], points: Decimal) -> usize {
    let worst = classes.len().saturating_sub(1);
    classes.iter().position(|c| c.from.is_none_or(|from| points >= from.0)).unwrap_or(worst)
}

/// The class after a change of points: it leaves the former one only for a class whose bound is passed by the margin.
/// Without a former class the points alone decide.
pub fn settle(classes: &[Class], margin: Decimal, points: Decimal, former: Option<usize>) -> usize {
    let Some(former) = former else { return place(classes, points) };
    let up = place(classes, points - margin);
    // To fall, the points must lie below the bound by the margin or more.
    let down = classes
        .iter()
        .position(|c| c.from.is_none_or(|from| points > from.0 - margin))
        .unwrap_or_else(|| classes.len().saturating_sub(1));
    if margin.is_zero() {
        return place(classes, points);
    }
    if up < former {
        up
    } else if down > former {
        down
    } else {
        former
    }
}

/// A person's word on a class: it wins until its last day, and then falls away by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    pub class: String,
    pub reason: String,
    pub from: Date,
    /// Last day it holds.
    pub until: Date,
}

impl Override {
    pub fn holds_on(&self, day: Date) -> bool {
        self.from <= day && day <= self.until
    }
}

kernel::text_enum! {
    /// Whose word a class is.
    pub enum ClassOrigin {
        Override = "override",
        Score = "score",
    }
}

/// The class that counts on a day. Of several overrides the one that began last; the caller sorts out those that ended.
pub fn effective<'c>(
    scored: Option<&'c str>,
    overrides: &'c [Override],
    day: Date,
) -> Option<(&'c str, ClassOrigin)> {
    let word = overrides.iter().filter(|o| o.holds_on(day)).max_by_key(|o| o.from);
    match word {
        Some(word) => Some((word.class.as_str(), ClassOrigin::Override)),
        None => scored.map(|class| (class, ClassOrigin::Score)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::credit::scoring::fixture::{classes, day, dec};

    #[test]
    fn a_class_changes_only_when_its_bound_is_passed_by_the_margin() {
        // A from 80, B from 60, C below; margin 2.
        let (classes, margin) = (classes(), dec("2"));
        let settle = |points: &str, former| settle(&classes, margin, dec(points), Some(former));
        assert_eq!(settle("81.99", 1), 1, "above the bound by less than the margin");
        assert_eq!(settle("82", 1), 0);
        assert_eq!(settle("78.01", 0), 0, "below the bound by less than the margin");
        assert_eq!(settle("78", 0), 1);
        assert_eq!(settle("58.5", 0), 1, "from A to B, while C is not reached by the margin");
        assert_eq!(settle("50", 0), 2);
        assert_eq!(settle("95", 2), 0);
    }

    #[test]
    fn without_a_former_class_the_points_decide() {
        assert_eq!(settle(&classes(), dec("2"), dec("80"), None), 0);
        assert_eq!(settle(&classes(), dec("2"), dec("79.99"), None), 1);
    }

    #[test]
    fn an_override_wins_until_its_last_day_and_then_falls_away() {
        let word = Override {
            class: "C".to_owned(),
            reason: "a claim is open".to_owned(),
            from: day("2026-03-01"),
            until: day("2026-03-31"),
        };
        let on = |text: &str| effective(Some("A"), std::slice::from_ref(&word), day(text));
        assert_eq!(on("2026-02-28"), Some(("A", ClassOrigin::Score)));
        assert_eq!(on("2026-03-01"), Some(("C", ClassOrigin::Override)));
        assert_eq!(on("2026-03-31"), Some(("C", ClassOrigin::Override)));
        assert_eq!(on("2026-04-01"), Some(("A", ClassOrigin::Score)));
        assert_eq!(effective(None, &[], day("2026-03-05")), None);
    }

    proptest! {
        #[test]
        fn staying_at_the_same_points_never_changes_the_class_again(cents in -2_000..12_000_i64, former in 0..3_usize) {
            let points = Decimal::new(cents, 2);
            let once = settle(&classes(), dec("2"), points, Some(former));
            prop_assert_eq!(settle(&classes(), dec("2"), points, Some(once)), once);
        }

        #[test]
        fn points_that_swing_within_the_margin_do_not_move_the_class(
            cents in 0..10_000_i64, swings in proptest::collection::vec(-99..=99_i64, 1..20),
        ) {
            let classes = classes();
            let start = Decimal::new(cents, 2);
            let first = settle(&classes, dec("2"), start, None);
            let mut class = first;
            let mut seen = std::collections::BTreeSet::new();
            for swing in swings {
                class = settle(&classes, dec("2"), start + Decimal::new(swing, 2), Some(class));
                seen.insert(class);
            }
            // A swing of less than two points round a place meets at most one bound, and passes it at most once.
            prop_assert!(seen.len() <= 2);
        }

        #[test]
        fn better_points_never_give_a_worse_class(a in 0..10_000_i64, b in 0..10_000_i64, former in proptest::option::of(0..3_usize)) {
            let (low, high) = (Decimal::new(a.min(b), 2), Decimal::new(a.max(b), 2));
            let settle = |points| settle(&classes(), dec("2"), points, former);
            prop_assert!(settle(high) <= settle(low));
        }
    }
}
