//! Limits. Rows come and go as JSON: what a row holds is said once, by the types of `app`.

use app::credit::limits::CreditLimit;
use app::credit::limits::applications::{Approval, LimitApplication};
use app::credit::limits::reviews::{LimitReview, ReviewCause};
use app::credit::limits::stand_ins::StandIn;
use app::credit::limits::store::{LimitReads, LimitStore, Represented};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date as SqlDate, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use domain::access::Role;
use domain::credit::approval::Person;
use domain::credit::check::{Holder, HolderKind};
use domain::credit::limits::{LimitHolder, LimitKey, Period};
use kernel::id::{CreditLimitId, EventId, LimitApplicationId, LimitReviewId, StandInId};
use kernel::text_enum::TextEnum as _;
use kernel::{Date, Error, Instant, Outcome};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::error::db;
use crate::push::stored;
use crate::statement::Statement;
use crate::tx::PgTx;

/// A limit `l` as `CreditLimit` reads it.
pub(super) const LIMIT: &str = "l.id, l.holder_kind, l.holder_id, l.segment, l.legal_entity_id, l.limit_type, l.component, l.collateral, \
    l.reference, l.currency, r.amount(l.amount) AS amount, r.amount(l.covered_percent) AS covered_percent, \
    lower(l.valid) AS \"from\", upper(l.valid) - 1 AS until, l.review_on, l.origin, l.application_id, l.reason, l.set_by, \
    l.approved_by, l.version, l.recorded_at, l.superseded_at";

/// A limit `n` that follows on limit `l` without a day between them.
pub(super) const RENEWAL: &str = "(n.holder_id = l.holder_id OR n.segment = l.segment) AND n.holder_kind = l.holder_kind \
    AND n.limit_type = l.limit_type AND n.legal_entity_id IS NOT DISTINCT FROM l.legal_entity_id \
    AND n.component IS NOT DISTINCT FROM l.component AND n.reference IS NOT DISTINCT FROM l.reference \
    AND n.superseded_at IS NULL AND n.amount > 0 AND lower(n.valid) = upper(l.valid)";

/// An application `t` as `LimitApplication` reads it.
const APPLICATION: &str = "t.id, t.holder_kind, t.holder_id, t.legal_entity_id, t.limit_type, t.component, t.currency, \
    r.amount(t.amount) AS amount, t.valid_from, t.valid_until, t.terms_days, t.reason, t.attachments, t.state, t.requested_by, \
    t.requested_by_name, t.key_made_by, t.created_at, t.expires_at, t.decided_at, r.amount(t.proposed_amount) AS proposed_amount, \
    r.amount(t.granted_amount) AS granted_amount, t.proposal, t.chain, t.limit_id, t.replaced, t.version";
const STAND_IN: &str = "t.id, t.kind, t.person_id, t.stand_in_id, lower(t.valid) AS \"from\", upper(t.valid) - 1 AS until, t.note, \
    t.set_by, t.recorded_at, t.ended_at, t.version";
const REVIEW: &str =
    "t.id, t.limit_id, t.cause, t.due_on, t.generated_at, t.done_at, t.done_by, t.outcome, t.note, t.version";
const PENDING: &str = "t.state IN ('submitted', 'proposed', 'in_approval')";

#[derive(Deserialize)]
struct PersonRow {
    id: Uuid,
    roles: Vec<String>,
    all_rights: bool,
}

#[derive(Deserialize)]
struct ReviewDue {
    id: Uuid,
    cause: ReviewCause,
    due_on: Date,
}

#[derive(QueryableByName)]
struct Exists {
    #[diesel(sql_type = Bool)]
    found: bool,
}

/// Whose limits `l` are looked for.
fn holder_of(statement: &mut Statement, holder: &LimitHolder) -> String {
    let of = match holder.id() {
        Some(id) => format!("l.holder_id = {}::uuid", statement.bind(id.to_string())),
        None => format!("l.segment = {}", statement.bind(holder.public_id())),
    };
    format!("{of} AND l.holder_kind = {}", statement.bind(holder.kind().as_str()))
}

fn same(column: &str, bound: Option<String>, cast: &str) -> String {
    match bound {
        Some(bound) => format!("l.{column} = {bound}{cast}"),
        None => format!("l.{column} IS NULL"),
    }
}

/// Days as PostgreSQL reads them.
fn range(days: Period) -> String {
    let until = days.until.map(|day| day.to_string()).unwrap_or_default();
    format!("[{},{until}]", days.from)
}

/// One row of a table by its id, locked.
pub(super) fn locked<T: DeserializeOwned>(
    conn: &mut PgConnection,
    table: &str,
    columns: &str,
    id: Uuid,
) -> Outcome<Option<T>> {
    let mut statement = Statement::new();
    let bound = statement.bind(id.to_string());
    statement.sql = format!(
        "SELECT row_to_json(x)::text AS row FROM (SELECT {columns} FROM {table} t WHERE t.id = {bound}::uuid FOR UPDATE) x"
    );
    Ok(statement.load(conn)?.into_iter().next())
}

/// Writes a row of JSON; `valid` is made of its dates.
pub(super) fn insert_row<T: Serialize>(
    conn: &mut PgConnection,
    table: &'static str,
    row: &T,
    event: EventId,
) -> Outcome<()> {
    let mut row = serde_json::to_value(row).map_err(|e| Error::new(&app::codes::INTERNAL).caused_by(e))?;
    if let Value::Object(fields) = &mut row {
        fields.insert("event_id".to_owned(), json!(event.0));
        if let Some(from) = fields.remove("from") {
            let until = fields.remove("until").unwrap_or_default();
            let day = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            fields.insert("valid".to_owned(), json!(format!("[{},{}]", day(&from), day(&until))));
        }
    }
    diesel::sql_query(format!("INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, $1)"))
        .bind::<Jsonb, _>(row)
        .execute(conn)
        .map(drop)
        .map_err(db)
}

impl LimitReads for PgTx<'_> {
    fn limits_on(&mut self, holder: Holder, on: Date, known_at: Instant) -> Outcome<Vec<CreditLimit>> {
        let mut statement = Statement::new();
        let (on, at) = (Statement::date(on), Statement::instant(known_at));
        let (kind, id) = (statement.bind(holder.kind.as_str()), statement.bind(holder.id.to_string()));
        let known = |of: &str| {
            format!(
                "{of}.valid @> {on} AND {of}.recorded_at <= {at} AND ({of}.superseded_at IS NULL OR {of}.superseded_at > {at})"
            )
        };
        // Who has a limit through its party has none of its segment; one for the legal entity goes before one for all.
        let of_segment = match holder.kind {
            HolderKind::Account => format!(
                "EXISTS (SELECT 1 FROM account a LEFT JOIN risk_member m ON m.account_id = a.id \
                     LEFT JOIN party p ON p.id = m.party_id WHERE a.id = {id}::uuid AND l.segment = coalesce(a.segment, p.segment) \
                     AND NOT EXISTS (SELECT 1 FROM credit_limit o WHERE o.holder_kind = 'party' AND o.holder_id = m.risk_party_id \
                         AND o.component IS NULL AND (o.legal_entity_id IS NULL OR o.legal_entity_id = a.legal_entity_id) \
                         AND {known_o}) \
                     AND (l.legal_entity_id = a.legal_entity_id OR (l.legal_entity_id IS NULL AND NOT EXISTS (SELECT 1 \
                         FROM credit_limit o WHERE o.segment = l.segment AND o.legal_entity_id = a.legal_entity_id \
                         AND o.component IS NOT DISTINCT FROM l.component AND {known_o}))))",
                known_o = known("o"),
            ),
            HolderKind::Party => {
                format!("l.segment = (SELECT p.segment FROM party p WHERE p.id = {id}::uuid)")
            }
            HolderKind::Group => "false".to_owned(),
        };
        statement.sql = format!(
            "SELECT row_to_json(t)::text AS row FROM (SELECT {LIMIT} FROM credit_limit l \
             WHERE ((l.holder_kind = {kind} AND l.holder_id = {id}::uuid) OR {of_segment}) AND {known_l} ORDER BY l.id) t",
            known_l = known("l"),
        );
        statement.load(self.conn)
    }

    fn limits_within(&mut self, holder: &LimitHolder, valid: Period) -> Outcome<Vec<CreditLimit>> {
        let mut statement = Statement::new();
        let (holder, valid) = (holder_of(&mut statement, holder), statement.bind(range(valid)));
        statement.sql = format!(
            "SELECT row_to_json(t)::text AS row FROM (SELECT {LIMIT} FROM credit_limit l WHERE {holder} \
             AND l.superseded_at IS NULL AND l.valid && {valid}::daterange ORDER BY l.id) t"
        );
        statement.load(self.conn)
    }

    fn pending_applications(&mut self, after: Option<Uuid>, limit: i64) -> Outcome<Vec<LimitApplication>> {
        let mut statement = Statement::new();
        let rest = after.map(|id| format!("AND t.id > {}::uuid", statement.bind(id.to_string())));
        let rest = rest.unwrap_or_default();
        statement.sql = format!(
            "SELECT row_to_json(x)::text AS row FROM (SELECT {APPLICATION} FROM limit_application t WHERE {PENDING} {rest} \
             ORDER BY t.id LIMIT {limit}) x"
        );
        statement.load(self.conn)
    }

    fn approvals_of(&mut self, applications: &[Uuid]) -> Outcome<Vec<Approval>> {
        let mut statement = Statement::new();
        let ids = applications.iter().map(Uuid::to_string).collect::<Vec<_>>().join(",");
        let ids = statement.bind(ids);
        statement.sql = format!(
            "SELECT row_to_json(x)::text AS row FROM (SELECT t.id, t.application_id, t.level, t.approver_id, t.approver_name, \
                 t.on_behalf_of, t.decision, r.amount(t.amount) AS amount, t.note, t.decided_at FROM limit_approval t \
             WHERE t.application_id = ANY(string_to_array({ids}, ',')::uuid[]) ORDER BY t.decided_at, t.id) x"
        );
        statement.load(self.conn)
    }

    fn represented_by(&mut self, person: Uuid, on: Date) -> Outcome<Vec<Represented>> {
        let mut statement = Statement::new();
        let (person, on) = (statement.bind(person.to_string()), Statement::date(on));
        statement.sql = format!(
            "SELECT DISTINCT jsonb_build_object('id', u.id, 'roles', u.roles, 'all_rights', u.all_rights)::text AS row FROM approval_stand_in t \
             JOIN app_user u ON u.id = t.person_id WHERE t.stand_in_id = {person}::uuid AND t.ended_at IS NULL \
                 AND t.valid @> {on} AND u.disabled_at IS NULL ORDER BY 1"
        );
        let found = statement.load::<PersonRow>(self.conn)?;
        let read = |row: PersonRow| {
            let roles = row.roles.iter().map(|role| stored::<Role>(role)).collect::<Outcome<Vec<_>>>()?;
            Ok(Represented { person: Person { id: row.id, roles }, all_rights: row.all_rights })
        };
        found.into_iter().map(read).collect()
    }
}

impl LimitStore for PgTx<'_> {
    fn limit_for_update(&mut self, id: Uuid) -> Outcome<CreditLimit> {
        let mut statement = Statement::new();
        let bound = statement.bind(id.to_string());
        statement.sql = format!(
            "SELECT row_to_json(t)::text AS row FROM (SELECT {LIMIT} FROM credit_limit l WHERE l.id = {bound}::uuid \
             FOR UPDATE) t"
        );
        let found = statement.load(self.conn)?.into_iter().next();
        found.ok_or_else(|| app::lists::not_found("credit/limits", &CreditLimitId(id).to_string()))
    }

    fn lock_limits_of(&mut self, holder: Holder) -> Outcome<()> {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('recobra.limit_holder'), hashtext($1))")
            .bind::<Text, _>(holder.public_id())
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn limits_of_key(&mut self, key: &LimitKey) -> Outcome<Vec<CreditLimit>> {
        let named = format!("{key:?}");
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('recobra.credit_limit'), hashtext($1))")
            .bind::<Text, _>(named)
            .execute(self.conn)
            .map_err(db)?;
        let mut statement = Statement::new();
        let holder = holder_of(&mut statement, &key.holder);
        let limit_type = statement.bind(key.limit_type.as_str());
        let entity = key.legal_entity.map(|id| statement.bind(id.to_string()));
        let component = key.component.map(|part| statement.bind(part.as_str()));
        let reference = key.reference.as_ref().map(|text| statement.bind(text.clone()));
        let (entity, component, reference) = (
            same("legal_entity_id", entity, "::uuid"),
            same("component", component, ""),
            same("reference", reference, ""),
        );
        statement.sql = format!(
            "SELECT row_to_json(t)::text AS row FROM (SELECT {LIMIT} FROM credit_limit l WHERE {holder} \
             AND l.limit_type = {limit_type} AND {entity} AND {component} AND {reference} \
             AND l.superseded_at IS NULL ORDER BY l.id FOR UPDATE) t"
        );
        statement.load(self.conn)
    }

    fn supersede_limits(&mut self, ids: &[Uuid], at: Instant) -> Outcome<()> {
        diesel::sql_query(
            "UPDATE credit_limit SET superseded_at = $2, version = version + 1 WHERE id = ANY($1) AND superseded_at IS NULL",
        )
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Timestamptz, _>(at)
        .execute(self.conn)
        .map(drop)
        .map_err(db)
    }

    fn insert_limit(&mut self, limit: &CreditLimit, event: EventId) -> Outcome<()> {
        insert_row(self.conn, "credit_limit", limit, event)
    }

    fn application_for_update(&mut self, id: Uuid) -> Outcome<LimitApplication> {
        let found = locked(self.conn, "limit_application", APPLICATION, id)?;
        found.ok_or_else(|| app::lists::not_found("credit/applications", &LimitApplicationId(id).to_string()))
    }

    fn late_applications(&mut self, now: Instant, limit: i64) -> Outcome<Vec<LimitApplication>> {
        let mut statement = Statement::new();
        let now = Statement::instant(now);
        statement.sql = format!(
            "SELECT row_to_json(x)::text AS row FROM (SELECT {APPLICATION} FROM limit_application t WHERE {PENDING} \
             AND t.expires_at <= {now} ORDER BY t.id LIMIT {limit} FOR UPDATE SKIP LOCKED) x"
        );
        statement.load(self.conn)
    }

    fn insert_application(&mut self, application: &LimitApplication, event: EventId) -> Outcome<()> {
        insert_row(self.conn, "limit_application", application, event)
    }

    fn save_application(&mut self, application: &LimitApplication, event: EventId) -> Outcome<()> {
        let row =
            serde_json::to_value(application).map_err(|e| Error::new(&app::codes::INTERNAL).caused_by(e))?;
        diesel::sql_query(
            "UPDATE limit_application t SET holder_id = x.holder_id, state = x.state, expires_at = x.expires_at, decided_at = x.decided_at, \
                 proposed_amount = x.proposed_amount, granted_amount = x.granted_amount, proposal = x.proposal, \
                 chain = x.chain, limit_id = x.limit_id, replaced = x.replaced, version = x.version, event_id = $2 \
             FROM jsonb_populate_record(NULL::limit_application, $1) x WHERE t.id = x.id",
        )
        .bind::<Jsonb, _>(row)
        .bind::<SqlUuid, _>(event.0)
        .execute(self.conn)
        .map(drop)
        .map_err(db)
    }

    fn insert_approval(&mut self, approval: &Approval, event: EventId) -> Outcome<()> {
        insert_row(self.conn, "limit_approval", approval, event)
    }

    fn have_limits(&mut self, segments: &[String], on: Date) -> Outcome<bool> {
        diesel::sql_query(
            "SELECT EXISTS (SELECT 1 FROM credit_limit l WHERE l.segment = ANY($1) AND l.superseded_at IS NULL \
                 AND l.valid && daterange($2, NULL)) AS found",
        )
        .bind::<Array<Text>, _>(segments)
        .bind::<SqlDate, _>(on)
        .get_result::<Exists>(self.conn)
        .map(|row| row.found)
        .map_err(db)
    }

    fn may_sign_in(&mut self, user: Uuid) -> Outcome<bool> {
        diesel::sql_query(
            "SELECT EXISTS (SELECT 1 FROM app_user u WHERE u.id = $1 AND u.disabled_at IS NULL) AS found",
        )
        .bind::<SqlUuid, _>(user)
        .get_result::<Exists>(self.conn)
        .map(|row| row.found)
        .map_err(db)
    }

    fn insert_stand_in(&mut self, stand_in: &StandIn, event: EventId) -> Outcome<()> {
        insert_row(self.conn, "approval_stand_in", stand_in, event)
    }

    fn stand_in_for_update(&mut self, id: Uuid) -> Outcome<StandIn> {
        let found = locked(self.conn, "approval_stand_in", STAND_IN, id)?;
        found.ok_or_else(|| app::lists::not_found("credit/stand-ins", &StandInId(id).to_string()))
    }

    fn end_stand_in(&mut self, id: Uuid, at: Instant, event: EventId) -> Outcome<()> {
        diesel::sql_query(
            "UPDATE approval_stand_in SET ended_at = $2, version = version + 1, event_id = $3 WHERE id = $1",
        )
        .bind::<SqlUuid, _>(id)
        .bind::<Timestamptz, _>(at)
        .bind::<SqlUuid, _>(event.0)
        .execute(self.conn)
        .map(drop)
        .map_err(db)
    }

    fn limits_to_review(&mut self, on: Date, ahead: i32) -> Outcome<Vec<(Uuid, ReviewCause, Date)>> {
        let mut statement = Statement::new();
        let on = Statement::date(on);
        statement.sql = format!(
            "SELECT row_to_json(x)::text AS row FROM (SELECT d.id, d.cause, d.due_on FROM ( \
                 SELECT l.id, 'review' AS cause, l.review_on AS due_on FROM credit_limit l \
                 WHERE l.superseded_at IS NULL AND l.review_on <= {on} AND l.valid @> {on} \
                 UNION ALL SELECT l.id, 'expiry', upper(l.valid) - 1 FROM credit_limit l \
                 WHERE l.superseded_at IS NULL AND l.valid @> {on} AND upper(l.valid) - 1 <= {on} + {ahead} AND l.amount > 0 \
                     AND NOT EXISTS (SELECT 1 FROM credit_limit n WHERE {RENEWAL}) \
                 UNION ALL SELECT l.id, 'holder_changed', {on} FROM credit_limit l \
                 WHERE l.superseded_at IS NULL AND l.amount > 0 AND (upper_inf(l.valid) OR upper(l.valid) > {on}) \
                     AND ((l.holder_kind = 'party' AND NOT EXISTS (SELECT 1 FROM risk_member m WHERE m.risk_party_id = l.holder_id)) \
                     OR (l.holder_kind = 'group' AND NOT EXISTS (SELECT 1 FROM risk_group g WHERE g.group_id = l.holder_id)))) d \
             WHERE NOT EXISTS (SELECT 1 FROM limit_review w WHERE w.limit_id = d.id AND w.cause = d.cause \
                 AND (w.due_on = d.due_on OR d.cause = 'holder_changed')) ORDER BY d.due_on, d.id LIMIT 1000) x"
        );
        let found = statement.load::<ReviewDue>(self.conn)?;
        Ok(found.into_iter().map(|due| (due.id, due.cause, due.due_on)).collect())
    }

    fn insert_review(&mut self, review: &LimitReview, event: EventId) -> Outcome<()> {
        insert_row(self.conn, "limit_review", review, event)
    }

    fn review_for_update(&mut self, id: Uuid) -> Outcome<LimitReview> {
        let found = locked(self.conn, "limit_review", REVIEW, id)?;
        found.ok_or_else(|| app::lists::not_found("credit/reviews", &LimitReviewId(id).to_string()))
    }

    fn move_reviews(&mut self, from: Uuid, to: Uuid, event: EventId) -> Outcome<()> {
        diesel::sql_query("UPDATE limit_review SET limit_id = $2, event_id = $3 WHERE limit_id = $1")
            .bind::<SqlUuid, _>(from)
            .bind::<SqlUuid, _>(to)
            .bind::<SqlUuid, _>(event.0)
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn finish_review(&mut self, review: &LimitReview, event: EventId) -> Outcome<()> {
        let row = serde_json::to_value(review).map_err(|e| Error::new(&app::codes::INTERNAL).caused_by(e))?;
        diesel::sql_query(
            "UPDATE limit_review t SET done_at = x.done_at, done_by = x.done_by, outcome = x.outcome, note = x.note, \
                 version = x.version, event_id = $2 FROM jsonb_populate_record(NULL::limit_review, $1) x WHERE t.id = x.id",
        )
        .bind::<Jsonb, _>(row)
        .bind::<SqlUuid, _>(event.0)
        .execute(self.conn)
        .map(drop)
        .map_err(db)
    }
}
