//! SQL of the lists of rates.

use app::rates::lists::{BUCKET_SETS, FIXED_COMPENSATIONS, FX_RATES, LEGAL_RATES};

use super::SqlList;

pub(super) static ALL: &[&SqlList] = &[
    &SqlList {
        spec: &LEGAL_RATES,
        columns: "r.pid('lrt', l.id) AS id, l.jurisdiction, lower(l.valid) AS valid_from, \
            upper(l.valid) - 1 AS valid_to, r.amount(l.annual_percent) AS annual_percent, l.status, l.source, \
            l.recorded_at, l.superseded_at",
        from: "legal_rate l",
        key: ("l.id", "uuid"),
        find: "l.id = r.id_of('lrt', {})",
        scope: "",
        always: "",
        filters: &[
            ("jurisdiction", "l.jurisdiction = ANY(string_to_array({}, ','))"),
            ("on", "l.valid @> {}::date"),
            ("superseded", "(l.superseded_at IS NOT NULL) = {}::boolean"),
        ],
        sorts: &[("valid_from", "lower(l.valid)", "date")],
    },
    &SqlList {
        spec: &FIXED_COMPENSATIONS,
        columns: "c.jurisdiction, lower(c.valid) AS valid_from, upper(c.valid) - 1 AS valid_to, \
            r.amount(c.amount) AS amount, c.currency, c.source, c.recorded_at, c.superseded_at",
        from: "fixed_compensation c",
        key: ("c.id", "uuid"),
        find: "c.id = r.uuid_of({})",
        scope: "",
        always: "",
        filters: &[
            ("jurisdiction", "c.jurisdiction = ANY(string_to_array({}, ','))"),
            ("on", "c.valid @> {}::date"),
            ("superseded", "(c.superseded_at IS NOT NULL) = {}::boolean"),
        ],
        sorts: &[("valid_from", "lower(c.valid)", "date")],
    },
    &SqlList {
        spec: &FX_RATES,
        columns: "f.source, f.base, f.quote, f.quoted_on, r.amount(f.rate) AS rate, f.recorded_at, f.in_force",
        from: "(SELECT x.*, NOT EXISTS (SELECT 1 FROM fx_rate y WHERE y.source = x.source AND y.base = x.base \
                AND y.quote = x.quote AND y.quoted_on = x.quoted_on AND y.recorded_at > x.recorded_at) AS in_force, \
                concat_ws('/', x.source, x.base, x.quote, x.quoted_on, x.recorded_at) AS key FROM fx_rate x) f",
        key: ("f.key", "text"),
        find: "f.key = {}",
        scope: "",
        always: "",
        filters: &[
            ("source", "f.source = ANY(string_to_array({}, ','))"),
            ("base", "f.base = ANY(string_to_array({}, ','))"),
            ("quote", "f.quote = ANY(string_to_array({}, ','))"),
            ("from", "f.quoted_on >= {}::date"),
            ("to", "f.quoted_on <= {}::date"),
            ("in_force", "f.in_force = {}::boolean"),
        ],
        sorts: &[("quoted_on", "f.quoted_on", "date")],
    },
    &SqlList {
        spec: &BUCKET_SETS,
        columns: "b.code, b.name, b.by_date AS basis, b.bounds, b.version, b.created_at",
        from: "bucket_set b",
        key: ("b.code", "text"),
        find: "b.code = {}",
        scope: "",
        always: "",
        filters: &[("code", "b.code = ANY(string_to_array({}, ','))")],
        sorts: &[("code", "b.code", "text")],
    },
];
