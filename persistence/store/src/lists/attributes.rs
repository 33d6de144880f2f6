//! SQL of the list of declared attributes, and of filters by them.

use app::attributes::lists::ATTRIBUTES;
use domain::attributes::{AttributeFilter, AttributeTest, AttributeType};

use super::SqlList;
use crate::statement::Statement;

pub(super) static ALL: &[&SqlList] = &[&SqlList {
    spec: &ATTRIBUTES,
    columns: "t.owner, t.name, t.value_type AS type, t.choices, t.label_en, t.label_es, t.version, t.created_at",
    from: "attribute t",
    key: ("t.owner", "text"),
    find: "t.owner || '/' || t.name = {}",
    scope: "",
    always: "",
    filters: &[
        ("owner", "t.owner = ANY(string_to_array({}, ','))"),
        ("name", "t.name = ANY(string_to_array({}, ','))"),
        ("type", "t.value_type = ANY(string_to_array({}, ','))"),
    ],
    sorts: &[("name", "t.name", "text")],
}];

/// The condition of a filter on the attributes in `column`. Numbers and dates are compared as such; a value that came before
/// its declaration and is of another type is none.
pub(super) fn condition(column: &str, filter: &AttributeFilter, statement: &mut Statement) -> String {
    let text = format!("({column} ->> {})", statement.bind(filter.name.clone()));
    let (value, cast) = match filter.value_type {
        AttributeType::Text | AttributeType::Bool => (text, "text"),
        AttributeType::Number => {
            (format!("(CASE WHEN {text} ~ '^-?[0-9]+([.][0-9]+)?$' THEN {text}::numeric END)"), "numeric")
        }
        // Dates in this form are ordered as texts are, whatever the language of the database.
        AttributeType::Date => {
            (format!("(CASE WHEN {text} ~ '^[0-9-]{{10}}$' THEN {text} END COLLATE \"C\")"), "text")
        }
    };
    let mut bind = |wanted: &String| format!("{}::{cast}", statement.bind(wanted.clone()));
    match &filter.test {
        AttributeTest::AnyOf(values) => {
            let values = values.iter().map(bind).collect::<Vec<_>>();
            format!("({value} IN ({}))", values.join(", "))
        }
        AttributeTest::Between(from, to) => {
            let from = from.as_ref().map(|from| format!("{value} >= {}", bind(from)));
            let to = to.as_ref().map(|to| format!("{value} <= {}", bind(to)));
            format!("({})", [from, to].into_iter().flatten().collect::<Vec<_>>().join(" AND "))
        }
    }
}
