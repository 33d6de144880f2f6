//! The credit check: may this be sold to this customer on credit, what binds, and what would change the answer.

use kernel::id::{AccountId, PartyId};
use kernel::{Currency, Decimal, text_enum};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::counting::Amounts;
use super::exposure::Components;
pub use super::holder::HolderKind;
use super::limits::{Layer, cover, total};
use super::policy::{CheckOutcome, CheckRule, Checkpoint, CreditPolicy, Part};

pub use self::late::{Late, LateBy};
pub use self::sale::Held;

mod late;
mod sale;
#[cfg(test)]
pub(super) mod tests;
mod unlocks;

/// One who can have a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Holder {
    pub kind: HolderKind,
    pub id: Uuid,
}

impl Holder {
    /// Its id as callers know it.
    pub fn public_id(&self) -> String {
        match self.kind {
            HolderKind::Account => AccountId(self.id).to_string(),
            HolderKind::Party | HolderKind::Group => PartyId(self.id).to_string(),
        }
    }
}

/// How a holder stands before the check, in the currency of the check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub holder: Holder,
    /// In this legal entity alone; in all when absent.
    pub legal_entity: Option<Uuid>,
    pub amounts: Amounts,
    /// What of them counts by the policy, credits deducted as it says.
    pub exposure: Decimal,
    /// No layer means no limit; limits of zero are layers.
    pub layers: Vec<Layer>,
    /// Limits of single parts of exposure, with what is there of each.
    pub parts: Vec<PartStanding>,
    /// What the sale held of it already, and is left out of [`Standing::amounts`].
    pub replaced: Components,
    /// What of [`Standing::amounts`] the account and its party owe late, in the legal entity concerned.
    pub late: LateBy,
}

/// How one part of exposure stands to its own limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartStanding {
    pub part: Part,
    pub exposure: Decimal,
    pub limit: Decimal,
}

impl Standing {
    pub fn limit(&self) -> Option<Decimal> {
        total(&self.layers)
    }
}

/// Everything a check looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Situation {
    pub amount: Decimal,
    pub currency: Currency,
    pub checkpoint: Checkpoint,
    pub standings: Vec<Standing>,
    /// What the sale holds already.
    pub held: Held,
    /// In all legal entities.
    pub late: LateBy,
    /// Amounts could be told in the currency of the check; without them there are no standings, and what is late has no more than its days.
    pub converted: bool,
}

impl Situation {
    /// The same with another amount asked for, which takes the place of another part of what the sale holds.
    #[must_use]
    fn asking(&self, policy: &CreditPolicy, amount: Decimal) -> Self {
        let with = |amount| self.held.replaced(self.checkpoint, amount);
        let (was, now) = (with(self.amount), with(amount));
        let mut changed = Self { amount, ..self.clone() };
        let back = Amounts { components: was - now, ..Amounts::default() };
        // In the sums above a company of our own there is nothing of its sale.
        for standing in changed.standings.iter_mut().filter(|standing| standing.replaced == was) {
            standing.replaced = now;
            standing.amounts.components += back.components;
            standing.exposure = standing.amounts.counted(policy);
            for part in &mut standing.parts {
                part.exposure += back.against(part.part);
            }
        }
        changed
    }
}

/// A constraint and what it leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constraint {
    pub holder: Holder,
    /// The limit is of this legal entity alone; of all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_entity: Option<Uuid>,
    /// The part of exposure that is limited; everything when absent.
    pub part: Option<Part>,
    pub limit: Decimal,
    pub exposure: Decimal,
    /// What may still be sold before this check.
    pub headroom: Decimal,
    /// What others would pay of the holder's exposure with this sale.
    pub covered: Decimal,
    /// The limits it is made of; none of a part.
    pub layers: Vec<Layer>,
}

/// Why it was decided so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReason {
    /// `limit.exceeded`, `limit.none`, `limit.within`, `limit.rate_missing`, `limit.exempt`, or the code of a rule.
    pub code: String,
    pub outcome: CheckOutcome,
    /// Of a rule.
    pub priority: Option<u16>,
    /// Whether it decided, or is told beside what did.
    pub decisive: bool,
}

text_enum! {
    /// A single change.
    pub enum ChangeKind {
        /// Sell less: at most `amount`.
        LowerAmount = "lower_amount",
        /// Grant `amount` more to the binding holder; where nobody has a limit, one of `amount` to the account.
        RaiseLimit = "raise_limit",
        /// Pay `amount`: everything the account owes late, what came back unpaid included.
        PayOverdue = "pay_overdue",
        /// The same of every customer number that counts as one with it.
        PayPartyOverdue = "pay_party_overdue",
    }
}

/// The change that would alter the answer, evaluated and seen to do so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlock {
    pub change: ChangeKind,
    pub amount: Decimal,
}

/// What a check answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub outcome: CheckOutcome,
    pub reasons: Vec<CheckReason>,
    /// The constraint that leaves least; none where nobody has a limit.
    pub binding: Option<Constraint>,
    pub constraints: Vec<Constraint>,
    /// What others would pay of the binding holder's exposure with this sale.
    pub covered: Decimal,
    /// Changes that would each lead to `allow`, by themselves, the smallest first; `none_single` when empty and not allowed.
    pub unlocks: Vec<Unlock>,
}

/// The rules of a policy that apply to a situation, all at once: what they read is put together once.
pub type Fired<'a, 'p> = dyn Fn(&Situation) -> Vec<&'p CheckRule> + 'a;

/// Decides.
pub fn decide(policy: &CreditPolicy, situation: &Situation, fired: &Fired<'_, '_>) -> Verdict {
    let mut verdict = judge(policy, situation, fired);
    if verdict.outcome != CheckOutcome::Allow {
        verdict.unlocks = unlocks::unlocks(policy, situation, &verdict, fired);
    }
    verdict
}

fn judge(policy: &CreditPolicy, situation: &Situation, fired: &Fired<'_, '_>) -> Verdict {
    let constraints = constraints(situation);
    let binds =
        |c: &&Constraint| c.asked(situation) > Decimal::ZERO || c.slack(policy, situation) < Decimal::ZERO;
    let binding = constraints.iter().filter(binds).min_by_key(|c| c.slack(policy, situation)).cloned();
    let (limit_code, limit_outcome) = by_limit(policy, situation, (&constraints, binding.as_ref()));
    let fired = fired(situation);
    let top = fired.iter().map(|rule| rule.priority).max();
    let decisive = |rule: &CheckRule| Some(rule.priority) == top;
    let by_rules = fired.iter().filter(|rule| decisive(rule)).map(|rule| rule.then).max();
    let exempt = by_rules == Some(CheckOutcome::Allow);
    let outcome =
        if exempt { CheckOutcome::Allow } else { by_rules.map_or(limit_outcome, |o| o.max(limit_outcome)) };
    let mut reasons = fired
        .iter()
        .map(|rule| CheckReason {
            code: rule.code.clone(),
            outcome: rule.then,
            priority: Some(rule.priority),
            decisive: decisive(rule) && rule.then == outcome,
        })
        .collect::<Vec<_>>();
    let (code, limit_outcome) = if exempt && limit_outcome != CheckOutcome::Allow {
        ("limit.exempt", CheckOutcome::Allow)
    } else {
        (limit_code, limit_outcome)
    };
    let decisive = limit_outcome == outcome && !exempt;
    reasons.push(CheckReason { code: code.to_owned(), outcome: limit_outcome, priority: None, decisive });
    reasons.sort_by_key(|reason| (!reason.decisive, std::cmp::Reverse(reason.outcome)));
    let covered = binding.as_ref().map_or(Decimal::ZERO, |binding| binding.covered);
    Verdict { outcome, reasons, binding, constraints, covered, unlocks: Vec::new() }
}

fn constraints(situation: &Situation) -> Vec<Constraint> {
    let of = |standing: &Standing| {
        let whole = standing.limit().map(|limit| (None, limit, standing.exposure));
        let parts = standing.parts.iter().map(|p| (Some(p.part), p.limit, p.exposure));
        let constraint = |(part, limit, exposure): (Option<Part>, Decimal, Decimal)| Constraint {
            holder: standing.holder,
            legal_entity: standing.legal_entity,
            part,
            limit,
            exposure,
            headroom: limit - exposure,
            covered: cover(&standing.layers, standing.exposure + situation.amount).amount,
            layers: if part.is_none() { standing.layers.clone() } else { Vec::new() },
        };
        whole.into_iter().chain(parts).map(constraint).collect::<Vec<_>>()
    };
    situation.standings.iter().flat_map(of).collect()
}

/// What limits say. Who has limits of parts alone has no limit of the whole.
fn by_limit(
    policy: &CreditPolicy,
    situation: &Situation,
    (constraints, binding): (&[Constraint], Option<&Constraint>),
) -> (&'static str, CheckOutcome) {
    if !situation.converted {
        return ("limit.rate_missing", policy.on_missing_rate);
    }
    let exceeded = binding.is_some_and(|binding| binding.slack(policy, situation) < Decimal::ZERO);
    let limited = constraints.iter().any(|constraint| constraint.part.is_none());
    match (exceeded, limited) {
        (true, false) if policy.on_no_limit > policy.on_exceeded => ("limit.none", policy.on_no_limit),
        (true, _) => ("limit.exceeded", policy.on_exceeded),
        (false, true) => ("limit.within", CheckOutcome::Allow),
        (false, false) => ("limit.none", policy.on_no_limit),
    }
}

impl Constraint {
    /// What the sale takes of it: a part of exposure that a sale does not add to here is taken nothing of, and binds only once it
    /// is exceeded.
    fn asked(&self, situation: &Situation) -> Decimal {
        if self.part.is_none_or(|part| grows(part, situation.checkpoint)) {
            situation.amount
        } else {
            Decimal::ZERO
        }
    }

    /// By how much it may be passed. The tolerance is of the limit, and takes nothing where there is no trust at all.
    fn tolerance(&self, policy: &CreditPolicy) -> Decimal {
        self.limit.max(Decimal::ZERO) * Decimal::from(policy.tolerance_percent) / Decimal::ONE_HUNDRED
    }

    /// What it would leave after the sale, negative where it does not bear it.
    fn slack(&self, policy: &CreditPolicy, situation: &Situation) -> Decimal {
        self.headroom + self.tolerance(policy) - self.asked(situation)
    }
}

/// The part of exposure that a sale adds to, by how far it has come.
fn grows(part: Part, checkpoint: Checkpoint) -> bool {
    match part {
        Part::Orders | Part::Reserved => {
            matches!(checkpoint, Checkpoint::Quote | Checkpoint::Order | Checkpoint::Pick)
        }
        Part::Deliveries => checkpoint == Checkpoint::Ship,
        Part::NotDue => checkpoint == Checkpoint::Invoice,
        Part::Overdue | Part::Disputed | Part::Returned | Part::Instruments => false,
    }
}
