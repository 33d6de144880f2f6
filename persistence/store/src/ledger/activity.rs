//! What is going on with an account.

use app::codes::INTERNAL;
use diesel::PgConnection;
use kernel::{Date, Error, Outcome};
use serde_json::Value;
use uuid::Uuid;

use crate::statement::Statement;

/// Blocks of the account or of one of its items; what dunning last decided for its group; the last actions and messages.
pub(super) fn activity(conn: &mut PgConnection, account: Uuid, on: Date) -> Outcome<Value> {
    let mut statement = Statement::new();
    let account = format!("{}::uuid", statement.bind(account.to_string()));
    let on = Statement::date(on);
    statement.sql = format!(
        "SELECT json_build_object( \
             'blocks', (SELECT coalesce(json_agg(json_build_object('id', r.pid('blk', b.id), \
                     'receivable_id', r.pid('rcv', b.receivable_id), 'reason', b.reason, 'note', b.note, 'set_by', b.set_by, \
                     'from', lower(b.valid), 'until', upper(b.valid) - 1) ORDER BY b.recorded_at), '[]') \
                 FROM block b WHERE b.account_id = {account} AND b.superseded_at IS NULL \
                     AND (upper_inf(b.valid) OR upper(b.valid) > {on})), \
             'standing', (SELECT coalesce(json_agg(json_build_object('currency', s.currency, 'outcome', s.outcome, \
                     'reason_code', s.reason_code, 'step_code', s.step_code, \
                     'decision_id', r.pid('dec', s.decision_id), 'decided_on', s.decided_on) ORDER BY s.currency), '[]') \
                 FROM dunning_standing s JOIN account a ON a.dunning_account_id = s.account_id \
                 WHERE a.id = {account}), \
             'actions', (SELECT coalesce(json_agg(json_build_object('id', r.pid('act', x.id), 'kind', x.kind, \
                     'state', x.state, 'state_reason', x.state_reason, 'step_code', x.step_code, \
                     'currency', x.currency, 'total_amount', r.amount(x.total_amount), 'decided_on', x.decided_on, \
                     'created_at', x.created_at) ORDER BY x.created_at DESC, x.id DESC), '[]') \
                 FROM (SELECT x.* FROM action x JOIN account a ON a.dunning_account_id = x.account_id \
                     WHERE a.id = {account} ORDER BY x.created_at DESC, x.id DESC LIMIT 10) x), \
             'messages', (SELECT coalesce(json_agg(json_build_object('id', r.pid('msg', m.id), \
                     'channel', m.channel, 'purpose', m.purpose, 'state', m.state, 'state_reason', m.state_reason, \
                     'recipient', m.recipient, 'subject', m.subject, 'not_before', m.not_before, \
                     'planned_at', m.planned_at, 'sent_at', m.sent_at) ORDER BY m.planned_at DESC, m.id DESC), '[]') \
                 FROM (SELECT m.* FROM message m JOIN account a ON a.dunning_account_id = m.account_id \
                     WHERE a.id = {account} ORDER BY m.planned_at DESC, m.id DESC LIMIT 10) m) \
         )::text AS row"
    );
    let row = statement.load(conn)?.into_iter().next();
    row.ok_or_else(|| Error::new(&INTERNAL).caused_by("an account without an answer"))
}
