//! Statements on the wire.

use app::ledger::statement::AccountStatement;
use domain::receivables::statement::{Movement, MovementKind, OpenLine, Statement};
use kernel::Decimal;
use kernel::id::AccountId;
use kernel::text_enum::TextEnum as _;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::amount;

/// One line of a statement.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatementLine)]
pub(crate) struct MovementDto {
    #[schema(format = Date)]
    on: String,
    receivable_id: String,
    document_no: String,
    /// `document` with the kind of receivable, or `entry` with the kind of entry.
    movement: String,
    kind: String,
    amount: String,
    /// After this line.
    balance: String,
}

/// An item still open at the end.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatementOpenItem)]
pub(crate) struct OpenLineDto {
    receivable_id: String,
    kind: String,
    document_no: String,
    #[schema(format = Date)]
    issue_on: String,
    #[schema(format = Date)]
    due_on: String,
    days_overdue: i64,
    amount: String,
    open_amount: String,
}

/// The statement of one currency: opening + movements = closing = sum of the open items.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CurrencyStatement)]
pub(crate) struct StatementDto {
    currency: String,
    opening_amount: String,
    movements: Vec<MovementDto>,
    closing_amount: String,
    open_items: Vec<OpenLineDto>,
}

/// The statement of an account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Statement)]
pub(crate) struct AccountStatementDto {
    account_id: String,
    number: String,
    name: String,
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    to: String,
    #[schema(format = DateTime)]
    known_at: String,
    statements: Vec<StatementDto>,
}

fn kind_of(kind: MovementKind) -> (&'static str, &'static str) {
    match kind {
        MovementKind::Document(kind) => ("document", kind.as_str()),
        MovementKind::Entry(kind) => ("entry", kind.as_str()),
    }
}

fn movement(line: &Movement) -> MovementDto {
    let (movement, kind) = kind_of(line.kind);
    MovementDto {
        on: line.on.to_string(),
        receivable_id: line.receivable.to_string(),
        document_no: line.document_no.clone(),
        movement: movement.to_owned(),
        kind: kind.to_owned(),
        amount: amount(line.amount),
        balance: amount(line.balance),
    }
}

fn open_line(line: &OpenLine) -> OpenLineDto {
    OpenLineDto {
        receivable_id: line.receivable.to_string(),
        kind: line.kind.as_str().to_owned(),
        document_no: line.document_no.clone(),
        issue_on: line.issue_on.to_string(),
        due_on: line.due_on.to_string(),
        days_overdue: line.days_overdue,
        amount: amount(line.amount),
        open_amount: amount(line.open),
    }
}

impl From<&AccountStatement> for AccountStatementDto {
    fn from(found: &AccountStatement) -> Self {
        let statement = |s: &Statement| StatementDto {
            currency: s.currency.to_string(),
            opening_amount: amount(s.opening),
            movements: s.movements.iter().map(movement).collect(),
            closing_amount: amount(s.closing),
            open_items: s.open_items.iter().map(open_line).collect(),
        };
        Self {
            account_id: AccountId(found.account.id).to_string(),
            number: found.account.number.clone(),
            name: found.account.name.clone(),
            from: found.period.from.to_string(),
            to: found.period.to.to_string(),
            known_at: found.period.known_at.to_rfc3339(),
            statements: found.statements.iter().map(statement).collect(),
        }
    }
}

/// The same as one table: an opening line, the movements and a closing line for each currency.
pub(crate) fn statement_rows(found: &AccountStatement) -> Vec<Value> {
    let mut rows = Vec::new();
    for statement in &found.statements {
        let edge = |on: kernel::Date, kind: &str, balance: Decimal| {
            json!({ "account": found.account.number, "currency": statement.currency.as_str(), "on": on,
                "movement": kind, "kind": Value::Null, "document_no": Value::Null, "receivable_id": Value::Null,
                "amount": Value::Null, "balance": amount(balance) })
        };
        rows.push(edge(found.period.from, "opening", statement.opening));
        rows.extend(statement.movements.iter().map(|line| {
            let (movement, kind) = kind_of(line.kind);
            json!({ "account": found.account.number, "currency": statement.currency.as_str(), "on": line.on,
                "movement": movement, "kind": kind, "document_no": line.document_no,
                "receivable_id": line.receivable, "amount": amount(line.amount), "balance": amount(line.balance) })
        }));
        rows.push(edge(found.period.to, "closing", statement.closing));
    }
    rows
}
