//! Sorting the rows of a chunk: duplicate, unchanged, new, changed, waiting.

use std::collections::{BTreeSet, HashSet};

use kernel::registry::codes::TEXT_CONTROL_CHARACTER;
use kernel::text::shown;
use kernel::{Error, FieldError, Outcome};
use serde::Serialize;
use uuid::Uuid;

use super::chunk::Session;
use super::store::{KeyRow, NewKey, ParkedRecord};
use super::{KeyKind, RowIssue, RowOutcome, codes, field_errors, issue};
use crate::App;
use crate::codes::INTERNAL;

/// What becomes of the rows of a chunk, gathered while they are looked at.
pub struct Sorting<'a> {
    app: &'a App,
    kind: KeyKind,
    pub outcomes: Vec<RowOutcome>,
    pub issues: Vec<RowIssue>,
    pub parked: Vec<ParkedRecord>,
    pub new_keys: Vec<NewKey>,
    pub changed_keys: Vec<(String, KeyRow)>,
    /// Objects named, for snapshots.
    pub seen: Vec<Uuid>,
}

/// A key a row waits for.
pub struct Wait<'w> {
    pub kind: KeyKind,
    pub external_id: &'w str,
    pub field: &'w str,
}

impl<'a> Sorting<'a> {
    pub fn new(app: &'a App, kind: KeyKind, rows: usize) -> Self {
        Self {
            app,
            kind,
            outcomes: vec![RowOutcome::Rejected; rows],
            issues: Vec::new(),
            parked: Vec::new(),
            new_keys: Vec::new(),
            changed_keys: Vec::new(),
            seen: Vec::new(),
        }
    }

    /// Rows that cannot be kept are rejected, and those that repeat an earlier key of the chunk: which of two truths holds is
    /// not ours to choose. Returns them.
    pub fn refuse_at_once<'r>(
        &mut self,
        session: &Session<'_>,
        ids: impl Iterator<Item = &'r str>,
    ) -> BTreeSet<usize> {
        let mut seen = HashSet::new();
        let mut refused = BTreeSet::new();
        for (row, id) in ids.enumerate() {
            let wrong = if let Some(field) = session.with_nul.get(&row) {
                let message = format!("{field} holds a NUL character, which cannot be kept");
                issue(field, &TEXT_CONTROL_CHARACTER, message)
            } else if seen.insert(id) {
                continue;
            } else {
                let message = format!("the key {:?} stands earlier in this chunk", shown(id));
                issue("external_id", &codes::DUPLICATE_KEY, message)
            };
            self.refuse(row, id, &wrong);
            refused.insert(row);
        }
        refused
    }

    pub fn reject(&mut self, row: usize, id: &str, error: &Error) {
        for wrong in field_errors(error) {
            self.refuse(row, id, &wrong);
        }
    }

    pub fn refuse(&mut self, row: usize, id: &str, wrong: &FieldError) {
        self.set(row, RowOutcome::Rejected);
        self.issues.push(RowIssue::new(row, id, RowOutcome::Rejected, wrong));
    }

    /// Tells something about an accepted row; its outcome is filled in by [`Sorting::settle_notices`].
    pub fn notice(&mut self, row: usize, id: &str, note: &FieldError) {
        self.issues.push(RowIssue::new(row, id, RowOutcome::Created, note));
    }

    /// Puts the issues in the order of the rows, what refused a row before what else is to be told of it, and gives each the
    /// outcome its row came to: a notice is often known before that.
    pub fn settle_notices(&mut self) {
        self.issues.sort_by_key(|issue| (issue.row, issue.outcome != RowOutcome::Rejected));
        for issue in &mut self.issues {
            issue.outcome = self.outcomes.get(issue.row).copied().unwrap_or(issue.outcome);
        }
    }

    /// The row waits for another, as it came.
    ///
    /// # Errors
    /// When a row cannot be written down.
    pub fn park(&mut self, row: usize, id: &str, wait: &Wait<'_>, given: &impl Serialize) -> Outcome<()> {
        self.set(row, RowOutcome::Parked);
        self.wait_booked(row, id, wait, given)
    }

    /// The row is booked; something about it waits for another and is done when that comes.
    ///
    /// # Errors
    /// As [`Sorting::park`].
    pub fn wait_booked(
        &mut self,
        row: usize,
        id: &str,
        wait: &Wait<'_>,
        given: &impl Serialize,
    ) -> Outcome<()> {
        let payload = serde_json::to_value(given).map_err(|e| Error::new(&INTERNAL).caused_by(e))?;
        let code = match wait.kind {
            KeyKind::Party => &codes::PARTY_MISSING,
            KeyKind::Entry => &codes::ENTRY_MISSING,
            KeyKind::Receivable | KeyKind::Instrument => &codes::RECEIVABLE_MISSING,
            KeyKind::Order | KeyKind::Delivery => &codes::ORDER_MISSING,
            KeyKind::Account | KeyKind::Contact => &codes::ACCOUNT_MISSING,
        };
        let message = format!("waits for {} {:?}", wait.kind, shown(wait.external_id));
        self.notice(row, id, &issue(wait.field, code, message));
        self.parked.push(ParkedRecord {
            id: self.app.ids.next(),
            kind: self.kind,
            external_id: id.to_owned(),
            waits_for_kind: wait.kind,
            waits_for_external_id: wait.external_id.to_owned(),
            payload,
            reason_code: code.text,
        });
        Ok(())
    }

    /// Sorts a document of an account by its key; the id under which it is to be written, unless it says what it said before.
    pub fn place(
        &mut self,
        row: usize,
        key: (&str, Option<&KeyRow>),
        (account, account_external_id): (Uuid, &str),
        fingerprint: Uuid,
    ) -> Option<Uuid> {
        match key {
            (id, Some(known)) if known.account_id != Some(account) => {
                let message = format!("this key belongs to another account than {account_external_id:?}");
                let code = &domain::receivables::codes::RECEIVABLE_ACCOUNT_CHANGED;
                self.refuse(row, id, &issue("account_external_id", code, message));
                None
            }
            (_, Some(known)) if known.fingerprint == fingerprint => {
                self.unchanged(row, known);
                None
            }
            (id, Some(known)) => {
                self.updated(row, id, known, fingerprint);
                Some(known.object_id)
            }
            (id, None) => {
                let object_id = self.app.ids.next();
                let (account_id, external_id) = (Some(account), id.to_owned());
                self.created(
                    row,
                    NewKey { kind: self.kind, external_id, account_id, object_id, fingerprint },
                );
                Some(object_id)
            }
        }
    }

    /// A key seen for the first time.
    pub fn created(&mut self, row: usize, key: NewKey) {
        self.set(row, RowOutcome::Created);
        self.seen.push(key.object_id);
        self.new_keys.push(key);
    }

    /// A known key with other content.
    pub fn updated(&mut self, row: usize, id: &str, known: &KeyRow, fingerprint: Uuid) {
        self.set(row, RowOutcome::Updated);
        self.seen.push(known.object_id);
        if known.fingerprint != fingerprint {
            self.changed_keys.push((id.to_owned(), KeyRow { fingerprint, ..*known }));
        }
    }

    pub fn unchanged(&mut self, row: usize, known: &KeyRow) {
        self.set(row, RowOutcome::Unchanged);
        self.seen.push(known.object_id);
    }

    fn set(&mut self, row: usize, outcome: RowOutcome) {
        if let Some(slot) = self.outcomes.get_mut(row) {
            *slot = outcome;
        }
    }
}
