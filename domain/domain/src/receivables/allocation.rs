//! Allocation of one credit (payment, credit note, unallocated cash) to open debit items of one account.
//!
//! An explicit list is followed to the letter and nothing is added to it. Otherwise the invoices a credit note
//! corrects come first, then the rules in the caller's order, each on what the one before left.
//!
//! Invariants: Σ lines + remainder = credit; no line exceeds what is open; no line is zero or negative; items of
//! another currency are never touched; the order in which items are given does not matter.

mod exact;
mod past;
mod reference;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use kernel::id::ReceivableId;
use kernel::money::check_amount;
use kernel::{Currency, Date, Decimal, Error, Outcome};

use super::codes;
use super::findings::Notice;
use super::kinds::AllocationRule;
use work::Work;

pub use exact::EXACT_ITEMS_MAX;
pub use past::open_from;

/// The rules most sellers use: what is named, what fits exactly, then the oldest.
pub const DEFAULT_RULES: [AllocationRule; 3] =
    [AllocationRule::ByReference, AllocationRule::ExactMatch, AllocationRule::OldestFirst];

/// What errors and notices call the explicit list; callers have a field of their own for it.
pub const LISTED: &str = "explicit";

/// An open item a credit may settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebitItem {
    pub receivable: ReceivableId,
    pub currency: Currency,
    /// The printed number, by which a payer may name it.
    pub document_no: String,
    /// What the payer was asked to quote.
    pub payment_reference: Option<String>,
    pub issue_on: Date,
    /// The due date in force.
    pub due_on: Date,
    /// Items with nothing or less open are passed over.
    pub open: Decimal,
}

/// What a remittance advice or a person assigns to one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExplicitLine {
    pub receivable: ReceivableId,
    pub amount: Decimal,
}

/// What is to be allocated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    pub currency: Currency,
    /// Positive: how much of the credit is still free.
    pub amount: Decimal,
    /// The payer's text, searched for document numbers.
    pub text: String,
    /// The invoices a credit note corrects; settled first.
    pub credited: Vec<ReceivableId>,
    /// If not empty, exactly this is done.
    pub explicit: Vec<ExplicitLine>,
}

/// Why a line was found, beyond its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    Listed,
    /// The credit note corrects this invoice.
    Credited,
    /// The payer's text names the item as written here.
    Named {
        as_written: String,
        sums_exactly: bool,
    },
    /// The only open item of this amount.
    OnlyItem,
    /// The only set of items of this amount, and how many it has.
    OnlySet {
        items: usize,
    },
    /// Its turn by due date.
    Oldest {
        due_on: Date,
    },
}

impl Reason {
    /// The reason in one sentence, for people.
    pub fn text(&self, spanish: bool) -> String {
        match (self, spanish) {
            (Self::Listed, false) => "Listed by the payer or a person.".to_owned(),
            (Self::Listed, true) => "Indicado por el pagador o por una persona.".to_owned(),
            (Self::Credited, false) => "The credit note corrects this invoice.".to_owned(),
            (Self::Credited, true) => "El abono rectifica esta factura.".to_owned(),
            (Self::Named { as_written, sums_exactly: true }, false) => {
                format!("The payment names \"{as_written}\", and what it names adds up to its amount.")
            }
            (Self::Named { as_written, sums_exactly: true }, true) => {
                format!("El cobro menciona \"{as_written}\" y lo mencionado suma su importe.")
            }
            (Self::Named { as_written, sums_exactly: false }, false) => {
                format!("The payment names \"{as_written}\".")
            }
            (Self::Named { as_written, sums_exactly: false }, true) => {
                format!("El cobro menciona \"{as_written}\".")
            }
            (Self::OnlyItem, false) => "The only open item of this amount.".to_owned(),
            (Self::OnlyItem, true) => "La única partida abierta de este importe.".to_owned(),
            (Self::OnlySet { items }, false) => {
                format!("The only {items} open items that add up to this amount.")
            }
            (Self::OnlySet { items }, true) => {
                format!("Las únicas {items} partidas abiertas que suman este importe.")
            }
            (Self::Oldest { due_on }, false) => format!("The oldest open item, due on {due_on}."),
            (Self::Oldest { due_on }, true) => {
                format!("La partida abierta más antigua, con vencimiento {due_on}.")
            }
        }
    }
}

/// What one item receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocationLine {
    pub receivable: ReceivableId,
    /// Above zero and at most what was open.
    pub amount: Decimal,
    pub rule: AllocationRule,
    pub reason: Reason,
}

/// Where a credit went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation {
    pub currency: Currency,
    /// One line per item at most: by rule in the order applied, within a rule oldest first; a list by id.
    pub lines: Vec<AllocationLine>,
    /// What found no item and stays visible as unallocated.
    pub remainder: Decimal,
    /// `allocation.exceeds_open` per listed item that was open for less.
    pub notices: Vec<Notice>,
}

/// Allocates a credit to the open items of its account.
///
/// By reference: document numbers and payment references found in the text as whole words (see the module
/// `reference`); the named items are paid oldest first if the credit does not cover them all. Exact match: the one
/// item, or else the one set of at most four among at most [`EXACT_ITEMS_MAX`] items, with the amount; if there are
/// two, neither. Oldest first: by due date, then issue date, then id. `explicit` in `rules` has no effect.
///
/// # Errors
/// `allocation.amount_not_positive`, `allocation.item_repeated`; for an explicit list also
/// `allocation.item_unknown`, `allocation.currency_mismatch`, `allocation.exceeds_credit`; `amount.exponent`,
/// `amount.too_large`.
pub fn allocate(credit: &Credit, items: &[DebitItem], rules: &[AllocationRule]) -> Outcome<Allocation> {
    let amount = check_positive("amount", credit.amount, credit.currency)?;
    let distinct: BTreeSet<ReceivableId> = items.iter().map(|item| item.receivable).collect();
    if distinct.len() != items.len() {
        return Err(Error::new(&codes::ALLOCATION_ITEM_REPEATED));
    }
    let mut work = Work::new(amount, credit.currency, items);
    if credit.explicit.is_empty() {
        let credited: BTreeSet<ReceivableId> = credit.credited.iter().copied().collect();
        work.pay(AllocationRule::ByReference, |slot| {
            credited.contains(&slot.item.receivable).then_some(Reason::Credited)
        });
        for rule in rules {
            work.apply(*rule, &credit.text);
        }
    } else {
        work.follow(&explicit_amounts(credit, amount, items)?);
    }
    Ok(Allocation {
        currency: credit.currency,
        lines: work.lines,
        remainder: work.remainder,
        notices: work.notices,
    })
}

/// The listed amounts per item, checked as a whole before anything is allocated.
fn explicit_amounts(
    credit: &Credit,
    available: Decimal,
    items: &[DebitItem],
) -> Outcome<BTreeMap<ReceivableId, Decimal>> {
    let mut listed: BTreeMap<ReceivableId, Decimal> = BTreeMap::new();
    for (index, line) in credit.explicit.iter().enumerate() {
        let field = format!("{LISTED}[{index}]");
        let amount = check_positive(&format!("{field}.amount"), line.amount, credit.currency)?;
        let Some(item) = items.iter().find(|item| item.receivable == line.receivable) else {
            let message = format!("{} is not an open item of the account", line.receivable);
            return Err(Error::field(field, &codes::ALLOCATION_ITEM_UNKNOWN, message));
        };
        if item.currency != credit.currency {
            let message =
                format!("{} is in {}, the credit in {}", line.receivable, item.currency, credit.currency);
            return Err(Error::field(field, &codes::ALLOCATION_CURRENCY_MISMATCH, message));
        }
        *listed.entry(line.receivable).or_default() += amount;
    }
    let sum: Decimal = listed.values().sum();
    if sum > available {
        let message = format!("{sum} is listed of {available} {}", credit.currency);
        return Err(Error::field(LISTED, &codes::ALLOCATION_EXCEEDS_CREDIT, message));
    }
    Ok(listed)
}

fn check_positive(field: &str, amount: Decimal, currency: Currency) -> Outcome<Decimal> {
    let amount = check_amount(field, amount, currency)?;
    if amount > Decimal::ZERO {
        return Ok(amount);
    }
    Err(Error::field(
        field,
        &codes::ALLOCATION_AMOUNT_NOT_POSITIVE,
        format!("{amount} {currency} is not above zero"),
    ))
}

#[cfg(test)]
mod tests;
