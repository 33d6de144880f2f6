//! Expressions made ready, the values they read, and the machine that runs them.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use kernel::Decimal;
use serde::{Serialize, Serializer};
use zen_expression::compiler::Opcode;
use zen_expression::intellisense::{IntelliSense, ReadDependency};
use zen_expression::variable::{Symbol, Variable, VariableMap};
use zen_expression::vm::VM;
use zen_expression::{Scope, compile_expression, compile_unary_expression};

use super::check::path_of;

/// What a fact is, or what an expression gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum FactValue {
    Number(Decimal),
    Text(Arc<str>),
    Bool(bool),
    /// Not known.
    #[default]
    Null,
}

impl FactValue {
    pub fn is_null(&self) -> bool {
        *self == Self::Null
    }

    pub fn as_number(&self) -> Option<Decimal> {
        if let Self::Number(value) = self { Some(*value) } else { None }
    }

    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(value) = self { Some(value) } else { None }
    }

    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// `None` for what is no fact: a list, an object, a date.
    pub(super) fn read(value: &Variable) -> Option<Self> {
        match value {
            Variable::Null => Some(Self::Null),
            Variable::Bool(value) => Some(Self::Bool(*value)),
            Variable::Number(value) => Some(Self::Number(*value)),
            Variable::String(value) => Some(Self::Text(Arc::from(value.as_str()))),
            Variable::Array(_) | Variable::Object(_) | Variable::Dynamic(_) => None,
        }
    }

    fn variable(&self) -> Variable {
        match self {
            Self::Number(value) => Variable::Number(*value),
            Self::Text(value) => Variable::String(Symbol::from(value.as_ref())),
            Self::Bool(value) => Variable::Bool(*value),
            Self::Null => Variable::Null,
        }
    }
}

impl From<Decimal> for FactValue {
    fn from(value: Decimal) -> Self {
        Self::Number(value)
    }
}

impl From<i32> for FactValue {
    fn from(value: i32) -> Self {
        Self::Number(value.into())
    }
}

impl From<i64> for FactValue {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl From<bool> for FactValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for FactValue {
    fn from(value: &str) -> Self {
        Self::Text(Arc::from(value))
    }
}

impl From<Arc<str>> for FactValue {
    fn from(value: Arc<str>) -> Self {
        Self::Text(value)
    }
}

impl<T: Into<FactValue>> From<Option<T>> for FactValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl fmt::Display for FactValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => write!(f, "{value}"),
            Self::Text(value) => write!(f, "{value:?}"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Null => f.write_str("null"),
        }
    }
}

/// As everywhere in the interface, a number is a decimal as text.
impl Serialize for FactValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(value) => serializer.collect_str(&value.normalize()),
            Self::Text(value) => serializer.serialize_str(value),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Null => serializer.serialize_none(),
        }
    }
}

/// Facts by their dotted path. One that is not there is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct FactValues(BTreeMap<Cow<'static, str>, FactValue>);

impl FactValues {
    pub fn set(&mut self, path: impl Into<Cow<'static, str>>, value: impl Into<FactValue>) {
        self.0.insert(path.into(), value.into());
    }

    pub fn get(&self, path: &str) -> &FactValue {
        const UNKNOWN: &FactValue = &FactValue::Null;
        self.0.get(path).unwrap_or(UNKNOWN)
    }

    /// Facts in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &FactValue)> {
        self.0.iter().map(|(path, value)| (path.as_ref(), value))
    }

    /// Those facts that `reads` names: what a decision depended on.
    #[must_use]
    pub fn only<'p>(&self, reads: impl IntoIterator<Item = &'p str>) -> Self {
        let known = |path: &'p str| {
            let (path, value) = self.0.get_key_value(path)?;
            Some((path.clone(), value.clone()))
        };
        Self(reads.into_iter().filter_map(known).collect())
    }
}

/// A rule that could not be evaluated, e.g. because it compares with what is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluationFailed {
    pub why: String,
}

/// An expression ready to run. One serves all threads.
#[derive(Debug, Clone)]
pub struct Rule {
    pub(crate) bytecode: Arc<[Opcode]>,
    reads: Vec<Arc<str>>,
}

/// A cell of a decision table ready to run. One serves all threads.
#[derive(Debug, Clone)]
pub struct Cell(Option<Rule>);

/// Compiles an expression that [`check`](super::check::check) found sound; `None` where it is not.
pub fn compile(source: &str) -> Option<Rule> {
    let bytecode = Arc::clone(compile_expression(source).ok()?.bytecode());
    Some(Rule { bytecode, reads: reads_of(&IntelliSense::new().reads(source))? })
}

/// Compiles a cell that [`check_cell`](super::check::check_cell) found sound; `None` where it is not.
pub fn compile_cell(source: &str) -> Option<Cell> {
    if source.trim().is_empty() {
        return Some(Cell(None));
    }
    let bytecode = Arc::clone(compile_unary_expression(source).ok()?.bytecode());
    let reads = reads_of(&IntelliSense::new().reads_unary(source))?;
    Some(Cell(Some(Rule { bytecode, reads })))
}

fn reads_of(reads: &[ReadDependency]) -> Option<Vec<Arc<str>>> {
    let path = |read| path_of(read).map(|path| Arc::from(path.join(".")));
    let mut paths = reads.iter().map(path).collect::<Option<Vec<Arc<str>>>>()?;
    paths.sort_unstable();
    paths.dedup();
    Some(paths)
}

impl Rule {
    /// Paths of the facts it touches, in order, so that nobody need load others.
    pub fn reads(&self) -> &[Arc<str>] {
        &self.reads
    }

    /// The numbers and texts it names.
    pub fn literals(&self) -> impl Iterator<Item = FactValue> {
        self.bytecode.iter().filter_map(|opcode| {
            if let Opcode::PushNumber(number) = opcode {
                return Some(FactValue::Number(*number));
            }
            if let Opcode::PushString(text) = opcode { Some(FactValue::Text(Arc::clone(text))) } else { None }
        })
    }

    /// Runs it once; [`Machine::evaluate`] is for many. A number that cannot be had, such as a division by zero, is `Null`
    /// whatever the check said it gives.
    ///
    /// # Errors
    /// When it compares with what is not known, or leaves the range of decimals.
    pub fn evaluate(&self, facts: &FactValues) -> Result<FactValue, EvaluationFailed> {
        Machine::default().evaluate(self, facts)
    }
}

impl Cell {
    /// Paths of the facts it touches beside the value of its column, in order.
    pub fn reads(&self) -> &[Arc<str>] {
        self.0.as_ref().map_or(&[], Rule::reads)
    }
}

/// Runs rules, one after another. One per thread; its memory is reused.
pub struct Machine(VM);

impl Default for Machine {
    fn default() -> Self {
        Self(VM::new())
    }
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Machine")
    }
}

impl Machine {
    /// What a rule gives for some facts.
    ///
    /// # Errors
    /// As [`Rule::evaluate`].
    pub fn evaluate(&mut self, rule: &Rule, facts: &FactValues) -> Result<FactValue, EvaluationFailed> {
        self.run(rule, visible(rule, facts))
    }

    /// Whether a condition holds.
    ///
    /// # Errors
    /// As [`Rule::evaluate`], and when the rule is no condition.
    pub fn holds(&mut self, rule: &Rule, facts: &FactValues) -> Result<bool, EvaluationFailed> {
        truth(&self.evaluate(rule, facts)?)
    }

    /// Whether a cell admits a value of its column. An unknown value meets only a cell that names it.
    ///
    /// # Errors
    /// As [`Rule::evaluate`].
    pub fn admits(
        &mut self,
        cell: &Cell,
        value: &FactValue,
        facts: &FactValues,
    ) -> Result<bool, EvaluationFailed> {
        let Some(rule) = &cell.0 else {
            return Ok(true);
        };
        let mut root = visible(rule, facts);
        root.insert(Variable::dollar_key(), value.variable());
        match self.run(rule, root) {
            Err(_) if value.is_null() => Ok(false),
            answer => truth(&answer?),
        }
    }

    fn run(&mut self, rule: &Rule, root: VariableMap) -> Result<FactValue, EvaluationFailed> {
        let answer = self.0.run(&rule.bytecode, &Scope::new(Variable::from_object(root)));
        let value = answer.map_err(|error| EvaluationFailed { why: error.to_string() })?;
        FactValue::read(&value)
            .ok_or_else(|| EvaluationFailed { why: format!("gives {}", value.type_name()) })
    }
}

fn truth(value: &FactValue) -> Result<bool, EvaluationFailed> {
    value.as_bool().ok_or_else(|| EvaluationFailed { why: format!("{value} is neither true nor false") })
}

/// The facts that a rule reads, as it sees them.
fn visible(rule: &Rule, facts: &FactValues) -> VariableMap {
    let mut root = VariableMap::new();
    for path in &rule.reads {
        insert(&mut root, path, facts.get(path).variable());
    }
    root
}

fn insert(map: &mut VariableMap, path: &str, value: Variable) {
    let Some((object, rest)) = path.split_once('.') else {
        map.insert(Symbol::from(path), value);
        return;
    };
    let inner = if let Some(Variable::Object(found)) = map.get_str(object) {
        Rc::clone(found)
    } else {
        let made = Rc::new(RefCell::new(VariableMap::new()));
        map.insert(Symbol::from(object), Variable::Object(Rc::clone(&made)));
        made
    };
    insert(&mut inner.borrow_mut(), rest, value);
}
