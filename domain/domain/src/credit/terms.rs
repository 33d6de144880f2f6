//! Terms of payment: the catalogue, the due date that follows from them, and the cap of the law.
//!
//! Ley 3/2004, de 29 de diciembre, article 4, between businesses in Spain: payment is due within 30 days of the receipt of goods or
//! service, which an agreement may extend to 60 calendar days at most (4.3), counted from that receipt whatever the invoice says; where
//! a procedure of acceptance was agreed, it lasts no longer than 30 days from receipt (4.2) and the term counts from its end. Public
//! bodies pay within 30 days (Ley 9/2017, article 198.4). Contracts with consumers are outside it (article 3).

pub mod codes;
#[cfg(test)]
mod tests;
mod verdict;

use chrono::{Datelike as _, Days, Months};
use kernel::{Date, Decimal};
use serde::{Deserialize, Serialize};

pub use self::verdict::{AboveCap, Cap, Item, Law, TermsVerdict, Verdict, above_cap, cap_of, judge};
use crate::rules::finding::{Finding, Findings, Texts};

/// The version of the document's shape.
const SCHEMA: u32 = 1;
/// Two years.
const DAYS_MAX: u16 = 730;
const INSTALMENTS_MAX: usize = 60;
const MONTH_DAYS: u8 = 31;
/// The longest procedure of acceptance: Ley 3/2004, article 4.2.
pub const ACCEPTANCE_DAYS_MAX: u8 = 30;

kernel::text_enum! {
    /// What the days count from.
    pub enum CountedFrom {
        Issue = "issue",
        GoodsReceipt = "goods_receipt",
    }
}

/// One entry of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentTerm {
    pub schema: u32,
    pub code: String,
    pub name: Texts,
    pub counted_from: CountedFrom,
    pub days: u16,
    /// Counted from the end of the month in which it begins.
    #[serde(default)]
    pub end_of_month: bool,
    /// The customer pays on these days of the month; the next one counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payment_days: Vec<u8>,
    /// An agreed procedure of acceptance of so many days comes first.
    #[serde(default)]
    pub acceptance_days: u8,
    /// Paid in parts, each so many days later than the first; all at once when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instalments: Vec<Instalment>,
}

/// One part of what is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instalment {
    /// After the first.
    pub days: u16,
    pub percent: Decimal,
}

impl PaymentTerm {
    /// Net days from the date of issue: what is agreed with a customer for whom nothing else is said.
    pub fn net(days: u16) -> Self {
        let name = format!("{days}");
        Self {
            schema: SCHEMA,
            code: format!("net_{days}"),
            name: Texts { en: name.clone(), es: name },
            counted_from: CountedFrom::Issue,
            days,
            end_of_month: false,
            payment_days: Vec::new(),
            acceptance_days: 0,
            instalments: Vec::new(),
        }
    }

    /// Everything that is wrong with it.
    pub fn validate(&self) -> Vec<Finding> {
        let mut findings = Findings::default();
        findings.schema(self.schema, SCHEMA);
        findings.code("code", &self.code);
        findings.name("name", &self.name);
        if self.days > DAYS_MAX || self.instalments.iter().any(|part| part.days > DAYS_MAX) {
            findings.error("days", &codes::DAYS_RANGE, format!("at most {DAYS_MAX} days"));
        }
        if self.payment_days.iter().any(|day| *day == 0 || *day > MONTH_DAYS) {
            findings.error("payment_days", &codes::PAYMENT_DAY, "days of the month are 1 to 31");
        }
        if self.acceptance_days > ACCEPTANCE_DAYS_MAX {
            let message = format!(
                "{} days; Ley 3/2004, article 4.2, allows {ACCEPTANCE_DAYS_MAX}",
                self.acceptance_days
            );
            findings.error("acceptance_days", &codes::ACCEPTANCE_RANGE, message);
        }
        let whole = self.instalments.iter().map(|part| part.percent).sum::<Decimal>();
        let positive = self.instalments.iter().all(|part| part.percent > Decimal::ZERO);
        let fits = self.instalments.is_empty() || (whole == Decimal::ONE_HUNDRED && positive);
        if !fits || self.instalments.len() > INSTALMENTS_MAX {
            findings.error("instalments", &codes::INSTALMENTS, format!("they come to {whole} per cent"));
        }
        findings.into_vec()
    }

    /// When all of it is due at the latest; of what was never received the date of issue counts.
    pub fn due_on(&self, issue_on: Date, received_on: Option<Date>) -> Date {
        let last = self.instalments.iter().map(|part| part.days).max().unwrap_or(0);
        self.part_due_on((issue_on, received_on), last)
    }

    /// When each part is due.
    pub fn parts_due_on(&self, issue_on: Date, received_on: Option<Date>) -> Vec<Date> {
        if self.instalments.is_empty() {
            return vec![self.due_on(issue_on, received_on)];
        }
        let due = |part: &Instalment| self.part_due_on((issue_on, received_on), part.days);
        self.instalments.iter().map(due).collect()
    }

    fn part_due_on(&self, (issue_on, received_on): (Date, Option<Date>), later: u16) -> Date {
        let start = match self.counted_from {
            CountedFrom::Issue => issue_on,
            CountedFrom::GoodsReceipt => received_on.unwrap_or(issue_on),
        };
        let start = plus(start, self.acceptance_days.into());
        let start = if self.end_of_month { end_of_month(start) } else { start };
        next_payment_day(plus(start, u64::from(self.days) + u64::from(later)), &self.payment_days)
    }
}

/// Dates end in the year 262,142.
fn plus(day: Date, days: u64) -> Date {
    day.checked_add_days(Days::new(days)).unwrap_or(Date::MAX)
}

fn end_of_month(day: Date) -> Date {
    let next = day.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
    next.and_then(|first| first.pred_opt()).unwrap_or(day)
}

/// The first of the customer's payment days on or after a day; a month that is too short has it on its last.
fn next_payment_day(day: Date, payment_days: &[u8]) -> Date {
    if payment_days.is_empty() {
        return day;
    }
    let next_month = day.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
    let months = [Some(day), next_month];
    let days = months.into_iter().flatten().flat_map(|month| {
        let last = end_of_month(month);
        payment_days.iter().map(move |wanted| month.with_day((*wanted).into()).unwrap_or(last))
    });
    days.filter(|candidate| *candidate >= day).min().unwrap_or(day)
}
