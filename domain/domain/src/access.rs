//! Who may do what: principals, roles, permissions and scopes.

pub mod codes;
pub mod key;
pub mod password;
pub mod permission;
pub mod principal;
pub mod role;

pub use permission::Permission;
pub use principal::{Granted, Principal, PrincipalKind, Right, RightKind, Scope};
pub use role::Role;
