//! The platform's own resources: events, audit trail, jobs, the clock of a test book, catalogues of codes and labels.

mod catalogue;
mod dto;
mod feed;
mod follow;
mod handlers;

pub use catalogue::ErrorCatalogue;
pub use follow::Stopping;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(feed::read_events)
        .service(handlers::list_audit_entries)
        .service(handlers::list_revisions)
        .service(handlers::get_audit_entry)
        .service(handlers::list_jobs)
        .service(handlers::get_job)
        .service(handlers::cancel_job)
        .service(handlers::get_book_clock)
        .service(handlers::move_book_clock)
        .service(catalogue::get_errors)
        .service(catalogue::get_labels);
}
