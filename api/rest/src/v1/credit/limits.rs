//! Limits: what holders may owe, layer by layer.

mod agenda;
mod applications;
mod dto;
mod handlers;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_credit_limits)
        .service(handlers::record_credit_limit)
        .service(handlers::get_effective_limit)
        .service(handlers::get_credit_limit)
        .service(handlers::end_credit_limit)
        .service(applications::list_limit_applications)
        .service(applications::create_limit_application)
        .service(applications::get_limit_application)
        .service(applications::submit_limit_application)
        .service(applications::approve_limit_application)
        .service(applications::refuse_limit_application)
        .service(applications::withdraw_limit_application)
        .service(applications::list_waiting_approvals)
        .service(agenda::list_limit_reviews)
        .service(agenda::get_limit_review)
        .service(agenda::finish_limit_review)
        .service(agenda::list_stand_ins)
        .service(agenda::create_stand_in)
        .service(agenda::get_stand_in)
        .service(agenda::end_stand_in);
}
