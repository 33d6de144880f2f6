//! What one evaluation knows: the facts of one dunning group in one currency on one business date.
//!
//! The structures are flat and cheap, because a run loads a million items. Everything here is a fact somebody
//! recorded; nothing is a counter that a run advances.

use std::collections::HashMap;
use std::num::NonZeroU16;
use std::sync::Arc;

use kernel::id::{AccountId, ReceivableId};
use kernel::{Currency, Date, Decimal};
use serde::{Serialize, Serializer};

use super::reason::ReasonCode;
use crate::attributes::Attributes;
use crate::receivables::kinds::ReceivableKind;

/// The facts of one dunning group in one currency.
#[derive(Debug, Clone)]
pub struct GroupFacts {
    /// The dunning group: the account that receives the letters.
    pub account_id: AccountId,
    pub currency: Currency,
    /// Every open item of the group's accounts in that currency, in any order; credits are negative.
    pub items: Vec<ItemFacts>,
    /// Business date of the last message really sent to the group, in any currency.
    pub last_contact_on: Option<Date>,
    /// A contact on its way, or of unknown outcome. It must be resolved before another is decided.
    pub open_contact: Option<OpenContact>,
    /// A block of the whole account in force on the business date.
    pub block: Option<Block>,
    pub flags: Flags,
    /// Why the data are not fit to dun by, when they are not.
    pub stale: Option<Stale>,
    pub profile: Profile,
    /// Attributes of items, only those that conditions read; an item without any has no entry.
    pub item_attributes: HashMap<ReceivableId, Attributes>,
}

/// What forbids automatic dunning of a group for as long as it is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// Insolvency proceedings are open: claims belong to the proceedings.
    pub insolvent: bool,
    /// A vulnerable debtor: only a person decides.
    pub vulnerable: bool,
    /// A company of our own group.
    pub intercompany: bool,
}

impl Flags {
    /// Why not even a person claims: a vulnerable debtor is theirs to decide about, the others are nobody's.
    pub fn forbids_claim_by_hand(self) -> Option<ReasonCode> {
        let forbidding =
            [(self.insolvent, ReasonCode::HoldInsolvency), (self.intercompany, ReasonCode::HoldIntercompany)];
        forbidding.into_iter().find_map(|(set, code)| set.then_some(code))
    }
}

/// What conditions read about the account. Texts are shared, since many groups have the same.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    pub segment: Option<Arc<str>>,
    pub country: Option<Arc<str>>,
    pub language: Option<Arc<str>>,
    pub portfolio: Option<Arc<str>>,
    /// Declared attributes of the account, only those that conditions read.
    pub attributes: Attributes,
    /// The same of its party.
    pub party_attributes: Attributes,
}

/// The facts of one open item.
#[derive(Debug, Clone, Copy)]
pub struct ItemFacts {
    /// The account that owes it, which may be another of the group.
    pub account_id: AccountId,
    pub receivable_id: ReceivableId,
    pub kind: ReceivableKind,
    /// Negative for credits; an item with nothing open has vanished.
    pub open: Decimal,
    pub original: Decimal,
    pub issue_on: Date,
    /// The effective due date: the agreed one where an extension was given.
    pub due_on: Date,
    pub expected_pay_on: Option<Date>,
    /// The highest step proven sent for this item, and when.
    pub last_step: Option<LastStep>,
    /// What promissory notes, bills, confirmings and direct debits stand for of it; zero or more.
    pub covered: Decimal,
    pub disputed: bool,
    /// A block of this item in force on the business date.
    pub block: Option<Block>,
}

impl ItemFacts {
    /// What may be claimed of it: what is open and no instrument stands for. A credit in full.
    pub fn claimable(&self) -> Decimal {
        if self.open > Decimal::ZERO { (self.open - self.covered).max(Decimal::ZERO) } else { self.open }
    }

    /// Whether instruments stand for all of it.
    pub fn is_covered(&self) -> bool {
        self.open > Decimal::ZERO && self.claimable().is_zero()
    }
}

/// A step that was proven sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastStep {
    /// Its place in the scenario in force today: see [`super::compiled::CompiledScenario::standing_of`].
    pub step: StepNo,
    /// Business date of the send.
    pub sent_on: Date,
}

/// The place of a step in its scenario, counted from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepNo(NonZeroU16);

impl StepNo {
    /// `None` for zero: the first step is number one.
    pub fn new(number: u16) -> Option<Self> {
        NonZeroU16::new(number).map(Self)
    }

    /// The step at a place counted from zero.
    pub(super) fn at(index: usize) -> Option<Self> {
        u16::try_from(index).ok().and_then(|i| i.checked_add(1)).and_then(Self::new)
    }

    pub fn get(self) -> u16 {
        self.0.get()
    }

    /// The place counted from zero.
    pub(super) fn index(self) -> usize {
        usize::from(self.0.get()) - 1
    }
}

impl Serialize for StepNo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.get())
    }
}

kernel::text_enum! {
    /// Why dunning is stopped. A reason that cannot be read counts as `other`: it still blocks.
    pub enum BlockReason {
        Dispute = "dispute",
        Promise = "promise",
        PaymentPlan = "payment_plan",
        InternalReview = "internal_review",
        Legal = "legal",
        Goodwill = "goodwill",
        Other = "other",
    }
}

/// A dated stop of dunning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    pub reason: BlockReason,
    /// Last day it holds; none = until somebody lifts it.
    pub until: Option<Date>,
}

impl Block {
    pub(super) fn holds_on(self, on: Date) -> bool {
        self.until.is_none_or(|until| on <= until)
    }
}

kernel::text_enum! {
    /// How far a contact got that is not resolved yet.
    pub enum OpenContact {
        Proposed = "proposed",
        Approved = "approved",
        Planned = "planned",
        Reserved = "reserved",
        /// It may have gone out: neither sent nor failed until somebody proves it.
        Unknown = "unknown",
    }
}

kernel::text_enum! {
    /// What is wrong with the last push of the accounts' sources.
    pub enum Stale {
        Missing = "missing",
        Incomplete = "incomplete",
        Late = "late",
        Unequal = "unequal",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_may_claim_of_the_vulnerable_and_not_of_the_insolvent_or_our_own() {
        let flags = Flags { vulnerable: true, ..Flags::default() };
        assert_eq!(flags.forbids_claim_by_hand(), None);
        let insolvent = Flags { insolvent: true, intercompany: true, ..flags };
        assert_eq!(insolvent.forbids_claim_by_hand(), Some(ReasonCode::HoldInsolvency));
        let own = Flags { intercompany: true, ..flags };
        assert_eq!(own.forbids_claim_by_hand(), Some(ReasonCode::HoldIntercompany));
    }
}
