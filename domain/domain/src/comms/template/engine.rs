//! The template engine, narrowed to what a message needs.
//!
//! Text parts and the HTML part live in separate environments, so that no part can pull another in unescaped. There
//! are no functions, and no filter that switches escaping off. Work is bounded per part.

use kernel::Code;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Value, ValueKind};
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, escape_formatter,
};

use super::document::{Align, LetterBlock, TableSource, cell_path, footer_path, text_path};
use super::formats::Formats;
use super::schema::VariableKind;
use super::values::{ABSENT, Absent, Typed};
use super::{Finding, Template};
use crate::comms::codes;

/// Steps of work per part: an item of a table takes about fifty, so this is enough for ten thousand items.
const FUEL: u64 = 1_000_000;
/// Characters around an absent variable's path in an error.
const PATH_CHARS_MAX: usize = 100;

/// A template ready to render many messages.
#[derive(Debug)]
pub struct CompiledTemplate {
    pub(super) formats: &'static Formats,
    pub(super) letter: Vec<LetterPlan>,
    pub(super) has_html: bool,
    plain: Environment<'static>,
    html: Environment<'static>,
}

/// A block of a letter, by the names of its pieces.
#[derive(Debug)]
pub(super) enum LetterPlan {
    Heading(String),
    Paragraph(String),
    Payment(String),
    Table(TablePlan),
}

#[derive(Debug)]
pub(super) struct TablePlan {
    pub(super) each: TableSource,
    pub(super) titles: Vec<String>,
    pub(super) aligns: Vec<Align>,
    pub(super) cells: Vec<String>,
    pub(super) footer: Vec<String>,
}

impl CompiledTemplate {
    /// Reads all parts.
    ///
    /// # Errors
    /// Findings of code `template.syntax`.
    pub(super) fn read(template: &Template) -> Result<Self, Vec<Finding>> {
        let (mut plain, mut html) = (environment(AutoEscape::None), environment(AutoEscape::Html));
        let mut findings = Vec::new();
        for (field, source) in template.document.sources() {
            let environment = if field == "html" { &mut html } else { &mut plain };
            let added = environment.add_template_owned(field.clone(), source.to_owned());
            findings.extend(added.err().map(|error| finding(&field, &error)));
        }
        if !findings.is_empty() {
            return Err(findings);
        }
        Ok(Self {
            formats: Formats::of(template.language),
            letter: template.document.letter.iter().enumerate().map(|(no, block)| plan(no, block)).collect(),
            has_html: template.document.html.is_some(),
            plain,
            html,
        })
    }

    /// Renders one piece.
    ///
    /// # Errors
    /// A finding; `template.optional_unguarded` where an absent variable was printed.
    pub(super) fn piece(&self, field: &str, variables: &Value) -> Result<String, Finding> {
        let text = self.template(field)?.render(variables.clone()).map_err(|error| finding(field, &error))?;
        match absent_path(&text) {
            None => Ok(text),
            // It went through a filter, which knows of no line.
            Some(path) => Err(unguarded(field, None, &path)),
        }
    }

    /// What a named block of a piece renders to; `None` where the piece has no such block.
    pub(super) fn block(
        &self,
        field: &str,
        block: &str,
        variables: &Value,
    ) -> Result<Option<String>, Finding> {
        let template = self.template(field)?;
        let mut captured =
            template.render_captured(variables.clone()).map_err(|error| finding(field, &error))?;
        match captured.with_state_mut(|state| state.render_block(block)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == ErrorKind::UnknownBlock => Ok(None),
            Err(error) => Err(finding(field, &error)),
        }
    }

    /// Whether any piece speaks of interest or of the fixed sum: what a message does not say, it does not claim.
    pub fn speaks_of_interest(&self) -> bool {
        // `totals` alone: handed on to something that may print any of them.
        let of_interest = |path: &String| {
            ["totals", "totals.with_interest", "interest"].contains(&path.as_str())
                || path.starts_with("interest.")
        };
        let pieces = [&self.plain, &self.html].into_iter().flat_map(Environment::templates);
        pieces.flat_map(|(_, piece)| piece.undeclared_variables(true)).any(|path| of_interest(&path))
    }

    /// Dotted paths of the variables that a piece uses and does not set itself.
    pub(super) fn used_variables(&self, field: &str) -> Result<Vec<String>, Finding> {
        let mut used = self.template(field)?.undeclared_variables(true).into_iter().collect::<Vec<_>>();
        used.sort();
        Ok(used)
    }

    fn template(&self, field: &str) -> Result<minijinja::Template<'_, '_>, Finding> {
        let environment = if field == "html" { &self.html } else { &self.plain };
        environment.get_template(field).map_err(|error| finding(field, &error))
    }
}

fn plan(no: usize, block: &LetterBlock) -> LetterPlan {
    match block {
        LetterBlock::Heading { .. } => LetterPlan::Heading(text_path(no)),
        LetterBlock::Paragraph { .. } => LetterPlan::Paragraph(text_path(no)),
        LetterBlock::Payment { .. } => LetterPlan::Payment(text_path(no)),
        LetterBlock::Table { each, columns, footer } => LetterPlan::Table(TablePlan {
            each: *each,
            titles: columns.iter().map(|column| column.title.clone()).collect(),
            aligns: columns.iter().map(|column| column.align).collect(),
            cells: (0..columns.len()).map(|column| cell_path(no, column)).collect(),
            footer: (0..footer.len()).map(|column| footer_path(no, column)).collect(),
        }),
    }
}

fn environment(escape: AutoEscape) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(move |_| escape.clone());
    environment.set_formatter(print);
    environment.set_fuel(Some(FUEL));
    // Valid without custom delimiters; the default stays if that ever changed, and the tests of layout would fail.
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        environment.set_syntax(syntax);
    }
    for function in ["range", "dict", "debug", "namespace"] {
        environment.remove_global(function);
    }
    for filter in ["safe", "escape", "e", "float", "pprint", "attr"] {
        environment.remove_filter(filter);
    }
    environment.add_filter("money", |value: Value| typed(value, VariableKind::Amount));
    environment.add_filter("date", |value: Value| typed(value, VariableKind::Date));
    environment.add_filter("iban", |value: Value| typed(value, VariableKind::Iban));
    environment.add_filter("default", or_else);
    environment.add_filter("d", or_else);
    environment
}

/// Lets a variable of the wanted kind through; an absent one is noticed when it is printed.
fn typed(value: Value, wanted: VariableKind) -> Result<Value, Error> {
    let is_absent = value.downcast_object_ref::<Absent>().is_some();
    if is_absent || value.downcast_object_ref::<Typed>().is_some_and(|typed| typed.kind() == wanted) {
        return Ok(value);
    }
    Err(Error::new(ErrorKind::InvalidOperation, format!("this is no variable of kind {wanted}")))
}

fn or_else(value: Value, other: Value) -> Value {
    if value.downcast_object_ref::<Absent>().is_some() { other } else { value }
}

/// Prints texts, numbers and typed variables. Everything else would be a leak of the machine into a letter.
fn print(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if let Some(absent) = value.downcast_object_ref::<Absent>() {
        let printed = AbsentPrinted(absent.path().to_owned());
        return Err(Error::new(ErrorKind::UndefinedError, "an absent variable").with_source(printed));
    }
    let is_own = value.downcast_object_ref::<Typed>().is_some();
    if is_own || matches!(value.kind(), ValueKind::String | ValueKind::Number) {
        return escape_formatter(out, state, value);
    }
    if value.is_undefined() {
        let message = "an `if` without `else` inside {{ }} prints a blank; use {% if %} instead";
        return Err(Error::new(ErrorKind::InvalidOperation, message));
    }
    Err(Error::new(ErrorKind::InvalidOperation, format!("a {} cannot be printed", value.kind())))
}

/// Carries the path of an absent variable out of the engine, which adds the line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct AbsentPrinted(String);

fn unguarded(field: &str, line: Option<usize>, path: &str) -> Finding {
    let message = format!("{path} may be absent: print it only inside {{% if {path} %}}");
    Finding { field: field.to_owned(), line, code: &codes::TEMPLATE_OPTIONAL_UNGUARDED, message }
}

fn absent_path(text: &str) -> Option<String> {
    let (_, rest) = text.split_once(ABSENT)?;
    Some(rest.chars().take_while(|c| *c != ABSENT).take(PATH_CHARS_MAX).collect())
}

fn finding(field: &str, error: &Error) -> Finding {
    let mut message = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if let Some(AbsentPrinted(path)) = inner.downcast_ref() {
            return unguarded(field, error.line(), path);
        }
        message = format!("{message}: {inner}");
        source = inner.source();
    }
    Finding { field: field.to_owned(), line: error.line(), code: code_of(error.kind()), message }
}

fn code_of(kind: ErrorKind) -> &'static Code {
    const TYPE: &[ErrorKind] = &[
        ErrorKind::NonPrimitive,
        ErrorKind::NonKey,
        ErrorKind::InvalidOperation,
        ErrorKind::CannotUnpack,
        ErrorKind::BadSerialization,
        ErrorKind::CannotDeserialize,
    ];
    if kind == ErrorKind::UndefinedError {
        return &codes::TEMPLATE_UNKNOWN_VARIABLE;
    }
    if kind == ErrorKind::OutOfFuel {
        return &codes::TEMPLATE_TOO_COSTLY;
    }
    if TYPE.contains(&kind) { &codes::TEMPLATE_WRONG_TYPE } else { &codes::TEMPLATE_SYNTAX }
}
