//! What can be set by hand, and how each value is checked.

use domain::comms::kinds::{Channel, ContactPurpose, ContactRole};
use kernel::registry::{Country, EmailAddress, Language, Lei, TaxId};
use kernel::text::{line, optional_line};
use kernel::text_enum::{self, TextEnum};
use kernel::time::{parse_date, parse_zone};
use kernel::{Error, Instant, Outcome};
use serde_json::{Map, Value, json};

use super::{CustomerKind, codes};
use crate::push::parties::PartyKind;

/// Checks a value and gives it the form it is stored in.
type Check = fn(&str, &Value) -> Outcome<Value>;

/// A field that can be set by hand.
pub struct Field {
    pub name: &'static str,
    /// The column it is kept in.
    pub column: &'static str,
    check: Check,
    /// Whether an ERP pushes it, so that a value by hand must be kept against later pushes.
    pub pushed: bool,
}

const fn pushed(name: &'static str, check: Check) -> Field {
    Field { name, column: name, check, pushed: true }
}

static PARTY: &[Field] = &[
    pushed("kind", kind),
    pushed("name", required),
    pushed("tax_id", optional),
    pushed("lei", lei),
    pushed("national_id", optional),
    pushed("country", country),
    pushed("language", language),
    pushed("segment", optional),
    pushed("address", address),
    pushed("insolvent_since", date),
    pushed("vulnerable", flag),
    pushed("intercompany", flag),
    Field { name: "doubtful", column: "doubtful", check: flag, pushed: false },
];

static ACCOUNT: &[Field] = &[
    pushed("name", required),
    pushed("language", language),
    pushed("time_zone", zone),
    pushed("segment", optional),
    pushed("scenario_code", optional),
    pushed("payment_terms_days", days),
    pushed("address", address),
    Field { name: "calendar_code", column: "calendar_code", check: optional, pushed: false },
];

static CONTACT: &[Field] = &[
    pushed("name", required),
    pushed("role", role),
    pushed("purposes", purposes),
    pushed("email", email),
    pushed("phone", optional),
    pushed("language", language),
    pushed("position", position),
    pushed("opted_out_channels", channels),
    Field { name: "retired", column: "retired_at", check: flag, pushed: true },
];

/// The fields of a kind.
pub fn of(kind: CustomerKind) -> &'static [Field] {
    match kind {
        CustomerKind::Party => PARTY,
        CustomerKind::Account => ACCOUNT,
        CustomerKind::Contact => CONTACT,
    }
}

/// The field of a name, or that it cannot be set.
pub(super) fn find(kind: CustomerKind, name: &str) -> Outcome<&'static Field> {
    of(kind).iter().find(|f| f.name == name).ok_or_else(|| {
        let known = of(kind).iter().map(|f| f.name).collect::<Vec<_>>().join(", ");
        Error::field(name, &codes::FIELD_UNKNOWN, format!("of a {kind}, {known} can be set"))
    })
}

/// Checks the fields of an edit and returns the columns to write.
///
/// `before` are the columns as they are: a tax id is checked by the rules of the party's country.
///
/// # Errors
/// `customers.field_unknown`, `customers.field_type`, and those of each value.
pub(super) fn check(
    kind: CustomerKind,
    set: &Map<String, Value>,
    before: &Map<String, Value>,
    now: Instant,
) -> Outcome<Map<String, Value>> {
    let mut columns = Map::new();
    for (name, value) in set {
        let field = find(kind, name)?;
        let mut value = (field.check)(name, value)?;
        if field.column == "retired_at" {
            value = if value == Value::Bool(true) { json!(now) } else { Value::Null };
        }
        columns.insert(field.column.to_owned(), value);
    }
    if let Some(text) = columns.get("tax_id").and_then(Value::as_str) {
        let country = columns.get("country").or_else(|| before.get("country")).and_then(Value::as_str);
        if let Some(country) = country {
            let checked = TaxId::parse("tax_id", Country::parse("country", country)?, text)?;
            columns.insert("tax_id".to_owned(), json!(checked.to_string()));
        }
    }
    Ok(columns)
}

fn wrong(field: &str, expected: &str) -> Error {
    Error::field(field, &codes::FIELD_TYPE, format!("{field} is {expected}"))
}

/// The text of a field; empty and `null` mean none.
fn text(field: &str, value: &Value) -> Outcome<Option<String>> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => optional_line(field, text),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Err(wrong(field, "a text")),
    }
}

fn texts(field: &str, value: &Value) -> Outcome<Vec<String>> {
    let list = value.as_array().ok_or_else(|| wrong(field, "a list of texts"))?;
    let item = |(i, value): (usize, &Value)| {
        let name = format!("{field}[{i}]");
        value.as_str().ok_or_else(|| wrong(&name, "a text")).and_then(|text| line(&name, text))
    };
    list.iter().enumerate().map(item).collect()
}

fn required(field: &str, value: &Value) -> Outcome<Value> {
    line(field, &text(field, value)?.unwrap_or_default()).map(Value::from)
}

fn optional(field: &str, value: &Value) -> Outcome<Value> {
    text(field, value).map(Value::from)
}

fn parsed<T: ToString>(
    field: &str,
    value: &Value,
    parse: impl Fn(&str, &str) -> Outcome<T>,
) -> Outcome<Value> {
    let text = text(field, value)?;
    Ok(text.map(|t| parse(field, &t).map(|v| v.to_string())).transpose()?.into())
}

fn lei(field: &str, value: &Value) -> Outcome<Value> {
    parsed(field, value, Lei::parse)
}

fn country(field: &str, value: &Value) -> Outcome<Value> {
    parsed(field, value, Country::parse)
}

fn language(field: &str, value: &Value) -> Outcome<Value> {
    parsed(field, value, Language::parse)
}

fn email(field: &str, value: &Value) -> Outcome<Value> {
    parsed(field, value, EmailAddress::parse)
}

fn zone(field: &str, value: &Value) -> Outcome<Value> {
    parsed(field, value, parse_zone)
}

fn date(field: &str, value: &Value) -> Outcome<Value> {
    parsed(field, value, parse_date)
}

fn kind(field: &str, value: &Value) -> Outcome<Value> {
    one::<PartyKind>(field, value)
}

fn role(field: &str, value: &Value) -> Outcome<Value> {
    one::<ContactRole>(field, value)
}

fn one<E: TextEnum>(field: &str, value: &Value) -> Outcome<Value> {
    let text = value.as_str().ok_or_else(|| wrong(field, "a text"))?;
    text_enum::parse::<E>(field, text).map(|e| json!(e.as_str()))
}

fn purposes(field: &str, value: &Value) -> Outcome<Value> {
    several::<ContactPurpose>(field, value)
}

fn channels(field: &str, value: &Value) -> Outcome<Value> {
    several::<Channel>(field, value)
}

fn several<E: TextEnum>(field: &str, value: &Value) -> Outcome<Value> {
    let texts = texts(field, value)?;
    let each = texts.iter().map(|text| text_enum::parse::<E>(field, text).map(|e| json!(e.as_str())));
    each.collect::<Outcome<Vec<_>>>().map(Value::Array)
}

fn flag(field: &str, value: &Value) -> Outcome<Value> {
    value.as_bool().map(Value::Bool).ok_or_else(|| wrong(field, "true or false"))
}

fn address(field: &str, value: &Value) -> Outcome<Value> {
    const LINES_MAX: usize = 10;
    let lines = texts(field, value)?;
    if lines.len() > LINES_MAX {
        let message = format!("at most {LINES_MAX} lines");
        return Err(Error::field(field, &kernel::registry::codes::TEXT_TOO_LONG, message));
    }
    Ok(json!(lines))
}

fn days(field: &str, value: &Value) -> Outcome<Value> {
    const DAYS_MAX: i64 = 3_650;
    if value.is_null() {
        return Ok(Value::Null);
    }
    let days = value.as_i64().filter(|days| (0..=DAYS_MAX).contains(days));
    days.map(Value::from).ok_or_else(|| wrong(field, "a number of days from 0 to 3650"))
}

fn position(field: &str, value: &Value) -> Outcome<Value> {
    let position = value.as_i64().filter(|p| (0..=999).contains(p));
    position.map(Value::from).ok_or_else(|| wrong(field, "a number from 0 to 999"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(kind: CustomerKind, set: Value, before: Value) -> Outcome<Map<String, Value>> {
        let map = |value: Value| value.as_object().cloned().unwrap_or_default();
        check(kind, &map(set), &map(before), "2026-03-04T08:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_tax_id_is_checked_by_the_country_of_the_party() {
        let before = json!({ "country": "ES" });
        let wrong = columns(CustomerKind::Party, json!({ "tax_id": "A58818502" }), before.clone());
        assert_eq!(wrong.unwrap_err().code().text, "tax_id.check_digit");
        let right = columns(CustomerKind::Party, json!({ "tax_id": "a-5881850-1" }), before).unwrap();
        assert_eq!(right["tax_id"], "A58818501");
    }

    #[test]
    fn what_cannot_be_set_is_named() {
        let error = columns(CustomerKind::Account, json!({ "number": "7" }), json!({})).unwrap_err();
        assert_eq!(error.code().text, "customers.field_unknown");
        assert!(error.to_string().contains("payment_terms_days"), "{error}");
    }

    #[test]
    fn types_are_not_guessed() {
        let error = columns(CustomerKind::Contact, json!({ "position": "1" }), json!({})).unwrap_err();
        assert_eq!(error.code().text, "customers.field_type");
    }

    #[test]
    fn retiring_writes_when() {
        let set = columns(CustomerKind::Contact, json!({ "retired": true }), json!({})).unwrap();
        assert_eq!(set["retired_at"], json!("2026-03-04T08:00:00Z"));
    }
}
