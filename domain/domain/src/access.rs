//! Who may do what: principals, roles, permissions and scopes.
