//! What a chunk is answered with: enough to correct every row, never more than a client takes.

use std::collections::BTreeSet;

use prost::Message as _;
use proto::v1::push_chunks_request::Rows;
use proto::v1::{PushChunksRequest, PushChunksResponse, ReceivableRow, ReceivableRows, RowOutcome};
use testkit::app::TestApp;
use testkit::push::invoice;
use tokio_stream::StreamExt as _;
use tonic::Status;
use tonic::codec::CompressionEncoding;

const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");
/// What a client takes that was told nothing else, in most languages.
const DEFAULT_LIMIT: usize = 4 * 1024 * 1024;

/// Account `A1` with nothing open.
fn book() -> TestApp {
    TestApp::with_receivables(Vec::new())
}

/// Sends one chunk as a client does that sets no limits.
fn send(app: &TestApp, chunk: PushChunksRequest, gzip: bool) -> Result<PushChunksResponse, Status> {
    let grpc = app.grpc();
    let mut client = proto::v1::push_service_client::PushServiceClient::new(grpc.channel());
    if gzip {
        client = client.accept_compressed(CompressionEncoding::Gzip);
    }
    app.runtime.block_on(async {
        let answers = client.push_chunks(grpc.request(tokio_stream::once(chunk))).await?;
        answers.into_inner().next().await.expect("an answer")
    })
}

fn chunk(session: &str, rows: Vec<ReceivableRow>) -> PushChunksRequest {
    let rows = Some(Rows::Receivables(ReceivableRows { rows }));
    PushChunksRequest { session_id: session.to_owned(), chunk_no: 1, rows }
}

/// A row with several wrong fields.
fn spoilt(id: String, keys: &[&str]) -> ReceivableRow {
    let mut row = invoice(&id, "A1", "10.00", DATES);
    row.dimensions = keys.iter().map(|key| ((*key).to_owned(), "x".to_owned())).collect();
    row
}

#[test]
fn a_chunk_of_which_every_row_is_wrong_is_answered_within_the_limits_of_any_client() {
    let app = book();
    let short =
        (0..10_000).map(|n| spoilt(format!("F{n}"), &["Sales Org", "Branch No", "Rep. Code", "Cost Centre"]));
    let (id, key) = ("K".repeat(122), "Ñ".repeat(80));
    let long = (0..10_000).map(|n| spoilt(format!("{id}{n}"), &[&key]));
    for (case, rows) in [("short", short.collect::<Vec<_>>()), ("long", long.collect())] {
        let push = app.push("ERP-E1");
        let chunk = chunk(&push.session.id, rows);
        let plain = send(&app, chunk.clone(), false).unwrap_or_else(|e| panic!("{case}: {e}"));
        assert!(plain.encoded_len() < DEFAULT_LIMIT * 3 / 4 + 64 * 1024, "{case}: {}", plain.encoded_len());
        assert!(plain.outcomes().all(|outcome| outcome == RowOutcome::Rejected));
        let told = plain.issues.iter().map(|issue| issue.row).collect::<BTreeSet<_>>();
        assert_eq!(told.len(), 10_000, "{case}: every row says at least once what is wrong");
        let keys = if case == "short" { 4 } else { 1 };
        let all = i32::try_from(plain.issues.len()).expect("a count") + plain.issues_omitted;
        assert_eq!(all, 10_000 * keys, "{case}");
        // Sent again, it is answered from the record.
        let again = send(&app, chunk, true).unwrap_or_else(|e| panic!("{case}: {e}"));
        assert!(again.replayed);
        assert_eq!((again.issues, again.issues_omitted), (plain.issues, plain.issues_omitted));
        app.grpc().abort(&push.session.id).expect("given up");
    }
}

#[test]
fn a_row_says_at_most_three_things_and_first_why_it_was_refused() {
    let app = book();
    let mut rows = vec![spoilt("F1".to_owned(), &["Key 1", "Key 2", "Key 3", "Key 4"])];
    // Refused late, after three notices of a row that seemed good.
    let mut noticed = invoice("F2", "A1", "100.00", DATES);
    noticed.shipped_on = "2026-01-10".to_owned();
    noticed.goods_received_on = "2026-01-09".to_owned();
    noticed.vat = ["50", "60"]
        .map(|base| proto::v1::VatRow {
            base: base.to_owned(),
            rate: "21".to_owned(),
            quota: "1".to_owned(),
            ..proto::v1::VatRow::default()
        })
        .to_vec();
    rows.push(noticed.clone());
    let push = app.push("ERP-E1").receivables(rows);
    assert_eq!(push.outcomes(), [RowOutcome::Rejected, RowOutcome::Created]);
    let answer = push.answers.last().expect("an answer");
    let told = |row: i32| answer.issues.iter().filter(|issue| issue.row == row).count();
    assert_eq!((told(0), told(1), answer.issues_omitted), (3, 3, 2));
    noticed.currency = "USD".to_owned();
    let push = push.receivables(vec![noticed]);
    assert_eq!(push.issues()[0], "0 currency receivable.currency_changed");
}
