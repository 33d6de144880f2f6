//! The decision about one group: a pure function of its facts, the scenario, the calendar and the date.

mod conditions;
mod contact;
mod ladder;
pub(super) mod position;
#[cfg(test)]
mod tests;

use kernel::Date;
use kernel::calendar::BusinessCalendar;
use kernel::text_enum::TextEnum;

use self::conditions::{Conditions, RuleFailed};
use self::contact::Choice;
use self::position::{Day, Position};
use super::compiled::CompiledScenario;
use super::days::plus;
use super::decision::{Decision, Outcome};
use super::group::{GroupFacts, StepNo};
use super::reason::{Reason, ReasonCode};

/// Decides about one group after another for one scenario and business date. It keeps no state between groups, only
/// memory to work in; make one per thread.
pub struct Decider<'a> {
    scenario: &'a CompiledScenario,
    calendar: &'a BusinessCalendar,
    business_on: Date,
    conditions: Conditions,
}

impl<'a> Decider<'a> {
    pub fn new(scenario: &'a CompiledScenario, calendar: &'a BusinessCalendar, business_on: Date) -> Self {
        Self { scenario, calendar, business_on, conditions: Conditions::new(scenario) }
    }

    pub fn business_on(&self) -> Date {
        self.business_on
    }

    pub fn scenario(&self) -> &'a CompiledScenario {
        self.scenario
    }

    /// Decides for the business date.
    ///
    /// One contact at most; it speaks of all overdue items. Nothing is claimed on a due date, within the days of
    /// grace, or beyond what credits leave. A step follows only its required predecessor proven sent, and no contact
    /// follows another within the spacing. What cannot be evaluated holds.
    pub fn decide(&mut self, group: &GroupFacts) -> Decision {
        self.decide_on(group, self.business_on)
    }

    /// Decides as if the business date were `on`, with the facts as they are.
    pub fn decide_on(&mut self, group: &GroupFacts, on: Date) -> Decision {
        let day = self.day(on);
        let mut position = Position::of(group, day);
        let (outcome, reasons) = if position.standings.is_empty() {
            (Outcome::Nothing, vec![Reason::new(ReasonCode::NothingOpen)])
        } else {
            self.conditions.load(group, &position.claim, on);
            self.outcome(group, &mut position, day)
        };
        Decision {
            account_id: group.account_id,
            currency: group.currency,
            decided_on: on,
            outcome,
            reasons,
            claim: position.claim,
        }
    }

    pub(super) fn day(&self, on: Date) -> Day<'a> {
        Day { scenario: self.scenario, calendar: self.calendar, on }
    }

    fn outcome(
        &mut self,
        group: &GroupFacts,
        position: &mut Position<'_>,
        day: Day<'_>,
    ) -> (Outcome, Vec<Reason>) {
        let choice =
            self.choose(group, position, day).unwrap_or_else(|failed| Choice::Short(failed_reason(&failed)));
        match choice {
            Choice::None => self.nothing(position),
            Choice::Short(reason) => {
                let mut reasons = self.holds(group, day.on);
                // A rule that failed is told first: it makes every other statement uncertain.
                let place = if reason.code == ReasonCode::HoldRuleFailed { 0 } else { reasons.len() };
                reasons.insert(place, reason);
                (Outcome::Hold, reasons)
            }
            Choice::Contact(contact) => {
                let mut reasons = self.holds(group, day.on);
                if reasons.is_empty() {
                    return contact.act(group, position, day);
                }
                reasons.extend(position.left_out());
                (Outcome::Hold, reasons)
            }
            Choice::AllLeftOut => {
                let mut reasons = self.holds(group, day.on);
                reasons.push(Reason::new(ReasonCode::HoldItemsLeftOut));
                reasons.extend(position.left_out());
                (Outcome::Hold, reasons)
            }
        }
    }

    fn choose(
        &mut self,
        group: &GroupFacts,
        position: &mut Position<'_>,
        day: Day<'_>,
    ) -> Result<Choice, RuleFailed> {
        let after = contact::choose(group, position, true, day, &mut self.conditions)?;
        if matches!(after, Choice::Contact(_)) {
            return Ok(after);
        }
        let before = contact::choose(group, position, false, day, &mut self.conditions)?;
        match (before, after) {
            (Choice::Contact(before), _) => Ok(Choice::Contact(before)),
            (_, Choice::Short(reason)) | (Choice::Short(reason), _) => Ok(Choice::Short(reason)),
            _ if contact::any_left_out_is_due(group, position, day, &mut self.conditions)? => {
                Ok(Choice::AllLeftOut)
            }
            _ => Ok(Choice::None),
        }
    }

    fn nothing(&self, position: &Position<'_>) -> (Outcome, Vec<Reason>) {
        let last = StepNo::at(self.scenario.steps.len().saturating_sub(1));
        let mut claimed = position.standings.iter().filter(|s| s.is_claimed()).peekable();
        let finished = claimed.peek().is_some()
            && claimed.all(|s| s.item.last_step.is_some_and(|sent| Some(sent.step) >= last));
        let code = if finished { ReasonCode::NothingFinished } else { ReasonCode::NothingDue };
        (Outcome::Nothing, vec![Reason::new(code)])
    }

    /// What forbids any contact with the group, the gravest first.
    fn holds(&mut self, group: &GroupFacts, on: Date) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if let Some(stale) = group.stale {
            reasons.push(Reason::new(ReasonCode::HoldStaleData).detail(stale.as_str()));
        }
        let flags = [
            (group.flags.insolvent, ReasonCode::HoldInsolvency),
            (group.flags.vulnerable, ReasonCode::HoldVulnerable),
            (group.flags.intercompany, ReasonCode::HoldIntercompany),
        ];
        reasons.extend(flags.into_iter().filter(|(set, _)| *set).map(|(_, code)| Reason::new(code)));
        if let Some(block) = group.block.filter(|block| block.holds_on(on)) {
            let ends_on = block.until.map(|until| plus(until, 1));
            let reason = Reason::new(ReasonCode::HoldBlocked).detail(block.reason.as_str());
            reasons.push(Reason { ends_on, ..reason });
        }
        self.exits(&mut reasons);
        if let Some(contact) = group.open_contact {
            reasons.push(Reason::new(ReasonCode::HoldOpenContact).detail(contact.as_str()));
        }
        if let Some(ends_on) = self.spaced_until(group).filter(|ends_on| on < *ends_on) {
            let reason = Reason::new(ReasonCode::HoldMinimumSpacing);
            let days = Some(self.scenario.min_spacing_days);
            reasons.push(Reason { ends_on: Some(ends_on), days, ..reason });
        }
        reasons
    }

    /// The first day on which the spacing allows a contact again.
    fn spaced_until(&self, group: &GroupFacts) -> Option<Date> {
        group.last_contact_on.map(|last| plus(last, self.scenario.min_spacing_days))
    }

    fn exits(&mut self, reasons: &mut Vec<Reason>) {
        for exit in &self.scenario.exits {
            match self.conditions.holds(&exit.condition, &exit.reason) {
                Ok(true) => {
                    reasons.push(Reason::new(ReasonCode::HoldExit).detail(exit.reason.to_string()));
                }
                Ok(false) => {}
                Err(failed) => reasons.insert(0, failed_reason(&failed)),
            }
        }
    }
}

fn failed_reason(failed: &RuleFailed) -> Reason {
    Reason::new(ReasonCode::HoldRuleFailed).detail(failed.of.to_string())
}
