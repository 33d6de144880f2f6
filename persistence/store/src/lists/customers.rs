//! SQL of the lists of customers.

use app::customers::lists::{ACCOUNTS, CONTACTS, PARTIES, PORTFOLIOS};

use super::SqlList;

pub(super) static ALL: &[&SqlList] = &[
    &SqlList {
        spec: &PARTIES,
        columns: "r.pid('pty', p.id) AS id, p.kind, p.name, p.tax_id, p.lei, p.national_id, p.country, p.language, \
            r.pid('pty', p.parent_id) AS parent_id, (SELECT g.name FROM party g WHERE g.id = p.parent_id) AS parent_name, \
            p.segment, p.address, p.insolvent_since, p.vulnerable, p.intercompany, p.doubtful, p.attributes, \
            (SELECT count(*) FROM account_party l JOIN account a ON a.id = l.account_id \
                JOIN legal_entity e ON e.id = a.legal_entity_id WHERE l.party_id = p.id AND l.superseded_at IS NULL \
                AND l.valid @> ({now} AT TIME ZONE e.time_zone)::date) AS accounts, \
            p.overrides, p.version, p.created_at",
        from: "party p",
        key: ("p.id", "uuid"),
        find: "p.id = r.id_of('pty', {})",
        scope: "EXISTS (SELECT 1 FROM account_party l JOIN account a ON a.id = l.account_id \
            WHERE l.party_id = p.id AND l.superseded_at IS NULL \
                AND (a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})))",
        always: "",
        filters: &[
            ("name", "p.search_text LIKE r.part({}) AND r.fold(p.name) LIKE r.part({})"),
            ("tax_id", "p.tax_id = ANY(string_to_array(upper({}), ','))"),
            ("kind", "p.kind = ANY(string_to_array({}, ','))"),
            ("country", "p.country = ANY(string_to_array({}, ','))"),
            ("segment", "p.segment = ANY(string_to_array({}, ','))"),
            ("parent", "p.parent_id = {}::uuid"),
            (
                "legal_entity",
                "EXISTS (SELECT 1 FROM account_party l JOIN account a ON a.id = l.account_id \
                    WHERE l.party_id = p.id AND l.superseded_at IS NULL AND a.legal_entity_id = {}::uuid)",
            ),
            ("insolvent", "(p.insolvent_since IS NOT NULL) = {}::boolean"),
            (
                "external_id",
                "p.id IN (SELECT k.object_id FROM natural_key k WHERE k.source_no IN (SELECT no FROM source) \
                    AND k.kind = 'party' AND k.external_id = ANY(string_to_array({}, ',')))",
            ),
            ("overridden", "(p.overrides <> jsonb_build_object()) = {}::boolean"),
            ("attribute", "p.attributes"),
        ],
        sorts: &[("name", "p.name", "text"), ("created_at", "p.created_at", "timestamptz")],
    },
    &SqlList {
        spec: &ACCOUNTS,
        // The balance columns are one subquery, so that they are computed for the rows of the page only.
        columns: "r.pid('acc', a.id) AS id, a.number, a.name, r.pid('len', a.legal_entity_id) AS legal_entity_id, \
            e.code AS legal_entity, s.code AS source, r.pid('pty', l.party_id) AS party_id, p.name AS party_name, \
            p.tax_id, a.currency, a.language, a.time_zone, a.calendar_code, \
            r.pid('acc', a.dunning_account_id) AS dunning_account_id, r.pid('prt', a.portfolio_id) AS portfolio_id, \
            f.code AS portfolio, a.segment, a.scenario_code, a.payment_terms_days, a.roles, a.address, a.attributes, \
            (SELECT jsonb_build_object( \
                'open_amount', r.amount(coalesce(sum(i.open_amount) FILTER (WHERE i.own), 0)), \
                'overdue_amount', r.amount(coalesce(sum(i.open_amount) FILTER (WHERE i.own AND i.days > 0), 0)), \
                'credits_amount', r.amount(coalesce(sum(i.open_amount) FILTER (WHERE i.own AND i.open_amount < 0), 0)), \
                'open_items', count(*) FILTER (WHERE i.own), \
                'overdue_items', count(*) FILTER (WHERE i.own AND i.days > 0), \
                'days_overdue_max', coalesce(max(i.days) FILTER (WHERE i.own), 0), \
                'other_currencies', coalesce(jsonb_agg(DISTINCT i.currency ORDER BY i.currency) \
                    FILTER (WHERE NOT i.own), '[]')) \
             FROM (SELECT i.open_amount, i.currency, i.currency = a.currency AS own, CASE WHEN i.open_amount > 0 \
                    THEN greatest(({now} AT TIME ZONE e.time_zone)::date - coalesce(i.agreed_due_on, i.due_on), 0) \
                    ELSE 0 END AS days \
                FROM receivable i WHERE i.account_id = a.id AND i.closed_on IS NULL) i) AS _flat, \
            a.overrides, a.version, a.created_at",
        from: "account a JOIN legal_entity e ON e.id = a.legal_entity_id LEFT JOIN source s ON s.no = a.source_no \
            LEFT JOIN portfolio f ON f.id = a.portfolio_id \
            LEFT JOIN account_party l ON l.account_id = a.id AND l.superseded_at IS NULL \
                AND l.valid @> ({now} AT TIME ZONE e.time_zone)::date \
            LEFT JOIN party p ON p.id = l.party_id",
        key: ("a.id", "uuid"),
        find: "a.id = r.id_of('acc', {})",
        scope: "a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})",
        always: "",
        filters: &[
            ("name", "a.search_text LIKE r.part({}) AND r.fold(a.name) LIKE r.part({})"),
            ("number", "a.number = ANY(string_to_array({}, ','))"),
            (
                "party",
                "a.id IN (SELECT o.account_id FROM account_party o WHERE o.party_id = {}::uuid \
                    AND o.superseded_at IS NULL AND o.valid @> ({now} AT TIME ZONE e.time_zone)::date)",
            ),
            ("legal_entity", "a.legal_entity_id = {}::uuid"),
            ("mandant", "e.mandant_id = {}::uuid"),
            ("portfolio", "a.portfolio_id = {}::uuid"),
            ("source", "s.code = ANY(string_to_array({}, ','))"),
            ("currency", "a.currency = ANY(string_to_array({}, ','))"),
            ("tax_id", "p.tax_id = ANY(string_to_array(upper({}), ','))"),
            ("segment", "a.segment = ANY(string_to_array({}, ','))"),
            ("dunning_account", "a.dunning_account_id = {}::uuid"),
            (
                "has_open",
                "EXISTS (SELECT 1 FROM receivable i WHERE i.account_id = a.id AND i.closed_on IS NULL) = {}::boolean",
            ),
            (
                "has_overdue",
                "EXISTS (SELECT 1 FROM receivable i WHERE i.account_id = a.id AND i.closed_on IS NULL \
                    AND i.open_amount > 0 AND coalesce(i.agreed_due_on, i.due_on) \
                        < ({now} AT TIME ZONE e.time_zone)::date) = {}::boolean",
            ),
            (
                "external_id",
                "a.id IN (SELECT k.object_id FROM natural_key k WHERE k.source_no IN (SELECT no FROM source) \
                    AND k.kind = 'account' AND k.external_id = ANY(string_to_array({}, ',')))",
            ),
            ("overridden", "(a.overrides <> jsonb_build_object()) = {}::boolean"),
            ("attribute", "a.attributes"),
        ],
        sorts: &[
            ("number", "a.number", "text"),
            ("name", "a.name", "text"),
            ("created_at", "a.created_at", "timestamptz"),
        ],
    },
    &SqlList {
        spec: &CONTACTS,
        columns: "r.pid('con', c.id) AS id, r.pid('acc', c.account_id) AS account_id, a.number AS account_number, \
            c.name, c.role, c.purposes, c.email, c.phone, c.language, c.position, c.opted_out_channels, c.retired_at, \
            c.origin, c.overrides, c.version, c.created_at",
        from: "contact c JOIN account a ON a.id = c.account_id",
        key: ("c.id", "uuid"),
        find: "c.id = r.id_of('con', {})",
        scope: "a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})",
        always: "",
        filters: &[
            ("name", "c.search_text LIKE r.part({}) AND r.fold(c.name) LIKE r.part({})"),
            ("account", "c.account_id = {}::uuid"),
            ("email", "lower(c.email) = ANY(string_to_array(lower({}), ','))"),
            ("role", "c.role = ANY(string_to_array({}, ','))"),
            ("purpose", "c.purposes && string_to_array({}, ',')"),
            ("origin", "c.origin = ANY(string_to_array({}, ','))"),
            ("retired", "(c.retired_at IS NOT NULL) = {}::boolean"),
            ("overridden", "(c.overrides <> jsonb_build_object()) = {}::boolean"),
        ],
        sorts: &[("account", "c.account_id", "uuid"), ("name", "c.name", "text")],
    },
    &SqlList {
        spec: &PORTFOLIOS,
        columns: "r.pid('prt', f.id) AS id, f.code, f.name, \
            (SELECT count(*) FROM account a WHERE a.portfolio_id = f.id) AS accounts, f.version, f.created_at",
        from: "portfolio f",
        key: ("f.id", "uuid"),
        find: "f.id = r.id_of('prt', {}) OR f.code = {}",
        scope: "f.id = ANY({portfolios}) OR EXISTS (SELECT 1 FROM account a WHERE a.portfolio_id = f.id \
            AND a.legal_entity_id = ANY({entities}))",
        always: "",
        filters: &[
            ("code", "f.code = ANY(string_to_array({}, ','))"),
            ("name", "r.fold(f.name) LIKE r.part({})"),
        ],
        sorts: &[("code", "f.code", "text")],
    },
];
