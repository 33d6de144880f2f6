//! Sessions that were left behind, and how a program that knows nothing any more finds its way back.

use proto::v1::push_chunks_request::Rows;
use proto::v1::{
    FinishSessionRequest, OpenSessionRequest, PushChunksRequest, PushMode, ReceivableRow, ReceivableRows,
    SessionState,
};
use testkit::app::TestApp;
use testkit::push::{account, code, invoice, party};
use tokio_stream::StreamExt as _;
use tonic_types::StatusExt as _;

const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

/// Account `A1` with the open invoices `I1` and `I2`.
fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    app.push("ERP-E1")
        .parties(vec![party("P1", "Uno")])
        .accounts(vec![account("A1", "P1")])
        .receivables(both())
        .finish();
    app
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
