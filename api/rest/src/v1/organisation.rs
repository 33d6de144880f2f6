//! Mandants, legal entities, sources.

mod dto;
mod handlers;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_mandants)
        .service(handlers::get_mandant)
        .service(handlers::create_mandant)
        .service(handlers::update_mandant)
        .service(handlers::list_legal_entities)
        .service(handlers::get_legal_entity)
        .service(handlers::create_legal_entity)
        .service(handlers::update_legal_entity)
        .service(handlers::list_sources)
        .service(handlers::get_source)
        .service(handlers::create_source)
        .service(handlers::update_source);
}
