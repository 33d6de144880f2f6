//! What a message that a person asks for speaks of.
//!
//! A run decides by its scenario what it claims. A person names a template and an account; what may be claimed follows from what
//! the template is for, by the same promises: nothing before it is due, nothing disputed or blocked, nothing that an instrument
//! stands for.

use kernel::calendar::BusinessCalendar;
use kernel::{Date, Decimal};

use super::template::TemplatePurpose;

/// Which open items a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything open, as it is on the day it is written. Claims nothing.
    Everything,
    /// What will fall due.
    NotYetDue,
    /// What was due on an earlier day.
    Overdue,
}

impl Scope {
    pub fn of(purpose: TemplatePurpose) -> Self {
        match purpose {
            TemplatePurpose::CourtesyReminder => Self::NotYetDue,
            TemplatePurpose::Reminder | TemplatePurpose::FormalNotice => Self::Overdue,
            TemplatePurpose::Statement | TemplatePurpose::General => Self::Everything,
        }
    }

    /// A due date on a day off is kept by paying on the next business day; on that day nobody is reminded of anything.
    fn holds(self, due_on: Date, today: Date, calendar: &BusinessCalendar) -> bool {
        match self {
            Self::Everything => true,
            Self::NotYetDue => due_on > today,
            Self::Overdue => calendar.next_business_day_on_or_after(due_on) < today,
        }
    }
}

/// An open item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenItem {
    /// The due date in force.
    pub due_on: Date,
    /// Negative for a credit.
    pub open: Decimal,
    /// What live instruments stand for.
    pub covered: Decimal,
    /// Blocked or disputed.
    pub excepted: bool,
}

/// How much of an item the message speaks of; none where it does not.
pub fn spoken_of(scope: Scope, item: &OpenItem, today: Date, calendar: &BusinessCalendar) -> Option<Decimal> {
    // Credits lower what is claimed, whenever they fall due.
    if scope == Scope::Everything || item.open < Decimal::ZERO {
        return Some(item.open).filter(|open| !open.is_zero());
    }
    let left = item.open - item.covered;
    (!item.excepted && scope.holds(item.due_on, today, calendar) && left > Decimal::ZERO).then_some(left)
}

#[cfg(test)]
mod tests {
    use kernel::calendar::weekdays_from_iso;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn item(due_on: &str, open: i64) -> OpenItem {
        OpenItem { due_on: day(due_on), open: open.into(), covered: Decimal::ZERO, excepted: false }
    }

    fn spoken(scope: Scope, item: OpenItem, today: &str) -> Option<Decimal> {
        let weekend = weekdays_from_iso("weekend", &[6, 7]).expect("a weekend");
        let holidays = [(day("2026-03-19"), String::new())].into();
        let calendar = BusinessCalendar::try_new("T".to_owned(), weekend, holidays).expect("a calendar");
        spoken_of(scope, &item, day(today), &calendar)
    }

    #[test]
    fn the_due_date_decides() {
        use Scope::{Everything, NotYetDue, Overdue};
        let cases = [
            ("the day before", NotYetDue, "2026-03-10", "2026-03-09", true),
            ("on the day nobody is reminded", NotYetDue, "2026-03-10", "2026-03-10", false),
            ("nor dunned", Overdue, "2026-03-10", "2026-03-10", false),
            ("the day after", Overdue, "2026-03-10", "2026-03-11", true),
            ("due on Saturday, paid on Monday", Overdue, "2026-03-14", "2026-03-16", false),
            ("and late on Tuesday", Overdue, "2026-03-14", "2026-03-17", true),
            ("due on a holiday", Overdue, "2026-03-19", "2026-03-20", false),
            ("late after it and the weekend", Overdue, "2026-03-19", "2026-03-23", true),
            ("a statement says all", Everything, "2026-03-10", "2026-03-10", true),
        ];
        for (what, scope, due_on, today, expected) in cases {
            assert_eq!(spoken(scope, item(due_on, 100), today).is_some(), expected, "{what}");
        }
    }

    #[test]
    fn what_an_instrument_stands_for_is_not_claimed() {
        let covered = |covered: i64| OpenItem { covered: covered.into(), ..item("2026-01-10", 100) };
        assert_eq!(spoken(Scope::Overdue, covered(40), "2026-03-10"), Some(60.into()));
        assert_eq!(spoken(Scope::Overdue, covered(100), "2026-03-10"), None);
        assert_eq!(spoken(Scope::Everything, covered(100), "2026-03-10"), Some(100.into()), "but it is open");
    }

    #[test]
    fn what_is_blocked_or_disputed_is_not_claimed_and_credits_always_count() {
        let excepted = OpenItem { excepted: true, ..item("2026-01-10", 100) };
        assert_eq!(spoken(Scope::Overdue, excepted, "2026-03-10"), None);
        assert_eq!(spoken(Scope::Everything, excepted, "2026-03-10"), Some(100.into()));
        assert_eq!(spoken(Scope::Overdue, item("2026-12-31", -30), "2026-03-10"), Some((-30).into()));
    }
}
