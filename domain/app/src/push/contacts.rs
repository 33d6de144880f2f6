//! Contacts of a chunk.

use std::collections::BTreeSet;

use domain::comms::kinds::{Channel, ContactPurpose, ContactRole};
use kernel::registry::EmailAddress;
use kernel::text::{external_id, line, optional_line};
use kernel::text_enum::{TextEnum, parse};
use kernel::{Outcome, text_enum};
use uuid::Uuid;

use super::chunk::Session;
use super::content::Content;
use super::keys::{Sorting, Wait};
use super::parties::{language, optional};
use super::rows::ContactRow;
use super::store::{ContactRecord, NewKey};
use super::{KeyKind, codes, issue};
use crate::store::WriteTx;

/// Applies the contacts of a chunk.
pub(super) fn apply<'a>(
    session: &Session<'a>,
    tx: &mut dyn WriteTx,
    rows: &[ContactRow],
) -> Outcome<Sorting<'a>> {
    let mut sorting = Sorting::new(session.app, KeyKind::Contact, rows.len());
    let refused = sorting.refuse_at_once(session, rows.iter().map(|r| r.external_id.as_str()));
    let set = |field: fn(&ContactRow) -> &str| rows.iter().map(field).collect::<BTreeSet<_>>();
    let accounts = tx.keys(session.source.no, KeyKind::Account, &set(|r| &r.account_external_id))?;
    let known = tx.keys(session.source.no, KeyKind::Contact, &set(|r| &r.external_id))?;
    let mut records = Vec::new();
    for (row, given) in rows.iter().enumerate().filter(|(row, _)| !refused.contains(row)) {
        let id = given.external_id.as_str();
        let mut record = match check(given) {
            Ok(record) => record,
            Err(error) => {
                sorting.reject(row, id, &error);
                continue;
            }
        };
        let Some(account) = accounts.get(&given.account_external_id) else {
            let external_id = given.account_external_id.as_str();
            let wait = Wait { kind: KeyKind::Account, external_id, field: "account_external_id" };
            sorting.park(row, id, &wait, given)?;
            continue;
        };
        record.account_id = account.object_id;
        let fingerprint = fingerprint(&record);
        match known.get(id) {
            Some(key) if key.account_id.is_some_and(|known| known != record.account_id) => {
                let message =
                    format!("this key belongs to another account than {:?}", given.account_external_id);
                sorting.refuse(
                    row,
                    id,
                    &issue("account_external_id", &codes::CONTACT_ACCOUNT_CHANGED, message),
                );
            }
            Some(key) if key.fingerprint == fingerprint => sorting.unchanged(row, key),
            Some(key) => {
                record.id = key.object_id;
                sorting.updated(row, id, key, fingerprint);
                records.push(record);
            }
            None => {
                record.id = session.app.ids.next();
                let (account_id, object_id) = (Some(record.account_id), record.id);
                let external_id = id.to_owned();
                sorting.created(
                    row,
                    NewKey { kind: KeyKind::Contact, external_id, account_id, object_id, fingerprint },
                );
                records.push(record);
            }
        }
    }
    tx.upsert_contacts(&records, session.stamp)?;
    Ok(sorting)
}

fn check(given: &ContactRow) -> Outcome<ContactRecord> {
    external_id("external_id", &given.external_id)?;
    external_id("account_external_id", &given.account_external_id)?;
    let role = optional(&given.role).map_or(Ok(ContactRole::AccountsPayable), |r| parse("role", r))?;
    let purposes = enums::<ContactPurpose>("purposes", &given.purposes)?;
    Ok(ContactRecord {
        id: Uuid::nil(),
        account_id: Uuid::nil(),
        name: line("name", &given.name)?,
        role: role.as_str(),
        purposes: if purposes.is_empty() { ContactPurpose::TEXTS.to_vec() } else { purposes },
        email: optional(&given.email)
            .map(|e| EmailAddress::parse("email", e).map(|e| e.to_string()))
            .transpose()?,
        phone: optional_line("phone", &given.phone)?,
        language: language(&given.language)?,
        position: i16::try_from(given.position.clamp(0, 999)).unwrap_or(999),
        opted_out_channels: enums::<Channel>("opted_out_channels", &given.opted_out_channels)?,
        retired: given.retired,
    })
}

fn enums<E: text_enum::TextEnum>(field: &str, texts: &[String]) -> Outcome<Vec<&'static str>> {
    texts.iter().map(|text| parse::<E>(field, text).map(TextEnum::as_str)).collect()
}

fn fingerprint(contact: &ContactRecord) -> Uuid {
    let lists = [&contact.purposes, &contact.opted_out_channels];
    let start = Content::default()
        .id(Some(contact.account_id))
        .text(&contact.name)
        .text(contact.role)
        .optional(contact.email.as_deref())
        .optional(contact.phone.as_deref())
        .optional(contact.language.as_deref())
        .number(contact.position.into())
        .flag(contact.retired);
    lists.into_iter().fold(start, |content, list| content.text(&list.join(","))).fingerprint()
}
