//! Terms of payment.

use app::credit::terms::store::{TermReads, TermStore};
use app::credit::terms::{BothSides, OffTermsRequest, StoredTerm, TermDeviation, TermsItem};
use app::ctx::Ctx;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use kernel::id::{AccountId, EventId, TermDeviationId};
use kernel::{Error, Instant, Outcome};
use uuid::Uuid;

use super::limits::{insert_row, locked};
use crate::error::db;
use crate::statement::Statement;
use crate::tx::PgTx;

/// Who sees what hangs on account `a`.
const SCOPE: &str = "a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})";
const DEVIATION: &str = "t.id, t.account_id, t.payment_term_code, lower(t.valid) AS \"from\", upper(t.valid) - 1 AS until, \
    t.state, t.reason, t.requested_by, t.requested_by_name, t.requested_at, t.decided_by, t.decided_at, t.decision_note, t.term, \
    t.acknowledged_above_cap, t.approved_above_cap, t.key_made_by, t.ended_by, t.ended_at, t.version";
/// What [`BothSides`] says of account `a`.
const SIDES: &str = "e.country AS seller_country, p.country AS customer_country, coalesce(p.kind, 'company') AS customer_kind";
const SIDES_FROM: &str = "JOIN legal_entity e ON e.id = a.legal_entity_id \
    LEFT JOIN risk_member m ON m.account_id = a.id LEFT JOIN party p ON p.id = m.party_id";

impl TermReads for PgTx<'_> {
    fn terms_items(
        &mut self,
        ctx: &Ctx,
        request: &OffTermsRequest,
        after: Option<Uuid>,
        limit: i64,
    ) -> Outcome<Vec<TermsItem>> {
        let mut statement = Statement::new();
        let mut conditions =
            vec!["c.closed_on IS NULL AND c.kind IN ('invoice', 'debit_note', 'instalment')".to_owned()];
        if let Some(after) = after {
            conditions.push(format!("c.id > {}::uuid", statement.bind(after.to_string())));
        }
        if let Some(entity) = request.legal_entity {
            conditions.push(format!("a.legal_entity_id = {}::uuid", statement.bind(entity.to_string())));
        }
        if let Some(account) = request.account {
            conditions.push(format!("c.account_id = {}::uuid", statement.bind(account.to_string())));
        }
        conditions.extend(statement.scope(SCOPE, &ctx.scope));
        let filter = conditions.join(" AND ");
        statement.sql = format!(
            "SELECT row_to_json(x)::text AS row FROM (SELECT c.id, c.account_id, a.number AS account_number, \
                 a.name AS account_name, a.legal_entity_id, c.document_no, c.currency, r.amount(c.open_amount) AS open_amount, \
                 c.issue_on, c.goods_received_on, c.due_on, {SIDES}, a.payment_terms_days, d.id AS deviation_id, d.term \
             FROM receivable c JOIN account a ON a.id = c.account_id {SIDES_FROM} \
                 LEFT JOIN term_deviation d ON d.account_id = c.account_id AND d.state = 'approved' AND d.valid @> c.issue_on \
             WHERE {filter} ORDER BY c.id LIMIT {limit}) x"
        );
        statement.load(self.conn)
    }

    fn both_sides(&mut self, account: Uuid) -> Outcome<BothSides> {
        let mut statement = Statement::new();
        let id = statement.bind(account.to_string());
        statement.sql = format!(
            "SELECT row_to_json(x)::text AS row FROM (SELECT {SIDES} FROM account a {SIDES_FROM} WHERE a.id = {id}::uuid) x"
        );
        let found = statement.load(self.conn)?.into_iter().next();
        found.ok_or_else(|| app::lists::not_found("accounts", &AccountId(account).to_string()))
    }
}

impl TermStore for PgTx<'_> {
    fn term_for_update(&mut self, code: &str) -> Outcome<Option<StoredTerm>> {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('recobra.payment_term'), hashtext($1))")
            .bind::<Text, _>(code)
            .execute(self.conn)
            .map_err(db)?;
        let mut statement = Statement::new();
        let bound = statement.bind(code);
        statement.sql = format!(
            "SELECT row_to_json(x)::text AS row FROM (SELECT t.code, t.document, t.version FROM payment_term t \
             WHERE t.code = {bound}) x"
        );
        Ok(statement.load(self.conn)?.into_iter().next())
    }

    fn save_term(&mut self, term: &StoredTerm, (event, now): (EventId, Instant)) -> Outcome<()> {
        diesel::sql_query(
            "INSERT INTO payment_term (code, document, version, recorded_at, event_id) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (code) DO UPDATE SET document = excluded.document, version = excluded.version, \
                 recorded_at = excluded.recorded_at, event_id = excluded.event_id",
        )
        .bind::<Text, _>(&term.code)
        .bind::<Jsonb, _>(&term.document)
        .bind::<BigInt, _>(term.version)
        .bind::<Timestamptz, _>(now)
        .bind::<SqlUuid, _>(event.0)
        .execute(self.conn)
        .map(drop)
        .map_err(db)
    }

    fn insert_deviation(&mut self, deviation: &TermDeviation, event: EventId) -> Outcome<()> {
        insert_row(self.conn, "term_deviation", deviation, event)
    }

    fn deviation_for_update(&mut self, id: Uuid) -> Outcome<TermDeviation> {
        let found = locked(self.conn, "term_deviation", DEVIATION, id)?;
        found.ok_or_else(|| app::lists::not_found("term-deviations", &TermDeviationId(id).to_string()))
    }

    fn overlapped_deviations(&mut self, deviation: &TermDeviation) -> Outcome<Vec<TermDeviation>> {
        let mut statement = Statement::new();
        let account = statement.bind(deviation.account_id.to_string());
        let from = Statement::date(deviation.from);
        let until = deviation.until.map_or_else(|| "NULL".to_owned(), Statement::date);
        statement.sql = format!(
            "SELECT row_to_json(x)::text AS row FROM (SELECT {DEVIATION} FROM term_deviation t \
             WHERE t.account_id = {account}::uuid AND t.state = 'approved' AND t.valid && daterange({from}, {until}, '[]') \
             ORDER BY lower(t.valid) FOR UPDATE) x"
        );
        statement.load(self.conn)
    }

    fn save_deviation(&mut self, deviation: &TermDeviation, event: EventId) -> Outcome<()> {
        let row =
            serde_json::to_value(deviation).map_err(|e| Error::new(&app::codes::INTERNAL).caused_by(e))?;
        diesel::sql_query(
            "UPDATE term_deviation t SET state = x.state, decided_by = x.decided_by, decided_at = x.decided_at, \
                 decision_note = x.decision_note, term = x.term, approved_above_cap = x.approved_above_cap, \
                 ended_by = x.ended_by, ended_at = x.ended_at, version = x.version, event_id = $2, \
                 valid = daterange(($1->>'from')::date, ($1->>'until')::date, '[]') \
             FROM jsonb_populate_record(NULL::term_deviation, $1) x WHERE t.id = x.id",
        )
        .bind::<Jsonb, _>(row)
        .bind::<SqlUuid, _>(event.0)
        .execute(self.conn)
        .map(drop)
        .map_err(db)
    }
}
