//! One call: who, under which rights, with which promises.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use app::access::{Bearer, Session};
use app::codes::DATABASE_UNAVAILABLE;
use app::command::Answer;
use app::credit::check::{CheckCredit, CreditCheck, check, unseen};
use app::ctx::{Ctx, IdempotencyKey, Locale};
use app::{App, access};
use kernel::id::CreditCheckId;
use kernel::{Error, ErrorKind, Instant, Outcome};

use crate::attempts::{AddressThrottle, StrangerLocks};
use crate::exec::Executor;
use crate::fingerprint::Fingerprints;
use crate::known::KnownCallers;

/// Whoever is to ship waits no longer for a credit check: a thousand times what one takes.
const CHECK_ANSWERS_WITHIN: Duration = Duration::from_secs(4);

/// What both doors hold.
#[derive(Clone)]
pub struct Api {
    pub app: App,
    /// Ordinary requests.
    pub requests: Executor,
    /// Push chunks: permits of their own, so that a bulk push and a credit check do not starve each other.
    pub bulk: Executor,
    /// Long reads.
    pub reports: Executor,
    /// Dry runs of a push, each of which holds its connection as long as its stream runs.
    pub rehearsals: Executor,
    /// Checking what came before the database is asked: as many permits as there are cores.
    pub checks: Executor,
    /// Issues and checks our own tokens.
    pub tokens: Arc<dyn access::TokenIssuer>,
    pub crypto: Arc<dyn access::Crypto>,
    /// Wrong sign-ins of logins that do not exist.
    pub strangers: Arc<StrangerLocks>,
    /// Wrong sign-ins by address.
    pub throttle: Arc<AddressThrottle>,
    /// Callers seen lately, for answers that cannot wait for the database.
    pub known: Arc<KnownCallers>,
    /// Fingerprints requests for their idempotency keys.
    pub fingerprints: Fingerprints,
    /// Sets letters.
    pub press: Arc<dyn app::messages::Press>,
    /// Composes mails for the configured relays.
    pub courier: Arc<dyn app::messages::Courier>,
}

/// What a door reads off a request before anybody is known.
#[derive(Debug, Clone)]
pub struct CallFacts {
    /// The text after `Bearer `, when the header was there.
    pub bearer: Option<String>,
    pub request_id: String,
    pub locale: Locale,
    pub idempotency: Option<IdempotencyKey>,
    pub dry_run: bool,
    pub reason: Option<String>,
    pub expected_version: Option<i64>,
}

/// The text of a header that people write: UTF-8 as programs send it, or else Latin-1, all that browsers can.
pub fn header_text(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes)
        .map_or_else(|_| bytes.iter().copied().map(char::from).collect(), str::to_owned);
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

impl Api {
    /// Runs one use case for the caller: authentication and work share the thread and the permit.
    ///
    /// # Errors
    /// `auth.missing`, `auth.invalid`, `auth.expired`; `overloaded`; those of the use case.
    pub async fn run<T: Send + 'static>(
        &self,
        facts: CallFacts,
        work: impl FnOnce(&App, &Ctx) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        self.run_on(&self.requests, facts, work).await
    }

    /// Runs a credit check: the one use case that answers while the database is away, to callers seen lately.
    ///
    /// # Errors
    /// As [`Api::run`].
    pub async fn check_credit(&self, facts: CallFacts, asked: CheckCredit) -> Outcome<Answer<CreditCheck>> {
        let answer = match self.check_in_time(facts.clone(), asked.clone()).await {
            Err(error) if error.kind() == ErrorKind::Unavailable => {
                let (now, bearer) = (self.app.clock.now(), facts.bearer.clone().unwrap_or_default());
                let Some(session) = self.known.find(&bearer, now) else { return Err(error) };
                let ctx = context_of(session, facts, now);
                let cause = error.code().text;
                let answer = unseen(&self.app, &ctx, &asked, error)?;
                log_unseen(&ctx, (&asked, cause), &answer.value);
                answer
            }
            done => done?,
        };
        Ok(answer)
    }

    /// Who waits for a database that neither answers nor refuses, or for a worker, is answered as if it were away. What was asked is not
    /// done any more then, unless it was about to be committed; its key keeps it from being done twice.
    async fn check_in_time(&self, facts: CallFacts, asked: CheckCredit) -> Outcome<Answer<CreditCheck>> {
        let (app, tokens, known) = (self.app.clone(), Arc::clone(&self.tokens), Arc::clone(&self.known));
        let answered = Arc::new(AtomicBool::new(false));
        let given_up = Arc::clone(&answered);
        let work = self.requests.run(move || {
            let ctx = known_context(&app, tokens.as_ref(), &known, facts)?;
            check(&app, &ctx, &asked, &answered)
        });
        let late = |_| {
            given_up.store(true, Ordering::Release);
            Error::new(&DATABASE_UNAVAILABLE).caused_by("no answer in time").retry_after(2)
        };
        tokio::time::timeout(CHECK_ANSWERS_WITHIN, work).await.map_err(late)?
    }

    /// What signing in needs.
    pub fn sign_in_ports(&self) -> access::sign_in::SignInPorts<'_> {
        access::sign_in::SignInPorts {
            crypto: self.crypto.as_ref(),
            tokens: self.tokens.as_ref(),
            strangers: self.strangers.as_ref(),
        }
    }

    /// The same through another door of the house.
    ///
    /// # Errors
    /// As [`Api::run`].
    pub async fn run_on<T: Send + 'static>(
        &self,
        executor: &Executor,
        facts: CallFacts,
        work: impl FnOnce(&App, &Ctx) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let app = self.app.clone();
        let tokens = Arc::clone(&self.tokens);
        executor
            .run(move || {
                let ctx = context(&app, tokens.as_ref(), facts)?;
                work(&app, &ctx)
            })
            .await
    }
}

/// All that is recorded later: a server that is stopped before that leaves it in its log alone.
fn log_unseen(ctx: &Ctx, (asked, cause): (&CheckCredit, &str), given: &CreditCheck) {
    let (checkpoint, outcome) = (given.checkpoint.to_string(), given.verdict.outcome.to_string());
    let CreditCheck { amount, currency, reference, .. } = given;
    let CheckCredit { account_id, source, account_external_id, on_failure, .. } = asked;
    tracing::warn!(check = %CreditCheckId(given.id), account_id, source, account_external_id, reference, %amount, currency,
        checkpoint, outcome, on_failure, cause, actor = %ctx.principal.id, "answered a credit check unseen");
}

/// The same for callers seen lately, where the database does not say who calls.
fn known_context(
    app: &App,
    tokens: &dyn access::TokenIssuer,
    known: &KnownCallers,
    facts: CallFacts,
) -> Outcome<Ctx> {
    let bearer = facts.bearer.clone().unwrap_or_default();
    match context(app, tokens, facts.clone()) {
        Ok(ctx) => {
            let session = Session { principal: ctx.principal.clone(), scope: ctx.scope.clone() };
            known.keep(&bearer, session, ctx.now);
            Ok(ctx)
        }
        Err(error) if error.kind() == ErrorKind::Unavailable => {
            let now = app.clock.now();
            known.find(&bearer, now).map(|session| context_of(session, facts, now)).ok_or(error)
        }
        Err(error) => Err(error),
    }
}

/// Authenticates and builds the context. Reads the clock once: the whole call has one `now`.
///
/// # Errors
/// `auth.missing`, `auth.invalid`, `auth.expired`.
pub fn context(app: &App, tokens: &dyn access::TokenIssuer, facts: CallFacts) -> Outcome<Ctx> {
    let now = app.clock.now();
    let bearer = Bearer::parse(facts.bearer.as_deref())?;
    access::authenticate(app, tokens, &bearer, now).map(|session| context_of(session, facts, now))
}

fn context_of(Session { principal, scope }: Session, facts: CallFacts, now: Instant) -> Ctx {
    Ctx {
        principal,
        scope,
        now,
        request_id: facts.request_id,
        locale: facts.locale,
        idempotency: facts.idempotency,
        dry_run: facts.dry_run,
        reason: facts.reason,
        expected_version: facts.expected_version,
    }
}
