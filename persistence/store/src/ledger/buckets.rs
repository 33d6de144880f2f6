//! Bucket sets.

use app::codes::INTERNAL;
use diesel::PgConnection;
use diesel::prelude::*;
use domain::receivables::ageing::BucketSet;
use kernel::{Error, Outcome};
use schema::bucket_set;

use crate::error::db;
use crate::push::stored;

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
