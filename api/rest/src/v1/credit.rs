//! Credit: checks, reservations, releases, exposure, who belongs to whom, rule sets, scores, ratings, models, back-tests.

mod alerts;
mod backtests;
mod calendar;
mod checks;
mod concentration;
mod decision_outcomes;
mod exposure;
mod external;
mod limits;
mod models;
mod predictions;
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
        .service(exposure::list_past_exposure_items)
        .service(concentration::get_concentration)
        .service(decision_outcomes::get_decision_outcomes)
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
        .configure(scores::configure)
        .service(models::list_models)
        .service(models::train_model)
        .service(models::get_model)
        .service(models::activate_model)
        .service(models::deactivate_model)
        .service(models::list_model_drift)
        .service(predictions::list_prediction_runs)
        .service(predictions::start_prediction_run)
        .service(predictions::get_prediction_run)
        .service(predictions::list_predictions)
        .service(predictions::list_account_predictions)
        .service(backtests::list_backtests)
        .service(backtests::start_backtest)
        .service(backtests::get_backtest);
}
