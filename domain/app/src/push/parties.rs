//! Parties of a chunk.

use domain::attributes::{AttributeOwner, Declared};
use domain::receivables::findings::Notice;
use kernel::registry::codes::{TAX_ID_CHECK_DIGIT, TAX_ID_FORMAT};
use kernel::registry::tax_id::TaxIdCheck;
use kernel::registry::{Country, Language, Lei, TaxId};
use kernel::text::{external_id, line, optional_line};
use kernel::time::parse_date;
use kernel::{Date, Error, FieldError, Outcome, text_enum};
use serde_json::{Map, Value};

use super::chunk::Session;
use super::codes;
use super::content::Content;
use super::keys::Sorting;
use super::rows::PartyRow;
use super::store::{KeyRow, NewKey, PartyRecord};
use super::{KeyKind, issue};
use crate::store::WriteTx;

text_enum! {
    /// What kind of person a party is.
    pub enum PartyKind {
        Company = "company",
        Person = "person",
        PublicBody = "public_body",
    }
}

struct Checked {
    record: PartyRecord,
    external_id: String,
    parent: Option<String>,
    notices: Vec<Notice>,
}

/// Applies the parties of a chunk.
pub(super) fn apply<'a>(
    session: &Session<'a>,
    tx: &mut dyn WriteTx,
    rows: &[PartyRow],
) -> Outcome<Sorting<'a>> {
    let mut sorting = Sorting::new(session.app, KeyKind::Party, rows.len());
    let refused = sorting.refuse_at_once(session, rows.iter().map(|r| r.external_id.as_str()));
    let ids = rows.iter().flat_map(|r| [r.external_id.as_str(), r.parent_external_id.as_str()]).collect();
    let known = tx.keys(session.source.no, KeyKind::Party, &ids)?;
    let mut records = Vec::new();
    for (row, given) in rows.iter().enumerate().filter(|(row, _)| !refused.contains(row)) {
        match check(&session.declared, given) {
            Ok(checked) => {
                for note in &checked.notices {
                    sorting.notice(row, &given.external_id, &as_field(note));
                }
                records.extend(sort(session, &mut sorting, &known, (row, checked)));
            }
            Err(error) => sorting.reject(row, &given.external_id, &error),
        }
    }
    tx.upsert_parties(&records, session.stamp)?;
    Ok(sorting)
}

fn sort(
    session: &Session<'_>,
    sorting: &mut Sorting<'_>,
    known: &std::collections::HashMap<String, KeyRow>,
    (row, checked): (usize, Checked),
) -> Option<PartyRecord> {
    let Checked { mut record, external_id, parent, .. } = checked;
    record.parent_id = parent.as_deref().and_then(|p| known.get(p)).map(|key| key.object_id);
    if parent.is_some() && record.parent_id.is_none() {
        let message = "the parent has not been pushed yet; push this party again after it";
        sorting.notice(row, &external_id, &issue("parent_external_id", &codes::PARTY_MISSING, message));
    }
    let fingerprint = fingerprint(&record);
    match known.get(&external_id) {
        Some(key) if key.fingerprint == fingerprint => {
            sorting.unchanged(row, key);
            return None;
        }
        Some(key) => {
            record.id = key.object_id;
            sorting.updated(row, &external_id, key, fingerprint);
        }
        None => {
            record.id = session.app.ids.next();
            let object_id = record.id;
            sorting.created(
                row,
                NewKey { kind: KeyKind::Party, external_id, account_id: None, object_id, fingerprint },
            );
        }
    }
    Some(record)
}

fn fingerprint(party: &PartyRecord) -> uuid::Uuid {
    Content::default()
        .text(party.kind)
        .text(&party.name)
        .optional(party.tax_id.as_deref())
        .optional(party.lei.as_deref())
        .optional(party.national_id.as_deref())
        .optional(party.country.as_deref())
        .optional(party.language.as_deref())
        .id(party.parent_id)
        .optional(party.segment.as_deref())
        .texts(&party.address)
        .date(party.insolvent_since)
        .flag(party.vulnerable)
        .flag(party.intercompany)
        .text(&party.attributes.to_string())
        .fingerprint()
}

fn check(declared: &Declared, given: &PartyRow) -> Outcome<Checked> {
    let kind =
        optional(&given.kind).map_or(Ok(PartyKind::Company), |k| kernel::text_enum::parse("kind", k))?;
    let country = optional(&given.country).map(|c| Country::parse("country", c)).transpose()?;
    let mut notices = Vec::new();
    let tax_id = optional_line("tax_id", &given.tax_id)?;
    let tax_id = tax_id.map(|text| checked_tax_id(country, &text, &mut notices)).transpose()?;
    let record = PartyRecord {
        id: uuid::Uuid::nil(),
        kind: kernel::text_enum::TextEnum::as_str(kind),
        name: line("name", &given.name)?,
        tax_id,
        lei: optional(&given.lei).map(|t| Lei::parse("lei", t).map(|l| l.to_string())).transpose()?,
        national_id: optional_line("national_id", &given.national_id)?,
        country: country.map(|c| c.to_string()),
        language: language(&given.language)?,
        parent_id: None,
        segment: optional_line("segment", &given.segment)?,
        address: lines("address", &given.address)?,
        insolvent_since: date("insolvent_since", &given.insolvent_since)?,
        vulnerable: given.vulnerable,
        intercompany: given.intercompany,
        attributes: attributes(declared, AttributeOwner::Party, &given.attributes)?,
    };
    let parent =
        optional(&given.parent_external_id).map(|p| external_id("parent_external_id", p)).transpose()?;
    Ok(Checked { record, external_id: external_id("external_id", &given.external_id)?, parent, notices })
}

/// Attributes within the limits, those declared of their type.
pub(super) fn attributes(
    declared: &Declared,
    owner: AttributeOwner,
    given: &Map<String, Value>,
) -> Outcome<Value> {
    let checked = domain::attributes::object::checked(given.clone())?;
    declared.check(owner, &checked)?;
    Ok(Value::Object(checked))
}

/// A wrong tax id is kept, with a notice: ERP data is dirty, and losing the id would lose the party.
fn checked_tax_id(country: Option<Country>, text: &str, notices: &mut Vec<Notice>) -> Outcome<String> {
    let Some(country) = country else { return Ok(text.to_owned()) };
    let (id, check) = TaxId::keep("tax_id", country, text)?;
    let (code, wrong) = match check {
        TaxIdCheck::Valid => return Ok(id.to_string()),
        TaxIdCheck::WrongCheckDigit => (&TAX_ID_CHECK_DIGIT, "its check character is wrong"),
        TaxIdCheck::UnknownFormat => (&TAX_ID_FORMAT, "it has no known form"),
    };
    let message = format!("{id} is kept, but {wrong} for {country}");
    notices.push(Notice { field: "tax_id".to_owned(), code, message });
    Ok(id.to_string())
}

pub(super) fn as_field(note: &Notice) -> FieldError {
    FieldError { field: note.field.clone(), code: note.code, message: note.message.clone() }
}

/// Empty text means "not given".
pub(super) fn optional(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|t| !t.is_empty())
}

pub(super) fn date(field: &str, text: &str) -> Outcome<Option<Date>> {
    optional(text).map(|t| parse_date(field, t)).transpose()
}

pub(super) fn language(text: &str) -> Outcome<Option<String>> {
    optional(text).map(|t| Language::parse("language", t).map(|l| l.to_string())).transpose()
}

pub(super) fn lines(field: &str, given: &[String]) -> Outcome<Vec<String>> {
    const LINES_MAX: usize = 10;
    if given.len() > LINES_MAX {
        let message = format!("at most {LINES_MAX} lines");
        return Err(Error::field(field, &kernel::registry::codes::TEXT_TOO_LONG, message));
    }
    given.iter().enumerate().map(|(i, text)| line(&format!("{field}[{i}]"), text)).collect()
}
