//! The one item, or the one small set of items, whose open amounts make up a credit.

use kernel::Decimal;
use kernel::id::ReceivableId;

/// With more open items than this, sets are not searched: chance hits grow with the number of sets.
pub const EXACT_ITEMS_MAX: usize = 24;
/// Items of the largest set searched. 24 items have 12,926 sets of two to four.
const EXACT_SET_MAX: usize = 4;

/// The items to pay if exactly one answer exists: one item of the amount, else one set of two to four.
///
/// Two items of the amount leave no answer, and no set is sought then: the payer meant one of the two.
pub(super) fn sole_match(live: &[(ReceivableId, Decimal)], amount: Decimal) -> Option<Vec<ReceivableId>> {
    let mut single = live.iter().filter(|(_, open)| *open == amount).map(|(receivable, _)| *receivable);
    match (single.next(), single.next()) {
        (Some(receivable), None) => return Some(vec![receivable]),
        (Some(_), Some(_)) => return None,
        (None, _) => {}
    }
    if amount <= Decimal::ZERO || live.len() > EXACT_ITEMS_MAX {
        return None;
    }
    let mut search = Search { picked: Vec::new(), found: Vec::new() };
    search.extend(live, amount);
    match search.found.as_slice() {
        [one] => Some(one.clone()),
        [] | [_, _, ..] => None,
    }
}

struct Search {
    picked: Vec<ReceivableId>,
    found: Vec<Vec<ReceivableId>>,
}

impl Search {
    /// Picks on from `rest` to reach `missing`; stops at the second answer, which already means "not unique".
    fn extend(&mut self, mut rest: &[(ReceivableId, Decimal)], missing: Decimal) {
        if missing.is_zero() {
            self.found.push(self.picked.clone());
            return;
        }
        if self.picked.len() == EXACT_SET_MAX {
            return;
        }
        while let Some(((receivable, open), tail)) = rest.split_first() {
            if *open <= missing && self.found.len() < 2 {
                self.picked.push(*receivable);
                self.extend(tail, missing - open);
                self.picked.pop();
            }
            rest = tail;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn live(amounts: &[i64]) -> Vec<(ReceivableId, Decimal)> {
        (1..)
            .map(|n| ReceivableId(uuid::Uuid::from_u128(n)))
            .zip(amounts.iter().map(|a| Decimal::from(*a)))
            .collect()
    }

    fn matched(amounts: &[i64], amount: i64) -> Option<Vec<u128>> {
        sole_match(&live(amounts), Decimal::from(amount))
            .map(|ids| ids.iter().map(|id| id.0.as_u128()).collect())
    }

    #[test]
    fn one_item_of_the_amount_is_an_answer_and_two_are_none() {
        assert_eq!(matched(&[50, 100, 70], 100), Some(vec![2]));
        assert_eq!(matched(&[100, 100, 50, 50], 100), None);
    }

    #[test]
    fn one_small_set_is_an_answer_and_two_are_none() {
        assert_eq!(matched(&[10, 20, 70], 90), Some(vec![2, 3]));
        assert_eq!(matched(&[10, 20, 30, 40], 50), None);
        assert_eq!(matched(&[1, 2, 4, 8, 16], 15), Some(vec![1, 2, 3, 4]));
    }

    #[test]
    fn sets_beyond_the_bounds_are_not_sought() {
        assert_eq!(matched(&[1, 2, 4, 8, 16], 31), None);
        let many: Vec<i64> = (0..25).map(|n| 1000 + n * n).collect();
        assert_eq!(matched(&many, 2001), None);
        assert_eq!(matched(&many[..24], 2001), Some(vec![1, 2]));
    }

    proptest! {
        #[test]
        fn an_answer_adds_up_and_is_the_only_one(
            amounts in proptest::collection::vec(1_i64..40, 0..8), amount in 1_i64..80,
        ) {
            let sets = |mask: u32| -> Vec<u128> {
                (0..amounts.len()).filter(|i| mask & (1 << i) != 0).map(|i| u128::try_from(i + 1).unwrap()).collect()
            };
            let sum = |set: &[u128]| set.iter().map(|n| amounts[usize::try_from(n - 1).unwrap()]).sum::<i64>();
            let fitting: Vec<_> = (1..1_u32 << amounts.len())
                .map(sets)
                .filter(|set| set.len() <= EXACT_SET_MAX && sum(set) == amount)
                .collect();
            let singles: Vec<_> = fitting.iter().filter(|set| set.len() == 1).collect();
            let expected = match (singles.as_slice(), fitting.as_slice()) {
                ([one], _) => Some((*one).clone()),
                ([], [one]) => Some(one.clone()),
                _ => None,
            };
            prop_assert_eq!(matched(&amounts, amount), expected);
        }
    }
}
