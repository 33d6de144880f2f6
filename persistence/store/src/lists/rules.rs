//! SQL of the lists of rule sets, and of the runs that go by them.

use app::credit::alerts::lists::ALERT_RUNS;
use app::credit::rule_sets::lists::RULE_SETS;

use super::SqlList;

pub(super) static ALL: &[&SqlList] = &[&RULE_SET_LIST, &ALERT_RUN_LIST];

static RULE_SET_LIST: SqlList = SqlList {
    spec: &RULE_SETS,
    columns: "s.kind, s.code, s.version, s.state, s.document -> 'name' AS name, s.created_at, s.activated_at, \
        s.retired_at",
    from: "rule_set s",
    key: ("s.version", "integer"),
    find: "s.kind || '/' || s.code = {} AND s.state = 'active'",
    scope: "",
    always: "",
    filters: &[
        ("kind", "s.kind = ANY(string_to_array({}, ','))"),
        ("code", "s.code = ANY(string_to_array({}, ','))"),
        ("state", "s.state = ANY(string_to_array({}, ','))"),
    ],
    sorts: &[("code", "s.kind || '/' || s.code", "text")],
};

static ALERT_RUN_LIST: SqlList = SqlList {
    spec: &ALERT_RUNS,
    columns: "r.pid('run', u.id) AS id, u.business_on, u.state, u.state_reason, \
        (SELECT coalesce(json_agg(json_build_object('code', s ->> 0, 'version', (s ->> 1)::integer)), '[]') \
            FROM jsonb_array_elements(u.rule_sets) s) AS rule_sets, u.counts, r.pid('job', u.job_id) AS job_id, \
        u.started_at, u.finished_at",
    from: "alert_run u",
    key: ("u.id", "uuid"),
    find: "u.id = r.id_of('run', {})",
    scope: "",
    always: "",
    filters: &[
        ("state", "u.state = ANY(string_to_array({}, ','))"),
        ("business_on", "u.business_on = {}::date"),
    ],
    sorts: &[("started_at", "u.started_at", "timestamptz")],
};
