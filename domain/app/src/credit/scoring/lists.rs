//! What can be listed of scores.

use domain::access::Permission;
use domain::credit::scoring::evaluate::ScoreOutcome;
use kernel::text_enum::TextEnum as _;

use crate::credit::scoring::run::ScoreRunState;
use crate::lists::{FilterKind, FilterSpec, ListSpec};

pub(in crate::credit) const PARTY: FilterSpec = FilterSpec {
    name: "party",
    kind: FilterKind::Id("pty"),
    doc: "Of this party, or of those that count as one with it.",
};
const SCORECARD: FilterSpec =
    FilterSpec { name: "scorecard", kind: FilterKind::AnyOf, doc: "One or several codes of scorecards." };
const CLASS: FilterSpec =
    FilterSpec { name: "class", kind: FilterKind::AnyOf, doc: "One or several classes." };

pub static SCORES: ListSpec = ListSpec {
    resource: "scores",
    permission: Permission::CreditRead,
    filters: &[
        PARTY,
        SCORECARD,
        CLASS,
        FilterSpec {
            name: "outcome",
            kind: FilterKind::Choice(ScoreOutcome::TEXTS),
            doc: "What came of it.",
        },
        FilterSpec { name: "current", kind: FilterKind::Flag, doc: "In force, or superseded." },
        FilterSpec { name: "run", kind: FilterKind::Id("srn"), doc: "Written by this run." },
        FilterSpec { name: "changed", kind: FilterKind::Flag, doc: "In another class than before, or not." },
    ],
    sorts: &["-recorded_at"],
};

pub static SCORE_RUNS: ListSpec = ListSpec {
    resource: "score_runs",
    permission: Permission::CreditRead,
    filters: &[
        SCORECARD,
        FilterSpec {
            name: "state",
            kind: FilterKind::Choice(ScoreRunState::TEXTS),
            doc: "Where they stand.",
        },
    ],
    sorts: &["-started_at"],
};

pub static RATING_OVERRIDES: ListSpec = ListSpec {
    resource: "rating_overrides",
    permission: Permission::CreditRead,
    filters: &[
        PARTY,
        SCORECARD,
        CLASS,
        FilterSpec { name: "on", kind: FilterKind::Date, doc: "In force on this day." },
    ],
    sorts: &["-recorded_at"],
};

pub static FINANCIAL_STATEMENTS: ListSpec = ListSpec {
    resource: "financial_statements",
    permission: Permission::CreditRead,
    filters: &[
        PARTY,
        FilterSpec { name: "current", kind: FilterKind::Flag, doc: "In force, or superseded and withdrawn." },
        FilterSpec { name: "closes_on", kind: FilterKind::Date, doc: "Of this closing date." },
    ],
    sorts: &["-recorded_at"],
};

/// Every list of this context.
pub static ALL: &[&ListSpec] = &[&SCORES, &SCORE_RUNS, &RATING_OVERRIDES, &FINANCIAL_STATEMENTS];
