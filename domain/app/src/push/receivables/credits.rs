//! Credit notes that name their invoice.

use std::collections::{BTreeSet, HashMap};

use domain::receivables::codes::ALLOCATION_CURRENCY_MISMATCH;
use domain::receivables::kinds::ReceivableKind;
use kernel::Outcome;

use super::{CheckedReceivable, names};
use crate::push::ahead::KnownKeys;
use crate::push::chunk::Session;
use crate::push::keys::{Sorting, Wait};
use crate::push::ledger::{ItemKey, Posting};
use crate::push::rows::ReceivableRow;
use crate::push::store::CreditLink;
use crate::push::{KeyKind, RowOutcome, codes, issue};
use crate::store::WriteTx;

/// An accepted credit note and what it names.
struct Named<'c> {
    row: usize,
    given: &'c ReceivableRow,
    checked: &'c CheckedReceivable,
    credited: &'c str,
    key: ItemKey,
}

/// A credit note that names its invoice settles it, as far as that is open, and is linked with it. One that comes before its
/// invoice is booked, visible as a credit, and waits for it. Where the ERP states what is open of the credit note, it has said itself
/// what it was set against, and nothing is settled on top.
pub(super) fn settle(
    session: &Session<'_>,
    tx: &mut dyn WriteTx,
    sorting: &mut Sorting<'_>,
    posting: &mut Posting<'_>,
    (rows, checked, known): (&[ReceivableRow], &[Outcome<CheckedReceivable>], &KnownKeys<'_>),
) -> Outcome<()> {
    let credits = credit_notes(rows, checked);
    if credits.is_empty() {
        return Ok(());
    }
    let fresh =
        sorting.new_keys.iter().map(|key| (key.external_id.as_str(), (key.account_id, key.object_id)));
    let fresh = fresh.collect::<HashMap<_, _>>();
    let find = |id: &str| {
        let found =
            known.get(id).map(|key| (key.account_id, key.object_id)).or_else(|| fresh.get(id).copied());
        found.and_then(|(account, id)| Some((account?, id)))
    };
    let accepted = |row: usize| {
        !matches!(sorting.outcomes.get(row), None | Some(RowOutcome::Rejected | RowOutcome::Parked))
    };
    let named = credits.into_iter().filter(|(row, ..)| accepted(*row)).filter_map(
        |(row, given, checked, credited)| {
            Some(Named { row, given, checked, credited, key: find(&checked.external_id)? })
        },
    );
    let named = named.collect::<Vec<_>>();
    let linked = tx.linked_credits(&named.iter().map(|credit| credit.key).collect())?;
    let open = named.into_iter().filter(|credit| !linked.contains(&credit.key));
    let pairs = open
        .map(|credit| {
            let target = find(credit.credited);
            (credit, target)
        })
        .collect::<Vec<_>>();
    let pairs = known_invoices(sorting, pairs)?;
    link(session, tx, sorting, posting, &pairs)
}

/// A credit note of a chunk: row number, row, what was checked, external id of the invoice it names.
type CreditNote<'c> = (usize, &'c ReceivableRow, &'c CheckedReceivable, &'c str);

fn credit_notes<'c>(
    rows: &'c [ReceivableRow],
    checked: &'c [Outcome<CheckedReceivable>],
) -> Vec<CreditNote<'c>> {
    let named = rows.iter().zip(checked).enumerate().filter_map(|(row, (given, checked))| {
        let checked = checked.as_ref().ok().filter(|c| c.record.kind == ReceivableKind::CreditNote)?;
        Some((row, given, checked, checked.credited.as_deref()?))
    });
    named.collect()
}

/// Those whose invoice is known under their account; the others wait, or are told that it is another's.
fn known_invoices<'c>(
    sorting: &mut Sorting<'_>,
    pairs: Vec<(Named<'c>, Option<ItemKey>)>,
) -> Outcome<Vec<(Named<'c>, ItemKey)>> {
    let mut found = Vec::new();
    for (credit, target) in pairs {
        match target {
            Some(invoice) if invoice.0 == credit.key.0 => found.push((credit, invoice)),
            Some(_) => {
                let message = "the invoice it names is of another account: the credit stays unallocated";
                let note = issue("credited_external_id", &codes::RECEIVABLE_MISSING, message);
                sorting.notice(credit.row, &credit.checked.external_id, &note);
            }
            None => {
                let wait = Wait {
                    kind: KeyKind::Receivable,
                    external_id: credit.credited,
                    field: "credited_external_id",
                };
                sorting.wait_booked(credit.row, &credit.checked.external_id, &wait, credit.given)?;
            }
        }
    }
    Ok(found)
}

/// Invoices that are closed only because an earlier snapshot lacked them.
fn closed_by_snapshots(
    session: &Session<'_>,
    tx: &mut dyn WriteTx,
    posting: &Posting<'_>,
    pairs: &[(Named<'_>, ItemKey)],
) -> Outcome<BTreeSet<ItemKey>> {
    if !names(session) {
        return Ok(BTreeSet::new());
    }
    let closed = |key: &ItemKey| posting.item(*key).is_some_and(|item| item.open_amount.is_zero());
    let closed = pairs.iter().map(|(_, invoice)| *invoice).filter(closed).collect();
    let standing = tx.snapshot_closings(&closed)?;
    Ok(standing.into_iter().map(|closing| (closing.entry.account_id, closing.entry.receivable_id)).collect())
}

fn link(
    session: &Session<'_>,
    tx: &mut dyn WriteTx,
    sorting: &mut Sorting<'_>,
    posting: &mut Posting<'_>,
    pairs: &[(Named<'_>, ItemKey)],
) -> Outcome<()> {
    let keys = pairs.iter().flat_map(|(credit, invoice)| [credit.key, *invoice]).collect::<BTreeSet<_>>();
    posting.load(tx, &keys)?;
    let closed = closed_by_snapshots(session, tx, posting, pairs)?;
    let mut links = Vec::new();
    for (credit, invoice) in pairs {
        let record = &credit.checked.record;
        let currency = posting.item(*invoice).map(|item| item.currency);
        if let Some(currency) = currency.filter(|currency| *currency != record.currency) {
            let message = format!("the invoice it names is in {currency}: the credit stays unallocated");
            let note = issue("currency", &ALLOCATION_CURRENCY_MISMATCH, message);
            sorting.notice(credit.row, &credit.checked.external_id, &note);
            continue;
        }
        if credit.checked.reported_open.is_none() {
            // A later chunk of the snapshot may name the invoice and so open it: the credit note settles it when it comes again.
            if closed.contains(invoice) {
                continue;
            }
            posting.settle(credit.key, invoice.1, session.as_of_on.max(record.issue_on));
        }
        links.push(CreditLink { account_id: credit.key.0, credit: credit.key.1, invoice: invoice.1 });
    }
    tx.link_credits(&links, session.stamp)
}
