//! Push sessions, and the rows that still wait.

mod dto;
mod handlers;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_push_sessions)
        .service(handlers::get_push_session)
        .service(handlers::confirm_push_session)
        .service(handlers::abort_push_session)
        .service(handlers::list_parked_rows)
        .service(handlers::get_parked_row);
}
