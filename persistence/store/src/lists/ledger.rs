//! SQL of the lists of the ledger.

use app::ledger::lists::{ALLOCATIONS, ENTRIES, INSTRUMENTS, RECEIVABLES};

use super::SqlList;

/// Who sees what hangs on account `a`.
const SCOPE: &str = "a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})";

/// The accounts a party has today, which begins for each with the midnight of its legal entity.
const OF_PARTY: &str = "a.id IN (SELECT o.account_id FROM account_party o JOIN account b ON b.id = o.account_id \
    JOIN legal_entity z ON z.id = b.legal_entity_id WHERE o.party_id = {}::uuid \
    AND o.superseded_at IS NULL AND o.valid @> ({now} AT TIME ZONE z.time_zone)::date)";

const OF_ENTITY: &str = "a.legal_entity_id = {}::uuid";
const OF_PORTFOLIO: &str = "a.portfolio_id = {}::uuid";

static RECEIVABLE_LIST: SqlList = SqlList {
    spec: &RECEIVABLES,
    columns: "r.pid('rcv', i.id) AS id, r.pid('acc', i.account_id) AS account_id, a.number AS account_number, \
        a.name AS account_name, r.pid('len', a.legal_entity_id) AS legal_entity_id, i.kind, i.document_no, i.currency, \
        r.amount(i.original_amount) AS original_amount, r.amount(i.open_amount) AS open_amount, \
        CASE WHEN i.closed_on IS NOT NULL THEN 'settled' WHEN i.open_amount = i.original_amount THEN 'open' \
            ELSE 'partly_settled' END AS status, \
        CASE WHEN i.open_amount > 0 THEN greatest(({now} AT TIME ZONE e.time_zone)::date \
            - coalesce(i.agreed_due_on, i.due_on), 0) ELSE 0 END AS days_overdue, \
        i.issue_on, i.due_on, i.agreed_due_on, i.tax_point_on, i.shipped_on, i.goods_received_on, i.expected_pay_on, \
        i.closed_on, i.order_no, i.delivery_note_no, i.payment_reference, i.disputed, \
        (SELECT r.amount(sum(m.amount)) FROM instrument_item m JOIN instrument n ON n.account_id = m.account_id \
            AND n.id = m.instrument_id WHERE m.account_id = i.account_id AND m.receivable_id = i.id \
            AND n.status IN ('received', 'discounted', 'matured')) AS under_instrument_amount, \
        r.pid('rcv', i.credited_receivable_id) AS credited_receivable_id, s.code AS source, i.vat, i.dimensions, \
        i.attributes, i.recorded_at, i.version::bigint AS version",
    from: "receivable i JOIN account a ON a.id = i.account_id JOIN legal_entity e ON e.id = a.legal_entity_id \
        LEFT JOIN source s ON s.no = i.source_no",
    key: ("i.id", "uuid"),
    find: "i.id = r.id_of('rcv', {})",
    scope: SCOPE,
    always: "",
    filters: &[
        ("account", "i.account_id = {}::uuid"),
        ("party", OF_PARTY),
        ("legal_entity", OF_ENTITY),
        ("portfolio", OF_PORTFOLIO),
        ("currency", "i.currency = ANY(string_to_array({}, ','))"),
        ("kind", "i.kind = ANY(string_to_array({}, ','))"),
        (
            "status",
            "CASE WHEN i.closed_on IS NOT NULL THEN 'settled' WHEN i.open_amount = i.original_amount THEN 'open' \
                ELSE 'partly_settled' END = ANY(string_to_array({}, ','))",
        ),
        ("open", "(i.closed_on IS NULL) = {}::boolean"),
        (
            "overdue",
            "(i.closed_on IS NULL AND i.open_amount > 0 AND coalesce(i.agreed_due_on, i.due_on) \
                < ({now} AT TIME ZONE e.time_zone)::date) = {}::boolean",
        ),
        ("disputed", "i.disputed = {}::boolean"),
        ("document_no", "i.document_no = ANY(string_to_array({}, ','))"),
        ("order_no", "i.order_no = ANY(string_to_array({}, ','))"),
        ("payment_reference", "i.payment_reference = ANY(string_to_array({}, ','))"),
        (
            "external_id",
            "i.id IN (SELECT k.object_id FROM natural_key k WHERE k.source_no IN (SELECT no FROM source) \
                AND k.kind = 'receivable' AND k.external_id = ANY(string_to_array({}, ',')))",
        ),
        ("due_from", "coalesce(i.agreed_due_on, i.due_on) >= {}::date"),
        ("due_to", "coalesce(i.agreed_due_on, i.due_on) <= {}::date"),
        ("issued_from", "i.issue_on >= {}::date"),
        ("issued_to", "i.issue_on <= {}::date"),
        ("open_min", "i.open_amount >= {}::numeric"),
        ("open_max", "i.open_amount <= {}::numeric"),
        (
            "days_overdue_min",
            "i.closed_on IS NULL AND i.open_amount > 0 AND ({now} AT TIME ZONE e.time_zone)::date \
                - coalesce(i.agreed_due_on, i.due_on) >= {}::bigint",
        ),
        ("dimension", "i.dimensions ->> split_part({}, ':', 1) = substr({}, strpos({}, ':') + 1)"),
        ("attribute", "i.attributes"),
    ],
    sorts: &[
        // Ids grow with time, so this is the order of recording.
        ("id", "i.id", "uuid"),
        ("due_on", "coalesce(i.agreed_due_on, i.due_on)", "date"),
        ("issue_on", "i.issue_on", "date"),
        ("open_amount", "i.open_amount", "numeric"),
        ("document_no", "i.document_no", "text"),
    ],
};

static ENTRY_LIST: SqlList = SqlList {
    spec: &ENTRIES,
    columns: "r.pid('ent', t.id) AS id, r.pid('acc', t.account_id) AS account_id, a.number AS account_number, \
        r.pid('rcv', t.receivable_id) AS receivable_id, i.kind AS receivable_kind, i.document_no, t.kind, \
        r.amount(t.amount) AS amount, i.currency, t.effective_on, t.recorded_at, t.reference, \
        r.pid('alo', t.allocation_id) AS allocation_id, \
        r.pid('ent', t.reversed_entry_id) AS reversed_entry_id, s.code AS source, r.pid('evt', t.event_id) AS event_id",
    from: "ledger_entry t JOIN receivable i ON i.account_id = t.account_id AND i.id = t.receivable_id \
        JOIN account a ON a.id = t.account_id LEFT JOIN source s ON s.no = t.source_no",
    key: ("t.id", "uuid"),
    find: "t.id = r.id_of('ent', {})",
    scope: SCOPE,
    always: "",
    filters: &[
        ("account", "t.account_id = {}::uuid"),
        ("party", OF_PARTY),
        ("legal_entity", OF_ENTITY),
        ("portfolio", OF_PORTFOLIO),
        ("currency", "i.currency = ANY(string_to_array({}, ','))"),
        (
            "receivable",
            "t.receivable_id = {}::uuid AND t.account_id IN \
            (SELECT o.account_id FROM receivable o WHERE o.id = {}::uuid)",
        ),
        (
            "allocation",
            "t.allocation_id = {}::uuid AND t.account_id IN \
            (SELECT o.account_id FROM allocation o WHERE o.id = {}::uuid)",
        ),
        ("kind", "t.kind = ANY(string_to_array({}, ','))"),
        ("effective_from", "t.effective_on >= {}::date"),
        ("effective_to", "t.effective_on <= {}::date"),
        ("recorded_from", "t.recorded_at >= {}::date"),
        ("reference", "t.reference = ANY(string_to_array({}, ','))"),
    ],
    sorts: &[("id", "t.id", "uuid"), ("effective_on", "t.effective_on", "date")],
};

static ALLOCATION_LIST: SqlList = SqlList {
    spec: &ALLOCATIONS,
    columns: "r.pid('alo', o.id) AS id, r.pid('acc', o.account_id) AS account_id, a.number AS account_number, \
        r.pid('rcv', o.credit_receivable_id) AS credit_receivable_id, c.kind AS credit_kind, \
        c.document_no AS credit_document_no, r.pid('rcv', o.debit_receivable_id) AS debit_receivable_id, \
        d.document_no AS debit_document_no, r.amount(o.amount) AS amount, c.currency, o.rule, o.effective_on, \
        o.recorded_at, o.reversed_at, CASE WHEN o.reversed_at IS NULL THEN 1 ELSE 2 END AS version",
    from: "allocation o JOIN receivable c ON c.account_id = o.account_id AND c.id = o.credit_receivable_id \
        JOIN receivable d ON d.account_id = o.account_id AND d.id = o.debit_receivable_id \
        JOIN account a ON a.id = o.account_id",
    key: ("o.id", "uuid"),
    find: "o.id = r.id_of('alo', {})",
    scope: SCOPE,
    always: "",
    filters: &[
        ("account", "o.account_id = {}::uuid"),
        ("party", OF_PARTY),
        ("legal_entity", OF_ENTITY),
        ("portfolio", OF_PORTFOLIO),
        ("currency", "c.currency = ANY(string_to_array({}, ','))"),
        (
            "receivable",
            "(o.credit_receivable_id = {}::uuid OR o.debit_receivable_id = {}::uuid) AND o.account_id IN \
            (SELECT x.account_id FROM receivable x WHERE x.id = {}::uuid)",
        ),
        ("rule", "o.rule = ANY(string_to_array({}, ','))"),
        ("reversed", "(o.reversed_at IS NOT NULL) = {}::boolean"),
        ("effective_from", "o.effective_on >= {}::date"),
        ("effective_to", "o.effective_on <= {}::date"),
    ],
    sorts: &[("id", "o.id", "uuid"), ("effective_on", "o.effective_on", "date")],
};

static INSTRUMENT_LIST: SqlList = SqlList {
    spec: &INSTRUMENTS,
    columns: "r.pid('ins', n.id) AS id, r.pid('acc', n.account_id) AS account_id, a.number AS account_number, n.kind, \
        n.number, r.amount(n.amount) AS amount, n.currency, n.received_on, n.maturity_on, n.bank, n.discounted_on, \
        n.with_recourse, n.status, n.settled_on, n.returned_on, n.return_code, r.amount(n.costs_amount) AS costs_amount, \
        coalesce((SELECT jsonb_agg(jsonb_build_object('receivable_id', r.pid('rcv', m.receivable_id), \
                'document_no', i.document_no, 'amount', r.amount(m.amount)) ORDER BY m.receivable_id) \
            FROM instrument_item m JOIN receivable i ON i.account_id = m.account_id AND i.id = m.receivable_id \
            WHERE m.account_id = n.account_id AND m.instrument_id = n.id), '[]') AS items, \
        s.code AS source, n.recorded_at, n.version::bigint AS version",
    from: "instrument n JOIN account a ON a.id = n.account_id LEFT JOIN source s ON s.no = n.source_no",
    key: ("n.id", "uuid"),
    find: "n.id = r.id_of('ins', {})",
    scope: SCOPE,
    always: "",
    filters: &[
        ("account", "n.account_id = {}::uuid"),
        ("party", OF_PARTY),
        ("legal_entity", OF_ENTITY),
        ("portfolio", OF_PORTFOLIO),
        ("currency", "n.currency = ANY(string_to_array({}, ','))"),
        ("kind", "n.kind = ANY(string_to_array({}, ','))"),
        ("status", "n.status = ANY(string_to_array({}, ','))"),
        ("number", "n.number = ANY(string_to_array({}, ','))"),
        (
            "receivable",
            "EXISTS (SELECT 1 FROM instrument_item m WHERE m.account_id = n.account_id \
            AND m.instrument_id = n.id AND m.receivable_id = {}::uuid)",
        ),
        ("maturity_from", "n.maturity_on >= {}::date"),
        ("maturity_to", "n.maturity_on <= {}::date"),
    ],
    sorts: &[("id", "n.id", "uuid"), ("maturity_on", "n.maturity_on", "date")],
};

pub(super) static ALL: &[&SqlList] = &[&RECEIVABLE_LIST, &ENTRY_LIST, &ALLOCATION_LIST, &INSTRUMENT_LIST];
