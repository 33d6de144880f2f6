use kernel::Currency;
use kernel::text_enum::TextEnum as _;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::attributes::Declared;
use crate::credit::rule_sets::RuleSet as _;
use crate::rules::finding::parse_document;

fn policy(change: impl FnOnce(&mut Value)) -> ApprovalPolicy {
    let mut document = serde_json::from_str(ApprovalPolicy::STANDARD[0]).unwrap();
    change(&mut document);
    parse_document(&document).unwrap()
}

fn faults(change: impl FnOnce(&mut Value)) -> Vec<&'static str> {
    let findings = policy(change).validate(&ApprovalPolicy::schema(Declared::default()));
    findings.iter().map(|finding| finding.code.text).collect()
}

fn asked(amount: i64, uncovered: i64, class: &str) -> Asked {
    Asked {
        currency: Currency::EUR,
        amount: amount.into(),
        uncovered: uncovered.into(),
        class: class.to_owned(),
        insolvent: false,
    }
}

fn levels(asked: &Asked) -> Vec<String> {
    policy(|_| {}).chain(1, asked).levels.into_iter().map(|level| level.code).collect()
}

#[test]
fn the_chain_grows_with_amount_and_with_what_nobody_covers() {
    assert_eq!(levels(&asked(40_000, 20_000, "A")), ["analyst"]);
    assert_eq!(levels(&asked(40_000, 30_000, "A")), ["analyst", "manager"]);
    assert_eq!(levels(&asked(60_000, 0, "A")), ["analyst", "manager"]);
    assert_eq!(levels(&asked(1_000_000, 0, "A")), ["analyst", "manager", "committee"]);
    let dollars = Asked { currency: Currency::USD, ..asked(1, 1, "A") };
    assert_eq!(levels(&dollars), ["analyst", "manager", "committee"]);
}

#[test]
fn a_chain_grows_by_the_levels_it_does_not_name() {
    let chain = |amount| policy(|_| {}).chain(1, &asked(amount, 0, "A"));
    let mut known = chain(60_000);
    assert!(!known.extend_by(chain(40_000)));
    assert!(!known.extend_by(chain(60_000)));
    assert!(known.extend_by(Chain { policy_version: 2, ..chain(1_000_000) }));
    assert_eq!(known, Chain { policy_version: 2, ..chain(1_000_000) });
    let mut stricter = chain(60_000);
    stricter.levels[0].approvers += 1;
    let mut known = chain(60_000);
    assert!(known.extend_by(stricter.clone()));
    assert_eq!(known, stricter);
    assert!(!known.extend_by(chain(60_000)), "one that asks for less takes nothing back");
}

#[test]
fn the_table_grants_by_itself_what_is_small_and_well_rated() {
    let policy = policy(|_| {});
    assert!(policy.grants_itself(&asked(5_000, 5_000, "B")));
    assert!(!policy.grants_itself(&asked(5_001, 0, "B")));
    assert!(!policy.grants_itself(&asked(10, 10, "C")));
    assert!(!policy.grants_itself(&asked(10, 10, "")));
    assert!(!policy.grants_itself(&Asked { insolvent: true, ..asked(10, 10, "A") }));
}

#[test]
fn a_policy_that_nobody_could_go_by_is_told_what_is_wrong() {
    assert_eq!(faults(|_| {}), Vec::<&str>::new());
    assert_eq!(faults(|d| d["expires_days"] = json!(0)), ["approval_policy.period_invalid"]);
    assert_eq!(faults(|d| d["levels"][0]["approvers"] = json!(0)), ["approval_policy.no_approver"]);
    assert_eq!(faults(|d| d["levels"][0]["bounds"] = json!({})), ["approval_policy.level_never_passed"]);
    assert_eq!(
        faults(|d| d["levels"][2]["bounds"] = json!({ "classes": ["A"] })),
        ["approval_policy.open_end"]
    );
    assert_eq!(
        faults(|d| d["levels"][0]["bounds"]["amount"]["EUR"] = json!("-1")),
        ["approval_policy.bound_invalid"]
    );
    assert_eq!(faults(|d| d["levels"][0]["users"] = json!(["ana"])), ["id.invalid"]);
    assert_eq!(faults(|d| d["levels"][1]["code"] = json!("analyst")), ["rule.duplicate_code"]);
}

fn id(number: u8) -> Uuid {
    Uuid::from_u128(number.into())
}

fn person(number: u8, roles: &[Role]) -> Person {
    Person { id: id(number), roles: roles.to_vec() }
}

fn acting(number: u8, roles: &[Role], for_others: Vec<Person>) -> Acting {
    Acting { person: person(number, roles), for_others }
}

fn code(result: kernel::Outcome<Act>) -> &'static str {
    result.unwrap_err().code().text
}

#[test]
fn nobody_approves_their_own_request_in_any_way() {
    let chain = policy(|_| {}).chain(1, &asked(10, 10, "A"));
    let requester = id(1);
    assert_eq!(
        code(act(&chain, &[], &[requester], &acting(1, &[Role::Manager], vec![]))),
        "approval.own_request"
    );
    let for_other = acting(1, &[Role::Manager], vec![person(2, &[Role::Manager])]);
    assert_eq!(code(act(&chain, &[], &[requester], &for_other)), "approval.own_request");
    let for_requester = acting(3, &[Role::Collector], vec![person(1, &[Role::Manager])]);
    assert_eq!(code(act(&chain, &[], &[requester], &for_requester)), "approval.own_request");
    assert!(act(&chain, &[], &[requester], &acting(2, &[Role::Manager], vec![])).unwrap().completes);
}

#[test]
fn a_stand_in_acts_by_the_authority_of_the_one_who_is_away_and_once() {
    let chain = policy(|_| {}).chain(1, &asked(1_000_000, 0, "A"));
    let for_manager = acting(3, &[Role::Collector], vec![person(2, &[Role::Manager])]);
    let first = act(&chain, &[], &[id(1)], &for_manager).unwrap();
    assert_eq!((first.given.on_behalf_of, first.completes), (Some(id(2)), false));
    let given = [first.given];
    assert_eq!(code(act(&chain, &given, &[id(1)], &for_manager)), "approval.given_before");
    // The one who was represented has had their say.
    assert_eq!(
        code(act(&chain, &given, &[id(1)], &acting(2, &[Role::Manager], vec![]))),
        "approval.given_before"
    );
    let another = acting(4, &[], vec![person(2, &[Role::Manager])]);
    assert_eq!(code(act(&chain, &given, &[id(1)], &another)), "approval.given_before");
    assert_eq!(
        code(act(&chain, &given, &[id(1)], &acting(5, &[Role::CreditAnalyst], vec![]))),
        "approval.no_authority"
    );
}

fn people() -> impl Strategy<Value = Vec<Person>> {
    let roles = prop::collection::vec(prop::sample::select(Role::ALL.to_vec()), 0..3);
    prop::collection::vec(roles, 2..8).prop_map(|all| {
        let numbered = all.into_iter().enumerate();
        numbered.map(|(no, roles)| person(u8::try_from(no).unwrap(), &roles)).collect()
    })
}

proptest! {
    #[test]
    fn no_path_reaches_approved_without_enough_authority_from_others(
        people in people(), requester in 0_usize..8, amount in 0_i64..500_000,
        acts in prop::collection::vec((0_usize..8, prop::collection::vec(0_usize..8, 0..3)), 0..20),
    ) {
        let at = |place: usize| people[place % people.len()].clone();
        let requester = at(requester).id;
        let chain = policy(|_| {}).chain(1, &asked(amount, amount, "C"));
        let mut given = Vec::<Given>::new();
        for (who, others) in acts {
            let acting = Acting { person: at(who), for_others: others.into_iter().map(at).collect() };
            if let Ok(done) = act(&chain, &given, &[requester], &acting) {
                prop_assert!(acting.person.id != requester);
                given.push(done.given);
                prop_assert_eq!(done.completes, is_complete(&chain, &given));
            }
        }
        let authority = |g: &Given| g.on_behalf_of.unwrap_or(g.approver);
        let mut counted = given.iter().map(authority).chain(given.iter().map(|g| g.approver)).collect::<Vec<_>>();
        prop_assert!(!counted.contains(&requester));
        let own = given.iter().filter(|g| g.on_behalf_of.is_none()).count();
        counted.sort_unstable();
        counted.dedup();
        prop_assert_eq!(counted.len(), 2 * given.len() - own, "somebody counts twice");
        if is_complete(&chain, &given) {
            for (place, level) in chain.levels.iter().enumerate() {
                let with = given.iter().filter(|g| g.level == place).map(authority);
                let able = with.filter(|id| people.iter().any(|p| p.id == *id && level.has_authority(p))).count();
                prop_assert!(able >= usize::from(level.approvers));
            }
        }
    }

    #[test]
    fn an_application_that_has_ended_goes_nowhere(from in 0_usize..8, to in 0_usize..8) {
        let (from, to) = (ApplicationState::ALL[from], ApplicationState::ALL[to]);
        prop_assert!(!(from.is_ended() && from.leads_to(to)));
        let by_people = matches!(from, ApplicationState::Proposed | ApplicationState::InApproval);
        prop_assert!(to != ApplicationState::Approved || !from.leads_to(to) || by_people);
    }

    #[test]
    fn a_longer_chain_is_never_asked_for_less(amount in 0_i64..400_000, more in 0_i64..400_000, uncovered in 0_i64..400_000) {
        let short = policy(|_| {}).chain(1, &asked(amount, uncovered, "A")).levels.len();
        let longer = policy(|_| {}).chain(1, &asked(amount + more, uncovered, "A")).levels.len();
        prop_assert!(longer >= short);
    }
}
