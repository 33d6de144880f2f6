//! Error codes of access.

use kernel::Code;
use kernel::ErrorKind::{Forbidden, Invalid, LimitExceeded, Unauthenticated};

pub static FORBIDDEN: Code = Code::new(
    "auth.forbidden",
    Forbidden,
    "Your roles or scopes do not include this permission.",
    "Sus roles o ámbitos no incluyen este permiso.",
);
pub static OUT_OF_SCOPE: Code = Code::new(
    "auth.out_of_scope",
    Forbidden,
    "This legal entity or portfolio is outside your rights.",
    "Esta sociedad o cartera queda fuera de sus derechos.",
);
pub static MISSING: Code = Code::new(
    "auth.missing",
    Unauthenticated,
    "Send a bearer token or an API key: Authorization: Bearer …",
    "Envíe un token o una clave de API: Authorization: Bearer …",
);
pub static INVALID: Code = Code::new(
    "auth.invalid",
    Unauthenticated,
    "The token or API key is not valid.",
    "El token o la clave de API no es válido.",
);
pub static EXPIRED: Code = Code::new(
    "auth.expired",
    Unauthenticated,
    "The token or API key has expired or was revoked.",
    "El token o la clave de API ha caducado o fue revocado.",
);
pub static BAD_CREDENTIALS: Code = Code::new(
    "auth.bad_credentials",
    Unauthenticated,
    "Login or password is wrong.",
    "El usuario o la contraseña no son correctos.",
);
pub static LOCKED: Code = Code::new(
    "auth.locked",
    Unauthenticated,
    "Too many failed attempts: signing in is locked for a while.",
    "Demasiados intentos fallidos: el acceso queda bloqueado un tiempo.",
);
pub static TOKEN_REUSED: Code = Code::new(
    "auth.token_reused",
    Unauthenticated,
    "This refresh token was used before; the whole sign-in has been revoked.",
    "Este token de renovación ya se usó; se ha revocado todo el inicio de sesión.",
);
pub static PASSWORD_WEAK: Code = Code::new(
    "auth.password_weak",
    Invalid,
    "The password is too short, too common, or contains the login.",
    "La contraseña es demasiado corta, demasiado común o contiene el usuario.",
);
pub static FIRST_ADMINISTRATOR: Code = Code::new(
    "auth.first_administrator",
    Forbidden,
    "The one-time key makes one administrator with all rights, a user or an API key, and nothing else.",
    "La clave única crea un administrador con todos los derechos, usuario o clave de API, y nada más.",
);
pub static CURRENT_PASSWORD_WRONG: Code = Code::new(
    "auth.current_password_wrong",
    Invalid,
    "Changing your own password needs your present one in `current_password`.",
    "Para cambiar su propia contraseña indique la actual en `current_password`.",
);
pub static TOO_MANY_ATTEMPTS: Code = Code::new(
    "auth.too_many_attempts",
    LimitExceeded,
    "Too many failed sign-ins from your address; try again later.",
    "Demasiados inicios de sesión fallidos desde su dirección; inténtelo más tarde.",
);
pub static INSTALLATION_WIDE: Code = Code::new(
    "auth.installation_wide",
    Forbidden,
    "This holds for the whole installation; your rights are limited to some legal entities or portfolios.",
    "Esto vale para toda la instalación; sus derechos se limitan a algunas sociedades o carteras.",
);
pub static SCOPE_TOO_WIDE: Code = Code::new(
    "auth.scope_too_wide",
    Forbidden,
    "You cannot give a right, role or scope that you do not hold.",
    "No puede conceder un derecho, rol o ámbito que usted no tiene.",
);

/// Every code of this module, for the catalogue.
pub static ALL: &[&Code] = &[
    &BAD_CREDENTIALS,
    &CURRENT_PASSWORD_WRONG,
    &EXPIRED,
    &FIRST_ADMINISTRATOR,
    &FORBIDDEN,
    &INSTALLATION_WIDE,
    &INVALID,
    &LOCKED,
    &MISSING,
    &OUT_OF_SCOPE,
    &PASSWORD_WEAK,
    &SCOPE_TOO_WIDE,
    &TOKEN_REUSED,
    &TOO_MANY_ATTEMPTS,
];
