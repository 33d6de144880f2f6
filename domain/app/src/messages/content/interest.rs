//! Statutory interest and fixed compensation, where the legal entity claims them for the account's segment.

use domain::comms::template::InterestVariables;
use domain::receivables::codes::INTEREST_RATE_UNCONFIRMED;
use domain::receivables::interest::compensation::{CompensationCase, FixedCompensation, fixed_compensation};
use domain::receivables::interest::legal_rate::{LegalRate, LegalRates};
use domain::receivables::interest::{DayCount, Interest, InterestLaw, LateItem, late_interest};
use kernel::{Currency, Date, Decimal, Error, Money, Outcome};

use crate::messages::facts::{CompensationFacts, ItemFacts, MessageFacts, RateFacts};

/// Claims interest of every segment.
const EVERY_SEGMENT: &str = "*";

/// Why interest is left out of a message that should claim it: the letter goes all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterestOmitted {
    pub reason: String,
}

/// Interest up to and including today, on what is open now; `None` where none is claimed or owed.
pub fn late_interest_of(
    facts: &MessageFacts,
    currency: Currency,
    today: Date,
) -> (Option<InterestVariables>, Option<InterestOmitted>) {
    let segments = &facts.entity.interest_segments;
    let own = facts.account.segment.as_deref();
    if !segments.iter().any(|s| s == EVERY_SEGMENT || Some(s.as_str()) == own) {
        return (None, None);
    }
    match compute(facts, currency, today) {
        Ok(claimed) => (claimed, None),
        Err(error) => (None, Some(InterestOmitted { reason: error.to_string() })),
    }
}

fn compute(facts: &MessageFacts, currency: Currency, today: Date) -> Outcome<Option<InterestVariables>> {
    let rates = LegalRates::try_new(facts.rates.iter().map(rate).collect())?;
    let law = InterestLaw { rates: &rates, jurisdiction: &facts.entity.country, day_count: DayCount::Act365 };
    let late = facts.items.iter().filter(|item| !item.credit && item.due_on < today);
    let mut amount = Money::zero(currency);
    let mut compensation = Money::zero(currency);
    let sums = facts.compensations.iter().map(sum_of).collect::<Outcome<Vec<_>>>()?;
    for item in late {
        let principal = LateItem { currency, principal: item.open, due_on: item.due_on, changes: Vec::new() };
        amount = amount.checked_add(confirmed(&late_interest(&principal, today, &law)?)?)?;
        let fixed = fixed_compensation(case(facts, item, today), &sums);
        if let Some(sum) = fixed.filter(|sum| sum.currency == currency) {
            compensation = compensation.checked_add(sum)?;
        }
    }
    Ok((amount.amount > Decimal::ZERO).then_some(InterestVariables {
        amount: amount.amount,
        until_on: today,
        compensation: Some(compensation.amount).filter(|sum| *sum > Decimal::ZERO),
    }))
}

fn case<'a>(facts: &'a MessageFacts, item: &ItemFacts, today: Date) -> CompensationCase<'a> {
    CompensationCase {
        jurisdiction: &facts.entity.country,
        kind: item.kind,
        due_on: item.due_on,
        open_after_due: item.open,
        on: today,
        already_claimed: false,
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
