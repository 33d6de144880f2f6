//! SQL of the lists of pushing.

use app::push::lists::{PARKED_ROWS, PUSH_SESSIONS};

use super::SqlList;

pub(super) static ALL: &[&SqlList] = &[
    &SqlList {
        spec: &PUSH_SESSIONS,
        columns: "r.pid('psh', p.id) AS id, s.code AS source, p.mode, p.as_of_on, p.sequence, p.dry_run, p.state, \
            p.state_reason, p.last_chunk, p.counts, p.control_totals, p.control_differences, p.closed_by_snapshot, \
            p.snapshot_open_count, p.snapshot_missing_count, p.started_at, p.touched_at, p.finished_at",
        from: "push_session p JOIN source s ON s.no = p.source_no",
        key: ("p.id", "uuid"),
        find: "p.id = r.id_of('psh', {})",
        scope: "s.legal_entity_id = ANY({entities})",
        always: "",
        filters: &[
            ("source", "s.code = ANY(string_to_array({}, ','))"),
            ("state", "p.state = ANY(string_to_array({}, ','))"),
            ("started_from", "p.started_at >= {}::date"),
        ],
        sorts: &[("started_at", "p.started_at", "timestamptz")],
    },
    &SqlList {
        spec: &PARKED_ROWS,
        columns: "p.id::text AS id, s.code AS source, r.pid('psh', p.session_id) AS session_id, p.kind, \
            p.external_id, p.waits_for_kind, p.waits_for_external_id, p.payload, p.reason_code, p.parked_at",
        from: "parked_row p JOIN source s ON s.no = p.source_no",
        key: ("p.id", "uuid"),
        find: "p.id = r.uuid_of({})",
        scope: "s.legal_entity_id = ANY({entities})",
        always: "p.resolved_at IS NULL",
        filters: &[
            ("source", "s.code = ANY(string_to_array({}, ','))"),
            ("kind", "p.kind = ANY(string_to_array({}, ','))"),
        ],
        sorts: &[("parked_at", "p.parked_at", "timestamptz")],
    },
];
