//! SQL of the lists of models, estimates and back-tests.

use app::credit::learning::lists::{
    ACCOUNT_PREDICTIONS, BACKTESTS, MODEL_DRIFT, MODELS, PREDICTION_RUNS, PREDICTIONS,
};

use super::SqlList;

/// Who sees what hangs on account `a`.
const SCOPE: &str = "a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})";

static MODEL_LIST: SqlList = SqlList {
    spec: &MODELS,
    columns: "r.pid('mdl', m.id) AS id, r.pid('len', m.legal_entity_id) AS legal_entity_id, m.version AS number, m.state, \
        m.state_reason, m.seed, m.known_on, m.card, m.created_at, m.trained_at, m.activated_at, m.retired_at, \
        r.pid('job', m.job_id) AS job_id",
    from: "model m",
    key: ("m.id", "uuid"),
    find: "m.id = r.id_of('mdl', {})",
    scope: "m.legal_entity_id = ANY({entities})",
    always: "",
    filters: &[
        ("legal_entity", "m.legal_entity_id = {}::uuid"),
        ("state", "m.state = ANY(string_to_array({}, ','))"),
    ],
    sorts: &[("created_at", "m.created_at", "timestamptz")],
};

static DRIFT_LIST: SqlList = SqlList {
    spec: &MODEL_DRIFT,
    columns: "r.pid('prn', d.run_id) AS run_id, r.pid('mdl', d.model_id) AS model_id, \
        r.pid('len', m.legal_entity_id) AS legal_entity_id, d.name, d.measured_on, \
        r.amount(d.stability_index) AS stability_index, d.level",
    from: "model_drift d JOIN model m ON m.id = d.model_id",
    key: ("(d.run_id::text || d.name)", "text"),
    find: "d.name = {}",
    scope: "m.legal_entity_id = ANY({entities})",
    always: "",
    filters: &[
        ("legal_entity", "m.legal_entity_id = {}::uuid"),
        ("model", "d.model_id = {}::uuid"),
        ("run", "d.run_id = {}::uuid"),
        ("level", "d.level = ANY(string_to_array({}, ','))"),
        ("measured_from", "d.measured_on >= {}::date"),
    ],
    sorts: &[("measured_on", "d.measured_on", "date"), ("stability_index", "d.stability_index", "numeric")],
};

static RUN_LIST: SqlList = SqlList {
    spec: &PREDICTION_RUNS,
    columns: "r.pid('prn', p.id) AS id, r.pid('len', p.legal_entity_id) AS legal_entity_id, \
        r.pid('mdl', p.model_id) AS model_id, p.predicted_on, p.state, p.state_reason, p.predicted_count, \
        p.abstained_count, p.progress_done, p.progress_total, p.started_at, p.finished_at, r.pid('job', p.job_id) AS job_id",
    from: "prediction_run p",
    key: ("p.id", "uuid"),
    find: "p.id = r.id_of('prn', {})",
    scope: "p.legal_entity_id = ANY({entities})",
    always: "",
    filters: &[
        ("legal_entity", "p.legal_entity_id = {}::uuid"),
        ("model", "p.model_id = {}::uuid"),
        ("state", "p.state = ANY(string_to_array({}, ','))"),
    ],
    sorts: &[("started_at", "p.started_at", "timestamptz")],
};

static PREDICTION_LIST: SqlList = SqlList {
    spec: &PREDICTIONS,
    columns: "r.pid('rcv', p.receivable_id) AS receivable_id, c.document_no, r.pid('acc', p.account_id) AS account_id, \
        a.number AS account_number, a.name AS account_name, r.pid('len', a.legal_entity_id) AS legal_entity_id, \
        c.currency, r.amount(c.open_amount) AS open_amount, coalesce(c.agreed_due_on, c.due_on) AS due_on, \
        r.pid('mdl', p.model_id) AS model_id, p.predicted_on, r.amount(p.probability_late) AS probability_late, \
        r.amount(p.probability_late_30) AS probability_late_30, r.amount(p.expected_days_late) AS expected_days_late, \
        r.amount(p.days_late_low) AS days_late_low, r.amount(p.days_late_high) AS days_late_high, p.abstained, p.effects",
    from: "prediction p JOIN account a ON a.id = p.account_id \
        JOIN receivable c ON c.account_id = p.account_id AND c.id = p.receivable_id",
    key: ("p.receivable_id", "uuid"),
    find: "p.receivable_id = r.id_of('rcv', {})",
    scope: SCOPE,
    always: "c.closed_on IS NULL",
    filters: &[
        ("legal_entity", "a.legal_entity_id = {}::uuid"),
        ("model", "p.model_id = {}::uuid"),
        ("account", "p.account_id = {}::uuid"),
        ("receivable", "p.receivable_id = {}::uuid"),
        ("abstained", "(p.abstained IS NOT NULL) = {}::boolean"),
        ("probability_late_from", "p.probability_late >= {}::numeric"),
        ("expected_days_late_from", "p.expected_days_late >= {}::numeric"),
    ],
    sorts: &[("probability_late", "coalesce(p.probability_late, -1)", "numeric")],
};

static ACCOUNT_LIST: SqlList = SqlList {
    spec: &ACCOUNT_PREDICTIONS,
    columns: "r.pid('acc', p.account_id) AS account_id, a.number AS account_number, a.name AS account_name, \
        r.pid('len', a.legal_entity_id) AS legal_entity_id, p.receivables, p.abstained, p.predicted_on, \
        r.amount(p.probability_late) AS probability_late, r.amount(p.probability_late_30) AS probability_late_30, \
        r.amount(p.expected_days_late) AS expected_days_late",
    from: "r.account_prediction p JOIN account a ON a.id = p.account_id",
    key: ("p.account_id", "uuid"),
    find: "p.account_id = r.id_of('acc', {})",
    scope: SCOPE,
    always: "",
    filters: &[("legal_entity", "a.legal_entity_id = {}::uuid"), ("account", "p.account_id = {}::uuid")],
    sorts: &[("expected_days_late", "coalesce(p.expected_days_late, -100000)", "numeric")],
};

static BACKTEST_LIST: SqlList = SqlList {
    spec: &BACKTESTS,
    columns: "r.pid('bkt', b.id) AS id, r.pid('len', b.legal_entity_id) AS legal_entity_id, b.state, b.state_reason, \
        b.knowledge, b.from_on AS \"from\", b.until_on AS until, b.rule, b.against, b.report, b.started_at, b.finished_at, \
        r.pid('job', b.job_id) AS job_id",
    from: "backtest b",
    key: ("b.id", "uuid"),
    find: "b.id = r.id_of('bkt', {})",
    scope: "b.legal_entity_id = ANY({entities})",
    always: "",
    filters: &[
        ("legal_entity", "b.legal_entity_id = {}::uuid"),
        ("state", "b.state = ANY(string_to_array({}, ','))"),
    ],
    sorts: &[("started_at", "b.started_at", "timestamptz")],
};

/// Every list of this context.
pub(super) static ALL: &[&SqlList] =
    &[&ACCOUNT_LIST, &BACKTEST_LIST, &MODEL_LIST, &DRIFT_LIST, &PREDICTION_LIST, &RUN_LIST];
