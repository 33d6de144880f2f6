//! Exchange rates and bucket sets.

use app::codes::INTERNAL;
use chrono::NaiveDate;
use diesel::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Date as SqlDate, Numeric, Text, Timestamptz};
use domain::receivables::ageing::BucketSet;
use kernel::rate::FxRate;
use kernel::{Currency, Date, Decimal, Error, Instant, Outcome};
use schema::bucket_set;

use crate::error::db;
use crate::push::stored;

#[derive(QueryableByName)]
struct RateRow {
    #[diesel(sql_type = Text)]
    base: String,
    #[diesel(sql_type = Text)]
    quote: String,
    #[diesel(sql_type = SqlDate)]
    quoted_on: NaiveDate,
    #[diesel(sql_type = Numeric)]
    rate: Decimal,
}

/// Of several records of one quotation the last one by then was in force.
pub(super) fn fx_rates(
    conn: &mut PgConnection,
    source: &str,
    (from, to): (Date, Date),
    known_at: Instant,
) -> Outcome<Vec<FxRate>> {
    let rows = diesel::sql_query(
        "SELECT DISTINCT ON (base, quote, quoted_on) base, quote, quoted_on, rate FROM fx_rate \
         WHERE source = $1 AND quoted_on BETWEEN $2 AND $3 AND recorded_at <= $4 \
         ORDER BY base, quote, quoted_on, recorded_at DESC",
    )
    .bind::<Text, _>(source)
    .bind::<SqlDate, _>(from)
    .bind::<SqlDate, _>(to)
    .bind::<Timestamptz, _>(known_at)
    .load::<RateRow>(conn)
    .map_err(db)?;
    let rate = |r: RateRow| {
        let pair = (Currency::parse("base", &r.base)?, Currency::parse("quote", &r.quote)?);
        FxRate::try_new(source, pair, r.quoted_on, r.rate)
    };
    rows.into_iter().map(rate).collect()
}

pub(super) fn bucket_set(conn: &mut PgConnection, code: &str) -> Outcome<Option<BucketSet>> {
    let found = bucket_set::table
        .find(code)
        .select((bucket_set::name, bucket_set::bounds, bucket_set::by_date))
        .first::<(String, Vec<i16>, String)>(conn)
        .optional()
        .map_err(db)?;
    found
        .map(|(name, bounds, by_date)| {
            let bounds = bounds.into_iter().map(u16::try_from).collect::<Result<Vec<_>, _>>();
            let bounds = bounds.map_err(|e| Error::new(&INTERNAL).caused_by(e))?;
            BucketSet::try_new(&name, stored(&by_date)?, bounds)
        })
        .transpose()
}
