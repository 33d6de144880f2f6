//! Who can have a limit, and whose risk is looked at.

use kernel::text_enum;

text_enum! {
    /// Who can have a limit.
    pub enum HolderKind {
        Account = "account",
        /// All parties of one tax id.
        Party = "party",
        Group = "group",
    }
}
