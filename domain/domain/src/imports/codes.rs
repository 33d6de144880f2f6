//! Error codes of the file readers.

use kernel::{
    Code, ErrorKind::Invalid, ErrorKind::LimitExceeded, ErrorKind::NotFound, ErrorKind::Unavailable,
};

pub static BOOLEAN_INVALID: Code = Code::new(
    "import.boolean_invalid",
    Invalid,
    "The value is neither yes nor no.",
    "El valor no es ni sí ni no.",
);
pub static COLUMN_COUNT: Code = Code::new(
    "import.column_count",
    Invalid,
    "The row has another number of columns than the header: often a delimiter inside an unquoted text.",
    "La fila tiene otro número de columnas que la cabecera: a menudo, un delimitador dentro de un texto sin comillas.",
);
pub static COLUMN_MISSING: Code = Code::new(
    "import.column_missing",
    Invalid,
    "A column that the profile reads is not in the file.",
    "Falta en el fichero una columna que el perfil lee.",
);
pub static COLUMN_REPEATED: Code = Code::new(
    "import.column_repeated",
    Invalid,
    "Two columns have the name that the profile reads.",
    "Dos columnas tienen el nombre que el perfil lee.",
);
pub static COLUMN_UNKNOWN: Code = Code::new(
    "import.column_unknown",
    Invalid,
    "The file has a column whose name is no field; correct it or list it under ignore_columns.",
    "El fichero tiene una columna cuyo nombre no es un campo; corríjalo o inclúyalo en ignore_columns.",
);
pub static COLUMNS_TOO_MANY: Code = Code::new(
    "import.columns_too_many",
    LimitExceeded,
    "The row has more columns than accepted.",
    "La fila tiene más columnas de las admitidas.",
);
pub static COUNTRY_INVALID: Code = Code::new(
    "import.country_invalid",
    Invalid,
    "The country is not a two-letter ISO 3166-1 code; map names with `values`.",
    "El país no es un código ISO 3166-1 de dos letras; traduzca los nombres con `values`.",
);
pub static CURRENCY_CONTRADICTED: Code = Code::new(
    "import.currency_contradicted",
    Invalid,
    "The amount carries the sign of another currency than its row.",
    "El importe lleva el símbolo de una divisa distinta de la de su fila.",
);
pub static DATE_AMBIGUOUS: Code = Code::new(
    "import.date_ambiguous",
    Invalid,
    "Nothing in the column decides whether day or month comes first; state `dates` in the profile.",
    "Nada en la columna decide si va primero el día o el mes; indique `dates` en el perfil.",
);
pub static DATE_INVALID: Code = Code::new(
    "import.date_invalid",
    Invalid,
    "The date does not exist or has another form than the profile states.",
    "La fecha no existe o no tiene la forma que indica el perfil.",
);
pub static DATE_MIXED: Code = Code::new(
    "import.date_mixed",
    Invalid,
    "The column holds dates of different forms; state `dates` in the profile or correct the file.",
    "La columna contiene fechas de formas distintas; indique `dates` en el perfil o corrija el fichero.",
);
pub static DATE_PIVOT_MISSING: Code = Code::new(
    "import.date_pivot_missing",
    Invalid,
    "The year has two digits; state `two_digit_year_pivot` in the profile.",
    "El año tiene dos cifras; indique `two_digit_year_pivot` en el perfil.",
);
pub static DELIMITER_UNKNOWN: Code = Code::new(
    "import.delimiter_unknown",
    Invalid,
    "The delimiter cannot be told from the file; state `delimiter` in the profile.",
    "El delimitador no se deduce del fichero; indique `delimiter` en el perfil.",
);
pub static ENCODING_INVALID: Code = Code::new(
    "import.encoding_invalid",
    Invalid,
    "The row holds bytes that are no text in the file's encoding.",
    "La fila contiene bytes que no son texto en la codificación del fichero.",
);
pub static ENCODING_UNKNOWN: Code = Code::new(
    "import.encoding_unknown",
    Invalid,
    "The file is not UTF-8 and has no byte order mark; state `encoding` in the profile.",
    "El fichero no es UTF-8 ni lleva marca de orden de bytes; indique `encoding` en el perfil.",
);
pub static FIELD_TOO_LONG: Code = Code::new(
    "import.field_too_long",
    LimitExceeded,
    "A field of the row is longer than accepted.",
    "Un campo de la fila es más largo de lo admitido.",
);
pub static HEADER_MISSING: Code = Code::new(
    "import.header_missing",
    Invalid,
    "The file has no header row that can be read.",
    "El fichero no tiene una fila de cabecera legible.",
);
pub static ID_SCIENTIFIC: Code = Code::new(
    "import.id_scientific",
    Invalid,
    "The id was shortened to scientific notation by a spreadsheet; export it as text.",
    "Una hoja de cálculo ha abreviado el identificador a notación científica; expórtelo como texto.",
);
pub static INTEGER_INVALID: Code = Code::new(
    "import.integer_invalid",
    Invalid,
    "The value is not a whole number.",
    "El valor no es un número entero.",
);
pub static JSON_INVALID: Code = Code::new(
    "import.json_invalid",
    Invalid,
    "The line is not one JSON object.",
    "La línea no es un objeto JSON.",
);
pub static LANGUAGE_INVALID: Code = Code::new(
    "import.language_invalid",
    Invalid,
    "The language is not a two-letter ISO 639-1 code; map names with `values`.",
    "El idioma no es un código ISO 639-1 de dos letras; traduzca los nombres con `values`.",
);
pub static LINE_TOO_LONG: Code = Code::new(
    "import.line_too_long",
    LimitExceeded,
    "The line is longer than accepted.",
    "La línea es más larga de lo admitido.",
);
pub static NUL_BYTE: Code =
    Code::new("import.nul_byte", Invalid, "The row holds a NUL byte.", "La fila contiene un byte NUL.");
pub static NUMBER_AMBIGUOUS: Code = Code::new(
    "import.number_ambiguous",
    Invalid,
    "Nothing in the column decides which sign separates decimals; state `numbers` in the profile.",
    "Nada en la columna decide qué signo separa los decimales; indique `numbers` en el perfil.",
);
pub static NUMBER_GROUPING: Code = Code::new(
    "import.number_grouping",
    Invalid,
    "The groups of thousands of the number are wrong.",
    "Los grupos de millares del número son incorrectos.",
);
pub static NUMBER_INVALID: Code = Code::new(
    "import.number_invalid",
    Invalid,
    "The value is not a number of the form the profile states.",
    "El valor no es un número de la forma que indica el perfil.",
);
pub static NUMBER_MIXED: Code = Code::new(
    "import.number_mixed",
    Invalid,
    "The column holds Spanish and English numbers; state `numbers` in the profile or correct the file.",
    "La columna contiene números españoles e ingleses; indique `numbers` en el perfil o corrija el fichero.",
);
pub static PROFILE_FIELD: Code = Code::new(
    "import.profile_field",
    Invalid,
    "The profile maps a field in a way that cannot work.",
    "El perfil asigna un campo de una manera que no puede funcionar.",
);
pub static PROFILE_INVALID: Code = Code::new(
    "import.profile_invalid",
    Invalid,
    "The mapping profile cannot be read.",
    "El perfil de importación no se puede leer.",
);
pub static PROFILE_SCHEMA: Code = Code::new(
    "import.profile_schema",
    Invalid,
    "The mapping profile is written for another version.",
    "El perfil de importación está escrito para otra versión.",
);
pub static PROFILE_UNKNOWN: Code = Code::new(
    "import.profile_unknown",
    NotFound,
    "There is no built-in mapping profile of this name.",
    "No hay ningún perfil de importación incorporado con ese nombre.",
);
pub static QUOTE_UNBALANCED: Code = Code::new(
    "import.quote_unbalanced",
    Invalid,
    "A quoted text is not closed properly; reading went on at the next line.",
    "Un texto entre comillas no se cierra bien; la lectura siguió en la línea siguiente.",
);
pub static READ_FAILED: Code = Code::new(
    "import.read_failed",
    Unavailable,
    "The file could not be read to its end.",
    "El fichero no se pudo leer hasta el final.",
);
pub static ROW_UNMATCHED: Code = Code::new(
    "import.row_unmatched",
    Invalid,
    "The row meets the conditions of no object; add an object or a skip rule to the profile.",
    "La fila no cumple las condiciones de ningún objeto; añada un objeto o una regla skip al perfil.",
);
pub static SIGN_UNKNOWN: Code = Code::new(
    "import.sign_unknown",
    Invalid,
    "The debit or credit indicator is none of those the profile names.",
    "El indicador de debe o haber no es ninguno de los que nombra el perfil.",
);
pub static VALUE_REQUIRED: Code = Code::new(
    "import.value_required",
    Invalid,
    "A required value is empty.",
    "Un valor obligatorio está vacío.",
);
pub static VALUE_UNMAPPED: Code = Code::new(
    "import.value_unmapped",
    Invalid,
    "The value is not in the profile's list of values.",
    "El valor no está en la lista de valores del perfil.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[
    &BOOLEAN_INVALID,
    &COLUMN_COUNT,
    &COLUMN_MISSING,
    &COLUMN_REPEATED,
    &COLUMN_UNKNOWN,
    &COLUMNS_TOO_MANY,
    &COUNTRY_INVALID,
    &CURRENCY_CONTRADICTED,
    &DATE_AMBIGUOUS,
    &DATE_INVALID,
    &DATE_MIXED,
    &DATE_PIVOT_MISSING,
    &DELIMITER_UNKNOWN,
    &ENCODING_INVALID,
    &ENCODING_UNKNOWN,
    &FIELD_TOO_LONG,
    &HEADER_MISSING,
    &ID_SCIENTIFIC,
    &INTEGER_INVALID,
    &JSON_INVALID,
    &LANGUAGE_INVALID,
    &LINE_TOO_LONG,
    &NUL_BYTE,
    &NUMBER_AMBIGUOUS,
    &NUMBER_GROUPING,
    &NUMBER_INVALID,
    &NUMBER_MIXED,
    &PROFILE_FIELD,
    &PROFILE_INVALID,
    &PROFILE_SCHEMA,
    &PROFILE_UNKNOWN,
    &QUOTE_UNBALANCED,
    &READ_FAILED,
    &ROW_UNMATCHED,
    &SIGN_UNKNOWN,
    &VALUE_REQUIRED,
    &VALUE_UNMAPPED,
];
