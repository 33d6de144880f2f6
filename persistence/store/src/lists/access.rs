//! SQL of the lists of access.

use app::access::lists::{API_KEYS, USERS};

use super::SqlList;

/// Whoever is not limited is in reach of such callers alone; everybody else of those whose reach holds all of theirs.
macro_rules! within_reach {
    ($principal:literal) => {
        concat!(
            "NOT ",
            $principal,
            ".all_rights AND NOT EXISTS (SELECT 1 FROM access_right x WHERE x.principal_id = ",
            $principal,
            ".id AND NOT CASE x.object_kind WHEN 'legal_entity' THEN x.object_id = ANY({entities}) \
             WHEN 'portfolio' THEN x.object_id = ANY({portfolios}) \
             ELSE (SELECT coalesce(bool_and(m.id = ANY({entities})), false) FROM legal_entity m \
             WHERE m.mandant_id = x.object_id) END)"
        )
    };
}

pub(super) static ALL: &[&SqlList] = &[
    &SqlList {
        spec: &USERS,
        columns: "r.pid('usr', u.id) AS id, u.login, u.name, u.email, u.language, u.roles, u.all_rights, \
            r.rights(u.id) AS rights, u.locked_until, u.disabled_at, u.version, u.created_at",
        from: "app_user u",
        key: ("u.id", "uuid"),
        find: "u.id = r.id_of('usr', {}) OR u.login = {}",
        scope: within_reach!("u"),
        always: "",
        filters: &[
            ("login", "u.login = ANY(string_to_array({}, ','))"),
            ("name", "u.name ILIKE '%' || {} || '%'"),
            ("role", "u.roles && string_to_array({}, ',')"),
            ("disabled", "(u.disabled_at IS NOT NULL) = {}::boolean"),
        ],
        sorts: &[("login", "u.login", "text")],
    },
    &SqlList {
        spec: &API_KEYS,
        columns: "r.pid('key', k.id) AS id, k.name, k.prefix, k.roles, k.permissions, k.all_rights, \
            r.rights(k.id) AS rights, k.one_time, k.expires_at, k.revoked_at, k.version, k.created_at",
        from: "api_key k",
        key: ("k.id", "uuid"),
        find: "k.id = r.id_of('key', {}) OR k.prefix = {}",
        scope: within_reach!("k"),
        always: "",
        filters: &[
            ("name", "k.name ILIKE '%' || {} || '%'"),
            ("revoked", "(k.revoked_at IS NOT NULL) = {}::boolean"),
        ],
        sorts: &[("created_at", "k.created_at", "timestamptz")],
    },
];
