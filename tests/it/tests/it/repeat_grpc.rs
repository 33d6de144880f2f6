//! Every method of our services, called again by a program that did not hear the answer.

use testkit::app::TestApp;

use crate::grpc_methods::{call, delta, first_chunk, methods};

/// What pushes leave behind.
const EFFECT: &str = "SELECT (SELECT count(*) FROM event WHERE kind ~ '^(push|party)'), (SELECT count(*) FROM party), \
    (SELECT string_agg(state || ' ' || last_chunk, ', ' ORDER BY sequence) FROM push_session)";

/// Methods that need a scene of their own: the test that calls each twice.
const ELSEWHERE: &[(&str, &str)] = &[
    ("CreditService.Check", "credit_checks::a_machine_that_did_not_hear_the_answer_asks_again_with_its_key"),
    ("CreditService.ReleaseReservation", "credit_checks::machines_ask_over_grpc_and_get_the_same_answer"),
];

const READS: &[&str] = &["PushService.GetSession", "EventService.ListEvents"];

#[test]
fn every_grpc_method_repeated_is_answered_the_same_and_done_once() {
    for method in methods().into_iter().filter(|m| !ELSEWHERE.iter().any(|(other, _)| other == m)) {
        let app = TestApp::with_receivables(Vec::new());
        testkit::wait::until("every event is numbered", || {
            app.database.sql("SELECT count(*) FROM event_unsequenced") == "0"
        });
        let grpc = app.grpc();
        let opens = method == "PushService.OpenSession";
        let session = if opens { String::new() } else { grpc.open(delta(7)).expect("a session").id };
        let before = app.database.sql(EFFECT);
        let first = call(&grpc, &method, &session, 7).unwrap_or_else(|e| panic!("{method}: {e}"));
        let after = app.database.sql(EFFECT);
        assert_eq!(before == after, READS.contains(&method.as_str()), "{method}: {before} -> {after}");
        let again = call(&grpc, &method, &session, 7).unwrap_or_else(|e| panic!("{method}: {e}"));
        // The one thing that may tell the second answer from the first.
        assert_eq!(again.replace("replayed: true", "replayed: false"), first, "{method}");
        assert_eq!(app.database.sql(EFFECT), after, "{method} was done again");
    }
}

#[test]
fn a_chunk_that_comes_again_is_told_so() {
    let app = TestApp::with_receivables(Vec::new());
    let grpc = app.grpc();
    let session = grpc.open(delta(7)).expect("a session").id;
    let replayed = [(); 2].map(|()| grpc.chunk(first_chunk(&session)).expect("taken").replayed);
    assert_eq!(replayed, [false, true]);
}
