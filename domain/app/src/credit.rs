//! Credit as use cases: exposure, who counts as one risk, and what may be shipped.

pub mod codes;
pub mod exposure;
pub mod groups;
