//! Lives through the book day by day: the ERP pushes, the dunning runs, the mails leave, as they would.

use std::time::Duration;

use app::App;
use app::access::api_keys::{CreateApiKey, create_api_key};
use app::access::authenticate::system_ctx;
use app::book::move_clock::move_clock;
use app::ctx::Ctx;
use app::dunning::actions::approve_many;
use app::dunning::lists::{ACTIONS, DUNNING_RUNS};
use app::dunning::run::{StartRun, start_run};
use app::dunning::work::work_once;
use app::dunning::{CHUNK_GROUPS, STANDARD};
use app::lists::{ListRequest, list};
use app::organisation::create_legal_entity::{CreateLegalEntity, create_legal_entity};
use app::organisation::create_mandant::{CreateMandant, create_mandant};
use app::organisation::create_source::{CreateSource, create_source};
use app::organisation::lists::SOURCES;
use app::organisation::{LegalEntitySettings, Letterhead, Signatory};
use bridge::crypto::SystemCrypto;
use chrono::{Datelike as _, Days, NaiveTime, Weekday};
use domain::access::Role;
use indicatif::{ProgressBar, ProgressStyle};
use kernel::id::{ActionId, LegalEntityId, MandantId};
use kernel::page::PageSize;
use kernel::{Date, Error, Instant, Outcome};
use proto::v1::push_chunks_request::Rows;
use proto::v1::{
    AccountRows, ContactRows, EntryRows, InstrumentRows, OpenSessionRequest, PartyRows, PushMode,
    ReceivableRows, SessionState,
};
use serde_json::Value;

use super::{Day, Portfolio};
use crate::push_client::{CHUNK_ROWS, PushClient};
use crate::wire::Wired;

/// The source the demo pushes under.
pub(super) const SOURCE: &str = "ERP-DEMO";

/// How long a proposal waits for the collector of the demo.
const PROPOSALS_WAIT_DAYS: u64 = 4;

/// Between two looks at a run that the worker carries out.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// A demo under way.
pub struct Drive<'w> {
    wired: &'w Wired,
    client: PushClient,
    entity: LegalEntityId,
    /// The key of an administrator, for the person who looks at the demo.
    pub key: String,
}

/// Makes a key of an administrator.
///
/// # Errors
/// Those of the use case.
pub fn new_key(app: &App) -> Outcome<String> {
    let cmd = CreateApiKey {
        name: "demo".to_owned(),
        roles: vec![Role::Administrator],
        permissions: None,
        all_rights: true,
        rights: Vec::new(),
        expires_at: None,
    };
    Ok(create_api_key(app, &SystemCrypto, &ctx(app), &cmd)?.value.secret)
}

/// Whether a book is the demo's.
///
/// # Errors
/// `database.unavailable`.
pub fn is_demo(app: &App) -> Outcome<bool> {
    let request =
        ListRequest { filters: vec![("code".to_owned(), SOURCE.to_owned())], ..ListRequest::default() };
    Ok(!list(app, &ctx(app), &SOURCES, &request)?.items.is_empty())
}

/// When the clock stands there, the whole book was lived through.
pub fn last_moment(last: Date) -> Instant {
    at(last, 15)
}

fn push_failed(status: &tonic::Status) -> Error {
    Error::with(&app::codes::INTERNAL, format!("the push door refused: {}", status.message()))
}

impl<'w> Drive<'w> {
    /// Makes the seller, its source and a key, and connects to the door.
    ///
    /// # Errors
    /// Those of the use cases; when the door does not answer.
    pub async fn prepare(wired: &'w Wired, grpc_url: &str, first: Date) -> Outcome<Self> {
        let app = wired.api.app.clone();
        move_clock(&app, &ctx(&app), at(first, 5))?;
        let entity = organise(&app)?;
        let key = new_key(&app)?;
        let client = PushClient::connect(grpc_url, &key, None).await;
        let client = client.map_err(|e| Error::new(&app::codes::INTERNAL).caused_by(e))?;
        Ok(Self { wired, client, entity, key })
    }

    /// Lives through every working day of the book; dunning begins on `dunning_from`.
    ///
    /// # Errors
    /// Those of the door and of the use cases.
    pub async fn live(
        &mut self,
        book: &Portfolio,
        (first, last): (Date, Date),
        dunning_from: Date,
    ) -> Outcome<()> {
        let days = first.iter_days().take_while(|day| *day <= last).filter(|day| is_working(*day));
        let days = days.collect::<Vec<_>>();
        let bar = ProgressBar::new(u64::try_from(days.len()).unwrap_or_default());
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} days, {eta} left") {
            bar.set_style(style);
        }
        let nothing = Day::default();
        for (number, day) in (1_i64..).zip(days) {
            bar.set_message(day.to_string());
            self.move_to(day, 6)?;
            let starts = number == 1;
            let customers = if starts { customers(book) } else { Vec::new() };
            let events = book.days.get(&day).unwrap_or(&nothing);
            self.push(day, number, customers.into_iter().chain(events_of(events)).collect()).await?;
            if day >= dunning_from {
                self.dun().await?;
                self.approve(day)?;
                self.move_to(day, 10)?;
                self.send().await?;
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        let app = &self.wired.api.app;
        move_clock(app, &ctx(app), last_moment(last)).map(drop)
    }

    fn move_to(&self, day: Date, hour: u32) -> Outcome<()> {
        let app = &self.wired.api.app;
        move_clock(app, &ctx(app), at(day, hour)).map(drop)
    }

    async fn push(&mut self, day: Date, sequence: i64, chunks: Vec<Rows>) -> Outcome<()> {
        let asked = OpenSessionRequest {
            source: SOURCE.to_owned(),
            mode: PushMode::Delta.into(),
            as_of: day.to_string(),
            sequence,
            ..OpenSessionRequest::default()
        };
        let session = self.client.open(asked).await.map_err(|e| push_failed(&e))?;
        let pushed = self.client.push(&session, chunks, |answer| {
            let counts = answer.counts.unwrap_or_default();
            if let Some(issue) =
                answer.issues.iter().find_map(|i| i.issue.as_ref()).filter(|_| counts.rejected > 0)
            {
                tracing::warn!(
                    field = issue.field,
                    code = issue.code,
                    "a row of the demo was rejected: {}",
                    issue.message
                );
            }
        });
        pushed.await.map_err(|e| push_failed(&e))?;
        let finished = self.client.finish(&session.id, Vec::new()).await.map_err(|e| push_failed(&e))?;
        let state = finished.session.map(|session| session.state()).unwrap_or_default();
        if state != SessionState::Finished {
            return Err(Error::with(
                &app::codes::INTERNAL,
                format!("the session of {day} ended as {state:?}"),
            ));
        }
        Ok(())
    }

    /// The day's run, to its end, so that the clock stands still meanwhile. The worker of the open doors may have taken it.
    async fn dun(&self) -> Outcome<()> {
        let app = &self.wired.api.app;
        let cmd = StartRun { legal_entity: self.entity, business_on: None, dry_run: false };
        start_run(app, &ctx(app), &cmd)?;
        loop {
            while work_once(app, CHUNK_GROUPS, &|| false)? {}
            if !self.is_dunning()? {
                return Ok(());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    fn is_dunning(&self) -> Outcome<bool> {
        let app = &self.wired.api.app;
        let filters = vec![("state".to_owned(), "running".to_owned())];
        let running =
            list(app, &ctx(app), &DUNNING_RUNS, &ListRequest { filters, ..ListRequest::default() })?;
        Ok(!running.items.is_empty())
    }

    /// A collector approves what was proposed some days ago; what is newer is left for whoever looks at the demo.
    fn approve(&self, day: Date) -> Outcome<()> {
        let app = &self.wired.api.app;
        let request = ListRequest {
            filters: vec![("state".to_owned(), "proposed".to_owned())],
            size: PageSize::try_new(500)?,
            ..ListRequest::default()
        };
        let page = list(app, &ctx(app), &ACTIONS, &request)?;
        let until = day.checked_sub_days(Days::new(PROPOSALS_WAIT_DAYS)).unwrap_or(day).to_string();
        let text =
            |item: &Value, name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let old = page.items.iter().filter(|item| text(item, "decided_on") <= until);
        let ids = old.map(|item| ActionId::parse(&text(item, "id"))).collect::<Outcome<Vec<_>>>()?;
        approve_many(app, &ctx(app), &ids).map(drop)
    }

    async fn send(&self) -> Outcome<()> {
        while self.wired.sender.send_one().await?.is_some() {}
        Ok(())
    }
}

fn is_working(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

fn at(day: Date, hour: u32) -> Instant {
    let time = NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
    day.and_time(time).and_utc()
}

pub(super) fn ctx(app: &App) -> Ctx {
    system_ctx("demo", app.clock.now())
}

fn organise(app: &App) -> Outcome<LegalEntityId> {
    let mandant = CreateMandant { code: "DEMO".to_owned(), name: "Grupo Muestra".to_owned() };
    let mandant = create_mandant(app, &ctx(app), &mandant)?.value.id;
    let cmd = CreateLegalEntity {
        mandant: MandantId(mandant),
        code: "MUESTRA".to_owned(),
        settings: LegalEntitySettings {
            name: "Suministros Muestra, S.A.".to_owned(),
            tax_id: Some("A58818501".to_owned()),
            country: "ES".to_owned(),
            time_zone: "Europe/Madrid".to_owned(),
            language: "es".to_owned(),
            currency: "EUR".to_owned(),
            calendar_code: "ES".to_owned(),
            address: vec!["Calle de la Constitución, 118".to_owned(), "28045 Madrid".to_owned()],
            payee_name: None,
            payee_iban: Some("ES9121000418450200051332".to_owned()),
            payee_bic: Some("CAIXESBBXXX".to_owned()),
            letterhead: Letterhead {
                lines: vec!["Tel. +34 910 000 000 · cobros@muestra.example".to_owned()],
                footer: vec!["Registro Mercantil de Madrid, tomo 12345, folio 67, hoja M-89012".to_owned()],
            },
            signatory: Signatory {
                name: "Begoña Núñez Ávila".to_owned(),
                role: "Departamento de Créditos".to_owned(),
            },
            sender_name: Some("Suministros Muestra, S.A.".to_owned()),
            sender_email: Some("cobros@muestra.example".to_owned()),
            reply_to: None,
            mail_relay: None,
            scenario_code: Some(STANDARD.to_owned()),
            run_at: Some("07:30".to_owned()),
            stale_after_hours: 96,
            interest_segments: Vec::new(),
        },
    };
    let entity = LegalEntityId(create_legal_entity(app, &ctx(app), &cmd)?.value.id);
    let source = CreateSource {
        legal_entity: entity,
        code: SOURCE.to_owned(),
        name: "ERP de muestra".to_owned(),
        gates_dunning: true,
        snapshot_close_max_percent: 20,
    };
    create_source(app, &ctx(app), &source)?;
    Ok(entity)
}

fn chunks<T: Clone>(rows: &[T], wrap: fn(Vec<T>) -> Rows) -> impl Iterator<Item = Rows> {
    rows.chunks(CHUNK_ROWS).map(move |some| wrap(some.to_vec()))
}

fn customers(book: &Portfolio) -> Vec<Rows> {
    let parties = chunks(&book.parties, |rows| Rows::Parties(PartyRows { rows }));
    let accounts = chunks(&book.accounts, |rows| Rows::Accounts(AccountRows { rows }));
    let contacts = chunks(&book.contacts, |rows| Rows::Contacts(ContactRows { rows }));
    parties.chain(accounts).chain(contacts).collect()
}

fn events_of(day: &Day) -> impl Iterator<Item = Rows> {
    let receivables = chunks(&day.receivables, |rows| Rows::Receivables(ReceivableRows { rows }));
    let instruments = chunks(&day.instruments, |rows| Rows::Instruments(InstrumentRows { rows }));
    let entries = chunks(&day.entries, |rows| Rows::Entries(EntryRows { rows }));
    receivables.chain(instruments).chain(entries)
}
