//! Statutory interest and fixed compensation, where the legal entity claims them for the account's segment.

use std::collections::HashSet;

use domain::comms::template::InterestVariables;
use domain::receivables::codes::INTEREST_RATE_UNCONFIRMED;
use domain::receivables::interest::claim::{bears_interest, set_against};
use domain::receivables::interest::compensation::{CompensationCase, FixedCompensation, fixed_compensation};
use domain::receivables::interest::legal_rate::{LegalRate, LegalRates};
use domain::receivables::interest::{
    DayCount, Interest, InterestLaw, LateItem, PrincipalChange, late_interest,
};
use domain::receivables::kinds::Side;
use kernel::{Currency, Date, Decimal, Error, Money, Outcome};
use uuid::Uuid;

use crate::messages::facts::{CompensationFacts, ItemFacts, MessageFacts, RateFacts};

/// Claims interest of every segment.
const EVERY_SEGMENT: &str = "*";

/// Why interest is left out of a message that should claim it: the letter goes all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterestOmitted {
    pub reason: String,
}

/// What a message claims beside what is open.
#[derive(Debug, Clone, Default)]
pub struct LateClaim {
    pub variables: Option<InterestVariables>,
    pub omitted: Option<InterestOmitted>,
    /// The lines with whose invoice the fixed sum is claimed.
    pub compensated: Vec<Compensated>,
}

/// A fixed sum claimed with a line: not to be claimed for this invoice again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compensated {
    pub account_id: Uuid,
    pub receivable_id: Uuid,
    pub amount: Decimal,
}

/// Interest up to and including today on what the message claims, as it was open day by day, less its credits; nothing where
/// none is claimed or owed.
pub fn late_claim_of(facts: &MessageFacts, currency: Currency, today: Date) -> LateClaim {
    let segments = &facts.entity.interest_segments;
    let own = facts.account.segment.as_deref();
    if !segments.iter().any(|s| s == EVERY_SEGMENT || Some(s.as_str()) == own) {
        return LateClaim::default();
    }
    compute(facts, currency, today).unwrap_or_else(|error| LateClaim {
        omitted: Some(InterestOmitted { reason: error.to_string() }),
        ..LateClaim::default()
    })
}

fn compute(facts: &MessageFacts, currency: Currency, today: Date) -> Outcome<LateClaim> {
    let rates = LegalRates::try_new(facts.rates.iter().map(rate).collect())?;
    let law = InterestLaw { rates: &rates, jurisdiction: &facts.entity.country, day_count: DayCount::Act365 };
    let is_late = |item: &&ItemFacts| {
        !item.credit && !item.excepted && item.due_on < today && bears_interest(item.kind)
    };
    let items = facts.items.iter().filter(is_late).collect::<Vec<_>>();
    let mut late = items.iter().map(|item| late_item(item, currency)).collect::<Vec<_>>();
    let credits = facts.items.iter().filter(|item| item.credit).map(credit_of).collect::<Vec<_>>();
    set_against(&mut late, &credits);
    let mut amount = Money::zero(currency);
    for item in &late {
        amount = amount.checked_add(confirmed(&late_interest(item, today, &law)?)?)?;
    }
    if amount.amount <= Decimal::ZERO {
        return Ok(LateClaim::default());
    }
    let cases = items.iter().copied().zip(&late).map(|(item, late)| (item, case(facts, (item, late), today)));
    let compensated = compensated(facts, &cases.collect::<Vec<_>>(), currency)?;
    let sum = compensated.iter().map(|line| line.amount).sum::<Decimal>();
    let variables = InterestVariables {
        amount: amount.amount,
        until_on: today,
        compensation: Some(sum).filter(|sum| *sum > Decimal::ZERO),
    };
    Ok(LateClaim { variables: Some(variables), omitted: None, compensated })
}

/// What instruments stand for of it is not claimed, so it bears nothing.
fn late_item(item: &ItemFacts, currency: Currency) -> LateItem {
    let changes = item.changes.iter().map(|c| PrincipalChange { on: c.on, amount: c.amount }).collect();
    let mut late = LateItem { currency, principal: item.original, due_on: item.due_on, changes };
    let covered = late.open() - item.open;
    if covered > Decimal::ZERO {
        late.changes.push(PrincipalChange { on: item.due_on, amount: -covered });
    }
    late
}

/// A credit counts from its issue on; what an item was overpaid by, from the last change of it on.
fn credit_of(item: &ItemFacts) -> PrincipalChange {
    let last = item.changes.iter().map(|change| change.on).max();
    let on = last.filter(|_| item.kind.side() == Side::Debit).unwrap_or(item.issue_on);
    PrincipalChange { on, amount: item.open }
}

/// The fixed sums owed, once for each invoice: instalments share its number.
fn compensated(
    facts: &MessageFacts,
    cases: &[(&ItemFacts, CompensationCase<'_>)],
    currency: Currency,
) -> Outcome<Vec<Compensated>> {
    let sums = facts.compensations.iter().map(sum_of).collect::<Outcome<Vec<_>>>()?;
    let mut invoices = HashSet::new();
    let mut found = Vec::new();
    for (item, case) in cases {
        let sum = fixed_compensation(*case, &sums).filter(|sum| sum.currency == currency);
        let Some(sum) = sum.filter(|_| invoices.insert((item.account_id, &item.document_no))) else {
            continue;
        };
        found.push(Compensated {
            account_id: item.account_id,
            receivable_id: item.receivable_id,
            amount: sum.amount,
        });
    }
    Ok(found)
}

fn case<'a>(
    facts: &'a MessageFacts,
    (item, late): (&ItemFacts, &LateItem),
    today: Date,
) -> CompensationCase<'a> {
    CompensationCase {
        jurisdiction: &facts.entity.country,
        kind: item.kind,
        due_on: item.due_on,
        open_after_due: late.open_after_due(),
        on: today,
        already_claimed: item.compensation_claimed,
    }
}

/// The amount, unless a rate behind it is only believed to be right: nobody is asked for that by a machine.
fn confirmed(interest: &Interest) -> Outcome<Money> {
    let Some(line) = interest.unconfirmed() else { return Ok(interest.amount) };
    let message = format!(
        "the legal interest rate of {} % ({}) is not confirmed",
        line.annual_percent, line.rate_source
    );
    Err(Error::with(&INTEREST_RATE_UNCONFIRMED, message))
}

fn rate(facts: &RateFacts) -> LegalRate {
    LegalRate {
        jurisdiction: facts.jurisdiction.clone(),
        valid_from: facts.valid_from,
        valid_to: facts.valid_to,
        annual_percent: facts.annual_percent,
        source: facts.source.clone(),
        status: facts.status,
    }
}

fn sum_of(facts: &CompensationFacts) -> Outcome<FixedCompensation> {
    Ok(FixedCompensation {
        jurisdiction: facts.jurisdiction.clone(),
        valid_from: facts.valid_from,
        valid_to: facts.valid_to,
        amount: Money::new(facts.amount, Currency::parse("currency", &facts.currency)?),
        source: facts.source.clone(),
    })
}
