//! From a template and variables to the message that is frozen and sent.

use kernel::{Error, Outcome};
use minijinja::value::Value;

use super::document::Align;
use super::engine::{CompiledTemplate, LetterPlan, TablePlan};
use super::values::{to_value, with_row};
use super::{Finding, Template, TemplateVariables, refusal};
use crate::comms::codes;

/// Characters of a rendered subject: longer ones are cut by what people read mail with.
pub(super) const SUBJECT_CHARS_MAX: usize = 200;
/// Bytes of a rendered part: below what mail relays take, above ten thousand items.
const PART_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A message as it will be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line, not empty.
    pub subject: String,
    /// Lines end in `\n`; never more than one empty line in a row.
    pub text: String,
    pub html: Option<String>,
    /// Empty where the template has no letter.
    pub letter: Vec<LetterPiece>,
}

/// A piece of a letter, as plain text: the renderer of the letter decides how it looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LetterPiece {
    Heading(String),
    Paragraph(String),
    /// How to pay, in words; a letter may set it as a box.
    Payment(String),
    Table(LetterTable),
}

/// A table of a letter. Every row, and the footer unless it is empty, has one cell per title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterTable {
    pub titles: Vec<String>,
    pub aligns: Vec<Align>,
    pub rows: Vec<Vec<String>>,
    pub footer: Vec<String>,
}

impl CompiledTemplate {
    /// Reads a template once, to render many messages.
    ///
    /// # Errors
    /// `template.document_invalid` with the syntax errors. Templates that were saved have none.
    pub fn compile(template: &Template) -> Outcome<Self> {
        let shape = template.document.shape_findings();
        if !shape.is_empty() {
            return Err(refusal(shape));
        }
        Self::read(template).map_err(refusal)
    }

    /// Renders a message.
    ///
    /// # Errors
    /// `template.variable_missing` where the template prints something that this message does not have,
    /// `template.unknown_variable`, `template.wrong_type`, `template.too_costly`, `template.too_long`,
    /// `template.subject_not_one_line`, `money.overflow`.
    pub fn render(&self, variables: &TemplateVariables) -> Outcome<Rendered> {
        let value = to_value(variables, self.formats)?;
        self.render_value(&value).map_err(|finding| {
            let missing = finding.code == &codes::TEMPLATE_OPTIONAL_UNGUARDED;
            let code = if missing { &codes::TEMPLATE_VARIABLE_MISSING } else { finding.code };
            Error::field(finding.field, code, finding.message)
        })
    }

    pub(super) fn render_value(&self, variables: &Value) -> Result<Rendered, Finding> {
        let html = if self.has_html { Some(self.bounded("html", variables)?) } else { None };
        let pieces = self.letter.iter().map(|plan| self.letter_piece(plan, variables));
        Ok(Rendered {
            subject: self.subject(variables)?,
            text: tidy(&self.bounded("text", variables)?),
            html,
            letter: pieces.filter_map(Result::transpose).collect::<Result<_, _>>()?,
        })
    }

    /// One line: a line break would begin another header of the mail (RFC 5322, 2.2).
    fn subject(&self, variables: &Value) -> Result<String, Finding> {
        let text = self.piece("subject", variables)?;
        let subject = text.trim();
        let wrong = |message: String| Finding::new("subject", &codes::TEMPLATE_SUBJECT_NOT_ONE_LINE, message);
        if subject.is_empty() {
            return Err(wrong("the subject is empty".to_owned()));
        }
        if subject.chars().any(char::is_control) {
            return Err(wrong("the subject holds a line break or another control character".to_owned()));
        }
        let length = subject.chars().count();
        if length > SUBJECT_CHARS_MAX {
            let message = format!("{length} characters, at most {SUBJECT_CHARS_MAX} are accepted");
            return Err(Finding::new("subject", &codes::TEMPLATE_TOO_LONG, message));
        }
        Ok(subject.to_owned())
    }

    fn bounded(&self, field: &str, variables: &Value) -> Result<String, Finding> {
        let text = self.piece(field, variables)?;
        if text.len() > PART_BYTES_MAX {
            let message = format!("{} bytes, at most {PART_BYTES_MAX} are accepted", text.len());
            return Err(Finding::new(field, &codes::TEMPLATE_TOO_LONG, message));
        }
        Ok(text)
    }

    fn letter_piece(&self, plan: &LetterPlan, variables: &Value) -> Result<Option<LetterPiece>, Finding> {
        let text = |field: &str| -> Result<Option<String>, Finding> {
            let text = self.piece(field, variables)?.trim().to_owned();
            Ok((!text.is_empty()).then_some(text))
        };
        match plan {
            LetterPlan::Heading(field) => Ok(text(field)?.map(LetterPiece::Heading)),
            LetterPlan::Paragraph(field) => Ok(text(field)?.map(LetterPiece::Paragraph)),
            LetterPlan::Payment(field) => Ok(text(field)?.map(LetterPiece::Payment)),
            LetterPlan::Table(plan) => Ok(self.table(plan, variables)?.map(LetterPiece::Table)),
        }
    }

    fn table(&self, plan: &TablePlan, variables: &Value) -> Result<Option<LetterTable>, Finding> {
        let TablePlan { each, titles, aligns, cells, footer } = plan;
        let list = variables.get_attr(&each.to_string()).and_then(|list| list.try_iter());
        let rows = list.map_err(|e| Finding::new("letter", &codes::TEMPLATE_WRONG_TYPE, e.to_string()))?;
        let line = |fields: &[String], variables: &Value| {
            let cells = fields.iter().map(|field| Ok(self.piece(field, variables)?.trim().to_owned()));
            cells.collect::<Result<Vec<_>, Finding>>()
        };
        let row_name = each.row_name();
        let rows = rows
            .map(|row| line(cells, &with_row(variables, row_name, row)))
            .collect::<Result<Vec<_>, _>>()?;
        if rows.is_empty() {
            return Ok(None);
        }
        let footer = line(footer, variables)?;
        Ok(Some(LetterTable { titles: titles.clone(), aligns: aligns.clone(), rows, footer }))
    }
}

/// Drops blanks at line ends and empty lines beyond one, which conditions leave behind.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty_lines = 0;
    for line in text.trim().lines().map(str::trim_end) {
        empty_lines = if line.is_empty() { empty_lines + 1 } else { 0 };
        if empty_lines < 2 {
            tidy.push_str(line);
            tidy.push('\n');
        }
    }
    tidy
}

#[cfg(test)]
mod tests {
    use super::super::{LetterBlock, TemplateDocument, TemplatePurpose, default_template, lint, sample};
    use super::*;
    use crate::comms::LanguageTag;

    fn template(subject: &str, text: &str) -> Template {
        let (subject, text) = (subject.to_owned(), text.to_owned());
        let document = TemplateDocument { schema: 1, subject, text, html: None, letter: Vec::new() };
        Template {
            code: "test".to_owned(),
            language: LanguageTag::ES,
            purpose: TemplatePurpose::General,
            document,
        }
    }

    fn code_of(template: &Template, variables: &TemplateVariables) -> &'static str {
        CompiledTemplate::compile(template).unwrap().render(variables).unwrap_err().code().text
    }

    #[test]
    fn what_no_sample_reached_is_still_an_error_and_not_a_blank() {
        let rare = template("x", "{{ entity.name }}{% if account.number == '7' %}{{ note }}{% endif %}");
        assert_eq!(lint(&rare), []);
        let mut variables = sample();
        variables.account.number = "7".to_owned();
        assert!(CompiledTemplate::compile(&rare).unwrap().render(&variables).is_ok());
        variables.note = None;
        assert_eq!(code_of(&rare, &variables), "template.variable_missing");
    }

    #[test]
    fn a_template_speaks_of_interest_where_any_piece_does() {
        let speaks = |template: &Template| CompiledTemplate::compile(template).unwrap().speaks_of_interest();
        assert!(!speaks(&template("x", "{{ totals.due | money }}")));
        assert!(speaks(&template("x", "{% if interest %}{{ interest.amount | money }}{% endif %}")));
        assert!(speaks(&template(
            "x",
            "{% if totals.with_interest %}{{ totals.with_interest | money }}{% endif %}"
        )));
        assert!(speaks(&template("x", "{% set t = totals %}{{ t.due | money }}")));
        let mut on_paper = template("x", "{{ totals.due | money }}");
        let text = "{% if interest %}{{ interest.until_on | date }}{% endif %}".to_owned();
        on_paper.document.letter = vec![LetterBlock::Paragraph { text }];
        assert!(speaks(&on_paper));
        for (code, expected) in [("due_soon", true), ("first_reminder", true), ("formal_notice", true)] {
            assert_eq!(speaks(&default_template(code, LanguageTag::EN).unwrap()), expected, "{code}");
        }
    }

    #[test]
    fn a_line_break_in_a_variable_cannot_begin_another_header() {
        let subject = template("Cuenta {{ account.name }}", "{{ entity.name }}");
        let mut variables = sample();
        variables.account.name = "A\r\nBcc: x@y.es".to_owned();
        assert_eq!(code_of(&subject, &variables), "template.subject_not_one_line");
    }

    #[test]
    fn blocks_of_a_letter_that_render_to_nothing_are_left_out() {
        let mut with_letter = template("x", "{{ entity.name }}");
        let paragraph = |text: &str| LetterBlock::Paragraph { text: text.to_owned() };
        with_letter.document.letter =
            vec![paragraph("{% if note %}{{ note }}{% endif %}"), paragraph(" {{ entity.name }} ")];
        let compiled = CompiledTemplate::compile(&with_letter).unwrap();
        let letter = compiled.render(&TemplateVariables { note: None, ..sample() }).unwrap().letter;
        assert_eq!(letter, [LetterPiece::Paragraph("Suministros Ejemplo, S.A.".to_owned())]);
    }

    #[test]
    fn the_longest_accounts_still_fit() {
        let mut variables = sample();
        let item = variables.items[0].clone();
        variables.items = vec![item; 10_000];
        let template = default_template("second_reminder", LanguageTag::ES).unwrap();
        let rendered = CompiledTemplate::compile(&template).unwrap().render(&variables).unwrap();
        let rows = rendered.letter.iter().find_map(|piece| match piece {
            LetterPiece::Table(table) => Some(table.rows.len()),
            LetterPiece::Heading(_) | LetterPiece::Paragraph(_) | LetterPiece::Payment(_) => None,
        });
        assert_eq!(rows, Some(10_000));
        assert!(rendered.text.contains("12.345.479,00 EUR"), "10,000 times 1,234.56 less a credit of 121.00");
    }
}
