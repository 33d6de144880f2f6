//! `PushService`: sessions and chunks.

mod answers;
mod rehearsal;
mod rows;

use std::pin::Pin;

use app::push::ahead::{Recent, look_ahead};
use app::push::chunk::{CheckedRows, PushChunk, push_chunk};
use app::push::finish::finish_session;
use app::push::session::{OpenSession, abort_session, get_session, open_session};
use app::push::{ControlTotal, PushMode};
use bridge::CallFacts;
use kernel::id::PushSessionId;
use kernel::money::parse_decimal;
use kernel::text::shown;
use kernel::{Error, Outcome};
use prost::Message as _;
use proto::v1 as pb;
use proto::v1::push_service_server::PushService;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt as _};
use tonic::{Request, Response, Status, Streaming};

use crate::Door;
use crate::call::facts;
use crate::codes;
use crate::status::status;

pub(crate) struct PushDoor {
    door: Door,
}

impl PushDoor {
    pub(crate) fn new(door: Door) -> Self {
        Self { door }
    }
}

#[tonic::async_trait]
impl PushService for PushDoor {
    async fn open_session(
        &self,
        request: Request<pb::OpenSessionRequest>,
    ) -> Result<Response<pb::OpenSessionResponse>, Status> {
        let (api, facts) = (&self.door.api, facts(&self.door.api, request.metadata()));
        let asked = request.into_inner();
        let opened = api.run(facts.clone(), move |app, ctx| open_session(app, ctx, &opening(asked)?)).await;
        let session = opened.map_err(|e| status(&e, &facts))?;
        Ok(Response::new(pb::OpenSessionResponse { session: Some(answers::session(session)) }))
    }

    type PushChunksStream = Pin<Box<dyn Stream<Item = Result<pb::PushChunksResponse, Status>> + Send>>;

    async fn push_chunks(
        &self,
        request: Request<Streaming<pb::PushChunksRequest>>,
    ) -> Result<Response<Self::PushChunksStream>, Status> {
        let facts = facts(&self.door.api, request.metadata());
        let (sender, receiver) = mpsc::channel(1);
        tokio::spawn(take_chunks(self.door.clone(), facts, request.into_inner(), sender));
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }

    async fn finish_session(
        &self,
        request: Request<pb::FinishSessionRequest>,
    ) -> Result<Response<pb::FinishSessionResponse>, Status> {
        let (api, facts) = (&self.door.api, facts(&self.door.api, request.metadata()));
        let asked = request.into_inner();
        let work = move |app: &app::App, ctx: &app::ctx::Ctx| {
            let id = PushSessionId::parse(&asked.session_id)?;
            finish_session(app, ctx, id, &totals(&asked.control_totals)?)
        };
        let finished = api.run_on(&api.bulk, facts.clone(), work).await;
        Ok(Response::new(answers::finished(finished.map_err(|e| status(&e, &facts))?)))
    }

    async fn abort_session(
        &self,
        request: Request<pb::AbortSessionRequest>,
    ) -> Result<Response<pb::AbortSessionResponse>, Status> {
        let (api, facts) = (&self.door.api, facts(&self.door.api, request.metadata()));
        let id = request.into_inner().session_id;
        let aborted = api
            .run(facts.clone(), move |app, ctx| abort_session(app, ctx, PushSessionId::parse(&id)?))
            .await
            .map_err(|e| status(&e, &facts))?;
        Ok(Response::new(pb::AbortSessionResponse { session: Some(answers::session(aborted)) }))
    }

    async fn get_session(
        &self,
        request: Request<pb::GetSessionRequest>,
    ) -> Result<Response<pb::GetSessionResponse>, Status> {
        let (api, facts) = (&self.door.api, facts(&self.door.api, request.metadata()));
        let id = request.into_inner().session_id;
        let found = api
            .run(facts.clone(), move |app, ctx| get_session(app, ctx, PushSessionId::parse(&id)?))
            .await
            .map_err(|e| status(&e, &facts))?;
        Ok(Response::new(pb::GetSessionResponse { session: Some(answers::session(found)) }))
    }
}

/// What a stream of chunks is answered with.
type Answers = mpsc::Sender<Result<pb::PushChunksResponse, Status>>;

/// Chunks read and checked, ahead of the one being written.
type Arriving = mpsc::Receiver<Result<PushChunk, Status>>;
type Feed = mpsc::Sender<Result<PushChunk, Status>>;

/// Takes chunks one after another; a chunk is whole in memory before it waits for a permit, and no connection is held
/// between chunks. An error ends the stream: what was acknowledged stays, and the caller resumes after it.
async fn take_chunks(
    door: Door,
    facts: CallFacts,
    mut chunks: Streaming<pb::PushChunksRequest>,
    sender: Answers,
) {
    // Nothing is checked for a caller that nobody knows.
    let first = match chunks.next().await {
        None => return,
        Some(Ok(first)) => match begins_rehearsal(&door, &facts, &first).await {
            Ok(rehearsal) => Ok((rehearsal, first)),
            Err(error) => Err(status(&error, &facts)),
        },
        Some(Err(status)) => Err(status),
    };
    let (rehearsal, first) = match first {
        Ok(begun) => begun,
        // Nobody is left to tell when the caller has gone.
        Err(fault) => {
            drop(sender.send(Err(fault)).await);
            return;
        }
    };
    let (feed, arriving) = mpsc::channel(1);
    tokio::spawn(read_ahead(door.clone(), facts.clone(), (first, chunks), feed));
    if rehearsal {
        rehearsal::rehearse(&door, &facts, arriving, sender).await;
    } else {
        let (feed, looked) = mpsc::channel(1);
        tokio::spawn(look_ahead_of(door.clone(), facts.clone(), arriving, feed));
        write_all(&door, &facts, looked, sender).await;
    }
}

/// Reads and checks the next chunk while one is being written, until the stream ends or nobody takes them any more.
async fn read_ahead(
    door: Door,
    facts: CallFacts,
    (first, mut chunks): (pb::PushChunksRequest, Streaming<pb::PushChunksRequest>),
    feed: Feed,
) {
    let mut next = Some(Ok(first));
    while let Some(chunk) = next {
        let checked = match chunk {
            Ok(chunk) => door.api.checks.run(move || arrived(chunk)).await.map_err(|e| status(&e, &facts)),
            // The stream was cut, or a message was too large or no protobuf.
            Err(status) => Err(status),
        };
        let ended = checked.is_err();
        if feed.send(checked).await.is_err() || ended {
            return;
        }
        next = tokio::select! {
            chunk = chunks.next() => chunk,
            () = feed.closed() => return,
        };
    }
}

/// Looks the keys of a chunk up while the one before is being written and the one behind is being checked.
async fn look_ahead_of(door: Door, facts: CallFacts, mut checked: Arriving, feed: Feed) {
    while let Some(chunk) = checked.recv().await {
        let looked = match chunk {
            Ok(chunk) => look(&door, &facts, chunk).await.map_err(|e| status(&e, &facts)),
            Err(status) => Err(status),
        };
        let ended = looked.is_err();
        if feed.send(looked).await.is_err() || ended {
            return;
        }
    }
}

async fn look(door: &Door, facts: &CallFacts, mut chunk: PushChunk) -> Outcome<PushChunk> {
    let look = move |app: &app::App, ctx: &app::ctx::Ctx| {
        chunk.ahead = look_ahead(app, ctx, &chunk)?;
        Ok(chunk)
    };
    door.api.run_on(&door.api.bulk, facts.clone(), look).await
}

async fn write_all(door: &Door, facts: &CallFacts, mut arriving: Arriving, sender: Answers) {
    let api = &door.api;
    let mut recent = Recent::default();
    while let Some(chunk) = arriving.recv().await {
        let done = match chunk {
            Ok(chunk) => {
                let mut kept = std::mem::take(&mut recent);
                let write = move |app: &app::App, ctx: &app::ctx::Ctx| {
                    let result = push_chunk(app, ctx, &chunk, &mut kept)?;
                    Ok((result, kept))
                };
                let written = api.run_on(&api.bulk, facts.clone(), write).await;
                let written = written.map(|(result, kept)| {
                    recent = kept;
                    if !result.replayed {
                        (door.taken)(&result.counts);
                    }
                    result
                });
                written.map_err(|e| status(&e, facts))
            }
            Err(status) => Err(status),
        };
        let ended = done.is_err();
        // Sending fails when the caller has gone: the chunk is kept all the same, and answered again when it resumes.
        if sender.send(done.map(answers::chunk)).await.is_err() || ended {
            return;
        }
    }
}

async fn begins_rehearsal(door: &Door, facts: &CallFacts, chunk: &pb::PushChunksRequest) -> Outcome<bool> {
    let id = chunk.session_id.clone();
    let asked = move |app: &app::App, ctx: &app::ctx::Ctx| {
        app::push::rehearsal::begin_stream(app, ctx, PushSessionId::parse(&id)?)
    };
    door.api.run_on(&door.api.bulk, facts.clone(), asked).await
}

fn arrived(chunk: pb::PushChunksRequest) -> Outcome<PushChunk> {
    let encoded = chunk.encode_to_vec();
    let digest = bridge::fingerprint::of(&[&encoded]);
    let session = PushSessionId::parse(&chunk.session_id)?;
    let given = chunk.rows.ok_or_else(|| Error::field("rows", &codes::FIELD_MISSING, "a chunk has rows"))?;
    let rows = CheckedRows::new(rows::rows(given), encoded.contains(&0));
    Ok(PushChunk { session, chunk_no: chunk.chunk_no, rows, ahead: None, digest })
}

fn opening(asked: pb::OpenSessionRequest) -> Outcome<OpenSession> {
    let mode = match pb::PushMode::try_from(asked.mode) {
        Ok(pb::PushMode::Delta) => PushMode::Delta,
        Ok(pb::PushMode::Snapshot) => PushMode::Snapshot,
        Ok(pb::PushMode::Unspecified) => {
            return Err(Error::field("mode", &codes::FIELD_MISSING, "say delta or snapshot"));
        }
        Err(unknown) => {
            return Err(Error::field("mode", &codes::ENUM_UNKNOWN, unknown.to_string()));
        }
    };
    Ok(OpenSession {
        source: asked.source,
        mode,
        as_of: asked.as_of,
        sequence: asked.sequence,
        dry_run: asked.dry_run,
        legal_entity: Some(asked.legal_entity).filter(|code| !code.is_empty()),
    })
}

fn totals(stated: &[pb::ControlTotal]) -> Outcome<Vec<ControlTotal>> {
    let total = |(i, stated): (usize, &pb::ControlTotal)| {
        let open_amount = parse_decimal(&stated.open_amount).ok_or_else(|| {
            let field = format!("control_totals[{i}].open_amount");
            let message = format!("{:?} is not a plain decimal number", shown(&stated.open_amount));
            Error::field(field, &kernel::registry::codes::AMOUNT_INVALID, message)
        })?;
        Ok(ControlTotal {
            currency: stated.currency.clone(),
            account_group: stated.account_group.clone(),
            open_amount,
            open_count: stated.open_count,
        })
    };
    stated.iter().enumerate().map(total).collect()
}
