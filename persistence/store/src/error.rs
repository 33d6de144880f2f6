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
    ("model_training_key", &app::credit::learning::codes::MODEL_IN_TRAINING),
    ("prediction_run_active_key", &app::credit::learning::codes::PREDICTIONS_IN_PROGRESS),
    ("dunning_run_business_on_key", &app::dunning::codes::RUN_IN_PROGRESS),
    ("fixed_compensation_valid_excl", &domain::receivables::codes::COMPENSATIONS_OVERLAP),
    ("legal_rate_valid_excl", &domain::receivables::codes::INTEREST_RATES_OVERLAP),
    ("credit_release_check_id_key", &app::credit::codes::CHECK_RELEASED),
    ("credit_limit_valid_excl", &app::credit::limits::codes::LIMIT_OVERLAPS),
    ("limit_approval_application_id_key", &domain::credit::approval::codes::GIVEN_BEFORE),
    ("limit_application_pending_excl", &app::credit::limits::codes::APPLICATION_PENDING),
    ("approval_stand_in_valid_excl", &app::credit::limits::codes::STAND_IN_OVERLAPS),
    ("term_deviation_valid_excl", &app::credit::terms::codes::DEVIATION_OVERLAPS),
    ("party_relation_valid_excl", &app::credit::codes::RELATION_OVERLAPS),
    ("party_relation_merged_excl", &app::credit::codes::RELATION_OVERLAPS),
    ("party_relation_joint_excl", &app::credit::codes::RELATION_OVERLAPS),
    ("rating_override_valid_excl", &app::credit::scoring::codes::OVERRIDE_OVERLAPS),
    ("score_run_running_key", &app::credit::scoring::codes::RUN_IN_PROGRESS),
    ("legal_entity_calendar_code_fkey", &app::organisation::codes::CALENDAR_UNKNOWN),
];

/// Names of the mapped constraints; a test holds them against the catalogue.
pub fn mapped_constraints() -> impl Iterator<Item = &'static str> {
    CONSTRAINTS.iter().map(|(name, _)| *name)
}

/// Converts any database error.
#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
pub(crate) fn db(error: DieselError) -> Error {
    of(&error)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "diesel adds variants between versions")]
fn of(error: &DieselError) -> Error {
    use DatabaseErrorKind as Kind;
    match error {
        DieselError::DatabaseError(Kind::SerializationFailure, info) => contended(info.message()),
        DieselError::DatabaseError(Kind::ClosedConnection | Kind::UnableToSendCommand, info) => {
            unavailable(info.message())
        }
        DieselError::DatabaseError(_, info) => from_information(info.as_ref()),
        // The connection went with the commit, so that nothing could be rolled back any more: what counts is why.
        DieselError::RollbackErrorOnCommit { commit_error, .. } => of(commit_error),
        DieselError::BrokenTransactionManager => unavailable("broken transaction manager"),
        // Diesel adds variants between versions; all the rest are our mistakes.
        _ => Error::new(&app::codes::INTERNAL).caused_by(error),
    }
}

fn from_information(info: &(dyn DatabaseErrorInformation + Send + Sync)) -> Error {
    let known = info.constraint_name().and_then(|name| CONSTRAINTS.iter().find(|(known, _)| *known == name));
    if let Some((_, code)) = known {
        return Error::new(code);
    }
    let message = info.message();
    // Diesel hides the SQLSTATE; these texts are stable in PostgreSQL with English messages, which we ask for.
    // A block of which only a part found room is told of without the word "space".
    let full = ["No space left on device", "disk full", "wrote only"];
    if full.iter().any(|text| message.contains(text)) {
        return Error::new(&app::codes::DATABASE_FULL).caused_by(message);
    }
    // Two units of work that waited for each other: one of them may run again.
    if message.contains("deadlock detected") {
        return contended(message);
    }
    // A statement that was given up did nothing; our own take that long only where the machine has too much to do.
    if message.contains("due to lock timeout") || message.contains("due to statement timeout") {
        return Error::new(&app::codes::OVERLOADED).caused_by(message).retry_after(2);
    }
    let lost = [
        "terminating connection",
        "the database system is",
        "server closed the connection",
        "no connection to",
        "could not receive data from server",
        "could not send data to server",
        "SSL SYSCALL error",
        "SSL connection has been closed",
        // What was the primary is a standby now, or not yet one that writes.
        "in a read-only transaction",
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

    fn said(message: &'static str) -> DieselError {
        DieselError::DatabaseError(DatabaseErrorKind::CheckViolation, Box::new(Said(message)))
    }

    fn cause(message: &'static str) -> String {
        db(said(message)).internal().unwrap().to_owned()
    }

    #[test]
    fn the_cause_of_a_constraint_violation_names_the_constraint_and_no_value() {
        let found =
            cause("new row for relation \"contact\" violates check constraint \"contact_name_check\"");
        assert!(found.contains("contact_name_check"), "{found}");
        assert!(!found.contains("Ana") && !found.contains("12345678Z"), "{found}");
    }

    fn code(message: &'static str) -> &'static str {
        db(said(message)).code().text
    }

    #[test]
    fn every_way_to_say_that_the_disk_is_full_is_understood() {
        assert_eq!(code("could not extend file \"base/1/2\": No space left on device"), "database.full");
        assert_eq!(
            code("could not extend file \"base/1/2\": wrote only 4096 of 8192 bytes at block 7"),
            "database.full"
        );
    }

    #[test]
    fn what_waited_too_long_may_come_again() {
        assert_eq!(code("canceling statement due to lock timeout"), "overloaded");
        assert_eq!(code("canceling statement due to statement timeout"), "overloaded");
    }

    #[test]
    fn a_connection_that_breaks_with_the_commit_is_a_database_that_is_away() {
        let (rollback_error, commit_error) =
            (Box::new(said("another thing")), Box::new(said("could not receive data from server: reset")));
        let error = db(DieselError::RollbackErrorOnCommit { rollback_error, commit_error });
        assert_eq!(error.code().text, "database.unavailable");
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
