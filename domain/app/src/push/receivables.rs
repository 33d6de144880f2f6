//! Receivables of a chunk: new ones go straight in, changed ones keep their old version as a revision.

mod check;

use std::collections::{BTreeSet, HashMap};

use domain::receivables::entry::entry_for_reported_open;
use domain::receivables::kinds::ReceivableKind;
use kernel::{Error, Outcome};

pub use check::CheckedReceivable;

use super::chunk::{Session, payload};
use super::keys::{Sorting, Wait};
use super::ledger::Posting;
use super::parties::as_field;
use super::rows::ReceivableRow;
use super::store::{KeyRow, NewKey, ReceivableRecord, ReceivableState, RevisionReason, RevisionRecord};
use super::{KeyKind, codes, issue};
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
    let duplicates = sorting.reject_duplicates(rows.iter().map(|r| r.external_id.as_str()));
    let set = |field: fn(&ReceivableRow) -> &str| rows.iter().map(field).collect::<BTreeSet<_>>();
    let named = &set(|r| &r.external_id) | &set(|r| &r.credited_external_id);
    let known = tx.keys(session.source.no, KeyKind::Receivable, &named)?;
    let mut differing = Vec::new();
    for (row, (given, checked)) in rows.iter().zip(checked).enumerate() {
        if duplicates.contains(&row) {
            continue;
        }
        match (checked, known.get(&given.external_id)) {
            (Ok(checked), Some(key))
                if key.fingerprint == checked.fingerprint && checked.reported_open.is_none() =>
            {
                tell(&mut sorting, row, checked);
                sorting.unchanged(row, key);
            }
            (checked, _) => differing.push((row, given, checked)),
        }
    }
    let (new, changed) = find_accounts(session, tx, &mut sorting, &known, differing)?;
    let mut posting = Posting::new(session);
    let fresh = insert(session, tx, &mut sorting, &mut posting, new)?;
    change(session, tx, &mut sorting, &mut posting, changed)?;
    settle_credits(session, tx, &mut sorting, &mut posting, (&known, &fresh))?;
    posting.write(tx)?;
    Ok(sorting)
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
    known: &HashMap<String, KeyRow>,
    differing: Vec<Differing<'c>>,
) -> Outcome<Found<'c>> {
    let named = differing.iter().map(|(_, given, _)| given.account_external_id.as_str()).collect();
    let accounts = tx.keys(session.source.no, KeyKind::Account, &named)?;
    let (mut new, mut changed) = (Vec::with_capacity(differing.len()), Vec::new());
    for (row, given, checked) in differing {
        let Some(account) = accounts.get(&given.account_external_id) else {
            wait_for_account(sorting, row, given)?;
            continue;
        };
        let checked = match checked {
            Ok(checked) => checked,
            Err(error) => {
                sorting.reject(row, &given.external_id, error);
                continue;
            }
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
    sorting.park(row, &given.external_id, &wait, payload(given)?);
    Ok(())
}

/// Receivables of this chunk by external id: row number, record, and the external id that a credit note names. Kept only
/// where a credit note may name one of them.
type Fresh = HashMap<String, (usize, ReceivableRecord, Option<String>)>;

/// Writes rows known to be new; the difference to a stated open amount becomes an entry.
fn insert(
    session: &Session<'_>,
    tx: &mut dyn WriteTx,
    sorting: &mut Sorting<'_>,
    posting: &mut Posting<'_>,
    new: Vec<Arrived<'_>>,
) -> Outcome<Fresh> {
    let named = new.iter().any(|arrived| arrived.checked.credited.is_some());
    let mut fresh = HashMap::new();
    let mut records = Vec::with_capacity(new.len());
    for Arrived { row, checked, mut record } in new {
        let external_id = checked.external_id.clone();
        record.id = session.app.ids.next();
        if named {
            fresh.insert(external_id.clone(), (row, record.clone(), checked.credited.clone()));
        }
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
    tx.insert_receivables(&records, session.stamp)?;
    Ok(fresh)
}

/// Writes rows whose content differs, with the old version kept; amounts move the open amount along.
fn change(
    session: &Session<'_>,
    tx: &mut dyn WriteTx,
    sorting: &mut Sorting<'_>,
    posting: &mut Posting<'_>,
    changed: Vec<(KeyRow, Arrived<'_>)>,
) -> Outcome<()> {
    let keys = changed.iter().map(|(key, a)| (a.record.account_id, key.object_id)).collect();
    let states = tx.receivables_for_update(&keys)?;
    let states = states.into_iter().map(|s| (s.id, s)).collect::<HashMap<_, _>>();
    let (mut records, mut revisions) = (Vec::new(), Vec::new());
    for (key, Arrived { row, checked, mut record }) in changed {
        let CheckedReceivable { external_id, reported_open, fingerprint, .. } = checked;
        let Some(state) = states.get(&key.object_id) else {
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
        let mut moved = false;
        if let Some(reported) = *reported_open {
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
        sorting.updated(row, external_id, &key, *fingerprint);
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
