//! The decision: from what there is around an account to the verdict and what it was made of.

use domain::credit::check::{CheckReason, Situation, Verdict, decide};
use domain::credit::policy::{CheckOutcome, CreditPolicy};
use domain::credit::ready::ReadyPolicy;
use kernel::registry::codes::FX_RATE_MISSING;
use kernel::{Decimal, Outcome};

use super::{Asked, Basis};
use crate::credit::facts::{in_situation, of_account};
use crate::credit::standing::{CreditFacts, InCurrency};
use crate::credit::store::{FactsWanted, RiskAccount};
use crate::ctx::Ctx;
use crate::ledger::convert::{Convert, Rates};
use crate::store::WriteTx;

/// A verdict, with what the sale already holds.
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) basis: Basis,
    /// By its order and deliveries.
    pub(super) held: Decimal,
    /// It has a reservation.
    pub(super) reserved: bool,
}

impl Judged {
    /// Nothing was weighed.
    pub(super) fn plainly(outcome: CheckOutcome, code: &str) -> Self {
        Self { verdict: plain(outcome, code), basis: Basis::default(), held: Decimal::ZERO, reserved: false }
    }
}

pub(super) fn judge(
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (asked, account): (&Asked, &RiskAccount),
    ready: &ReadyPolicy,
) -> Outcome<Judged> {
    let policy = ready.policy();
    let wanted = FactsWanted {
        reference: asked.reference.as_deref(),
        overdue_of: ready.overdue_of(),
        // Only who takes headroom waits for others who do.
        alone: asked.reserve,
    };
    let facts = tx.credit_facts(account, &wanted, ctx.now)?;
    let rates = if facts.is_all_in(asked.currency, &policy.sub_limits_in(asked.currency)?) {
        None
    } else {
        let convert = Convert { to: asked.currency, source: policy.rate_source.clone() };
        Some(Rates::load(tx, &convert, account.today, ctx.now)?)
    };
    let money = InCurrency::new(asked.currency, rates.as_ref());
    let (situation, held) = looked_at(&facts, (asked, account), policy, &money)?;
    let own = of_account(tx, account, ready)?;
    let known = in_situation(own.clone(), &situation, (policy, account.today));
    let verdict = decide(policy, &situation, &|situation| {
        ready.fired(situation.checkpoint, &in_situation(own.clone(), situation, (policy, account.today)))
    });
    let basis = Basis::of(&known.only(ready.reads_at(asked.checkpoint)), &money.used());
    let mut judged = Judged { verdict, basis, held, reserved: facts.is_reserved() };
    // Nobody may release what is refused.
    if judged.verdict.outcome == CheckOutcome::Hold
        && let Some(reference) = &asked.reference
        && let Some(release) = tx.release_of(account.id, reference, ctx.now)?
        && money.amount(release.amount, &release.currency).is_ok_and(|released| asked.amount <= released)
    {
        judged.verdict = released(judged.verdict);
    }
    Ok(judged)
}

/// How everybody stands, and what the sale holds by its documents; nothing of either where a rate is missing.
fn looked_at(
    facts: &CreditFacts,
    (asked, account): (&Asked, &RiskAccount),
    policy: &CreditPolicy,
    money: &InCurrency<'_>,
) -> Outcome<(Situation, Decimal)> {
    let converted = facts
        .situation(account, policy, (asked.amount, asked.checkpoint), money)
        .and_then(|situation| Ok((situation, facts.held_by_documents(money)?)));
    match converted {
        Err(error) if error.code() == &FX_RATE_MISSING => {
            let unconverted = facts.unconverted(account, (asked.amount, asked.currency), asked.checkpoint);
            Ok((unconverted, Decimal::ZERO))
        }
        converted => converted,
    }
}

/// A person took the responsibility: what held the sale is told, and binds no more.
fn released(mut verdict: Verdict) -> Verdict {
    verdict.outcome = CheckOutcome::Allow;
    for reason in &mut verdict.reasons {
        reason.decisive = false;
    }
    verdict.unlocks.clear();
    verdict.reasons.insert(0, reason_of("release", CheckOutcome::Allow));
    verdict
}

fn reason_of(code: &str, outcome: CheckOutcome) -> CheckReason {
    CheckReason { code: code.to_owned(), outcome, priority: None, decisive: true }
}

/// A verdict that nothing was weighed for.
pub(in crate::credit) fn plain(outcome: CheckOutcome, code: &str) -> Verdict {
    Verdict {
        outcome,
        reasons: vec![reason_of(code, outcome)],
        binding: None,
        constraints: Vec::new(),
        covered: Decimal::ZERO,
        unlocks: Vec::new(),
    }
}
