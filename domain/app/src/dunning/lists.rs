//! What can be listed of dunning.

use domain::access::Permission;
use domain::dunning::decision::OutcomeKind;
use domain::dunning::group::BlockReason;
use domain::dunning::reason::ReasonCode;
use domain::dunning::scenario::Mode;
use kernel::text_enum::TextEnum as _;

use crate::dunning::actions::ActionState;
use crate::dunning::run::RunState;
use crate::lists::{FilterKind, FilterSpec, ListSpec};

const ACCOUNT: FilterSpec =
    FilterSpec { name: "account", kind: FilterKind::Id("acc"), doc: "Of this account." };
const LEGAL_ENTITY: FilterSpec =
    FilterSpec { name: "legal_entity", kind: FilterKind::Id("len"), doc: "Of this legal entity." };
const RUN: FilterSpec = FilterSpec { name: "run", kind: FilterKind::Id("run"), doc: "Of this run." };
const STEP: FilterSpec =
    FilterSpec { name: "step", kind: FilterKind::AnyOf, doc: "One or several codes of steps." };
const CURRENCY: FilterSpec =
    FilterSpec { name: "currency", kind: FilterKind::AnyOf, doc: "ISO 4217, one or several." };

pub static SCENARIOS: ListSpec = ListSpec {
    resource: "scenarios",
    permission: Permission::ScenarioRead,
    filters: &[
        FilterSpec { name: "code", kind: FilterKind::AnyOf, doc: "One or several codes." },
        FilterSpec {
            name: "state",
            kind: FilterKind::Choice(&["draft", "active", "retired"]),
            doc: "Where they stand.",
        },
    ],
    sorts: &["code"],
};

pub static BLOCKS: ListSpec = ListSpec {
    resource: "blocks",
    permission: Permission::DunningRead,
    filters: &[
        ACCOUNT,
        FilterSpec { name: "receivable", kind: FilterKind::Id("rcv"), doc: "Of this item." },
        LEGAL_ENTITY,
        FilterSpec { name: "reason", kind: FilterKind::Choice(BlockReason::TEXTS), doc: "Why." },
        FilterSpec { name: "on", kind: FilterKind::Date, doc: "In force on this day." },
        FilterSpec { name: "ended", kind: FilterKind::Flag, doc: "Lifted, or not." },
    ],
    sorts: &["-recorded_at"],
};

pub static DUNNING_RUNS: ListSpec = ListSpec {
    resource: "dunning_runs",
    permission: Permission::DunningRead,
    filters: &[
        LEGAL_ENTITY,
        FilterSpec {
            name: "state",
            kind: FilterKind::Choice(RunState::TEXTS),
            doc: "How far they have come.",
        },
        FilterSpec { name: "dry_run", kind: FilterKind::Flag, doc: "Dry runs, or real ones." },
        FilterSpec { name: "business_on", kind: FilterKind::Date, doc: "For this business date." },
    ],
    sorts: &["-started_at"],
};

pub static DECISIONS: ListSpec = ListSpec {
    resource: "decisions",
    permission: Permission::DunningRead,
    filters: &[
        RUN,
        ACCOUNT,
        LEGAL_ENTITY,
        FilterSpec {
            name: "outcome",
            kind: FilterKind::Choice(OutcomeKind::TEXTS),
            doc: "What was decided.",
        },
        FilterSpec { name: "reason", kind: FilterKind::Choice(ReasonCode::TEXTS), doc: "Main reasons." },
        STEP,
        CURRENCY,
        FilterSpec { name: "decided_on", kind: FilterKind::Date, doc: "For this business date." },
    ],
    sorts: &["-recorded_at"],
};

pub static ACTIONS: ListSpec = ListSpec {
    resource: "actions",
    permission: Permission::DunningRead,
    filters: &[
        RUN,
        ACCOUNT,
        LEGAL_ENTITY,
        FilterSpec {
            name: "state",
            kind: FilterKind::Choice(ActionState::TEXTS),
            doc: "How far they have come.",
        },
        STEP,
        CURRENCY,
        FilterSpec { name: "mode", kind: FilterKind::Choice(Mode::TEXTS), doc: "How they are carried out." },
        FilterSpec { name: "edited", kind: FilterKind::Flag, doc: "Changed by a person, or not." },
    ],
    sorts: &["-created_at", "total_amount"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] = &[&SCENARIOS, &BLOCKS, &DUNNING_RUNS, &DECISIONS, &ACTIONS];
