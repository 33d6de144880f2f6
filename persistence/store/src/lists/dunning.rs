//! SQL of the lists of dunning.

use app::dunning::lists::{ACTIONS, BLOCKS, DECISIONS, DUNNING_RUNS, SCENARIOS};

use super::SqlList;

/// Who sees what hangs on an account `a`.
const ACCOUNT_SCOPE: &str = "a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})";

pub(super) static ALL: &[&SqlList] = &[
    &SqlList {
        spec: &SCENARIOS,
        columns: "s.code, s.version, s.state, s.document -> 'name' AS name, s.created_at, s.activated_at",
        from: "scenario s",
        key: ("s.version", "integer"),
        find: "s.code = {} AND s.state = 'active'",
        scope: "",
        always: "",
        filters: &[
            ("code", "s.code = ANY(string_to_array({}, ','))"),
            ("state", "s.state = ANY(string_to_array({}, ','))"),
        ],
        sorts: &[("code", "s.code", "text")],
    },
    &SqlList {
        spec: &BLOCKS,
        columns: "r.pid('blk', b.id) AS id, r.pid('acc', b.account_id) AS account_id, a.number AS account_number, \
            r.pid('rcv', b.receivable_id) AS receivable_id, b.reason, b.note, lower(b.valid) AS \"from\", \
            upper(b.valid) - 1 AS until, b.set_by, b.recorded_at, b.superseded_at AS ended_at",
        from: "block b JOIN account a ON a.id = b.account_id",
        key: ("b.id", "uuid"),
        find: "b.id = r.id_of('blk', {})",
        scope: ACCOUNT_SCOPE,
        always: "",
        filters: &[
            ("account", "b.account_id = {}::uuid"),
            ("receivable", "b.receivable_id = {}::uuid"),
            ("legal_entity", "a.legal_entity_id = {}::uuid"),
            ("reason", "b.reason = ANY(string_to_array({}, ','))"),
            ("on", "b.superseded_at IS NULL AND b.valid @> {}::date"),
            ("ended", "(b.superseded_at IS NOT NULL) = {}::boolean"),
        ],
        sorts: &[("recorded_at", "b.recorded_at", "timestamptz")],
    },
    &SqlList {
        spec: &DUNNING_RUNS,
        columns: "r.pid('run', d.id) AS id, r.pid('len', d.legal_entity_id) AS legal_entity_id, \
            e.code AS legal_entity, d.business_on, d.dry_run, d.state, d.state_reason, d.known_at, \
            (SELECT coalesce(jsonb_agg(jsonb_build_object('code', s -> 0, 'version', s -> 1)), '[]') \
                FROM jsonb_array_elements(d.scenarios) s) AS scenarios, \
            encode(d.digest, 'hex') AS digest, d.counts, d.progress_done, d.progress_total, d.started_at, \
            d.finished_at, r.pid('job', d.job_id) AS job_id",
        from: "dunning_run d JOIN legal_entity e ON e.id = d.legal_entity_id",
        key: ("d.id", "uuid"),
        find: "d.id = r.id_of('run', {})",
        scope: "d.legal_entity_id = ANY({entities})",
        always: "",
        filters: &[
            ("legal_entity", "d.legal_entity_id = {}::uuid"),
            ("state", "d.state = ANY(string_to_array({}, ','))"),
            ("dry_run", "d.dry_run = {}::boolean"),
            ("business_on", "d.business_on = {}::date"),
        ],
        sorts: &[("started_at", "d.started_at", "timestamptz")],
    },
    &SqlList {
        spec: &DECISIONS,
        columns: "r.pid('dec', d.id) AS id, r.pid('acc', d.account_id) AS account_id, a.number AS account_number, \
            a.name AS account_name, r.pid('run', d.run_id) AS run_id, d.decided_on, d.dry_run, d.currency, d.outcome, \
            d.reason_code, d.step_code, d.step_no, r.amount(d.total_amount) AS total_amount, \
            r.amount(d.credits_amount) AS credits_amount, d.item_count, d.days_overdue_max, d.scenario_code, \
            d.scenario_version, d.items AS contact, d.reasons, d.counterfactual, d.facts, d.recorded_at",
        from: "decision d JOIN account a ON a.id = d.account_id",
        key: ("d.id", "uuid"),
        find: "d.id = r.id_of('dec', {})",
        scope: ACCOUNT_SCOPE,
        always: "",
        filters: &[
            ("run", "d.run_id = {}::uuid"),
            ("account", "d.account_id = {}::uuid"),
            ("legal_entity", "a.legal_entity_id = {}::uuid"),
            ("outcome", "d.outcome = ANY(string_to_array({}, ','))"),
            ("reason", "d.reason_code = ANY(string_to_array({}, ','))"),
            ("step", "d.step_code = ANY(string_to_array({}, ','))"),
            ("currency", "d.currency = ANY(string_to_array({}, ','))"),
            ("decided_on", "d.decided_on = {}::date"),
        ],
        sorts: &[("recorded_at", "d.recorded_at", "timestamptz")],
    },
    &SqlList {
        spec: &ACTIONS,
        columns: "r.pid('act', x.id) AS id, r.pid('acc', x.account_id) AS account_id, a.number AS account_number, \
            a.name AS account_name, r.pid('len', x.legal_entity_id) AS legal_entity_id, \
            r.pid('dec', x.decision_id) AS decision_id, x.decided_on, r.pid('run', x.run_id) AS run_id, x.kind, x.mode, \
            x.state, x.state_reason, x.scenario_code, x.step_code, x.step_no, x.template_code, x.purpose, x.language, \
            x.currency, r.amount(x.total_amount) AS total_amount, x.item_count, \
            CASE WHEN x.edit IS NOT NULL THEN x.edit || jsonb_build_object('left_out', \
                (SELECT coalesce(jsonb_agg(r.pid('rcv', i::uuid)), '[]') \
                    FROM jsonb_array_elements_text(coalesce(x.edit -> 'left_out', '[]')) i)) END AS edit, \
            x.version, x.created_at",
        from: "action x JOIN account a ON a.id = x.account_id",
        key: ("x.id", "uuid"),
        find: "x.id = r.id_of('act', {})",
        scope: ACCOUNT_SCOPE,
        always: "",
        filters: &[
            ("run", "x.run_id = {}::uuid"),
            ("account", "x.account_id = {}::uuid"),
            ("legal_entity", "x.legal_entity_id = {}::uuid"),
            ("state", "x.state = ANY(string_to_array({}, ','))"),
            ("step", "x.step_code = ANY(string_to_array({}, ','))"),
            ("currency", "x.currency = ANY(string_to_array({}, ','))"),
            ("mode", "x.mode = ANY(string_to_array({}, ','))"),
            ("edited", "(x.edit IS NOT NULL) = {}::boolean"),
        ],
        sorts: &[
            ("created_at", "x.created_at", "timestamptz"),
            ("total_amount", "x.total_amount", "numeric"),
        ],
    },
];
