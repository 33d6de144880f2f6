//! The day on which a person did what is not done by a relay.

use kernel::time::business_date;
use kernel::{Date, Error, Instant, Outcome};

use chrono::{NaiveTime, TimeZone as _};
use chrono_tz::Tz;

use super::codes::MESSAGE_SENT_ON_IMPOSSIBLE;

/// When it was done, for the caps and spacings of contacts: now for today, which also holds where no day is said; noon of an
/// earlier day, since nobody says the hour.
///
/// # Errors
/// `message.sent_on_impossible` for a day to come, or one before it was planned.
pub fn done_at(said: Option<Date>, planned_at: Instant, (now, zone): (Instant, Tz)) -> Outcome<Instant> {
    let today = business_date(now, zone);
    let planned_on = business_date(planned_at, zone);
    let Some(day) = said.filter(|day| *day != today) else { return Ok(now) };
    if day < planned_on || day > today {
        let message = format!("it was planned on {planned_on}, and today is {today}");
        return Err(Error::field("sent_on", &MESSAGE_SENT_ON_IMPOSSIBLE, message));
    }
    let noon = NaiveTime::from_hms_opt(12, 0, 0).map(|noon| day.and_time(noon));
    let noon = noon.and_then(|noon| zone.from_local_datetime(&noon).earliest());
    Ok(noon.map_or(planned_at, |noon| noon.to_utc().max(planned_at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MADRID: Tz = chrono_tz::Europe::Madrid;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    /// Planned on a Monday at seven in the evening, said on Thursday.
    fn done(said: Option<&str>) -> Outcome<Instant> {
        let said = said.map(|day| day.parse().unwrap());
        done_at(said, at("2026-03-02T18:00:00Z"), (at("2026-03-05T09:30:00Z"), MADRID))
    }

    #[test]
    fn what_is_done_today_is_done_now() {
        assert_eq!(done(None).unwrap(), at("2026-03-05T09:30:00Z"));
        assert_eq!(done(Some("2026-03-05")).unwrap(), at("2026-03-05T09:30:00Z"));
    }

    #[test]
    fn an_earlier_day_counts_from_its_noon_and_never_from_before_the_plan() {
        assert_eq!(done(Some("2026-03-04")).unwrap(), at("2026-03-04T11:00:00Z"));
        assert_eq!(done(Some("2026-03-02")).unwrap(), at("2026-03-02T18:00:00Z"));
    }

    #[test]
    fn nobody_posts_a_letter_tomorrow_or_before_it_was_planned() {
        for day in ["2026-03-06", "2026-03-01"] {
            assert_eq!(done(Some(day)).unwrap_err().code().text, "message.sent_on_impossible", "{day}");
        }
    }
}
