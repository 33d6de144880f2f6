//! The rule sets every installation starts with.

use kernel::Outcome;

use super::{Planting, Seed};
use crate::credit::rule_sets::plant_standard;

pub(super) static SEED: Seed = Seed {
    name: "rule_sets_standard",
    version: 1,
    source: "what is usual in credit management between companies, to be adapted by each",
    plant,
};

fn plant(planting: &mut Planting<'_>) -> Outcome<u64> {
    plant_standard(planting.ctx, planting.tx)
}
