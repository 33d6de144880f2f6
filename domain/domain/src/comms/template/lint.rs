//! What is wrong with a template, found when it is saved and not when it is sent.
//!
//! The template is read, its variables are looked up in the schema, and it is rendered for messages of every shape
//! ([`super::samples`]). What no sample reaches (a branch for one customer number) is caught when it is rendered: then
//! the message is held, never sent with a blank.

use minijinja::value::Value;

use super::claims::banned_claims;
use super::document::LetterBlock;
use super::engine::CompiledTemplate;
use super::formats::Formats;
use super::render::{LetterPiece, Rendered};
use super::samples::{HOSTILE, shapes};
use super::values::to_value;
use super::{Finding, Template, TemplatePurpose, TemplateVariables, markup, schema};
use crate::comms::codes;

/// The block that a formal notice must have.
const CONSEQUENCES: &str = "consequences";
/// Characters below which a block says nothing.
const CONSEQUENCES_CHARS_MIN: usize = 30;
/// One mistake shows in many samples; nobody reads more.
const FINDINGS_MAX: usize = 50;

/// Everything wrong with a template, each thing once. Empty = it may be saved.
pub fn lint(template: &Template) -> Vec<Finding> {
    let mut findings = template.document.shape_findings();
    findings.extend(source_findings(template));
    if findings.is_empty() {
        match CompiledTemplate::read(template) {
            Ok(compiled) => {
                findings = variable_findings(template, &compiled);
                if findings.is_empty() {
                    findings = sample_findings(template, &compiled);
                }
            }
            Err(syntax) => findings = syntax,
        }
    }
    let mut distinct = Vec::new();
    for finding in findings {
        if distinct.len() < FINDINGS_MAX && !distinct.contains(&finding) {
            distinct.push(finding);
        }
    }
    distinct
}

/// What is seen in the source: escaping must not be switched off, and column titles are no templates.
fn source_findings(template: &Template) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (field, source) in template.document.sources() {
        findings.extend(banned_claims(&field, source));
        if source.contains("autoescape") {
            let message = "escaping of the HTML part cannot be switched off";
            findings.push(Finding::new(field, &codes::TEMPLATE_UNESCAPED, message));
        }
    }
    if let Some(html) = &template.document.html {
        findings.extend(markup::findings(html));
    }
    for (no, block) in template.document.letter.iter().enumerate() {
        let LetterBlock::Table { columns, .. } = block else { continue };
        let with_braces =
            columns.iter().enumerate().filter(|(_, c)| c.title.contains("{{") || c.title.contains("{%"));
        findings.extend(with_braces.map(|(column, _)| {
            let field = format!("letter[{no}].columns[{column}].title");
            Finding::new(
                field,
                &codes::TEMPLATE_SYNTAX,
                "a column title is printed as it is, without variables",
            )
        }));
    }
    findings
}

/// Variables that no message has. Also found where no sample leads.
fn variable_findings(template: &Template, compiled: &CompiledTemplate) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (field, _) in template.document.sources() {
        let row = row_of(template, &field);
        match compiled.used_variables(&field) {
            Ok(used) => findings.extend(used.iter().filter(|path| !schema::knows(path, row)).map(|path| {
                let message = format!("there is no variable {path}");
                Finding::new(field.clone(), &codes::TEMPLATE_UNKNOWN_VARIABLE, message)
            })),
            Err(finding) => findings.push(finding),
        }
    }
    findings
}

/// The row variable of a table cell and its list.
fn row_of(template: &Template, field: &str) -> Option<(&'static str, &'static str)> {
    let (no, rest) = field.strip_prefix("letter[")?.split_once(']')?;
    match template.document.letter.get(no.parse::<usize>().ok()?) {
        Some(LetterBlock::Table { each, .. }) if rest.starts_with(".columns") => {
            Some((each.row_name(), kernel::text_enum::TextEnum::as_str(*each)))
        }
        _ => None,
    }
}

fn sample_findings(template: &Template, compiled: &CompiledTemplate) -> Vec<Finding> {
    let mut findings = Vec::new();
    for shape in shapes() {
        let Ok(value) = to_value(&shape, compiled.formats) else { continue };
        match compiled.render_value(&value) {
            Ok(rendered) => findings.extend(content_findings(template.purpose, compiled, &shape, &rendered)),
            Err(finding) => findings.push(finding),
        }
        if template.purpose.states_consequences() {
            findings.extend(consequence_findings(template, compiled, &value));
        }
    }
    findings
}

/// What a message must say, and must not say, in each of its forms.
fn content_findings(
    purpose: TemplatePurpose,
    compiled: &CompiledTemplate,
    shape: &TemplateVariables,
    rendered: &Rendered,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(html) = &rendered.html {
        findings.extend(markup::findings(html));
        if html.contains(HOSTILE) {
            let message = "a variable gets into the HTML part without being escaped";
            findings.push(Finding::new("html", &codes::TEMPLATE_UNESCAPED, message));
        }
    }
    for (field, text) in forms_of(rendered) {
        findings.extend(banned_claims(field, &text));
        let missing = |what: &str| Finding::new(field, &codes::TEMPLATE_BLOCK_MISSING, what);
        if !text.contains(&squeezed(&shape.entity.name)) {
            findings.push(missing("the message does not say who writes: print entity.name"));
        }
        if purpose.states_debt() && !states_debt(compiled.formats, shape, &text) {
            findings.push(missing(
                "the message does not state the debt: print totals.due, or item.open of every item",
            ));
        }
        if purpose.states_payment() && !states_payment(shape, &text) {
            findings.push(missing(
                "the message does not say how to pay: print payment.iban or payment.reference",
            ));
        }
    }
    findings
}

/// The forms in which a reader gets the message, each complete in itself, with single blanks.
fn forms_of(rendered: &Rendered) -> Vec<(&'static str, String)> {
    let mut forms = vec![("text", squeezed(&rendered.text))];
    forms.extend(rendered.html.as_ref().map(|html| ("html", squeezed(&markup::visible_text(html)))));
    if !rendered.letter.is_empty() {
        let pieces = rendered.letter.iter().flat_map(|piece| match piece {
            LetterPiece::Heading(text) | LetterPiece::Paragraph(text) | LetterPiece::Payment(text) => {
                vec![text.as_str()]
            }
            LetterPiece::Table(table) => {
                table.rows.iter().flatten().chain(&table.footer).map(String::as_str).collect()
            }
        });
        forms.push(("letter", squeezed(&pieces.collect::<Vec<_>>().join(" "))));
    }
    forms
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn states_debt(formats: &Formats, shape: &TemplateVariables, text: &str) -> bool {
    let money = |amount| squeezed(&formats.money(kernel::Money::new(amount, shape.currency)));
    let total = shape.totals().is_ok_and(|totals| {
        let sums = [Some(totals.due), totals.with_interest];
        sums.into_iter().flatten().any(|sum| text.contains(&money(sum.amount)))
    });
    total || shape.items.iter().all(|item| text.contains(&money(item.open)))
}

fn states_payment(shape: &TemplateVariables, text: &str) -> bool {
    let iban = shape.payment.iban.as_ref();
    let by_account = iban.is_some_and(|iban| text.contains(&iban.grouped()) || text.contains(iban.as_str()));
    by_account || text.contains(&squeezed(&shape.payment.reference))
}

/// Each form needs the block: a reader sees one of them only.
fn consequence_findings(template: &Template, compiled: &CompiledTemplate, variables: &Value) -> Vec<Finding> {
    let sources = template.document.sources();
    let mut findings = Vec::new();
    for form in ["text", "html", "letter"] {
        let fields = sources.iter().filter(|(field, _)| field.starts_with(form)).map(|(field, _)| field);
        let fields = fields.filter(|field| row_of(template, field).is_none()).collect::<Vec<_>>();
        if fields.is_empty() {
            continue;
        }
        let said = fields.iter().any(|field| {
            let block = compiled.block(field, CONSEQUENCES, variables);
            // What cannot be rendered was found before, with its own reason.
            let Ok(text) = block else { return true };
            let text = text.map(|text| squeezed(&markup::visible_text(&text)));
            text.is_some_and(|text| text.chars().count() >= CONSEQUENCES_CHARS_MIN)
        });
        if !said {
            let message =
                "a formal notice states the consequences of not paying in a block named consequences";
            findings.push(Finding::new(form, &codes::TEMPLATE_BLOCK_MISSING, message));
        }
    }
    findings
}

#[cfg(test)]
mod tests;
