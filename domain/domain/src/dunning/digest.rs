//! The fingerprint of a run: same facts, scenario version, date and seed give the same one, in whatever order the
//! groups were decided.

#[cfg(test)]
mod tests;

use kernel::id::AccountId;
use kernel::text_enum::TextEnum;
use kernel::{Currency, Date, Decimal};
use sha2::{Digest, Sha256};

use super::decision::{Act, Decision, Outcome};
use super::reason::Reason;

/// A SHA-256 value.
pub type Hash = [u8; 32];

/// What a run was made under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunKey {
    pub business_on: Date,
    /// Kept for rules that draw lots (hold-out groups); none does yet.
    pub seed: i64,
    /// Code and version of each scenario the run used.
    pub scenarios: Vec<(String, i32)>,
}

/// Gathers the decisions of a run, chunk by chunk, in any order and from any number of threads.
#[derive(Debug, Default)]
pub struct RunDigest {
    decisions: Vec<(AccountId, Currency, Hash)>,
}

impl RunDigest {
    pub fn add(&mut self, decision: &Decision) {
        self.decisions.push((decision.account_id, decision.currency, decision_hash(decision)));
    }

    /// Adds a decision by its hash alone: what a run that was interrupted kept of the chunks before.
    pub fn add_hash(&mut self, account: AccountId, currency: Currency, hash: Hash) {
        self.decisions.push((account, currency, hash));
    }

    /// Takes over what another thread gathered.
    pub fn merge(&mut self, other: Self) {
        self.decisions.extend(other.decisions);
    }

    /// The fingerprint: the run's key, then every decision by group and currency.
    pub fn finish(mut self, key: &RunKey) -> Hash {
        self.decisions.sort_unstable();
        let mut scenarios = key.scenarios.clone();
        scenarios.sort_unstable();
        let mut canonical = Canonical::default();
        canonical.date(key.business_on);
        canonical.bytes(&key.seed.to_be_bytes());
        canonical.count(scenarios.len());
        for (code, version) in scenarios {
            canonical.text(&code);
            canonical.bytes(&version.to_be_bytes());
        }
        canonical.count(self.decisions.len());
        for (account, currency, hash) in &self.decisions {
            canonical.bytes(account.0.as_bytes());
            canonical.text(currency.as_str());
            canonical.bytes(hash);
        }
        canonical.hash()
    }
}

/// The fingerprint of some decisions under a run's key.
pub fn digest<'d>(key: &RunKey, decisions: impl IntoIterator<Item = &'d Decision>) -> Hash {
    let mut run = RunDigest::default();
    for decision in decisions {
        run.add(decision);
    }
    run.finish(key)
}

/// The fingerprint of one decision: all of it but the counterfactual, which follows from it.
pub fn decision_hash(decision: &Decision) -> Hash {
    let mut canonical = Canonical::default();
    canonical.bytes(decision.account_id.0.as_bytes());
    canonical.text(decision.currency.as_str());
    canonical.date(decision.decided_on);
    canonical.text(decision.effect().outcome.as_str());
    if let Outcome::Act(act) = &decision.outcome {
        canonical.act(act);
    }
    canonical.count(decision.reasons.len());
    for reason in &decision.reasons {
        canonical.reason(reason);
    }
    for amount in [decision.claim.overdue, decision.claim.credits, decision.claim.open] {
        canonical.amount(amount);
    }
    let counts = [
        decision.claim.item_count,
        decision.claim.open_item_count,
        decision.claim.left_out_count,
        decision.claim.days_overdue_max,
    ];
    for count in counts {
        canonical.bytes(&count.to_be_bytes());
    }
    canonical.hash()
}

/// Bytes in which equal values are equal: lengths before texts, amounts without trailing zeros, big-endian numbers.
#[derive(Default)]
struct Canonical(Vec<u8>);

impl Canonical {
    fn hash(&self) -> Hash {
        Sha256::digest(&self.0).into()
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn count(&mut self, count: usize) {
        self.bytes(&u64::try_from(count).unwrap_or(u64::MAX).to_be_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.bytes(text.as_bytes());
    }

    fn date(&mut self, date: Date) {
        use chrono::Datelike;
        self.bytes(&date.num_days_from_ce().to_be_bytes());
    }

    fn amount(&mut self, amount: Decimal) {
        self.bytes(&amount.normalize().serialize());
    }

    fn maybe<T>(&mut self, value: Option<T>, write: impl Fn(&mut Self, T)) {
        self.bytes(&[u8::from(value.is_some())]);
        if let Some(value) = value {
            write(self, value);
        }
    }

    fn act(&mut self, act: &Act) {
        self.bytes(&act.step.get().to_be_bytes());
        self.amount(act.total);
        self.count(act.items.len());
        for item in &act.items {
            self.bytes(item.account.0.as_bytes());
            self.bytes(item.item.0.as_bytes());
            self.amount(item.open);
            self.bytes(&item.days_overdue.to_be_bytes());
            self.maybe(item.step, |to, step| to.bytes(&step.get().to_be_bytes()));
            self.maybe(item.last_step, |to, step| to.bytes(&step.get().to_be_bytes()));
        }
        self.count(act.credits.len());
        for credit in &act.credits {
            self.bytes(credit.account.0.as_bytes());
            self.bytes(credit.item.0.as_bytes());
            self.amount(credit.amount);
        }
    }

    fn reason(&mut self, reason: &Reason) {
        self.text(reason.code.as_str());
        self.maybe(reason.item, |to, item| to.bytes(item.0.as_bytes()));
        self.maybe(reason.ends_on, Self::date);
        self.maybe(reason.amount, Self::amount);
        self.maybe(reason.needed, Self::amount);
        self.maybe(reason.days, |to, days| to.bytes(&days.to_be_bytes()));
        self.maybe(reason.step, |to, step| to.bytes(&step.get().to_be_bytes()));
        self.maybe(reason.detail.as_deref(), Self::text);
    }
}
