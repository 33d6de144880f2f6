//! Receivables of an account with all their versions and entries, as the pure rules read them.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use diesel::prelude::*;
use domain::receivables::balance::{LedgerEntry, Revision, RevisionKind};
use domain::receivables::statement::StatementItem;
use kernel::id::ReceivableId;
use kernel::{Currency, Date, Decimal, Instant, Outcome};
use schema::{ledger_entry, receivable, receivable_revision};
use uuid::Uuid;

use crate::error::db;
use crate::push::stored;

/// One version as stored, the present one or an earlier one.
struct Version {
    recorded_at: Instant,
    amount: Decimal,
    issue_on: Date,
    due_on: Date,
    agreed_due_on: Option<Date>,
    /// What ended it, and on which business date; `None` for the present one.
    ended: Option<(String, Date)>,
}

pub(super) fn items(conn: &mut PgConnection, account: Uuid) -> Outcome<Vec<StatementItem>> {
    type Row =
        (Uuid, String, String, String, (DateTime<Utc>, Decimal, NaiveDate, NaiveDate, Option<NaiveDate>));
    let rows = receivable::table
        .filter(receivable::account_id.eq(account))
        .order(receivable::id)
        .select((
            receivable::id,
            receivable::kind,
            receivable::currency,
            receivable::document_no,
            (
                receivable::recorded_at,
                receivable::original_amount,
                receivable::issue_on,
                receivable::due_on,
                receivable::agreed_due_on,
            ),
        ))
        .load::<Row>(conn)
        .map_err(db)?;
    let mut earlier = versions(conn, account)?;
    let mut entries = entries(conn, account)?;
    rows.into_iter()
        .map(|(id, kind, currency, document_no, (recorded_at, amount, issue_on, due_on, agreed_due_on))| {
            let mut versions = earlier.remove(&id).unwrap_or_default();
            versions.push(Version { recorded_at, amount, issue_on, due_on, agreed_due_on, ended: None });
            Ok(StatementItem {
                receivable: ReceivableId(id),
                kind: stored(&kind)?,
                currency: Currency::parse("currency", &currency)?,
                document_no,
                revisions: revisions(versions)?,
                entries: entries.remove(&id).unwrap_or_default(),
            })
        })
        .collect()
}

/// What made a version is kept beside the version it ended.
fn revisions(versions: Vec<Version>) -> Outcome<Vec<Revision>> {
    let mut made: Option<(String, Date)> = None;
    let mut revisions = Vec::with_capacity(versions.len());
    for (place, version) in versions.into_iter().enumerate() {
        let (kind, effective_on) = match made {
            None => (RevisionKind::Original, version.issue_on),
            Some((reason, on)) => (stored(&reason)?, on),
        };
        revisions.push(Revision {
            version: u32::try_from(place).unwrap_or(u32::MAX),
            kind,
            recorded_at: version.recorded_at,
            effective_on,
            amount: version.amount,
            issue_on: version.issue_on,
            due_on: version.due_on,
            agreed_due_on: version.agreed_due_on,
        });
        made = version.ended;
    }
    Ok(revisions)
}

fn versions(conn: &mut PgConnection, account: Uuid) -> Outcome<HashMap<Uuid, Vec<Version>>> {
    type Row = (Uuid, (DateTime<Utc>, Decimal, NaiveDate, NaiveDate, Option<NaiveDate>), (String, NaiveDate));
    let rows = receivable_revision::table
        .filter(receivable_revision::account_id.eq(account))
        .order((receivable_revision::recorded_to, receivable_revision::recorded_from))
        .select((
            receivable_revision::receivable_id,
            (
                receivable_revision::recorded_from,
                receivable_revision::original_amount,
                receivable_revision::issue_on,
                receivable_revision::due_on,
                receivable_revision::agreed_due_on,
            ),
            (receivable_revision::reason, receivable_revision::changed_on),
        ))
        .load::<Row>(conn)
        .map_err(db)?;
    let mut found: HashMap<Uuid, Vec<Version>> = HashMap::new();
    for (id, (recorded_at, amount, issue_on, due_on, agreed_due_on), ended) in rows {
        let version = Version { recorded_at, amount, issue_on, due_on, agreed_due_on, ended: Some(ended) };
        found.entry(id).or_default().push(version);
    }
    Ok(found)
}

fn entries(conn: &mut PgConnection, account: Uuid) -> Outcome<HashMap<Uuid, Vec<LedgerEntry>>> {
    type Row = (Uuid, String, Decimal, NaiveDate, DateTime<Utc>);
    let rows = ledger_entry::table
        .filter(ledger_entry::account_id.eq(account))
        .order(ledger_entry::id)
        .select((
            ledger_entry::receivable_id,
            ledger_entry::kind,
            ledger_entry::amount,
            ledger_entry::effective_on,
            ledger_entry::recorded_at,
        ))
        .load::<Row>(conn)
        .map_err(db)?;
    let mut found: HashMap<Uuid, Vec<LedgerEntry>> = HashMap::new();
    for (id, kind, amount, effective_on, recorded_at) in rows {
        let entry = LedgerEntry { kind: stored(&kind)?, amount, effective_on, recorded_at };
        found.entry(id).or_default().push(entry);
    }
    Ok(found)
}
