//! Bucket sets of ageing reports.

use domain::reference::bucket_sets;
use kernel::Outcome;

use super::{Planting, Seed};
use crate::rates::NewBucketSet;

pub(super) static SEED: Seed = Seed {
    name: "bucket_sets",
    version: 1,
    source: "the usual 30-day buckets of credit reports (domain/src/reference/bucket_sets.json)",
    plant,
};

fn plant(planting: &mut Planting<'_>) -> Outcome<u64> {
    let mut rows = 0;
    for (code, set) in bucket_sets()? {
        let new = NewBucketSet { code, set, created_at: planting.ctx.now };
        rows += u64::from(planting.tx.insert_bucket_set_if_absent(&new, planting.event)?);
    }
    Ok(rows)
}
