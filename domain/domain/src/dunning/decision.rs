//! What is decided about one dunning group in one currency on one business date.

use kernel::id::{AccountId, ReceivableId};
use kernel::{Currency, Date, Decimal};
use serde::Serialize;

use super::group::StepNo;
use super::reason::{Reason, ReasonCode};

/// A decision, complete before anything is done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub account_id: AccountId,
    pub currency: Currency,
    /// The business date it was decided for.
    pub decided_on: Date,
    pub outcome: Outcome,
    /// Never empty; the first is the main one.
    pub reasons: Vec<Reason>,
    pub claim: Claim,
}

impl Decision {
    /// The main reason: what a list shows and what tells a new refusal from an old one.
    pub fn reason_code(&self) -> ReasonCode {
        self.reasons.first().map_or(ReasonCode::NothingDue, |r| r.code)
    }

    /// The message to send, if there is one.
    pub fn act(&self) -> Option<&Act> {
        match &self.outcome {
            Outcome::Act(act) => Some(act),
            Outcome::Hold | Outcome::Nothing => None,
        }
    }

    /// What must differ for two decisions to count as different: what is done, and at which step.
    pub fn effect(&self) -> Effect {
        let outcome = match &self.outcome {
            Outcome::Act(_) => OutcomeKind::Act,
            Outcome::Hold => OutcomeKind::Hold,
            Outcome::Nothing => OutcomeKind::Nothing,
        };
        Effect { outcome, step: self.act().map(|act| act.step) }
    }
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// One contact.
    Act(Act),
    /// There would be a contact, but something forbids it: see the reasons.
    Hold,
    /// No step's time has come.
    Nothing,
}

kernel::text_enum! {
    /// The bare outcome, as it is stored.
    pub enum OutcomeKind {
        Act = "act",
        Hold = "hold",
        Nothing = "nothing",
    }
}

/// The outcome with its step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Effect {
    pub outcome: OutcomeKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<StepNo>,
}

/// One contact: the group's step, every item it speaks of, every credit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Act {
    pub step: StepNo,
    /// By due date, issue date, id. After the due date: all overdue items, so that claiming one never hides another;
    /// before it: the items not yet due whose time has come.
    pub items: Vec<ItemStep>,
    /// All open credits, line by line, by due date, issue date, id.
    pub credits: Vec<CreditLine>,
    /// Items less credits; positive.
    pub total: Decimal,
}

/// An item in a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ItemStep {
    pub account: AccountId,
    pub item: ReceivableId,
    /// What is claimed of it: what is open and no instrument stands for.
    pub open: Decimal,
    /// Zero before the due date.
    pub days_overdue: u32,
    /// The step it comes to by this contact, at most the group's, once the send is proven; none for an overdue item that
    /// is only listed, since its own time has not come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<StepNo>,
    /// The step it stood on before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_step: Option<StepNo>,
}

/// A credit set against the claim, in full. The amount is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CreditLine {
    pub account: AccountId,
    pub item: ReceivableId,
    pub amount: Decimal,
}

/// The position the decision was taken on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Claim {
    /// Sum of the overdue items that are claimed.
    pub overdue: Decimal,
    /// Sum of the open credits, as a positive amount.
    pub credits: Decimal,
    /// Sum of all open debit items, due or not, left out or not.
    pub open: Decimal,
    /// Overdue items that are claimed.
    pub item_count: u32,
    /// Open debit items.
    pub open_item_count: u32,
    /// Open items left out of the claim.
    pub left_out_count: u32,
    /// Days past due of the oldest claimed item.
    pub days_overdue_max: u32,
}

impl Claim {
    /// The same amounts without trailing zeros.
    #[must_use]
    pub fn normalized(self) -> Self {
        let Self { overdue, credits, open, .. } = self;
        Self { overdue: overdue.normalize(), credits: credits.normalize(), open: open.normalize(), ..self }
    }

    /// What is claimed after credits; may be negative.
    pub fn net(&self) -> Decimal {
        self.overdue.saturating_sub(self.credits)
    }
}
