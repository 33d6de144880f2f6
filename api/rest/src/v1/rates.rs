//! Legal interest rates, exchange rates and bucket sets.

mod dto;
mod handlers;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_legal_rates)
        .service(handlers::get_legal_rate)
        .service(handlers::record_legal_rate)
        .service(handlers::list_fixed_compensations)
        .service(handlers::record_fixed_compensation)
        .service(handlers::list_fx_rates)
        .service(handlers::record_fx_rates)
        .service(handlers::convert)
        .service(handlers::list_bucket_sets)
        .service(handlers::get_bucket_set)
        .service(handlers::create_bucket_set);
}
