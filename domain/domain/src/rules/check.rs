//! Whether an expression can be read, is admitted and fits, asked when the rule set that holds it is saved.

mod admitted;

use kernel::Code;
use kernel::text_enum::TextEnum as _;
use zen_expression::evaluate_expression;
use zen_expression::intellisense::diagnostic::{Diagnostic, DiagnosticSource, Severity as ZenSeverity};
use zen_expression::intellisense::values::cell::Condition;
use zen_expression::intellisense::{IntelliSense, ReadDependency};
use zen_expression::variable::{Variable, VariableType};

use super::cell_set;
use super::codes;
use super::evaluate::FactValue;
use super::facts::{FactType, ValueType};
use super::schema::Schema;

/// Bytes of one expression. It also bounds the depth of what the parser has to descend.
pub const EXPRESSION_BYTES_MAX: usize = 1_000;
/// Brackets open at once.
pub const BRACKET_DEPTH_MAX: usize = 20;

/// What an expression is to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    Bool,
    Number,
    Text,
    NumberOrNull,
    TextOrNull,
    /// Any truth value, number or text, known or not.
    Any,
}

impl Want {
    fn accepts(self, given: &ValueType) -> bool {
        let (of, nullable) = match self {
            Self::Any => return true,
            Self::Bool => (FactType::Bool, false),
            Self::Number => (FactType::Number, false),
            Self::Text => (FactType::Text, false),
            Self::NumberOrNull => (FactType::Number, true),
            Self::TextOrNull => (FactType::Text, true),
        };
        given.of == of && (nullable || !given.nullable)
    }

    fn words(self) -> &'static str {
        match self {
            Self::Bool => "a condition must give true or false",
            Self::Number => "a number that is always known is wanted",
            Self::Text => "a text that is always known is wanted",
            Self::NumberOrNull => "a number is wanted",
            Self::TextOrNull => "a text is wanted",
            Self::Any => "a truth value, a number or a text is wanted",
        }
    }
}

/// Something wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub code: &'static Code,
    pub message: String,
    /// Whether it forbids the use of the expression.
    pub error: bool,
}

impl Fault {
    fn error(code: &'static Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), error: true }
    }
}

/// What a check found out about an expression.
#[derive(Debug, Default)]
pub struct Checked {
    pub faults: Vec<Fault>,
    /// Its value, if it has the same whatever the facts are.
    pub constant: Option<FactValue>,
    /// What it gives; `None` where it is not sound.
    pub gives: Option<ValueType>,
}

impl Checked {
    /// Whether nothing forbids the use of the expression.
    pub fn is_sound(&self) -> bool {
        !self.faults.iter().any(|f| f.error)
    }

    /// The truth value that a condition has whatever the facts are.
    pub fn always(&self) -> Option<bool> {
        match self.constant {
            Some(FactValue::Bool(value)) => Some(value),
            _ => None,
        }
    }
}

/// Checks syntax, types and admissibility of an expression.
pub fn check(source: &str, schema: &dyn Schema, want: Want) -> Checked {
    if let Some(fault) = too_large(source) {
        return Checked { faults: vec![fault], ..Checked::default() };
    }
    let mut language = IntelliSense::new().with_strict(true);
    let analysis = language.analyze(source, &schema.environment());
    let mut faults = diagnosed(&analysis.diagnostics);
    if faults.iter().any(|f| f.error) {
        return Checked { faults, ..Checked::default() };
    }
    faults.extend(forbidden(&mut language, source, false));
    faults.extend(analysis.reads.iter().filter_map(|read| unknown(read, schema)));
    let gives = ValueType::of(&analysis.return_type);
    if !gives.as_ref().is_some_and(|given| want.accepts(given)) {
        let message = format!("the expression gives {}, {}", analysis.return_type, want.words());
        faults.push(Fault::error(&codes::EXPRESSION_TYPE, message));
    }
    if faults.iter().any(|f| f.error) {
        return Checked { faults, ..Checked::default() };
    }
    let constant = constant(&mut language, source, analysis.reads.is_empty());
    Checked { faults, constant, gives }
}

/// Checks a cell of a decision table: a test of the value of its column, such as `> 5`, `[18..65)` or `"A", "B"`. An empty
/// cell admits every value. An unknown value meets only a cell that names it: `null`, or `!= "A"`.
pub fn check_cell(source: &str, column: &ValueType, schema: &dyn Schema) -> Checked {
    if source.trim().is_empty() {
        return Checked { gives: Some(ValueType::plain(FactType::Bool)), ..Checked::default() };
    }
    if let Some(fault) = too_large(source) {
        return Checked { faults: vec![fault], ..Checked::default() };
    }
    let environment = schema.environment();
    if let VariableType::Object(fields) = &environment {
        fields.borrow_mut().insert("$".into(), column.known_variable("column"));
    }
    let mut language = IntelliSense::new().with_strict(true);
    let analysis = language.analyze_unary(source, &environment);
    let mut faults = diagnosed(&analysis.diagnostics);
    if faults.iter().any(|f| f.error) {
        return Checked { faults, ..Checked::default() };
    }
    faults.extend(forbidden(&mut language, source, true));
    faults.extend(analysis.reads.iter().filter_map(|read| unknown(read, schema)));
    if cell_set::misses_type(&mut language, source, column) {
        let message = format!("{source:?} can never be met by a {}", column.of.as_str());
        faults.push(Fault::error(&codes::EXPRESSION_TYPE, message));
    }
    let sound = !faults.iter().any(|f| f.error);
    Checked { faults, constant: None, gives: sound.then(|| ValueType::plain(FactType::Bool)) }
}

fn diagnosed(diagnostics: &[Diagnostic]) -> Vec<Fault> {
    let faults = diagnostics.iter().filter_map(|diagnostic| {
        let error = diagnostic.severity == ZenSeverity::Error;
        let code = match diagnostic.source {
            DiagnosticSource::TypeCheck => &codes::EXPRESSION_TYPE,
            DiagnosticSource::Lexer | DiagnosticSource::Parser | DiagnosticSource::Compiler => {
                &codes::EXPRESSION_SYNTAX
            }
        };
        let worth = error || diagnostic.severity == ZenSeverity::Warning;
        worth.then(|| Fault { code, message: diagnostic.message.clone(), error })
    });
    faults.collect()
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

/// Names the first thing in the expression that is not admitted.
fn forbidden(language: &mut IntelliSense, source: &str, cell: bool) -> Option<Fault> {
    let found = std::cell::Cell::new(None);
    language.with_ast(source, cell, |root, _| {
        root.walk(|node| {
            if found.get().is_none() {
                found.set(admitted::refused(node, cell));
            }
        });
    })?;
    let what = found.get()?;
    Some(Fault::error(&codes::EXPRESSION_NOT_ADMITTED, format!("{what} cannot be used in a rule")))
}

/// The path of a read that names a fact in full.
pub(super) fn path_of(read: &ReadDependency) -> Option<Vec<&str>> {
    match read {
        ReadDependency::Direct { path, via_index: false, .. } => {
            Some(path.iter().map(AsRef::as_ref).collect())
        }
        ReadDependency::Direct { .. }
        | ReadDependency::Iteration { .. }
        | ReadDependency::Unresolved { .. } => None,
    }
}

fn unknown(read: &ReadDependency, schema: &dyn Schema) -> Option<Fault> {
    let path = path_of(read).unwrap_or_default();
    (!schema.knows(&path)).then(|| Fault::error(&codes::EXPRESSION_UNKNOWN_FACT, schema.refusal(&path)))
}

/// The value of an expression that reads nothing, or `false` for one whose parts exclude each other.
fn constant(language: &mut IntelliSense, source: &str, reads_nothing: bool) -> Option<FactValue> {
    if reads_nothing {
        let value = evaluate_expression(source, Variable::empty_object()).ok()?;
        return FactValue::read(&value);
    }
    let impossible = Condition::holds(language, source).iter().any(|(_, set)| set.is_empty());
    impossible.then_some(FactValue::Bool(false))
}
