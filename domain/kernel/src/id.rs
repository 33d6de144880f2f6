//! Registry of every kind of id: a uuid version 7 with a prefix in its text form. Append only.

use std::fmt;

use uuid::Uuid;

use crate::registry::codes;
use crate::text::shown;
use crate::{Error, Outcome};

/// Reads `prefix_` followed by 32 hexadecimal digits, for a prefix known at run time only.
///
/// # Errors
/// `id.invalid`.
pub fn parse_any(prefix: &str, text: &str) -> Outcome<Uuid> {
    let wrong = || {
        Error::field(
            "id",
            &codes::ID_INVALID,
            format!("{:?} is not an id of the form {prefix}_…", shown(text)),
        )
    };
    let digits = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).ok_or_else(wrong)?;
    if digits.len() != 32 {
        return Err(wrong());
    }
    Uuid::try_parse(digits).map_err(|e| wrong().caused_by(e))
}

/// Reads an id of any kind in use.
///
/// # Errors
/// `id.invalid`.
pub fn parse_prefixed(text: &str) -> Outcome<Uuid> {
    let known =
        PREFIXES.iter().find(|prefix| text.strip_prefix(**prefix).is_some_and(|t| t.starts_with('_')));
    let wrong = || {
        Error::field("id", &codes::ID_INVALID, format!("{:?} is not an id of ours, like acc_…", shown(text)))
    };
    parse_any(known.ok_or_else(wrong)?, text)
}

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Uuid);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            /// # Errors
            /// `id.invalid` when the text does not carry this kind's prefix and 32 hexadecimal digits.
            pub fn parse(text: &str) -> Outcome<Self> {
                parse_any($prefix, text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl From<Uuid> for $name {
            fn from(raw: Uuid) -> Self {
                Self(raw)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )*
    /// Every prefix in use; a test holds them distinct.
    pub const PREFIXES: &[&str] = &[$($prefix),*];
    };
}

id! {
    /// What a rule would have done in the past.
    BacktestId "bkt";
    /// One dunning task decided for an account: a message, later a call or a task.
    ActionId "act";
    /// A customer number in one ERP company code.
    AccountId "acc";
    /// A pairing of a credit with a debit item.
    AllocationId "alo";
    /// A machine credential.
    ApiKeyId "key";
    /// One try to send one message.
    AttemptId "att";
    /// A dated stop of dunning on an account or item.
    BlockId "blk";
    /// A person or mailbox of an account.
    ContactId "con";
    /// What a run decided about one dunning group and currency, and why.
    DecisionId "dec";
    /// A credit check.
    CreditCheckId "chk";
    /// What a person released.
    CreditReleaseId "rls";
    /// What is delivered and not invoiced.
    DeliveryId "dlv";
    /// A ledger entry.
    EntryId "ent";
    /// A report of a bureau that waits for a person.
    ExternalInboxId "xin";
    /// What a bureau says of a party.
    ExternalRatingId "xrt";
    /// Figures of a year of a party.
    FinancialStatementId "fst";
    /// A recorded change.
    EventId "evt";
    /// A pagaré, bill, confirming or SEPA debit.
    InstrumentId "ins";
    /// Background work.
    JobId "job";
    /// A selling company.
    LegalEntityId "len";
    /// An application for a limit.
    LimitApplicationId "lap";
    /// A layer of what may be owed.
    CreditLimitId "lim";
    /// A limit to be looked at again.
    LimitReviewId "lrv";
    /// Who approves for whom.
    StandInId "sub";
    /// Terms of payment asked for one customer.
    TermDeviationId "tdv";
    /// A legal interest rate of a period.
    LegalRateId "lrt";
    /// The owner of a book.
    MandantId "man";
    /// Something sent or to be sent.
    MessageId "msg";
    /// What was learned from the history of a legal entity.
    ModelId "mdl";
    /// What is ordered and not delivered.
    OrderId "ord";
    /// Estimates of all open receivables of a legal entity on a day.
    PredictionRunId "prn";
    /// A legal person.
    PartyId "pty";
    /// A set of accounts given to somebody.
    PortfolioId "prt";
    /// That a party belongs to another.
    PartyRelationId "rel";
    /// A push session.
    PushSessionId "psh";
    /// A person's word on a rating, for a time.
    RatingOverrideId "ovr";
    /// Something owed.
    ReceivableId "rcv";
    /// Headroom held for an order.
    ReservationId "rsv";
    /// A dunning run.
    RunId "run";
    /// What a scorecard gave a party.
    ScoreId "sco";
    /// A scoring of the whole portfolio.
    ScoreRunId "srn";
    /// An ERP company code that pushes.
    SourceId "src";
    /// A person who signs in.
    UserId "usr";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_reads_back() {
        let id = AccountId(Uuid::from_u128(7));
        assert_eq!(AccountId::parse(&id.to_string()).unwrap(), id);
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let party = PartyId(Uuid::from_u128(7)).to_string();
        assert_eq!(AccountId::parse(&party).unwrap_err().code().text, "id.invalid");
    }

    #[test]
    fn prefixes_are_distinct() {
        let mut seen = PREFIXES.to_vec();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), PREFIXES.len());
    }
}
