//! The templates an installation starts with, in Spanish and English.
//!
//! Their wording is written once per language (`defaults/*.txt`) and turned into the three forms of a message here, so
//! that mail and letter never say different things. What comes out is an ordinary document that people copy and edit.
//!
//! A source is a subject line and blocks separated by empty lines: a paragraph; `# ` a heading; `?variable: ` a
//! paragraph only where the variable is there; `!name: ` a paragraph as a named block; `@name` a part built in
//! [`parts`].

mod parts;

use super::{LetterBlock, SCHEMA, Template, TemplateDocument, TemplatePurpose};
use crate::comms::LanguageTag;
use parts::{Labels, Part, part};

/// Codes of the built-in templates.
pub const DEFAULT_CODES: &[&str] =
    &["due_soon", "first_reminder", "second_reminder", "formal_notice", "statement"];

/// A built-in template. `None` for other codes and for languages other than Spanish and English.
pub fn default_template(code: &str, language: LanguageTag) -> Option<Template> {
    let (labels, [spanish, english]) = (Labels::of(language)?, sources(code)?);
    let source = if language == LanguageTag::ES { spanish } else { english };
    let document = document(labels, source, purpose(code))?;
    Some(Template { code: code.to_owned(), language, purpose: purpose(code), document })
}

fn sources(code: &str) -> Option<[&'static str; 2]> {
    match code {
        "due_soon" => {
            Some([include_str!("defaults/due_soon.es.txt"), include_str!("defaults/due_soon.en.txt")])
        }
        "first_reminder" => Some([
            include_str!("defaults/first_reminder.es.txt"),
            include_str!("defaults/first_reminder.en.txt"),
        ]),
        "second_reminder" => Some([
            include_str!("defaults/second_reminder.es.txt"),
            include_str!("defaults/second_reminder.en.txt"),
        ]),
        "formal_notice" => Some([
            include_str!("defaults/formal_notice.es.txt"),
            include_str!("defaults/formal_notice.en.txt"),
        ]),
        "statement" => {
            Some([include_str!("defaults/statement.es.txt"), include_str!("defaults/statement.en.txt")])
        }
        _ => None,
    }
}

fn purpose(code: &str) -> TemplatePurpose {
    match code {
        "due_soon" => TemplatePurpose::CourtesyReminder,
        "first_reminder" | "second_reminder" => TemplatePurpose::Reminder,
        "formal_notice" => TemplatePurpose::FormalNotice,
        "statement" => TemplatePurpose::Statement,
        _ => TemplatePurpose::General,
    }
}

/// The three forms of a source.
fn document(labels: &'static Labels, source: &str, purpose: TemplatePurpose) -> Option<TemplateDocument> {
    let mut blocks = source.split("\n\n").map(unwrapped).filter(|block| !block.is_empty());
    let subject = blocks.next()?;
    let mut forms = Part { text: String::new(), html: String::new(), letter: Vec::new() };
    for block in blocks {
        let Part { text, html, letter } = forms_of(labels, &block, purpose)?;
        forms.text.push_str(&text);
        forms.text.push_str("\n\n");
        forms.html.push_str(&html);
        forms.html.push('\n');
        forms.letter.extend(letter);
    }
    let Part { text, html, letter } = forms;
    let html = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\"></head>\n\
         <body style=\"font-family:Arial,Helvetica,sans-serif;font-size:14px;line-height:1.5;color:#222222\">\n\
         {html}</body>\n</html>\n",
        labels.language,
    );
    Some(TemplateDocument { schema: SCHEMA, subject, text, html: Some(html), letter })
}

/// Lines are wrapped in the source for its readers only.
fn unwrapped(block: &str) -> String {
    block.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

fn forms_of(labels: &Labels, block: &str, purpose: TemplatePurpose) -> Option<Part> {
    if let Some(name) = block.strip_prefix('@') {
        return part(labels, name, purpose);
    }
    if let Some(text) = block.strip_prefix("# ") {
        return Some(Part {
            text: text.to_owned(),
            html: format!("<h2>{text}</h2>"),
            letter: vec![LetterBlock::Heading { text: text.to_owned() }],
        });
    }
    let (before, text, after) = match block.strip_prefix(['?', '!']).and_then(|rest| rest.split_once(": ")) {
        Some((name, text)) if block.starts_with('?') => {
            (format!("{{% if {name} %}}"), text, "{% endif %}".to_owned())
        }
        Some((name, text)) => (format!("{{% block {name} %}}"), text, "{% endblock %}".to_owned()),
        None => (String::new(), block, String::new()),
    };
    Some(Part {
        text: format!("{before}{text}{after}\n"),
        html: format!("{before}<p>{text}</p>{after}"),
        letter: vec![LetterBlock::Paragraph { text: format!("{before}{text}{after}") }],
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{sample, shapes};
    use super::super::{CompiledTemplate, LetterPiece, Rendered, lint};
    use super::*;
    use crate::dunning::scenario::{Scenario, When};

    fn all() -> impl Iterator<Item = Template> {
        let languages = [LanguageTag::ES, LanguageTag::EN];
        DEFAULT_CODES
            .iter()
            .flat_map(move |code| languages.map(|language| default_template(code, language).unwrap()))
    }

    fn rendered(code: &str, language: LanguageTag) -> Rendered {
        let template = default_template(code, language).unwrap();
        CompiledTemplate::compile(&template).unwrap().render(&sample()).unwrap()
    }

    #[test]
    fn every_default_lints_clean() {
        for template in all() {
            assert_eq!(lint(&template), [], "{} {}", template.code, template.language);
        }
    }

    fn check_form(form: &str) {
        for trace in ["{{", "{%", "none", " ,", " .", "..", "  ", "<p></p>", "\n\n\n"] {
            assert!(!form.contains(trace), "{trace:?} in {form}");
        }
    }

    #[test]
    fn every_default_renders_for_every_shape_without_traces_of_conditions() {
        for template in all() {
            let compiled = CompiledTemplate::compile(&template).unwrap();
            for shape in shapes() {
                let Rendered { subject, text, html, letter } = compiled.render(&shape).unwrap();
                check_form(&subject);
                check_form(&text);
                check_form(&html.unwrap());
                assert!(letter.len() > 3);
            }
        }
    }

    #[test]
    fn every_default_lists_items_and_credits_line_by_line_with_the_total() {
        for template in all() {
            let Rendered { text, html, letter, .. } = rendered(&template.code, template.language);
            let tables = letter.iter().filter(|piece| matches!(piece, LetterPiece::Table(_))).count();
            assert_eq!(tables, 2, "{}", template.code);
            let total = if template.language == LanguageTag::ES { "2.100,56 EUR" } else { "EUR 2,100.56" };
            for needle in ["F-2026/0117", "F-2026/0152", "R-2026/0009", total] {
                let in_html = html.as_ref().unwrap().replace("&#x2f;", "/").contains(needle);
                assert!(text.contains(needle) && in_html, "{} lacks {needle}", template.code);
            }
        }
    }

    #[test]
    fn every_dunning_default_tells_who_has_paid_to_ignore_it() {
        for template in all().filter(|t| t.purpose.states_payment()) {
            let text = rendered(&template.code, template.language).text;
            assert!(text.contains("Si ya han") || text.contains("If you have already"), "{text}");
        }
    }

    /// The whole text of one message per language, as people would proofread it. `UPDATE_GOLDEN=1` writes it anew.
    #[test]
    fn the_rendered_messages_are_the_proofread_ones() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/comms/template/defaults/rendered.txt");
        let mut all_texts = String::new();
        for template in all() {
            let Rendered { subject, text, .. } = rendered(&template.code, template.language);
            let (code, language) = (&template.code, template.language);
            all_texts.push_str(
                &["===== ", code, " ", &language.to_string(), "\n", &subject, "\n\n", &text, "\n"].concat(),
            );
        }
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(path, &all_texts).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), all_texts);
    }

    #[test]
    fn rendering_twice_gives_the_same_bytes() {
        assert_eq!(rendered("formal_notice", LanguageTag::ES), rendered("formal_notice", LanguageTag::ES));
    }

    #[test]
    fn every_template_that_the_default_scenario_names_is_there_and_says_what_its_step_needs() {
        let scenario = Scenario::parse(&Scenario::default_document().unwrap()).unwrap();
        for step in scenario.steps {
            for language in [LanguageTag::ES, LanguageTag::EN] {
                let purpose = default_template(&step.template, language).unwrap().purpose;
                assert_eq!(purpose.contact_purpose().to_string(), step.contact_purpose.to_string());
                let before_due = matches!(step.when, When::BeforeDue { .. });
                assert_eq!(purpose == TemplatePurpose::CourtesyReminder, before_due, "{}", step.code);
            }
        }
    }

    #[test]
    fn other_codes_and_languages_have_no_default() {
        assert!(default_template("nothing", LanguageTag::ES).is_none());
        assert!(default_template("statement", LanguageTag::parse("language", "ca").unwrap()).is_none());
    }
}
