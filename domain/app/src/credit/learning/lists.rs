//! What can be listed of models, estimates and back-tests.

use domain::access::Permission;
use kernel::text_enum::TextEnum as _;
use learning::drift::DriftLevel;

use crate::credit::learning::store::{ModelState, WorkState};
use crate::lists::{FilterKind, FilterSpec, ListSpec, filter};

const LEGAL_ENTITY: FilterSpec = filter("legal_entity", FilterKind::Id("len"), "Of this legal entity.");
const MODEL: FilterSpec = filter("model", FilterKind::Id("mdl"), "By this model.");

pub static MODELS: ListSpec = ListSpec {
    resource: "models",
    permission: Permission::CreditRead,
    filters: &[LEGAL_ENTITY, filter("state", FilterKind::Choice(ModelState::TEXTS), "How far it has come.")],
    sorts: &["-created_at"],
};

pub static MODEL_DRIFT: ListSpec = ListSpec {
    resource: "model_drift",
    permission: Permission::CreditRead,
    filters: &[
        LEGAL_ENTITY,
        MODEL,
        filter("run", FilterKind::Id("prn"), "Measured in this prediction run."),
        filter("level", FilterKind::Choice(DriftLevel::TEXTS), "How far it has moved."),
        filter("measured_from", FilterKind::Date, "Measured on or after this day."),
    ],
    sorts: &["-measured_on", "-stability_index"],
};

pub static PREDICTION_RUNS: ListSpec = ListSpec {
    resource: "prediction_runs",
    permission: Permission::CreditRead,
    filters: &[
        LEGAL_ENTITY,
        MODEL,
        filter("state", FilterKind::Choice(WorkState::TEXTS), "How far it has come."),
    ],
    sorts: &["-started_at"],
};

pub static PREDICTIONS: ListSpec = ListSpec {
    resource: "predictions",
    permission: Permission::CreditRead,
    filters: &[
        LEGAL_ENTITY,
        MODEL,
        filter("account", FilterKind::Id("acc"), "Of this account."),
        filter("receivable", FilterKind::Id("rcv"), "Of this receivable."),
        filter("abstained", FilterKind::Flag, "About which nothing is said, or something."),
        filter(
            "probability_late_from",
            FilterKind::Amount,
            "At least this probability of being late, 0 to 1.",
        ),
        filter("expected_days_late_from", FilterKind::Amount, "At least so many days late."),
    ],
    sorts: &["-probability_late"],
};

pub static ACCOUNT_PREDICTIONS: ListSpec = ListSpec {
    resource: "account_predictions",
    permission: Permission::CreditRead,
    filters: &[LEGAL_ENTITY, filter("account", FilterKind::Id("acc"), "Of this account.")],
    sorts: &["-expected_days_late"],
};

pub static BACKTESTS: ListSpec = ListSpec {
    resource: "backtests",
    permission: Permission::CreditRead,
    filters: &[LEGAL_ENTITY, filter("state", FilterKind::Choice(WorkState::TEXTS), "How far it has come.")],
    sorts: &["-started_at"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] =
    &[&ACCOUNT_PREDICTIONS, &BACKTESTS, &MODELS, &MODEL_DRIFT, &PREDICTIONS, &PREDICTION_RUNS];
