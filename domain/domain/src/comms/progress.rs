//! What may become of a message and of an attempt: the attempt ledger as a pure function.
//!
//! Invariants: a message that left, or may have left, is never planned or reserved again; *unknown* ends only by a
//! person or a later proof, as sent, delivered or failed; nothing leads out of *failed* and *delivered*, and out of
//! *cancelled* only that a person had done it before it was withdrawn.

use kernel::{Error, Outcome};

use super::codes;
use super::{AttemptState, MessageState};

kernel::text_enum! {
    /// What happened to a message, or to the attempt under way.
    pub enum Happening {
        /// Content and recipient were frozen, and an attempt begins.
        Reserve = "reserve",
        /// The relay took it.
        Accept = "accept",
        /// The relay refused it for good.
        Refuse = "refuse",
        /// The relay refused it for now, or was never reached: proven not to have left, so a later try is safe.
        Postpone = "postpone",
        /// The answer of the relay was lost, or the process died between reservation and answer.
        LoseTrack = "lose_track",
        /// A delivery report confirms it.
        Deliver = "deliver",
        /// A delivery report says that it came back.
        Bounce = "bounce",
        /// A person, or a proof that came late, says that it was sent.
        ResolveSent = "resolve_sent",
        /// A person, or a proof that came late, says that it was not sent.
        ResolveFailed = "resolve_failed",
        /// Withdrawn before it left.
        Cancel = "cancel",
        /// A person did it instead of a relay, and says so.
        Do = "do",
    }
}

/// The state of a message after something happened to it.
///
/// # Errors
/// `message.transition_refused`.
pub fn advance_message(state: MessageState, happening: Happening) -> Outcome<MessageState> {
    use Happening as H;
    use MessageState as S;
    match (state, happening) {
        (S::Planned, H::Reserve) => Ok(S::Reserved),
        (S::Planned | S::Reserved, H::Cancel) => Ok(S::Cancelled),
        (S::Reserved, H::Postpone) => Ok(S::Planned),
        (S::Reserved, H::LoseTrack) => Ok(S::Unknown),
        // What a person did before it was withdrawn happened all the same.
        (S::Reserved, H::Accept) | (S::Unknown, H::ResolveSent) | (S::Planned | S::Cancelled, H::Do) => {
            Ok(S::Sent)
        }
        // A planned message fails when revalidation right before sending finds that it can no longer be made.
        (S::Planned | S::Reserved, H::Refuse)
        | (S::Unknown, H::ResolveFailed)
        | (S::Sent | S::Unknown, H::Bounce) => Ok(S::Failed),
        (S::Sent | S::Unknown, H::Deliver) => Ok(S::Delivered),
        _ => Err(refused("message", state, happening)),
    }
}

/// The state of an attempt after something happened to it. An attempt is born reserved.
///
/// # Errors
/// `message.transition_refused`.
pub fn advance_attempt(state: AttemptState, happening: Happening) -> Outcome<AttemptState> {
    use AttemptState as S;
    use Happening as H;
    match (state, happening) {
        (S::Reserved, H::LoseTrack) => Ok(S::Unknown),
        (S::Reserved, H::Accept) | (S::Unknown, H::ResolveSent) => Ok(S::Sent),
        (S::Reserved, H::Refuse | H::Postpone | H::Cancel)
        | (S::Unknown, H::ResolveFailed)
        | (S::Sent | S::Unknown, H::Bounce) => Ok(S::Failed),
        (S::Sent | S::Unknown, H::Deliver) => Ok(S::Delivered),
        _ => Err(refused("attempt", state, happening)),
    }
}

fn refused(what: &str, state: impl std::fmt::Display, happening: Happening) -> Error {
    let message = format!("\"{happening}\" cannot happen to a {what} that is {state}");
    Error::with(&codes::MESSAGE_TRANSITION_REFUSED, message)
}

#[cfg(test)]
mod tests {
    use kernel::text_enum::TextEnum;
    use proptest::prelude::*;

    use super::*;

    fn happenings() -> impl Strategy<Value = Vec<Happening>> {
        proptest::collection::vec(proptest::sample::select(Happening::ALL.to_vec()), 0..30)
    }

    /// Runs what is allowed and skips the rest: any order of reports, doubled, late or lost.
    fn states_after(start: MessageState, happenings: &[Happening]) -> Vec<MessageState> {
        let step = |state: &mut MessageState, happening: &Happening| {
            if let Ok(next) = advance_message(*state, *happening) {
                *state = next;
            }
            Some(*state)
        };
        happenings.iter().scan(start, step).collect()
    }

    proptest! {
        #[test]
        fn what_left_or_may_have_left_is_never_tried_again(
            start in proptest::sample::select(vec![MessageState::Unknown, MessageState::Sent, MessageState::Delivered]),
            happenings in happenings(),
        ) {
            for state in states_after(start, &happenings) {
                prop_assert!(!matches!(state, MessageState::Planned | MessageState::Reserved | MessageState::Cancelled));
            }
        }

        #[test]
        fn a_message_is_accepted_by_a_relay_at_most_once(happenings in happenings()) {
            let mut state = MessageState::Planned;
            let mut accepted = 0;
            for happening in happenings {
                if let Ok(next) = advance_message(state, happening) {
                    accepted += i32::from(happening == Happening::Accept);
                    state = next;
                }
            }
            prop_assert!(accepted <= 1);
        }

        #[test]
        fn ends_are_ends(
            end in proptest::sample::select(vec![MessageState::Failed, MessageState::Delivered, MessageState::Cancelled]),
            happenings in happenings(),
        ) {
            let by_itself = happenings.into_iter().filter(|happening| *happening != Happening::Do);
            let states = states_after(end, &by_itself.collect::<Vec<_>>());
            prop_assert!(states.iter().all(|state| *state == end));
        }

        #[test]
        fn message_and_attempt_agree_while_an_attempt_is_under_way(happenings in happenings()) {
            let mut message = MessageState::Reserved;
            let mut attempt = AttemptState::Reserved;
            for happening in happenings {
                if attempt == AttemptState::Failed {
                    break;
                }
                let next = advance_message(message, happening);
                prop_assert_eq!(next.is_ok(), advance_attempt(attempt, happening).is_ok());
                if let Ok(next) = next {
                    message = next;
                    attempt = advance_attempt(attempt, happening).unwrap();
                }
                let same = message.as_str() == attempt.as_str();
                let not_sent = attempt == AttemptState::Failed && !message.counts_as_contact();
                prop_assert!(same || not_sent, "{} and {}", message, attempt);
            }
        }
    }

    #[test]
    fn unknown_ends_only_by_a_person_or_a_proof() {
        let ends = Happening::ALL.iter().filter(|h| advance_message(MessageState::Unknown, **h).is_ok());
        let ends = ends.copied().collect::<Vec<_>>();
        assert_eq!(
            ends,
            [Happening::Deliver, Happening::Bounce, Happening::ResolveSent, Happening::ResolveFailed]
        );
    }

    #[test]
    fn a_person_does_what_is_planned_or_was_withdrawn_and_nothing_else() {
        let may_be_done = |state: &&MessageState| advance_message(**state, Happening::Do).is_ok();
        let states = MessageState::ALL.iter().filter(may_be_done).copied().collect::<Vec<_>>();
        assert_eq!(states, [MessageState::Planned, MessageState::Cancelled]);
    }

    #[test]
    fn a_refusal_names_state_and_happening() {
        let error = advance_message(MessageState::Sent, Happening::Reserve).unwrap_err();
        assert_eq!(error.code().text, "message.transition_refused");
        assert!(error.to_string().contains("reserve") && error.to_string().contains("sent"));
    }

    #[test]
    fn a_late_delivery_report_settles_an_unknown_message() {
        let reports = [
            Happening::Reserve,
            Happening::LoseTrack,
            Happening::Accept,
            Happening::Deliver,
            Happening::Bounce,
        ];
        let states = states_after(MessageState::Planned, &reports);
        assert_eq!(states.last(), Some(&MessageState::Delivered));
    }
}
