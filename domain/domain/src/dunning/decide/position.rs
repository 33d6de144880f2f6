//! Where a group stands on a day, before any rule of the ladder: what is overdue, what is left out, what is credited.

use std::borrow::Cow;

use kernel::calendar::BusinessCalendar;
use kernel::text_enum::TextEnum;
use kernel::{Date, Decimal};

use crate::dunning::compiled::CompiledScenario;
use crate::dunning::days::{days_between, plus};
use crate::dunning::decision::{Claim, CreditLine};
use crate::dunning::group::{GroupFacts, ItemFacts};
use crate::dunning::reason::{Reason, ReasonCode};

/// A day under one scenario and calendar.
#[derive(Clone, Copy)]
pub(in crate::dunning) struct Day<'a> {
    pub(in crate::dunning) scenario: &'a CompiledScenario,
    pub(in crate::dunning) calendar: &'a BusinessCalendar,
    pub(in crate::dunning) on: Date,
}

/// One open debit item on a day.
pub(in crate::dunning) struct Standing<'f> {
    pub(in crate::dunning) item: &'f ItemFacts,
    /// Past its due date and the days of grace.
    pub(in crate::dunning) overdue: bool,
    pub(in crate::dunning) left_out: Option<LeftOut>,
    /// Place of the step whose turn it is, from zero.
    pub(in crate::dunning) next: Option<usize>,
}

impl Standing<'_> {
    pub(in crate::dunning) fn is_claimed(&self) -> bool {
        self.overdue && self.left_out.is_none()
    }
}

/// Why an item is not spoken of.
#[derive(Clone, Copy)]
pub(in crate::dunning) struct LeftOut {
    code: ReasonCode,
    ends_on: Option<Date>,
    detail: Option<&'static str>,
}

impl LeftOut {
    pub(in crate::dunning) fn reason(self, item: &ItemFacts) -> Reason {
        Reason {
            item: Some(item.receivable_id),
            ends_on: self.ends_on,
            detail: self.detail.map(Cow::Borrowed),
            ..Reason::new(self.code)
        }
    }
}

/// A group on a day.
pub(in crate::dunning) struct Position<'f> {
    pub(in crate::dunning) standings: Vec<Standing<'f>>,
    pub(in crate::dunning) claim: Claim,
}

impl<'f> Position<'f> {
    pub(in crate::dunning) fn of(group: &'f GroupFacts, day: Day<'_>) -> Self {
        let mut claim = Claim::default();
        let mut standings = Vec::with_capacity(group.items.len());
        for item in &group.items {
            if item.open.is_zero() {
                continue;
            }
            if item.open.is_sign_negative() {
                claim.credits = claim.credits.saturating_add(item.open.abs());
                continue;
            }
            let standing = day.standing(item);
            count(&mut claim, &standing, day.on);
            standings.push(standing);
        }
        Self { standings, claim }
    }
}

fn count(claim: &mut Claim, standing: &Standing<'_>, on: Date) {
    claim.open = claim.open.saturating_add(standing.item.open);
    claim.open_item_count += 1;
    if standing.left_out.is_some() {
        claim.left_out_count += 1;
    }
    if standing.is_claimed() {
        claim.overdue = claim.overdue.saturating_add(standing.item.claimable());
        claim.item_count += 1;
        claim.days_overdue_max = claim.days_overdue_max.max(days_between(standing.item.due_on, on));
    }
}

impl Day<'_> {
    fn standing<'f>(&self, item: &'f ItemFacts) -> Standing<'f> {
        let mut overdue = self.on > item.due_on && self.on > self.last_free_day(item.due_on);
        let mut left_out = self.left_out(item);
        if overdue && let Some(free_until) = self.expected_pay(item).filter(|until| self.on <= *until) {
            overdue = false;
            let ends_on = Some(plus(free_until, 1));
            left_out =
                left_out.or(Some(LeftOut { code: ReasonCode::ItemExpectedPay, ends_on, detail: None }));
        }
        Standing { item, overdue, left_out, next: None }
    }

    /// The last day on which payment is in time for dunning: a due date that falls on a day nobody works is met on
    /// the next business day, and mail and banks take the days of grace.
    pub(in crate::dunning) fn last_free_day(&self, due_on: Date) -> Date {
        plus(self.calendar.next_business_day_on_or_after(due_on), self.scenario.grace_days)
    }

    /// The same for an expected pay date after the due date, as far as the scenario waits for it.
    pub(in crate::dunning) fn expected_pay(&self, item: &ItemFacts) -> Option<Date> {
        let expected = item.expected_pay_on.filter(|expected| *expected > item.due_on)?;
        let latest = plus(item.due_on, self.scenario.expected_pay_wait_days_max);
        (latest > item.due_on).then(|| self.last_free_day(expected.min(latest)))
    }

    fn left_out(&self, item: &ItemFacts) -> Option<LeftOut> {
        let without_end = |code| Some(LeftOut { code, ends_on: None, detail: None });
        if item.is_covered() {
            return without_end(ReasonCode::ItemUnderInstrument);
        }
        if item.disputed {
            return without_end(ReasonCode::ItemDisputed);
        }
        let block = item.block.filter(|block| block.holds_on(self.on))?;
        Some(LeftOut {
            code: ReasonCode::ItemBlocked,
            ends_on: block.until.map(|until| plus(until, 1)),
            detail: Some(block.reason.as_str()),
        })
    }
}

/// All open credits of a group, in the order of a statement.
pub(in crate::dunning) fn credit_lines(group: &GroupFacts) -> Vec<CreditLine> {
    let mut credits =
        group.items.iter().filter(|i| i.open.is_sign_negative() && !i.open.is_zero()).collect::<Vec<_>>();
    credits.sort_unstable_by_key(|i| in_statement_order(i));
    credits
        .into_iter()
        .map(|i| CreditLine { account: i.account_id, item: i.receivable_id, amount: i.open })
        .collect()
}

/// The order of a statement. It ends with the id, so that the order of the input never matters.
pub(in crate::dunning) fn in_statement_order(item: &ItemFacts) -> (Date, Date, kernel::id::ReceivableId) {
    (item.due_on, item.issue_on, item.receivable_id)
}

/// The sum of some open amounts.
pub(in crate::dunning) fn sum(amounts: impl Iterator<Item = Decimal>) -> Decimal {
    amounts.fold(Decimal::ZERO, Decimal::saturating_add)
}
