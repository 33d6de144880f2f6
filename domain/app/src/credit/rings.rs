//! What is at risk around an account, each account added up once: by ring, as the store tells it, and by holder, as a check weighs it.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use domain::credit::check::{Holder, HolderKind};
use domain::credit::counting::Owing;
use kernel::Decimal;
use serde::Deserialize;
use uuid::Uuid;

use super::standing::{CreditFacts, CreditsRow, LimitRow, OverdueRow, SaleRow, TotalRow};
use super::store::RiskAccount;
use super::sums::Sums;

/// Whose accounts a sum is of; no account is in two rings of one holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ring {
    /// The account, and nobody above it: a company of our own.
    Alone,
    Account,
    /// The other accounts of its party.
    Party,
    /// Those of the other parties of a group.
    Group,
}

/// A sum of one ring in one legal entity and currency.
#[derive(Debug, Clone, Deserialize)]
struct Ringed<T> {
    ring: Ring,
    /// The group of [`Ring::Group`].
    id: Option<Uuid>,
    legal_entity_id: Uuid,
    currency: String,
    #[serde(flatten)]
    sum: T,
}

/// Accounts with something to their credit.
#[derive(Debug, Clone, Default, Deserialize)]
struct Credits {
    each: Vec<Owing>,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Overdue {
    amount: Decimal,
    returned: Decimal,
    days: i64,
}

/// The answer of `r.credit_facts`.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct RingedFacts {
    totals: Vec<Ringed<Sums>>,
    in_credit: Vec<Ringed<Credits>>,
    sale: Vec<SaleRow>,
    overdue: Vec<Ringed<Overdue>>,
    limits: Vec<LimitRow>,
}

impl RingedFacts {
    /// The same for everybody who answers for the account.
    pub fn of(self, account: &RiskAccount) -> CreditFacts {
        let holders = account.holders();
        let of_others = self.overdue.iter().filter(|row| row.ring == Ring::Party);
        let others_overdue = of_others.map(|row| OverdueRow {
            kind: HolderKind::Party,
            id: account.risk_party_id,
            legal_entity_id: row.legal_entity_id,
            currency: row.currency.clone(),
            amount: row.sum.amount,
            returned: row.sum.returned,
            days: row.sum.days,
        });
        CreditFacts {
            others_overdue: others_overdue.collect(),
            totals: spread(&self.totals, &holders, |(holder, legal_entity_id, currency), sums| TotalRow {
                kind: holder.kind,
                id: holder.id,
                legal_entity_id,
                currency,
                sums,
            }),
            in_credit: spread(
                &self.in_credit,
                &holders,
                |(holder, legal_entity_id, currency), Credits { each }| CreditsRow {
                    kind: holder.kind,
                    id: holder.id,
                    legal_entity_id,
                    currency,
                    each,
                },
            ),
            sale: self.sale,
            overdue: spread(
                &self.overdue,
                &holders,
                |(holder, legal_entity_id, currency), Overdue { amount, returned, days }| OverdueRow {
                    kind: holder.kind,
                    id: holder.id,
                    legal_entity_id,
                    currency,
                    amount,
                    returned,
                    days,
                },
            ),
            limits: self.limits,
        }
    }
}

/// Adds up what counts for each holder, by legal entity and currency.
fn spread<T, R>(
    rows: &[Ringed<T>],
    holders: &[Holder],
    row: impl Fn((Holder, Uuid, String), T) -> R,
) -> Vec<R>
where
    T: Default + for<'t> AddAssign<&'t T>,
{
    let mut spread = Vec::new();
    for holder in holders {
        let mut sums = BTreeMap::<(Uuid, &str), T>::new();
        for ringed in rows.iter().filter(|r| r.counts_for(*holder)) {
            *sums.entry((ringed.legal_entity_id, &ringed.currency)).or_default() += &ringed.sum;
        }
        let sums = sums.into_iter();
        spread.extend(sums.map(|((entity, currency), sum)| row((*holder, entity, currency.to_owned()), sum)));
    }
    spread
}

impl<T> Ringed<T> {
    fn counts_for(&self, holder: Holder) -> bool {
        match holder.kind {
            HolderKind::Account => matches!(self.ring, Ring::Alone | Ring::Account),
            HolderKind::Party => matches!(self.ring, Ring::Account | Ring::Party),
            HolderKind::Group => match self.ring {
                Ring::Alone => false,
                Ring::Account | Ring::Party => true,
                Ring::Group => self.id == Some(holder.id),
            },
        }
    }
}

impl AddAssign<&Self> for Credits {
    fn add_assign(&mut self, other: &Self) {
        self.each.extend(&other.each);
    }
}

impl AddAssign<&Self> for Overdue {
    fn add_assign(&mut self, other: &Self) {
        self.amount += other.amount;
        self.returned += other.returned;
        self.days = self.days.max(other.days);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn account() -> RiskAccount {
        serde_json::from_value(json!({
            "id": id(1), "number": "1", "name": "Uno", "legal_entity_id": id(9), "legal_entity_code": "ES01",
            "portfolio_id": null, "portfolio_code": null, "currency": "EUR", "segment": null, "payment_terms_days": null,
            "attributes": {}, "today": "2026-06-30", "party_id": id(2), "party_kind": "company", "party_country": "ES",
            "party_segment": null, "party_attributes": {}, "insolvent_since": null, "doubtful": false, "vulnerable": false,
            "intercompany": false, "risk_party_id": id(2), "groups": [id(3), id(4)],
        }))
        .expect("an account")
    }

    /// Ring, group, legal entity, currency, amount, days.
    type Row<'r> = (&'r str, Option<Uuid>, u128, &'r str, &'r str, i64);

    fn overdue(rows: &[Row<'_>]) -> CreditFacts {
        let rows = rows.iter().map(|(ring, id_, entity, currency, amount, days)| {
            json!({ "ring": ring, "id": id_, "legal_entity_id": id(*entity), "currency": currency, "amount": amount, "returned": "0", "days": days })
        });
        let facts = json!({ "totals": [], "in_credit": [], "sale": [], "limits": [], "overdue": rows.collect::<Vec<_>>() });
        serde_json::from_value::<RingedFacts>(facts).expect("facts").of(&account())
    }

    fn told(facts: &CreditFacts) -> Vec<(HolderKind, u128, u128, String, i64)> {
        let amount = |o: &OverdueRow| format!("{} {}", o.amount, o.currency);
        let rows = facts.overdue.iter();
        rows.map(|o| (o.kind, o.id.as_u128(), o.legal_entity_id.as_u128(), amount(o), o.days)).collect()
    }

    #[test]
    fn each_ring_counts_for_those_around_it() {
        let facts = overdue(&[
            ("account", None, 9, "EUR", "1", 5),
            ("party", None, 9, "EUR", "20", 3),
            ("party", None, 9, "USD", "7", 1),
            ("group", Some(id(3)), 9, "EUR", "300", 9),
            ("group", Some(id(4)), 8, "EUR", "4000", 2),
        ]);
        let (account, party, group) = (HolderKind::Account, HolderKind::Party, HolderKind::Group);
        let row = |kind, id, entity, amount: &str, days| (kind, id, entity, amount.to_owned(), days);
        assert_eq!(
            told(&facts),
            [
                row(account, 1, 9, "1 EUR", 5),
                row(party, 2, 9, "21 EUR", 5),
                row(party, 2, 9, "7 USD", 1),
                row(group, 3, 9, "321 EUR", 9),
                row(group, 3, 9, "7 USD", 1),
                row(group, 4, 8, "4000 EUR", 2),
                row(group, 4, 9, "21 EUR", 5),
                row(group, 4, 9, "7 USD", 1),
            ]
        );
    }

    #[test]
    fn what_is_alone_counts_for_the_account_only() {
        let facts = overdue(&[("alone", None, 9, "EUR", "1", 5), ("party", None, 9, "EUR", "20", 3)]);
        let amounts = told(&facts).into_iter().map(|row| (row.1, row.3)).collect::<Vec<_>>();
        let of = |id, amount: &str| (id, amount.to_owned());
        assert_eq!(amounts, [of(1, "1 EUR"), of(2, "20 EUR"), of(3, "20 EUR"), of(4, "20 EUR")]);
    }
}
