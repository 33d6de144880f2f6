//! Legal rates, fixed compensation and bucket sets.

use app::rates::{NewBucketSet, RateStore};
use diesel::prelude::*;
use diesel::sql_types::{Date as SqlDate, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use domain::receivables::interest::compensation::FixedCompensation;
use domain::receivables::interest::legal_rate::LegalRate;
use kernel::id::EventId;
use kernel::text_enum::TextEnum as _;
use kernel::{Error, Instant, Outcome};
use schema::bucket_set;
use uuid::Uuid;

use crate::error::db;
use crate::tx::PgTx;

impl RateStore for PgTx<'_> {
    fn insert_legal_rate_if_absent(
        &mut self,
        id: Uuid,
        rate: &LegalRate,
        recorded_at: Instant,
        event: EventId,
    ) -> Outcome<bool> {
        let inserted = diesel::sql_query(
            "INSERT INTO legal_rate (id, jurisdiction, valid, annual_percent, status, source, recorded_at, event_id) \
             SELECT $1, $2, daterange($3, $4, '[]'), $5, $6, $7, $8, $9 WHERE NOT EXISTS \
                 (SELECT 1 FROM legal_rate WHERE jurisdiction = $2 AND superseded_at IS NULL \
                  AND valid && daterange($3, $4, '[]'))",
        )
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(&rate.jurisdiction)
        .bind::<SqlDate, _>(rate.valid_from)
        .bind::<Nullable<SqlDate>, _>(rate.valid_to)
        .bind::<Numeric, _>(rate.annual_percent)
        .bind::<Text, _>(rate.status.as_str())
        .bind::<Text, _>(&rate.source)
        .bind::<Timestamptz, _>(recorded_at)
        .bind::<SqlUuid, _>(event.0)
        .execute(self.conn)
        .map_err(db)?;
        Ok(inserted == 1)
    }

    fn insert_fixed_compensation_if_absent(
        &mut self,
        id: Uuid,
        sum: &FixedCompensation,
        recorded_at: Instant,
        event: EventId,
    ) -> Outcome<bool> {
        let inserted = diesel::sql_query(
            "INSERT INTO fixed_compensation \
                 (id, jurisdiction, valid, amount, currency, source, recorded_at, event_id) \
             SELECT $1, $2, daterange($3, $4, '[]'), $5, $6, $7, $8, $9 WHERE NOT EXISTS \
                 (SELECT 1 FROM fixed_compensation WHERE jurisdiction = $2 AND superseded_at IS NULL \
                  AND valid && daterange($3, $4, '[]'))",
        )
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(&sum.jurisdiction)
        .bind::<SqlDate, _>(sum.valid_from)
        .bind::<Nullable<SqlDate>, _>(sum.valid_to)
        .bind::<Numeric, _>(sum.amount.amount)
        .bind::<Text, _>(sum.amount.currency.to_string())
        .bind::<Text, _>(&sum.source)
        .bind::<Timestamptz, _>(recorded_at)
        .bind::<SqlUuid, _>(event.0)
        .execute(self.conn)
        .map_err(db)?;
        Ok(inserted == 1)
    }

    fn insert_bucket_set_if_absent(&mut self, new: &NewBucketSet, event: EventId) -> Outcome<bool> {
        let bounds = new.set.bounds().iter().copied().map(i16::try_from).collect::<Result<Vec<_>, _>>();
        let bounds = bounds.map_err(|e| Error::new(&app::codes::INTERNAL).caused_by(e))?;
        let inserted = diesel::insert_into(bucket_set::table)
            .values((
                bucket_set::code.eq(&new.code),
                bucket_set::name.eq(new.set.name()),
                bucket_set::bounds.eq(bounds),
                bucket_set::by_date.eq(new.set.basis().as_str()),
                bucket_set::version.eq(1),
                bucket_set::created_at.eq(new.created_at),
                bucket_set::event_id.eq(event.0),
            ))
            .on_conflict_do_nothing()
            .execute(self.conn)
            .map_err(db)?;
        Ok(inserted == 1)
    }
}
