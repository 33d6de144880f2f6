//! Policies and rates that holders are told by.

use std::collections::HashMap;

use domain::credit::policy::CreditPolicy;
use kernel::registry::codes::FX_RATE_MISSING;
use kernel::{Currency, Decimal, Error, Outcome};

use super::Loader;
use crate::credit::check::{STANDARD, policy_in_force};
use crate::ledger::convert::{Convert, Rates};
use crate::store::ReadTx;

/// Each asked for once.
#[derive(Default)]
pub(super) struct Known {
    policies: HashMap<String, CreditPolicy>,
    rates: HashMap<(String, Currency), Rates>,
}

impl Known {
    /// The policy by which exposure is added up.
    pub(super) fn policy<T: ReadTx + ?Sized>(
        &mut self,
        tx: &mut T,
        entity: Option<&str>,
    ) -> Outcome<&CreditPolicy> {
        let key = entity.unwrap_or(STANDARD);
        if !self.policies.contains_key(key) {
            let stored = policy_in_force(tx, entity)?;
            self.policies.insert(key.to_owned(), CreditPolicy::parse(&stored.document)?);
        }
        self.policies.get(key).ok_or_else(|| Error::new(&crate::codes::INTERNAL).caused_by("no policy"))
    }

    pub(super) fn converted<T: ReadTx + ?Sized>(
        &mut self,
        tx: &mut T,
        loader: &Loader<'_>,
        (amount, from): (Decimal, Currency),
        (to, policy): (Currency, &CreditPolicy),
    ) -> Outcome<Decimal> {
        if amount.is_zero() || from == to {
            return Ok(amount);
        }
        Ok(self.rates(tx, loader, (to, policy))?.convert(amount, from)?.money.amount)
    }

    pub(super) fn rates<T: ReadTx + ?Sized>(
        &mut self,
        tx: &mut T,
        loader: &Loader<'_>,
        (to, policy): (Currency, &CreditPolicy),
    ) -> Outcome<&Rates> {
        let key = (policy.rate_source.clone(), to);
        if !self.rates.contains_key(&key) {
            let convert = Convert { to, source: policy.rate_source.clone() };
            let rates = Rates::load(tx, &convert, loader.on, loader.now)?;
            self.rates.insert(key.clone(), rates);
        }
        self.rates.get(&key).ok_or_else(|| Error::new(&FX_RATE_MISSING))
    }
}
