//! Version 1, one module per context.

pub mod access;
pub mod attributes;
pub mod calendars;
pub mod credit;
pub mod customers;
pub mod dunning;
pub mod ledger;
pub mod messages;
pub mod organisation;
pub mod platform;
pub mod pushes;
pub mod rates;
mod rules;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts every operation.
pub fn configure(config: &mut ServiceConfig<'_>) {
    organisation::configure(config);
    access::configure(config);
    attributes::configure(config);
    messages::configure(config);
    customers::configure(config);
    ledger::configure(config);
    credit::configure(config);
    dunning::configure(config);
    credit::configure(config);
    calendars::configure(config);
    rates::configure(config);
    platform::configure(config);
    pushes::configure(config);
}
