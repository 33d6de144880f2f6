//! Exposure of holders, down to their accounts.

use app::credit::report::{ExposureReads, LeafRow, PastItem, PastPage};
use app::ctx::Ctx;
use domain::credit::check::{Holder, HolderKind};
use kernel::{Date, Instant, Outcome};
use serde::Deserialize;
use uuid::Uuid;

use crate::statement::Statement;
use crate::tx::PgTx;

/// Who sees what hangs on account `a`.
pub(super) const SCOPE: &str = "a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})";

#[derive(Deserialize)]
struct Named {
    id: Uuid,
    name: String,
}

#[derive(Deserialize)]
struct Count {
    count: i64,
}

impl ExposureReads for PgTx<'_> {
    fn risk_holder(&mut self, holder: Holder) -> Outcome<Option<(Holder, String)>> {
        let mut statement = Statement::new();
        let id = statement.bind(holder.id.to_string());
        let found = match holder.kind {
            HolderKind::Account => format!("SELECT a.id, a.name FROM account a WHERE a.id = {id}::uuid"),
            HolderKind::Party | HolderKind::Group => format!(
                "SELECT p.id, p.name FROM party p WHERE p.id = coalesce((SELECT r.risk_party_id FROM risk_party r \
                     WHERE r.party_id = {id}::uuid), {id}::uuid)"
            ),
        };
        statement.sql = format!("SELECT row_to_json(t)::text AS row FROM ({found}) t");
        let found = statement.load::<Named>(self.conn)?.into_iter().next();
        Ok(found.map(|named| (Holder { id: named.id, ..holder }, named.name)))
    }

    fn party_name(&mut self, id: Uuid) -> Outcome<Option<String>> {
        let mut statement = Statement::new();
        let id = statement.bind(id.to_string());
        statement.sql = format!(
            "SELECT row_to_json(t)::text AS row FROM (SELECT p.id, p.name FROM party p WHERE p.id = {id}::uuid) t"
        );
        Ok(statement.load::<Named>(self.conn)?.into_iter().next().map(|named| named.name))
    }

    fn exposure_leaves(&mut self, ctx: &Ctx, holder: Holder) -> Outcome<(Vec<LeafRow>, bool)> {
        let mut count = Statement::new();
        let of_holder = member(&mut count, holder);
        count.sql = format!(
            "SELECT json_build_object('count', count(*))::text AS row FROM risk_member m WHERE {of_holder}"
        );
        let all = count.load::<Count>(self.conn)?.into_iter().next().map_or(0, |c| c.count);
        let mut statement = Statement::new();
        let (now, of_holder) = (Statement::instant(ctx.now), member(&mut statement, holder));
        let scope = statement.scope(SCOPE, &ctx.scope).unwrap_or_else(|| "true".to_owned());
        let today = format!("({now} AT TIME ZONE e.time_zone)::date");
        statement.sql = format!(
            "SELECT row_to_json(t)::text AS row FROM (SELECT {columns}, \
                 r.amount(coalesce(x.open, 0)) AS open, r.amount(coalesce(x.disputed, 0)) AS disputed, \
                 r.amount(coalesce(x.returned, 0)) AS returned, r.amount(coalesce(x.instruments, 0)) AS instruments, \
                 r.amount(coalesce(x.orders, 0)) AS orders, r.amount(coalesce(x.deliveries, 0)) AS deliveries, \
                 r.amount(coalesce(x.reserved, 0) - coalesce(l.amount, 0)) AS reserved, \
                 r.amount(coalesce(x.credits, 0)) AS credits, r.amount(coalesce(o.amount, 0)) AS overdue \
             FROM risk_member m JOIN account a ON a.id = m.account_id JOIN party p ON p.id = m.party_id \
                 JOIN legal_entity e ON e.id = a.legal_entity_id \
                 LEFT JOIN LATERAL (SELECT n.currency, sum(n.open_amount) AS open, sum(n.disputed_amount) AS disputed, \
                     sum(n.returned_amount) AS returned, sum(n.instruments_amount) AS instruments, \
                     sum(n.orders_amount) AS orders, sum(n.deliveries_amount) AS deliveries, \
                     sum(n.reserved_amount) AS reserved, sum(n.credits_amount) AS credits \
                     FROM r.exposure_now n WHERE n.account_id = m.account_id GROUP BY n.currency) x ON true \
                 LEFT JOIN LATERAL (SELECT sum(i.amount) AS amount FROM r.exposure_item i WHERE i.kind = 'receivable' \
                     AND i.account_id = m.account_id AND i.component = 'open' AND i.currency = x.currency \
                     AND i.due_on < {today}) o ON true \
                 LEFT JOIN LATERAL (SELECT sum(v.amount) AS amount FROM credit_reservation v \
                     WHERE v.account_id = m.account_id AND v.state = 'active' AND v.currency = x.currency \
                     AND v.expires_at <= {now}) l ON true \
             WHERE {of_holder} AND {scope} ORDER BY a.number, a.id, x.currency) t",
            columns = columns(&today),
        );
        let leaves = statement.load::<LeafRow>(self.conn)?;
        let mut seen = leaves.iter().map(|leaf| leaf.account_id).collect::<Vec<_>>();
        seen.dedup();
        Ok((leaves, usize::try_from(all) != Ok(seen.len())))
    }

    fn exposure_leaves_as_of(
        &mut self,
        ctx: &Ctx,
        accounts: &[Uuid],
        (on, known_at): (Date, Instant),
    ) -> Outcome<(Vec<LeafRow>, bool)> {
        let mut statement = Statement::new();
        let ids = accounts.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let ids = format!("string_to_array({}, ',')::uuid[]", statement.bind(ids));
        let (day, known) = (Statement::date(on), Statement::instant(known_at));
        let scope = statement.scope(SCOPE, &ctx.scope).unwrap_or_else(|| "true".to_owned());
        let sum = |component: &str| {
            format!(
                "r.amount(coalesce(sum(x.amount) FILTER (WHERE x.component = '{component}'), 0)) AS {component}"
            )
        };
        let sums =
            ["open", "disputed", "returned", "instruments", "orders", "deliveries", "reserved", "credits"];
        let sums = sums.map(sum).join(", ");
        // The party is the one of that day.
        statement.sql = format!(
            "SELECT row_to_json(t)::text AS row FROM (SELECT {columns}, {sums}, \
                 r.amount(coalesce(sum(x.amount) FILTER (WHERE x.component = 'open' AND x.due_on < {day}), 0)) AS overdue \
             FROM account a JOIN legal_entity e ON e.id = a.legal_entity_id \
                 JOIN account_party l ON l.account_id = a.id AND l.superseded_at IS NULL AND l.valid @> {day} \
                 JOIN party p ON p.id = l.party_id \
                 LEFT JOIN r.exposure_as_of({ids}, {day}, {known}) x ON x.account_id = a.id \
             WHERE a.id = ANY({ids}) AND {scope} \
             GROUP BY a.id, p.id, e.code, x.currency ORDER BY a.number, a.id, x.currency) t",
            columns = columns(&day),
        );
        let leaves = statement.load::<LeafRow>(self.conn)?;
        let mut seen = leaves.iter().map(|leaf| leaf.account_id).collect::<Vec<_>>();
        seen.dedup();
        Ok((leaves, seen.len() != accounts.len()))
    }

    fn exposure_items_as_of(
        &mut self,
        ctx: &Ctx,
        accounts: &[Uuid],
        (on, known_at): (Date, Instant),
        page: PastPage,
    ) -> Outcome<Vec<PastItem>> {
        let mut statement = Statement::new();
        let ids = accounts.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let ids = format!("string_to_array({}, ',')::uuid[]", statement.bind(ids));
        let after = statement.bind(page.after.unwrap_or_default().to_string());
        let (day, known) = (Statement::date(on), Statement::instant(known_at));
        let scope = statement.scope(SCOPE, &ctx.scope).unwrap_or_else(|| "true".to_owned());
        statement.sql = format!(
            "SELECT row_to_json(t)::text AS row FROM (SELECT x.kind, x.id, x.account_id, a.number AS account_number, \
                 a.name AS account_name, a.legal_entity_id, x.component, x.currency, r.amount(x.amount) AS amount, \
                 x.document_no, x.due_on, coalesce(x.component = 'open' AND x.due_on < {day}, false) AS overdue, \
                 coalesce(p.intercompany, false) AS eliminated \
             FROM r.exposure_as_of({ids}, {day}, {known}) x JOIN account a ON a.id = x.account_id \
                 LEFT JOIN account_party l ON l.account_id = a.id AND l.superseded_at IS NULL AND l.valid @> {day} \
                 LEFT JOIN party p ON p.id = l.party_id \
             WHERE x.amount <> 0 AND x.id > {after}::uuid AND {scope} ORDER BY x.id LIMIT {limit}) t",
            limit = page.size + 1,
        );
        statement.load(self.conn)
    }
}

/// What of an account is shown with its exposure `x`.
fn columns(today: &str) -> String {
    format!(
        "a.id AS account_id, a.number AS account_number, a.name AS account_name, a.currency AS account_currency, \
         p.id AS party_id, p.name AS party_name, a.legal_entity_id, e.code AS legal_entity_code, {today} AS today, \
         p.intercompany AS eliminated, x.currency"
    )
}

/// The condition on member `m`.
fn member(statement: &mut Statement, holder: Holder) -> String {
    let id = statement.bind(holder.id.to_string());
    match holder.kind {
        HolderKind::Account => format!("m.account_id = {id}::uuid"),
        HolderKind::Party => format!("m.risk_party_id = {id}::uuid"),
        HolderKind::Group => format!(
            "m.risk_party_id IN (SELECT g.risk_party_id FROM risk_group g WHERE g.group_id = {id}::uuid)"
        ),
    }
}
