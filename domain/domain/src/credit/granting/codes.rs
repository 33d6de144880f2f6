//! Error codes of decision tables.

use kernel::Code;
use kernel::ErrorKind::Invalid;

pub static AMOUNT_MISSING: Code = Code::new(
    "limit_table.amount_missing",
    Invalid,
    "What is approved or reduced needs an amount; what is refused has none.",
    "Lo aprobado o reducido necesita un importe; lo denegado no lo tiene.",
);
pub static CELL_COUNT: Code = Code::new(
    "limit_table.cell_count",
    Invalid,
    "A row has one cell for each column.",
    "Una fila tiene una celda por columna.",
);
pub static CONTRADICTION: Code = Code::new(
    "limit_table.contradiction",
    Invalid,
    "Two rows that fit the same case say different things.",
    "Dos filas que corresponden al mismo caso dicen cosas distintas.",
);
pub static GAP: Code = Code::new(
    "limit_table.gap",
    Invalid,
    "No row fits some cases; a person would decide them.",
    "Hay casos a los que no corresponde ninguna fila; los decidiría una persona.",
);
pub static INPUT_UNKNOWN: Code = Code::new(
    "limit_table.input_unknown",
    Invalid,
    "A column is a fact that is known, and stands once.",
    "Una columna es un hecho conocido y aparece una sola vez.",
);
pub static MONTHS_RANGE: Code = Code::new(
    "limit_table.months_range",
    Invalid,
    "A limit is granted for 1 to 60 months.",
    "Un límite se concede por un plazo de 1 a 60 meses.",
);
pub static NOT_EXAMINED: Code = Code::new(
    "limit_table.not_examined",
    Invalid,
    "The table is too intricate to look for gaps or contradictions in it.",
    "La tabla es demasiado intrincada para buscar en ella huecos o contradicciones.",
);
pub static ROW_NEVER: Code = Code::new(
    "limit_table.row_never_met",
    Invalid,
    "No case reaches the row.",
    "Ningún caso llega a la fila.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[
    &AMOUNT_MISSING,
    &CELL_COUNT,
    &CONTRADICTION,
    &GAP,
    &INPUT_UNKNOWN,
    &MONTHS_RANGE,
    &NOT_EXAMINED,
    &ROW_NEVER,
];
