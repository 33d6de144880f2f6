//! Who has to approve a limit: levels by amount, by what nobody covers and by class of rating; and how an application moves.
//!
//! Four eyes: nobody approves what they asked for, under any role, also not in the place of somebody else; and nobody, and nobody's
//! place, counts twice in one chain.

mod authority;
pub mod codes;
mod policy;
#[cfg(test)]
mod tests;

use kernel::text_enum;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::authority::{Act, Acting, Person, act, is_complete, level_now};
pub use self::policy::{ApprovalPolicy, Asked, Automatic, Bounds, Level};
use crate::access::Role;

text_enum! {
    /// Life of an application.
    pub enum ApplicationState {
        Draft = "draft",
        /// Handed in, and not looked at by the table.
        Submitted = "submitted",
        /// The table has proposed.
        Proposed = "proposed",
        /// Some of those who have to approve did.
        InApproval = "in_approval",
        Approved = "approved",
        Refused = "refused",
        Withdrawn = "withdrawn",
        Expired = "expired",
    }
}

impl ApplicationState {
    /// Whether somebody can still approve or refuse it.
    pub fn is_pending(self) -> bool {
        matches!(self, Self::Submitted | Self::Proposed | Self::InApproval)
    }

    pub fn is_ended(self) -> bool {
        matches!(self, Self::Approved | Self::Refused | Self::Withdrawn | Self::Expired)
    }

    /// Whether an application may go from here to there.
    pub fn leads_to(self, next: Self) -> bool {
        match next {
            Self::Draft => false,
            Self::Submitted => self == Self::Draft,
            Self::Proposed => self == Self::Submitted,
            Self::InApproval | Self::Approved => matches!(self, Self::Proposed | Self::InApproval),
            Self::Refused | Self::Expired => self.is_pending(),
            Self::Withdrawn => self == Self::Draft || self.is_pending(),
        }
    }
}

text_enum! {
    /// What somebody says about an application.
    pub enum ApprovalDecision {
        Approve = "approve",
        Refuse = "refuse",
    }
}

text_enum! {
    /// Why somebody acts for somebody else.
    pub enum StandInKind {
        /// Gave the authority away.
        Delegation = "delegation",
        /// Is away.
        Absence = "absence",
    }
}

/// One level of a chain as it was when the application was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainLevel {
    pub code: String,
    pub roles: Vec<Role>,
    pub users: Vec<Uuid>,
    pub approvers: u8,
}

/// Who has to approve, by which version of which policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    pub policy_code: String,
    pub policy_version: i32,
    pub levels: Vec<ChainLevel>,
}

impl Chain {
    /// Adds what another chain asks for beyond this one, levels and people of a level; whether there was any.
    pub fn extend_by(&mut self, wanted: Self) -> bool {
        let mut grows = false;
        for level in wanted.levels {
            match self.levels.iter_mut().find(|known| known.code == level.code) {
                Some(known) if known.approvers < level.approvers => known.approvers = level.approvers,
                Some(_) => continue,
                None => self.levels.push(level),
            }
            grows = true;
        }
        if grows {
            self.policy_version = wanted.policy_version;
        }
        grows
    }
}

/// An approval given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Place of the level in the chain.
    pub level: usize,
    pub approver: Uuid,
    /// In whose place.
    pub on_behalf_of: Option<Uuid>,
}
