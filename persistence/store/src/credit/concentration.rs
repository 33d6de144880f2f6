//! What every debtor owes, by groups.

use app::credit::concentration::{BookRow, ConcentrationReads, DebtorRow};
use app::ctx::Ctx;
use app::ledger::Selection;
use domain::credit::concentration::ConcentrationMeasure;
use kernel::{Instant, Outcome};

use super::report::SCOPE;
use crate::statement::Statement;
use crate::tx::PgTx;

impl ConcentrationReads for PgTx<'_> {
    fn book(&mut self, ctx: &Ctx, selection: &Selection) -> Outcome<Option<BookRow>> {
        let mut statement = Statement::new();
        let (selected, reached) = (selected(&mut statement, selection), reached(&mut statement, ctx));
        let now = Statement::instant(ctx.now);
        // All zones of a book have the same day but for some hours: the latest, as elsewhere.
        statement.sql = format!(
            "SELECT row_to_json(t)::text AS row FROM (SELECT \
                 CASE WHEN count(*) FILTER (WHERE b.reached > 0) = 1 THEN min(b.code) FILTER (WHERE b.reached > 0) END \
                     AS legal_entity_code, \
                 (array_agg(b.currency ORDER BY b.code) FILTER (WHERE b.reached > 0))[1] AS currency, \
                 max(b.today) FILTER (WHERE b.reached > 0) AS today, sum(b.accounts) > sum(b.reached) AS partial \
             FROM (SELECT e.code, e.currency, ({now} AT TIME ZONE e.time_zone)::date AS today, count(*) AS accounts, \
                 count(*) FILTER (WHERE {reached}) AS reached \
                 FROM account a JOIN legal_entity e ON e.id = a.legal_entity_id WHERE {selected} GROUP BY e.id) b \
             HAVING sum(b.reached) > 0) t"
        );
        Ok(statement.load(self.conn)?.into_iter().next())
    }

    fn debtors(
        &mut self,
        ctx: &Ctx,
        selection: &Selection,
        measure: ConcentrationMeasure,
    ) -> Outcome<Vec<DebtorRow>> {
        let mut statement = Statement::new();
        let (selected, reached) = (selected(&mut statement, selection), reached(&mut statement, ctx));
        let amounts = amounts(measure, ctx.now);
        statement.sql = format!(
            "SELECT row_to_json(t)::text AS row FROM (\
                 SELECT CASE WHEN d.in_group THEN 'group' ELSE 'party' END AS kind, d.id, p.name, d.eliminated, d.currency, \
                     r.amount(d.amount) AS amount \
                 FROM (SELECT coalesce(g.group_id, m.risk_party_id) AS id, g.group_id IS NOT NULL AS in_group, m.eliminated, \
                         x.currency, sum(x.amount) AS amount \
                     FROM ({amounts}) x JOIN risk_member m ON m.account_id = x.account_id \
                         JOIN account a ON a.id = m.account_id \
                         LEFT JOIN risk_group g ON g.risk_party_id = m.risk_party_id AND g.debtor \
                     WHERE {selected} AND {reached} GROUP BY 1, 2, 3, 4) d JOIN party p ON p.id = d.id \
                 WHERE d.amount <> 0) t"
        );
        statement.load(self.conn)
    }
}

/// What is compared, by account and currency. A reservation that has expired holds nothing, whether somebody has ended it yet or not.
fn amounts(measure: ConcentrationMeasure, now: Instant) -> String {
    let receivables = "n.open_amount + n.disputed_amount + n.returned_amount";
    match measure {
        ConcentrationMeasure::Receivables => {
            format!("SELECT n.account_id, n.currency, {receivables} AS amount FROM r.exposure_now n")
        }
        ConcentrationMeasure::Exposure => format!(
            "SELECT n.account_id, n.currency, {receivables} + n.instruments_amount + n.orders_amount + n.deliveries_amount \
                 + n.reserved_amount AS amount FROM r.exposure_now n \
             UNION ALL SELECT v.account_id, v.currency, -v.amount FROM credit_reservation v \
             WHERE v.state = 'active' AND v.expires_at <= {now}",
            now = Statement::instant(now)
        ),
    }
}

/// The condition on account `a` that a selection makes.
fn selected(statement: &mut Statement, selection: &Selection) -> String {
    let by_id = [("a.legal_entity_id", selection.legal_entity), ("a.portfolio_id", selection.portfolio)];
    let conditions = by_id
        .into_iter()
        .filter_map(|(column, id)| Some(format!("{column} = {}::uuid", statement.bind(id?.to_string()))))
        .collect::<Vec<_>>();
    if conditions.is_empty() { "true".to_owned() } else { conditions.join(" AND ") }
}

/// The condition on account `a` that a caller's rights make.
fn reached(statement: &mut Statement, ctx: &Ctx) -> String {
    statement.scope(SCOPE, &ctx.scope).unwrap_or_else(|| "true".to_owned())
}
