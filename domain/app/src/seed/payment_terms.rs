//! The terms of payment every installation starts with.

use kernel::Outcome;

use super::{Planting, Seed};
use crate::credit::terms::plant_standard;

pub(super) static SEED: Seed = Seed {
    name: "payment_terms_standard",
    version: 1,
    source: "what is usual between companies, within Ley 3/2004",
    plant,
};

fn plant(planting: &mut Planting<'_>) -> Outcome<u64> {
    plant_standard(planting.ctx, planting.tx)
}
