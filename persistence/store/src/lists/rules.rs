//! SQL of the lists of credit.

use app::credit::rule_sets::lists::RULE_SETS;

use super::SqlList;

pub(super) static ALL: &[&SqlList] = &[&SqlList {
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
}];
