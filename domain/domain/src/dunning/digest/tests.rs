use kernel::id::AccountId;
use uuid::Uuid;

use super::*;
use crate::dunning::fixture::*;
use crate::dunning::group::GroupFacts;

fn key() -> RunKey {
    RunKey { business_on: day("2026-05-04"), seed: 0, scenarios: vec![("default".to_owned(), 1)] }
}

fn decisions() -> Vec<Decision> {
    let of = |account: u128, open: &str| {
        let group = group(vec![item(1, "2026-04-20", open), item(2, "2026-04-01", "-3")]);
        decide(&GroupFacts { account_id: AccountId(Uuid::from_u128(account)), ..group }, "2026-05-04")
    };
    vec![of(1, "100"), of(2, "5"), of(3, "70.10")]
}

#[test]
fn the_order_and_the_chunks_of_a_run_are_irrelevant() {
    let decisions = decisions();
    let expected = digest(&key(), &decisions);
    assert_eq!(digest(&key(), decisions.iter().rev()), expected);
    let mut first = RunDigest::default();
    first.add(&decisions[2]);
    let mut second = RunDigest::default();
    second.add(&decisions[0]);
    second.add(&decisions[1]);
    second.merge(first);
    assert_eq!(second.finish(&key()), expected);
}

#[test]
fn amounts_are_compared_by_value_not_by_writing() {
    let written =
        |open: &str| decision_hash(&decide(&group(vec![item(1, "2026-04-20", open)]), "2026-05-04"));
    assert_eq!(written("100"), written("100.00"));
    assert_ne!(written("100"), written("100.01"));
}

#[test]
fn everything_a_run_depends_on_changes_its_fingerprint() {
    let decisions = decisions();
    let base = digest(&key(), &decisions);
    let other_day = RunKey { business_on: day("2026-05-05"), ..key() };
    let other_seed = RunKey { seed: 1, ..key() };
    let other_version = RunKey { scenarios: vec![("default".to_owned(), 2)], ..key() };
    for key in [other_day, other_seed, other_version] {
        assert_ne!(digest(&key, &decisions), base);
    }
    assert_ne!(digest(&key(), &decisions[..2]), base);
    let mut reasoned = decisions.clone();
    reasoned[0].reasons.truncate(0);
    assert_ne!(digest(&key(), &reasoned), base);
}
