//! SQL of the lists of calendars.

use app::calendars::lists::{CALENDARS, HOLIDAYS};

use super::SqlList;

pub(super) static ALL: &[&SqlList] = &[
    &SqlList {
        spec: &CALENDARS,
        columns: "c.code, c.name, c.country, c.subdivision, c.weekend, \
            (SELECT count(*) FROM holiday h WHERE h.calendar_code = c.code) AS holiday_count, \
            (SELECT min(h.day) FROM holiday h WHERE h.calendar_code = c.code) AS first_on, \
            (SELECT max(h.day) FROM holiday h WHERE h.calendar_code = c.code) AS last_on, c.version, c.created_at",
        from: "calendar c",
        key: ("c.code", "text"),
        find: "c.code = {}",
        scope: "",
        always: "",
        filters: &[
            ("code", "c.code = ANY(string_to_array({}, ','))"),
            ("name", "c.name ILIKE '%' || {} || '%'"),
            ("country", "c.country = ANY(string_to_array({}, ','))"),
        ],
        sorts: &[("code", "c.code", "text")],
    },
    &SqlList {
        spec: &HOLIDAYS,
        columns: "h.calendar_code AS calendar, h.day, h.name",
        from: "holiday h",
        key: ("h.calendar_code", "text"),
        find: "h.calendar_code || '/' || h.day = {}",
        scope: "",
        always: "",
        filters: &[
            ("calendar", "h.calendar_code = ANY(string_to_array({}, ','))"),
            ("from", "h.day >= {}::date"),
            ("to", "h.day <= {}::date"),
        ],
        sorts: &[("day", "h.day", "date")],
    },
];
