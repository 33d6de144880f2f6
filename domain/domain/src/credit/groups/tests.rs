use proptest::prelude::*;

use super::*;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn party(n: u128, tax_id: &str) -> PartyFacts {
    PartyFacts { id: id(n), tax_id: (!tax_id.is_empty()).then(|| tax_id.to_owned()) }
}

fn relation(party: u128, related: u128, kind: RelationKind) -> Relation {
    Relation { party: id(party), related: id(related), kind }
}

fn of(memberships: &[Membership], n: u128) -> (u128, Vec<(u128, bool)>) {
    let found = memberships.iter().find(|m| m.party == id(n)).unwrap();
    let groups = found.groups.iter().map(|(group, joint)| (group.as_u128(), *joint)).collect();
    (found.risk_party.as_u128(), groups)
}

#[test]
fn who_stands_alone_is_in_no_group() {
    let found = resolve(&[party(1, "A"), party(2, "")], &[]);
    assert_eq!(of(&found, 1), (1, vec![]));
    assert_eq!(of(&found, 2), (2, vec![]));
}

#[test]
fn parties_of_one_tax_id_count_as_the_oldest_of_them() {
    let parties = [party(3, "A"), party(1, "A"), party(2, "B"), party(4, "B")];
    let found = resolve(&parties, &[relation(4, 3, RelationKind::Parent)]);
    assert_eq!(of(&found, 3), (1, vec![(1, true)]));
    assert_eq!(of(&found, 1), (1, vec![(1, true)]));
    // Another customer number of the daughter is in the group as well.
    assert_eq!(of(&found, 2), (2, vec![(1, true)]));
}

#[test]
fn whoever_has_somebody_under_it_is_a_group_inside_that_of_its_head() {
    let parties = [party(1, ""), party(2, ""), party(3, ""), party(4, ""), party(5, "")];
    let relations = [
        relation(2, 1, RelationKind::Parent),
        relation(3, 2, RelationKind::Branch),
        relation(4, 1, RelationKind::Parent),
    ];
    let found = resolve(&parties, &relations);
    assert_eq!(of(&found, 3).1, vec![(1, true), (2, false)], "a daughter's daughter");
    assert_eq!(of(&found, 2).1, vec![(1, true), (2, false)], "a group of its own, with those under it");
    assert_eq!(of(&found, 4).1, vec![(1, true)], "beside it, and not in it");
    assert_eq!(of(&found, 1).1, vec![(1, true)]);
    assert_eq!(of(&found, 5).1, vec![]);
}

#[test]
fn who_is_controlled_jointly_counts_in_full_with_each_and_once_by_itself() {
    let parties = [party(1, ""), party(2, ""), party(3, ""), party(4, ""), party(5, "")];
    let controlled = [
        relation(3, 1, RelationKind::JointControl),
        relation(3, 2, RelationKind::JointControl),
        relation(4, 1, RelationKind::Parent),
    ];
    let found = resolve(&parties, &controlled);
    assert_eq!(of(&found, 3).1, vec![(1, false), (2, false)], "with nobody under it, by itself");
    assert_eq!(of(&found, 1).1, vec![(1, true)]);
    assert_eq!(of(&found, 2).1, vec![(2, true)]);
    assert_eq!(of(&found, 4).1, vec![(1, true)]);
    let under_it = [controlled.as_slice(), &[relation(5, 3, RelationKind::Parent)]].concat();
    let found = resolve(&parties, &under_it);
    for n in [3, 5] {
        assert_eq!(
            of(&found, n).1,
            vec![(1, false), (2, false), (3, true)],
            "{n} counts once with those under it"
        );
    }
}

#[test]
fn a_merged_party_counts_as_the_other_until_it_is_split() {
    let parties = [party(1, "A"), party(2, "B"), party(3, "")];
    let merged = relation(2, 1, RelationKind::Merged);
    let found = resolve(&parties, &[merged, relation(3, 2, RelationKind::Parent)]);
    assert_eq!((of(&found, 2).0, of(&found, 3).1), (1, vec![(1, true)]));
    let split = resolve(&parties, &[relation(3, 2, RelationKind::Parent)]);
    assert_eq!((of(&split, 2).0, of(&split, 3).1), (2, vec![(2, true)]));
}

#[test]
fn a_circle_that_only_tax_ids_close_has_one_head() {
    let parties = [party(1, "A"), party(2, ""), party(3, "A")];
    let relations = [relation(2, 1, RelationKind::Parent), relation(3, 2, RelationKind::Parent)];
    let found = resolve(&parties, &relations);
    for n in 1..=3 {
        assert_eq!(of(&found, n).1, vec![(1, true)], "{n}");
    }
}

#[test]
fn a_parent_that_would_close_a_circle_is_seen_before_it_is_written() {
    let parents = BTreeMap::from([(id(2), id(1)), (id(3), id(2))]);
    assert!(closes_circle(&parents, id(1), id(3)));
    assert!(closes_circle(&parents, id(4), id(4)));
    assert!(!closes_circle(&parents, id(4), id(3)));
    assert!(!closes_circle(&parents, id(3), id(1)));
}

proptest! {
    /// Whoever belongs to somebody is in the group of that one and in all of its groups, and counts once at most.
    #[test]
    fn members_are_in_every_group_of_those_above_them(
        edges in proptest::collection::vec((0_u128..12, 0_u128..12, 0..4_usize), 0..16),
        tax in proptest::collection::vec(0..4_u8, 12),
    ) {
        let names = ["", "", "A", "B"];
        let parties = tax.iter().zip(0..).map(|(t, n)| party(n, names[usize::from(*t)])).collect::<Vec<_>>();
        let kinds = [RelationKind::Parent, RelationKind::Branch, RelationKind::JointControl, RelationKind::Merged];
        // Downwards only, so that no circle is closed but by tax ids.
        let relations = edges.iter().filter(|(a, b, _)| a > b).map(|(a, b, k)| relation(*a, *b, kinds[*k])).collect::<Vec<_>>();
        let found = resolve(&parties, &relations);
        for r in relations.iter().filter(|r| r.kind != RelationKind::Merged) {
            let (lower, upper) = (of(&found, r.party.as_u128()), of(&found, r.related.as_u128()));
            if lower.0 != upper.0 {
                prop_assert!(!upper.1.is_empty(), "who has somebody under it is a group: {upper:?}");
                for (group, _) in &upper.1 {
                    prop_assert!(lower.1.iter().any(|(g, _)| g == group), "{lower:?} {upper:?}");
                }
            }
        }
        let debtors = found.iter().filter_map(|m| Some((m.risk_party, *m.groups.iter().find(|(_, debtor)| **debtor)?.0)));
        let debtors = debtors.collect::<BTreeMap<_, _>>();
        for m in &found {
            prop_assert!(m.groups.values().filter(|debtor| **debtor).count() <= 1);
            // A debtor counts with itself: nobody's sum is in two.
            if let Some(head) = debtors.get(&m.risk_party) && found.iter().any(|o| o.party == *head && o.risk_party == *head) {
                prop_assert_eq!(debtors.get(head), Some(head));
            }
        }
        for m in &found {
            let same = found.iter().filter(|o| o.risk_party == m.risk_party);
            prop_assert!(same.clone().all(|o| o.groups == m.groups));
            prop_assert!(m.risk_party <= m.party);
        }
    }
}
