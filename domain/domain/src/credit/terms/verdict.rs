//! Whether an invoice keeps to what was agreed, and to the law.

use kernel::{Date, text_enum};
use serde::{Deserialize, Serialize};

use super::{ACCEPTANCE_DAYS_MAX, PaymentTerm, plus};

/// Between businesses: Ley 3/2004, article 4.3.
const BUSINESS_DAYS: u16 = 60;
/// Four years: no month begins or ends in another way afterwards.
const ISSUE_DAYS: usize = 1_461;
/// Of public bodies: Ley 9/2017, article 198.4.
const PUBLIC_DAYS: u16 = 30;

text_enum! {
    /// Where a cap comes from.
    pub enum Law {
        /// Ley 3/2004, article 4.3.
        Business = "es_ley_3_2004_art_4_3",
        /// Ley 9/2017, article 198.4.
        PublicBody = "es_ley_9_2017_art_198_4",
    }
}

text_enum! {
    /// How an invoice stands to the terms of payment.
    pub enum TermsVerdict {
        Kept = "kept",
        /// Due later or earlier than agreed.
        Deviates = "deviates",
        /// Due later than the law allows.
        AboveCap = "above_cap",
    }
}

/// The longest term that the law allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cap {
    pub days: u16,
    pub law: Law,
}

/// What the law allows between a seller in a country and a customer of a kind in another; none where it says nothing.
pub fn cap_of(seller_country: &str, customer_country: Option<&str>, customer_kind: &str) -> Option<Cap> {
    let spanish = seller_country == "ES" && customer_country.is_none_or(|country| country == "ES");
    match customer_kind {
        _ if !spanish => None,
        // A person may be a consumer, whom the law leaves out.
        "person" => None,
        "public_body" => Some(Cap { days: PUBLIC_DAYS, law: Law::PublicBody }),
        _ => Some(Cap { days: BUSINESS_DAYS, law: Law::Business }),
    }
}

/// An invoice, as far as its terms are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    pub issue_on: Date,
    /// Of the goods or the service; the date of issue counts where it is not known.
    pub received_on: Option<Date>,
    pub due_on: Date,
}

/// What was found about an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub verdict: TermsVerdict,
    /// Calendar days from receipt to the due date.
    pub days: i64,
    /// When it should be due by what is agreed, of instalments the nearest; none where nothing is.
    pub agreed_on: Option<Date>,
    /// Days later than agreed; negative when earlier.
    pub deviation_days: Option<i64>,
    /// The last day that the law allows.
    pub cap_on: Option<Date>,
    pub cap: Option<Cap>,
    /// Days beyond it.
    pub above_cap_days: i64,
}

/// A term that comes to more than the law allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AboveCap {
    pub cap: Cap,
    /// Calendar days from receipt, or from the end of an agreed acceptance, to the last payment.
    pub days: i64,
}

/// Whether a term by itself comes to more than the law allows, for an invoice issued on some day of a period and received that day.
/// The end of a month and fixed payment days lengthen it for some invoices and not for others: the longest counts.
pub fn above_cap(
    term: &PaymentTerm,
    cap: Option<Cap>,
    (from, until): (Date, Option<Date>),
) -> Option<AboveCap> {
    let cap = cap?;
    let acceptance = i64::from(term.acceptance_days.min(ACCEPTANCE_DAYS_MAX));
    let issued = from.iter_days().take(ISSUE_DAYS).take_while(|day| until.is_none_or(|until| *day <= until));
    let days = issued.map(|day| (term.due_on(day, Some(day)) - day).num_days() - acceptance).max()?;
    (days > i64::from(cap.days)).then_some(AboveCap { cap, days })
}

/// Compares the due date with what is agreed, and with the law.
pub fn judge(item: &Item, agreed: Option<&PaymentTerm>, cap: Option<Cap>) -> Verdict {
    let received = item.received_on.unwrap_or(item.issue_on);
    let parts = agreed.map(|term| term.parts_due_on(item.issue_on, item.received_on)).unwrap_or_default();
    // An ERP states an invoice whole or part by part: either is due on the day of some part.
    let agreed_on = parts.into_iter().min_by_key(|part| ((item.due_on - *part).num_days().abs(), *part));
    let acceptance = agreed.map_or(0, |term| term.acceptance_days.min(ACCEPTANCE_DAYS_MAX));
    let cap_on = cap.map(|cap| plus(received, u64::from(acceptance) + u64::from(cap.days)));
    let above_cap_days = cap_on.map_or(0, |last| (item.due_on - last).num_days().max(0));
    let deviation_days = agreed_on.map(|agreed| (item.due_on - agreed).num_days());
    let verdict = match deviation_days {
        _ if above_cap_days > 0 => TermsVerdict::AboveCap,
        Some(days) if days != 0 => TermsVerdict::Deviates,
        Some(_) | None => TermsVerdict::Kept,
    };
    let days = (item.due_on - received).num_days();
    Verdict { verdict, days, agreed_on, deviation_days, cap_on, cap, above_cap_days }
}
