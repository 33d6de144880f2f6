//! What expressions may read.

use zen_expression::variable::VariableType;

use super::facts::object;

/// The facts that an expression may read, with their types.
pub trait Schema {
    /// The facts as an environment of the expression language.
    fn environment(&self) -> VariableType;

    /// Whether a path is a fact. The type check lets an unknown top-level name pass; a fact must be named in full.
    fn knows(&self, path: &[&str]) -> bool;

    /// Why a path that is not known is refused.
    fn refusal(&self, path: &[&str]) -> String {
        format!("{:?} is not a fact", path.join("."))
    }
}

/// A schema without facts, for cells that may look at nothing but the value of their column.
#[derive(Debug, Clone, Copy)]
pub struct NoFacts;

impl Schema for NoFacts {
    fn environment(&self) -> VariableType {
        object([])
    }

    fn knows(&self, _path: &[&str]) -> bool {
        false
    }
}
