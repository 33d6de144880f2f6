//! How every mutating use case runs: once per idempotency key, as a dry run when asked, with its events.

use kernel::{Error, Outcome};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::App;
use crate::codes;
use crate::ctx::Ctx;
use crate::events::Recorded;
use crate::store::{Ending, KeyClaim, WriteTx};

/// The answer of a command.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer<T> {
    pub value: T,
    /// What was, or in a dry run would have been, recorded.
    pub events: Vec<Recorded>,
    pub dry_run: bool,
    /// Answered from the record of an earlier call with the same key.
    pub replayed: bool,
}

impl<T> Answer<T> {
    /// Keeps everything but the value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Answer<U> {
        Answer { value: f(self.value), events: self.events, dry_run: self.dry_run, replayed: self.replayed }
    }
}

/// Whether the answer of a command may be stored for replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    Stored,
    /// The answer holds a secret: a repeated call is told so instead of getting it again.
    Withheld,
}

/// Runs `f` as one command.
///
/// # Errors
/// Those of `f`; `idempotency.in_progress`, `idempotency.key_reused`, `idempotency.answer_withheld`.
pub fn run<T: Serialize + DeserializeOwned>(
    app: &App,
    ctx: &Ctx,
    operation: &'static str,
    f: impl FnMut(&mut dyn WriteTx) -> Outcome<T>,
) -> Outcome<Answer<T>> {
    run_with(app, ctx, (operation, Replay::Stored), f)
}

/// The same for answers that hold a secret.
///
/// # Errors
/// As [`run`].
pub fn run_withheld<T: Serialize + DeserializeOwned>(
    app: &App,
    ctx: &Ctx,
    operation: &'static str,
    f: impl FnMut(&mut dyn WriteTx) -> Outcome<T>,
) -> Outcome<Answer<T>> {
    run_with(app, ctx, (operation, Replay::Withheld), f)
}

fn run_with<T: Serialize + DeserializeOwned>(
    app: &App,
    ctx: &Ctx,
    (operation, replay): (&'static str, Replay),
    mut f: impl FnMut(&mut dyn WriteTx) -> Outcome<T>,
) -> Outcome<Answer<T>> {
    let ending = if ctx.dry_run { Ending::RollBack } else { Ending::Commit };
    app.store.transact_ending(operation, ending, |tx| {
        if ctx.idempotency.is_some()
            && let KeyClaim::Replay(kept) = tx.claim_key(ctx, operation)?
        {
            return replayed(ctx, kept.as_deref());
        }
        let value = f(tx)?;
        if ctx.idempotency.is_some() {
            let text = to_text(&value)?;
            tx.keep_answer(ctx, operation, (replay == Replay::Stored).then_some(text.as_str()))?;
        }
        Ok(Answer { value, events: tx.recorded().to_vec(), dry_run: ctx.dry_run, replayed: false })
    })
}

fn replayed<T: DeserializeOwned>(ctx: &Ctx, kept: Option<&str>) -> Outcome<Answer<T>> {
    let text = kept.ok_or_else(|| Error::new(&codes::IDEMPOTENCY_ANSWER_WITHHELD))?;
    // The error would name a value of the answer, which may be personal.
    let value = serde_json::from_str(text).map_err(|_unfit| {
        let cause = format!("a kept answer does not have the shape of {}", std::any::type_name::<T>());
        Error::new(&codes::INTERNAL).caused_by(cause)
    })?;
    Ok(Answer { value, events: Vec::new(), dry_run: ctx.dry_run, replayed: true })
}

fn to_text<T: Serialize>(value: &T) -> Outcome<String> {
    serde_json::to_string(value).map_err(|e| Error::new(&codes::INTERNAL).caused_by(e))
}

/// Compares the version the caller saw with the one that is.
///
/// # Errors
/// `version.mismatch`.
pub fn check_version(ctx: &Ctx, current: i64) -> Outcome<()> {
    match ctx.expected_version {
        Some(expected) if expected != current => Err(Error::with(
            &codes::VERSION_MISMATCH,
            format!("you saw version {expected}, it is now version {current}"),
        )),
        Some(_) | None => Ok(()),
    }
}
