//! Legal rates, fixed compensation, exchange rates and bucket sets.

use app::rates::{NewBucketSet, RateReads, RateStore, StoredFixedCompensation, StoredLegalRate};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Date as SqlDate, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use domain::receivables::interest::compensation::FixedCompensation;
use domain::receivables::interest::legal_rate::LegalRate;
use kernel::id::EventId;
use kernel::rate::FxRate;
use kernel::text_enum::TextEnum as _;
use kernel::{Currency, Date, Decimal, Error, Instant, Money, Outcome};
use schema::{bucket_set, fixed_compensation, legal_rate};
use uuid::Uuid;

use crate::error::db;
use crate::push::stored;
use crate::tx::PgTx;

#[derive(QueryableByName)]
struct QuotationRow {
    #[diesel(sql_type = Text)]
    base: String,
    #[diesel(sql_type = Text)]
    quote: String,
    #[diesel(sql_type = SqlDate)]
    quoted_on: Date,
    #[diesel(sql_type = Numeric)]
    rate: Decimal,
}

impl RateReads for PgTx<'_> {
    fn quotations(
        &mut self,
        source: &str,
        (from, to): (Date, Date),
        known_at: Option<Instant>,
    ) -> Outcome<Vec<FxRate>> {
        let rows = diesel::sql_query(
            "SELECT DISTINCT ON (base, quote, quoted_on) base, quote, quoted_on, rate FROM fx_rate \
             WHERE source = $1 AND quoted_on BETWEEN $2 AND $3 AND ($4 IS NULL OR recorded_at <= $4) \
             ORDER BY base, quote, quoted_on, recorded_at DESC",
        )
        .bind::<Text, _>(source)
        .bind::<SqlDate, _>(from)
        .bind::<SqlDate, _>(to)
        .bind::<Nullable<Timestamptz>, _>(known_at)
        .load::<QuotationRow>(self.conn)
        .map_err(db)?;
        let rate = |row: QuotationRow| {
            let pair = (Currency::parse("base", &row.base)?, Currency::parse("quote", &row.quote)?);
            FxRate::try_new(source, pair, row.quoted_on, row.rate)
        };
        rows.into_iter().map(rate).collect()
    }
}

#[derive(QueryableByName)]
struct LegalRateRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    jurisdiction: String,
    #[diesel(sql_type = SqlDate)]
    valid_from: Date,
    #[diesel(sql_type = Nullable<SqlDate>)]
    valid_to: Option<Date>,
    #[diesel(sql_type = Numeric)]
    annual_percent: Decimal,
    #[diesel(sql_type = Text)]
    source: String,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
}

impl LegalRateRow {
    fn into_stored(self) -> Outcome<StoredLegalRate> {
        let rate = LegalRate {
            jurisdiction: self.jurisdiction,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            annual_percent: self.annual_percent.normalize(),
            source: self.source,
            status: stored(&self.status)?,
        };
        Ok(StoredLegalRate { id: self.id, rate, recorded_at: self.recorded_at })
    }
}

#[derive(QueryableByName)]
struct CompensationRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    jurisdiction: String,
    #[diesel(sql_type = SqlDate)]
    valid_from: Date,
    #[diesel(sql_type = Nullable<SqlDate>)]
    valid_to: Option<Date>,
    #[diesel(sql_type = Numeric)]
    amount: Decimal,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Text)]
    source: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
}

impl CompensationRow {
    fn into_stored(self) -> Outcome<StoredFixedCompensation> {
        let sum = FixedCompensation {
            jurisdiction: self.jurisdiction,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            amount: Money::new(self.amount.normalize(), Currency::parse("currency", &self.currency)?),
            source: self.source,
        };
        Ok(StoredFixedCompensation { id: self.id, sum, recorded_at: self.recorded_at })
    }
}

impl RateStore for PgTx<'_> {
    fn legal_rates_for_update(
        &mut self,
        jurisdiction: &str,
        (from, to): (Date, Option<Date>),
    ) -> Outcome<Vec<StoredLegalRate>> {
        let rows = diesel::sql_query(
            "SELECT id, jurisdiction, lower(valid) AS valid_from, (upper(valid) - 1) AS valid_to, annual_percent, \
                 source, status, recorded_at FROM legal_rate \
             WHERE jurisdiction = $1 AND superseded_at IS NULL AND valid && daterange($2, $3, '[]') \
             ORDER BY valid_from FOR UPDATE",
        )
        .bind::<Text, _>(jurisdiction)
        .bind::<SqlDate, _>(from)
        .bind::<Nullable<SqlDate>, _>(to)
        .load::<LegalRateRow>(self.conn)
        .map_err(db)?;
        rows.into_iter().map(LegalRateRow::into_stored).collect()
    }

    fn insert_legal_rate(&mut self, new: &StoredLegalRate, event: EventId) -> Outcome<()> {
        let rate = &new.rate;
        diesel::sql_query(
            "INSERT INTO legal_rate (id, jurisdiction, valid, annual_percent, status, source, recorded_at, event_id) \
             VALUES ($1, $2, daterange($3, $4, '[]'), $5, $6, $7, $8, $9)",
        )
        .bind::<SqlUuid, _>(new.id)
        .bind::<Text, _>(&rate.jurisdiction)
        .bind::<SqlDate, _>(rate.valid_from)
        .bind::<Nullable<SqlDate>, _>(rate.valid_to)
        .bind::<Numeric, _>(rate.annual_percent)
        .bind::<Text, _>(rate.status.as_str())
        .bind::<Text, _>(&rate.source)
        .bind::<Timestamptz, _>(new.recorded_at)
        .bind::<SqlUuid, _>(event.0)
        .execute(self.conn)
        .map(drop)
        .map_err(db)
    }

    fn supersede_legal_rate(&mut self, id: Uuid, at: Instant) -> Outcome<()> {
        diesel::update(legal_rate::table.find(id))
            .set(legal_rate::superseded_at.eq(at))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn fixed_compensations_for_update(
        &mut self,
        jurisdiction: &str,
        (from, to): (Date, Option<Date>),
    ) -> Outcome<Vec<StoredFixedCompensation>> {
        let rows = diesel::sql_query(
            "SELECT id, jurisdiction, lower(valid) AS valid_from, (upper(valid) - 1) AS valid_to, amount, currency, \
                 source, recorded_at FROM fixed_compensation \
             WHERE jurisdiction = $1 AND superseded_at IS NULL AND valid && daterange($2, $3, '[]') \
             ORDER BY valid_from FOR UPDATE",
        )
        .bind::<Text, _>(jurisdiction)
        .bind::<SqlDate, _>(from)
        .bind::<Nullable<SqlDate>, _>(to)
        .load::<CompensationRow>(self.conn)
        .map_err(db)?;
        rows.into_iter().map(CompensationRow::into_stored).collect()
    }

    fn insert_fixed_compensation(&mut self, new: &StoredFixedCompensation, event: EventId) -> Outcome<()> {
        let sum = &new.sum;
        diesel::sql_query(
            "INSERT INTO fixed_compensation (id, jurisdiction, valid, amount, currency, source, recorded_at, event_id) \
             VALUES ($1, $2, daterange($3, $4, '[]'), $5, $6, $7, $8, $9)",
        )
        .bind::<SqlUuid, _>(new.id)
        .bind::<Text, _>(&sum.jurisdiction)
        .bind::<SqlDate, _>(sum.valid_from)
        .bind::<Nullable<SqlDate>, _>(sum.valid_to)
        .bind::<Numeric, _>(sum.amount.amount)
        .bind::<Text, _>(sum.amount.currency.as_str())
        .bind::<Text, _>(&sum.source)
        .bind::<Timestamptz, _>(new.recorded_at)
        .bind::<SqlUuid, _>(event.0)
        .execute(self.conn)
        .map(drop)
        .map_err(db)
    }

    fn supersede_fixed_compensation(&mut self, id: Uuid, at: Instant) -> Outcome<()> {
        diesel::update(fixed_compensation::table.find(id))
            .set(fixed_compensation::superseded_at.eq(at))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn insert_fx_rates(&mut self, rates: &[FxRate], now: Instant, event: EventId) -> Outcome<()> {
        let text = |pick: fn(&FxRate) -> String| rates.iter().map(pick).collect::<Vec<_>>();
        // A correction within the same microsecond, or by an instance whose clock is behind, still comes later.
        diesel::sql_query(
            "INSERT INTO fx_rate (source, base, quote, quoted_on, rate, recorded_at, event_id) \
             SELECT n.source, n.base, n.quote, n.quoted_on, n.rate, greatest($6, (SELECT max(f.recorded_at) \
                     + interval '1 microsecond' FROM fx_rate f WHERE f.source = n.source AND f.base = n.base \
                     AND f.quote = n.quote AND f.quoted_on = n.quoted_on)), $7 \
             FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::numeric[]) \
                 AS n (source, base, quote, quoted_on, rate)",
        )
        .bind::<Array<Text>, _>(text(|r| r.source().to_owned()))
        .bind::<Array<Text>, _>(text(|r| r.base().to_string()))
        .bind::<Array<Text>, _>(text(|r| r.quote().to_string()))
        .bind::<Array<SqlDate>, _>(rates.iter().map(FxRate::on).collect::<Vec<_>>())
        .bind::<Array<Numeric>, _>(rates.iter().map(FxRate::rate).collect::<Vec<_>>())
        .bind::<Timestamptz, _>(now)
        .bind::<SqlUuid, _>(event.0)
        .execute(self.conn)
        .map(drop)
        .map_err(db)
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
