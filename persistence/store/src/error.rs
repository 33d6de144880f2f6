//! From database errors to the errors of the core: constraints are mapped by name.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};
use kernel::{Code, Error};

/// Which code a violated constraint stands for.
const CONSTRAINTS: &[(&str, &Code)] = &[
    ("app_user_login_key", &app::codes::LOGIN_TAKEN),
    ("mandant_code_key", &app::organisation::codes::CODE_TAKEN),
    ("legal_entity_code_key", &app::organisation::codes::CODE_TAKEN),
    ("source_code_key", &app::organisation::codes::CODE_TAKEN),
    ("portfolio_code_key", &app::organisation::codes::CODE_TAKEN),
    ("account_calendar_code_fkey", &app::customers::codes::CALENDAR_UNKNOWN),
    ("dunning_run_active_key", &app::dunning::codes::RUN_IN_PROGRESS),
    ("dunning_run_business_on_key", &app::dunning::codes::RUN_IN_PROGRESS),
    ("fixed_compensation_valid_excl", &domain::receivables::codes::COMPENSATIONS_OVERLAP),
    ("legal_rate_valid_excl", &domain::receivables::codes::INTEREST_RATES_OVERLAP),
    ("legal_entity_calendar_code_fkey", &app::organisation::codes::CALENDAR_UNKNOWN),
];

/// Names of the mapped constraints; a test holds them against the catalogue.
pub fn mapped_constraints() -> impl Iterator<Item = &'static str> {
    CONSTRAINTS.iter().map(|(name, _)| *name)
}

/// Converts any database error.
#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
#[expect(clippy::wildcard_enum_match_arm, reason = "diesel adds variants between versions")]
pub(crate) fn db(error: DieselError) -> Error {
    match &error {
        DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, info) => {
            contended(info.message())
        }
        DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, info) => unavailable(info.message()),
        DieselError::DatabaseError(_, info) => from_information(info.as_ref()),
        DieselError::BrokenTransactionManager => unavailable("broken transaction manager"),
        // Diesel adds variants between versions; all the rest are our mistakes.
        _ => Error::new(&app::codes::INTERNAL).caused_by(&error),
    }
}

fn from_information(info: &(dyn DatabaseErrorInformation + Send + Sync)) -> Error {
    let known = info.constraint_name().and_then(|name| CONSTRAINTS.iter().find(|(known, _)| *known == name));
    if let Some((_, code)) = known {
        return Error::new(code);
    }
    let message = info.message();
    // Diesel hides the SQLSTATE; these texts are stable in PostgreSQL with English messages, which we ask for.
    if message.contains("No space left on device") || message.contains("disk full") {
        return Error::new(&app::codes::DATABASE_FULL).caused_by(message);
    }
    // Two units of work that waited for each other: one of them may run again.
    if message.contains("deadlock detected") {
        return contended(message);
    }
    if message.contains("due to lock timeout") {
        return Error::new(&app::codes::OVERLOADED).caused_by(message).retry_after(2);
    }
    let lost = [
        "terminating connection",
        "the database system is",
        "server closed the connection",
        "no connection to",
    ];
    if lost.iter().any(|text| message.contains(text)) {
        return unavailable(message);
    }
    let context = [info.table_name(), info.constraint_name(), info.statement_position().map(|_| "in SQL")];
    let context = context.into_iter().flatten().collect::<Vec<_>>().join(", ");
    Error::new(&app::codes::INTERNAL).caused_by(format!("{} ({context})", without_values(message)))
}

/// The message without the values it quotes: causes are logged, and values may be personal. For the same reason
/// PostgreSQL's detail, which shows whole rows, is left away.
fn without_values(message: &str) -> String {
    let message = message.split_once(": \"").map_or(message, |(before, _)| before);
    match message.split_once("value \"") {
        Some((before, rest)) => {
            let after = rest.rsplit_once('"').map_or("", |(_, after)| after);
            format!("{before}value […]{after}")
        }
        None => message.to_owned(),
    }
}

/// A unit of work that lost to another. It is run again; who gets this, lost every time.
fn contended(cause: &str) -> Error {
    Error::new(&app::codes::DATABASE_CONTENDED).caused_by(cause).retry_after(1)
}

fn unavailable(cause: &str) -> Error {
    Error::new(&app::codes::DATABASE_UNAVAILABLE).caused_by(cause).retry_after(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What PostgreSQL says of a row that a constraint refuses.
    struct Said(&'static str);

    impl DatabaseErrorInformation for Said {
        fn message(&self) -> &str {
            self.0
        }
        fn details(&self) -> Option<&str> {
            Some("Failing row contains (7, Ana Pérez, 12345678Z).")
        }
        fn hint(&self) -> Option<&str> {
            None
        }
        fn table_name(&self) -> Option<&str> {
            Some("contact")
        }
        fn column_name(&self) -> Option<&str> {
            None
        }
        fn constraint_name(&self) -> Option<&str> {
            Some("contact_name_check")
        }
        fn statement_position(&self) -> Option<i32> {
            None
        }
    }

    fn cause(message: &'static str) -> String {
        let error = DieselError::DatabaseError(DatabaseErrorKind::CheckViolation, Box::new(Said(message)));
        db(error).internal().unwrap().to_owned()
    }

    #[test]
    fn the_cause_of_a_constraint_violation_names_the_constraint_and_no_value() {
        let found =
            cause("new row for relation \"contact\" violates check constraint \"contact_name_check\"");
        assert!(found.contains("contact_name_check"), "{found}");
        assert!(!found.contains("Ana") && !found.contains("12345678Z"), "{found}");
    }

    #[test]
    fn values_that_a_message_quotes_are_left_away() {
        assert_eq!(
            without_values("invalid input syntax for type uuid: \"Ana\""),
            "invalid input syntax for type uuid"
        );
        assert_eq!(
            without_values("value \"12345678901\" is out of range for type integer"),
            "value […] is out of range for type integer"
        );
    }
}
