//! Ledger entries of a chunk: on a named receivable, or on the account and then allocated.

mod reversal;

use std::collections::{BTreeSet, HashMap};

use domain::receivables::allocation::{Credit, DEFAULT_RULES, DebitItem, ExplicitLine, LISTED, allocate};
use domain::receivables::entry::{EntryTarget, StatedEntry, check_entry};
use domain::receivables::kinds::{EntryKind, ReceivableKind, Side};
use kernel::id::ReceivableId;
use kernel::money::parse_amount;
use kernel::text::{external_id, optional_line};
use kernel::text_enum::parse;
use kernel::time::parse_date;
use kernel::{Currency, Date, Decimal, Error, FieldError, Outcome};
use uuid::Uuid;

use self::reversal::{TakenBack, not_reversible};
use super::chunk::Session;
use super::content::Content;
use super::keys::{Sorting, Wait};
use super::ledger::Posting;
use super::parties::{as_field, optional, optional_id};
use super::rows::EntryRow;
use super::store::{EntryRecord, KeyRow, NewKey, ReceivableRecord, ReceivableState};
use super::{KeyKind, codes};
use crate::store::WriteTx;

struct Checked {
    kind: EntryKind,
    amount: Decimal,
    currency: Currency,
    effective_on: Date,
    reference: Option<String>,
    allocations: Vec<(String, Decimal)>,
}

struct Known {
    accounts: HashMap<String, KeyRow>,
    receivables: HashMap<String, KeyRow>,
    entries: HashMap<String, KeyRow>,
    taken_back: TakenBack,
}

/// Applies the entries of a chunk, in the order given.
pub(super) fn apply<'a>(
    session: &'a Session<'a>,
    tx: &mut dyn WriteTx,
    rows: &[EntryRow],
) -> Outcome<Sorting<'a>> {
    let mut sorting = Sorting::new(session.app, KeyKind::Entry, rows.len());
    let refused = sorting.refuse_at_once(session, rows.iter().map(|r| r.external_id.as_str()));
    let mut known = resolve(session, tx, rows)?;
    let mut posting = Posting::new(session);
    let mut cash = Vec::new();
    load(tx, &mut posting, rows, &mut known)?;
    for (row, given) in rows.iter().enumerate().filter(|(row, _)| !refused.contains(row)) {
        let mut work =
            Work { session, sorting: &mut sorting, posting: &mut posting, cash: &mut cash, known: &known };
        if let Err(error) = work.row(row, given) {
            if error.kind() == kernel::ErrorKind::Internal || error.kind() == kernel::ErrorKind::Unavailable {
                return Err(error);
            }
            sorting.reject(row, &given.external_id, &error);
        }
    }
    tx.insert_receivables(&cash, session.stamp)?;
    posting.write(tx)?;
    Ok(sorting)
}

fn resolve(session: &Session<'_>, tx: &mut dyn WriteTx, rows: &[EntryRow]) -> Outcome<Known> {
    let set = |field: fn(&EntryRow) -> &str| rows.iter().map(field).collect::<BTreeSet<_>>();
    let allocated = rows.iter().flat_map(|r| r.allocations.iter().map(|a| a.receivable_external_id.as_str()));
    let receivables = &set(|r| &r.receivable_external_id) | &allocated.collect();
    let entries = &set(|r| &r.external_id) | &set(|r| &r.reverses_external_id);
    Ok(Known {
        accounts: tx.keys(session.source.no, KeyKind::Account, &set(|r| &r.account_external_id))?,
        receivables: tx.keys(session.source.no, KeyKind::Receivable, &receivables)?,
        entries: tx.keys(session.source.no, KeyKind::Entry, &entries)?,
        taken_back: TakenBack::default(),
    })
}

/// Locks what the chunk will move: named receivables, everything open of accounts that are paid as a whole, and what depends on
/// what is taken back.
fn load(
    tx: &mut dyn WriteTx,
    posting: &mut Posting<'_>,
    rows: &[EntryRow],
    known: &mut Known,
) -> Outcome<()> {
    let waiting = |row: &&EntryRow| !known.entries.contains_key(&row.external_id);
    let mut named = BTreeSet::new();
    let (mut accounts, mut taken_back) = (BTreeSet::new(), BTreeSet::new());
    for row in rows.iter().filter(waiting) {
        if !row.reverses_external_id.is_empty() {
            let reversed = known.entries.get(&row.reverses_external_id);
            taken_back.extend(reversed.and_then(|key| Some((key.account_id?, key.object_id))));
            continue;
        }
        let allocated =
            row.allocations.iter().filter_map(|a| known.receivables.get(&a.receivable_external_id));
        named.extend(allocated.filter_map(|key| Some((key.account_id?, key.object_id))));
        match known.receivables.get(&row.receivable_external_id) {
            Some(key) => named.extend(key.account_id.map(|account| (account, key.object_id))),
            None if row.receivable_external_id.is_empty() => {
                accounts.extend(known.accounts.get(&row.account_external_id).map(|key| key.object_id));
            }
            None => {}
        }
    }
    posting.load_open(tx, &accounts)?;
    posting.load(tx, &named)?;
    known.taken_back = TakenBack::load(tx, posting, taken_back)?;
    Ok(())
}

struct Work<'w, 'a> {
    session: &'a Session<'a>,
    sorting: &'w mut Sorting<'a>,
    posting: &'w mut Posting<'a>,
    cash: &'w mut Vec<ReceivableRecord>,
    known: &'w Known,
}

impl Work<'_, '_> {
    fn row(&mut self, row: usize, given: &EntryRow) -> Outcome<()> {
        let id = external_id("external_id", &given.external_id)?;
        let checked = check(given)?;
        let fingerprint = fingerprint(given, &checked);
        if let Some(key) = self.known.entries.get(&id) {
            return self.known_entry(row, &id, key, fingerprint);
        }
        let Some(account) = self.known.accounts.get(&given.account_external_id) else {
            return self.park(
                row,
                given,
                (KeyKind::Account, &given.account_external_id, "account_external_id"),
            );
        };
        let account = account.object_id;
        let object_id = if !given.reverses_external_id.is_empty() {
            let Some(reversed) = self.known.entries.get(&given.reverses_external_id) else {
                return self.park(
                    row,
                    given,
                    (KeyKind::Entry, &given.reverses_external_id, "reverses_external_id"),
                );
            };
            if reversed.account_id != Some(account) {
                return Err(not_reversible("it belongs to another account"));
            }
            self.reverse((account, reversed.object_id), &checked)?
        } else if given.receivable_external_id.is_empty() {
            let missing = checked.allocations.iter().find(|(id, _)| !self.known.receivables.contains_key(id));
            if let Some((missing, _)) = missing {
                return self.park(row, given, (KeyKind::Receivable, missing, "allocations"));
            }
            self.on_account(row, &id, account, &checked)?
        } else {
            let Some(target) = self.known.receivables.get(&given.receivable_external_id) else {
                let name = given.receivable_external_id.as_str();
                return self.park(row, given, (KeyKind::Receivable, name, "receivable_external_id"));
            };
            if target.account_id != Some(account) {
                let code = &domain::receivables::codes::RECEIVABLE_ACCOUNT_CHANGED;
                return Err(Error::field(
                    "account_external_id",
                    code,
                    "the receivable belongs to another account",
                ));
            }
            self.on_receivable((row, &id), (account, target.object_id), &checked)?
        };
        let (kind, account_id) = (KeyKind::Entry, Some(account));
        self.sorting.created(row, NewKey { kind, external_id: id, account_id, object_id, fingerprint });
        Ok(())
    }

    fn known_entry(&mut self, row: usize, id: &str, key: &KeyRow, fingerprint: Uuid) -> Outcome<()> {
        if key.fingerprint != fingerprint {
            return Err(Error::field(
                "external_id",
                &codes::ENTRY_IMMUTABLE,
                format!("the entry {id:?} exists otherwise"),
            ));
        }
        self.sorting.unchanged(row, key);
        Ok(())
    }

    fn park(
        &mut self,
        row: usize,
        given: &EntryRow,
        (kind, name, field): (KeyKind, &str, &str),
    ) -> Outcome<()> {
        let wait = Wait { kind, external_id: name, field };
        self.sorting.park(row, &given.external_id, &wait, given)
    }

    fn on_receivable(
        &mut self,
        (row, id): (usize, &str),
        key: (Uuid, Uuid),
        given: &Checked,
    ) -> Outcome<Uuid> {
        let item = self
            .posting
            .item(key)
            .ok_or_else(|| Error::new(&crate::codes::INTERNAL).caused_by("not locked"))?;
        if item.currency != given.currency {
            let message = format!("the receivable is in {}, the entry in {}", item.currency, given.currency);
            return Err(Error::field("currency", &codes::CURRENCY_DIFFERS, message));
        }
        let target = EntryTarget { kind: item.kind, currency: item.currency, open: item.open_amount };
        let stated = StatedEntry { kind: given.kind, amount: given.amount, effective_on: given.effective_on };
        let entry = check_entry(stated, target)?;
        let entry_id = self.session.app.ids.next();
        self.posting.post(EntryRecord {
            account_id: key.0,
            id: entry_id,
            receivable_id: key.1,
            allocation_id: None,
            reversed_entry_id: None,
            effective_on: given.effective_on,
            amount: entry.value.change,
            kind: given.kind,
            reference: given.reference.clone(),
        });
        for note in &entry.notices {
            self.sorting.notice(row, id, &as_field(note));
        }
        Ok(entry_id)
    }

    /// Items that a payment names although nothing is open of them: the money came all the same, and what they cannot take stays on the
    /// account.
    fn settled(&self, account: Uuid, named: &[ExplicitLine]) -> Vec<DebitItem> {
        let ids = named.iter().map(|line| line.receivable.0).collect::<BTreeSet<_>>();
        let items = ids.into_iter().filter_map(|id| self.posting.item((account, id)));
        let settled =
            items.filter(|item| item.kind.side() == Side::Debit && item.open_amount <= Decimal::ZERO);
        settled.map(|item| DebitItem { open: Decimal::ZERO, ..debit_item(item) }).collect()
    }

    /// Money on the account: it becomes visible as unallocated cash and is then set against open items.
    fn on_account(&mut self, row: usize, id: &str, account: Uuid, given: &Checked) -> Outcome<Uuid> {
        if !matches!(given.kind, EntryKind::Payment | EntryKind::Credit) {
            let message = format!("a {} names its receivable", given.kind);
            return Err(Error::field("receivable_external_id", &codes::RECEIVABLE_MISSING, message));
        }
        let mut items =
            self.posting.open_debits(account, given.currency).into_iter().map(debit_item).collect::<Vec<_>>();
        let known = |id: &String| self.known.receivables.get(id).map(|key| ReceivableId(key.object_id));
        let explicit = given.allocations.iter().filter_map(|(id, amount)| {
            known(id).map(|receivable| ExplicitLine { receivable, amount: *amount })
        });
        let explicit = explicit.collect::<Vec<_>>();
        items.extend(self.settled(account, &explicit));
        let credit = Credit {
            currency: given.currency,
            amount: given.amount,
            text: given.reference.clone().unwrap_or_default(),
            credited: Vec::new(),
            explicit,
        };
        let allocation = allocate(&credit, &items, &DEFAULT_RULES)
            .map_err(|wrong| wrong.rename_field(LISTED, "allocations"))?;
        let cash = cash(self.session, account, id, given);
        let cash_id = cash.id;
        self.posting.keep(vec![state_of(&cash, self.session)]);
        self.cash.push(cash);
        for line in &allocation.lines {
            let how = (line.rule, given.kind, given.effective_on);
            self.posting.allocate((account, cash_id), line.receivable.0, line.amount, how);
        }
        for note in &allocation.notices {
            let field = note.field.replacen(LISTED, "allocations", 1);
            self.sorting.notice(row, id, &FieldError { field, ..as_field(note) });
        }
        Ok(cash_id)
    }
}

/// Lines that one payment may name.
const ALLOCATIONS_MAX: usize = 1_000;

/// Kinds that only arise here.
fn check_kind(kind: EntryKind) -> Outcome<EntryKind> {
    if kind == EntryKind::SnapshotClose {
        let message = "a snapshot_close is made by the finish of a snapshot";
        return Err(Error::field("kind", &kernel::registry::codes::VALUE_UNKNOWN, message));
    }
    Ok(kind)
}

fn check(given: &EntryRow) -> Outcome<Checked> {
    external_id("account_external_id", &given.account_external_id)?;
    optional_id("receivable_external_id", &given.receivable_external_id)?;
    optional_id("reverses_external_id", &given.reverses_external_id)?;
    if given.allocations.len() > ALLOCATIONS_MAX {
        let message = format!("at most {ALLOCATIONS_MAX} allocations");
        return Err(Error::field("allocations", &codes::CHUNK_TOO_LARGE, message));
    }
    let names = !given.receivable_external_id.is_empty() || !given.reverses_external_id.is_empty();
    if names && !given.allocations.is_empty() {
        return Err(Error::field(
            "allocations",
            &codes::ALLOCATIONS_MISPLACED,
            "the row names what it moves",
        ));
    }
    let currency = Currency::parse("currency", &given.currency)?;
    let amount = |field: &str, text: &str| parse_amount(field, text, currency);
    let effective_on = parse_date("effective_on", &given.effective_on)?;
    let allocations = given.allocations.iter().enumerate().map(|(i, line)| {
        let field = format!("allocations[{i}]");
        let id = external_id(&field, &line.receivable_external_id)?;
        Ok((id, amount(&field, &line.amount)?))
    });
    Ok(Checked {
        kind: optional(&given.kind)
            .map_or(Ok(EntryKind::Payment), |k| parse("kind", k).and_then(check_kind))?,
        amount: amount("amount", &given.amount)?,
        currency,
        effective_on: kernel::time::check_range("effective_on", effective_on)?,
        reference: optional_line("reference", &given.reference)?,
        allocations: allocations.collect::<Outcome<_>>()?,
    })
}

fn fingerprint(given: &EntryRow, checked: &Checked) -> Uuid {
    let start = Content::default()
        .text(&given.account_external_id)
        .text(&given.receivable_external_id)
        .text(kernel::text_enum::TextEnum::as_str(checked.kind))
        .decimal(checked.amount)
        .text(checked.currency.as_str())
        .date(Some(checked.effective_on))
        .optional(checked.reference.as_deref())
        .text(&given.reverses_external_id);
    let lines = checked.allocations.iter();
    lines.fold(start, |content, (id, amount)| content.text(id).decimal(*amount)).fingerprint()
}

fn debit_item(item: &ReceivableState) -> DebitItem {
    DebitItem {
        receivable: ReceivableId(item.id),
        currency: item.currency,
        document_no: item.document_no.clone(),
        payment_reference: item.payment_reference.clone(),
        issue_on: item.issue_on,
        due_on: item.agreed_due_on.unwrap_or(item.due_on),
        open: item.open_amount,
    }
}

fn cash(session: &Session<'_>, account: Uuid, id: &str, given: &Checked) -> ReceivableRecord {
    ReceivableRecord {
        account_id: account,
        id: session.app.ids.next(),
        credited_receivable_id: None,
        issue_on: given.effective_on,
        due_on: given.effective_on,
        agreed_due_on: None,
        tax_point_on: None,
        shipped_on: None,
        goods_received_on: None,
        expected_pay_on: None,
        closed_on: None,
        original_amount: -given.amount,
        open_amount: -given.amount,
        currency: given.currency,
        kind: ReceivableKind::UnallocatedCash,
        document_no: id.to_owned(),
        order_no: None,
        delivery_note_no: None,
        payment_reference: given.reference.clone(),
        disputed: false,
        vat: None,
        dimensions: None,
        attributes: None,
    }
}

fn state_of(record: &ReceivableRecord, session: &Session<'_>) -> ReceivableState {
    ReceivableState {
        account_id: record.account_id,
        id: record.id,
        kind: record.kind,
        currency: record.currency,
        document_no: record.document_no.clone(),
        payment_reference: record.payment_reference.clone(),
        issue_on: record.issue_on,
        due_on: record.due_on,
        agreed_due_on: None,
        original_amount: record.original_amount,
        open_amount: record.open_amount,
        recorded_from: session.stamp.now,
        event_id: session.stamp.event.0,
    }
}
