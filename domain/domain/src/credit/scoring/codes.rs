//! Error codes of scores, and of what can be wrong with a scorecard.

use kernel::Code;
use kernel::ErrorKind::Invalid;

pub static BINS_GAP: Code = Code::new(
    "scorecard.bins_gap",
    Invalid,
    "There are values that no bin holds.",
    "Hay valores que no caen en ningún tramo.",
);
pub static BINS_KIND: Code = Code::new(
    "scorecard.bins_kind",
    Invalid,
    "The bins do not fit the type of what they are about.",
    "Los tramos no encajan con el tipo de aquello a que se refieren.",
);
pub static BINS_OVERLAP: Code = Code::new(
    "scorecard.bins_overlap",
    Invalid,
    "Two bins hold the same values.",
    "Dos tramos contienen los mismos valores.",
);
pub static CLASSES_ORDER: Code = Code::new(
    "scorecard.classes_order",
    Invalid,
    "Classes stand from the best to the worst, with falling bounds; the worst alone has none.",
    "Las clases van de la mejor a la peor, con límites decrecientes; solo la peor carece de él.",
);
pub static CLASS_UNKNOWN: Code = Code::new(
    "scorecard.class_unknown",
    Invalid,
    "The scorecard has no such class.",
    "El modelo de puntuación no tiene esa clase.",
);
pub static CLASS_UNREACHABLE: Code = Code::new(
    "scorecard.class_unreachable",
    Invalid,
    "No points that the variables can give reach this class.",
    "Ningún resultado posible de las variables alcanza esta clase.",
);
pub static MARGIN_RANGE: Code = Code::new(
    "scorecard.margin_range",
    Invalid,
    "The margin is not negative and smaller than the narrowest class.",
    "El margen no es negativo y es menor que la clase más estrecha.",
);
pub static RANGE_EMPTY: Code = Code::new(
    "scorecard.range_empty",
    Invalid,
    "The lower bound is not below the upper one.",
    "El límite inferior no está por debajo del superior.",
);
pub static SCALE_FACTOR: Code = Code::new(
    "scorecard.scale_factor",
    Invalid,
    "The factor of the scale must be positive, so that more points are better.",
    "El factor de la escala debe ser positivo: más puntos es mejor.",
);
pub static SOURCE_MISSING: Code = Code::new(
    "scorecard.source_missing",
    Invalid,
    "A variable needs either a fact or a formula, and either bins or direct points.",
    "Una variable necesita un hecho o una fórmula, y tramos o puntos directos.",
);
pub static VARIABLES_MISSING: Code = Code::new(
    "scorecard.variables_missing",
    Invalid,
    "A scorecard needs at least one variable.",
    "Un modelo de puntuación necesita al menos una variable.",
);
pub static WEIGHT_ZERO: Code =
    Code::new("scorecard.weight_zero", Invalid, "A weight must be positive.", "Un peso debe ser positivo.");
pub static NOT_READ: Code = Code::new(
    "scorecard.not_read",
    Invalid,
    "Limit tables, policies and alerts read the scorecard with the code standard, and no other.",
    "Las tablas de límites, políticas y alertas leen el modelo de puntuación con código standard y ningún otro.",
);
pub static NUMBER_TOO_LARGE: Code = Code::new(
    "scorecard.number_too_large",
    Invalid,
    "A number is larger, or has more decimals, than a scorecard accepts.",
    "Un número es mayor, o tiene más decimales, de lo que admite un modelo de puntuación.",
);
pub static STATEMENT_PERIOD: Code = Code::new(
    "financial_statement.period",
    Invalid,
    "A statement covers 1 to 24 months that end on its closing day.",
    "Unas cuentas abarcan de 1 a 24 meses que terminan en su fecha de cierre.",
);
pub static STATEMENT_SIGN: Code = Code::new(
    "financial_statement.sign",
    Invalid,
    "This figure cannot be negative.",
    "Esta cifra no puede ser negativa.",
);
pub static STATEMENT_EMPTY: Code = Code::new(
    "financial_statement.empty",
    Invalid,
    "A statement needs at least one figure.",
    "Unas cuentas necesitan al menos una cifra.",
);
pub static STATEMENT_BALANCE: Code = Code::new(
    "financial_statement.balance",
    Invalid,
    "Assets do not equal equity and liabilities.",
    "El activo no es igual al patrimonio neto más el pasivo.",
);
pub static GRADE_UNKNOWN: Code = Code::new(
    "external_rating.grade_unknown",
    Invalid,
    "The provider's scale has no such grade.",
    "La escala del proveedor no tiene ese grado.",
);
pub static PROBABILITY_RANGE: Code = Code::new(
    "external_rating.probability_range",
    Invalid,
    "A probability lies between 0 and 1.",
    "Una probabilidad está entre 0 y 1.",
);
pub static RATING_DATES: Code = Code::new(
    "external_rating.dates",
    Invalid,
    "A rating is not dated in the future and does not end before it begins.",
    "Una calificación no lleva fecha futura ni termina antes de empezar.",
);
pub static RATING_EMPTY: Code = Code::new(
    "external_rating.empty",
    Invalid,
    "A rating says a grade, a probability or a recommended limit.",
    "Una calificación indica un grado, una probabilidad o un límite recomendado.",
);
pub static SCALE_INVALID: Code = Code::new(
    "external_rating.scale_invalid",
    Invalid,
    "A scale has 2 to 50 different grades, from the best to the worst.",
    "Una escala tiene de 2 a 50 grados distintos, del mejor al peor.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[
    &BINS_GAP,
    &BINS_KIND,
    &BINS_OVERLAP,
    &CLASSES_ORDER,
    &CLASS_UNKNOWN,
    &CLASS_UNREACHABLE,
    &MARGIN_RANGE,
    &NOT_READ,
    &RANGE_EMPTY,
    &SCALE_FACTOR,
    &SOURCE_MISSING,
    &VARIABLES_MISSING,
    &WEIGHT_ZERO,
    &NUMBER_TOO_LARGE,
    &STATEMENT_PERIOD,
    &STATEMENT_SIGN,
    &STATEMENT_EMPTY,
    &STATEMENT_BALANCE,
    &GRADE_UNKNOWN,
    &PROBABILITY_RANGE,
    &RATING_DATES,
    &RATING_EMPTY,
    &SCALE_INVALID,
];
