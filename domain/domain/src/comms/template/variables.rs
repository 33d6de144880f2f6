//! The values a message is made of. [`super::schema`] documents how templates see them.

use kernel::registry::{Bic, Iban};
use kernel::{Currency, Date, Decimal, Money, Outcome};

/// Everything a template may say about one message, in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateVariables {
    pub currency: Currency,
    /// The business date of the message.
    pub today: Date,
    pub entity: EntityVariables,
    pub account: AccountVariables,
    pub party: PartyVariables,
    pub contact: ContactVariables,
    /// What is claimed, by due date. Amounts are positive.
    pub items: Vec<ItemVariables>,
    /// What counts in the customer's favour. Amounts are negative, as in the ledger.
    pub credits: Vec<CreditVariables>,
    /// Only where statutory interest is claimed.
    pub interest: Option<InterestVariables>,
    pub payment: PaymentVariables,
    pub step: Option<StepVariables>,
    /// The business date of the last message about these items that is known to have been sent.
    pub previous_on: Option<Date>,
    /// What a person added before releasing the message.
    pub note: Option<String>,
}

/// Who claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityVariables {
    pub name: String,
    pub tax_id: Option<String>,
    pub address: Vec<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub signatory: Option<SignatoryVariables>,
}

/// Who signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatoryVariables {
    pub name: String,
    pub title: Option<String>,
}

/// The customer number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountVariables {
    pub number: String,
    pub name: String,
}

/// The legal person that owes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyVariables {
    pub name: String,
    pub tax_id: Option<String>,
}

/// The person written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactVariables {
    pub name: Option<String>,
}

/// One thing claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemVariables {
    /// The printed document number.
    pub number: String,
    /// The customer's own order.
    pub order_no: Option<String>,
    pub issue_on: Date,
    pub due_on: Date,
    /// Calendar days past the due date; zero or below = not yet due.
    pub days_overdue: i64,
    pub amount: Decimal,
    pub open: Decimal,
}

/// One credit note or payment on account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditVariables {
    pub number: String,
    pub issue_on: Date,
    pub open: Decimal,
}

/// Interest claimed up to a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterestVariables {
    pub amount: Decimal,
    pub until_on: Date,
    /// The fixed sum for costs of collection (Directive 2011/7/EU art. 6; Ley 3/2004 art. 8).
    pub compensation: Option<Decimal>,
}

/// How to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentVariables {
    pub payee: String,
    pub iban: Option<Iban>,
    pub bic: Option<Bic>,
    /// What the payer must quote so that the payment is found.
    pub reference: String,
    pub pay_by_on: Option<Date>,
}

/// The step of the scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepVariables {
    pub code: String,
    /// Counted from 1.
    pub no: i64,
    pub name: String,
}

/// Sums over the items and credits. They are always computed here, so that no letter states a total beside its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    pub items: Money,
    pub credits: Money,
    /// Items and credits.
    pub due: Money,
    /// Items past their due date.
    pub overdue: Money,
    /// With interest and compensation, where claimed.
    pub with_interest: Option<Money>,
}

impl TemplateVariables {
    /// Adds up.
    ///
    /// # Errors
    /// `money.overflow`.
    pub fn totals(&self) -> Outcome<Totals> {
        let currency = self.currency;
        let items = sum(currency, self.items.iter().map(|i| i.open))?;
        let credits = sum(currency, self.credits.iter().map(|c| c.open))?;
        let overdue = sum(currency, self.items.iter().filter(|i| i.days_overdue > 0).map(|i| i.open))?;
        let due = items.checked_add(credits)?;
        let extra = |interest: &InterestVariables| {
            sum(currency, [due.amount, interest.amount].into_iter().chain(interest.compensation))
        };
        let with_interest = self.interest.as_ref().map(extra).transpose()?;
        Ok(Totals { items, credits, due, overdue, with_interest })
    }
}

fn sum(currency: Currency, mut amounts: impl Iterator<Item = Decimal>) -> Outcome<Money> {
    amounts.try_fold(Money::zero(currency), |sum, amount| sum.checked_add(Money::new(amount, currency)))
}
