//! Spanish and English words for what the interface says in codes, so that no front end invents its own.

use kernel::{Error, Outcome};
use serde_json::{Map, Value, json};

use crate::codes::INTERNAL;
use crate::ctx::Locale;

/// By enumeration (the name of its type in snake case) and value: `[English, Spanish]`. A test holds it against the code.
pub const ENUMS: &str = include_str!("labels/enums.json");
/// By event type: what it is about, English, Spanish. A test holds it against the code.
pub const EVENTS: &str = include_str!("labels/events.json");

/// One text in the language asked for, or both.
pub fn text(locale: Option<Locale>, en: &str, es: &str) -> Value {
    match locale {
        Some(Locale::English) => en.into(),
        Some(Locale::Spanish) => es.into(),
        None => json!({ "en": en, "es": es }),
    }
}

/// Labels of every value of every enumeration.
///
/// # Errors
/// `internal` when the embedded table is wrong, which a test holds off.
pub fn enums(locale: Option<Locale>) -> Outcome<Value> {
    let table = read::<Map<String, Value>>(ENUMS)?;
    let labelled = table.into_iter().map(|(name, values)| {
        let Value::Object(values) = values else { return (name, Value::Null) };
        let values =
            values.iter().map(|(value, texts)| (value.clone(), text(locale, at(texts, 0), at(texts, 1))));
        (name, Value::Object(values.collect()))
    });
    Ok(Value::Object(labelled.collect()))
}

/// Labels of every event type.
///
/// # Errors
/// As [`enums`].
pub fn events(locale: Option<Locale>) -> Outcome<Value> {
    let table = read::<Map<String, Value>>(EVENTS)?;
    let labelled = table.iter().map(|(kind, texts)| (kind.clone(), text(locale, at(texts, 1), at(texts, 2))));
    Ok(Value::Object(labelled.collect()))
}

fn read<T: serde::de::DeserializeOwned>(table: &str) -> Outcome<T> {
    serde_json::from_str(table).map_err(|e| Error::new(&INTERNAL).caused_by(e))
}

fn at(texts: &Value, place: usize) -> &str {
    texts.get(place).and_then(Value::as_str).unwrap_or_default()
}
