//! Scores: of one party when asked, of the whole portfolio in one run, with the reason of every point; what people say above
//! them, and the accounts they rest on.

pub mod codes;
pub mod facts;
pub mod lists;
pub mod overrides;
pub mod rating;
pub mod replay;
pub mod run;
pub mod score;
pub mod statements;
pub mod store;
pub mod work;

use domain::attributes::AttributeOwner;
use domain::credit::rule_sets::{RuleKind, RuleSet as _};
use domain::credit::scoring::evaluate::CompiledScorecard;
use domain::credit::scoring::scorecard::{Scorecard, parse};
use kernel::id::PartyId;
use kernel::{Error, Outcome};
use uuid::Uuid;

use super::rule_sets::RuleSetVersion;
use crate::ctx::Ctx;
use crate::customers::lists::PARTIES;
use crate::lists::not_found;
use crate::store::ReadTx;

/// It counts where none is named, and is the one that decisions read.
pub use domain::credit::scoring::scorecard::STANDARD;
/// Parties scored in one step of a run.
pub const CHUNK_PARTIES: i64 = 2_000;

/// The party that stands for the risk of one that the caller may reach.
///
/// # Errors
/// `not_found`, also for one out of reach.
pub(crate) fn risk_of(ctx: &Ctx, tx: &mut (impl ReadTx + ?Sized), party: PartyId) -> Outcome<Uuid> {
    let key = party.to_string();
    tx.find(ctx, &PARTIES, &key)?.ok_or_else(|| not_found(PARTIES.resource, &key))?;
    tx.risk_party_of(party.0)
}

/// The scorecard in force.
///
/// # Errors
/// `scorecard.active_missing`.
pub(super) fn active(tx: &mut (impl ReadTx + ?Sized), code: &str) -> Outcome<RuleSetVersion> {
    let missing = || Error::with(&codes::ACTIVE_MISSING, format!("no version of {code:?} is in force"));
    tx.active_rule_set(RuleKind::Scorecard, code)?.ok_or_else(missing)
}

/// A version made ready.
///
/// # Errors
/// `rule.document_invalid`, `rule.invalid`.
pub(super) fn compiled(
    tx: &mut (impl ReadTx + ?Sized),
    version: &RuleSetVersion,
) -> Outcome<CompiledScorecard> {
    let schema = Scorecard::schema(tx.declared_attributes()?);
    CompiledScorecard::compile(parse(&version.document)?, version.version, &schema)
}

/// The owner whose declared attributes a scorecard may read: it scores parties.
const OWNER: AttributeOwner = AttributeOwner::Party;
