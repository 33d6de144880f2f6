//! Credit: exposure and who counts as one risk.

pub(crate) mod exposure;
mod groups;
