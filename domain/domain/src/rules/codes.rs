//! Error codes that rule sets of every kind share.

use kernel::Code;
use kernel::ErrorKind::Invalid;

pub static CODE_INVALID: Code = Code::new(
    "rule.code_invalid",
    Invalid,
    "A code has 1 to 50 lower-case letters, digits and underscores, and begins with a letter.",
    "Un código tiene de 1 a 50 minúsculas, cifras y guiones bajos, y empieza por letra.",
);
pub static CONSTANT: Code = Code::new(
    "rule.constant",
    Invalid,
    "The expression has the same value whatever the facts are.",
    "La expresión tiene el mismo valor sean cuales sean los hechos.",
);
pub static DOCUMENT_INVALID: Code = Code::new(
    "rule.document_invalid",
    Invalid,
    "The document does not have the shape of this kind of rule set.",
    "El documento no tiene la forma de este tipo de conjunto de reglas.",
);
pub static DUPLICATE_CODE: Code = Code::new(
    "rule.duplicate_code",
    Invalid,
    "Two parts of the rule set have the same code.",
    "Dos partes del conjunto de reglas tienen el mismo código.",
);
pub static EXPRESSION_NOT_ADMITTED: Code = Code::new(
    "rule.expression_not_admitted",
    Invalid,
    "The expression uses something a rule may not: clock, chance, loops, powers.",
    "La expresión usa algo que una regla no puede: reloj, azar, bucles, potencias.",
);
pub static EXPRESSION_SYNTAX: Code = Code::new(
    "rule.expression_syntax",
    Invalid,
    "The expression cannot be read.",
    "La expresión no se puede leer.",
);
pub static EXPRESSION_TOO_LARGE: Code = Code::new(
    "rule.expression_too_large",
    Invalid,
    "The expression is too long or too deeply nested.",
    "La expresión es demasiado larga o tiene demasiados niveles.",
);
pub static EXPRESSION_TYPE: Code = Code::new(
    "rule.expression_type",
    Invalid,
    "The types in the expression do not fit.",
    "Los tipos de la expresión no encajan.",
);
pub static EXPRESSION_UNKNOWN_FACT: Code = Code::new(
    "rule.expression_unknown_fact",
    Invalid,
    "The expression reads something that is not a fact.",
    "La expresión lee algo que no es un hecho conocido.",
);
pub static INVALID: Code = Code::new(
    "rule.invalid",
    Invalid,
    "The rule set has errors and cannot be used; checking it lists them.",
    "El conjunto de reglas tiene errores y no se puede usar; al comprobarlo se enumeran.",
);
pub static NAME_MISSING: Code = Code::new(
    "rule.name_missing",
    Invalid,
    "A name is required in English and Spanish, at most 200 characters.",
    "Se exige un nombre en inglés y en español, de 200 caracteres como máximo.",
);
pub static SCHEMA_UNSUPPORTED: Code = Code::new(
    "rule.schema_unsupported",
    Invalid,
    "This version of the document is not supported.",
    "Esta versión del documento no se admite.",
);
pub static TOO_MANY: Code = Code::new(
    "rule.too_many",
    Invalid,
    "The rule set has more parts than accepted.",
    "El conjunto de reglas tiene más partes de las admitidas.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[
    &CODE_INVALID,
    &CONSTANT,
    &DOCUMENT_INVALID,
    &DUPLICATE_CODE,
    &EXPRESSION_NOT_ADMITTED,
    &EXPRESSION_SYNTAX,
    &EXPRESSION_TOO_LARGE,
    &EXPRESSION_TYPE,
    &EXPRESSION_UNKNOWN_FACT,
    &INVALID,
    &NAME_MISSING,
    &SCHEMA_UNSUPPORTED,
    &TOO_MANY,
];
