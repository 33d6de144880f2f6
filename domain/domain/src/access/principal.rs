//! Who calls, and what of the data that may reach.

use kernel::text_enum;
use kernel::{Error, Outcome};
use uuid::Uuid;

use super::{Permission, Role, codes};

text_enum! {
    /// What kind of caller acts.
    pub enum PrincipalKind {
        User = "user",
        ApiKey = "api_key",
        System = "system",
    }
}

text_enum! {
    /// What a right is given on.
    pub enum RightKind {
        Mandant = "mandant",
        LegalEntity = "legal_entity",
        Portfolio = "portfolio",
    }
}

/// A right on a mandant, legal entity or portfolio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Right {
    pub kind: RightKind,
    pub id: Uuid,
}

/// The data a caller may reach, mandants already expanded to their legal entities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    All,
    /// Accounts of these legal entities, and accounts in these portfolios.
    Limited {
        legal_entities: Vec<Uuid>,
        portfolios: Vec<Uuid>,
    },
}

impl Scope {
    /// `None` when everything is in reach, else the legal entities and portfolios that are.
    pub fn limits(&self) -> Option<(&[Uuid], &[Uuid])> {
        match self {
            Self::All => None,
            Self::Limited { legal_entities, portfolios } => Some((legal_entities, portfolios)),
        }
    }

    pub fn includes_legal_entity(&self, id: Uuid) -> bool {
        self.limits().is_none_or(|(entities, _)| entities.contains(&id))
    }

    /// Whether an account of this legal entity and portfolio is in reach.
    pub fn includes_account(&self, legal_entity: Uuid, portfolio: Option<Uuid>) -> bool {
        self.includes_legal_entity(legal_entity)
            || self.limits().is_some_and(|(_, portfolios)| portfolio.is_some_and(|p| portfolios.contains(&p)))
    }

    /// For what holds for the whole installation: scenarios, templates, calendars, rates.
    ///
    /// # Errors
    /// `auth.installation_wide`.
    pub fn require_all(&self) -> Outcome<()> {
        match self {
            Self::All => Ok(()),
            Self::Limited { .. } => Err(Error::new(&codes::INSTALLATION_WIDE)),
        }
    }

    /// # Errors
    /// `auth.out_of_scope`.
    pub fn require_legal_entity(&self, id: Uuid) -> Outcome<()> {
        if self.includes_legal_entity(id) { Ok(()) } else { Err(Error::new(&codes::OUT_OF_SCOPE)) }
    }
}

/// An authenticated caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    pub kind: PrincipalKind,
    pub id: Uuid,
    pub name: String,
    pub roles: Vec<Role>,
    /// Narrows the roles (API keys); `None` = all the roles permit.
    pub permissions: Option<Vec<Permission>>,
    /// The one-time key: it makes one administrator and ends with that.
    pub one_time: bool,
}

/// Proof that a permission was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted(Permission);

impl Granted {
    pub fn permission(self) -> Permission {
        self.0
    }
}

impl Principal {
    /// The installation itself: schedules, workers, the first start.
    pub fn system(name: &str) -> Self {
        Self {
            kind: PrincipalKind::System,
            id: Uuid::nil(),
            name: name.to_owned(),
            roles: vec![Role::Administrator],
            permissions: None,
            one_time: false,
        }
    }

    pub fn may(&self, permission: Permission) -> bool {
        let by_role = self.roles.iter().any(|role| role.permissions().contains(&permission));
        by_role && self.permissions.as_ref().is_none_or(|narrowed| narrowed.contains(&permission))
    }

    /// # Errors
    /// `auth.forbidden`, naming the permission.
    pub fn require(&self, permission: Permission) -> Outcome<Granted> {
        if self.may(permission) {
            return Ok(Granted(permission));
        }
        Err(Error::with(&codes::FORBIDDEN, format!("this needs the permission {permission}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collector(permissions: Option<Vec<Permission>>) -> Principal {
        Principal {
            kind: PrincipalKind::User,
            id: Uuid::nil(),
            name: "Ana".to_owned(),
            roles: vec![Role::Collector],
            permissions,
            one_time: false,
        }
    }

    #[test]
    fn scopes_narrow_roles_and_never_widen_them() {
        let narrowed = collector(Some(vec![Permission::CustomersRead, Permission::UserManage]));
        assert!(narrowed.may(Permission::CustomersRead));
        assert!(!narrowed.may(Permission::BlockWrite));
        assert!(!narrowed.may(Permission::UserManage));
    }

    #[test]
    fn a_refusal_names_the_permission() {
        let error = collector(None).require(Permission::UserManage).unwrap_err();
        assert!(error.to_string().contains("user.manage"));
    }

    #[test]
    fn a_portfolio_opens_accounts_of_any_entity() {
        let (entity, other, portfolio) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        let scope = Scope::Limited { legal_entities: vec![entity], portfolios: vec![portfolio] };
        assert!(scope.includes_account(entity, None));
        assert!(scope.includes_account(other, Some(portfolio)));
        assert!(!scope.includes_account(other, None));
    }
}
