//! Who may do what: principals, roles, permissions and scopes.

pub mod codes;
pub mod explain;
pub mod grant;
pub mod key;
pub mod password;
pub mod permission;
pub mod principal;
pub mod refresh;
pub mod role;

pub use explain::Explanation;
pub use grant::{Grant, Holder};
pub use permission::Permission;
pub use principal::{Granted, Principal, PrincipalKind, Right, RightKind, Scope};
pub use role::Role;
