//! The one door to the database.

use kernel::Outcome;

use crate::access::{AccessReads, AccessStore};
use crate::attributes::{AttributeReads, AttributeStore};
use crate::book::BookStore;
use crate::calendars::{CalendarReads, CalendarStore};
use crate::credit::alerts::store::{AlertReads, AlertStore};
use crate::credit::backtest::store::{BacktestReads, BacktestStore};
use crate::credit::concentration::ConcentrationReads;
use crate::credit::exposure::ExposureStore;
use crate::credit::external::store::{ExternalReads, ExternalStore};
use crate::credit::groups::{RiskReads, RiskStore};
use crate::credit::holders::HolderReads;
use crate::credit::learning::store::{LearningReads, LearningStore};
use crate::credit::limits::store::{LimitReads, LimitStore};
use crate::credit::report::ExposureReads;
use crate::credit::rule_sets::store::{RuleSetReads, RuleSetStore};
use crate::credit::scoring::store::{ScoringReads, ScoringStore};
use crate::credit::store::CreditStore;
use crate::credit::terms::store::{TermReads, TermStore};
use crate::customers::CustomerStore;
use crate::dunning::store::{DunningReads, DunningStore};
use crate::events::{EventFeed, EventStore};
use crate::jobs::JobStore;
use crate::ledger::{LedgerReads, LedgerStore};
use crate::lists::ListStore;
use crate::messages::MessageStore;
use crate::organisation::OrganisationStore;
use crate::push::PushStore;
use crate::rates::{RateReads, RateStore};
use crate::seed::SeedStore;

/// Whether a transaction is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Commit,
    /// A dry run: everything is done, then taken back.
    RollBack,
}

/// The only way to the database. Closures may run more than once (serialisation failures), so they must have no
/// effect but through `tx`.
pub trait Store: EventFeed + Send + Sync {
    /// Runs `f` in one read-write transaction.
    fn write(&self, name: &'static str, ending: Ending, f: &mut WriteFn<'_>) -> Outcome<()>;

    /// Runs `f` in one read-only snapshot (REPEATABLE READ), so that one answer is consistent in itself.
    fn read(&self, name: &'static str, f: &mut ReadFn<'_>) -> Outcome<()>;

    /// Runs `f` without a transaction: each statement sees what is committed by then. For what comes before every call, where a
    /// snapshot would cost more than what is read.
    fn glance(&self, name: &'static str, f: &mut ReadFn<'_>) -> Outcome<()>;
}

/// What [`Store::write`] runs.
pub type WriteFn<'f> = dyn FnMut(&mut dyn WriteTx) -> Outcome<()> + 'f;
/// What [`Store::read`] and [`Store::glance`] run.
pub type ReadFn<'f> = dyn FnMut(&mut dyn ReadTx) -> Outcome<()> + 'f;

/// Reads within one snapshot.
pub trait ReadTx:
    ListStore
    + AccessReads
    + AttributeReads
    + CalendarReads
    + ConcentrationReads
    + DunningReads
    + ExposureReads
    + BacktestReads
    + ExternalReads
    + HolderReads
    + LearningReads
    + RiskReads
    + LedgerReads
    + LimitReads
    + RateReads
    + RuleSetReads
    + AlertReads
    + ScoringReads
    + TermReads
{
}

/// Reads and writes within one transaction: one supertrait per context.
pub trait WriteTx:
    ReadTx
    + EventStore
    + IdempotencyStore
    + AccessStore
    + AttributeStore
    + OrganisationStore
    + PushStore
    + BookStore
    + CalendarStore
    + JobStore
    + RateStore
    + RuleSetStore
    + AlertStore
    + SeedStore
    + MessageStore
    + CustomerStore
    + ExposureStore
    + BacktestStore
    + ExternalStore
    + LearningStore
    + RiskStore
    + CreditStore
    + ScoringStore
    + LimitStore
    + TermStore
    + LedgerStore
    + DunningStore
{
    /// Runs `f` as a part of this transaction: where it fails, what it did is taken back and what was done before stays.
    fn attempt(&mut self, f: &mut WriteFn<'_>) -> Outcome<()>;
}

impl dyn Store + '_ {
    /// Runs `f` and keeps what it did.
    pub fn transact<T>(
        &self,
        name: &'static str,
        f: impl FnMut(&mut dyn WriteTx) -> Outcome<T>,
    ) -> Outcome<T> {
        self.transact_ending(name, Ending::Commit, f)
    }

    /// Runs `f`, keeping it or not.
    pub fn transact_ending<T>(
        &self,
        name: &'static str,
        ending: Ending,
        mut f: impl FnMut(&mut dyn WriteTx) -> Outcome<T>,
    ) -> Outcome<T> {
        let mut out = None;
        self.write(name, ending, &mut |tx| {
            out = Some(f(tx)?);
            Ok(())
        })?;
        out.ok_or_else(not_run)
    }

    /// Runs `f` on one consistent snapshot.
    pub fn view<T>(
        &self,
        name: &'static str,
        mut f: impl FnMut(&mut dyn ReadTx) -> Outcome<T>,
    ) -> Outcome<T> {
        let mut out = None;
        self.read(name, &mut |tx| {
            out = Some(f(tx)?);
            Ok(())
        })?;
        out.ok_or_else(not_run)
    }

    /// Runs `f` without a transaction, see [`Store::glance`].
    pub fn look<T>(
        &self,
        name: &'static str,
        mut f: impl FnMut(&mut dyn ReadTx) -> Outcome<T>,
    ) -> Outcome<T> {
        let mut out = None;
        self.glance(name, &mut |tx| {
            out = Some(f(tx)?);
            Ok(())
        })?;
        out.ok_or_else(not_run)
    }
}

fn not_run() -> kernel::Error {
    kernel::Error::new(&crate::codes::INTERNAL).caused_by("the store did not run the closure")
}

/// What an idempotency key turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyClaim {
    /// First call: go on, then store the answer.
    Fresh,
    /// Answered before with this JSON text; `None` when the answer held a secret and was not stored.
    Replay(Option<String>),
}

/// The port of idempotent commands.
pub trait IdempotencyStore {
    /// Claims the caller's key for this transaction.
    ///
    /// # Errors
    /// `idempotency.in_progress` while a twin runs, `idempotency.key_reused` for another operation or body.
    fn claim_key(&mut self, ctx: &crate::ctx::Ctx, operation: &'static str) -> Outcome<KeyClaim>;

    /// Stores the answer under the claimed key; `None` for answers with secrets.
    fn keep_answer(
        &mut self,
        ctx: &crate::ctx::Ctx,
        operation: &'static str,
        answer: Option<&str>,
    ) -> Outcome<()>;
}
