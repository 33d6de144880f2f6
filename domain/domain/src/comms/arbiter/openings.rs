//! From hours on a local clock to moments, also on the days when clocks change.

use chrono::{NaiveTime, Offset as _, TimeDelta, TimeZone as _};
use chrono_tz::Tz;
use kernel::{Date, Instant};

use super::ContactPolicy;

/// How far local clocks are ahead of and behind UTC, at most.
const HOURS_AHEAD_MAX: i64 = 15;
const HOURS_BEHIND_MAX: i64 = 15;

/// Whether a moment is within the hours of a policy.
pub(super) fn is_open(policy: &ContactPolicy, at: Instant, zone: Tz) -> bool {
    let local = at.with_timezone(&zone);
    policy.is_open(local.date_naive(), local.time())
}

/// The latest of today and the first days after stops and silences.
pub(super) fn first_date(today: Date, stopped_until: Option<Date>, quiet_until: Option<Date>) -> Date {
    let after_stop = stopped_until.map(|until| until.succ_opt().unwrap_or(until));
    [Some(today), after_stop, quiet_until].into_iter().flatten().max().unwrap_or(today)
}

/// Moments of a day, not before `now`, at which all policies are open and at least one has just opened; ascending.
///
/// The hours of several policies overlap in stretches. Every stretch begins where one of them opens, where the clock
/// changes, or now.
pub(super) fn openings_of(policies: &[&ContactPolicy], day: Date, zone: Tz, now: Instant) -> Vec<Instant> {
    let starts = policies.iter().flat_map(|policy| policy.hours_of(day)).map(|(from, _)| *from);
    let mut moments = starts.flat_map(|from| moments_of(day, from, zone)).collect::<Vec<_>>();
    moments.extend(clock_changes(day, zone));
    moments.push(now);
    moments.retain(|at| {
        let on_day = at.with_timezone(&zone).date_naive() == day;
        on_day && *at >= now && policies.iter().all(|policy| is_open(policy, *at, zone))
    });
    moments.sort_unstable();
    moments
}

/// The moments at which a local clock shows a minute of a day: one, two where clocks go back, none where they skip it.
fn moments_of(day: Date, minute: u16, zone: Tz) -> Vec<Instant> {
    let local = day.and_time(NaiveTime::MIN) + TimeDelta::minutes(minute.into());
    let found = zone.from_local_datetime(&local);
    [found.earliest(), found.latest()].into_iter().flatten().map(|at| at.to_utc()).collect()
}

/// The first moments after a change of the local clock, on a day and its neighbours.
fn clock_changes(day: Date, zone: Tz) -> Vec<Instant> {
    let midnight = day.and_time(NaiveTime::MIN).and_utc();
    let offset = |at: Instant| zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    let hours = (-HOURS_BEHIND_MAX..24 + HOURS_AHEAD_MAX).map(|hour| midnight + TimeDelta::hours(hour));
    let changing = hours.filter(|at| offset(*at) != offset(*at + TimeDelta::hours(1)));
    changing
        .map(|hour| {
            let (mut before, mut after) = (0, 3600);
            while after - before > 1 {
                let middle = i64::midpoint(before, after);
                let changed = offset(hour + TimeDelta::seconds(middle)) != offset(hour);
                (before, after) = if changed { (before, middle) } else { (middle, after) };
            }
            hour + TimeDelta::seconds(after)
        })
        .collect()
}
