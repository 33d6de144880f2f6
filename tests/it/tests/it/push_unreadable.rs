//! Text that is no UTF-8, anywhere in a message: refused before it is anything, and the session goes on.

use proto::v1::push_chunks_request::Rows;
use proto::v1::{GetSessionResponse, PushChunksRequest, PushChunksResponse, ReceivableRows};
use testkit::app::TestApp;
use testkit::push::{Grpc, account, code, invoice, party};
use tonic::{Code, Status};

const NO_UTF8: &[u8] = &[0xff, 0xfe];
const DATES: (&str, &str) = ("2026-01-15", "2026-02-15");

/// On the wire the same as a request that names a session, but the name may be any bytes.
#[derive(Clone, PartialEq, prost::Message)]
struct RawNamed {
    #[prost(bytes = "vec", tag = "1")]
    session_id: Vec<u8>,
}

/// The same as a chunk of receivables of which a printed number may be any bytes.
#[derive(Clone, PartialEq, prost::Message)]
struct RawChunk {
    #[prost(string, tag = "1")]
    session_id: String,
    #[prost(int32, tag = "2")]
    chunk_no: i32,
    #[prost(message, optional, tag = "6")]
    receivables: Option<RawRows>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct RawRows {
    #[prost(message, repeated, tag = "1")]
    rows: Vec<RawRow>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct RawRow {
    #[prost(string, tag = "1")]
    external_id: String,
    #[prost(bytes = "vec", tag = "4")]
    document_no: Vec<u8>,
}

/// The first answer to a stream of one message.
fn streamed<M: prost::Message + Default + Clone + Send + Sync + 'static>(
    grpc: &Grpc,
    message: M,
) -> Result<Option<PushChunksResponse>, Status> {
    let path = "/recobra.v1.PushService/PushChunks".parse().expect("a path");
    grpc.runtime().block_on(async {
        let mut client = tonic::client::Grpc::new(grpc.channel());
        client.ready().await.expect("a connection");
        let codec = tonic_prost::ProstCodec::<M, PushChunksResponse>::default();
        let answers = client.streaming(grpc.request(tokio_stream::once(message)), path, codec).await?;
        answers.into_inner().message().await
    })
}

#[test]
fn text_that_is_no_utf8_is_refused_before_it_is_anything() {
    let app = TestApp::start();
    app.entity("E1");
    let push = app.push("ERP-E1").parties(vec![party("P1", "Ibarra")]).accounts(vec![account("A1", "P1")]);
    let (grpc, session) = (app.grpc(), push.session.id.clone());
    let path = "/recobra.v1.PushService/GetSession".parse().expect("a path");
    let in_a_call = app.runtime.block_on(async {
        let mut client = tonic::client::Grpc::new(grpc.channel());
        client.ready().await.expect("a connection");
        let codec = tonic_prost::ProstCodec::<RawNamed, GetSessionResponse>::default();
        client.unary(grpc.request(RawNamed { session_id: NO_UTF8.to_vec() }), path, codec).await.map(drop)
    });
    let in_a_chunk = streamed(&grpc, RawNamed { session_id: NO_UTF8.to_vec() }).map(drop);
    let row = |document_no: &[u8]| RawRow { external_id: "F1".to_owned(), document_no: document_no.to_vec() };
    let chunk = |document_no: &[u8]| RawChunk {
        session_id: session.clone(),
        chunk_no: 3,
        receivables: Some(RawRows { rows: vec![row(b"F1"), row(document_no)] }),
    };
    let in_a_row = streamed(&grpc, chunk(NO_UTF8)).map(drop);
    for (place, refused) in [("a call", in_a_call), ("a chunk", in_a_chunk), ("a row", in_a_row)] {
        let refused = refused.expect_err(place);
        let found = (refused.code(), code(&refused));
        assert_eq!(found, (Code::InvalidArgument, "request.message_unreadable".to_owned()), "in {place}");
    }
    assert_eq!(app.database.sql("SELECT max(last_chunk) FROM push_session"), "2", "nothing was taken");
    let rows = Some(Rows::Receivables(ReceivableRows { rows: vec![invoice("F1", "A1", "10.00", DATES)] }));
    grpc.chunk(PushChunksRequest { session_id: session.clone(), chunk_no: 3, rows })
        .expect("the session goes on");
    // The same bytes would be read if they were text: it is their being none that was refused.
    let again = streamed(&grpc, RawChunk { chunk_no: 4, ..chunk("F2".as_bytes()) }).expect("it is read");
    assert_eq!(again.expect("an answer").chunk_no, 4);
}
