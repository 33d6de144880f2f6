//! Every error code of the program, from every part of it.

use kernel::Code;

/// All codes, in alphabetical order; a test holds the list against the sources.
pub fn error_codes() -> Vec<&'static Code> {
    let parts = [
        kernel::registry::codes::ALL,
        domain::access::codes::ALL,
        domain::attributes::codes::ALL,
        domain::comms::codes::ALL,
        domain::credit::backtest::codes::ALL,
        domain::credit::codes::ALL,
        domain::credit::alerts::codes::ALL,
        domain::credit::scoring::codes::ALL,
        domain::credit::approval::codes::ALL,
        domain::credit::granting::codes::ALL,
        domain::credit::limits::codes::ALL,
        domain::credit::terms::codes::ALL,
        domain::dunning::codes::ALL,
        domain::imports::codes::ALL,
        domain::receivables::codes::ALL,
        domain::rules::codes::ALL,
        app::book::codes::ALL,
        app::calendars::codes::ALL,
        app::codes::ALL,
        app::credit::codes::ALL,
        app::credit::backtest::codes::ALL,
        app::credit::learning::codes::ALL,
        app::credit::alerts::codes::ALL,
        app::credit::external::codes::ALL,
        app::credit::limits::codes::ALL,
        app::credit::terms::codes::ALL,
        app::credit::rule_sets::codes::ALL,
        app::credit::scoring::codes::ALL,
        app::customers::codes::ALL,
        app::dunning::codes::ALL,
        app::jobs::codes::ALL,
        app::ledger::codes::ALL,
        app::messages::codes::ALL,
        app::organisation::codes::ALL,
        app::push::codes::ALL,
        app::rates::codes::ALL,
        store::CODES,
        grpc::codes::ALL,
        outbound::mail::codes::ALL,
        render::codes::ALL,
        rest::CODES,
    ];
    let mut codes = parts.into_iter().flatten().copied().collect::<Vec<_>>();
    codes.sort_by_key(|code| code.text);
    codes
}

/// The HTTP status that errors of a code are answered with.
pub fn status_of(code: &Code) -> u16 {
    rest::problem::status_of(code).as_u16()
}
