//! Error codes of dunning: what can be wrong with a scenario.

use kernel::Code;
use kernel::ErrorKind::Invalid;

pub static AMOUNT_NEGATIVE: Code = Code::new(
    "scenario.amount_negative",
    Invalid,
    "A minimum amount cannot be negative.",
    "Un importe mínimo no puede ser negativo.",
);
pub static CODE_INVALID: Code = Code::new(
    "scenario.code_invalid",
    Invalid,
    "A code has 1 to 50 lower-case letters, digits and underscores, and begins with a letter.",
    "Un código tiene de 1 a 50 minúsculas, cifras y guiones bajos, y empieza por letra.",
);
pub static CONDITION_CONSTANT: Code = Code::new(
    "scenario.condition_constant",
    Invalid,
    "The condition has the same value whatever the facts are.",
    "La condición tiene el mismo valor sean cuales sean los hechos.",
);
pub static DAYS_RANGE: Code = Code::new(
    "scenario.days_range",
    Invalid,
    "A number of days is larger than accepted.",
    "Un número de días es mayor de lo admitido.",
);
pub static DEAD_END: Code = Code::new(
    "scenario.dead_end",
    Invalid,
    "Items can come to a point from which no later step can be reached.",
    "Hay partidas que pueden llegar a un punto desde el que no se alcanza ningún paso posterior.",
);
pub static DOCUMENT_INVALID: Code = Code::new(
    "scenario.document_invalid",
    Invalid,
    "The document does not have the shape of a scenario.",
    "El documento no tiene la forma de un escenario.",
);
pub static DUPLICATE_CODE: Code = Code::new(
    "scenario.duplicate_code",
    Invalid,
    "Two steps have the same code.",
    "Dos pasos tienen el mismo código.",
);
pub static EXIT_UNCONDITIONAL: Code = Code::new(
    "scenario.exit_unconditional",
    Invalid,
    "The exit always applies: no step can ever be reached.",
    "La salida se cumple siempre: ningún paso se alcanzará jamás.",
);
pub static GRACE_COVERS_STEP: Code = Code::new(
    "scenario.grace_covers_step",
    Invalid,
    "The days of grace end after the step's time: the step waits for them.",
    "Los días de cortesía acaban después del plazo del paso: el paso los espera.",
);
pub static INVALID: Code = Code::new(
    "scenario.invalid",
    Invalid,
    "The scenario has errors and cannot be used; validating it lists them.",
    "El escenario tiene errores y no se puede usar; al validarlo se enumeran.",
);
pub static NAME_MISSING: Code = Code::new(
    "scenario.name_missing",
    Invalid,
    "A name is required in English and Spanish, at most 200 characters.",
    "Se exige un nombre en inglés y en español, de 200 caracteres como máximo.",
);
pub static NO_STEPS: Code = Code::new(
    "scenario.no_steps",
    Invalid,
    "A scenario needs at least one step.",
    "Un escenario necesita al menos un paso.",
);
pub static NO_WAIT: Code = Code::new(
    "scenario.no_wait",
    Invalid,
    "Nothing makes this step wait for the one before it.",
    "Nada hace que este paso espere al anterior.",
);
pub static SCHEMA_UNSUPPORTED: Code = Code::new(
    "scenario.schema_unsupported",
    Invalid,
    "This version of the document is not supported.",
    "Esta versión del documento no se admite.",
);
pub static SPACING_ZERO: Code = Code::new(
    "scenario.spacing_zero",
    Invalid,
    "At least one day must lie between two contacts.",
    "Entre dos contactos debe haber al menos un día.",
);
pub static STEP_CAPS: Code = Code::new(
    "scenario.step_caps",
    Invalid,
    "Items that do not meet this required step's condition or minimum never go beyond it.",
    "Las partidas que no cumplen la condición o el mínimo de este paso obligatorio nunca lo superan.",
);
pub static STEP_ORDER: Code = Code::new(
    "scenario.step_order",
    Invalid,
    "Steps must stand in the order of their times: before the due date first, then later and later.",
    "Los pasos deben seguir el orden de sus plazos: antes del vencimiento primero y después cada vez más tarde.",
);
pub static STEP_UNREACHABLE: Code = Code::new(
    "scenario.step_unreachable",
    Invalid,
    "This step can never be the next one.",
    "Este paso nunca puede ser el siguiente.",
);
pub static TEMPLATE_UNKNOWN: Code = Code::new(
    "scenario.template_unknown",
    Invalid,
    "There is no message template with this code.",
    "No existe ninguna plantilla de mensaje con este código.",
);
pub static TOO_MANY: Code = Code::new(
    "scenario.too_many",
    Invalid,
    "The scenario has more steps or exits than accepted.",
    "El escenario tiene más pasos o salidas de lo admitido.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[
    &AMOUNT_NEGATIVE,
    &CODE_INVALID,
    &CONDITION_CONSTANT,
    &DAYS_RANGE,
    &DEAD_END,
    &DOCUMENT_INVALID,
    &DUPLICATE_CODE,
    &EXIT_UNCONDITIONAL,
    &GRACE_COVERS_STEP,
    &INVALID,
    &NAME_MISSING,
    &NO_STEPS,
    &NO_WAIT,
    &SCHEMA_UNSUPPORTED,
    &SPACING_ZERO,
    &STEP_CAPS,
    &STEP_ORDER,
    &STEP_UNREACHABLE,
    &TEMPLATE_UNKNOWN,
    &TOO_MANY,
];
