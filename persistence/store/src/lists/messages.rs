//! SQL of the lists of messages.

use app::messages::lists::{ALERTS, CONTACT_POLICIES, MESSAGES, TEMPLATES};

use super::SqlList;

pub(super) static ALL: &[&SqlList] = &[
    &SqlList {
        spec: &MESSAGES,
        columns: "r.pid('msg', m.id) AS id, r.pid('acc', m.account_id) AS account_id, a.number AS account_number, \
            a.name AS account_name, r.pid('len', m.legal_entity_id) AS legal_entity_id, \
            r.pid('act', m.action_id) AS action_id, m.decided_on, m.channel, m.purpose, m.template_code, \
            m.template_version, m.language, r.pid('con', m.contact_id) AS contact_id, m.recipient, m.currency, \
            r.amount(m.total_amount) AS total_amount, m.step_code, m.step_no, m.state, m.state_reason, m.not_before, \
            m.waiting_for, m.note, m.subject, encode(m.content_hash, 'hex') AS content_hash, m.planned_at, \
            m.reserved_at, m.sent_at, m.version, \
            (SELECT coalesce(json_agg(json_build_object('receivable_id', r.pid('rcv', i.receivable_id), \
                'account_id', r.pid('acc', i.item_account_id), 'document_no', v.document_no, \
                'amount', r.amount(i.amount), 'credit', i.credit, 'sent_on', i.sent_on) ORDER BY v.due_on, v.id), '[]') \
                FROM message_item i JOIN receivable v ON v.account_id = i.item_account_id AND v.id = i.receivable_id \
                WHERE i.account_id = m.account_id AND i.message_id = m.id) AS items, \
            (SELECT coalesce(json_agg(json_build_object('id', r.pid('att', t.id), 'state', t.state, 'relay', t.relay, \
                'message_header_id', t.message_header_id, 'response', t.response, 'reserved_at', t.reserved_at, \
                'finished_at', t.finished_at, 'resolution_note', t.resolution_note) ORDER BY t.reserved_at), '[]') \
                FROM attempt t WHERE t.account_id = m.account_id AND t.message_id = m.id) AS attempts",
        from: "message m JOIN account a ON a.id = m.account_id",
        key: ("m.id", "uuid"),
        find: "m.id = r.id_of('msg', {})",
        scope: "m.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})",
        always: "",
        filters: &[
            ("account", "m.account_id = {}::uuid"),
            ("legal_entity", "m.legal_entity_id = {}::uuid"),
            ("state", "m.state = ANY(string_to_array({}, ','))"),
            ("channel", "m.channel = ANY(string_to_array({}, ','))"),
            ("template", "m.template_code = ANY(string_to_array({}, ','))"),
            (
                "run",
                "EXISTS (SELECT 1 FROM action c WHERE c.account_id = m.account_id AND c.id = m.action_id AND c.run_id = {}::uuid)",
            ),
            ("recipient", "m.recipient ILIKE '%' || {} || '%'"),
            ("planned_from", "m.planned_at >= {}::date"),
            ("planned_to", "m.planned_at < {}::date"),
        ],
        sorts: &[("planned_at", "m.planned_at", "timestamptz")],
    },
    &SqlList {
        spec: &TEMPLATES,
        columns: "t.code || '.' || t.language || '.' || t.version AS id, t.code, t.language, t.version, t.state, \
            t.purpose, t.document, t.created_at",
        from: "template t",
        key: ("(t.language || lpad(t.version::text, 9, '0'))", "text"),
        find: "t.code || '.' || t.language || '.' || t.version = {} \
            OR (t.code || '.' || t.language = {} AND t.state = 'active')",
        scope: "",
        always: "",
        filters: &[
            ("code", "t.code = ANY(string_to_array({}, ','))"),
            ("language", "t.language = ANY(string_to_array({}, ','))"),
            ("state", "t.state = ANY(string_to_array({}, ','))"),
        ],
        sorts: &[("code", "t.code", "text")],
    },
    &SqlList {
        spec: &CONTACT_POLICIES,
        columns: "p.code || '.' || p.version AS id, p.code, p.version, p.state, p.document, p.created_at",
        from: "contact_policy p",
        key: ("p.version", "integer"),
        find: "p.code || '.' || p.version = {} OR (p.code = {} AND p.state = 'active')",
        scope: "",
        always: "",
        filters: &[
            ("code", "p.code = ANY(string_to_array({}, ','))"),
            ("state", "p.state = ANY(string_to_array({}, ','))"),
        ],
        sorts: &[("code", "p.code", "text")],
    },
    &SqlList {
        spec: &ALERTS,
        columns: "l.id::text AS id, l.kind, l.state, l.severity, r.pid('len', l.legal_entity_id) AS legal_entity_id, \
            r.pid('acc', l.account_id) AS account_id, l.holder_kind, \
            r.pid(CASE WHEN l.holder_kind = 'account' THEN 'acc' ELSE 'pty' END, l.holder_id) AS holder_id, l.message, \
            l.params -> 'name' AS name, l.params -> 'facts' AS facts, l.rule_set_code, l.rule_set_version, l.due_on, \
            l.raised_at, l.acknowledged_at, l.acknowledged_by, l.snoozed_until, l.escalated_at, l.escalated_to, \
            l.resolved_at",
        from: "alert l LEFT JOIN account a ON a.id = l.account_id",
        key: ("l.id", "uuid"),
        find: "l.id = r.uuid_of({})",
        scope: "l.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})",
        always: "",
        filters: &[
            ("account", "l.account_id = {}::uuid"),
            ("legal_entity", "l.legal_entity_id = {}::uuid"),
            ("holder", "l.holder_id = {}::uuid"),
            ("kind", "l.kind = ANY(string_to_array({}, ','))"),
            ("state", "l.state = ANY(string_to_array({}, ','))"),
            ("severity", "l.severity = ANY(string_to_array({}, ','))"),
            ("escalated_to", "l.escalated_to = ANY(string_to_array({}, ','))"),
            ("due_to", "l.due_on <= {}::date"),
            ("open", "(l.resolved_at IS NULL) = {}::boolean"),
        ],
        sorts: &[("raised_at", "l.raised_at", "timestamptz")],
    },
];
