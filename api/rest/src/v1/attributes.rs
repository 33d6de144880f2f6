//! Declared attributes of parties, accounts and receivables.

mod dto;
mod handlers;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_attributes)
        .service(handlers::get_attribute)
        .service(handlers::declare_attribute)
        .service(handlers::withdraw_attribute);
}
