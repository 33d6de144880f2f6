//! Receivables of a chunk: new ones go straight in, changed ones keep their old version as a revision.

use std::collections::{BTreeSet, HashMap};

use domain::receivables::entry::entry_for_reported_open;
use domain::receivables::findings::Notice;
use domain::receivables::kinds::ReceivableKind;
use domain::receivables::new_receivable::{NewReceivable, ReceivableDates, ReceivableFields};
use domain::receivables::vat::VatRow;
use kernel::money::parse_amount;
use kernel::text_enum::parse;
use kernel::{Currency, Decimal, Error, Outcome};
use serde_json::{Value, json};
use uuid::Uuid;

use super::chunk::{Session, payload};
use super::content::Content;
use super::keys::{Sorting, Wait};
use super::ledger::Posting;
use super::parties::{as_field, date, optional};
use super::rows::{ReceivableRow, VatText};
use super::store::{KeyRow, NewKey, ReceivableRecord, ReceivableState, RevisionReason, RevisionRecord};
use super::{KeyKind, codes, issue};
use crate::store::WriteTx;

/// A checked row on its way.
struct Arrived {
    row: usize,
    external_id: String,
    fields: ReceivableFields,
    record: ReceivableRecord,
    fingerprint: Uuid,
}

/// Applies the receivables of a chunk.
pub(super) fn apply<'a>(
    session: &Session<'a>,
    tx: &mut dyn WriteTx,
    rows: &[ReceivableRow],
) -> Outcome<Sorting<'a>> {
    let mut sorting = Sorting::new(session.app, KeyKind::Receivable, rows.len());
    let duplicates = sorting.reject_duplicates(rows.iter().map(|r| r.external_id.as_str()));
    let set = |field: fn(&ReceivableRow) -> &str| rows.iter().map(field).collect::<BTreeSet<_>>();
    let accounts = tx.keys(session.source.no, KeyKind::Account, &set(|r| &r.account_external_id))?;
    let named = &set(|r| &r.external_id) | &set(|r| &r.credited_external_id);
    let known = tx.keys(session.source.no, KeyKind::Receivable, &named)?;
    let mut changed = Vec::new();
    let mut new = Vec::new();
    for (row, given) in rows.iter().enumerate().filter(|(row, _)| !duplicates.contains(row)) {
        let Some(account) = accounts.get(&given.account_external_id) else {
            wait_for_account(&mut sorting, row, given)?;
            continue;
        };
        let arrived = match arrive(&mut sorting, (row, given), account.object_id) {
            Ok(arrived) => arrived,
            Err(error) => {
                sorting.reject(row, &given.external_id, &error);
                continue;
            }
        };
        match known.get(&given.external_id) {
            None => new.push(arrived),
            Some(key) if key.account_id != Some(account.object_id) => {
                let message =
                    format!("this key belongs to another account than {:?}", given.account_external_id);
                let code = &domain::receivables::codes::RECEIVABLE_ACCOUNT_CHANGED;
                sorting.refuse(row, &given.external_id, &issue("account_external_id", code, message));
            }
            Some(key) if key.fingerprint == arrived.fingerprint && arrived.fields.open_amount.is_none() => {
                sorting.unchanged(row, key);
            }
            Some(key) => changed.push((*key, arrived)),
        }
    }
    let mut posting = Posting::new(session);
    let fresh = insert(session, tx, &mut sorting, &mut posting, new)?;
    change(session, tx, &mut sorting, &mut posting, changed)?;
    settle_credits(session, tx, &mut sorting, &mut posting, (&known, &fresh))?;
    posting.write(tx)?;
    Ok(sorting)
}

fn wait_for_account(sorting: &mut Sorting<'_>, row: usize, given: &ReceivableRow) -> Outcome<()> {
    let wait = Wait {
        kind: KeyKind::Account,
        external_id: &given.account_external_id,
        field: "account_external_id",
    };
    sorting.park(row, &given.external_id, &wait, payload(given)?);
    Ok(())
}

fn arrive(
    sorting: &mut Sorting<'_>,
    (row, given): (usize, &ReceivableRow),
    account: Uuid,
) -> Outcome<Arrived> {
    let checked = NewReceivable::check(fields(given)?)?;
    let (notices, due_on, issue_on): (Vec<Notice>, _, _) =
        (checked.notices, checked.value.due_on(), checked.value.issue_on());
    for note in &notices {
        sorting.notice(row, &given.external_id, &as_field(note));
    }
    let fields = checked.value.into_fields();
    let dates = fields.dates;
    let object = |map: &serde_json::Map<String, Value>| (!map.is_empty()).then(|| Value::Object(map.clone()));
    let record = ReceivableRecord {
        account_id: account,
        id: Uuid::nil(),
        credited_receivable_id: None,
        issue_on,
        due_on,
        agreed_due_on: dates.agreed_due_on,
        tax_point_on: dates.tax_point_on,
        shipped_on: dates.shipped_on,
        goods_received_on: dates.goods_received_on,
        expected_pay_on: dates.expected_pay_on,
        closed_on: None,
        original_amount: fields.amount,
        open_amount: fields.amount,
        currency: fields.currency,
        kind: fields.kind,
        document_no: fields.document_no.clone(),
        order_no: fields.order_no.clone(),
        delivery_note_no: fields.delivery_note_no.clone(),
        payment_reference: fields.payment_reference.clone(),
        disputed: given.disputed,
        vat: (!fields.vat.is_empty()).then(|| fields.vat.iter().map(vat_json).collect()),
        dimensions: object(&fields.dimensions),
        attributes: object(&fields.attributes),
    };
    let fingerprint = fingerprint(&record, fields.credited_external_id.as_deref());
    Ok(Arrived { row, external_id: given.external_id.clone(), fields, record, fingerprint })
}

/// Receivables of this chunk by external id: row number, record, and the external id that a credit note names.
type Fresh = HashMap<String, (usize, ReceivableRecord, Option<String>)>;

/// Writes rows known to be new; the difference to a stated open amount becomes an entry.
fn insert(
    session: &Session<'_>,
    tx: &mut dyn WriteTx,
    sorting: &mut Sorting<'_>,
    posting: &mut Posting<'_>,
    new: Vec<Arrived>,
) -> Outcome<Fresh> {
    let mut fresh = HashMap::with_capacity(new.len());
    let mut records = Vec::with_capacity(new.len());
    for Arrived { row, external_id, fields, mut record, fingerprint } in new {
        record.id = session.app.ids.next();
        let (account_id, object_id) = (Some(record.account_id), record.id);
        let key = NewKey {
            kind: KeyKind::Receivable,
            external_id: external_id.clone(),
            account_id,
            object_id,
            fingerprint,
        };
        sorting.created(row, key);
        if let Some(reported) = fields.open_amount
            && let Some((kind, amount)) = entry_for_reported_open(fields.amount, fields.amount, reported)
        {
            posting.post_on((record.account_id, record.id), kind, amount, session.as_of_on);
        }
        if fields.credited_external_id.is_some() {
            fresh.insert(external_id, (row, record.clone(), fields.credited_external_id));
        } else {
            fresh.insert(external_id, (row, thin(&record), None));
        }
        records.push(record);
    }
    tx.insert_receivables(&records, session.stamp)?;
    Ok(fresh)
}

/// What later steps need of a row without keeping its free data twice.
fn thin(record: &ReceivableRecord) -> ReceivableRecord {
    ReceivableRecord { vat: None, dimensions: None, attributes: None, ..record.clone() }
}

/// Writes rows whose content differs, with the old version kept; amounts move the open amount along.
fn change(
    session: &Session<'_>,
    tx: &mut dyn WriteTx,
    sorting: &mut Sorting<'_>,
    posting: &mut Posting<'_>,
    changed: Vec<(KeyRow, Arrived)>,
) -> Outcome<()> {
    let keys = changed.iter().map(|(key, arrived)| (arrived.record.account_id, key.object_id)).collect();
    let states = tx.receivables_for_update(&keys)?;
    let states = states.into_iter().map(|s| (s.id, s)).collect::<HashMap<_, _>>();
    let (mut records, mut revisions) = (Vec::new(), Vec::new());
    for (key, Arrived { row, external_id, fields, mut record, fingerprint }) in changed {
        let Some(state) = states.get(&key.object_id) else {
            return Err(
                Error::new(&crate::codes::INTERNAL).caused_by(format!("key {external_id} leads nowhere"))
            );
        };
        if state.currency != record.currency || state.kind.side() != record.kind.side() {
            let message = format!("it was {} {}", state.kind, state.currency);
            sorting.refuse(row, &external_id, &issue("currency", &codes::CURRENCY_CHANGED, message));
            continue;
        }
        record.id = key.object_id;
        let content_differs = key.fingerprint != fingerprint;
        let shift = record.original_amount - state.original_amount;
        let mut moved = false;
        if let Some(reported) = fields.open_amount {
            let stored = state.open_amount + shift;
            if let Some((kind, amount)) = entry_for_reported_open(record.original_amount, stored, reported) {
                posting.post_on((record.account_id, record.id), kind, amount, session.as_of_on);
                moved = true;
            }
        }
        if !content_differs && !moved {
            sorting.unchanged(row, &key);
            continue;
        }
        sorting.updated(row, &external_id, &key, fingerprint);
        if content_differs {
            posting.shift_original((record.account_id, record.id), shift, session.as_of_on);
            revisions.extend(revision(state, &record, session));
            records.push(record);
        }
    }
    tx.insert_revisions(&revisions, session.stamp)?;
    tx.update_receivables(&records, session.stamp)
}

/// Only what figures depend on is kept as a revision; a later agreed due date is an extension, all else a correction.
fn revision(
    before: &ReceivableState,
    after: &ReceivableRecord,
    session: &Session<'_>,
) -> Option<RevisionRecord> {
    let same = before.original_amount == after.original_amount
        && before.issue_on == after.issue_on
        && before.due_on == after.due_on
        && before.document_no == after.document_no;
    if same && before.agreed_due_on == after.agreed_due_on {
        return None;
    }
    let later = after.agreed_due_on > before.agreed_due_on.or(Some(before.due_on));
    let reason = if same && later { RevisionReason::Extension } else { RevisionReason::Correction };
    Some(RevisionRecord { before: before.clone(), reason, changed_on: session.as_of_on })
}

/// A credit note that names its invoice settles it, as far as that is open.
fn settle_credits(
    session: &Session<'_>,
    tx: &mut dyn WriteTx,
    sorting: &mut Sorting<'_>,
    posting: &mut Posting<'_>,
    (known, fresh): (&HashMap<String, KeyRow>, &Fresh),
) -> Outcome<()> {
    let mut pairs = Vec::new();
    for (external_id, (row, credit, credited)) in fresh {
        let Some(credited) = credited.as_deref().filter(|_| credit.kind == ReceivableKind::CreditNote) else {
            continue;
        };
        let earlier = known.get(credited).and_then(|key| Some((key.account_id?, key.object_id)));
        let target = earlier.or_else(|| fresh.get(credited).map(|(_, r, _)| (r.account_id, r.id)));
        match target {
            Some((account, invoice)) if account == credit.account_id => {
                pairs.push(((*row, external_id), credit.clone(), invoice));
            }
            Some(_) | None => {
                let message =
                    "the invoice it names is not known under this account: the credit stays unallocated";
                let note = issue("credited_external_id", &codes::RECEIVABLE_MISSING, message);
                sorting.notice(*row, external_id, &note);
            }
        }
    }
    pairs.sort_by_key(|((row, _), _, _)| *row);
    let keys = pairs
        .iter()
        .flat_map(|(_, credit, invoice)| [(credit.account_id, credit.id), (credit.account_id, *invoice)]);
    posting.load(tx, &keys.collect())?;
    for ((row, external_id), credit, invoice) in &pairs {
        let currency = posting.item((credit.account_id, *invoice)).map(|item| item.currency);
        if let Some(currency) = currency.filter(|currency| *currency != credit.currency) {
            let message = format!("the invoice it names is in {currency}: the credit stays unallocated");
            let note = issue("currency", &domain::receivables::codes::ALLOCATION_CURRENCY_MISMATCH, message);
            sorting.notice(*row, external_id, &note);
            continue;
        }
        posting.settle((credit.account_id, credit.id), *invoice, session.as_of_on.max(credit.issue_on));
    }
    Ok(())
}

fn fields(given: &ReceivableRow) -> Outcome<ReceivableFields> {
    let currency = Currency::parse("currency", &given.currency)?;
    let text = |text: &str| optional(text).map(str::to_owned);
    Ok(ReceivableFields {
        external_id: kernel::text::external_id("external_id", &given.external_id)?,
        kind: optional(&given.kind).map_or(Ok(ReceivableKind::Invoice), |k| parse("kind", k))?,
        document_no: given.document_no.clone(),
        order_no: text(&given.order_no),
        delivery_note_no: text(&given.delivery_note_no),
        payment_reference: text(&given.payment_reference),
        credited_external_id: text(&given.credited_external_id),
        currency,
        amount: parse_amount("amount", &given.amount, currency)?,
        open_amount: optional(&given.open_amount)
            .map(|t| parse_amount("open_amount", t, currency))
            .transpose()?,
        dates: ReceivableDates {
            issue_on: date("issue_on", &given.issue_on)?,
            tax_point_on: date("tax_point_on", &given.tax_point_on)?,
            shipped_on: date("shipped_on", &given.shipped_on)?,
            goods_received_on: date("goods_received_on", &given.goods_received_on)?,
            due_on: date("due_on", &given.due_on)?,
            agreed_due_on: date("agreed_due_on", &given.agreed_due_on)?,
            expected_pay_on: date("expected_pay_on", &given.expected_pay_on)?,
        },
        vat: given.vat.iter().enumerate().map(|(i, row)| vat(i, row, currency)).collect::<Outcome<_>>()?,
        dimensions: given.dimensions.clone(),
        attributes: given.attributes.clone(),
    })
}

fn vat(index: usize, given: &VatText, currency: Currency) -> Outcome<VatRow> {
    let amount = |name: &str, text: &str| match optional(text) {
        Some(text) => parse_amount(&format!("vat[{index}].{name}"), text, currency),
        None => Ok(Decimal::ZERO),
    };
    let rate = optional(&given.rate).map_or(Ok(Decimal::ZERO), |text| {
        text.parse::<Decimal>().map_err(|e| {
            let code = &kernel::registry::codes::AMOUNT_INVALID;
            Error::field(format!("vat[{index}].rate"), code, format!("{text:?} is not a percentage"))
                .caused_by(e)
        })
    })?;
    Ok(VatRow {
        base: amount("base", &given.base)?,
        rate,
        quota: amount("quota", &given.quota)?,
        surcharge: amount("surcharge", &given.surcharge)?,
        withholding: amount("withholding", &given.withholding)?,
    })
}

fn vat_json(row: &VatRow) -> Value {
    let text = |d: Decimal| d.normalize().to_string();
    json!({ "base": text(row.base), "rate": text(row.rate), "quota": text(row.quota),
        "surcharge": text(row.surcharge), "withholding": text(row.withholding) })
}

fn fingerprint(record: &ReceivableRecord, credited: Option<&str>) -> Uuid {
    let json = |value: &Option<Value>| value.as_ref().map(ToString::to_string);
    Content::default()
        .id(Some(record.account_id))
        .text(kernel::text_enum::TextEnum::as_str(record.kind))
        .text(record.currency.as_str())
        .decimal(record.original_amount)
        .text(&record.document_no)
        .date(Some(record.issue_on))
        .date(Some(record.due_on))
        .date(record.agreed_due_on)
        .date(record.tax_point_on)
        .date(record.shipped_on)
        .date(record.goods_received_on)
        .date(record.expected_pay_on)
        .optional(record.order_no.as_deref())
        .optional(record.delivery_note_no.as_deref())
        .optional(record.payment_reference.as_deref())
        .optional(credited)
        .flag(record.disputed)
        .optional(json(&record.vat).as_deref())
        .optional(json(&record.dimensions).as_deref())
        .optional(json(&record.attributes).as_deref())
        .fingerprint()
}
