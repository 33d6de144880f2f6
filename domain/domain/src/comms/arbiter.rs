//! The one arbiter of outbound contact: may this debtor be contacted now, and if not, why not and when next.
//!
//! Every sender asks it, right before the hand-over. Several policies may govern one contact (the installation's, the
//! legal entity's, the debtor's own wishes): each must agree, so the most careful rule wins. Days and hours are those
//! of the debtor's time zone; counts are made over calendar days there, so clock changes cannot shorten or stretch them.
//!
//! Invariants, proven by property tests: no cap is exceeded whatever the load; `until` is the earliest moment that is
//! allowed if nothing else happens; another policy never makes a contact earlier.

mod openings;
mod policy;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use chrono_tz::Tz;
use kernel::time::business_date;
use kernel::{Code, Date, Instant};

use super::{Channel, codes};
use openings::{first_date, is_open, openings_of};
pub use policy::{ContactPolicy, Hours, PolicyDocument, SCHEMA, Weekday, WindowCap};

/// A contact that took place, may have taken place (unknown), or is reserved.
///
/// See [`super::MessageState::counts_as_contact`]; the message in question itself is left out. The caller collects them across legal entities where they share the
/// debtor: caps hold for the person who is contacted, not for our books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastContact {
    pub at: Instant,
    /// Made with the dunning group in question; otherwise it matters only for its recipient.
    pub same_group: bool,
    /// [`super::recipients::Address::cap_key`].
    pub recipient: Option<String>,
}

/// Forbids contact up to and including a day; for good where no day is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// What people see, e.g. the reason of a block.
    pub reason: String,
    pub until: Option<Date>,
}

/// The contact in question and everything known about the debtor.
#[derive(Clone, Copy)]
pub struct ContactRequest<'a> {
    pub channel: Channel,
    /// [`super::recipients::Address::cap_key`].
    pub recipient: Option<&'a str>,
    pub now: Instant,
    /// The debtor's.
    pub zone: Tz,
    /// By the debtor's calendar: national to municipal holidays and own closures.
    pub is_business_day: &'a dyn Fn(Date) -> bool,
    pub history: &'a [PastContact],
    /// When the debtor last answered by any channel.
    pub last_answer_at: Option<Instant>,
    pub stops: &'a [Stop],
    pub opted_out: bool,
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub code: &'static Code,
    /// Code and version of the policy that says so.
    pub policy: Option<(String, i32)>,
    /// The values behind it, e.g. `2 days after 2026-05-18`.
    pub detail: String,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Allow,
    /// Not now; allowed from `until` if nothing else happens before.
    NotNow {
        until: Instant,
        reasons: Vec<Reason>,
    },
    /// Not unless consent, blocks or policies change.
    Never {
        reasons: Vec<Reason>,
    },
}

/// How far ahead a moment is looked for after every dated stop has ended, in days: a whole year and its holidays.
const HORIZON_DAYS: usize = 400;

/// Answers whether a contact is allowed now. Tasks of our own people do not reach the debtor and always are.
pub fn arbitrate(policies: &[ContactPolicy], request: &ContactRequest<'_>) -> Verdict {
    if !request.channel.reaches_debtor() {
        return Verdict::Allow;
    }
    let governing = policies.iter().filter(|p| p.governs(request.channel)).collect::<Vec<_>>();
    let final_reasons = lasting_reasons(&governing, request);
    if !final_reasons.is_empty() {
        return Verdict::Never { reasons: final_reasons };
    }
    let facts = Facts::of(request);
    let today = business_date(request.now, request.zone);
    let mut reasons = day_reasons(&governing, &facts, request, today);
    reasons.extend(hour_reasons(&governing, request));
    if reasons.is_empty() {
        return Verdict::Allow;
    }
    if let Some(until) = next_opening(&governing, &facts, request, today) {
        return Verdict::NotNow { until, reasons };
    }
    reasons.push(general(&codes::CONTACT_NO_OPENING, String::new()));
    Verdict::Never { reasons }
}

/// The history, reduced to days in the debtor's zone.
struct Facts {
    group_days: Vec<Date>,
    recipient_days: Vec<Date>,
    answered_on: Option<Date>,
}

impl Facts {
    fn of(request: &ContactRequest<'_>) -> Self {
        let day = |at: Instant| business_date(at, request.zone);
        let same_recipient =
            |c: &&PastContact| request.recipient.is_some() && c.recipient.as_deref() == request.recipient;
        let group = request.history.iter().filter(|c| c.same_group);
        Self {
            group_days: group.map(|c| day(c.at)).collect(),
            recipient_days: request.history.iter().filter(same_recipient).map(|c| day(c.at)).collect(),
            answered_on: request.last_answer_at.map(day),
        }
    }
}

fn lasting_reasons(governing: &[&ContactPolicy], request: &ContactRequest<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if governing.is_empty() {
        reasons.push(general(&codes::CONTACT_NO_POLICY, request.channel.to_string()));
    }
    if request.opted_out {
        reasons.push(general(&codes::CONTACT_OPTED_OUT, request.channel.to_string()));
    }
    let forbidding = governing.iter().filter(|p| p.document().forbidden_channels.contains(&request.channel));
    reasons.extend(forbidding.map(|p| by(p, &codes::CONTACT_CHANNEL_FORBIDDEN, request.channel.to_string())));
    let lasting = request.stops.iter().filter(|stop| stop.until.is_none());
    reasons.extend(lasting.map(|stop| general(&codes::CONTACT_BLOCKED, stop.reason.clone())));
    reasons
}

/// Why no contact may take place on a day, at whatever hour.
fn day_reasons(
    governing: &[&ContactPolicy],
    facts: &Facts,
    request: &ContactRequest<'_>,
    day: Date,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for stop in request.stops {
        if let Some(until) = stop.until.filter(|until| day <= *until) {
            reasons.push(general(&codes::CONTACT_BLOCKED, format!("{} until {until}", stop.reason)));
        }
    }
    for policy in governing {
        reasons.extend(policy_day_reasons(policy, facts, request, day));
    }
    reasons
}

fn policy_day_reasons(
    policy: &ContactPolicy,
    facts: &Facts,
    request: &ContactRequest<'_>,
    day: Date,
) -> Vec<Reason> {
    let rules = policy.document();
    let mut reasons = Vec::new();
    if rules.business_days_only && !(request.is_business_day)(day) {
        reasons.push(by(policy, &codes::CONTACT_NOT_BUSINESS_DAY, day.to_string()));
    }
    if let Some(last) = facts.group_days.iter().max().filter(|last| day < plus(**last, rules.spacing_days)) {
        reasons.push(by(
            policy,
            &codes::CONTACT_SPACING,
            format!("{} days after {last}", rules.spacing_days),
        ));
    }
    let count = |days: &[Date], from: Date| days.iter().filter(|d| **d >= from).count();
    let full = |cap: u16, count: usize| count >= usize::from(cap);
    // Days after `day` are counted, too: a clock that runs ahead elsewhere must not open a gap here.
    if rules.group_cap_per_day.is_some_and(|cap| full(cap, count(&facts.group_days, day))) {
        reasons.push(by(policy, &codes::CONTACT_CAP_GROUP_DAY, day.to_string()));
    }
    if rules.recipient_cap_per_day.is_some_and(|cap| full(cap, count(&facts.recipient_days, day))) {
        reasons.push(by(policy, &codes::CONTACT_CAP_RECIPIENT_DAY, day.to_string()));
    }
    if let Some(window) = rules.group_cap_in_window {
        let first = minus(day, window.days.saturating_sub(1));
        if full(window.contacts, count(&facts.group_days, first)) {
            let detail = format!("{} contacts in {} days", window.contacts, window.days);
            reasons.push(by(policy, &codes::CONTACT_CAP_WINDOW, detail));
        }
    }
    let quiet = rules.quiet_days_after_answer;
    if let Some(answered) = facts.answered_on.filter(|answered| day < plus(*answered, quiet)) {
        reasons.push(by(
            policy,
            &codes::CONTACT_QUIET_AFTER_ANSWER,
            format!("{quiet} days after {answered}"),
        ));
    }
    reasons
}

fn hour_reasons(governing: &[&ContactPolicy], request: &ContactRequest<'_>) -> Vec<Reason> {
    let closed = governing.iter().filter(|policy| !is_open(policy, request.now, request.zone));
    closed
        .map(|policy| {
            let local = request.now.with_timezone(&request.zone);
            let mut detail = String::new();
            // Writing to a String cannot fail.
            let _ = write!(detail, "{}", local.format("%a %H:%M"));
            by(policy, &codes::CONTACT_OUTSIDE_HOURS, detail)
        })
        .collect()
}

/// The earliest moment from now on at which every rule agrees.
fn next_opening(
    governing: &[&ContactPolicy],
    facts: &Facts,
    request: &ContactRequest<'_>,
    today: Date,
) -> Option<Instant> {
    let stopped_until = request.stops.iter().filter_map(|stop| stop.until).max();
    let quiet = governing.iter().map(|p| p.document().quiet_days_after_answer).max().unwrap_or(0);
    let answered = facts.answered_on.map(|on| plus(on, quiet));
    let begin = first_date(today, stopped_until, answered);
    begin
        .iter_days()
        .take(HORIZON_DAYS)
        .filter(|day| day_reasons(governing, facts, request, *day).is_empty())
        .find_map(|day| openings_of(governing, day, request.zone, request.now).into_iter().next())
}

fn plus(day: Date, days: u16) -> Date {
    day.checked_add_days(chrono::Days::new(days.into())).unwrap_or(Date::MAX)
}

fn minus(day: Date, days: u16) -> Date {
    day.checked_sub_days(chrono::Days::new(days.into())).unwrap_or(Date::MIN)
}

fn general(code: &'static Code, detail: String) -> Reason {
    Reason { code, policy: None, detail }
}

fn by(policy: &ContactPolicy, code: &'static Code, detail: String) -> Reason {
    Reason { code, policy: Some((policy.code().to_owned(), policy.version())), detail }
}
