//! Holders of risk, many at once: who they are, what is at risk with them, what they may owe.

mod load;

use domain::credit::check::{Holder, HolderKind};
use domain::credit::counting::Owing;
use kernel::{Date, Decimal, Instant, Outcome};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

pub(super) use self::load::{Loaded, Loader, of_amounts};
use super::limits::CreditLimit;
use super::sums::Sums;

/// What is stored of a holder of risk.
#[derive(Debug, Clone, Deserialize)]
pub struct HolderRow {
    pub kind: HolderKind,
    pub id: Uuid,
    /// Of the account, or of the first account of a party or group.
    pub currency: String,
    /// Where all its accounts belong to one.
    pub legal_entity_id: Option<Uuid>,
    pub legal_entity_code: Option<String>,
    /// Where it has one account.
    pub account_id: Option<Uuid>,
    /// Whose behaviour, rating and accounts are its: the party behind an account, the party at the head of a group.
    pub scored_party: Uuid,
    /// Facts by path, as JSON.
    pub facts: Map<String, Value>,
    pub account_attributes: Value,
    pub party_attributes: Value,
}

/// Exposure of a holder in one currency.
#[derive(Debug, Clone, Deserialize)]
pub struct HolderAmounts {
    pub kind: HolderKind,
    pub id: Uuid,
    pub currency: String,
    #[serde(flatten)]
    pub sums: Sums,
    pub overdue: Decimal,
    /// The accounts with something to their credit.
    pub in_credit: Vec<Owing>,
    pub days_overdue_max: i64,
}

/// A limit that holds for a holder, of its own or of its segment.
#[derive(Debug, Clone, Deserialize)]
pub struct HolderLimit {
    pub of_kind: HolderKind,
    pub of_id: Uuid,
    /// What follows on it without a day between them.
    pub renewal: Option<Renewal>,
    #[serde(flatten)]
    pub limit: CreditLimit,
}

/// A limit that follows on another.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Renewal {
    pub until: Option<Date>,
}

/// What ended, where an account of the holder has nothing in its place: neither it nor its party, a group or its segment.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct HolderLapsed {
    pub kind: HolderKind,
    pub id: Uuid,
    /// The last day of its last limit of the whole.
    pub limit_on: Option<Date>,
    /// The last day of the last one that was insured or guaranteed.
    pub cover_on: Option<Date>,
}

/// The port.
pub trait HolderReads {
    fn holder_rows(&mut self, holders: &[Holder], on: Date) -> Outcome<Vec<HolderRow>>;

    fn holder_amounts(&mut self, holders: &[Holder], on: Date, now: Instant) -> Outcome<Vec<HolderAmounts>>;

    /// Limits in force on a day.
    fn holder_limits(&mut self, holders: &[Holder], on: Date) -> Outcome<Vec<HolderLimit>>;

    /// Of those of whom something ended.
    fn holders_lapsed(&mut self, holders: &[Holder], on: Date) -> Outcome<Vec<HolderLapsed>>;
}
