//! Two times: the business date a figure is of, and the instant whose knowledge it shows.

use kernel::time::parse_date;
use kernel::{Date, Error, Instant, Outcome};

use super::codes;

/// What a caller asks, as texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AsOfRequest {
    /// `YYYY-MM-DD`.
    pub as_of: Option<String>,
    /// RFC 3339.
    pub known_at: Option<String>,
}

/// Between which times figures can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    /// The business date of the legal entity; of several, the latest.
    pub today: Date,
    /// Whether that is the business date of all of them.
    pub everywhere: bool,
    /// When the first of the accounts asked for was recorded.
    pub known_from: Instant,
}

/// A checked pair of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadAt {
    /// The present state: everything recorded, whatever its business date. Read from the stored open amounts.
    Now(Instant),
    /// Rebuilt from what was recorded by `known_at` with effect up to `on`, or up to the business date of that instant
    /// at each legal entity.
    Past { on: Option<Date>, known_at: Instant },
}

impl ReadAt {
    pub fn known_at(self) -> Instant {
        match self {
            Self::Now(now) => now,
            Self::Past { known_at, .. } => known_at,
        }
    }

    /// The business date asked for by name.
    pub fn on(self) -> Option<Date> {
        match self {
            Self::Now(_) => None,
            Self::Past { on, .. } => on,
        }
    }
}

/// Checks what is asked against what can be known.
///
/// # Errors
/// `date.invalid`, `date.out_of_range`, `as_of.in_future`, `known_at.invalid`, `known_at.in_future`,
/// `known_at.before_first_record`.
pub fn check(request: &AsOfRequest, horizon: Horizon, now: Instant) -> Outcome<ReadAt> {
    let on = request.as_of.as_deref().map(|text| business_date("as_of", text, horizon.today)).transpose()?;
    let known_at = request.known_at.as_deref().map(|text| instant("known_at", text, now)).transpose()?;
    if let Some(known_at) = known_at.filter(|at| *at < horizon.known_from) {
        let message = format!("the first record is of {}, after {known_at}", horizon.known_from);
        return Err(Error::field("known_at", &codes::KNOWN_AT_BEFORE_RECORDS, message));
    }
    Ok(match (on, known_at) {
        (None, None) => ReadAt::Now(now),
        (on, known_at) => ReadAt::Past { on, known_at: known_at.unwrap_or(now) },
    })
}

/// A business date that has come.
pub(super) fn business_date(field: &str, text: &str, today: Date) -> Outcome<Date> {
    let on = parse_date(field, text)?;
    if on <= today {
        return Ok(on);
    }
    Err(Error::field(field, &codes::AS_OF_FUTURE, format!("{on} lies after {today}, today's business date")))
}

pub(crate) fn instant(field: &str, text: &str, now: Instant) -> Outcome<Instant> {
    let wrong = || Error::field(field, &codes::KNOWN_AT_INVALID, format!("{text:?} is not an instant"));
    let at = text.parse::<Instant>().map_err(|e| wrong().caused_by(e))?;
    if at <= now {
        return Ok(at);
    }
    Err(Error::field(field, &codes::KNOWN_AT_FUTURE, format!("{at} lies after {now}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn horizon() -> Horizon {
        Horizon {
            today: "2026-03-04".parse().unwrap(),
            everywhere: true,
            known_from: "2026-01-01T00:00:00Z".parse().unwrap(),
        }
    }

    fn checked(as_of: Option<&str>, known_at: Option<&str>) -> Outcome<ReadAt> {
        let request = AsOfRequest { as_of: as_of.map(str::to_owned), known_at: known_at.map(str::to_owned) };
        check(&request, horizon(), "2026-03-04T08:00:00Z".parse().unwrap())
    }

    fn code(outcome: Outcome<ReadAt>) -> &'static str {
        outcome.unwrap_err().code().text
    }

    #[test]
    fn nothing_asked_is_the_present_state() {
        assert!(matches!(checked(None, None).unwrap(), ReadAt::Now(_)));
    }

    #[test]
    fn today_can_be_asked_and_tomorrow_cannot() {
        assert!(checked(Some("2026-03-04"), None).is_ok());
        assert_eq!(code(checked(Some("2026-03-05"), None)), "as_of.in_future");
        assert_eq!(code(checked(Some("2026-02-30"), None)), "date.invalid");
    }

    #[test]
    fn what_was_not_recorded_is_not_zero() {
        assert_eq!(code(checked(None, Some("2025-12-31T00:00:00Z"))), "known_at.before_first_record");
        assert_eq!(code(checked(None, Some("2026-03-05T00:00:00Z"))), "known_at.in_future");
        assert_eq!(code(checked(None, Some("yesterday"))), "known_at.invalid");
        assert!(checked(None, Some("2026-01-01T00:00:00+00:00")).is_ok());
    }
}
