//! SQL of the lists of credit.

use app::credit::lists::{CREDIT_CHECKS, CREDIT_RESERVATIONS, EXPOSURE_ITEMS, PARTY_RELATIONS};

use super::SqlList;

/// Who sees what hangs on account `a`.
const SCOPE: &str = "a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})";
const OF_ENTITY: &str = "a.legal_entity_id = {}::uuid";

static CHECK_LIST: SqlList = SqlList {
    spec: &CREDIT_CHECKS,
    columns: "r.pid('chk', c.id) AS id, c.checked_at, r.pid('acc', c.account_id) AS account_id, \
        a.number AS account_number, a.name AS account_name, r.pid('len', c.legal_entity_id) AS legal_entity_id, \
        c.asked, c.checkpoint, c.reference, c.currency, r.amount(c.amount) AS amount, c.outcome, \
        c.reason_code AS reason, c.degraded, c.policy_code, c.policy_version, \
        r.pid('rsv', c.reservation_id) AS reservation_id, l.id IS NOT NULL AS released, l.released_at, l.released_by, \
        l.reason AS release_reason, c.document AS verdict",
    // What named an account nobody knows is seen by those who see everything.
    from: "credit_check c LEFT JOIN account a ON a.id = c.account_id LEFT JOIN credit_release l ON l.check_id = c.id",
    key: ("c.id", "uuid"),
    find: "c.id = r.id_of('chk', {})",
    scope: SCOPE,
    always: "",
    filters: &[
        ("account", "c.account_id = {}::uuid"),
        ("legal_entity", "c.legal_entity_id = {}::uuid"),
        ("reference", "c.reference = ANY(string_to_array({}, ','))"),
        ("outcome", "c.outcome = ANY(string_to_array({}, ','))"),
        ("checkpoint", "c.checkpoint = ANY(string_to_array({}, ','))"),
        ("reason", "c.reason_code = ANY(string_to_array({}, ','))"),
        ("released", "(l.id IS NOT NULL) = {}::boolean"),
        ("degraded", "c.degraded = {}::boolean"),
        ("checked_from", "c.checked_at >= {}::date::timestamp AT TIME ZONE 'UTC'"),
        ("checked_to", "c.checked_at < ({}::date + 1)::timestamp AT TIME ZONE 'UTC'"),
    ],
    sorts: &[("checked_at", "c.checked_at", "timestamptz")],
};

static RESERVATION_LIST: SqlList = SqlList {
    spec: &CREDIT_RESERVATIONS,
    columns: "r.pid('rsv', v.id) AS id, r.pid('acc', v.account_id) AS account_id, a.number AS account_number, \
        r.pid('chk', v.check_id) AS check_id, v.reference, v.currency, r.amount(v.amount) AS amount, \
        CASE WHEN v.state = 'active' AND v.expires_at <= {now} THEN 'expired' ELSE v.state END AS state, \
        v.expires_at, v.recorded_at, v.ended_at",
    from: "credit_reservation v JOIN account a ON a.id = v.account_id",
    key: ("v.id", "uuid"),
    find: "v.id = r.id_of('rsv', {})",
    scope: SCOPE,
    always: "",
    filters: &[
        ("account", "v.account_id = {}::uuid"),
        ("legal_entity", OF_ENTITY),
        ("reference", "v.reference = ANY(string_to_array({}, ','))"),
        (
            "state",
            "CASE WHEN v.state = 'active' AND v.expires_at <= {now} THEN 'expired' ELSE v.state END \
                = ANY(string_to_array({}, ','))",
        ),
    ],
    sorts: &[("recorded_at", "v.recorded_at", "timestamptz")],
};

static EXPOSURE_LIST: SqlList = SqlList {
    spec: &EXPOSURE_ITEMS,
    columns: "x.kind, r.object_id(x.kind, x.id) AS id, r.pid('acc', x.account_id) AS account_id, \
        a.number AS account_number, a.name AS account_name, r.pid('len', a.legal_entity_id) AS legal_entity_id, \
        x.component, x.currency, r.amount(x.amount) AS amount, x.document_no, x.due_on, \
        x.component = 'open' AND x.due_on < ({now} AT TIME ZONE e.time_zone)::date AS overdue, m.eliminated",
    // Account by account: joined, the view would be worked out for the whole book to show one customer.
    from: "risk_member m JOIN account a ON a.id = m.account_id JOIN legal_entity e ON e.id = a.legal_entity_id \
        CROSS JOIN LATERAL (SELECT * FROM r.exposure_item i WHERE i.account_id = m.account_id OFFSET 0) x",
    key: ("x.id", "uuid"),
    find: "r.object_id(x.kind, x.id) = {}",
    scope: SCOPE,
    // What has lapsed and was not ended yet holds nothing any more.
    always: "x.amount <> 0 AND NOT (x.kind = 'reservation' AND EXISTS (SELECT 1 FROM credit_reservation v \
        WHERE v.account_id = m.account_id AND v.id = x.id AND v.expires_at <= {now}))",
    filters: &[
        ("account", "m.account_id = {}::uuid"),
        (
            "party",
            "m.risk_party_id = coalesce((SELECT p.risk_party_id FROM risk_party p WHERE p.party_id = {}::uuid), {}::uuid)",
        ),
        (
            "group",
            "m.risk_party_id IN (SELECT g.risk_party_id FROM risk_group g WHERE g.group_id = coalesce(\
                (SELECT p.risk_party_id FROM risk_party p WHERE p.party_id = {}::uuid), {}::uuid))",
        ),
        ("legal_entity", OF_ENTITY),
        ("component", "x.component = ANY(string_to_array({}, ','))"),
        ("kind", "x.kind = ANY(string_to_array({}, ','))"),
        ("currency", "x.currency = ANY(string_to_array({}, ','))"),
    ],
    sorts: &[("id", "x.id", "uuid")],
};

static RELATION_LIST: SqlList = SqlList {
    spec: &PARTY_RELATIONS,
    columns: "r.pid('rel', v.id) AS id, r.pid('pty', v.party_id) AS party_id, p.name AS party_name, \
        r.pid('pty', v.related_party_id) AS related_party_id, q.name AS related_party_name, v.kind, v.origin, \
        lower(v.valid) AS \"from\", upper(v.valid) - 1 AS until, v.recorded_at",
    from: "party_relation v JOIN party p ON p.id = v.party_id JOIN party q ON q.id = v.related_party_id",
    key: ("v.id", "uuid"),
    find: "v.id = r.id_of('rel', {})",
    scope: "EXISTS (SELECT 1 FROM account_party l JOIN account a ON a.id = l.account_id \
        WHERE l.party_id IN (v.party_id, v.related_party_id) AND l.superseded_at IS NULL \
            AND (a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})))",
    always: "v.superseded_at IS NULL",
    filters: &[
        ("party", "{}::uuid IN (v.party_id, v.related_party_id)"),
        ("kind", "v.kind = ANY(string_to_array({}, ','))"),
        ("origin", "v.origin = ANY(string_to_array({}, ','))"),
        ("on", "v.valid @> {}::date"),
    ],
    sorts: &[("recorded_at", "v.recorded_at", "timestamptz")],
};

/// Every list of this context.
pub(super) static ALL: &[&SqlList] = &[&CHECK_LIST, &RESERVATION_LIST, &EXPOSURE_LIST, &RELATION_LIST];
