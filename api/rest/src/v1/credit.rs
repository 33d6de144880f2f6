//! Credit: checks, reservations, releases, exposure, who belongs to whom, rule sets, scores and ratings.

mod alerts;
mod calendar;
mod checks;
mod exposure;
mod external;
mod limits;
mod ratings;
mod relations;
mod rule_sets;
mod scores;
mod terms;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(checks::list_credit_checks)
        .service(checks::create_credit_check)
        .service(checks::get_credit_check)
        .service(checks::release_credit_check)
        .service(checks::list_credit_reservations)
        .service(checks::get_credit_reservation)
        .service(checks::release_credit_reservation)
        .service(exposure::get_exposure)
        .service(exposure::list_exposure_items)
        .service(relations::list_party_relations)
        .service(relations::create_party_relation)
        .service(relations::get_party_relation)
        .service(relations::end_party_relation)
        .configure(alerts::configure)
        .configure(limits::configure)
        .configure(terms::configure)
        .configure(external::configure)
        .configure(ratings::configure)
        .configure(rule_sets::configure)
        .configure(scores::configure);
}
