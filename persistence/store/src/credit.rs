//! Credit: exposure and who counts as one risk.

mod checks;
pub(crate) mod exposure;
mod groups;
mod report;
