//! Whole days, without a sign and without a way to fail.

use chrono::Days;
use kernel::Date;

/// `on` plus whole days, held at the end of time.
pub(super) fn plus(on: Date, days: u16) -> Date {
    on.checked_add_days(Days::new(u64::from(days))).unwrap_or(Date::MAX)
}

/// `on` minus whole days, held at the beginning of time.
pub(super) fn minus(on: Date, days: u16) -> Date {
    on.checked_sub_days(Days::new(u64::from(days))).unwrap_or(Date::MIN)
}

/// Whole days from `from` to `to`, zero when `to` is not later.
pub(super) fn days_between(from: Date, to: Date) -> u32 {
    u32::try_from(to.signed_duration_since(from).num_days()).unwrap_or(0)
}
