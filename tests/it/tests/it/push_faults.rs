//! Streams that are cut, chunks that are too large or no protobuf, callers who may not.

use proto::v1::push_chunks_request::Rows;
use proto::v1::{
    FinishSessionRequest, ListEventsRequest, OpenSessionRequest, PushChunksRequest, PushMode, ReceivableRows,
    RowOutcome, SessionState,
};
use testkit::app::TestApp;
use testkit::push::{Grpc, Push, account, code, invoice, party};
use tokio_stream::StreamExt as _;
use tonic::Code;

const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

fn app() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    let push = app.push("ERP-E1").parties(vec![party("P1", "Ibarra")]);
    push.accounts(vec![account("A1", "P1")]).finish();
    app
}

fn opening(source: &str, sequence: i64) -> OpenSessionRequest {
    OpenSessionRequest {
        source: source.into(),
        mode: PushMode::Delta.into(),
        as_of: "2026-03-04".into(),
        sequence,
        ..OpenSessionRequest::default()
    }
}

fn chunk(session: &str, chunk_no: i32, ids: &[String]) -> PushChunksRequest {
    let rows = ids.iter().map(|id| invoice(id, "A1", "10.00", DATES)).collect();
    PushChunksRequest {
        session_id: session.into(),
        chunk_no,
        rows: Some(Rows::Receivables(ReceivableRows { rows })),
    }
}

fn ids(from: usize, to: usize) -> Vec<String> {
    (from..to).map(|n| format!("I{n}")).collect()
}

fn count(app: &TestApp) -> String {
    app.database.sql("SELECT count(*) FROM receivable")
}

#[test]
fn a_cut_stream_is_resumed_after_the_last_acknowledged_chunk() {
    let app = app();
    let grpc = app.grpc();
    let session = grpc.open(opening("ERP-E1", 9)).expect("a session");
    let mut client = grpc.push_client();
    app.runtime.block_on(async {
        let (sender, chunks) = tokio::sync::mpsc::channel(4);
        let chunks = tokio_stream::wrappers::ReceiverStream::new(chunks);
        let answers = client.push_chunks(grpc.request(chunks)).await.expect("a stream");
        let mut answers = answers.into_inner();
        sender.send(chunk(&session.id, 1, &ids(0, 10))).await.expect("sent");
        assert_eq!(answers.next().await.expect("an answer").expect("accepted").chunk_no, 1);
        sender.send(chunk(&session.id, 2, &ids(10, 20))).await.expect("sent");
        // Gone without waiting for the second answer.
    });
    drop(client);
    let again = grpc.open(opening("ERP-E1", 9)).expect("the same session");
    assert_eq!(again.id, session.id);
    assert!((1..=2).contains(&again.last_chunk), "{again:?}");
    // Sending what may have arrived is answered from the record, or applied now: never twice.
    let second = grpc.chunk(chunk(&session.id, 2, &ids(10, 20))).expect("accepted");
    assert_eq!(second.counts.map(|c| c.created), Some(10));
    let third = grpc.chunk(chunk(&session.id, 3, &ids(20, 25))).expect("accepted");
    assert!(!third.replayed);
    assert_eq!(count(&app), "25");
    let replayed = grpc.chunk(chunk(&session.id, 3, &ids(20, 25))).expect("accepted");
    assert!(replayed.replayed);
    assert_eq!(replayed.outcomes, third.outcomes, "each row is answered as it was");
    assert_eq!(count(&app), "25");
}

/// A client that cuts its file otherwise on the second try would lose rows without a word.
#[test]
fn other_rows_under_the_number_of_an_acknowledged_chunk_are_refused() {
    let app = app();
    let grpc = app.grpc();
    let session = grpc.open(opening("ERP-E1", 9)).expect("a session");
    grpc.chunk(chunk(&session.id, 1, &ids(0, 10))).expect("accepted");
    let refused = grpc.chunk(chunk(&session.id, 1, &ids(5, 15))).expect_err("other rows");
    assert_eq!((refused.code(), code(&refused).as_str()), (Code::FailedPrecondition, "push.chunk_differs"));
    assert_eq!(count(&app), "10");
    grpc.chunk(chunk(&session.id, 2, &ids(10, 15))).expect("the session goes on");
}

/// Keys of a chunk are looked up while the one before is being written; what that one writes must not be missed.
#[test]
fn chunks_of_one_stream_see_what_the_ones_before_wrote() {
    let app = app();
    let grpc = app.grpc();
    let session = grpc.open(opening("ERP-E1", 9)).expect("a session");
    let priced = |chunk_no: i32, amount: &str| {
        let rows = ids(0, 2_000).iter().map(|id| invoice(id, "A1", amount, DATES)).collect();
        let rows = Some(Rows::Receivables(ReceivableRows { rows }));
        PushChunksRequest { session_id: session.id.clone(), chunk_no, rows }
    };
    let amounts = ["10.00", "11.00", "11.00", "12.00", "11.00", "11.00"];
    let chunks = (1..).zip(amounts).map(|(chunk_no, amount)| priced(chunk_no, amount)).collect::<Vec<_>>();
    let mut client = grpc.push_client();
    let counts = app.runtime.block_on(async {
        let request = grpc.request(tokio_stream::iter(chunks));
        let answers = client.push_chunks(request).await.expect("a stream").into_inner();
        answers.map(|answer| answer.expect("accepted").counts.unwrap_or_default()).collect::<Vec<_>>().await
    });
    let counts = counts.iter().map(|c| (c.created, c.updated, c.unchanged)).collect::<Vec<_>>();
    let all = 2_000;
    assert_eq!(counts, [(all, 0, 0), (0, all, 0), (0, 0, all), (0, all, 0), (0, all, 0), (0, 0, all)]);
    assert_eq!(
        app.database.sql("SELECT count(*) || ' ' || sum(open_amount) FROM receivable"),
        "2000 22000.0000"
    );
}

#[test]
fn keys_are_compared_without_the_blanks_around_them() {
    let app = app();
    let push = app.push("ERP-E1").receivables(vec![invoice("F1 ", " A1", "10.00", DATES)]);
    let push = push.receivables(vec![invoice("F1", "A1", "10.00", DATES)]);
    assert_eq!(push.outcomes(), [RowOutcome::Unchanged]);
    let push = push.receivables(vec![
        invoice("F2", "A1", "10.00", DATES),
        invoice(" F2", "A1", "10.00", DATES),
        invoice("F3", "A1", "10.00", DATES),
    ]);
    assert_eq!(push.outcomes(), [RowOutcome::Created, RowOutcome::Rejected, RowOutcome::Created]);
    assert_eq!(push.issues(), ["1 external_id push.duplicate_key"]);
}

#[test]
fn a_gap_between_chunks_is_refused() {
    let app = app();
    let grpc = app.grpc();
    let session = grpc.open(opening("ERP-E1", 9)).expect("a session");
    let refused = grpc.chunk(chunk(&session.id, 2, &ids(0, 1))).expect_err("a gap");
    assert_eq!((refused.code(), code(&refused).as_str()), (Code::FailedPrecondition, "push.chunk_gap"));
}

#[test]
fn more_rows_or_bytes_than_allowed_are_refused_and_the_session_goes_on() {
    let app = app();
    let grpc = app.grpc();
    let session = grpc.open(opening("ERP-E1", 9)).expect("a session");
    let refused = grpc.chunk(chunk(&session.id, 1, &ids(0, 10_001))).expect_err("too many rows");
    assert_eq!(code(&refused), "push.chunk_too_large");
    let mut huge = chunk(&session.id, 1, &ids(0, 1));
    if let Some(Rows::Receivables(rows)) = &mut huge.rows {
        rows.rows[0].document_no = "x".repeat(10 * 1024 * 1024);
    }
    let refused = grpc.chunk(huge).expect_err("too many bytes");
    assert_eq!(
        (refused.code(), code(&refused).as_str()),
        (Code::ResourceExhausted, "request.message_too_large")
    );
    let accepted = grpc.chunk(chunk(&session.id, 1, &ids(0, 1))).expect("accepted");
    assert_eq!(accepted.outcomes, [i32::from(RowOutcome::Created)]);
}

#[test]
fn who_may_not_push_here_is_told_so() {
    let app = app();
    let other = app.entity("E2");
    let connect = |key: &str| Grpc::connect(app.runtime.handle().clone(), &app.grpc_url(), Some(key));
    let nobody = connect("rcb_000000000000_00").open(opening("ERP-E1", 9)).expect_err("unknown");
    assert_eq!((nobody.code(), code(&nobody).as_str()), (Code::Unauthenticated, "auth.invalid"));
    let auditor = app.key(&["auditor"], None);
    let refused = connect(&auditor).open(opening("ERP-E1", 9)).expect_err("may not");
    assert_eq!((refused.code(), code(&refused).as_str()), (Code::PermissionDenied, "auth.forbidden"));
    let elsewhere = app.key(&["integration"], Some(&[("legal_entity", &other)]));
    let refused = connect(&elsewhere).open(opening("ERP-E1", 9)).expect_err("out of scope");
    assert_eq!((refused.code(), code(&refused).as_str()), (Code::PermissionDenied, "auth.out_of_scope"));
    connect(&elsewhere).open(opening("ERP-E2", 9)).expect("its own");
}

#[test]
fn a_snapshot_that_shrank_too_much_waits_for_a_person() {
    let app = app();
    app.push("ERP-E1")
        .receivables(ids(0, 10).iter().map(|id| invoice(id, "A1", "10.00", DATES)).collect())
        .finish();
    let snapshot = app.push_snapshot("ERP-E1");
    let session = snapshot.session.id.clone();
    let kept = ids(0, 6).iter().map(|id| invoice(id, "A1", "10.00", DATES)).collect();
    let held = snapshot.receivables(kept).finish();
    assert_eq!(held.session.expect("a session").state(), SessionState::Held);
    assert_eq!(held.closed, 0);
    assert_eq!(app.database.sql("SELECT count(*) FROM receivable WHERE open_amount <> 0"), "10");
    let next = app.grpc().open(opening("ERP-E1", 99)).expect_err("one at a time");
    assert_eq!(code(&next), "push.session_other_open");
    app.grpc().abort(&session).expect("given up");
    let snapshot = app.push_snapshot("ERP-E1");
    let kept = ids(0, 9).iter().map(|id| invoice(id, "A1", "10.00", DATES)).collect();
    let finished = snapshot.receivables(kept).finish();
    assert_eq!(finished.session.expect("a session").state(), SessionState::Finished);
    assert_eq!(finished.closed, 1);
}

#[test]
fn an_old_sequence_is_refused() {
    let app = app();
    let grpc = app.grpc();
    let session = grpc.open(opening("ERP-E1", 9)).expect("a session");
    grpc.finish(FinishSessionRequest { session_id: session.id, control_totals: Vec::new() })
        .expect("finished");
    let refused = grpc.open(opening("ERP-E1", 9)).expect_err("an old sequence");
    assert_eq!(code(&refused), "push.sequence_old");
}

#[test]
fn connections_that_end_in_the_middle_cost_a_chunk_to_be_sent_again() {
    let app = app();
    let grpc = app.grpc();
    let session = grpc.open(opening("ERP-E1", 9)).expect("a session");
    grpc.chunk(chunk(&session.id, 1, &ids(0, 10))).expect("accepted");
    app.database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
    let second = testkit::wait::until_some("the chunk is accepted", || {
        grpc.chunk(chunk(&session.id, 2, &ids(10, 20))).ok()
    });
    assert_eq!(second.counts.map(|c| c.created), Some(10));
    let resumed = grpc.open(opening("ERP-E1", 9)).expect("the session");
    assert_eq!(Push::resume(grpc, resumed).session.last_chunk, 2);
    assert_eq!(count(&app), "20");
}

#[test]
fn events_follow_in_order_and_only_those_in_reach() {
    let app = app();
    app.entity("E2");
    app.push("ERP-E1").receivables(vec![invoice("I1", "A1", "10.00", DATES)]).finish();
    app.sequence_events();
    let all = app.grpc().events(ListEventsRequest::default()).expect("events");
    let sequence = all.iter().map(|event| event.seq).collect::<Vec<_>>();
    assert_eq!(sequence, (1..=i64::try_from(all.len()).expect("a count")).collect::<Vec<_>>());
    let chunks = app.grpc().events(ListEventsRequest {
        kinds: vec!["push.chunk_applied".into()],
        ..ListEventsRequest::default()
    });
    assert_eq!(chunks.expect("events").len(), 3);
    let two = app
        .grpc()
        .events(ListEventsRequest { after: 3, limit: 2, ..ListEventsRequest::default() })
        .expect("events");
    assert_eq!(two.iter().map(|event| event.seq).collect::<Vec<_>>(), [4, 5]);
    let entity = app.database.sql("SELECT r.pid('len', id) FROM legal_entity WHERE code = 'E2'");
    let key = app.key(&["integration"], Some(&[("legal_entity", &entity)]));
    let seen = Grpc::connect(app.runtime.handle().clone(), &app.grpc_url(), Some(&key))
        .events(ListEventsRequest::default())
        .expect("events");
    assert!(!seen.is_empty() && seen.iter().all(|event| event.legal_entity_id == entity), "{seen:?}");
}
