//! What one caller may give another: nobody gives what they do not hold.

use kernel::{Error, Outcome};

use super::{Permission, Principal, Right, RightKind, Role, Scope, codes};

/// What a user or API key has, or is about to be given.
#[derive(Debug, Clone, Copy)]
pub struct Grant<'g> {
    pub roles: &'g [Role],
    /// Narrows the roles (API keys); `None` = all the roles permit.
    pub permissions: Option<&'g [Permission]>,
    pub all_rights: bool,
    pub rights: &'g [Right],
}

/// What a caller holds itself.
#[derive(Debug, Clone, Copy)]
pub struct Holder<'h> {
    pub principal: &'h Principal,
    pub scope: &'h Scope,
    /// Its rights as given. The scope does not know mandants any more, and a mandant is more than its present entities.
    pub rights: &'h [Right],
}

impl Grant<'_> {
    /// Everything, unnarrowed: what the one-time key exists to give.
    pub fn is_administrator_of_everything(&self) -> bool {
        self.all_rights && self.permissions.is_none() && self.roles.contains(&Role::Administrator)
    }

    fn permits(&self) -> impl Iterator<Item = Permission> {
        let kept = |p: &Permission| self.permissions.is_none_or(|kept| kept.contains(p));
        self.roles.iter().flat_map(|role| role.permissions()).filter(kept)
    }
}

impl Holder<'_> {
    /// Whether the caller holds all of it, so that it may give it, change who has it, and take it away.
    ///
    /// # Errors
    /// `auth.scope_too_wide`.
    pub fn check_holds(&self, grant: &Grant<'_>) -> Outcome<()> {
        let permitted = grant.permits().all(|permission| self.principal.may(permission));
        let in_reach = match self.scope {
            Scope::All => true,
            Scope::Limited { .. } => {
                !grant.all_rights && grant.rights.iter().all(|right| self.reaches(right))
            }
        };
        if permitted && in_reach { Ok(()) } else { Err(Error::new(&codes::SCOPE_TOO_WIDE)) }
    }

    fn reaches(&self, right: &Right) -> bool {
        let held = self.rights.contains(right);
        held || (right.kind == RightKind::LegalEntity && self.scope.includes_legal_entity(right.id))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::access::PrincipalKind;

    fn administrator(permissions: Option<Vec<Permission>>) -> Principal {
        Principal {
            kind: PrincipalKind::ApiKey,
            id: Uuid::nil(),
            name: "erp".to_owned(),
            roles: vec![Role::Administrator],
            permissions,
            one_time: false,
        }
    }

    fn grant<'g>(roles: &'g [Role], permissions: Option<&'g [Permission]>, rights: &'g [Right]) -> Grant<'g> {
        Grant { roles, permissions, all_rights: rights.is_empty(), rights }
    }

    fn right(kind: RightKind, id: u128) -> Right {
        Right { kind, id: Uuid::from_u128(id) }
    }

    #[test]
    fn a_narrowed_caller_gives_no_more_than_it_kept() {
        let narrowed = administrator(Some(vec![Permission::KeyManage, Permission::RateRead]));
        let holder = Holder { principal: &narrowed, scope: &Scope::All, rights: &[] };
        assert!(holder.check_holds(&grant(&[Role::Administrator], None, &[])).is_err());
        assert!(holder.check_holds(&grant(&[Role::Collector], None, &[])).is_err());
        let kept = [Permission::RateRead];
        assert!(holder.check_holds(&grant(&[Role::Administrator], Some(&kept), &[])).is_ok());
        let beyond = [Permission::RateRead, Permission::RateWrite];
        assert!(holder.check_holds(&grant(&[Role::Administrator], Some(&beyond), &[])).is_err());
    }

    #[test]
    fn a_limited_caller_gives_rights_within_its_own() {
        let own = [right(RightKind::Mandant, 9), right(RightKind::Portfolio, 7)];
        let scope =
            Scope::Limited { legal_entities: vec![Uuid::from_u128(1)], portfolios: vec![Uuid::from_u128(7)] };
        let whole = administrator(None);
        let holder = Holder { principal: &whole, scope: &scope, rights: &own };
        let may = |rights: &[Right]| holder.check_holds(&grant(&[Role::Collector], None, rights)).is_ok();
        assert!(!may(&[]), "all rights");
        assert!(may(&[right(RightKind::LegalEntity, 1), right(RightKind::Portfolio, 7)]));
        assert!(may(&[right(RightKind::Mandant, 9)]));
        assert!(!may(&[right(RightKind::LegalEntity, 1), right(RightKind::LegalEntity, 2)]));
        assert!(!may(&[right(RightKind::Mandant, 8)]));
        assert!(!may(&[right(RightKind::Portfolio, 6)]));
    }
}
