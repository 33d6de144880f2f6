//! Error codes of custom attributes.

use kernel::Code;
use kernel::ErrorKind::{Conflict, Invalid, LimitExceeded};

pub static CHOICES_INVALID: Code = Code::new(
    "attribute.choices_invalid",
    Invalid,
    "Only a text attribute has choices: at most 200, each once.",
    "Solo un atributo de texto tiene opciones: 200 como máximo, cada una una vez.",
);
pub static FILTER_INVALID: Code = Code::new(
    "attribute.filter_invalid",
    Invalid,
    "An attribute is filtered by NAME:VALUE, or for numbers and dates by NAME:FROM..TO.",
    "Un atributo se filtra por NOMBRE:VALOR o, si es número o fecha, por NOMBRE:DESDE..HASTA.",
);
pub static IN_USE: Code = Code::new(
    "attribute.in_use",
    Conflict,
    "A scenario that is or was in force reads this attribute.",
    "Un escenario que está o estuvo en vigor lee este atributo.",
);
pub static KEY_INVALID: Code = Code::new(
    "attribute.key_invalid",
    Invalid,
    "A key must start with a letter and hold lower-case letters, digits and underscores.",
    "Una clave debe empezar por letra y contener minúsculas, cifras y guiones bajos.",
);
pub static SEVERAL: Code = Code::new(
    "attribute.several",
    Invalid,
    "Several attributes are wrong.",
    "Varios atributos son incorrectos.",
);
pub static TOO_LARGE: Code = Code::new(
    "attribute.too_large",
    LimitExceeded,
    "The object holds too many keys or takes too many bytes.",
    "El objeto tiene demasiadas claves u ocupa demasiados bytes.",
);
pub static TYPE_FIXED: Code = Code::new(
    "attribute.type_fixed",
    Conflict,
    "The type of a declared attribute stays; withdraw it and declare it anew, or take another name.",
    "El tipo de un atributo declarado no cambia; retírelo y declárelo de nuevo, o use otro nombre.",
);
pub static UNDECLARED: Code = Code::new(
    "attribute.undeclared",
    Invalid,
    "Lists are filtered by declared attributes only.",
    "Las listas solo se filtran por atributos declarados.",
);
pub static VALUE_INVALID: Code = Code::new(
    "attribute.value_invalid",
    Invalid,
    "The value is not of a kind accepted here, or is too long.",
    "El valor no es de una clase admitida aquí, o es demasiado largo.",
);
pub static WRONG_TYPE: Code = Code::new(
    "attribute.wrong_type",
    Invalid,
    "The value is not of the type this attribute is declared with.",
    "El valor no es del tipo con que está declarado este atributo.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[
    &CHOICES_INVALID,
    &FILTER_INVALID,
    &IN_USE,
    &KEY_INVALID,
    &SEVERAL,
    &TOO_LARGE,
    &TYPE_FIXED,
    &UNDECLARED,
    &VALUE_INVALID,
    &WRONG_TYPE,
];
