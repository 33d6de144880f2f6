//! NUL: the one character of UTF-8 that no text of PostgreSQL can hold. In a file it is what a broken export left.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::rows::Rows;

/// Rows with such a character, and the first field that holds one.
pub(super) fn rows_with_nul(rows: &Rows) -> BTreeMap<usize, String> {
    match rows {
        Rows::Parties(rows) => find(rows),
        Rows::Accounts(rows) => find(rows),
        Rows::Contacts(rows) => find(rows),
        Rows::Receivables(rows) => find(rows),
        Rows::Instruments(rows) => find(rows),
        Rows::Entries(rows) => find(rows),
        Rows::Orders(rows) => find(rows),
        Rows::Deliveries(rows) => find(rows),
    }
}

fn find<R: Serialize>(rows: &[R]) -> BTreeMap<usize, String> {
    let field = |row: &R| {
        let Ok(Value::Object(fields)) = serde_json::to_value(row) else { return None };
        fields.into_iter().find(|(_, value)| holds(value)).map(|(field, _)| field)
    };
    rows.iter().enumerate().filter_map(|(n, row)| Some((n, field(row)?))).collect()
}

fn holds(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(holds),
        Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || holds(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
