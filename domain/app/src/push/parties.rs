//! Parties of a chunk.

use domain::attributes::{AttributeOwner, Declared};
use domain::credit::groups::closes_circle;
use domain::receivables::findings::Notice;
use kernel::registry::codes::{TAX_ID_CHECK_DIGIT, TAX_ID_FORMAT};
use kernel::registry::tax_id::TaxIdCheck;
use kernel::registry::{Country, Language, Lei, TaxId};
use kernel::text::{external_id, line, optional_line};
use kernel::time::parse_date;
use kernel::{Date, Error, FieldError, Outcome, text_enum};
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

use super::chunk::Session;
use super::content::Content;
use super::keys::{Sorting, Wait};
use super::rows::PartyRow;
use super::store::{KeyRow, NewKey, PartyRecord, Stamp};
use super::{KeyKind, issue};
use crate::credit::codes as credit;
use crate::credit::groups::{StatedParent, refresh};
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
    let mut arrived = Vec::with_capacity(rows.len());
    for (row, given) in rows.iter().enumerate().filter(|(row, _)| !refused.contains(row)) {
        match check(&session.declared, given) {
            Ok(checked) => arrived.push((row, given, checked)),
            Err(error) => sorting.reject(row, &given.external_id, &error),
        }
    }
    // A group and its members may stand in one chunk, in any order.
    let new =
        arrived.iter().map(|(_, _, checked)| &checked.external_id).filter(|id| !known.contains_key(*id));
    let fresh = new.map(|id| (id.clone(), session.app.ids.next())).collect();
    let mut known = Known { parties: known, fresh };
    let circular = circles(session, tx, &mut sorting, &mut known, &arrived)?;
    let mut records = Vec::new();
    for (row, given, checked) in arrived.into_iter().filter(|(row, ..)| !circular.contains(row)) {
        for note in &checked.notices {
            sorting.notice(row, &given.external_id, &as_field(note));
        }
        records.extend(sort(&mut sorting, &known, (row, given), checked)?);
    }
    tx.upsert_parties(&records, session.stamp)?;
    let ids = || [session.app.ids.next(), session.app.ids.next()];
    let stated = records.iter().map(|r| StatedParent { party: r.id, parent: r.parent_id, ids: ids() });
    let Stamp { event, now, .. } = session.stamp;
    let mut touched = tx.state_parents(&stated.collect::<Vec<_>>(), session.as_of_on, (event, now))?;
    touched.extend(records.iter().map(|r| r.id));
    refresh(tx, &touched, event, now)?;
    Ok(sorting)
}

/// Refuses rows by which a party would stand above itself; a party that would be new does not come then.
fn circles(
    session: &Session<'_>,
    tx: &mut dyn WriteTx,
    sorting: &mut Sorting<'_>,
    known: &mut Known,
    arrived: &[(usize, &PartyRow, Checked)],
) -> Outcome<BTreeSet<usize>> {
    let stated = arrived.iter().filter_map(|(row, given, checked)| {
        let parent = known.id(checked.parent.as_deref()?)?;
        Some((*row, *given, known.id(&checked.external_id)?, parent))
    });
    let stated = stated.collect::<Vec<_>>();
    if stated.is_empty() {
        return Ok(BTreeSet::new());
    }
    tx.lock_risk()?;
    let mut parents =
        tx.parents_above(&stated.iter().map(|(.., parent)| *parent).collect(), session.as_of_on)?;
    let mut circular = BTreeSet::new();
    for (row, given, party, parent) in stated {
        if !closes_circle(&parents, party, parent) {
            parents.insert(party, parent);
            continue;
        }
        let message = format!("belongs to {:?}", given.parent_external_id);
        sorting.refuse(
            row,
            &given.external_id,
            &issue("parent_external_id", &credit::PARTY_PARENT_CYCLE, message),
        );
        known.fresh.remove(&given.external_id);
        circular.insert(row);
    }
    Ok(circular)
}

/// Parties by key: those there, and the ids of those that come with this chunk.
struct Known {
    parties: HashMap<String, KeyRow>,
    fresh: HashMap<String, Uuid>,
}

impl Known {
    fn id(&self, key: &str) -> Option<Uuid> {
        self.parties.get(key).map(|k| k.object_id).or_else(|| self.fresh.get(key).copied())
    }
}

fn sort(
    sorting: &mut Sorting<'_>,
    known: &Known,
    (row, given): (usize, &PartyRow),
    Checked { mut record, external_id, parent, .. }: Checked,
) -> Outcome<Option<PartyRecord>> {
    record.id = known.id(&external_id).ok_or_else(|| Error::new(&crate::codes::INTERNAL))?;
    record.parent_id = parent.as_deref().and_then(|p| known.id(p));
    if let Some(external_id) = parent.as_deref().filter(|_| record.parent_id.is_none()) {
        // The party is taken in at once, and joins its group when that comes.
        let wait = Wait { kind: KeyKind::Party, external_id, field: "parent_external_id" };
        sorting.wait_booked(row, &given.external_id, &wait, given)?;
    }
    let fingerprint = fingerprint(&record);
    match known.parties.get(&external_id) {
        Some(key) if key.fingerprint == fingerprint => {
            sorting.unchanged(row, key);
            return Ok(None);
        }
        Some(key) => sorting.updated(row, &external_id, key, fingerprint),
        None => {
            let object_id = record.id;
            sorting.created(
                row,
                NewKey { kind: KeyKind::Party, external_id, account_id: None, object_id, fingerprint },
            );
        }
    }
    Ok(Some(record))
}

fn fingerprint(party: &PartyRecord) -> Uuid {
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
        id: Uuid::nil(),
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
    if parent.as_deref() == Some(given.external_id.as_str()) {
        let message = "a party is not its own parent";
        return Err(Error::field("parent_external_id", &credit::PARTY_PARENT_SELF, message));
    }
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

/// A key that another row is named by; empty means none.
pub(super) fn optional_id(field: &str, text: &str) -> Outcome<()> {
    optional(text).map_or(Ok(()), |id| external_id(field, id).map(drop))
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
