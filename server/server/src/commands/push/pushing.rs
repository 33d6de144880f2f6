//! One push: session, chunks, refusals, finish; gone on with when the connection is lost.

use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::imports::rows::Origin;
use domain::imports::targets::Entity;
use domain::imports::{Dialect, Profile, RowError};
use indicatif::{ProgressBar, ProgressStyle};
use kernel::clock::Clock as _;
use proto::v1::{
    FinishSessionResponse, OpenSessionRequest, PushChunksRequest, PushChunksResponse, PushMode, RowCounts,
    RowOutcome, Session,
};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::arguments::{Mode, PushArgs};
use super::chunks::Chunk;
use super::faults::{Cut, in_words, is_lost};
use super::reading::{self, Read, Source};
use super::refusals::Refusals;
use super::summary;
use crate::cli::{Failure, print, say};
use crate::ports::BookClock;
use crate::push_client::{ConnectError, PushClient};

/// How often a lost connection is sought again.
const ATTEMPTS: u64 = 5;
/// Notices about accepted rows that are shown.
const NOTICES: usize = 10;
/// Rows were refused.
const REFUSED: u8 = 3;
/// A person must look at the session.
const WAITS: u8 = 4;

pub(super) struct Pushing<'a> {
    arguments: &'a PushArgs,
    source: Source,
    client: PushClient,
    asked: OpenSessionRequest,
    refusals: Arc<Mutex<Refusals>>,
    bar: ProgressBar,
    /// Chunks whose results are known here.
    answered: i32,
    counts: RowCounts,
    notices: Vec<String>,
}

/// What the rows of a chunk under way are, and where each comes from.
type Sent = Arc<Mutex<HashMap<i32, (Entity, Vec<Origin>)>>>;

impl<'a> Pushing<'a> {
    pub(super) async fn connect(
        arguments: &'a PushArgs,
        (profile, dialect): (Profile, Dialect),
        key: &str,
        authority: Option<&str>,
    ) -> Result<Self, Failure> {
        let client = PushClient::connect(&arguments.url, key, authority).await;
        let client = client.map_err(|e| {
            let untrusted = matches!(e, ConnectError::Untrusted { .. });
            let hint = if untrusted { "\n--ca-file names the authority that signed it." } else { "" };
            Failure::Work(format!("{e}{hint}"))
        })?;
        let now = BookClock::real().now();
        let today = || now.with_timezone(&chrono::Local).date_naive().to_string();
        let mode = match arguments.mode {
            Mode::Delta => PushMode::Delta,
            Mode::Snapshot => PushMode::Snapshot,
        };
        let asked = OpenSessionRequest {
            source: arguments.source.clone(),
            mode: mode.into(),
            as_of: arguments.as_of.clone().unwrap_or_else(today),
            sequence: arguments.sequence.unwrap_or_else(|| now.timestamp_millis()),
            dry_run: arguments.dry_run,
            legal_entity: String::new(),
        };
        Ok(Self {
            arguments,
            source: Source { profile, dialect },
            client,
            asked,
            refusals: Arc::new(Mutex::new(Refusals::new(arguments.errors_file()))),
            bar: bar(&arguments.file),
            answered: 0,
            counts: RowCounts::default(),
            notices: Vec::new(),
        })
    }

    /// Pushes and tells what it came to.
    pub(super) async fn run(&mut self) -> Result<ExitCode, Failure> {
        if let Some(session) = &self.arguments.give_up {
            self.client.abort(session).await.map_err(|e| Failure::Work(in_words(&e)))?;
        }
        let (session, read) = self.push().await?;
        self.bar.finish_and_clear();
        let mut lines = summary::rows(&read, self.counts, &self.notices);
        if let Some(broken) = &read.broken {
            self.give_up(&session, &mut lines).await?;
            lines.push(format!("the file could not be read to its end: {broken}"));
            return told(&lines, ExitCode::FAILURE);
        }
        lines.extend(self.lock().told());
        let refused = self.lock().count() > 0;
        if refused
            && self.arguments.mode == Mode::Snapshot
            && !(self.arguments.finish_incomplete || self.arguments.dry_run)
        {
            self.give_up(&session, &mut lines).await?;
            lines.push(
                "a snapshot closes what it lacks, so it was not finished: correct the file and push it whole, or \
                 push it with --finish-incomplete"
                    .to_owned(),
            );
            return told(&lines, ExitCode::from(REFUSED));
        }
        let finished = self.finish(&session).await?;
        lines.extend(summary::ending(&finished));
        let code = match (finished.session.is_some_and(|s| summary::waits(&s)), refused) {
            (true, _) => ExitCode::from(WAITS),
            (false, true) => ExitCode::from(REFUSED),
            (false, false) => ExitCode::SUCCESS,
        };
        told(&lines, code)
    }

    /// Chunks until the file's end. A lost connection is sought again, and the session gone on with.
    async fn push(&mut self) -> Result<(Session, Read), Failure> {
        let mut attempt = 1;
        loop {
            let failed = match self.client.open(self.asked.clone()).await {
                Ok(session) => match self.stream(&session).await {
                    Ok(read) => return Ok((session, read)),
                    Err(failed) => failed,
                },
                Err(status) => Cut::Status(status),
            };
            match failed {
                Cut::Status(status) => self.before_again(&status, attempt).await?,
                Cut::Local(text) => return Err(Failure::Work(text)),
            }
            attempt += 1;
        }
    }

    /// Waits before what a lost connection interrupted is tried again; whatever else went wrong ends the push.
    async fn before_again(&self, status: &Status, attempt: u64) -> Result<(), Failure> {
        // A dry run keeps nothing, so there is nothing to go on with.
        if !is_lost(status) || attempt >= ATTEMPTS || self.arguments.dry_run {
            return Err(self.failure(status));
        }
        self.bar.suspend(|| say(&format!("{}; trying again", in_words(status))));
        tokio::time::sleep(Duration::from_millis(500 * attempt * attempt)).await;
        Ok(())
    }

    /// One stream, from the first chunk whose result is not known here.
    async fn stream(&mut self, session: &Session) -> Result<Read, Cut> {
        self.bar.reset();
        let local = |e: std::io::Error| Cut::Local(format!("{}: {e}", self.arguments.file.display()));
        let started = reading::start(&self.arguments.file, &self.source, &self.bar, &self.refusals);
        let (chunks, reading) = started.map_err(local)?;
        let sent: Sent = Sent::default();
        let (known, id, noted) = (self.answered, session.id.clone(), Arc::clone(&sent));
        let mut number = 0;
        let requests = ReceiverStream::new(chunks).filter_map(move |chunk| {
            number += 1;
            if number <= known {
                return None;
            }
            let Chunk { rows, entity, origins } = chunk;
            noted.lock().unwrap_or_else(PoisonError::into_inner).insert(number, (entity, origins));
            Some(PushChunksRequest { session_id: id.clone(), chunk_no: number, rows: Some(rows) })
        });
        let mut answers = self.client.stream(requests).await?;
        while let Some(answer) = answers.next().await {
            let answer = answer?;
            let chunk = sent.lock().unwrap_or_else(PoisonError::into_inner).remove(&answer.chunk_no);
            let chunk = chunk.ok_or_else(|| Cut::Local(format!("no chunk {} was sent", answer.chunk_no)))?;
            self.take(&answer, chunk)?;
        }
        drop(answers);
        let read = reading.join().map_err(|_panic| Cut::Local("reading the file failed".to_owned()))?;
        let unanswered = sent.lock().unwrap_or_else(PoisonError::into_inner).len();
        if unanswered > 0 || !read.whole {
            return Err(Cut::Status(Status::unavailable("the server ended the stream early")));
        }
        Ok(read)
    }

    /// Takes note of one chunk's results.
    fn take(
        &mut self,
        answer: &PushChunksResponse,
        (entity, origins): (Entity, Vec<Origin>),
    ) -> Result<(), Cut> {
        let counts = answer.counts.unwrap_or_default();
        let rows = counts.created + counts.updated + counts.unchanged + counts.parked + counts.rejected;
        if usize::try_from(rows).ok() != Some(origins.len()) {
            return Err(Cut::Local(
                "this is not the file with which the session began: give that session up (--give-up) and push anew"
                    .to_owned(),
            ));
        }
        self.answered = answer.chunk_no;
        self.counts = plus(self.counts, counts);
        for issue in &answer.issues {
            let row = usize::try_from(issue.row).ok().and_then(|row| origins.get(row));
            let (Some(origin), Some(what)) = (row, &issue.issue) else { continue };
            let field = format!("{entity}.{}", what.field);
            let refused = RowError::refused(origin, &field, what.code.clone(), what.message.clone());
            if issue.outcome() == RowOutcome::Rejected {
                self.lock().note(&refused);
            } else if self.notices.len() < NOTICES {
                self.notices.push(refused.to_string());
            }
        }
        let all = self.counts;
        let all = all.created + all.updated + all.unchanged + all.parked + all.rejected;
        let millis = i64::try_from(self.bar.elapsed().as_millis()).unwrap_or(i64::MAX).max(1);
        self.bar.set_message(format!("{all} rows, {}/s", all.saturating_mul(1000) / millis));
        Ok(())
    }

    /// A lost answer is asked for again: a session that is finished already says what it is.
    async fn finish(&mut self, session: &Session) -> Result<FinishSessionResponse, Failure> {
        let mut attempt = 1;
        loop {
            let totals = self.arguments.control_totals.clone();
            match self.client.finish(&session.id, totals).await {
                Ok(finished) => return Ok(finished),
                Err(status) => self.before_again(&status, attempt).await?,
            }
            attempt += 1;
        }
    }

    async fn give_up(&mut self, session: &Session, lines: &mut Vec<String>) -> Result<(), Failure> {
        self.client.abort(&session.id).await.map_err(|e| self.failure(&e))?;
        lines.push(format!("the session was given up ({}); what it had taken stays", session.id));
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Refusals> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failure(&self, status: &Status) -> Failure {
        self.bar.finish_and_clear();
        let mut text = in_words(status);
        if self.answered > 0 && !self.arguments.dry_run {
            text = format!(
                "{text}\n{} chunks are kept. To go on after them, push the same file with --sequence {} --as-of {}.",
                self.answered, self.asked.sequence, self.asked.as_of
            );
        }
        Failure::Work(text)
    }
}

fn told(lines: &[String], code: ExitCode) -> Result<ExitCode, Failure> {
    print(&lines.join("\n")).map(|_| code)
}

fn plus(a: RowCounts, b: RowCounts) -> RowCounts {
    RowCounts {
        created: a.created + b.created,
        updated: a.updated + b.updated,
        unchanged: a.unchanged + b.unchanged,
        parked: a.parked + b.parked,
        rejected: a.rejected + b.rejected,
    }
}

fn bar(file: &std::path::Path) -> ProgressBar {
    let bytes = std::fs::metadata(file).map(|meta| meta.len()).unwrap_or_default();
    let bar = ProgressBar::new(bytes);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {percent}%  {msg}  {eta} left") {
        bar.set_style(style);
    }
    bar
}
