//! The parts of the language that a rule may use.

use zen_expression::functions::{FunctionKind, InternalFunction};
use zen_expression::lexer::{ArithmeticOperator, Operator};
use zen_expression::parser::Node;

/// What is not admitted about a node of an expression. The parser itself wraps a cell that is a condition into `bool`.
pub(super) fn refused(node: &Node, cell: bool) -> Option<&'static str> {
    match node {
        Node::FunctionCall { kind: FunctionKind::Internal(InternalFunction::Bool), .. } if cell => None,
        Node::FunctionCall { kind: FunctionKind::Internal(function), .. } => refused_function(*function),
        Node::FunctionCall { kind: FunctionKind::Deprecated(_), .. } => Some("a date function"),
        Node::FunctionCall { kind: FunctionKind::Closure(_), .. } | Node::Closure { .. } => Some("a loop"),
        Node::MethodCall { .. } => Some("a method"),
        Node::Assignments { .. } => Some("an assignment"),
        Node::Pointer | Node::Root => Some("a reference to the environment"),
        Node::Object(_) => Some("an object"),
        Node::Slice { .. } => Some("a slice"),
        Node::Binary { operator: Operator::Arithmetic(ArithmeticOperator::Power), .. } => Some("a power"),
        Node::Null
        | Node::Bool(_)
        | Node::Number(_)
        | Node::String(_)
        | Node::TemplateString(_)
        | Node::Array(_)
        | Node::Identifier(_)
        | Node::Parenthesized(_)
        | Node::Member { .. }
        | Node::Interval { .. }
        | Node::Conditional { .. }
        | Node::Unary { .. }
        | Node::Binary { .. }
        | Node::Error { .. } => None,
    }
}

fn refused_function(function: InternalFunction) -> Option<&'static str> {
    use InternalFunction as F;
    match function {
        F::Len
        | F::Contains
        | F::Upper
        | F::Lower
        | F::Trim
        | F::StartsWith
        | F::EndsWith
        | F::Abs
        | F::Min
        | F::Max
        | F::Floor
        | F::Ceil
        | F::Round
        | F::Trunc => None,
        F::Rand => Some("a random number"),
        F::Date => Some("a date function"),
        F::Matches | F::Extract | F::FuzzyMatch => Some("a regular expression"),
        F::Flatten
        | F::Merge
        | F::MergeDeep
        | F::Sum
        | F::Split
        | F::Avg
        | F::Median
        | F::Mode
        | F::IsNumeric
        | F::String
        | F::Number
        | F::Bool
        | F::Type
        | F::Keys
        | F::Values => Some("this function"),
    }
}
