//! The contact policy: a versioned document that people write.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveTime, Timelike as _};
use kernel::{Date, Error, Outcome};
use serde::{Deserialize, Serialize};

use crate::comms::{Channel, codes};

/// The document version this build reads.
pub const SCHEMA: u32 = 1;
/// Largest number of days a rule may look back: beyond a year nothing is remembered.
const DAYS_MAX: u16 = 366;
const MINUTES_OF_DAY: u16 = 24 * 60;

kernel::text_enum! {
    /// A day of the week.
    pub enum Weekday {
        Monday = "monday",
        Tuesday = "tuesday",
        Wednesday = "wednesday",
        Thursday = "thursday",
        Friday = "friday",
        Saturday = "saturday",
        Sunday = "sunday",
    }
}

impl Weekday {
    pub fn of(day: Date) -> Self {
        match day.weekday() {
            chrono::Weekday::Mon => Self::Monday,
            chrono::Weekday::Tue => Self::Tuesday,
            chrono::Weekday::Wed => Self::Wednesday,
            chrono::Weekday::Thu => Self::Thursday,
            chrono::Weekday::Fri => Self::Friday,
            chrono::Weekday::Sat => Self::Saturday,
            chrono::Weekday::Sun => Self::Sunday,
        }
    }
}

/// Hours of one day, local to the debtor: from `from`, up to but not including `to`, as `HH:MM`; `24:00` ends the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    pub from: String,
    pub to: String,
}

/// At most so many contacts with a group in any so many consecutive days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowCap {
    pub days: u16,
    pub contacts: u16,
}

/// A contact policy as written. Days are calendar days in the debtor's time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyDocument {
    /// Version of the document's shape: [`SCHEMA`].
    pub schema: u32,
    /// The channels it governs; others it does not limit.
    #[serde(default = "every_channel_to_the_debtor")]
    pub channels: Vec<Channel>,
    /// Channels of those that must not be used at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forbidden_channels: Vec<Channel>,
    /// A weekday that is absent has no hours.
    pub hours: BTreeMap<Weekday, Vec<Hours>>,
    pub business_days_only: bool,
    /// Days between any two contacts with one group: 2 = after Monday comes Wednesday; 0 = no such rule.
    #[serde(default)]
    pub spacing_days: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_cap_per_day: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient_cap_per_day: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_cap_in_window: Option<WindowCap>,
    /// Days of silence after the debtor answered: 3 = after Monday comes Thursday; 0 = no such rule.
    #[serde(default)]
    pub quiet_days_after_answer: u16,
}

fn every_channel_to_the_debtor() -> Vec<Channel> {
    vec![Channel::Email, Channel::Letter, Channel::Call]
}

/// A policy in force: a checked document with its code and version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactPolicy {
    code: String,
    version: i32,
    document: PolicyDocument,
    /// Per weekday, minutes from midnight, ascending.
    hours: BTreeMap<Weekday, Vec<(u16, u16)>>,
}

impl ContactPolicy {
    /// Reads and checks a document.
    ///
    /// # Errors
    /// `contact_policy.invalid`, naming the field.
    pub fn parse(code: &str, version: i32, document: &serde_json::Value) -> Outcome<Self> {
        let document = PolicyDocument::deserialize(document).map_err(|e| wrong("document", e.to_string()))?;
        Self::try_new(code, version, document)
    }

    /// Checks a document.
    ///
    /// # Errors
    /// `contact_policy.invalid`, naming the field.
    pub fn try_new(code: &str, version: i32, document: PolicyDocument) -> Outcome<Self> {
        if document.schema != SCHEMA {
            return Err(wrong(
                "schema",
                format!("this build reads schema {SCHEMA}, not {}", document.schema),
            ));
        }
        check_counts(&document)?;
        let mut hours = BTreeMap::new();
        for (weekday, given) in &document.hours {
            let of_day = given.iter().map(|h| minutes_of(*weekday, h)).collect::<Outcome<Vec<_>>>()?;
            if !of_day.is_sorted_by(|a, b| a.1 <= b.0) {
                return Err(wrong(
                    &format!("hours.{weekday}"),
                    "hours of a day are in order and do not overlap",
                ));
            }
            hours.insert(*weekday, of_day);
        }
        if hours.values().all(Vec::is_empty) {
            return Err(wrong(
                "hours",
                "a policy without any hours forbids everything; use forbidden_channels instead",
            ));
        }
        Ok(Self { code: code.to_owned(), version, document, hours })
    }

    /// The policy an installation starts with.
    ///
    /// # Errors
    /// None in practice: a test reads the embedded document.
    pub fn default_document() -> Outcome<serde_json::Value> {
        serde_json::from_str(include_str!("default_policy.json"))
            .map_err(|e| wrong("document", e.to_string()))
    }

    pub fn code(&self) -> &str {
        &self.code
    }

    pub fn version(&self) -> i32 {
        self.version
    }

    pub fn document(&self) -> &PolicyDocument {
        &self.document
    }

    /// Whether it has a say about a channel.
    pub fn governs(&self, channel: Channel) -> bool {
        self.document.channels.contains(&channel)
    }

    /// Whether a local time of a day is within its hours.
    pub(super) fn is_open(&self, day: Date, time: NaiveTime) -> bool {
        let seconds = time.num_seconds_from_midnight();
        self.hours_of(day)
            .iter()
            .any(|(from, to)| (u32::from(*from) * 60..u32::from(*to) * 60).contains(&seconds))
    }

    /// Hours of a day, in minutes from midnight.
    pub(super) fn hours_of(&self, day: Date) -> &[(u16, u16)] {
        self.hours.get(&Weekday::of(day)).map(Vec::as_slice).unwrap_or_default()
    }
}

fn check_counts(document: &PolicyDocument) -> Outcome<()> {
    for (field, days) in [
        ("spacing_days", document.spacing_days),
        ("quiet_days_after_answer", document.quiet_days_after_answer),
    ] {
        if days > DAYS_MAX {
            return Err(wrong(field, format!("{days} days are more than {DAYS_MAX}")));
        }
    }
    let window = document.group_cap_in_window;
    if window.is_some_and(|w| w.days == 0 || w.days > DAYS_MAX) {
        return Err(wrong("group_cap_in_window.days", format!("a window has 1 to {DAYS_MAX} days")));
    }
    for (field, cap) in [
        ("group_cap_per_day", document.group_cap_per_day),
        ("recipient_cap_per_day", document.recipient_cap_per_day),
        ("group_cap_in_window.contacts", window.map(|w| w.contacts)),
    ] {
        if cap == Some(0) {
            return Err(wrong(field, "a cap of zero forbids everything; use forbidden_channels instead"));
        }
    }
    let foreign = document.channels.iter().chain(&document.forbidden_channels).find(|c| !c.reaches_debtor());
    if let Some(channel) = foreign {
        return Err(wrong("channels", format!("{channel} does not reach the debtor and needs no policy")));
    }
    let ungoverned = document.forbidden_channels.iter().find(|c| !document.channels.contains(c));
    match ungoverned {
        Some(channel) => {
            Err(wrong("forbidden_channels", format!("{channel} is not among the channels it governs")))
        }
        None => Ok(()),
    }
}

fn minutes_of(weekday: Weekday, hours: &Hours) -> Outcome<(u16, u16)> {
    let read = |text: &str| {
        minutes(text)
            .ok_or_else(|| wrong(&format!("hours.{weekday}"), format!("{text:?} is not a time like 09:00")))
    };
    let (from, to) = (read(&hours.from)?, read(&hours.to)?);
    if from >= to {
        let message =
            format!("{} is not before {}; hours over midnight belong to two days", hours.from, hours.to);
        return Err(wrong(&format!("hours.{weekday}"), message));
    }
    Ok((from, to))
}

fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let two_digits =
        |t: &str| (t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse::<u16>().ok())?;
    let (hour, minute) = (two_digits(hour)?, two_digits(minute)?);
    let all = hour.checked_mul(60)?.checked_add(minute)?;
    (minute < 60 && all <= MINUTES_OF_DAY).then_some(all)
}

fn wrong(field: &str, message: impl Into<String>) -> Error {
    Error::field(field, &codes::CONTACT_POLICY_INVALID, message)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn refused(change: impl FnOnce(&mut Value)) -> String {
        let mut document = ContactPolicy::default_document().unwrap();
        change(&mut document);
        let error = ContactPolicy::parse("default", 1, &document).unwrap_err();
        assert_eq!(error.code().text, "contact_policy.invalid");
        error.to_string()
    }

    #[test]
    fn the_default_is_office_hours_two_days_apart_and_one_message_a_day() {
        let policy = ContactPolicy::parse("default", 1, &ContactPolicy::default_document().unwrap()).unwrap();
        let monday = "2026-05-18".parse::<Date>().unwrap();
        let at = |text: &str| policy.is_open(monday, text.parse().unwrap());
        assert!(!at("08:59:59") && at("09:00:00") && at("17:59:59") && !at("18:00:00"));
        assert!(policy.hours_of("2026-05-17".parse().unwrap()).is_empty());
        let document = policy.document();
        assert_eq!((document.spacing_days, document.recipient_cap_per_day), (2, Some(1)));
        assert!(document.business_days_only);
    }

    #[test]
    fn a_document_reads_back_as_it_was_written() {
        let document = ContactPolicy::default_document().unwrap();
        let policy = ContactPolicy::parse("default", 1, &document).unwrap();
        assert_eq!(serde_json::to_value(policy.document()).unwrap(), document);
    }

    #[test]
    fn mistakes_are_named() {
        assert!(refused(|d| d["colour"] = json!("red")).contains("colour"));
        assert!(refused(|d| d["schema"] = json!(2)).contains("schema 1"));
        assert!(refused(|d| d["hours"]["monday"][0]["to"] = json!("08:00")).contains("not before"));
        assert!(refused(|d| d["hours"]["monday"][0]["from"] = json!("9:00")).contains("9:00"));
        assert!(refused(|d| d["hours"]["monday"][0]["to"] = json!("24:01")).contains("24:01"));
        let overlapping = json!([{ "from": "09:00", "to": "12:00" }, { "from": "11:00", "to": "13:00" }]);
        assert!(refused(|d| d["hours"]["monday"] = overlapping).contains("overlap"));
        assert!(refused(|d| d["hours"] = json!({})).contains("without any hours"));
        assert!(refused(|d| d["recipient_cap_per_day"] = json!(0)).contains("zero"));
        assert!(
            refused(|d| d["group_cap_in_window"] = json!({ "days": 0, "contacts": 1 })).contains("1 to 366")
        );
        assert!(refused(|d| d["spacing_days"] = json!(-1)).contains("-1"));
        assert!(refused(|d| d["channels"] = json!(["task"])).contains("task"));
        assert!(
            refused(|d| {
                d["channels"] = json!(["email"]);
                d["forbidden_channels"] = json!(["call"]);
            })
            .contains("call")
        );
    }
}
