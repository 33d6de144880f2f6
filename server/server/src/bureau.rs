//! A rating provider as the use cases see it: pages of reports, read from what it answers.
//!
//! It answers `{"reports": [...], "next": "...", "more": true}`. A report is an object of the fields that the file form has
//! as columns, texts or numbers. One that is something else is kept as it came, and waits in the inbox.

use std::time::Duration;

use app::credit::external::Report;
use app::credit::external::codes::PROVIDER_UNREACHABLE;
use app::credit::external::collect::{RatingSource, ReportPage};
use kernel::{Error, Outcome};
use outbound::bureau::Bureau;
use serde::Deserialize;
use serde_json::Value;

/// A provider with an interface.
pub struct HttpRatings(Bureau);

impl HttpRatings {
    /// A provider at an address, with its token; a request takes no longer than `patience`.
    pub fn new(url: &str, token: Option<String>, patience: Duration) -> Self {
        Self(Bureau::new(url, token, patience))
    }
}

#[derive(Deserialize)]
struct Answer {
    reports: Vec<Value>,
    #[serde(default)]
    next: Option<String>,
    #[serde(default)]
    more: bool,
}

impl RatingSource for HttpRatings {
    fn page(&self, after: Option<&str>) -> Outcome<ReportPage> {
        let unreachable = |cause: String| Error::new(&PROVIDER_UNREACHABLE).caused_by(cause).retry_after(60);
        let text = self.0.page(after).map_err(unreachable)?;
        let answer = serde_json::from_str::<Answer>(&text)
            .map_err(|e| unreachable(format!("another form: {:?} at column {}", e.classify(), e.column())))?;
        Ok(ReportPage {
            reports: answer.reports.iter().map(report).collect(),
            next: answer.next,
            more: answer.more,
        })
    }
}

fn report(value: &Value) -> Report {
    let as_texts = |value: &Value| -> Option<Report> {
        let fields = value.as_object()?.iter().map(|(name, value)| {
            let text = match value {
                Value::Number(number) => Value::String(number.to_string()),
                Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                    value.clone()
                }
            };
            (name.clone(), text)
        });
        serde_json::from_value(Value::Object(fields.collect())).ok()
    };
    as_texts(value).unwrap_or_else(|| Report { name: Some(value.to_string()), ..Report::default() })
}
