//! Receivables of a chunk: new ones go straight in, changed ones keep their old version as a revision.

mod check;
mod credits;
mod open;
mod reopen;

use std::collections::{BTreeSet, HashMap};

use domain::attributes::AttributeOwner;
use domain::receivables::entry::entry_for_reported_open;
use kernel::{Error, Outcome};
use serde_json::Value;

pub use check::CheckedReceivable;
use open::{Stated, entry_of_change};
use reopen::Closings;

use super::ahead::KnownKeys;
use super::chunk::Session;
use super::keys::{Sorting, Wait};
use super::ledger::{ItemKey, Posting};
use super::parties::as_field;
use super::rows::ReceivableRow;
use super::store::{KeyRow, NewKey, ReceivableRecord, ReceivableState, RevisionReason, RevisionRecord};
use super::{KeyKind, PushMode, codes, issue};
use crate::store::WriteTx;

/// A row whose account is known.
struct Arrived<'c> {
    row: usize,
    checked: &'c CheckedReceivable,
    /// With its account.
    record: ReceivableRecord,
}

/// Checks the receivables of a chunk, before and outside of its transaction.
pub(super) fn check_all(rows: &[ReceivableRow]) -> Vec<Outcome<CheckedReceivable>> {
    rows.iter().map(check::check).collect()
}

/// Applies the receivables of a chunk.
pub(super) fn apply<'a>(
    session: &Session<'a>,
    tx: &mut dyn WriteTx,
    (rows, checked): (&[ReceivableRow], &[Outcome<CheckedReceivable>]),
) -> Outcome<Sorting<'a>> {
    let mut sorting = Sorting::new(session.app, KeyKind::Receivable, rows.len());
    let refused = sorting.refuse_at_once(session, rows.iter().map(|r| r.external_id.as_str()));
    let known = known_keys(session, tx, rows)?;
    let agreeing = agreeing(tx, (rows, checked), &known)?;
    let (mut differing, mut named) = (Vec::new(), BTreeSet::new());
    for (row, (given, checked)) in rows.iter().zip(checked).enumerate() {
        if refused.contains(&row) {
            continue;
        }
        match (checked, known.get(&given.external_id)) {
            (Ok(checked), Some(key))
                if key.fingerprint == checked.fingerprint
                    && (checked.reported_open.is_none() || session.retry || agreeing.contains(&row)) =>
            {
                tell(&mut sorting, row, checked);
                sorting.unchanged(row, key);
                if checked.reported_open.is_none() && names(session) {
                    named.extend(item_key(key));
                }
            }
            (checked, _) => differing.push((row, given, checked)),
        }
    }
    let mut posting = Posting::new(session);
    Closings::load(tx, &mut posting, &named)?.take_back_all(session, &mut posting, &named);
    let (new, changed) = find_accounts(session, tx, &mut sorting, &known, differing)?;
    insert(session, tx, &mut sorting, &mut posting, new)?;
    change(session, tx, &mut sorting, &mut posting, changed)?;
    credits::settle(session, tx, &mut sorting, &mut posting, (rows, checked, &known))?;
    posting.write(tx)?;
    Ok(sorting)
}

/// Rows that say what they said before and state what is open as it is. They are looked at without a lock: it would be a write to
/// each, and of a spreadsheet that comes every day most rows agree. Those that do not are looked at again under the lock.
fn agreeing(
    tx: &mut dyn WriteTx,
    (rows, checked): (&[ReceivableRow], &[Outcome<CheckedReceivable>]),
    known: &KnownKeys<'_>,
) -> Outcome<BTreeSet<usize>> {
    let stated = rows.iter().zip(checked).enumerate().filter_map(|(row, (given, checked))| {
        let checked = checked.as_ref().ok()?;
        let open = checked.reported_open?;
        let key = known.get(&given.external_id).filter(|key| key.fingerprint == checked.fingerprint)?;
        Some((row, item_key(key)?, open))
    });
    let stated = stated.collect::<Vec<_>>();
    let open = tx.open_amounts(&stated.iter().map(|(_, key, _)| *key).collect())?;
    let agree = stated.into_iter().filter(|(_, key, stated)| open.get(key) == Some(stated));
    Ok(agree.map(|(row, ..)| row).collect())
}

/// Whether the session names what its rows are: a complete snapshot says that they are open.
fn names(session: &Session<'_>) -> bool {
    session.mode == PushMode::Snapshot && !session.retry
}

fn item_key(key: &KeyRow) -> Option<ItemKey> {
    Some((key.account_id?, key.object_id))
}

fn known_keys<'k>(
    session: &'k Session<'_>,
    tx: &mut dyn WriteTx,
    rows: &[ReceivableRow],
) -> Outcome<KnownKeys<'k>> {
    if let Some(ahead) = &session.ahead {
        return Ok(KnownKeys::Ahead(ahead));
    }
    tx.keys(session.source.no, KeyKind::Receivable, &named(rows)).map(KnownKeys::Now)
}

/// The receivables that rows are and name. Rows mostly come in the order of their keys, which a set takes in without sorting as
/// long as nothing stands between them.
pub(super) fn named(rows: &[ReceivableRow]) -> BTreeSet<&str> {
    let own = rows.iter().map(|r| r.external_id.as_str());
    let credited = rows.iter().map(|r| r.credited_external_id.as_str()).filter(|id| !id.is_empty());
    own.chain(credited).collect()
}

fn find_keys_of_accounts(
    session: &Session<'_>,
    tx: &mut dyn WriteTx,
    mut named: BTreeSet<&str>,
) -> Outcome<HashMap<String, KeyRow>> {
    let mut found = session.ahead.as_ref().map(|ahead| ahead.accounts(&named)).unwrap_or_default();
    named.retain(|name| !found.contains_key(*name));
    found.extend(tx.keys(session.source.no, KeyKind::Account, &named)?);
    Ok(found)
}

/// Those new, and those known otherwise.
type Found<'c> = (Vec<Arrived<'c>>, Vec<(KeyRow, Arrived<'c>)>);

/// A row that is not known as it came.
type Differing<'c> = (usize, &'c ReceivableRow, &'c Outcome<CheckedReceivable>);

/// Those new and those changed, each under its account; the rest waits or is refused.
fn find_accounts<'c>(
    session: &Session<'_>,
    tx: &mut dyn WriteTx,
    sorting: &mut Sorting<'_>,
    known: &KnownKeys<'_>,
    differing: Vec<Differing<'c>>,
) -> Outcome<Found<'c>> {
    let named = differing.iter().map(|(_, given, _)| given.account_external_id.as_str()).collect();
    let accounts = find_keys_of_accounts(session, tx, named)?;
    let (mut new, mut changed) = (Vec::with_capacity(differing.len()), Vec::new());
    for (row, given, checked) in differing {
        let checked = match checked {
            Ok(checked) => checked,
            Err(error) => {
                sorting.reject(row, &given.external_id, error);
                continue;
            }
        };
        if let Some(Value::Object(attributes)) = &checked.record.attributes
            && let Err(error) = session.declared.check(AttributeOwner::Receivable, attributes)
        {
            sorting.reject(row, &given.external_id, &error);
            continue;
        }
        let Some(account) = accounts.get(&given.account_external_id) else {
            wait_for_account(sorting, row, given)?;
            continue;
        };
        tell(sorting, row, checked);
        let record = ReceivableRecord { account_id: account.object_id, ..checked.record.clone() };
        match known.get(&given.external_id) {
            None => new.push(Arrived { row, checked, record }),
            Some(key) if key.account_id != Some(account.object_id) => {
                let message =
                    format!("this key belongs to another account than {:?}", given.account_external_id);
                let code = &domain::receivables::codes::RECEIVABLE_ACCOUNT_CHANGED;
                sorting.refuse(row, &given.external_id, &issue("account_external_id", code, message));
            }
            Some(key) => changed.push((*key, Arrived { row, checked, record })),
        }
    }
    Ok((new, changed))
}

fn tell(sorting: &mut Sorting<'_>, row: usize, checked: &CheckedReceivable) {
    for note in &checked.notices {
        sorting.notice(row, &checked.external_id, &as_field(note));
    }
}

fn wait_for_account(sorting: &mut Sorting<'_>, row: usize, given: &ReceivableRow) -> Outcome<()> {
    let wait = Wait {
        kind: KeyKind::Account,
        external_id: &given.account_external_id,
        field: "account_external_id",
    };
    sorting.park(row, &given.external_id, &wait, given)
}

/// Writes rows known to be new; the difference to a stated open amount becomes an entry.
fn insert(
    session: &Session<'_>,
    tx: &mut dyn WriteTx,
    sorting: &mut Sorting<'_>,
    posting: &mut Posting<'_>,
    new: Vec<Arrived<'_>>,
) -> Outcome<()> {
    let mut records = Vec::with_capacity(new.len());
    for Arrived { row, checked, mut record } in new {
        let external_id = checked.external_id.clone();
        record.id = session.app.ids.next();
        let (account_id, object_id) = (Some(record.account_id), record.id);
        let fingerprint = checked.fingerprint;
        let key = NewKey { kind: KeyKind::Receivable, external_id, account_id, object_id, fingerprint };
        sorting.created(row, key);
        let amount = record.original_amount;
        if let Some(reported) = checked.reported_open
            && let Some((kind, amount)) = entry_for_reported_open(amount, amount, reported)
        {
            posting.post_on((record.account_id, record.id), kind, amount, session.as_of_on);
        }
        records.push(record);
    }
    tx.insert_receivables(&records, session.stamp)
}

/// Writes rows whose content differs, with the old version kept; amounts move the open amount along.
fn change(
    session: &Session<'_>,
    tx: &mut dyn WriteTx,
    sorting: &mut Sorting<'_>,
    posting: &mut Posting<'_>,
    changed: Vec<(KeyRow, Arrived<'_>)>,
) -> Outcome<()> {
    posting.load(tx, &changed.iter().map(|(key, a)| (a.record.account_id, key.object_id)).collect())?;
    let stated = Stated::load(session, tx, posting, &changed)?;
    let (mut records, mut revisions) = (Vec::new(), Vec::new());
    for (key, Arrived { row, checked, mut record }) in changed {
        let CheckedReceivable { external_id, fingerprint, .. } = checked;
        let item = (record.account_id, key.object_id);
        let Some(mut state) = posting.item(item).cloned() else {
            return Err(
                Error::new(&crate::codes::INTERNAL).caused_by(format!("key {external_id} leads nowhere"))
            );
        };
        if state.currency != record.currency || state.kind.side() != record.kind.side() {
            let message = format!("it was {} {}", state.kind, state.currency);
            sorting.refuse(row, external_id, &issue("currency", &codes::CURRENCY_CHANGED, message));
            continue;
        }
        record.id = key.object_id;
        let content_differs = key.fingerprint != *fingerprint;
        let shift = record.original_amount - state.original_amount;
        let reopened = stated.closings.amount(&state);
        state.open_amount += reopened;
        let entry = match entry_of_change(&state, &record, stated.open(checked, item)) {
            Ok(entry) => entry,
            Err(error) => {
                sorting.reject(row, external_id, &error);
                continue;
            }
        };
        if !reopened.is_zero() {
            stated.closings.take_back(session, posting, item);
        }
        if let Some(open) = stated.untaken(checked, &state) {
            let (day, now) = (session.as_of_on, state.open_amount);
            let message = format!("{open} was open on {day}; the item has moved after it and {now} is open");
            sorting.notice(row, external_id, &issue("open_amount", &codes::OPEN_AMOUNT_OLD, message));
        }
        if !content_differs && entry.is_none() {
            sorting.unchanged(row, &key);
            continue;
        }
        if let Some((kind, amount)) = entry {
            posting.post_on(item, kind, amount, session.as_of_on);
        }
        sorting.updated(row, external_id, &key, *fingerprint);
        if content_differs {
            posting.shift_original(item, shift, session.as_of_on);
            revisions.extend(revision(&state, &record, session));
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
