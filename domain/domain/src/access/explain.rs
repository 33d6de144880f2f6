//! Why a caller may or may not do something: what `authz/explain` answers.

use kernel::text_enum::TextEnum as _;
use serde::Serialize;

use super::{Permission, Principal, Role};

/// The answer, with everything it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    pub permission: Permission,
    pub allowed: bool,
    /// The roles the caller holds that grant it.
    pub granted_by: Vec<Role>,
    /// The roles grant it, but the API key was narrowed to other permissions.
    pub narrowed_away: bool,
    /// Where it is not granted: every built-in role that would.
    pub would_be_granted_by: Vec<Role>,
}

impl Principal {
    /// Says why this caller may or may not do something. Agrees with [`Principal::may`].
    pub fn explain(&self, permission: Permission) -> Explanation {
        let grants = |role: &Role| role.permissions().contains(&permission);
        let granted_by = self.roles.iter().copied().filter(grants).collect::<Vec<_>>();
        let narrowed_away = !granted_by.is_empty()
            && self.permissions.as_ref().is_some_and(|kept| !kept.contains(&permission));
        let would_be_granted_by = if granted_by.is_empty() {
            Role::ALL.iter().copied().filter(grants).collect()
        } else {
            Vec::new()
        };
        let allowed = !granted_by.is_empty() && !narrowed_away;
        Explanation { permission, allowed, granted_by, narrowed_away, would_be_granted_by }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use kernel::text_enum::TextEnum;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::access::PrincipalKind;

    /// The checked-in matrix, read as text: a second source beside the lists in code.
    fn granted_by_matrix() -> BTreeSet<(Permission, Role)> {
        let mut lines = include_str!("matrix.txt").lines();
        let roles =
            lines.next().unwrap().split(' ').skip(1).map(|r| Role::from_text(r).unwrap()).collect::<Vec<_>>();
        lines
            .flat_map(|line| {
                let (permission, cells) = line.split_once(' ').unwrap();
                let permission = Permission::from_text(permission).unwrap();
                let granted = roles.iter().copied().zip(cells.split(' ')).filter(|(_, cell)| *cell == "yes");
                granted.map(|(role, _)| (permission, role)).collect::<Vec<_>>()
            })
            .collect()
    }

    fn principal(roles: Vec<Role>, permissions: Option<Vec<Permission>>) -> Principal {
        let (kind, name) = (PrincipalKind::ApiKey, "erp".to_owned());
        Principal { kind, id: Uuid::nil(), name, roles, permissions, one_time: false }
    }

    proptest! {
        #[test]
        fn every_decision_is_the_one_of_the_matrix(
            roles in proptest::sample::subsequence(Role::ALL.to_vec(), 0..=Role::ALL.len()),
            kept in proptest::option::of(
                proptest::sample::subsequence(Permission::ALL.to_vec(), 0..=Permission::ALL.len())),
            permission in proptest::sample::select(Permission::ALL.to_vec()),
        ) {
            let by_role = roles.iter().any(|role| granted_by_matrix().contains(&(permission, *role)));
            let expected = by_role && kept.as_ref().is_none_or(|kept| kept.contains(&permission));
            let principal = principal(roles, kept);
            prop_assert_eq!(principal.may(permission), expected);
            prop_assert_eq!(principal.require(permission).is_ok(), expected);
            prop_assert_eq!(principal.explain(permission).allowed, expected);
        }
    }

    #[test]
    fn a_narrowed_key_is_told_that_its_roles_would_suffice() {
        let explained =
            principal(vec![Role::Manager], Some(vec![Permission::RateRead])).explain(Permission::RateWrite);
        assert!(!explained.allowed && explained.narrowed_away);
        assert_eq!(explained.granted_by, [Role::Manager]);
        assert!(explained.would_be_granted_by.is_empty());
    }

    #[test]
    fn a_refused_caller_is_told_which_roles_would_be_granted_it() {
        let explained = principal(vec![Role::Collector], None).explain(Permission::UserManage);
        assert!(!explained.allowed && !explained.narrowed_away);
        assert_eq!(explained.would_be_granted_by, [Role::Administrator]);
    }
}
