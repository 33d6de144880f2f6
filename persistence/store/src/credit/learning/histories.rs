//! Histories of accounts, as sets.

use app::credit::learning::store::{AccountSize, HistoryRow};
use diesel::prelude::*;
use kernel::Outcome;
use serde::Deserialize;
use uuid::Uuid;

use crate::statement::Statement;

#[derive(Deserialize)]
struct Counted {
    accounts: i64,
}

/// What is bought on credit: fees and interest are born late, retentions are paid by other rules.
const KINDS: &str = "c.kind IN ('invoice', 'debit_note', 'instalment') AND c.original_amount > 0";

pub(super) fn account_sizes(
    conn: &mut PgConnection,
    legal_entity: Uuid,
    after: Option<Uuid>,
) -> Outcome<Vec<AccountSize>> {
    let mut statement = Statement::new();
    let entity = statement.bind(legal_entity.to_string());
    let after = statement.bind(after.unwrap_or_default().to_string());
    statement.sql = format!(
        "SELECT row_to_json(t)::text AS row FROM (SELECT a.id, count(c.id) AS items FROM account a \
             LEFT JOIN receivable c ON c.account_id = a.id AND {KINDS} \
             WHERE a.legal_entity_id = {entity}::uuid AND a.id > {after}::uuid GROUP BY a.id ORDER BY a.id) t"
    );
    statement.load(conn)
}

pub(super) fn count_accounts(conn: &mut PgConnection, legal_entity: Uuid) -> Outcome<i64> {
    let mut statement = Statement::new();
    let entity = statement.bind(legal_entity.to_string());
    statement.sql = format!(
        "SELECT json_build_object('accounts', count(*))::text AS row FROM account a WHERE a.legal_entity_id = {entity}::uuid"
    );
    Ok(statement.load::<Counted>(conn)?.into_iter().next().map_or(0, |c| c.accounts))
}

/// Ids as the text of an array.
pub(super) fn array(ids: &[Uuid]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

pub(super) fn load(conn: &mut PgConnection, accounts: &[Uuid]) -> Outcome<Vec<HistoryRow>> {
    let mut statement = Statement::new();
    let accounts = statement.bind(array(accounts));
    statement.sql = format!(
        "SELECT row_to_json(t)::text AS row FROM (SELECT c.account_id, c.id, c.issue_on, c.due_on, c.agreed_due_on, \
             v.agreed_on, r.amount(c.original_amount) AS amount, c.currency, c.closed_on, \
             e.closed_by, c.disputed, b.disputed_on, c.closed_on IS NULL AS open \
         FROM receivable c \
         LEFT JOIN (SELECT x.account_id, x.receivable_id, (array_agg(coalesce(u.kind, x.kind) \
                 ORDER BY x.effective_on DESC, x.recorded_at DESC, x.id DESC))[1] AS closed_by \
             FROM ledger_entry x LEFT JOIN ledger_entry u ON u.account_id = x.account_id AND u.id = x.reversed_entry_id \
             WHERE x.account_id = ANY(string_to_array({accounts}, ',')::uuid[]) AND x.amount <> 0 \
             GROUP BY x.account_id, x.receivable_id) e ON e.account_id = c.account_id AND e.receivable_id = c.id \
         LEFT JOIN (SELECT x.account_id, x.receivable_id, max(x.changed_on) FILTER (WHERE x.reason = 'extension') \
                 AS agreed_on \
             FROM receivable_revision x WHERE x.account_id = ANY(string_to_array({accounts}, ',')::uuid[]) \
             GROUP BY x.account_id, x.receivable_id) v ON v.account_id = c.account_id AND v.receivable_id = c.id \
         LEFT JOIN (SELECT x.receivable_id, min(lower(x.valid)) AS disputed_on FROM block x \
             WHERE x.account_id = ANY(string_to_array({accounts}, ',')::uuid[]) AND x.reason = 'dispute' \
                 AND x.receivable_id IS NOT NULL GROUP BY x.receivable_id) b ON b.receivable_id = c.id \
         WHERE c.account_id = ANY(string_to_array({accounts}, ',')::uuid[]) AND {KINDS}) t"
    );
    statement.load(conn)
}
