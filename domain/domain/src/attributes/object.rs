//! Objects of free dimensions and custom attributes as they come: keys, plain values, limits.

use kernel::Outcome;
use kernel::text::LINE_BYTES_MAX;
use serde_json::{Map, Value};

use super::codes;
use crate::receivables::findings::Findings;

/// Keys one object may hold.
pub const KEYS_MAX: usize = 64;
/// Bytes of a key.
pub const KEY_BYTES_MAX: usize = 64;
/// Elements of a list value.
pub const LIST_LEN_MAX: usize = 50;
/// Bytes of the whole object written as JSON.
pub const OBJECT_BYTES_MAX: usize = 16_384;

/// What values an object may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Values {
    /// Texts only: dimensions are grouped and filtered by equality.
    Texts,
    /// Texts, numbers, truth values, and lists of them: what the expression language can compare.
    Scalars,
}

/// Checks the custom attributes of a party or account.
///
/// # Errors
/// `attribute.key_invalid`, `attribute.value_invalid`, `attribute.too_large`; `attribute.several` with one each.
pub fn checked(object: Map<String, Value>) -> Outcome<Map<String, Value>> {
    let mut findings = Findings::default();
    let kept = check_object("attributes", object, Values::Scalars, &mut findings);
    findings.finish(kept, &codes::SEVERAL).map(|checked| checked.value)
}

/// Checks an object and drops keys whose value is null, which mean "none".
pub(crate) fn check_object(
    field: &str,
    object: Map<String, Value>,
    values: Values,
    findings: &mut Findings,
) -> Map<String, Value> {
    if object.len() > KEYS_MAX {
        let message = format!("{field} holds {} keys, at most {KEYS_MAX} are accepted", object.len());
        findings.wrong(field, &codes::TOO_LARGE, message);
        return Map::new();
    }
    let mut bytes = 2;
    let mut kept = Map::new();
    for (key, value) in object {
        if value.is_null() {
            continue;
        }
        bytes += key.len() + 4 + size(&value);
        if let Some(wrong) = wrong_key(&key) {
            findings.wrong(field, &codes::KEY_INVALID, wrong);
        } else if let Some(wrong) = wrong_value(&value, values) {
            findings.wrong(format!("{field}.{key}"), &codes::VALUE_INVALID, wrong);
        } else {
            kept.insert(key, value);
        }
    }
    if bytes > OBJECT_BYTES_MAX {
        let message = format!("{field} takes more than {OBJECT_BYTES_MAX} bytes as JSON");
        findings.wrong(field, &codes::TOO_LARGE, message);
    }
    kept
}

/// Keys become names in filters and rules, hence an identifier in lower case.
pub(super) fn wrong_key(key: &str) -> Option<String> {
    let starts_well = key.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    let reads_well = key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if key.len() > KEY_BYTES_MAX {
        return Some(format!("a key holds {} bytes, at most {KEY_BYTES_MAX} are accepted", key.len()));
    }
    (!(starts_well && reads_well)).then(|| {
        format!(
            "{key:?} is not a key of lower-case letters, digits and underscores that starts with a letter"
        )
    })
}

fn wrong_value(value: &Value, values: Values) -> Option<String> {
    match (value, values) {
        (Value::String(text), _) => wrong_text(text),
        (Value::Number(_) | Value::Bool(_), Values::Scalars) => None,
        (Value::Array(list), Values::Scalars) if list.len() > LIST_LEN_MAX => {
            Some(format!("a list of {} elements, at most {LIST_LEN_MAX} are accepted", list.len()))
        }
        (Value::Array(list), Values::Scalars) => list.iter().find_map(|element| match element {
            Value::String(text) => wrong_text(text),
            Value::Number(_) | Value::Bool(_) => None,
            Value::Null | Value::Array(_) | Value::Object(_) => {
                Some("a list holds only plain values".to_owned())
            }
        }),
        (_, Values::Texts) => Some("must be a text".to_owned()),
        (Value::Null | Value::Object(_), Values::Scalars) => {
            Some("must be a text, a number, true or false, or a list of these".to_owned())
        }
    }
}

fn wrong_text(text: &str) -> Option<String> {
    if text.len() > LINE_BYTES_MAX {
        return Some(format!("a text of {} bytes, at most {LINE_BYTES_MAX} are accepted", text.len()));
    }
    text.chars().any(char::is_control).then(|| "the text holds a control character".to_owned())
}

/// Bytes of a plain value as JSON, quotes included. Nested objects are refused elsewhere and need no exact size.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Array(list) => {
            list.iter().take(LIST_LEN_MAX).map(|element| size(element) + 1).sum::<usize>() + 2
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn codes_of(object: &Value, values: Values) -> Vec<&'static str> {
        let mut findings = Findings::default();
        check_object("attributes", object.as_object().unwrap().clone(), values, &mut findings);
        match findings.finish((), &codes::SEVERAL) {
            Ok(_) => Vec::new(),
            Err(e) => e.field_errors().iter().map(|f| f.code.text).collect(),
        }
    }

    #[test]
    fn plain_values_and_lists_of_them_are_accepted() {
        assert!(
            codes_of(&json!({"a": 1, "b_2": "x", "c": [true, "y"], "d": null}), Values::Scalars).is_empty()
        );
    }

    #[test]
    fn dimensions_hold_texts_only() {
        assert_eq!(codes_of(&json!({"branch": 12}), Values::Texts), ["attribute.value_invalid"]);
    }

    #[test]
    fn a_nested_object_is_refused() {
        assert_eq!(codes_of(&json!({"a": {"b": 1}}), Values::Scalars), ["attribute.value_invalid"]);
        assert_eq!(codes_of(&json!({"a": [[1]]}), Values::Scalars), ["attribute.value_invalid"]);
    }

    #[test]
    fn a_key_must_be_an_identifier() {
        for key in ["", "A", "1a", "a-b", "a.b", "año"] {
            assert_eq!(codes_of(&json!({ key: 1 }), Values::Scalars), ["attribute.key_invalid"], "{key}");
        }
    }

    #[test]
    fn the_object_as_a_whole_is_bounded() {
        let many: Map<_, _> = (0..=KEYS_MAX).map(|i| (format!("k{i}"), json!(1))).collect();
        assert_eq!(codes_of(&Value::Object(many), Values::Scalars), ["attribute.too_large"]);
        let wide: Map<_, _> = (0..60).map(|i| (format!("k{i}"), json!("x".repeat(400)))).collect();
        assert_eq!(codes_of(&Value::Object(wide), Values::Scalars), ["attribute.too_large"]);
    }
}
