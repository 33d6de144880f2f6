//! `EventService`: the gapless feed.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use app::ctx::Ctx;
use app::events::SequencedEvent;
use domain::access::{Permission, Scope};
use kernel::Outcome;
use kernel::id::{AccountId, LegalEntityId};
use kernel::text::hex;
use proto::v1::event_service_server::EventService;
use proto::v1::{Event, ListEventsRequest, ListEventsResponse};
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use crate::Door;
use crate::call::facts;
use crate::status::status;

/// Events read at once.
const BATCH: u32 = 1000;
/// How often a follower that has caught up looks again.
const FOLLOW_EVERY: Duration = Duration::from_millis(250);
/// Events waiting for a slow reader.
const BUFFER: usize = 256;

pub(crate) struct EventDoor {
    door: Door,
}

impl EventDoor {
    pub(crate) fn new(door: Door) -> Self {
        Self { door }
    }
}

#[tonic::async_trait]
impl EventService for EventDoor {
    type ListEventsStream = Pin<Box<dyn Stream<Item = Result<ListEventsResponse, Status>> + Send>>;

    async fn list_events(
        &self,
        request: Request<ListEventsRequest>,
    ) -> Result<Response<Self::ListEventsStream>, Status> {
        let facts = facts(&self.door.api, request.metadata());
        let asked = request.into_inner();
        let (sender, receiver) = mpsc::channel(BUFFER);
        let reader = Reader { door: self.door.clone(), asked, facts: facts.clone(), sender };
        // The first look decides whether the caller may read at all.
        let first = reader.read(reader.asked.after).await.map_err(|e| status(&e, &facts))?;
        tokio::spawn(reader.send_all(first));
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }
}

struct Reader {
    door: Door,
    asked: ListEventsRequest,
    facts: bridge::CallFacts,
    sender: mpsc::Sender<Result<ListEventsResponse, Status>>,
}

/// A batch: how far it read, and what of it the caller may and wants to see.
struct Batch {
    last: Option<i64>,
    full: bool,
    events: Vec<SequencedEvent>,
}

impl Reader {
    /// Rights are read anew for every batch, so that a revoked key ends its stream.
    async fn read(&self, after: i64) -> Outcome<Batch> {
        let (feed, kinds) = (Arc::clone(&self.door.feed), self.asked.kinds.clone());
        let api = &self.door.api;
        api.run_on(&api.reports, self.facts.clone(), move |_, ctx| {
            ctx.require(Permission::EventRead)?;
            let mut events = feed.events_after(after, BATCH)?;
            let last = events.last().map(|event| event.seq);
            let full = u32::try_from(events.len()).is_ok_and(|n| n >= BATCH);
            events.retain(|event| may_see(ctx, event) && (kinds.is_empty() || kinds.contains(&event.kind)));
            Ok(Batch { last, full, events })
        })
        .await
    }

    async fn send_all(self, first: Batch) {
        let mut left = if self.asked.limit > 0 { self.asked.limit } else { i64::MAX };
        let mut after = self.asked.after;
        let mut batch = first;
        loop {
            after = batch.last.unwrap_or(after);
            let full = batch.full;
            for event in batch.events {
                if left == 0 || self.sender.send(Ok(answer(event))).await.is_err() {
                    return;
                }
                left -= 1;
            }
            if left == 0 || (!full && (!self.asked.follow || self.wait().await.is_err())) {
                return;
            }
            batch = match self.read(after).await {
                Ok(batch) => batch,
                Err(error) => {
                    drop(self.sender.send(Err(status(&error, &self.facts))).await);
                    return;
                }
            };
        }
    }

    /// `Err` when the server stops or the caller has gone.
    async fn wait(&self) -> Result<(), ()> {
        let mut stopping = self.door.stopping.clone();
        tokio::select! {
            () = tokio::time::sleep(FOLLOW_EVERY) => Ok(()),
            _ = stopping.wait_for(|stopping| *stopping) => Err(()),
            () = self.sender.closed() => Err(()),
        }
    }
}

/// Who sees only some legal entities sees only their events.
fn may_see(ctx: &Ctx, event: &SequencedEvent) -> bool {
    match ctx.scope {
        Scope::All => true,
        Scope::Limited { .. } => event.legal_entity_id.is_some_and(|id| ctx.scope.includes_legal_entity(id)),
    }
}

fn answer(event: SequencedEvent) -> ListEventsResponse {
    let event = Event {
        seq: event.seq,
        id: event.id.to_string(),
        recorded_at: event.recorded_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        kind: event.kind,
        subject_kind: event.subject_kind,
        subject_id: event.subject_id.map(|id| id.to_string()).unwrap_or_default(),
        account_id: event.account_id.map(|id| AccountId(id).to_string()).unwrap_or_default(),
        legal_entity_id: event.legal_entity_id.map(|id| LegalEntityId(id).to_string()).unwrap_or_default(),
        actor_kind: event.actor_kind,
        actor_name: event.actor_name,
        reason: event.reason.unwrap_or_default(),
        request_id: event.request_id,
        payload_json: event.payload.unwrap_or_default(),
        hash: hex(&event.hash),
    };
    ListEventsResponse { event: Some(event) }
}
