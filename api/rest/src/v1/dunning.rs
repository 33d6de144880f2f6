//! Dunning: scenarios, blocks, runs, decisions, actions.

mod actions;
mod blocks;
mod decisions;
mod runs;
mod scenarios;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    // Addresses with a fixed word stand before those with a code or id in its place.
    config
        .service(scenarios::list_scenario_facts)
        .service(scenarios::check_scenario)
        .service(scenarios::preview_scenario)
        .service(scenarios::list_scenarios)
        .service(scenarios::create_scenario_draft)
        .service(scenarios::get_scenario)
        .service(scenarios::get_scenario_version)
        .service(scenarios::activate_scenario)
        .service(blocks::list_blocks)
        .service(blocks::create_block)
        .service(blocks::get_block)
        .service(blocks::end_block)
        .service(runs::list_dunning_runs)
        .service(runs::start_dunning_run)
        .service(runs::get_dunning_run)
        .service(runs::cancel_dunning_run)
        .service(runs::replay_dunning_run)
        .service(decisions::list_decisions)
        .service(decisions::get_decision)
        .service(decisions::get_account_dunning)
        .service(actions::approve_actions)
        .service(actions::list_actions)
        .service(actions::get_action)
        .service(actions::approve_action)
        .service(actions::reject_action)
        .service(actions::edit_action);
}
