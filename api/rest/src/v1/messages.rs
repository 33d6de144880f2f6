//! Messages, templates, contact policies, alerts, and whether anything is sent at all.

pub(super) mod dto;
mod handlers;
mod library;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_messages)
        .service(handlers::get_message)
        .service(handlers::get_message_mime)
        .service(handlers::get_message_pdf)
        .service(handlers::why_not_now)
        .service(handlers::plan_message)
        .service(handlers::resolve_message)
        .service(handlers::cancel_message)
        .service(handlers::mark_message_sent)
        .service(handlers::list_alerts)
        .service(handlers::resolve_alert)
        .service(handlers::get_sending)
        .service(handlers::release_sending)
        .service(library::list_templates)
        .service(library::list_template_variables)
        .service(library::get_template)
        .service(library::save_template)
        .service(library::preview_template)
        .service(library::list_contact_policies)
        .service(library::get_contact_policy)
        .service(library::save_contact_policy);
}
