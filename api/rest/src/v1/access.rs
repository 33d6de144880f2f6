//! Signing in, users, API keys, the caller itself.

mod dto;
mod handlers;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::get_me)
        .service(handlers::sign_in)
        .service(handlers::refresh_tokens)
        .service(handlers::sign_out)
        .service(handlers::list_users)
        .service(handlers::get_user)
        .service(handlers::create_user)
        .service(handlers::update_user)
        .service(handlers::set_password)
        .service(handlers::list_api_keys)
        .service(handlers::get_api_key)
        .service(handlers::create_api_key)
        .service(handlers::revoke_api_key);
}
