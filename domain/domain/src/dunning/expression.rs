//! Conditions in the ZEN expression language: checked when a scenario is saved, compiled once per run.
//!
//! Only what is pure, exact and bounded is admitted: no function that reads the clock or draws lots, no powers (they
//! fall back to binary floating point), no loops, no regular expressions.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::Code;
use kernel::text_enum::TextEnum;
use zen_expression::compiler::Opcode;
use zen_expression::functions::{FunctionKind, InternalFunction};
use zen_expression::intellisense::diagnostic::{DiagnosticSource, Severity as ZenSeverity};
use zen_expression::intellisense::values::cell::Condition;
use zen_expression::intellisense::{IntelliSense, ReadDependency};
use zen_expression::lexer::{ArithmeticOperator, Operator};
use zen_expression::parser::Node;
use zen_expression::variable::{Variable, VariableType};
use zen_expression::{compile_expression, evaluate_expression};

use super::codes;
use super::facts::{FactSchema, GroupFact, ItemFact};
use crate::attributes::AttributeOwner;

/// Bytes of one expression. It also bounds the depth of what the parser has to descend.
pub(super) const EXPRESSION_BYTES_MAX: usize = 1_000;
/// Brackets open at once.
pub(super) const BRACKET_DEPTH_MAX: usize = 20;

/// A condition ready to run.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) bytecode: Arc<[Opcode]>,
    pub(super) reads: Reads,
}

/// The facts an expression touches, so that a run loads no others.
#[derive(Debug, Clone, Default)]
pub(super) struct Reads {
    pub(super) group: Vec<GroupFact>,
    pub(super) item: Vec<ItemFact>,
    /// Names of declared attributes.
    pub(super) attributes: BTreeMap<AttributeOwner, Vec<Arc<str>>>,
}

impl Reads {
    /// The attributes of an owner, in order.
    pub(super) fn attributes_of(&self, owner: AttributeOwner) -> &[Arc<str>] {
        self.attributes.get(&owner).map_or(&[], Vec::as_slice)
    }

    /// Whether the answer depends on the item.
    pub(super) fn reads_item(&self) -> bool {
        !self.item.is_empty() || self.attributes.contains_key(&AttributeOwner::Receivable)
    }

    /// Takes over what another expression reads.
    pub(super) fn extend(&mut self, other: &Self) {
        self.group.extend(&other.group);
        self.group.sort_unstable();
        self.group.dedup();
        self.item.extend(&other.item);
        self.item.sort_unstable();
        self.item.dedup();
        for (owner, names) in &other.attributes {
            let all = self.attributes.entry(*owner).or_default();
            all.extend(names.iter().cloned());
            all.sort_unstable();
            all.dedup();
        }
    }
}

/// Something wrong with an expression.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) code: &'static Code,
    pub(super) message: String,
    pub(super) error: bool,
}

impl Fault {
    fn error(code: &'static Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), error: true }
    }
}

/// What a check found out about an expression.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) faults: Vec<Fault>,
    /// Its value, if it has the same whatever the facts are.
    pub(super) constant: Option<bool>,
}

/// Checks syntax, types and admissibility. `with_item` tells whether it may read `item`.
pub(super) fn check(source: &str, schema: &FactSchema, with_item: bool) -> Checked {
    if let Some(fault) = too_large(source) {
        return Checked { faults: vec![fault], constant: None };
    }
    let environment = schema.environment(with_item);
    let mut language = IntelliSense::new().with_strict(true);
    let analysis = language.analyze(source, &environment);
    let mut faults = Vec::new();
    for diagnostic in &analysis.diagnostics {
        let error = diagnostic.severity == ZenSeverity::Error;
        if error || diagnostic.severity == ZenSeverity::Warning {
            faults.push(Fault {
                code: code_of(diagnostic.source),
                message: diagnostic.message.clone(),
                error,
            });
        }
    }
    if faults.iter().any(|f| f.error) {
        return Checked { faults, constant: None };
    }
    faults.extend(forbidden(&mut language, source));
    faults.extend(analysis.reads.iter().filter_map(|read| unknown(read, schema, with_item)));
    if !matches!(analysis.return_type, VariableType::Bool) {
        let message =
            format!("the expression gives {}, a condition must give true or false", analysis.return_type);
        faults.push(Fault::error(&codes::EXPRESSION_TYPE, message));
    }
    let sound = !faults.iter().any(|f| f.error);
    let constant = if sound { constant(&mut language, source, analysis.reads.is_empty()) } else { None };
    Checked { faults, constant }
}

/// Compiles an expression that [`check`] found sound; `None` where it is not.
pub(super) fn compile(source: &str) -> Option<Rule> {
    let bytecode = compile_expression(source).ok()?.bytecode().clone();
    let mut reads = Reads::default();
    for read in IntelliSense::new().reads(source) {
        let path = path_of(&read)?;
        match path.iter().map(AsRef::as_ref).collect::<Vec<&str>>().as_slice() {
            [object, attributes, name] => {
                let owner = owner_of(object, attributes)?;
                reads.attributes.entry(owner).or_default().push(Arc::from(*name));
            }
            ["item", name] => reads.item.push(ItemFact::from_text(name)?),
            [_, name] => reads.group.push(GroupFact::from_text(name)?),
            _ => return None,
        }
    }
    Some(Rule { bytecode, reads })
}

/// Whose attributes an object of the facts holds.
fn owner_of(object: &str, attributes: &str) -> Option<AttributeOwner> {
    AttributeOwner::ALL
        .iter()
        .copied()
        .find(|owner| owner.path().split_once('.') == Some((object, attributes)))
}

fn too_large(source: &str) -> Option<Fault> {
    if source.len() > EXPRESSION_BYTES_MAX {
        let message = format!("{} bytes, at most {EXPRESSION_BYTES_MAX} are accepted", source.len());
        return Some(Fault::error(&codes::EXPRESSION_TOO_LARGE, message));
    }
    let mut depth = 0_usize;
    let mut deepest = 0;
    for character in source.chars() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    (deepest > BRACKET_DEPTH_MAX).then(|| {
        let message = format!("{deepest} brackets open at once, at most {BRACKET_DEPTH_MAX} are accepted");
        Fault::error(&codes::EXPRESSION_TOO_LARGE, message)
    })
}

fn code_of(source: DiagnosticSource) -> &'static Code {
    match source {
        DiagnosticSource::TypeCheck => &codes::EXPRESSION_TYPE,
        DiagnosticSource::Lexer | DiagnosticSource::Parser | DiagnosticSource::Compiler => {
            &codes::EXPRESSION_SYNTAX
        }
    }
}

/// Names the first thing in the expression that is not admitted.
fn forbidden(language: &mut IntelliSense, source: &str) -> Option<Fault> {
    let found = std::cell::Cell::new(None);
    language.with_ast(source, false, |root, _| {
        root.walk(|node| {
            if found.get().is_none() {
                found.set(not_admitted(node));
            }
        });
    })?;
    let what = found.get()?;
    Some(Fault::error(&codes::EXPRESSION_NOT_ADMITTED, format!("{what} cannot be used in a condition")))
}

fn not_admitted(node: &Node) -> Option<&'static str> {
    match node {
        Node::FunctionCall { kind: FunctionKind::Internal(function), .. } => not_admitted_function(*function),
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

fn not_admitted_function(function: InternalFunction) -> Option<&'static str> {
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

fn path_of(read: &ReadDependency) -> Option<&[std::rc::Rc<str>]> {
    match read {
        ReadDependency::Direct { path, via_index: false, .. } => Some(path),
        ReadDependency::Direct { .. }
        | ReadDependency::Iteration { .. }
        | ReadDependency::Unresolved { .. } => None,
    }
}

/// The type check lets an unknown top-level name pass; a fact must be named in full.
fn unknown(read: &ReadDependency, schema: &FactSchema, with_item: bool) -> Option<Fault> {
    let path = path_of(read).map(|p| p.iter().map(AsRef::as_ref).collect::<Vec<&str>>()).unwrap_or_default();
    let known = match path.as_slice() {
        [object, attributes, name] => owner_of(object, attributes)
            .filter(|owner| with_item || *owner != AttributeOwner::Receivable)
            .is_some_and(|owner| schema.has_attribute(owner, name)),
        ["group", name] => GroupFact::from_text(name).is_some(),
        ["item", name] => with_item && ItemFact::from_text(name).is_some(),
        _ => false,
    };
    let message = || match path.first() {
        Some(&"item") if !with_item => "an exit concerns the group and cannot read an item".to_owned(),
        _ => format!("{:?} is not a fact", path.join(".")),
    };
    (!known).then(|| Fault::error(&codes::EXPRESSION_UNKNOWN_FACT, message()))
}

/// The value of an expression that reads nothing, or `false` for one whose parts exclude each other.
fn constant(language: &mut IntelliSense, source: &str, reads_nothing: bool) -> Option<bool> {
    if reads_nothing {
        return evaluate_expression(source, Variable::empty_object()).ok().and_then(|v| v.as_bool());
    }
    let impossible = Condition::holds(language, source).iter().any(|(_, set)| {
        set.numbers.is_empty() && set.strings.is_empty() && set.bools == 0 && !set.null && !set.other
    });
    impossible.then_some(false)
}
