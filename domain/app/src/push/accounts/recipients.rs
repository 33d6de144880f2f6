//! Who receives whose letters: an account that receives another's receives its own, so that nobody is written to by the
//! scenario, the language and the blocks of an account that stands between.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

/// An account, by its id or, before it has one, by its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Who<'a> {
    Stored(Uuid),
    New(&'a str),
}

/// What a row says: who receives the letters of its account.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish<'a> {
    pub row: usize,
    pub account: Who<'a>,
    pub recipient: Who<'a>,
}

impl Wish<'_> {
    pub(super) fn names_another(&self) -> bool {
        self.account != self.recipient
    }
}

/// The rows that cannot be: their recipient has its letters sent to a third account, or they send away the letters of an
/// account that receives others'. `stored` is who receives the letters of accounts that name another; what a row says of its
/// account counts instead.
pub(super) fn chained(wishes: &[Wish<'_>], stored: &[(Uuid, Uuid)]) -> BTreeSet<usize> {
    let mut refused = BTreeSet::new();
    loop {
        let standing = wishes.iter().filter(|w| !refused.contains(&w.row)).collect::<Vec<_>>();
        let wanted = standing.iter().map(|w| (w.account, w.recipient)).collect::<HashMap<_, _>>();
        let kept = stored.iter().map(|(account, to)| (Who::Stored(*account), Who::Stored(*to)));
        let kept = kept.filter(|(account, _)| !wanted.contains_key(account)).collect::<HashMap<_, _>>();
        let receives = kept.values().collect::<BTreeSet<_>>();
        let names_another = || standing.iter().filter(|w| w.names_another());
        let mut wrong =
            names_another().filter(|w| receives.contains(&w.account)).map(|w| w.row).collect::<BTreeSet<_>>();
        if wrong.is_empty() {
            let sends_away = |who: &Who<'_>| {
                wanted.get(who).or_else(|| kept.get(who)).is_some_and(|recipient| recipient != who)
            };
            wrong = names_another().filter(|w| sends_away(&w.recipient)).map(|w| w.row).collect();
        }
        if wrong.is_empty() {
            return refused;
        }
        refused.append(&mut wrong);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(number: u128) -> Who<'static> {
        Who::Stored(Uuid::from_u128(number))
    }

    fn wishes<'a>(of: &[(Who<'a>, Who<'a>)]) -> Vec<Wish<'a>> {
        of.iter()
            .enumerate()
            .map(|(row, (account, recipient))| Wish { row, account: *account, recipient: *recipient })
            .collect()
    }

    fn refused(of: &[(Who<'_>, Who<'_>)], links: &[(u128, u128)]) -> Vec<usize> {
        let links =
            links.iter().map(|(a, to)| (Uuid::from_u128(*a), Uuid::from_u128(*to))).collect::<Vec<_>>();
        chained(&wishes(of), &links).into_iter().collect()
    }

    #[test]
    fn a_recipient_receives_its_own_letters() {
        let (a, b, c) = (Who::New("A"), Who::New("B"), Who::New("C"));
        assert_eq!(refused(&[(a, b), (b, b), (c, b)], &[]), [0usize; 0]);
        assert_eq!(refused(&[(a, b), (b, c), (c, c)], &[]), [0], "B's letters go to C");
        assert_eq!(refused(&[(a, stored(1))], &[(1, 2)]), [0]);
        assert_eq!(refused(&[(a, b), (b, a)], &[]), [0, 1], "neither of two that name each other");
    }

    #[test]
    fn who_receives_others_letters_does_not_send_its_own_away() {
        assert_eq!(refused(&[(stored(1), stored(2))], &[(3, 1)]), [0]);
    }

    #[test]
    fn what_a_chunk_says_counts_instead_of_what_stood_before() {
        let (one, two, three) = (stored(1), stored(2), stored(3));
        assert_eq!(refused(&[(one, two), (three, two)], &[(3, 1)]), [0usize; 0], "both move together");
        assert_eq!(refused(&[(one, one), (three, one)], &[(1, 2)]), [0usize; 0], "1 has its own again");
        assert_eq!(
            refused(&[(three, one), (one, two)], &[(4, 1)]),
            [1],
            "1 stays as it is, so 3 may go to it"
        );
    }
}
