//! The dunning scenario every installation starts with.

use kernel::Outcome;

use super::{Planting, Seed};
use crate::dunning::scenarios::plant_standard;

pub(super) static SEED: Seed = Seed {
    name: "scenario_standard",
    version: 1,
    source: "the ladder usual between companies: a reminder before, two after, a formal notice",
    plant,
};

fn plant(planting: &mut Planting<'_>) -> Outcome<u64> {
    plant_standard(planting.ctx, planting.tx).map(u64::from)
}
