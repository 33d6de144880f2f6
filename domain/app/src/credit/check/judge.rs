//! The decision: from what there is around an account to the verdict and what it was made of.

use domain::credit::check::{CheckReason, Held, Situation, Verdict, decide};
use domain::credit::policy::{CheckOutcome, CreditPolicy, CreditsTreatment};
use domain::credit::ready::ReadyPolicy;
use kernel::rate::RateUsed;
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
    pub(super) held: Held,
    /// It has a reservation.
    pub(super) reserved: bool,
}

impl Judged {
    /// Nothing was weighed.
    pub(super) fn plainly(outcome: CheckOutcome, code: &str) -> Self {
        Self {
            verdict: plain(outcome, code),
            basis: Basis::default(),
            held: Held::default(),
            reserved: false,
        }
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
        in_credit: policy.credits == CreditsTreatment::OwnAccount,
        // Only who takes headroom waits for others who do.
        alone: asked.reserve,
    };
    let facts = tx.credit_facts(account, &wanted, ctx.now)?;
    let rates = if facts.is_all_in(asked.currency, &policy.sub_limits_in(asked.currency)?) {
        None
    } else {
        Some(rates(ctx, tx, (asked, account), policy)?)
    };
    let money = InCurrency::new(asked.currency, rates.as_ref());
    let (situation, held) = looked_at(&facts, (asked, account), policy, &money)?;
    let own = of_account(tx, account, ready)?;
    let known = in_situation(own.clone(), &situation, (policy, account.today));
    let verdict = decide(policy, &situation, &|situation| {
        ready.fired(situation.checkpoint, &in_situation(own.clone(), situation, (policy, account.today)))
    });
    let mut used = money.used();
    // Nobody may release what is refused.
    let may = verdict.outcome == CheckOutcome::Hold;
    let verdict = if may && is_released(ctx, tx, (asked, account), (policy, &mut used))? {
        released(verdict)
    } else {
        verdict
    };
    let read = ready.reads_at(asked.checkpoint).map(|path| (path, known.get(path)));
    let basis = Basis::of(read, &used);
    Ok(Judged { verdict, basis, held, reserved: facts.is_reserved() })
}

/// Whether a person released the order for as much. A release in another currency counts at the rate of today; where that is
/// missing it does not.
fn is_released(
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (asked, account): (&Asked, &RiskAccount),
    (policy, used): (&CreditPolicy, &mut Vec<RateUsed>),
) -> Outcome<bool> {
    let Some(reference) = &asked.reference else { return Ok(false) };
    let releases = tx.releases_of(account.id, reference, ctx.now)?;
    let foreign = releases.iter().any(|release| release.currency != asked.currency.as_str());
    let rates = foreign.then(|| rates(ctx, tx, (asked, account), policy)).transpose()?;
    for release in releases {
        let money = InCurrency::new(asked.currency, rates.as_ref());
        let within = match money.amount(release.amount, &release.currency) {
            Err(error) if error.code() == &FX_RATE_MISSING => false,
            amount => asked.amount <= amount?,
        };
        if within {
            used.extend(money.used().into_iter().filter(|rate| !used.contains(rate)).collect::<Vec<_>>());
            return Ok(true);
        }
    }
    Ok(false)
}

fn rates(
    ctx: &Ctx,
    tx: &mut dyn WriteTx,
    (asked, account): (&Asked, &RiskAccount),
    policy: &CreditPolicy,
) -> Outcome<Rates> {
    let convert = Convert { to: asked.currency, source: policy.rate_source.clone() };
    Rates::load(tx, &convert, account.today, ctx.now)
}

/// How everybody stands, and what the sale holds; nothing of what a rate is missing for.
fn looked_at(
    facts: &CreditFacts,
    (asked, account): (&Asked, &RiskAccount),
    policy: &CreditPolicy,
    money: &InCurrency<'_>,
) -> Outcome<(Situation, Held)> {
    let situation = match facts.situation(account, policy, (asked.amount, asked.checkpoint), money) {
        Err(error) if error.code() == &FX_RATE_MISSING => {
            facts.unconverted(account, (asked.amount, asked.currency), asked.checkpoint)
        }
        situation => situation?,
    };
    // The order is mostly in the currency of the check, whatever is missing for somebody else's.
    let held = match facts.held(money) {
        Err(error) if error.code() == &FX_RATE_MISSING => Held::default(),
        held => held?,
    };
    Ok((situation, held))
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
