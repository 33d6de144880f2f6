//! External ratings, their providers, and reports that wait.

use std::collections::{BTreeSet, HashMap};

use app::credit::external::ExternalRating;
use app::credit::external::inbox::InboxReport;
use app::credit::external::providers::Provider;
use app::credit::external::store::{ExternalReads, ExternalStore};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bytea, Nullable, Text, Uuid as SqlUuid};
use domain::credit::scoring::external::Subject;
use kernel::id::{EventId, ExternalInboxId};
use kernel::text_enum::TextEnum as _;
use kernel::{Date, Decimal, Instant, Outcome};
use schema::{external_inbox, external_rating, rating_provider};
use serde_json::Value;
use uuid::Uuid;

use super::groups::same_risk;
use crate::error::db;
use crate::organisation::{from_json, json};
use crate::push::stored;
use crate::tx::PgTx;

/// A statement takes 65,535 values at most, and a row has up to 17.
const ROWS_AT_ONCE: usize = 1_000;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = rating_provider, check_for_backend(diesel::pg::Pg))]
struct ProviderRow {
    code: String,
    name: String,
    grades: Value,
    valid_days: i32,
    cursor: Option<String>,
    version: i64,
    created_at: DateTime<Utc>,
}

impl ProviderRow {
    fn into_provider(self) -> Outcome<Provider> {
        Ok(Provider {
            code: self.code,
            name: self.name,
            scale: from_json(self.grades)?,
            valid_days: self.valid_days,
            cursor: self.cursor,
            version: self.version,
            created_at: self.created_at,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = external_rating, check_for_backend(diesel::pg::Pg))]
struct RatingRow {
    id: Uuid,
    provider_code: String,
    party_id: Uuid,
    grade: Option<String>,
    position: Option<Decimal>,
    probability: Option<Decimal>,
    limit_amount: Option<Decimal>,
    limit_currency: Option<String>,
    rated_on: NaiveDate,
    valid_until: NaiveDate,
    reference: Option<String>,
    origin: String,
    downgrade: bool,
    recorded_at: DateTime<Utc>,
}

impl RatingRow {
    fn new(rating: &ExternalRating) -> Self {
        Self {
            id: rating.id,
            provider_code: rating.provider_code.clone(),
            party_id: rating.party_id,
            grade: rating.grade.clone(),
            position: rating.position,
            probability: rating.probability,
            limit_amount: rating.limit_amount,
            limit_currency: rating.limit_currency.clone(),
            rated_on: rating.rated_on,
            valid_until: rating.valid_until,
            reference: rating.reference.clone(),
            origin: rating.origin.as_str().to_owned(),
            downgrade: rating.downgrade,
            recorded_at: rating.recorded_at,
        }
    }

    fn into_rating(self) -> Outcome<ExternalRating> {
        Ok(ExternalRating {
            id: self.id,
            provider_code: self.provider_code,
            party_id: self.party_id,
            grade: self.grade,
            position: self.position.map(|p| p.normalize()),
            probability: self.probability.map(|p| p.normalize()),
            limit_amount: self.limit_amount.map(|a| a.normalize()),
            limit_currency: self.limit_currency,
            rated_on: self.rated_on,
            valid_until: self.valid_until,
            reference: self.reference,
            origin: stored(&self.origin)?,
            downgrade: self.downgrade,
            recorded_at: self.recorded_at,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = external_inbox, check_for_backend(diesel::pg::Pg))]
struct InboxRow {
    id: Uuid,
    provider_code: String,
    subject: Value,
    rating: Value,
    origin: String,
    reason: String,
    problem: Option<String>,
    state: String,
    fingerprint: Vec<u8>,
    party_id: Option<Uuid>,
    note: Option<String>,
    received_at: DateTime<Utc>,
    resolved_by: Option<String>,
}

impl InboxRow {
    fn into_report(self) -> Outcome<(InboxReport, Vec<u8>)> {
        let report = InboxReport {
            id: self.id,
            provider_code: self.provider_code,
            report: from_json(self.rating)?,
            origin: stored(&self.origin)?,
            reason: stored(&self.reason)?,
            problem: self.problem,
            state: stored(&self.state)?,
            party_id: self.party_id,
            note: self.note,
            received_at: self.received_at,
            resolved_by: self.resolved_by,
        };
        Ok((report, self.fingerprint))
    }
}

#[derive(QueryableByName)]
struct Print {
    #[diesel(sql_type = Bytea)]
    fingerprint: Vec<u8>,
}

#[derive(QueryableByName)]
struct Match {
    #[diesel(sql_type = BigInt)]
    no: i64,
    #[diesel(sql_type = SqlUuid)]
    party_id: Uuid,
}

impl ExternalReads for PgTx<'_> {
    fn provider(&mut self, code: &str) -> Outcome<Option<Provider>> {
        let found = rating_provider::table.find(code).select(ProviderRow::as_select()).first(self.conn);
        found.optional().map_err(db)?.map(ProviderRow::into_provider).transpose()
    }

    fn ratings_on(&mut self, party: Uuid, (day, known_at): (Date, Instant)) -> Outcome<Vec<ExternalRating>> {
        let parties = same_risk(self.conn, &[party])?.into_keys();
        let found = external_rating::table
            .filter(external_rating::party_id.eq_any(parties))
            .filter(external_rating::rated_on.le(day))
            .filter(external_rating::valid_until.ge(day))
            .filter(external_rating::recorded_at.le(known_at))
            .distinct_on(external_rating::provider_code)
            .order((
                external_rating::provider_code,
                external_rating::rated_on.desc(),
                external_rating::recorded_at.desc(),
            ))
            .select(RatingRow::as_select())
            .load(self.conn)
            .map_err(db)?;
        found.into_iter().map(RatingRow::into_rating).collect()
    }
}

impl ExternalStore for PgTx<'_> {
    fn provider_for_update(&mut self, code: &str) -> Outcome<Option<Provider>> {
        let found =
            rating_provider::table.find(code).select(ProviderRow::as_select()).for_update().first(self.conn);
        found.optional().map_err(db)?.map(ProviderRow::into_provider).transpose()
    }

    fn save_provider(&mut self, provider: &Provider, event: EventId) -> Outcome<()> {
        let row = || -> Outcome<_> {
            let row = ProviderRow {
                code: provider.code.clone(),
                name: provider.name.clone(),
                grades: json(&provider.scale)?,
                valid_days: provider.valid_days,
                cursor: provider.cursor.clone(),
                version: provider.version,
                created_at: provider.created_at,
            };
            Ok((row, rating_provider::event_id.eq(event.0)))
        };
        diesel::insert_into(rating_provider::table)
            .values(row()?)
            .on_conflict(rating_provider::code)
            .do_update()
            .set(row()?)
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn save_cursor(&mut self, code: &str, cursor: Option<&str>) -> Outcome<()> {
        diesel::update(rating_provider::table.find(code))
            .set(rating_provider::cursor.eq(cursor))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn known_reports(&mut self, provider: &str, fingerprints: &[Vec<u8>]) -> Outcome<BTreeSet<Vec<u8>>> {
        let found = diesel::sql_query(
            "SELECT fingerprint FROM external_rating WHERE provider_code = $1 AND fingerprint = ANY($2) \
             UNION ALL SELECT fingerprint FROM external_inbox WHERE provider_code = $1 AND fingerprint = ANY($2)",
        )
        .bind::<Text, _>(provider)
        .bind::<Array<Bytea>, _>(fingerprints)
        .load::<Print>(self.conn)
        .map_err(db)?;
        Ok(found.into_iter().map(|p| p.fingerprint).collect())
    }

    /// A tax id is found with the country in front of it, as it is written across borders, and without.
    fn match_subjects(&mut self, subjects: &[Subject]) -> Outcome<Vec<Vec<Uuid>>> {
        let column = |of: fn(&Subject) -> Option<String>| subjects.iter().map(of).collect::<Vec<_>>();
        let found = diesel::sql_query(
            "SELECT DISTINCT s.no, coalesce(k.risk_party_id, p.id) AS party_id \
             FROM unnest($1, $2, $3) WITH ORDINALITY AS s (tax_id, lei, national_id, no) \
             CROSS JOIN LATERAL (SELECT q.id FROM party q WHERE q.tax_id = s.tax_id \
                 UNION SELECT q.id FROM party q WHERE q.tax_id = substr(s.tax_id, 3) AND q.country = left(s.tax_id, 2) \
                 UNION SELECT q.id FROM party q WHERE q.lei = s.lei \
                 UNION SELECT q.id FROM party q WHERE q.national_id = s.national_id) p \
             LEFT JOIN risk_party k ON k.party_id = p.id ORDER BY 1, 2",
        )
        .bind::<Array<Nullable<Text>>, _>(column(|s| s.tax_id.clone()))
        .bind::<Array<Nullable<Text>>, _>(column(|s| s.lei.clone()))
        .bind::<Array<Nullable<Text>>, _>(column(|s| s.national_id.clone()))
        .load::<Match>(self.conn)
        .map_err(db)?;
        let mut by_no: HashMap<i64, Vec<Uuid>> = HashMap::new();
        for Match { no, party_id } in found {
            by_no.entry(no).or_default().push(party_id);
        }
        Ok((1..).zip(subjects).map(|(no, _)| by_no.remove(&no).unwrap_or_default()).collect())
    }

    fn latest_ratings(&mut self, provider: &str, parties: &[Uuid]) -> Outcome<Vec<ExternalRating>> {
        let risks = same_risk(self.conn, parties)?;
        let found = external_rating::table
            .filter(external_rating::provider_code.eq(provider))
            .filter(external_rating::party_id.eq_any(risks.keys()))
            .distinct_on(external_rating::party_id)
            .order((
                external_rating::party_id,
                external_rating::rated_on.desc(),
                external_rating::recorded_at.desc(),
            ))
            .select(RatingRow::as_select())
            .load(self.conn)
            .map_err(db)?;
        let mut latest = HashMap::<Uuid, ExternalRating>::new();
        for row in found {
            let mut rating = row.into_rating()?;
            rating.party_id = risks.get(&rating.party_id).copied().unwrap_or(rating.party_id);
            let newer = |known: &ExternalRating| {
                (known.rated_on, known.recorded_at) < (rating.rated_on, rating.recorded_at)
            };
            if latest.get(&rating.party_id).is_none_or(newer) {
                latest.insert(rating.party_id, rating);
            }
        }
        Ok(latest.into_values().collect())
    }

    fn insert_ratings(&mut self, ratings: &[(ExternalRating, Vec<u8>)], event: EventId) -> Outcome<()> {
        for part in ratings.chunks(ROWS_AT_ONCE) {
            let row = |(rating, print): &(ExternalRating, Vec<u8>)| {
                let print = external_rating::fingerprint.eq(print.clone());
                (RatingRow::new(rating), print, external_rating::event_id.eq(event.0))
            };
            diesel::insert_into(external_rating::table)
                .values(part.iter().map(row).collect::<Vec<_>>())
                .execute(self.conn)
                .map_err(db)?;
        }
        Ok(())
    }

    fn insert_inbox(&mut self, reports: &[(InboxReport, Vec<u8>)], event: EventId) -> Outcome<()> {
        let row = |(waiting, print): &(InboxReport, Vec<u8>)| -> Outcome<_> {
            let row = InboxRow {
                id: waiting.id,
                provider_code: waiting.provider_code.clone(),
                subject: json(&app::credit::external::read::subject(&waiting.report))?,
                rating: json(&waiting.report)?,
                origin: waiting.origin.as_str().to_owned(),
                reason: waiting.reason.as_str().to_owned(),
                problem: waiting.problem.clone(),
                state: waiting.state.as_str().to_owned(),
                fingerprint: print.clone(),
                party_id: waiting.party_id,
                note: waiting.note.clone(),
                received_at: waiting.received_at,
                resolved_by: waiting.resolved_by.clone(),
            };
            Ok((row, external_inbox::event_id.eq(event.0)))
        };
        for part in reports.chunks(ROWS_AT_ONCE) {
            diesel::insert_into(external_inbox::table)
                .values(part.iter().map(row).collect::<Outcome<Vec<_>>>()?)
                .execute(self.conn)
                .map_err(db)?;
        }
        Ok(())
    }

    fn inbox_for_update(&mut self, id: Uuid) -> Outcome<(InboxReport, Vec<u8>)> {
        let found =
            external_inbox::table.find(id).select(InboxRow::as_select()).for_update().first(self.conn);
        let missing = || app::lists::not_found("external_inbox", &ExternalInboxId(id).to_string());
        found.optional().map_err(db)?.ok_or_else(missing)?.into_report()
    }

    fn settle_inbox(&mut self, report: &InboxReport, at: Instant, event: EventId) -> Outcome<()> {
        diesel::update(external_inbox::table.find(report.id))
            .set((
                external_inbox::state.eq(report.state.as_str()),
                external_inbox::party_id.eq(report.party_id),
                external_inbox::note.eq(report.note.as_deref()),
                external_inbox::resolved_by.eq(report.resolved_by.as_deref()),
                external_inbox::resolved_at.eq(at),
                external_inbox::event_id.eq(event.0),
            ))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }
}
