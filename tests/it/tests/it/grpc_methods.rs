//! The methods of our gRPC services, and how to call each: what the guards over all methods stand on.

use proto::v1::push_chunks_request::Rows;
use proto::v1::{
    CheckRequest, Checkpoint, FinishSessionRequest, ListEventsRequest, OpenSessionRequest, PartyRows,
    PushChunksRequest, PushMode,
};
use testkit::push::{Grpc, party};
use tonic::Status;

/// Every method, `Service.Method`, from the contracts.
pub(crate) fn methods() -> Vec<String> {
    let folder = crate::golden::repository().join("proto/recobra/v1");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the contracts") {
        let text = std::fs::read_to_string(entry.expect("a file").path()).expect("a contract");
        let mut service = "";
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("service ") {
                service = name.split_whitespace().next().expect("a name");
            }
            if let Some(name) = line.trim_start().strip_prefix("rpc ") {
                found.push(format!("{service}.{}", name.split('(').next().expect("a name")));
            }
        }
    }
    assert!(found.len() > 4, "{found:?}");
    found
}

/// A delta session of the source `ERP-E1`.
pub(crate) fn delta(sequence: i64) -> OpenSessionRequest {
    OpenSessionRequest {
        source: "ERP-E1".to_owned(),
        mode: PushMode::Delta.into(),
        as_of: "2026-03-04".to_owned(),
        sequence,
        ..OpenSessionRequest::default()
    }
}

/// The first chunk of a session: the party `P7`.
pub(crate) fn first_chunk(session_id: &str) -> PushChunksRequest {
    let rows = Some(Rows::Parties(PartyRows { rows: vec![party("P7", "Siete")] }));
    PushChunksRequest { session_id: session_id.to_owned(), chunk_no: 1, rows }
}

/// Calls a method, on a session or to open the one of this sequence, and returns its answer as text.
///
/// # Errors
/// What it refuses with.
///
/// # Panics
/// When the method is unknown here, so that a new one is looked at.
pub(crate) fn call(grpc: &Grpc, method: &str, session: &str, sequence: i64) -> Result<String, Status> {
    match method {
        "PushService.OpenSession" => grpc.open(delta(sequence)).map(|answer| format!("{answer:?}")),
        "PushService.PushChunks" => grpc.chunk(first_chunk(session)).map(|answer| format!("{answer:?}")),
        "PushService.FinishSession" => {
            let asked = FinishSessionRequest { session_id: session.to_owned(), control_totals: Vec::new() };
            grpc.finish(asked).map(|answer| format!("{answer:?}"))
        }
        "CreditService.Check" => {
            let asked = CheckRequest {
                source: "ERP-E1".to_owned(),
                account_external_id: "A1".to_owned(),
                amount: "10".to_owned(),
                currency: "EUR".to_owned(),
                checkpoint: Checkpoint::Order.into(),
                ..CheckRequest::default()
            };
            grpc.check(asked).map(|answer| format!("{answer:?}"))
        }
        "CreditService.ReleaseReservation" => grpc
            .release_reservation("rsv_00000000000000000000000000000001")
            .map(|answer| format!("{answer:?}")),
        "PushService.AbortSession" => grpc.abort(session).map(|answer| format!("{answer:?}")),
        "PushService.GetSession" => grpc.session(session).map(|answer| format!("{answer:?}")),
        "EventService.ListEvents" => {
            let first = ListEventsRequest { limit: 5, ..ListEventsRequest::default() };
            grpc.events(first).map(|answer| format!("{answer:?}"))
        }
        other => panic!("grpc_methods.rs: say how to call {other}"),
    }
}
