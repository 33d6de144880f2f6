//! Passwords and the lockout after wrong ones.

use chrono::TimeDelta;
use kernel::{Error, Instant, Outcome};

use super::codes;

/// Fewest characters of a password (NIST SP 800-63B recommends length over composition rules).
pub const LENGTH_MIN: usize = 12;
const LENGTH_MAX: usize = 200;
/// Wrong attempts that are free.
pub const FREE_ATTEMPTS: i32 = 5;

/// Passwords that lists of stolen ones begin with, at least [`LENGTH_MIN`] long or padded to it.
const COMMON: &[&str] = &[
    "123456789012",
    "1234567890123",
    "passwordpassword",
    "password1234",
    "password12345",
    "qwertyuiop12",
    "qwertyuiopas",
    "contraseña123",
    "contrasena1234",
    "administrator",
    "administrador",
    "111111111111",
    "abcdefghijkl",
    "iloveyou1234",
    "recobra12345",
    "recobra123456",
];

/// # Errors
/// `auth.password_weak`, saying why.
pub fn check_strength(login: &str, password: &str) -> Outcome<()> {
    let weak = |why: &str| Err(Error::field("password", &codes::PASSWORD_WEAK, why));
    let length = password.chars().count();
    if length < LENGTH_MIN {
        return weak("a password has at least 12 characters");
    }
    if length > LENGTH_MAX {
        return weak("a password has at most 200 characters");
    }
    let lower = password.to_lowercase();
    if COMMON.contains(&lower.as_str()) || lower.chars().collect::<std::collections::BTreeSet<_>>().len() < 4
    {
        return weak("this password is among the first that attackers try");
    }
    if login.len() >= 3 && lower.contains(&login.to_lowercase()) {
        return weak("a password must not contain the login");
    }
    Ok(())
}

/// Until when signing in is locked after this many wrong attempts in a row: a minute, doubling, at most a day.
pub fn locked_until(failed_attempts: i32, now: Instant) -> Option<Instant> {
    let over = u32::try_from(failed_attempts - FREE_ATTEMPTS).ok()?;
    let minutes = 1_i64.checked_shl(over.min(11)).unwrap_or(1440).min(1440);
    Some(now + TimeDelta::minutes(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused_with_the_reason() {
        for (login, password) in [
            ("ana", "short"),
            ("ana", "passwordpassword"),
            ("ana", "aaaaaaaaaaaaaa"),
            ("anamaria", "xxAnaMaria2026!!"),
        ] {
            assert_eq!(check_strength(login, password).unwrap_err().code().text, "auth.password_weak");
        }
        check_strength("ana", "correct horse battery").unwrap();
    }

    #[test]
    fn lockout_begins_after_the_free_attempts_and_doubles() {
        let now = "2026-01-01T00:00:00Z".parse::<Instant>().unwrap();
        assert_eq!(locked_until(4, now), None);
        assert_eq!(locked_until(5, now), Some(now + TimeDelta::minutes(1)));
        assert_eq!(locked_until(7, now), Some(now + TimeDelta::minutes(4)));
        assert_eq!(locked_until(60, now), Some(now + TimeDelta::days(1)));
    }
}
