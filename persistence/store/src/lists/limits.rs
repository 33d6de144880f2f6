//! SQL of the lists of limits.

use app::credit::limits::lists::{CREDIT_LIMITS, LIMIT_APPLICATIONS, LIMIT_REVIEWS, STAND_INS};

use super::SqlList;

static LIMIT_LIST: SqlList = SqlList {
    spec: &CREDIT_LIMITS,
    columns: "r.pid('lim', l.id) AS id, l.holder_kind, CASE l.holder_kind WHEN 'account' THEN r.pid('acc', l.holder_id) \
        WHEN 'segment' THEN l.segment ELSE r.pid('pty', l.holder_id) END AS holder_id, \
        coalesce(a.name, p.name, l.segment) AS holder_name, r.pid('len', l.legal_entity_id) AS legal_entity_id, \
        l.limit_type, l.component, l.collateral, l.reference, l.currency, r.amount(l.amount) AS amount, \
        r.amount(l.covered_percent) AS covered_percent, lower(l.valid) AS \"from\", upper(l.valid) - 1 AS until, \
        l.review_on, l.origin, r.pid('lap', l.application_id) AS application_id, l.reason, l.set_by, l.approved_by, \
        l.version, l.recorded_at, l.superseded_at",
    from: "credit_limit l LEFT JOIN account a ON l.holder_kind = 'account' AND a.id = l.holder_id \
        LEFT JOIN party p ON l.holder_kind IN ('party', 'group') AND p.id = l.holder_id",
    key: ("l.id", "uuid"),
    find: "l.id = r.id_of('lim', {})",
    scope: HOLDER_SCOPE,
    always: "",
    filters: &[
        ("holder_kind", "l.holder_kind = ANY(string_to_array({}, ','))"),
        ("account", "l.holder_kind = 'account' AND l.holder_id = {}::uuid"),
        ("party", "l.holder_kind IN ('party', 'group') AND l.holder_id = {}::uuid"),
        ("segment", "l.segment = ANY(string_to_array({}, ','))"),
        ("legal_entity", "l.legal_entity_id IS NULL OR l.legal_entity_id = {}::uuid"),
        ("limit_type", "l.limit_type = ANY(string_to_array({}, ','))"),
        ("component", "l.component = ANY(string_to_array({}, ','))"),
        ("currency", "l.currency = ANY(string_to_array({}, ','))"),
        ("reference", "l.reference = ANY(string_to_array({}, ','))"),
        ("origin", "l.origin = ANY(string_to_array({}, ','))"),
        ("on", "l.valid @> {}::date"),
        (
            "known_on",
            "l.recorded_at < ({}::date + 1)::timestamp AT TIME ZONE 'UTC' AND (l.superseded_at IS NULL \
                OR l.superseded_at >= ({}::date + 1)::timestamp AT TIME ZONE 'UTC')",
        ),
        ("expiring_before", "upper(l.valid) <= {}::date"),
        ("superseded", "(l.superseded_at IS NOT NULL) = {}::boolean"),
    ],
    sorts: &[
        ("recorded_at", "l.recorded_at", "timestamptz"),
        ("until", "coalesce(upper(l.valid), 'infinity'::date)", "date"),
    ],
};

/// Who sees what hangs on the holder of `l`: whoever sees one of its accounts, in the legal entity that it is for; also of one that another
/// stands for now. Segments are no secret.
const HOLDER_SCOPE: &str = "l.holder_kind = 'segment' OR EXISTS (SELECT 1 FROM risk_member m JOIN account s ON s.id = m.account_id \
    WHERE (CASE l.holder_kind WHEN 'account' THEN m.account_id = l.holder_id \
        WHEN 'party' THEN m.risk_party_id = coalesce((SELECT q.risk_party_id FROM risk_party q WHERE q.party_id = l.holder_id), l.holder_id) \
        ELSE m.risk_party_id IN (SELECT g.risk_party_id FROM risk_group g WHERE g.group_id = l.holder_id \
            UNION ALL SELECT l.holder_id WHERE NOT EXISTS (SELECT 1 FROM risk_group g WHERE g.group_id = l.holder_id)) END) \
    AND (l.legal_entity_id IS NULL OR s.legal_entity_id = l.legal_entity_id) \
    AND (s.legal_entity_id = ANY({entities}) OR s.portfolio_id = ANY({portfolios})))";

static APPLICATION_LIST: SqlList = SqlList {
    spec: &LIMIT_APPLICATIONS,
    columns: "r.pid('lap', l.id) AS id, l.holder_kind, CASE l.holder_kind WHEN 'account' THEN r.pid('acc', l.holder_id) \
        ELSE r.pid('pty', l.holder_id) END AS holder_id, coalesce(a.name, p.name) AS holder_name, \
        r.pid('len', l.legal_entity_id) AS legal_entity_id, l.limit_type, l.component, l.currency, r.amount(l.amount) AS amount, \
        l.valid_from AS \"from\", l.valid_until AS until, l.terms_days, l.reason, l.attachments, \
        CASE WHEN l.state IN ('submitted', 'proposed', 'in_approval') AND l.expires_at <= {now} THEN 'expired' ELSE l.state END AS state, \
        r.pid('usr', l.requested_by) AS requested_by, l.requested_by_name, l.created_at, l.expires_at, l.decided_at, \
        r.amount(l.proposed_amount) AS proposed_amount, r.amount(l.granted_amount) AS granted_amount, l.proposal, l.chain, \
        (SELECT coalesce(jsonb_agg(jsonb_build_object('level', v.level, 'approver_id', r.pid('usr', v.approver_id), \
            'approver_name', v.approver_name, 'on_behalf_of', r.pid('usr', v.on_behalf_of), 'decision', v.decision, \
            'amount', r.amount(v.amount), 'note', v.note, 'decided_at', v.decided_at) ORDER BY v.decided_at, v.id), '[]') \
            FROM limit_approval v WHERE v.application_id = l.id) AS approvals, \
        r.pid('lim', l.limit_id) AS limit_id, \
        (SELECT coalesce(jsonb_agg(r.pid('lim', x) ORDER BY x), '[]') FROM unnest(l.replaced) x) AS replaced, l.version",
    from: "limit_application l LEFT JOIN account a ON l.holder_kind = 'account' AND a.id = l.holder_id \
        LEFT JOIN party p ON l.holder_kind IN ('party', 'group') AND p.id = l.holder_id",
    key: ("l.id", "uuid"),
    find: "l.id = r.id_of('lap', {})",
    scope: HOLDER_SCOPE,
    always: "",
    filters: &[
        ("holder_kind", "l.holder_kind = ANY(string_to_array({}, ','))"),
        ("account", "l.holder_kind = 'account' AND l.holder_id = {}::uuid"),
        ("party", "l.holder_kind IN ('party', 'group') AND l.holder_id = {}::uuid"),
        ("legal_entity", "l.legal_entity_id IS NULL OR l.legal_entity_id = {}::uuid"),
        ("limit_type", "l.limit_type = ANY(string_to_array({}, ','))"),
        (
            "state",
            "CASE WHEN l.state IN ('submitted', 'proposed', 'in_approval') AND l.expires_at <= {now} THEN 'expired' \
                ELSE l.state END = ANY(string_to_array({}, ','))",
        ),
        ("requested_by", "l.requested_by = {}::uuid"),
    ],
    sorts: &[("created_at", "l.created_at", "timestamptz")],
};

static REVIEW_LIST: SqlList = SqlList {
    spec: &LIMIT_REVIEWS,
    columns: "r.pid('lrv', w.id) AS id, r.pid('lim', w.limit_id) AS limit_id, l.holder_kind, \
        CASE l.holder_kind WHEN 'account' THEN r.pid('acc', l.holder_id) WHEN 'segment' THEN l.segment \
        ELSE r.pid('pty', l.holder_id) END AS holder_id, coalesce(a.name, p.name, l.segment) AS holder_name, l.limit_type, \
        l.currency, r.amount(l.amount) AS amount, upper(l.valid) - 1 AS until, w.cause, w.due_on, w.generated_at, w.done_at, \
        w.done_by, w.outcome, w.note, w.version",
    from: "limit_review w JOIN credit_limit l ON l.id = w.limit_id \
        LEFT JOIN account a ON l.holder_kind = 'account' AND a.id = l.holder_id \
        LEFT JOIN party p ON l.holder_kind IN ('party', 'group') AND p.id = l.holder_id",
    key: ("w.id", "uuid"),
    find: "w.id = r.id_of('lrv', {})",
    scope: HOLDER_SCOPE,
    // What was superseded since needs nobody's eye, unless somebody has looked at it.
    always: "(l.superseded_at IS NULL OR w.done_at IS NOT NULL)",
    filters: &[
        ("account", "l.holder_kind = 'account' AND l.holder_id = {}::uuid"),
        ("party", "l.holder_kind IN ('party', 'group') AND l.holder_id = {}::uuid"),
        ("legal_entity", "l.legal_entity_id IS NULL OR l.legal_entity_id = {}::uuid"),
        ("limit_type", "l.limit_type = ANY(string_to_array({}, ','))"),
        ("cause", "w.cause = ANY(string_to_array({}, ','))"),
        ("done", "(w.done_at IS NOT NULL) = {}::boolean"),
        ("due_before", "w.due_on < {}::date"),
    ],
    sorts: &[("due_on", "w.due_on", "date")],
};

static STAND_IN_LIST: SqlList = SqlList {
    spec: &STAND_INS,
    columns: "r.pid('sub', t.id) AS id, t.kind, r.pid('usr', t.person_id) AS person_id, p.name AS person_name, \
        r.pid('usr', t.stand_in_id) AS stand_in_id, s.name AS stand_in_name, lower(t.valid) AS \"from\", \
        upper(t.valid) - 1 AS until, t.note, t.set_by, t.recorded_at, t.ended_at, t.version",
    from: "approval_stand_in t JOIN app_user p ON p.id = t.person_id JOIN app_user s ON s.id = t.stand_in_id",
    key: ("t.id", "uuid"),
    find: "t.id = r.id_of('sub', {})",
    scope: "",
    always: "",
    filters: &[
        ("person", "t.person_id = {}::uuid"),
        ("stand_in", "t.stand_in_id = {}::uuid"),
        ("kind", "t.kind = ANY(string_to_array({}, ','))"),
        ("on", "t.valid @> {}::date AND t.ended_at IS NULL"),
        ("ended", "(t.ended_at IS NOT NULL) = {}::boolean"),
    ],
    sorts: &[("recorded_at", "t.recorded_at", "timestamptz")],
};

/// Every list of this context.
pub(super) static ALL: &[&SqlList] = &[&LIMIT_LIST, &APPLICATION_LIST, &REVIEW_LIST, &STAND_IN_LIST];
