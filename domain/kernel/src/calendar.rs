//! Business calendars: weekends, public holidays, shifts.
