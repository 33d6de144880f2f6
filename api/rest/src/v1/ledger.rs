//! Receivables, entries, allocations, instruments; balances, ageing, statements, overview; search; allocating by hand.

mod allocations;
mod dto;
mod handlers;
mod reports;
mod shapes;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_receivables)
        .service(handlers::get_receivable)
        .service(handlers::list_entries)
        .service(handlers::get_entry)
        .service(handlers::list_allocations)
        .service(handlers::get_allocation)
        .service(handlers::list_instruments)
        .service(handlers::get_instrument)
        .service(allocations::allocate)
        .service(allocations::reverse_allocation)
        .service(reports::get_balances)
        .service(reports::get_account_ageing)
        .service(reports::get_ageing)
        .service(reports::get_statement)
        .service(reports::get_overview)
        .service(reports::search);
}
