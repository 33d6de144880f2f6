//! The card of a model: what it was made of and how it did, for people.

use serde::Serialize;
use serde_json::{Value, json};

use crate::features::COLUMNS;
use crate::model::{CUSTOMER_PAYMENTS_MIN, Model};
use crate::rows::ROWS_MAX;
use crate::validation::{CLASS_ROWS_MIN, TEST_ROWS_MIN, TRAIN_ROWS_MIN, Validation, WAITING_ROWS_MIN};

/// Digits that mean something.
const DIGITS: f64 = 1e6;

/// The card as JSON, its figures rounded to six decimals.
/// `left_out` is how many customers had too many invoices to be looked at.
pub fn card(model: &Model, validation: &Validation, left_out: u32) -> Value {
    let features = COLUMNS.iter().map(|c| json!({ "name": c.name, "en": c.en, "es": c.es }));
    json!({
        "features_version": model.features_version,
        "library": model.library,
        "method": "logistic regression for probabilities, median regression on a logarithmic scale for days",
        "seed": model.seed,
        "window": plain(&model.window),
        "customers_left_out": left_out,
        "base": plain(&validation.base),
        "targets": plain(&validation.targets),
        "features": features.collect::<Vec<_>>(),
        "thresholds": {
            "train_rows_min": TRAIN_ROWS_MIN, "test_rows_min": TEST_ROWS_MIN,
            "waiting_rows_min": WAITING_ROWS_MIN, "class_rows_min": CLASS_ROWS_MIN,
            "customer_payments_min": CUSTOMER_PAYMENTS_MIN, "rows_max": ROWS_MAX,
        },
    })
}

fn plain(of: &impl Serialize) -> Value {
    rounded(serde_json::to_value(of).unwrap_or_default())
}

fn rounded(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            json!(number.as_f64().map(|n| (n * DIGITS).round() / DIGITS))
        }
        Value::Array(items) => Value::Array(items.into_iter().map(rounded).collect()),
        Value::Object(fields) => Value::Object(fields.into_iter().map(|(k, v)| (k, rounded(v))).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}
