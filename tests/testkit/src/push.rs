//! Pushing data as an ERP does, over gRPC, with rows that state only what matters.

use proto::v1::credit_service_client::CreditServiceClient;
use proto::v1::event_service_client::EventServiceClient;
use proto::v1::push_chunks_request::Rows;
use proto::v1::push_service_client::PushServiceClient;
use proto::v1::{
    AbortSessionRequest, AccountRow, AccountRows, CheckRequest, CheckResponse, ContactRow, ContactRows,
    ControlTotal, DeliveryRow, DeliveryRows, EntryRow, EntryRows, Event, FinishSessionRequest,
    FinishSessionResponse, GetSessionRequest, InstrumentRow, InstrumentRows, ListEventsRequest,
    OpenSessionRequest, OrderRow, OrderRows, PartyRow, PartyRows, PushChunksRequest, PushChunksResponse,
    PushMode, ReceivableRow, ReceivableRows, ReleaseReservationRequest, ReleaseReservationResponse,
    RowOutcome, Session,
};
use tokio::runtime::Handle;
use tokio_stream::StreamExt as _;
use tonic::metadata::MetadataValue;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use tonic_types::StatusExt as _;

use crate::app::TestApp;

/// A client of both services, with a key.
#[derive(Clone)]
pub struct Grpc {
    runtime: Handle,
    channel: Channel,
    key: Option<String>,
}

impl Grpc {
    /// Connects to a server, with a key or as a stranger.
    pub fn connect(runtime: Handle, url: &str, key: Option<&str>) -> Self {
        let endpoint = Endpoint::from_shared(url.to_owned()).expect("an address");
        let channel = runtime.block_on(endpoint.connect()).unwrap_or_else(|e| panic!("{url}: {e}"));
        Self { runtime, channel, key: key.map(str::to_owned) }
    }

    /// A request with the key.
    pub fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        if let Some(key) = &self.key {
            let bearer = MetadataValue::try_from(format!("Bearer {key}")).expect("a header");
            request.metadata_mut().insert("authorization", bearer);
        }
        request
    }

    pub fn push_client(&self) -> PushServiceClient<Channel> {
        PushServiceClient::new(self.channel.clone()).max_encoding_message_size(64 * 1024 * 1024)
    }

    pub fn runtime(&self) -> &Handle {
        &self.runtime
    }

    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// Opens a session.
    pub fn open(&self, asked: OpenSessionRequest) -> Result<Session, Status> {
        let mut client = self.push_client();
        let opened = self.runtime.block_on(client.open_session(self.request(asked)))?;
        Ok(opened.into_inner().session.expect("a session"))
    }

    /// Sends one chunk in a stream of its own.
    pub fn chunk(&self, chunk: PushChunksRequest) -> Result<PushChunksResponse, Status> {
        let mut client = self.push_client();
        self.runtime.block_on(async {
            let answers = client.push_chunks(self.request(tokio_stream::once(chunk))).await?;
            let mut answers = answers.into_inner();
            let answer = answers.next().await.expect("an answer for the chunk")?;
            assert!(answers.next().await.is_none(), "one answer for one chunk");
            Ok(answer)
        })
    }

    pub fn finish(&self, asked: FinishSessionRequest) -> Result<FinishSessionResponse, Status> {
        let mut client = self.push_client();
        self.runtime.block_on(client.finish_session(self.request(asked))).map(tonic::Response::into_inner)
    }

    pub fn abort(&self, session_id: &str) -> Result<Session, Status> {
        let mut client = self.push_client();
        let asked = AbortSessionRequest { session_id: session_id.to_owned() };
        let aborted = self.runtime.block_on(client.abort_session(self.request(asked)))?;
        Ok(aborted.into_inner().session.expect("a session"))
    }

    pub fn session(&self, session_id: &str) -> Result<Session, Status> {
        let mut client = self.push_client();
        let asked = GetSessionRequest { session_id: session_id.to_owned() };
        let found = self.runtime.block_on(client.get_session(self.request(asked)))?;
        Ok(found.into_inner().session.expect("a session"))
    }

    /// What a credit check answers.
    pub fn check(&self, asked: CheckRequest) -> Result<CheckResponse, Status> {
        let mut client = CreditServiceClient::new(self.channel.clone());
        Ok(self.runtime.block_on(client.check(self.request(asked)))?.into_inner())
    }

    /// The same, with the promise that a repeated call is the same one.
    pub fn check_once(&self, key: &str, asked: CheckRequest) -> Result<CheckResponse, Status> {
        let mut client = CreditServiceClient::new(self.channel.clone());
        let mut request = self.request(asked);
        request.metadata_mut().insert("idempotency-key", MetadataValue::try_from(key).expect("a header"));
        Ok(self.runtime.block_on(client.check(request))?.into_inner())
    }

    /// Gives a reservation back.
    pub fn release_reservation(&self, id: &str) -> Result<ReleaseReservationResponse, Status> {
        let mut client = CreditServiceClient::new(self.channel.clone());
        let asked = ReleaseReservationRequest { reservation_id: id.to_owned() };
        Ok(self.runtime.block_on(client.release_reservation(self.request(asked)))?.into_inner())
    }

    /// The events that this answers with, to its end.
    pub fn events(&self, asked: ListEventsRequest) -> Result<Vec<Event>, Status> {
        let mut client = EventServiceClient::new(self.channel.clone());
        self.runtime.block_on(async {
            let answers = client.list_events(self.request(asked)).await?.into_inner();
            answers.map(|answer| answer.map(|a| a.event.expect("an event"))).collect().await
        })
    }
}

/// The stable code of a status.
pub fn code(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}

/// A session under way.
pub struct Push {
    grpc: Grpc,
    pub session: Session,
    chunk_no: i32,
    /// Answers in order.
    pub answers: Vec<PushChunksResponse>,
}

impl TestApp {
    /// A server whose entity `E1` has the account `A1`, of the party `P1`, with these receivables.
    pub fn with_receivables(rows: Vec<ReceivableRow>) -> Self {
        let app = Self::start();
        app.entity("E1");
        let push = app.push("ERP-E1").parties(vec![party("P1", "Uno")]).accounts(vec![account("A1", "P1")]);
        let push = if rows.is_empty() { push } else { push.receivables(rows) };
        push.finish();
        app
    }

    /// A client as the administrator.
    pub fn grpc(&self) -> Grpc {
        Grpc::connect(self.runtime.handle().clone(), &self.grpc_url(), Some(&self.admin))
    }

    /// Opens a delta session of a source (`entity("E1")` makes the source `ERP-E1`) as of today.
    pub fn push(&self, source: &str) -> Push {
        self.push_in(source, PushMode::Delta)
    }

    /// Opens a snapshot session as of today.
    pub fn push_snapshot(&self, source: &str) -> Push {
        self.push_in(source, PushMode::Snapshot)
    }

    fn push_in(&self, source: &str, mode: PushMode) -> Push {
        let newest = self.database.sql("SELECT coalesce(max(sequence), 0) FROM push_session");
        let asked = OpenSessionRequest {
            source: source.to_owned(),
            mode: mode.into(),
            as_of: self.now().date_naive().to_string(),
            sequence: newest.parse::<i64>().expect("a number") + 1,
            ..OpenSessionRequest::default()
        };
        let grpc = self.grpc();
        let session = grpc.open(asked).unwrap_or_else(|e| panic!("open a session: {e}"));
        Push::resume(grpc, session)
    }
}

impl Push {
    /// Goes on with a session.
    pub fn resume(grpc: Grpc, session: Session) -> Self {
        let chunk_no = session.last_chunk;
        Self { grpc, session, chunk_no, answers: Vec::new() }
    }

    /// Sends one chunk and keeps its answer.
    ///
    /// # Panics
    /// When the chunk as a whole is refused.
    #[must_use]
    pub fn rows(mut self, rows: Rows) -> Self {
        let answer = self.try_rows(rows).unwrap_or_else(|e| panic!("push a chunk: {e}"));
        self.answers.push(answer);
        self
    }

    /// Sends one chunk.
    pub fn try_rows(&mut self, rows: Rows) -> Result<PushChunksResponse, Status> {
        let chunk = PushChunksRequest {
            session_id: self.session.id.clone(),
            chunk_no: self.chunk_no + 1,
            rows: Some(rows),
        };
        let answer = self.grpc.chunk(chunk)?;
        self.chunk_no += 1;
        Ok(answer)
    }

    #[must_use]
    pub fn parties(self, rows: Vec<PartyRow>) -> Self {
        self.rows(Rows::Parties(PartyRows { rows }))
    }

    #[must_use]
    pub fn accounts(self, rows: Vec<AccountRow>) -> Self {
        self.rows(Rows::Accounts(AccountRows { rows }))
    }

    #[must_use]
    pub fn contacts(self, rows: Vec<ContactRow>) -> Self {
        self.rows(Rows::Contacts(ContactRows { rows }))
    }

    #[must_use]
    pub fn receivables(self, rows: Vec<ReceivableRow>) -> Self {
        self.rows(Rows::Receivables(ReceivableRows { rows }))
    }

    #[must_use]
    pub fn instruments(self, rows: Vec<InstrumentRow>) -> Self {
        self.rows(Rows::Instruments(InstrumentRows { rows }))
    }

    #[must_use]
    pub fn entries(self, rows: Vec<EntryRow>) -> Self {
        self.rows(Rows::Entries(EntryRows { rows }))
    }

    #[must_use]
    pub fn orders(self, rows: Vec<OrderRow>) -> Self {
        self.rows(Rows::Orders(OrderRows { rows }))
    }

    #[must_use]
    pub fn deliveries(self, rows: Vec<DeliveryRow>) -> Self {
        self.rows(Rows::Deliveries(DeliveryRows { rows }))
    }

    /// Outcomes of the last chunk.
    pub fn outcomes(&self) -> Vec<RowOutcome> {
        let answer = self.answers.last().expect("a chunk was sent");
        answer.outcomes.iter().map(|o| RowOutcome::try_from(*o).expect("a known outcome")).collect()
    }

    /// `row field code` of each issue of the last chunk.
    pub fn issues(&self) -> Vec<String> {
        let answer = self.answers.last().expect("a chunk was sent");
        let text = |issue: &proto::v1::RowIssue| {
            let what = issue.issue.clone().unwrap_or_default();
            format!("{} {} {}", issue.row, what.field, what.code)
        };
        answer.issues.iter().map(text).collect()
    }

    /// Finishes, without control totals.
    pub fn finish(self) -> FinishSessionResponse {
        self.finish_with(Vec::new())
    }

    /// Finishes with control totals.
    pub fn finish_with(self, control_totals: Vec<ControlTotal>) -> FinishSessionResponse {
        let asked = FinishSessionRequest { session_id: self.session.id.clone(), control_totals };
        self.grpc.finish(asked).unwrap_or_else(|e| panic!("finish the session: {e}"))
    }
}

/// A Spanish company.
pub fn party(id: &str, name: &str) -> PartyRow {
    PartyRow {
        external_id: id.to_owned(),
        name: name.to_owned(),
        country: "ES".to_owned(),
        ..PartyRow::default()
    }
}

/// An account in euro.
pub fn account(id: &str, party: &str) -> AccountRow {
    AccountRow {
        external_id: id.to_owned(),
        party_external_id: party.to_owned(),
        name: format!("Cuenta {id}"),
        currency: "EUR".to_owned(),
        ..AccountRow::default()
    }
}

/// A contact that receives everything by e-mail.
pub fn contact(id: &str, account: &str, email: &str) -> ContactRow {
    ContactRow {
        external_id: id.to_owned(),
        account_external_id: account.to_owned(),
        name: format!("Contacto {id}"),
        email: email.to_owned(),
        ..ContactRow::default()
    }
}

/// An invoice in euro.
pub fn invoice(id: &str, account: &str, amount: &str, (issue_on, due_on): (&str, &str)) -> ReceivableRow {
    ReceivableRow {
        external_id: id.to_owned(),
        account_external_id: account.to_owned(),
        currency: "EUR".to_owned(),
        amount: amount.to_owned(),
        issue_on: issue_on.to_owned(),
        due_on: due_on.to_owned(),
        ..ReceivableRow::default()
    }
}

/// A payment in euro of one receivable; of none in particular when that is empty.
pub fn payment(id: &str, account: &str, receivable: &str, (amount, on): (&str, &str)) -> EntryRow {
    EntryRow {
        external_id: id.to_owned(),
        account_external_id: account.to_owned(),
        receivable_external_id: receivable.to_owned(),
        kind: "payment".to_owned(),
        amount: amount.to_owned(),
        currency: "EUR".to_owned(),
        effective_on: on.to_owned(),
        ..EntryRow::default()
    }
}

/// An order in euro: of so much, of which so much is not delivered.
pub fn order(id: &str, account: &str, (amount, open): (&str, &str)) -> OrderRow {
    OrderRow {
        external_id: id.to_owned(),
        account_external_id: account.to_owned(),
        currency: "EUR".to_owned(),
        amount: amount.to_owned(),
        open_amount: open.to_owned(),
        ordered_on: "2026-03-02".to_owned(),
        ..OrderRow::default()
    }
}

/// A delivery in euro that is not invoiced.
pub fn delivery(id: &str, account: &str, amount: &str) -> DeliveryRow {
    DeliveryRow {
        external_id: id.to_owned(),
        account_external_id: account.to_owned(),
        currency: "EUR".to_owned(),
        amount: amount.to_owned(),
        delivered_on: "2026-03-03".to_owned(),
        ..DeliveryRow::default()
    }
}
