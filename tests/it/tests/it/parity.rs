//! What the two doors have in common, and why what only one has is not in the other.

use std::collections::BTreeSet;

use crate::contract::operations;
use crate::grpc_methods::methods;

/// gRPC methods and the REST operation that does the same. Giving a session up is asked of whoever may push on one door
/// (`push.run`: a machine ends what it began itself) and of whoever decides about sessions on the other (`push.confirm`: a
/// person ends what a machine left behind).
const SAME: &[(&str, &str)] = &[
    ("CreditService.Check", "create_credit_check"),
    ("CreditService.ReleaseReservation", "release_credit_reservation"),
    ("EventService.ListEvents", "read_events"),
    ("PushService.AbortSession", "abort_push_session"),
    ("PushService.GetSession", "get_push_session"),
];

/// gRPC methods without a REST twin, with the reason.
const GRPC_ONLY: &[(&str, &str)] = &[
    ("PushService.OpenSession", "bulk data is pushed over gRPC; REST reads what became of it"),
    ("PushService.PushChunks", "a stream of chunks with acknowledgements has no form in REST"),
    ("PushService.FinishSession", "belongs to the stream"),
];

/// Why everything else is in REST alone: gRPC holds what machines need in bulk or in milliseconds.
const REST_ONLY_TAGS: &[(&str, &str)] = &[
    ("access", "people and keys are managed from front ends"),
    ("audit", "read by people"),
    ("book", "moved by people and tests"),
    ("alerts", "told to people; machines read events"),
    ("attributes", "declared by people"),
    ("calendars", "kept by people"),
    ("catalogue", "texts for front ends"),
    ("credit", "ERPs check and give back; limits, releases and exposure are looked at by people"),
    ("customers", "ERPs push customers in bulk; people correct single ones"),
    ("dunning", "decided here, looked at and approved by people"),
    ("external", "reports come by file, by hand, or are fetched from here"),
    ("jobs", "watched by people"),
    ("ledger", "ERPs push; front ends and BI read"),
    ("messages", "sent here, looked at by people"),
    ("models", "trained and looked at by people"),
    ("organisation", "set up by people"),
    ("push", "front ends look at what ERPs pushed"),
    ("rates", "a few figures a day"),
    ("rules", "written by people"),
    ("scenarios", "written by people"),
    ("scoring", "started and looked at by people"),
    ("templates", "written by people"),
];

#[test]
fn every_grpc_method_has_its_rest_twin_or_a_reason() {
    let methods = methods().into_iter().collect::<BTreeSet<_>>();
    let listed =
        SAME.iter().chain(GRPC_ONLY).map(|(method, _)| (*method).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(methods, listed, "a method must stand in SAME or, with a reason, in GRPC_ONLY");
    let operations = operations().into_iter().map(|o| o.id).collect::<BTreeSet<_>>();
    for (method, operation) in SAME {
        assert!(operations.contains(*operation), "{method} names {operation}, which REST does not have");
    }
}

#[test]
fn every_rest_operation_has_its_grpc_twin_or_a_reason() {
    let document: serde_json::Value = serde_json::from_str(&server::commands::openapi()).expect("JSON");
    let twins = SAME.iter().map(|(_, operation)| *operation).collect::<BTreeSet<_>>();
    let paths = document["paths"].as_object().expect("paths");
    let mut unknown = BTreeSet::new();
    for operation in paths.values().flat_map(|item| item.as_object().expect("operations").values()) {
        let Some(id) = operation["operationId"].as_str().filter(|id| !twins.contains(id)) else { continue };
        let tag = operation["tags"][0].as_str().unwrap_or_default();
        if !REST_ONLY_TAGS.iter().any(|(known, _)| *known == tag) {
            unknown.insert(format!("{id} (tag {tag:?})"));
        }
    }
    assert!(unknown.is_empty(), "parity.rs: say why gRPC has no such thing: {unknown:?}");
}
