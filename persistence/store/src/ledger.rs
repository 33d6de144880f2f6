//! Reading the ledger: balances, ageing, histories, overview, search; allocating by hand.

mod activity;
mod ageing;
mod allocate;
mod buckets;
mod histories;
mod positions;
mod search;

use app::ctx::Ctx;
use app::ledger::ageing::AgeQuery;
use app::ledger::search::{Hit, SearchQuery};
use app::ledger::store::{AgePage, BalanceRow};
use app::ledger::{AccountFacts, Horizon, LedgerReads, ReadAt, Selection};
use domain::access::Scope;
use domain::receivables::ageing::BucketSet;
use domain::receivables::statement::StatementItem;
use kernel::id::AccountId;
use kernel::{Date, Outcome};
use serde_json::Value;
use uuid::Uuid;

use crate::tx::PgTx;

impl LedgerReads for PgTx<'_> {
    fn ledger_account(&mut self, ctx: &Ctx, id: AccountId) -> Outcome<Option<AccountFacts>> {
        positions::account_facts(self.conn, ctx, id.0)
    }

    fn horizon(&mut self, ctx: &Ctx, selection: &Selection) -> Outcome<Option<Horizon>> {
        positions::horizon(self.conn, ctx, selection)
    }

    fn item_histories(&mut self, account: Uuid) -> Outcome<Vec<StatementItem>> {
        histories::items(self.conn, account)
    }

    fn balances(&mut self, scope: &Scope, selection: &Selection, at: ReadAt) -> Outcome<Vec<BalanceRow>> {
        positions::balances(self.conn, scope, selection, at)
    }

    fn age(&mut self, scope: &Scope, query: &AgeQuery<'_>) -> Outcome<AgePage> {
        ageing::age(self.conn, scope, query)
    }

    fn bucket_set(&mut self, code: &str) -> Outcome<Option<BucketSet>> {
        buckets::bucket_set(self.conn, code)
    }

    fn activity(&mut self, account: Uuid, on: Date) -> Outcome<Value> {
        activity::activity(self.conn, account, on)
    }

    fn search(&mut self, ctx: &Ctx, query: &SearchQuery) -> Outcome<Vec<Hit>> {
        search::search(self.conn, ctx, query)
    }
}
