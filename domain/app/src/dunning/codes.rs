//! Error codes of dunning.

use kernel::Code;
use kernel::ErrorKind::{Conflict, Invalid, NotFound, PreconditionFailed};

pub static ACTION_EDIT_EMPTY: Code = Code::new(
    "action.edit_empty",
    Invalid,
    "With this edit nothing would be claimed; reject the proposal instead.",
    "Con este cambio no se reclamaría nada; rechace la propuesta.",
);
pub static ACTION_EDIT_WITHOUT_STEP: Code = Code::new(
    "action.edit_without_step",
    Invalid,
    "With this edit only items would be left whose own time has not come; reject the proposal instead.",
    "Con este cambio solo quedarían partidas a las que aún no les corresponde; rechace la propuesta.",
);
pub static ACTION_ITEM_UNKNOWN: Code = Code::new(
    "action.item_unknown",
    Invalid,
    "The proposal does not speak of this item.",
    "La propuesta no incluye esta partida.",
);
pub static ACTION_NOT_EDITABLE: Code = Code::new(
    "action.not_editable",
    Conflict,
    "The step of this action is to be approved or rejected as it is; only those of mode propose can be edited.",
    "El paso de esta acción se aprueba o se rechaza tal cual; solo se pueden editar los de modo propose.",
);
pub static ACTION_NOT_PROPOSED: Code = Code::new(
    "action.not_proposed",
    Conflict,
    "This action is no proposal any more.",
    "Esta acción ya no es una propuesta.",
);
pub static ACTION_TOO_MANY: Code = Code::new(
    "action.too_many",
    Invalid,
    "At most 500 actions can be approved at once.",
    "Se pueden aprobar como máximo 500 acciones a la vez.",
);
pub static BLOCK_ENDED: Code =
    Code::new("block.ended", Conflict, "This block has already ended.", "Este bloqueo ya terminó.");
pub static BLOCK_ENDS_BEFORE_START: Code = Code::new(
    "block.ends_before_start",
    Invalid,
    "A block cannot end before it begins.",
    "Un bloqueo no puede terminar antes de empezar.",
);
pub static BLOCK_ITEM_UNKNOWN: Code = Code::new(
    "block.item_unknown",
    Invalid,
    "The account has no such receivable.",
    "La cuenta no tiene esa partida.",
);
pub static RUN_ATTEMPTS_USED_UP: Code = Code::new(
    "run.attempts_used_up",
    Conflict,
    "The run failed again and again and was given up; a new one can be started.",
    "La ejecución falló repetidas veces y se abandonó; se puede iniciar otra.",
);
pub static RUN_DATE_NOT_TODAY: Code = Code::new(
    "run.date_not_today",
    Invalid,
    "A real run is for the legal entity's business date of today; other dates only as a dry run.",
    "Una ejecución real es para la fecha de negocio de hoy; otras fechas, solo en simulación.",
);
pub static RUN_DATE_OUT_OF_RANGE: Code = Code::new(
    "run.date_out_of_range",
    Invalid,
    "A dry run can look at most 31 days back and 31 days ahead.",
    "Una simulación alcanza como máximo 31 días atrás y 31 días adelante.",
);
pub static RUN_IN_PROGRESS: Code = Code::new(
    "run.in_progress",
    Conflict,
    "A run of this legal entity is in progress; wait for its end or cancel it.",
    "Hay una ejecución en curso de esta sociedad; espere a que termine o cancélela.",
);
pub static RUN_NOT_FINISHED: Code = Code::new(
    "run.not_finished",
    Conflict,
    "Only a finished run can be replayed.",
    "Solo se puede repetir una ejecución terminada.",
);
pub static RUN_NOT_RUNNING: Code =
    Code::new("run.not_running", Conflict, "This run has ended.", "Esta ejecución ya ha terminado.");
pub static SCENARIO_ACTIVE_MISSING: Code = Code::new(
    "scenario.active_missing",
    PreconditionFailed,
    "The legal entity's scenario has no active version.",
    "El escenario de la sociedad no tiene ninguna versión activa.",
);
pub static SCENARIO_CODE_DIFFERS: Code = Code::new(
    "scenario.code_differs",
    Invalid,
    "The document names another scenario than the address.",
    "El documento nombra otro escenario que la dirección.",
);
pub static SCENARIO_NOT_DRAFT: Code = Code::new(
    "scenario.not_draft",
    Conflict,
    "This version is in force or retired already; make a new draft of it.",
    "Esta versión ya está en vigor o retirada; cree un nuevo borrador.",
);
pub static SCENARIO_VERSION_UNKNOWN: Code = Code::new(
    "scenario.version_unknown",
    NotFound,
    "The scenario has no such version.",
    "El escenario no tiene esa versión.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[
    &ACTION_EDIT_EMPTY,
    &ACTION_EDIT_WITHOUT_STEP,
    &ACTION_ITEM_UNKNOWN,
    &ACTION_NOT_EDITABLE,
    &ACTION_NOT_PROPOSED,
    &ACTION_TOO_MANY,
    &BLOCK_ENDED,
    &BLOCK_ENDS_BEFORE_START,
    &BLOCK_ITEM_UNKNOWN,
    &RUN_ATTEMPTS_USED_UP,
    &RUN_DATE_NOT_TODAY,
    &RUN_DATE_OUT_OF_RANGE,
    &RUN_IN_PROGRESS,
    &RUN_NOT_FINISHED,
    &RUN_NOT_RUNNING,
    &SCENARIO_ACTIVE_MISSING,
    &SCENARIO_CODE_DIFFERS,
    &SCENARIO_NOT_DRAFT,
    &SCENARIO_VERSION_UNKNOWN,
];
