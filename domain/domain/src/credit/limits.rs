//! Limits: typed, dated, side by side in layers, superseded and never overwritten.
//!
//! Own, insured, guaranteed and temporary limits of one holder add up. The limit of a segment is for those who have none of their
//! own; a group's belongs to the group. A limit of one part of exposure (a sub-limit) adds nothing: it bounds that part.

pub mod codes;
mod cover;
mod effective;
mod peak;
#[cfg(test)]
mod tests;
mod timeline;

use kernel::id::{AccountId, PartyId};
use kernel::{Currency, Date, Decimal, Error, Outcome, text_enum};
use uuid::Uuid;

pub use self::cover::{Cover, Layer, cover, total};
pub use self::effective::{Convert, Effective, EffectiveLayer, Standing, SubLimit, effective};
pub use self::peak::{Peak, peak};
pub use self::timeline::{Period, replace};
use super::policy::Part;

text_enum! {
    /// What a limit rests on.
    pub enum LimitType {
        /// The company's own trust.
        Own = "own",
        /// What a credit insurer would pay.
        Insured = "insured",
        /// What a guarantor or a security would pay.
        Guaranteed = "guaranteed",
        /// On top of the others, for a season or a project.
        Temporary = "temporary",
        /// Of a group.
        Group = "group",
        /// Of everybody in a segment who has no limit.
        Segment = "segment",
    }
}

text_enum! {
    /// Whose limit it is.
    pub enum LimitHolderKind {
        Account = "account",
        /// All parties of one tax id.
        Party = "party",
        Group = "group",
        Segment = "segment",
    }
}

text_enum! {
    /// What a guarantee is.
    pub enum Collateral {
        BankGuarantee = "bank_guarantee",
        /// Seguro de caución.
        Surety = "surety",
        ParentGuarantee = "parent_guarantee",
        LetterOfCredit = "letter_of_credit",
        Mortgage = "mortgage",
        Pledge = "pledge",
        CashDeposit = "cash_deposit",
    }
}

text_enum! {
    /// How a limit came about.
    pub enum LimitOrigin {
        /// Asked for, and approved by people.
        Application = "application",
        /// Asked for, and granted by the limit table within the authority of the policy.
        Automatic = "automatic",
        /// Said by an insurer or guarantor.
        Import = "import",
    }
}

/// Whose limit it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LimitHolder {
    Account(Uuid),
    Party(Uuid),
    Group(Uuid),
    Segment(String),
}

impl LimitHolder {
    pub fn kind(&self) -> LimitHolderKind {
        match self {
            Self::Account(_) => LimitHolderKind::Account,
            Self::Party(_) => LimitHolderKind::Party,
            Self::Group(_) => LimitHolderKind::Group,
            Self::Segment(_) => LimitHolderKind::Segment,
        }
    }

    /// Its id; none for a segment, which has a name.
    pub fn id(&self) -> Option<Uuid> {
        match self {
            Self::Account(id) | Self::Party(id) | Self::Group(id) => Some(*id),
            Self::Segment(_) => None,
        }
    }

    /// As callers know it.
    pub fn public_id(&self) -> String {
        match self {
            Self::Account(id) => AccountId(*id).to_string(),
            Self::Party(id) | Self::Group(id) => PartyId(*id).to_string(),
            Self::Segment(name) => name.clone(),
        }
    }
}

/// What a limit says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitTerms {
    pub holder: LimitHolder,
    /// Of this legal entity alone; of all when absent.
    pub legal_entity: Option<Uuid>,
    pub limit_type: LimitType,
    /// The part of exposure it bounds; the whole when absent.
    pub component: Option<Part>,
    pub collateral: Option<Collateral>,
    /// Number of the policy or guarantee.
    pub reference: Option<String>,
    pub currency: Currency,
    pub amount: Decimal,
    /// What of it others would pay; all of it when absent.
    pub covered_percent: Option<Decimal>,
    pub valid: Period,
    /// When somebody has to look at it again.
    pub review_on: Option<Date>,
}

/// Two limits of one key never hold on the same day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LimitKey {
    pub holder: LimitHolder,
    pub legal_entity: Option<Uuid>,
    pub limit_type: LimitType,
    pub component: Option<Part>,
    pub reference: Option<String>,
}

impl LimitTerms {
    pub fn key(&self) -> LimitKey {
        LimitKey {
            holder: self.holder.clone(),
            legal_entity: self.legal_entity,
            limit_type: self.limit_type,
            component: self.component,
            reference: self.reference.clone(),
        }
    }

    /// Whether somebody else stands for it.
    pub fn is_cover(&self) -> bool {
        matches!(self.limit_type, LimitType::Insured | LimitType::Guaranteed)
    }

    /// Whether it makes sense by itself.
    ///
    /// # Errors
    /// `limit.amount_negative`, `limit.amount_zero`, `limit.sub_limit_negative`, `limit.ends_before_start`,
    /// `limit.type_of_holder`, `limit.cover_invalid`, `limit.review_outside`.
    pub fn check(&self) -> Outcome<()> {
        self.check_amount()?;
        self.check_holder()?;
        self.check_cover()?;
        let Period { from, until } = self.valid;
        if until.is_some_and(|until| until < from) {
            return Err(Error::field("until", &codes::ENDS_BEFORE_START, format!("it begins on {from}")));
        }
        if self.review_on.is_some_and(|on| !self.valid.contains(on)) {
            let message = "a limit is looked at again while it holds";
            return Err(Error::field("review_on", &codes::REVIEW_OUTSIDE, message));
        }
        Ok(())
    }

    fn check_amount(&self) -> Outcome<()> {
        let wrong = |code| Err(Error::field("amount", code, format!("{} {}", self.amount, self.currency)));
        if self.amount < Decimal::ZERO {
            let part = self.component.is_some();
            return wrong(if part { &codes::SUB_LIMIT_NEGATIVE } else { &codes::AMOUNT_NEGATIVE });
        }
        // Zero of one's own means that nothing is trusted; what only adds to it would say nothing.
        let adds = self.is_cover() || self.limit_type == LimitType::Temporary;
        if self.amount.is_zero() && adds && self.component.is_none() {
            return wrong(&codes::AMOUNT_ZERO);
        }
        Ok(())
    }

    fn check_holder(&self) -> Outcome<()> {
        let kind = self.holder.kind();
        let fits = match self.limit_type {
            LimitType::Own | LimitType::Insured | LimitType::Guaranteed | LimitType::Temporary => {
                matches!(kind, LimitHolderKind::Account | LimitHolderKind::Party)
            }
            LimitType::Group => kind == LimitHolderKind::Group,
            LimitType::Segment => kind == LimitHolderKind::Segment,
        };
        // A group may be insured, guaranteed and lifted for a season as well.
        let of_group =
            kind == LimitHolderKind::Group && (self.is_cover() || self.limit_type == LimitType::Temporary);
        if fits || of_group {
            return Ok(());
        }
        let message = format!("a limit of type {} is not for holders of kind {kind}", self.limit_type);
        Err(Error::field("limit_type", &codes::TYPE_OF_HOLDER, message))
    }

    fn check_cover(&self) -> Outcome<()> {
        let wrong = |field, message: &str| Err(Error::field(field, &codes::COVER_INVALID, message));
        if !self.is_cover() && (self.covered_percent.is_some() || self.reference.is_some()) {
            return wrong("covered_percent", "only what is insured or guaranteed has cover and its number");
        }
        let percent = self.covered_percent.unwrap_or(Decimal::ONE_HUNDRED);
        if percent <= Decimal::ZERO || percent > Decimal::ONE_HUNDRED {
            return wrong("covered_percent", "above 0 and at most 100");
        }
        if self.collateral.is_some() != (self.limit_type == LimitType::Guaranteed) {
            return wrong("collateral", "a guaranteed limit says what the guarantee is, and no other does");
        }
        Ok(())
    }
}
