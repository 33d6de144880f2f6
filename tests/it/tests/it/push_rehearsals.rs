//! What a dry run tells of its end: what it would close, whether it would be held, whether the totals would agree.

use proto::v1::push_chunks_request::Rows;
use proto::v1::{
    ControlTotal, FinishSessionRequest, FinishSessionResponse, OpenSessionRequest, PushChunksRequest,
    PushMode, ReceivableRow, ReceivableRows, SessionState,
};
use serde_json::json;
use testkit::app::TestApp;
use testkit::push::{account, code, invoice, party};
use tokio_stream::StreamExt as _;

const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

/// Account `A1` of segment `retail` with the open invoices `I1` of 100 and `I2` of 50.
fn book() -> TestApp {
    let app = TestApp::start();
    app.entity("E1");
    let mut retail = account("A1", "P1");
    retail.segment = "retail".to_owned();
    app.push("ERP-E1").parties(vec![party("P1", "Uno")]).accounts(vec![retail]).receivables(both()).finish();
    app
}

fn both() -> Vec<ReceivableRow> {
    vec![invoice("I1", "A1", "100.00", DATES), invoice("I2", "A1", "50.00", DATES)]
}

fn rehearsed(
    app: &TestApp,
    mode: PushMode,
    rows: Vec<ReceivableRow>,
    control_totals: Vec<ControlTotal>,
) -> FinishSessionResponse {
    let grpc = app.grpc();
    let session_id = dry_session(app, mode);
    if !rows.is_empty() {
        grpc.chunk(first_chunk(&session_id, rows)).expect("a chunk is answered");
    }
    grpc.finish(FinishSessionRequest { session_id, control_totals }).expect("an end")
}

fn dry_session(app: &TestApp, mode: PushMode) -> String {
    let asked = OpenSessionRequest {
        source: "ERP-E1".to_owned(),
        mode: mode.into(),
        as_of: app.now().date_naive().to_string(),
        sequence: 100,
        dry_run: true,
        ..OpenSessionRequest::default()
    };
    app.grpc().open(asked).expect("a session").id
}

fn first_chunk(session_id: &str, rows: Vec<ReceivableRow>) -> PushChunksRequest {
    let rows = Some(Rows::Receivables(ReceivableRows { rows }));
    PushChunksRequest { session_id: session_id.to_owned(), chunk_no: 1, rows }
}

fn total(account_group: &str, amount: &str, open_count: i64) -> ControlTotal {
    ControlTotal {
        currency: "EUR".to_owned(),
        account_group: account_group.to_owned(),
        open_amount: amount.to_owned(),
        open_count,
    }
}

/// State and reason, as told.
fn told(finished: &FinishSessionResponse) -> (SessionState, &str) {
    let session = finished.session.as_ref().expect("a session");
    (session.state(), &session.state_reason)
}

fn open(app: &TestApp) -> String {
    app.database.sql("SELECT string_agg(trim_scale(open_amount)::text, ' ' ORDER BY id) FROM receivable")
}

/// It promises what the real one would keep.
#[test]
fn a_dry_run_is_refused_where_the_real_session_would_be() {
    let app = book();
    app.push_snapshot("ERP-E1").receivables(both()).finish();
    let newest = app.database.sql("SELECT max(sequence) FROM push_session").parse().expect("a number");
    let asked = |sequence: i64, as_of: &str| OpenSessionRequest {
        source: "ERP-E1".to_owned(),
        mode: PushMode::Snapshot.into(),
        as_of: as_of.to_owned(),
        sequence,
        dry_run: true,
        ..OpenSessionRequest::default()
    };
    let refused = |asked| code(&app.grpc().open(asked).expect_err("refused"));
    assert_eq!(refused(asked(newest, "2026-03-04")), "push.sequence_old");
    assert_eq!(refused(asked(newest + 1, "2026-03-03")), "push.as_of_old");
    app.grpc().open(asked(newest + 1, "2026-03-04")).expect("a dry run");
}

#[test]
fn control_totals_are_compared_with_what_would_be_open() {
    let app = book();
    let rows = || vec![invoice("I3", "A1", "30.00", DATES)];
    let totals = vec![total("", "180.00", 3), total("retail", "180.00", 3)];
    let equal = rehearsed(&app, PushMode::Delta, rows(), totals);
    assert_eq!((told(&equal), equal.differences.len()), ((SessionState::Finished, ""), 0));
    let unequal =
        rehearsed(&app, PushMode::Delta, rows(), vec![total("", "150.00", 2), total("other", "1", 1)]);
    assert_eq!(told(&unequal), (SessionState::Finished, "push.control_unequal"));
    let found = unequal.differences.iter().map(|d| (d.found_amount.as_str(), d.found_count));
    assert_eq!(found.collect::<Vec<_>>(), [("180", 3), ("0", 0)]);
    assert_eq!(open(&app), "100 50", "nothing was kept");
}

#[test]
fn a_snapshot_that_would_be_held_says_so_and_holds_nobody_up() {
    let app = book();
    let held = rehearsed(&app, PushMode::Snapshot, vec![invoice("I1", "A1", "100.00", DATES)], Vec::new());
    assert_eq!(told(&held), (SessionState::Finished, "push.snapshot_shrunk"));
    assert_eq!(held.closed, 0);
    let id = held.session.expect("a session").id;
    let shown = app.get(&format!("/v1/push-sessions/{id}")).expect(200);
    let counts = (&shown["snapshot_open_count"], &shown["snapshot_missing_count"]);
    assert_eq!(counts, (&json!(2), &json!(1)));
    let finished = app.push_snapshot("ERP-E1").receivables(both()).finish();
    assert_eq!(told(&finished), (SessionState::Finished, ""));
    assert_eq!(open(&app), "100 50");
}

#[test]
fn a_snapshot_tells_what_it_would_close() {
    let app = book();
    app.database.sql("UPDATE source SET snapshot_close_max_percent = 50");
    let rows = vec![invoice("I1", "A1", "100.00", DATES)];
    let finished = rehearsed(&app, PushMode::Snapshot, rows, vec![total("", "100.00", 1)]);
    assert_eq!((told(&finished), finished.closed), ((SessionState::Finished, ""), 1));
    assert_eq!(open(&app), "100 50", "nothing was closed");
}

#[test]
fn a_snapshot_of_nothing_lacks_everything() {
    let app = book();
    let held = rehearsed(&app, PushMode::Snapshot, Vec::new(), Vec::new());
    assert_eq!(told(&held), (SessionState::Finished, "push.snapshot_shrunk"));
    assert_eq!(held.session.expect("a session").snapshot_missing_count, 2);
}

#[test]
fn a_dry_run_is_not_finished_before_its_stream() {
    let app = book();
    let grpc = app.grpc();
    let id = dry_session(&app, PushMode::Delta);
    let finish = || grpc.finish(FinishSessionRequest { session_id: id.clone(), control_totals: Vec::new() });
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let mut client = grpc.push_client();
    let mut answers = grpc.runtime().block_on(async {
        sender.send(first_chunk(&id, both())).await.expect("sent");
        let stream = tokio_stream::wrappers::ReceiverStream::new(receiver);
        let mut answers = client.push_chunks(grpc.request(stream)).await.expect("a stream").into_inner();
        answers.next().await.expect("an answer").expect("it is taken");
        answers
    });
    let refused = finish().expect_err("more may come");
    assert_eq!(code(&refused), "push.rehearsal_under_way");
    drop(sender);
    assert!(grpc.runtime().block_on(answers.next()).is_none());
    assert_eq!(told(&finish().expect("an end")), (SessionState::Finished, ""));
}

#[test]
fn a_dry_run_whose_stream_broke_off_has_no_end() {
    let app = book();
    let grpc = app.grpc();
    let id = dry_session(&app, PushMode::Snapshot);
    let without_rows = PushChunksRequest { session_id: id.clone(), chunk_no: 2, rows: None };
    let mut client = grpc.push_client();
    grpc.runtime().block_on(async {
        let chunks = tokio_stream::iter([first_chunk(&id, both()), without_rows]);
        let mut answers = client.push_chunks(grpc.request(chunks)).await.expect("a stream").into_inner();
        answers.next().await.expect("an answer").expect("the first chunk is taken");
        assert_eq!(
            code(&answers.next().await.expect("an answer").expect_err("a chunk has rows")),
            "request.field_missing"
        );
    });
    let finish = || grpc.finish(FinishSessionRequest { session_id: id.clone(), control_totals: Vec::new() });
    assert_eq!(code(&finish().expect_err("what was to come is not known")), "push.rehearsal_under_way");
    grpc.chunk(first_chunk(&id, both())).expect("it is sent again");
    assert_eq!(told(&finish().expect("an end")), (SessionState::Finished, ""));
}
