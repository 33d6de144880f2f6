//! From one run to the next: an alert is raised once, stands while its rule holds, and ends with it.

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
    /// Business date on which it was raised, or came back after a rest.
    pub since: Date,
    pub snoozed_until: Option<Date>,
}

/// What a rule, a holder and what stands of them come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Episode<'e> {
    pub judged: &'e Judged,
    pub standing: Option<Standing>,
    pub escalate: Option<&'e Escalation>,
}

/// What is to be done about an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    Raise,
    Resolve,
    /// Its rest is over.
    Wake,
    Escalate(Role),
    Nothing,
}

/// What a run does about one rule and one holder on a business date.
pub fn moves(episode: &Episode<'_>, on: Date) -> Move {
    match (episode.judged, episode.standing) {
        (Judged::Holds { .. }, None) => Move::Raise,
        (Judged::Fails, Some(_)) => Move::Resolve,
        (Judged::Fails | Judged::Unknown { .. }, None) => Move::Nothing,
        (Judged::Holds { .. } | Judged::Unknown { .. }, Some(standing)) => {
            again(standing, episode.escalate, on)
        }
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
