//! Financial statements as figures with names, checked for what cannot be.

use std::collections::BTreeMap;

use kernel::money::check_amount;
use kernel::{Currency, Date, Decimal, Error, FieldError, Outcome};
use serde::{Deserialize, Serialize};

use super::codes;

/// Months one statement may cover.
pub const MONTHS_MAX: u8 = 24;

kernel::text_enum! {
    /// A line of the balance sheet or of the profit and loss account.
    pub enum Figure {
        Cash = "cash",
        TradeReceivables = "trade_receivables",
        Inventories = "inventories",
        CurrentAssets = "current_assets",
        FixedAssets = "fixed_assets",
        TotalAssets = "total_assets",
        TradePayables = "trade_payables",
        CurrentLiabilities = "current_liabilities",
        FinancialDebt = "financial_debt",
        TotalLiabilities = "total_liabilities",
        RetainedEarnings = "retained_earnings",
        Equity = "equity",
        Revenue = "revenue",
        Purchases = "purchases",
        Depreciation = "depreciation",
        Ebitda = "ebitda",
        Ebit = "ebit",
        InterestExpense = "interest_expense",
        NetIncome = "net_income",
    }
}

impl Figure {
    /// Whether it can be below zero.
    pub fn may_be_negative(self) -> bool {
        match self {
            Self::RetainedEarnings | Self::Equity | Self::Ebitda | Self::Ebit | Self::NetIncome => true,
            Self::Cash
            | Self::TradeReceivables
            | Self::Inventories
            | Self::CurrentAssets
            | Self::FixedAssets
            | Self::TotalAssets
            | Self::TradePayables
            | Self::CurrentLiabilities
            | Self::FinancialDebt
            | Self::TotalLiabilities
            | Self::Revenue
            | Self::Purchases
            | Self::Depreciation
            | Self::InterestExpense => false,
        }
    }
}

kernel::text_enum! {
    /// How far a statement can be trusted.
    pub enum Assurance {
        Audited = "audited",
        Filed = "filed",
        Provisional = "provisional",
        /// As the customer told it.
        Stated = "stated",
    }
}

/// The figures of one period, in one currency. What is not known is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Last day of the period.
    pub closes_on: Date,
    /// Length of the period.
    pub months: u8,
    pub currency: String,
    pub figures: BTreeMap<Figure, Decimal>,
}

impl Statement {
    pub fn get(&self, figure: Figure) -> Option<Decimal> {
        self.figures.get(&figure).copied()
    }

    /// A figure of the profit and loss account, brought to twelve months.
    pub(super) fn yearly(&self, figure: Figure) -> Option<Decimal> {
        let months = Decimal::from(self.months);
        (self.get(figure)? * Decimal::from(12)).checked_div(months)
    }
}

/// Checks a statement. Assets that do not equal equity and liabilities by more than one part in a hundred are a mistake of
/// the pen; less is rounding.
///
/// # Errors
/// `financial_statement.period`, `financial_statement.empty`, `financial_statement.sign`, `financial_statement.balance`,
/// `currency.unknown`, `amount.exponent`, `amount.too_large`.
pub fn check(statement: &Statement, today: Date) -> Outcome<()> {
    let currency = Currency::parse("currency", &statement.currency)?;
    if !(1..=MONTHS_MAX).contains(&statement.months) || statement.closes_on > today {
        let message = format!("{} months that end on {}", statement.months, statement.closes_on);
        return Err(Error::field("months", &codes::STATEMENT_PERIOD, message));
    }
    if statement.figures.is_empty() {
        return Err(Error::field("figures", &codes::STATEMENT_EMPTY, "no figure is given"));
    }
    let mut wrong = Vec::new();
    for (figure, amount) in &statement.figures {
        let field = format!("figures.{figure}");
        check_amount(&field, *amount, currency)?;
        if amount.is_sign_negative() && !amount.is_zero() && !figure.may_be_negative() {
            wrong.push(FieldError {
                field,
                code: &codes::STATEMENT_SIGN,
                message: format!("{amount} is negative"),
            });
        }
    }
    if !wrong.is_empty() {
        return Err(Error::fields(&codes::STATEMENT_SIGN, wrong));
    }
    balances(statement)
}

fn balances(statement: &Statement) -> Outcome<()> {
    let get = |figure| statement.get(figure);
    let sides = (get(Figure::TotalAssets), get(Figure::Equity), get(Figure::TotalLiabilities));
    let (Some(assets), Some(equity), Some(liabilities)) = sides else { return Ok(()) };
    let financed = equity + liabilities;
    if (assets - financed).abs() * Decimal::ONE_HUNDRED > assets {
        let message = format!("{assets} of assets, {financed} of equity and liabilities");
        return Err(Error::field("figures.total_assets", &codes::STATEMENT_BALANCE, message));
    }
    Ok(())
}
