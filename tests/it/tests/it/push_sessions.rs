//! Sessions that were left behind, and how a program that knows nothing any more finds its way back.

use proto::v1::push_chunks_request::Rows;
use proto::v1::{
    FinishSessionRequest, OpenSessionRequest, PushChunksRequest, PushMode, ReceivableRow, ReceivableRows,
    SessionState,
};
use testkit::app::TestApp;
use testkit::push::{code, invoice};
use tokio_stream::StreamExt as _;
use tonic_types::StatusExt as _;

const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

/// Account `A1` with the open invoices `I1` and `I2`.
fn book() -> TestApp {
    TestApp::with_receivables(both())
}

fn both() -> Vec<ReceivableRow> {
    vec![invoice("I1", "A1", "100.00", DATES), invoice("I2", "A1", "50.00", DATES)]
}

fn asked(mode: PushMode, sequence: i64, dry_run: bool) -> OpenSessionRequest {
    OpenSessionRequest {
        source: "ERP-E1".to_owned(),
        mode: mode.into(),
        as_of: "2026-03-04".to_owned(),
        sequence,
        dry_run,
        ..OpenSessionRequest::default()
    }
}

fn first_chunk(session_id: &str, rows: Vec<ReceivableRow>) -> PushChunksRequest {
    let rows = Some(Rows::Receivables(ReceivableRows { rows }));
    PushChunksRequest { session_id: session_id.to_owned(), chunk_no: 1, rows }
}

/// State and events of a session.
fn state(app: &TestApp, session: &str) -> String {
    app.database.sql(&format!(
        "SELECT state, (SELECT string_agg(e.kind, ' ' ORDER BY e.recorded_at, e.id) FROM event e WHERE e.subject_id = p.id) \
         FROM push_session p WHERE r.pid('psh', p.id) = '{session}'"
    ))
}

#[test]
fn a_dry_run_left_behind_holds_nobody_up() {
    let app = book();
    let grpc = app.grpc();
    // One of which no chunk came, one whose stream was cut, one that was rehearsed and never finished.
    for sequence in 10..13 {
        let left = grpc.open(asked(PushMode::Delta, sequence, true)).expect("a dry run").id;
        match sequence {
            11 => app.runtime.block_on(async {
                let (sender, receiver) = tokio::sync::mpsc::channel(1);
                let stream = tokio_stream::wrappers::ReceiverStream::new(receiver);
                sender.send(first_chunk(&left, both())).await.expect("sent");
                let answers = grpc.push_client().push_chunks(grpc.request(stream)).await;
                answers.expect("a stream").into_inner().next().await.expect("an answer").expect("taken");
            }),
            12 => drop(grpc.chunk(first_chunk(&left, both())).expect("an answer")),
            _ => {}
        }
        // A stream that was cut ends as soon as the server sees it.
        let next =
            testkit::wait::until_some("another session", || grpc.open(asked(PushMode::Delta, 2, false)).ok());
        assert_eq!(state(&app, &left), "aborted|push.session_opened push.session_aborted", "{sequence}");
        grpc.abort(&next.id).expect("given up");
    }
    let left = grpc.open(asked(PushMode::Delta, 20, true)).expect("a dry run").id;
    grpc.open(asked(PushMode::Snapshot, 21, true)).expect("another dry run");
    assert_eq!(state(&app, &left), "aborted|push.session_opened push.session_aborted");
}

#[test]
fn a_dry_run_under_way_is_not_given_up_by_another_session() {
    let app = book();
    let grpc = app.grpc();
    let dry = grpc.open(asked(PushMode::Delta, 10, true)).expect("a dry run").id;
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let mut client = grpc.push_client();
    let mut answers = app.runtime.block_on(async {
        sender.send(first_chunk(&dry, both())).await.expect("sent");
        let stream = tokio_stream::wrappers::ReceiverStream::new(receiver);
        let mut answers = client.push_chunks(grpc.request(stream)).await.expect("a stream").into_inner();
        answers.next().await.expect("an answer").expect("it is taken");
        answers
    });
    let refused = grpc.open(asked(PushMode::Delta, 2, false)).expect_err("its stream holds it");
    assert_eq!(code(&refused), "push.session_other_open");
    drop(sender);
    assert!(app.runtime.block_on(answers.next()).is_none());
    assert_eq!(state(&app, &dry), "open|push.session_opened");
    let asked = FinishSessionRequest { session_id: dry.clone(), control_totals: Vec::new() };
    assert_eq!(
        grpc.finish(asked).expect("an end").session.expect("a session").state(),
        SessionState::Finished
    );
}

/// An ERP restored from an older backup knows neither its session nor the sequence.
#[test]
fn the_refusal_names_the_open_session_so_that_a_program_can_go_on() {
    let app = book();
    let grpc = app.grpc();
    let lost = grpc.open(asked(PushMode::Delta, 7, false)).expect("a session");
    grpc.chunk(first_chunk(&lost.id, both())).expect("taken");
    let refused = grpc.open(asked(PushMode::Delta, 8, false)).expect_err("one at a time");
    assert_eq!(code(&refused), "push.session_other_open");
    let named = refused.get_details_error_info().expect("an ErrorInfo").metadata["session"].clone();
    assert_eq!(named, lost.id);
    let found = grpc.session(&named).expect("it is told");
    assert_eq!((found.sequence, found.last_chunk, found.as_of.as_str()), (7, 1, "2026-03-04"));
    let again = grpc.open(asked(PushMode::Delta, found.sequence, false)).expect("the same declaration");
    assert_eq!((again.id, again.last_chunk), (named, 1));
}

#[test]
fn a_held_session_is_returned_to_who_declares_the_same() {
    let app = book();
    let grpc = app.grpc();
    let session = grpc.open(asked(PushMode::Snapshot, 7, false)).expect("a session").id;
    grpc.chunk(first_chunk(&session, vec![invoice("I1", "A1", "100.00", DATES)])).expect("taken");
    let finish =
        || grpc.finish(FinishSessionRequest { session_id: session.clone(), control_totals: Vec::new() });
    assert_eq!(finish().expect("held").session.expect("a session").state(), SessionState::Held);
    let again = grpc.open(asked(PushMode::Snapshot, 7, false)).expect("the same declaration");
    assert_eq!(
        (again.id.as_str(), again.state(), again.last_chunk),
        (session.as_str(), SessionState::Held, 1)
    );
    assert_eq!(again.state_reason, "push.snapshot_shrunk");
    let other = grpc.open(asked(PushMode::Snapshot, 8, false)).expect_err("it waits for a person");
    assert_eq!(other.get_details_error_info().expect("an ErrorInfo").metadata["session"], session);
    // Gone on with as if it were open, it stays what it is.
    grpc.chunk(first_chunk(&session, vec![invoice("I1", "A1", "100.00", DATES)])).expect("from the record");
    assert_eq!(finish().expect("held").session.expect("a session").state(), SessionState::Held);
    grpc.abort(&session).expect("given up");
    grpc.open(asked(PushMode::Snapshot, 8, false)).expect("the next one");
}

#[test]
fn a_session_is_given_up_and_finished_once_however_often_a_program_asks() {
    let app = book();
    let grpc = app.grpc();
    // Everything that either could write, with the rows' own versions.
    let written = || {
        app.database.sql(
            "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM ledger_entry), \
                 (SELECT string_agg(xmin::text || state || coalesce(finished_at::text, ''), ' ' ORDER BY id) FROM push_session), \
                 (SELECT string_agg(xmin::text, ' ' ORDER BY id) FROM receivable)",
        )
    };
    let session = grpc.open(asked(PushMode::Delta, 7, false)).expect("a session").id;
    grpc.chunk(first_chunk(&session, both())).expect("taken");
    let first = grpc.abort(&session).expect("given up");
    let after = written();
    app.set_clock("2026-03-04T09:00:00Z".parse().expect("an instant"));
    assert_eq!(grpc.abort(&session).expect("it is"), first);
    assert_eq!(written(), after, "giving it up again changed something");
    let refused = grpc.finish(FinishSessionRequest { session_id: session, control_totals: Vec::new() });
    assert_eq!(code(&refused.expect_err("it was given up")), "push.session_not_open");

    app.database.sql("UPDATE source SET snapshot_close_max_percent = 100");
    let session = grpc.open(asked(PushMode::Snapshot, 8, false)).expect("a session").id;
    grpc.chunk(first_chunk(&session, vec![invoice("I1", "A1", "100.00", DATES)])).expect("taken");
    let finish =
        || grpc.finish(FinishSessionRequest { session_id: session.clone(), control_totals: Vec::new() });
    let first = finish().expect("finished");
    assert_eq!(first.closed, 1);
    let after = written();
    app.set_clock("2026-03-04T10:00:00Z".parse().expect("an instant"));
    assert_eq!(finish().expect("it is"), first);
    assert_eq!(written(), after, "finishing it again changed something");
    let refused = grpc.abort(&session).expect_err("it is finished");
    assert_eq!(code(&refused), "push.session_not_open");
    assert_eq!(written(), after);
}

#[test]
fn a_session_for_another_legal_entity_than_that_of_the_source_is_refused() {
    let app = book();
    app.entity("E2");
    let declared = |entity: &str| {
        let asked =
            OpenSessionRequest { legal_entity: entity.to_owned(), ..asked(PushMode::Delta, 9, false) };
        app.grpc().open(asked)
    };
    assert_eq!(code(&declared("E2").expect_err("of ERP-E2")), "push.legal_entity_differs");
    assert_eq!(app.database.sql("SELECT count(*) FROM push_session WHERE sequence = 9"), "0");
    declared("E1").expect("its own");
}

#[test]
fn a_chunk_without_rows_is_refused_and_not_counted() {
    let app = book();
    let grpc = app.grpc();
    let session = grpc.open(asked(PushMode::Delta, 9, false)).expect("a session").id;
    let refused = grpc.chunk(first_chunk(&session, Vec::new())).expect_err("nothing in it");
    assert_eq!(code(&refused), "push.chunk_empty");
    grpc.chunk(first_chunk(&session, both())).expect("the first with rows is the first");
}
