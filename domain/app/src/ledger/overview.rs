//! Everything about an account in one answer, from one snapshot.

use domain::access::Permission;
use domain::receivables::ageing::BucketSet;
use kernel::id::AccountId;
use kernel::page::PageSize;
use kernel::{Date, Outcome};
use serde_json::Value;

use super::ReadAt;
use super::ageing::{AgeQuery, Buckets, GroupBy, bucket_set};
use super::balances::facts;
use super::lists::{ENTRIES, INSTRUMENTS, RECEIVABLES};
use super::store::{AgeRow, BalanceRow, Selection};
use crate::App;
use crate::ctx::Ctx;
use crate::customers::lists::{ACCOUNTS, CONTACTS, PARTIES};
use crate::lists::{ListRequest, ListSpec, check, not_found};
use crate::store::ReadTx;

/// Open items shown, oldest due first; the list has the rest.
const OPEN_ITEMS: u32 = 50;
/// Payments, actions and messages shown, newest first.
const LAST: u32 = 10;

/// An account as a collector needs it on one page. Parts the caller may not read are empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// The business date at the legal entity.
    pub on: Date,
    pub account: Value,
    pub party: Value,
    pub balances: Vec<BalanceRow>,
    pub bucket_set: BucketSet,
    pub ageing: Vec<AgeRow>,
    pub open_items: Vec<Value>,
    pub last_payments: Vec<Value>,
    pub instruments: Vec<Value>,
    pub contacts: Vec<Value>,
    /// `blocks`, `standing`, `actions`, `messages`.
    pub activity: Value,
}

/// The overview of an account, with the buckets of a set or the standard ones.
///
/// # Errors
/// `auth.forbidden`, `not_found` for the account or the bucket set.
pub fn overview(app: &App, ctx: &Ctx, id: AccountId, buckets: &Buckets) -> Outcome<Overview> {
    ctx.require(Permission::CustomersRead)?;
    ctx.require(Permission::ReceivablesRead)?;
    app.store.view("ledger.overview", |tx| {
        let account = facts(tx, ctx, id)?;
        let key = id.to_string();
        let row = tx.find(ctx, &ACCOUNTS, &key)?.ok_or_else(|| not_found(ACCOUNTS.resource, &key))?;
        let party = match row.get("party_id").and_then(Value::as_str) {
            Some(party) => tx.find(ctx, &PARTIES, party)?.unwrap_or_default(),
            None => Value::Null,
        };
        let selection = Selection { account: Some(id.0), ..Selection::default() };
        let set = bucket_set(tx, buckets)?;
        let at = ReadAt::Now(ctx.now);
        let query = AgeQuery {
            selection: &selection,
            group_by: GroupBy::Nothing,
            set: &set,
            at,
            today: None,
            after: None,
            limit: 1,
        };
        let ageing = tx.age(&ctx.scope, &query)?.rows;
        let balances = tx.balances(&ctx.scope, &selection, at)?;
        let list = |tx: &mut dyn ReadTx, spec, filters: &[(&str, &str)], sort, size| {
            part(tx, ctx, spec, &request(&key, filters, sort, size)?)
        };
        Ok(Overview {
            on: account.horizon.today,
            account: row,
            party,
            balances,
            ageing,
            open_items: list(tx, &RECEIVABLES, &[("open", "true")], "due_on", OPEN_ITEMS)?,
            last_payments: list(tx, &ENTRIES, &[("kind", "payment,return")], "-effective_on", LAST)?,
            instruments: list(
                tx,
                &INSTRUMENTS,
                &[("status", "received,discounted,matured,returned")],
                "maturity_on",
                OPEN_ITEMS,
            )?,
            contacts: list(tx, &CONTACTS, &[("retired", "false")], "name", OPEN_ITEMS)?,
            activity: tx.activity(id.0, account.horizon.today)?,
            bucket_set: set,
        })
        .map(|overview| hide(ctx, overview))
    })
}

fn request(account: &str, filters: &[(&str, &str)], sort: &str, size: u32) -> Outcome<ListRequest> {
    let account = std::iter::once(("account", account));
    let filters = account.chain(filters.iter().copied());
    Ok(ListRequest {
        filters: filters.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        sort: Some(sort.to_owned()),
        cursor: None,
        size: PageSize::try_new(size)?,
    })
}

fn part(
    tx: &mut dyn ReadTx,
    ctx: &Ctx,
    spec: &'static ListSpec,
    request: &ListRequest,
) -> Outcome<Vec<Value>> {
    if !ctx.principal.may(spec.permission) {
        return Ok(Vec::new());
    }
    Ok(tx.list(ctx, &check(spec, request)?)?.items)
}

/// A narrowed key sees of the activity what it could read elsewhere.
fn hide(ctx: &Ctx, mut overview: Overview) -> Overview {
    let parts = [
        ("blocks", Permission::DunningRead),
        ("standing", Permission::DunningRead),
        ("actions", Permission::DunningRead),
        ("messages", Permission::MessageRead),
    ];
    for (part, permission) in parts {
        if let Some(value) = overview.activity.get_mut(part).filter(|_| !ctx.principal.may(permission)) {
            *value = Value::Array(Vec::new());
        }
    }
    overview
}
