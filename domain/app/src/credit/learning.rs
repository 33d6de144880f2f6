//! Models that learn from the installation's own history, and what they estimate.
//!
//! A model belongs to a legal entity. It is trained by a worker, tested on the later part of history, and refused where it is no
//! better than what needs no model; a person puts it into force. Everything else works the same without one: the facts
//! `model.*` are then unknown.

pub mod activate;
pub mod codes;
pub mod history;
pub mod lists;
pub mod pages;
pub mod predict;
pub mod schedule;
pub mod store;
pub mod train;
pub mod work;
