//! SQL of the lists of the platform: jobs and the audit trail.

use app::audit::lists::{AUDIT_ENTRIES, REVISIONS};
use app::jobs::lists::JOBS;

use super::SqlList;

pub(super) static ALL: &[&SqlList] = &[
    &SqlList {
        spec: &JOBS,
        columns: "r.pid('job', j.id) AS id, j.kind, j.state, j.payload, j.run_at, j.attempt, j.attempts_max, \
            j.progress_done, j.progress_total, j.error_code, j.error_message, j.created_at, j.finished_at",
        from: "job j",
        key: ("j.id", "uuid"),
        find: "j.id = r.id_of('job', {})",
        scope: "EXISTS (SELECT 1 FROM event e WHERE e.id = j.event_id AND e.legal_entity_id = ANY({entities}))",
        always: "",
        filters: &[
            ("kind", "j.kind = ANY(string_to_array({}, ','))"),
            ("state", "j.state = ANY(string_to_array({}, ','))"),
            ("from", "j.created_at >= {}::date"),
        ],
        sorts: &[("created_at", "j.created_at", "timestamptz")],
    },
    &SqlList {
        spec: &AUDIT_ENTRIES,
        columns: "r.pid('evt', e.id) AS id, e.recorded_at, e.kind, e.actor_kind, \
            r.object_id(e.actor_kind, e.actor_id) AS actor_id, e.actor_name, e.reason, e.request_id, \
            e.subject_kind AS object_kind, r.object_id(e.subject_kind, e.subject_id) AS object_id, \
            r.object_id('account', e.account_id) AS account_id, \
            r.object_id('legal_entity', e.legal_entity_id) AS legal_entity_id, \
            (p.payload::jsonb) -> 'before' AS before, (p.payload::jsonb) -> 'after' AS after, \
            p.event_id IS NULL AS erased",
        from: "event e LEFT JOIN event_payload p ON p.event_id = e.id",
        key: ("e.id", "uuid"),
        find: "e.id = r.id_of('evt', {})",
        scope: "e.legal_entity_id = ANY({entities})",
        always: "",
        filters: &[
            ("actor", "e.actor_id = {}::uuid"),
            ("actor_name", "e.actor_name ILIKE '%' || {} || '%'"),
            ("actor_kind", "e.actor_kind = ANY(string_to_array({}, ','))"),
            ("object", "e.subject_id = {}::uuid"),
            ("account", "e.account_id = {}::uuid"),
            ("legal_entity", "e.legal_entity_id = {}::uuid"),
            ("kind", "e.kind = ANY(string_to_array({}, ','))"),
            ("operation", "starts_with(e.kind, {})"),
            ("request_id", "e.request_id = {}"),
            ("with_reason", "(e.reason IS NOT NULL) = {}::boolean"),
            ("from", "e.recorded_at >= {}::date"),
            ("to", "e.recorded_at < {}::date + 1"),
        ],
        sorts: &[("recorded_at", "e.recorded_at", "timestamptz")],
    },
    &SqlList {
        spec: &REVISIONS,
        columns: "v.object_kind, r.object_id(v.object_kind, v.object_id) AS object_id, v.version, \
            r.pid('acc', v.account_id) AS account_id, v.replaced_at, r.pid('evt', v.event_id) AS event_id, v.before",
        from: "(SELECT account_id, object_id, version, object_kind, replaced_at, before, event_id \
                FROM customer_revision UNION ALL \
            SELECT account_id, object_id, version, object_kind, replaced_at, before, event_id \
                FROM document_revision) v LEFT JOIN account a ON a.id = v.account_id",
        key: ("(v.object_id::text || '/' || v.version)", "text"),
        find: "v.object_id::text || '/' || v.version = {}",
        scope: "a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios}) \
            OR (v.object_kind = 'party' AND EXISTS (SELECT 1 FROM account_party l JOIN account o ON o.id = l.account_id \
                WHERE l.party_id = v.object_id AND l.superseded_at IS NULL \
                    AND (o.legal_entity_id = ANY({entities}) OR o.portfolio_id = ANY({portfolios}))))",
        always: "",
        filters: &[
            ("object", "v.object_id = {}::uuid"),
            ("object_kind", "v.object_kind = ANY(string_to_array({}, ','))"),
            ("account", "v.account_id = {}::uuid"),
            ("event", "v.event_id = {}::uuid"),
            ("from", "v.replaced_at >= {}::date"),
            ("to", "v.replaced_at < {}::date + 1"),
        ],
        sorts: &[("replaced_at", "v.replaced_at", "timestamptz")],
    },
];
