//! Allocations made by hand, one by one.

use std::collections::BTreeSet;

use app::ctx::Ctx;
use app::ledger::LedgerStore;
use app::ledger::store::{ItemMove, ManualAllocation, ReversalEntry, StoredAllocation};
use app::push::PushStore as _;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Numeric, Uuid as SqlUuid};
use domain::receivables::kinds::EntryKind;
use kernel::id::{AccountId, AllocationId, EventId, ReceivableId};
use kernel::text_enum::TextEnum as _;
use kernel::{Date, Decimal, Error, Instant, Outcome};
use schema::{allocation, ledger_entry, receivable};
use serde::Deserialize;
use uuid::Uuid;

use crate::credit::exposure::ItemKind;
use crate::error::db;
use crate::push::{CAME_TO_IT_ON, entries_of_allocation};
use crate::statement::Statement;
use crate::tx::PgTx;

const SCOPE: &str = "a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})";

#[derive(Deserialize)]
struct Owner {
    account_id: Uuid,
}

/// An entry about to be written.
struct Entry {
    id: Uuid,
    receivable: Uuid,
    amount: Decimal,
    kind: EntryKind,
    reverses: Option<Uuid>,
}

impl PgTx<'_> {
    /// The account of a row of a table in the caller's scope.
    fn owner(&mut self, ctx: &Ctx, table: &'static str, id: Uuid) -> Outcome<Option<Uuid>> {
        let mut statement = Statement::new();
        let id = statement.bind(id.to_string());
        let scope = statement.scope(SCOPE, &ctx.scope).unwrap_or_else(|| "true".to_owned());
        statement.sql = format!(
            "SELECT json_build_object('account_id', x.account_id)::text AS row \
             FROM {table} x JOIN account a ON a.id = x.account_id WHERE x.id = {id}::uuid AND {scope}"
        );
        Ok(statement.load::<Owner>(self.conn)?.into_iter().next().map(|owner| owner.account_id))
    }

    fn post(
        &mut self,
        (account, allocation): (Uuid, Uuid),
        entry: &Entry,
        (effective_on, event, now): (Date, EventId, Instant),
    ) -> Outcome<()> {
        self.exposure.touch(self.conn, ItemKind::Receivable, [(account, entry.receivable)])?;
        diesel::insert_into(ledger_entry::table)
            .values((
                ledger_entry::account_id.eq(account),
                ledger_entry::id.eq(entry.id),
                ledger_entry::receivable_id.eq(entry.receivable),
                ledger_entry::event_id.eq(event.0),
                ledger_entry::allocation_id.eq(allocation),
                ledger_entry::reversed_entry_id.eq(entry.reverses),
                ledger_entry::effective_on.eq(effective_on),
                ledger_entry::recorded_at.eq(now),
                ledger_entry::amount.eq(entry.amount),
                ledger_entry::kind.eq(entry.kind.as_str()),
            ))
            .execute(self.conn)
            .map_err(db)?;
        let moved = diesel::sql_query(format!(
            "UPDATE receivable r SET open_amount = open_amount + $3, version = version + 1, event_id = $4, \
                 closed_on = CASE WHEN open_amount + $3 = 0 THEN {CAME_TO_IT_ON} END \
             WHERE account_id = $1 AND id = $2",
        ))
        .bind::<SqlUuid, _>(account)
        .bind::<SqlUuid, _>(entry.receivable)
        .bind::<Numeric, _>(entry.amount)
        .bind::<SqlUuid, _>(event.0)
        .execute(self.conn)
        .map_err(db)?;
        if moved == 1 {
            return Ok(());
        }
        Err(Error::new(&app::codes::INTERNAL).caused_by(format!("{moved} receivables moved instead of one")))
    }
}

impl LedgerStore for PgTx<'_> {
    fn receivable_account(&mut self, ctx: &Ctx, id: ReceivableId) -> Outcome<Option<AccountId>> {
        Ok(self.owner(ctx, "receivable", id.0)?.map(AccountId))
    }

    fn receivable_version(&mut self, account: Uuid, id: Uuid) -> Outcome<i64> {
        let version = receivable::table.find((account, id)).select(receivable::version);
        version.first::<i32>(self.conn).map(i64::from).map_err(db)
    }

    fn credited_receivable(&mut self, account: Uuid, id: Uuid) -> Outcome<Option<Uuid>> {
        let credited = receivable::table.find((account, id)).select(receivable::credited_receivable_id);
        credited.first(self.conn).map_err(db)
    }

    fn item_moves(&mut self, account: Uuid, items: &BTreeSet<Uuid>) -> Outcome<Vec<ItemMove>> {
        ledger_entry::table
            .filter(ledger_entry::account_id.eq(account))
            .filter(ledger_entry::receivable_id.eq_any(items))
            .select((ledger_entry::receivable_id, ledger_entry::effective_on, ledger_entry::amount))
            .load(self.conn)
            .map_err(db)
    }

    fn insert_manual_allocation(
        &mut self,
        new: &ManualAllocation,
        event: EventId,
        now: Instant,
    ) -> Outcome<()> {
        diesel::insert_into(allocation::table)
            .values((
                allocation::account_id.eq(new.account),
                allocation::id.eq(new.id),
                allocation::credit_receivable_id.eq(new.credit),
                allocation::debit_receivable_id.eq(new.debit),
                allocation::amount.eq(new.amount),
                allocation::rule.eq(new.rule.as_str()),
                allocation::effective_on.eq(new.effective_on),
                allocation::recorded_at.eq(now),
                allocation::event_id.eq(event.0),
            ))
            .execute(self.conn)
            .map_err(db)?;
        let entry = |id, receivable, amount| Entry { id, receivable, amount, kind: new.kind, reverses: None };
        let (credit, debit) =
            (entry(new.entries.0, new.credit, new.amount), entry(new.entries.1, new.debit, -new.amount));
        let (owner, when) = ((new.account, new.id), (new.effective_on, event, now));
        self.post(owner, &credit, when)?;
        self.post(owner, &debit, when)
    }

    fn allocation_for_update(&mut self, ctx: &Ctx, id: AllocationId) -> Outcome<Option<StoredAllocation>> {
        type Row = (Uuid, Uuid, Decimal, NaiveDate);
        let Some(account) = self.owner(ctx, "allocation", id.0)? else { return Ok(None) };
        let (credit, debit, amount, effective_on) = allocation::table
            .find((account, id.0))
            .select((
                allocation::credit_receivable_id,
                allocation::debit_receivable_id,
                allocation::amount,
                allocation::effective_on,
            ))
            .first::<Row>(self.conn)
            .map_err(db)?;
        // First the receivables, then the allocation: pushes that return a payment lock them in this order as well.
        self.receivables_for_update(&[(account, credit), (account, debit)].into())?;
        let reversed_at = allocation::table
            .find((account, id.0))
            .select(allocation::reversed_at)
            .for_update()
            .first::<Option<DateTime<Utc>>>(self.conn)
            .map_err(db)?;
        let entries = entries_of_allocation(self.conn, (account, id.0), [credit, debit])?;
        Ok(Some(StoredAllocation {
            account,
            id: id.0,
            credit,
            debit,
            amount,
            effective_on,
            reversed_at,
            entries,
        }))
    }

    fn reverse_allocation(
        &mut self,
        kept: &StoredAllocation,
        entries: &[ReversalEntry],
        when: (Date, EventId, Instant),
    ) -> Outcome<()> {
        diesel::update(allocation::table.find((kept.account, kept.id)))
            .set((allocation::reversed_at.eq(when.2), allocation::event_id.eq(when.1.0)))
            .execute(self.conn)
            .map_err(db)?;
        for back in entries {
            let entry = Entry {
                id: back.id,
                receivable: back.receivable,
                amount: back.amount,
                kind: EntryKind::Reversal,
                reverses: Some(back.reverses),
            };
            self.post((kept.account, kept.id), &entry, when)?;
        }
        Ok(())
    }
}
