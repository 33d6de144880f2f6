//! SQL of the lists of scores and external ratings.

use app::credit::external::lists::{EXTERNAL_INBOX, EXTERNAL_RATINGS, RATING_PROVIDERS};
use app::credit::scoring::lists::{FINANCIAL_STATEMENTS, RATING_OVERRIDES, SCORE_RUNS, SCORES};

use super::SqlList;

/// Who sees what hangs on the party `s.party_id`: who sees an account of it, or of a party that counts as one with it.
const PARTY_SCOPE: &str = "EXISTS (SELECT 1 FROM risk_member m JOIN account a ON a.id = m.account_id \
    WHERE m.risk_party_id = coalesce((SELECT k.risk_party_id FROM risk_party k WHERE k.party_id = s.party_id), s.party_id) AND (a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})))";
/// What is about the whole installation: nobody with limited rights.
const NOBODY: &str = "{entities} IS NULL AND {portfolios} IS NULL";
/// Of the party that stands for the risk.
const OF_RISK: &str =
    "s.party_id = coalesce((SELECT k.risk_party_id FROM risk_party k WHERE k.party_id = {}::uuid), {}::uuid)";
/// Of it or of any that counts as one with it: what was said of one is kept with it.
const OF_PARTY: &str = "s.party_id IN (SELECT coalesce((SELECT k.risk_party_id FROM risk_party k WHERE k.party_id = {}::uuid), {}::uuid) \
    UNION ALL SELECT o.party_id FROM risk_party o WHERE o.risk_party_id = \
        coalesce((SELECT k.risk_party_id FROM risk_party k WHERE k.party_id = {}::uuid), {}::uuid))";

pub(super) static ALL: &[&SqlList] = &[
    &SqlList {
        spec: &SCORES,
        columns: "r.pid('sco', s.id) AS id, r.pid('pty', s.party_id) AS party_id, p.name AS party_name, \
            s.scorecard_code AS scorecard, s.scorecard_version, s.scored_on, s.outcome, \
            trim_scale(s.points)::text AS points, s.class, s.former_class, \
            trim_scale(s.former_points)::text AS former_points, s.reason, s.reason_of, s.explanation, s.facts, \
            r.pid('srn', s.run_id) AS run_id, s.recorded_at, s.superseded_at",
        from: "score s JOIN party p ON p.id = s.party_id",
        key: ("s.id", "uuid"),
        find: "s.id = r.id_of('sco', {})",
        scope: PARTY_SCOPE,
        always: "",
        filters: &[
            ("party", OF_RISK),
            ("scorecard", "s.scorecard_code = ANY(string_to_array({}, ','))"),
            ("class", "s.class = ANY(string_to_array({}, ','))"),
            ("outcome", "s.outcome = ANY(string_to_array({}, ','))"),
            ("current", "(s.superseded_at IS NULL) = {}::boolean"),
            ("run", "s.run_id = {}::uuid"),
            ("changed", "(s.former_class IS DISTINCT FROM s.class) = {}::boolean"),
        ],
        sorts: &[("recorded_at", "s.recorded_at", "timestamptz")],
    },
    &SqlList {
        spec: &SCORE_RUNS,
        columns: "r.pid('srn', s.id) AS id, s.scorecard_code AS scorecard, s.scorecard_version, s.scored_on, s.state, \
            s.state_reason, s.counts, s.progress_done, s.progress_total, s.started_at, s.finished_at, \
            r.pid('job', s.job_id) AS job_id",
        from: "score_run s",
        key: ("s.id", "uuid"),
        find: "s.id = r.id_of('srn', {})",
        scope: "",
        always: "",
        filters: &[
            ("scorecard", "s.scorecard_code = ANY(string_to_array({}, ','))"),
            ("state", "s.state = ANY(string_to_array({}, ','))"),
        ],
        sorts: &[("started_at", "s.started_at", "timestamptz")],
    },
    &SqlList {
        spec: &RATING_OVERRIDES,
        columns: "r.pid('ovr', s.id) AS id, r.pid('pty', s.party_id) AS party_id, s.scorecard_code AS scorecard, s.class, \
            s.reason, lower(s.valid) AS \"from\", upper(s.valid) - 1 AS until, s.set_by, s.recorded_at, \
            s.superseded_at AS ended_at, s.expired_at",
        from: "rating_override s",
        key: ("s.id", "uuid"),
        find: "s.id = r.id_of('ovr', {})",
        scope: PARTY_SCOPE,
        always: "",
        filters: &[
            ("party", OF_PARTY),
            ("scorecard", "s.scorecard_code = ANY(string_to_array({}, ','))"),
            ("class", "s.class = ANY(string_to_array({}, ','))"),
            ("on", "s.superseded_at IS NULL AND s.valid @> {}::date"),
        ],
        sorts: &[("recorded_at", "s.recorded_at", "timestamptz")],
    },
    &SqlList {
        spec: &FINANCIAL_STATEMENTS,
        columns: "r.pid('fst', s.id) AS id, r.pid('pty', s.party_id) AS party_id, s.closes_on, s.months, s.currency, \
            s.assurance, s.figures, s.note, s.version, s.recorded_by, s.recorded_at, s.superseded_at",
        from: "financial_statement s",
        key: ("s.id", "uuid"),
        find: "s.id = r.id_of('fst', {})",
        scope: PARTY_SCOPE,
        always: "",
        filters: &[
            ("party", OF_PARTY),
            ("current", "(s.superseded_at IS NULL) = {}::boolean"),
            ("closes_on", "s.closes_on = {}::date"),
        ],
        sorts: &[("recorded_at", "s.recorded_at", "timestamptz")],
    },
    &SqlList {
        spec: &RATING_PROVIDERS,
        columns: "s.code, s.name, s.grades, s.valid_days, s.version, s.created_at",
        from: "rating_provider s",
        key: ("s.code", "text"),
        find: "s.code = {}",
        scope: "",
        always: "",
        filters: &[],
        sorts: &[("code", "s.code", "text")],
    },
    &SqlList {
        spec: &EXTERNAL_RATINGS,
        columns: "r.pid('xrt', s.id) AS id, s.provider_code AS provider, r.pid('pty', s.party_id) AS party_id, s.grade, \
            trim_scale(s.position)::text AS position, trim_scale(s.probability)::text AS probability, \
            r.amount(s.limit_amount) AS limit_amount, s.limit_currency, s.rated_on, s.valid_until, s.reference, s.origin, \
            s.downgrade, s.recorded_at",
        from: "external_rating s",
        key: ("s.id", "uuid"),
        find: "s.id = r.id_of('xrt', {})",
        scope: PARTY_SCOPE,
        always: "",
        filters: &[
            ("party", OF_PARTY),
            ("provider", "s.provider_code = ANY(string_to_array({}, ','))"),
            ("on", "s.rated_on <= {}::date AND s.valid_until >= {}::date"),
            ("downgrade", "s.downgrade = {}::boolean"),
            ("origin", "s.origin = ANY(string_to_array({}, ','))"),
        ],
        sorts: &[("recorded_at", "s.recorded_at", "timestamptz"), ("rated_on", "s.rated_on", "date")],
    },
    &SqlList {
        spec: &EXTERNAL_INBOX,
        columns: "r.pid('xin', s.id) AS id, s.provider_code AS provider, s.rating AS report, s.origin, s.reason, s.problem, \
            s.state, r.pid('pty', s.party_id) AS party_id, s.note, s.received_at, s.resolved_at, s.resolved_by",
        from: "external_inbox s",
        key: ("s.id", "uuid"),
        find: "s.id = r.id_of('xin', {})",
        scope: NOBODY,
        always: "",
        filters: &[
            ("provider", "s.provider_code = ANY(string_to_array({}, ','))"),
            ("state", "s.state = ANY(string_to_array({}, ','))"),
            ("reason", "s.reason = ANY(string_to_array({}, ','))"),
        ],
        sorts: &[("received_at", "s.received_at", "timestamptz")],
    },
];
