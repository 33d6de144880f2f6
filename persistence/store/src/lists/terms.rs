//! SQL of the lists of terms of payment.

use app::credit::terms::lists::{PAYMENT_TERMS, TERM_DEVIATIONS};

use super::SqlList;

static TERM_LIST: SqlList = SqlList {
    spec: &PAYMENT_TERMS,
    columns: "t.code, t.document, t.version, t.recorded_at",
    from: "payment_term t",
    key: ("t.code", "text"),
    find: "t.code = {}",
    scope: "",
    always: "",
    filters: &[("code", "t.code = ANY(string_to_array({}, ','))")],
    sorts: &[("code", "t.code", "text")],
};

static DEVIATION_LIST: SqlList = SqlList {
    spec: &TERM_DEVIATIONS,
    columns: "r.pid('tdv', t.id) AS id, r.pid('acc', t.account_id) AS account_id, a.number AS account_number, \
        a.name AS account_name, t.payment_term_code AS payment_term, lower(t.valid) AS \"from\", upper(t.valid) - 1 AS until, \
        t.state, t.reason, r.pid('usr', t.requested_by) AS requested_by, t.requested_by_name, t.requested_at, t.decided_by, \
        t.decided_at, t.decision_note, t.term, t.acknowledged_above_cap, t.approved_above_cap, r.pid('usr', t.key_made_by) AS key_made_by, \
        t.ended_by, t.ended_at, t.version",
    from: "term_deviation t JOIN account a ON a.id = t.account_id",
    key: ("t.id", "uuid"),
    find: "t.id = r.id_of('tdv', {})",
    scope: "a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})",
    always: "",
    filters: &[
        ("account", "t.account_id = {}::uuid"),
        ("legal_entity", "a.legal_entity_id = {}::uuid"),
        ("payment_term", "t.payment_term_code = ANY(string_to_array({}, ','))"),
        ("state", "t.state = ANY(string_to_array({}, ','))"),
        ("on", "t.valid @> {}::date"),
    ],
    sorts: &[("requested_at", "t.requested_at", "timestamptz")],
};

/// Every list of this context.
pub(super) static ALL: &[&SqlList] = &[&TERM_LIST, &DEVIATION_LIST];
