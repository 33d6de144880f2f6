//! Parties, accounts, contacts, portfolios.

mod bodies;
pub(super) mod dto;
mod edits;
mod handlers;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_parties)
        .service(handlers::get_party)
        .service(edits::edit_party)
        .service(handlers::list_accounts)
        .service(handlers::get_account)
        .service(edits::edit_account)
        .service(edits::assign_portfolio)
        .service(handlers::list_contacts)
        .service(handlers::get_contact)
        .service(edits::edit_contact)
        .service(edits::create_contact)
        .service(handlers::list_portfolios)
        .service(handlers::get_portfolio)
        .service(edits::create_portfolio)
        .service(edits::update_portfolio);
}
