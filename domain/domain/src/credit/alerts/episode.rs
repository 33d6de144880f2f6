//! From one run to the next: an alert is raised once, stands while its rule holds, and ends with it. Where a rule tells of dates,
//! each date is an episode of its own: another one is told anew, whatever became of the alert about the first.

use kernel::Date;

use super::{Escalation, Judged};
use crate::access::Role;

kernel::text_enum! {
    /// Where an alert stands.
    pub enum AlertState {
        Open = "open",
        /// Somebody has it in hand.
        Acknowledged = "acknowledged",
        /// Nobody wants to hear of it before a day.
        Snoozed = "snoozed",
        /// Nobody took it in hand, or somebody handed it up.
        Escalated = "escalated",
        Resolved = "resolved",
    }
}

/// An alert that stands when a run looks again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub state: AlertState,
    /// The date it tells of, if its rule tells of dates.
    pub due_on: Option<Date>,
    /// Business date on which it was raised, or came back after a rest.
    pub since: Date,
    pub snoozed_until: Option<Date>,
}

/// What is to be done about an alert that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    Resolve,
    /// Its rest is over.
    Wake,
    Escalate(Role),
    Nothing,
}

/// The dates, or the one reason without a date, that a rule tells of and about which nothing stands: each is to be raised.
pub fn unheard(judged: &Judged, standing: &[Standing]) -> Vec<Option<Date>> {
    let Judged::Holds { due_on } = judged else { return Vec::new() };
    let stands = |day: &Option<Date>| standing.iter().any(|one| one.due_on == *day);
    due_on.iter().filter(|day| !stands(day)).copied().collect()
}

/// What a run does on a business date about an alert that stands.
pub fn moves(judged: &Judged, standing: Standing, escalate: Option<&Escalation>, on: Date) -> Move {
    match judged {
        Judged::Holds { due_on } if due_on.contains(&standing.due_on) => again(standing, escalate, on),
        Judged::Unknown { .. } => again(standing, escalate, on),
        Judged::Holds { .. } | Judged::Fails => Move::Resolve,
    }
}

fn again(standing: Standing, escalate: Option<&Escalation>, on: Date) -> Move {
    match standing.state {
        AlertState::Snoozed if standing.snoozed_until.is_none_or(|until| until <= on) => Move::Wake,
        AlertState::Open => match escalate {
            Some(Escalation { after_days, to })
                if (on - standing.since).num_days() >= i64::from(*after_days) =>
            {
                Move::Escalate(*to)
            }
            Some(_) | None => Move::Nothing,
        },
        AlertState::Snoozed | AlertState::Acknowledged | AlertState::Escalated | AlertState::Resolved => {
            Move::Nothing
        }
    }
}
