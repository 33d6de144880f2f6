//! SQL of the organisation's lists.

use app::organisation::lists::{LEGAL_ENTITIES, MANDANTS, SOURCES};

use super::SqlList;

pub(super) static ALL: &[&SqlList] = &[
    &SqlList {
        spec: &MANDANTS,
        columns: "r.pid('man', m.id) AS id, m.code, m.name, m.version, m.created_at",
        from: "mandant m",
        key: ("m.id", "uuid"),
        find: "m.id = r.id_of('man', {}) OR m.code = {}",
        scope: "EXISTS (SELECT 1 FROM legal_entity e WHERE e.mandant_id = m.id AND e.id = ANY({entities}))",
        always: "",
        filters: &[
            ("code", "m.code = ANY(string_to_array({}, ','))"),
            ("name", "m.name ILIKE '%' || {} || '%'"),
        ],
        sorts: &[("code", "m.code", "text")],
    },
    &SqlList {
        spec: &LEGAL_ENTITIES,
        columns: "r.pid('len', e.id) AS id, r.pid('man', e.mandant_id) AS mandant_id, e.code, e.name, e.tax_id, e.country, \
            e.time_zone, e.language, e.currency, e.calendar_code, e.address, e.payee_name, e.payee_iban, e.payee_bic, \
            e.letterhead, e.signatory, e.sender_name, e.sender_email, e.reply_to, e.mail_relay, e.scenario_code, \
            to_char(e.run_at, 'HH24:MI') AS run_at, e.stale_after_hours, e.interest_segments, e.version, e.created_at",
        from: "legal_entity e",
        key: ("e.id", "uuid"),
        find: "e.id = r.id_of('len', {}) OR e.code = {}",
        scope: "e.id = ANY({entities})",
        always: "",
        filters: &[
            ("code", "e.code = ANY(string_to_array({}, ','))"),
            ("name", "e.name ILIKE '%' || {} || '%'"),
            ("mandant", "e.mandant_id = {}::uuid"),
            ("country", "e.country = ANY(string_to_array({}, ','))"),
        ],
        sorts: &[("code", "e.code", "text")],
    },
    &SqlList {
        spec: &SOURCES,
        columns: "r.pid('src', s.id) AS id, r.pid('len', s.legal_entity_id) AS legal_entity_id, s.code, s.name, \
            s.gates_dunning, s.snapshot_close_max_percent, s.version, s.created_at",
        from: "source s",
        key: ("s.id", "uuid"),
        find: "s.id = r.id_of('src', {}) OR s.code = {}",
        scope: "s.legal_entity_id = ANY({entities})",
        always: "",
        filters: &[
            ("code", "s.code = ANY(string_to_array({}, ','))"),
            ("legal_entity", "s.legal_entity_id = {}::uuid"),
        ],
        sorts: &[("code", "s.code", "text")],
    },
];
