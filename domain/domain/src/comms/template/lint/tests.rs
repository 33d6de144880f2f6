use super::super::document::{Align, Column, TableSource, TemplateDocument};
use super::super::samples::sample;
use super::*;
use crate::comms::LanguageTag;

const TEXT: &str = "{{ entity.name }}\n{{ totals.due }}\n{{ payment.reference }}";

fn template(purpose: TemplatePurpose, change: impl FnOnce(&mut TemplateDocument)) -> Template {
    let mut document = TemplateDocument {
        schema: 1,
        subject: "Account {{ account.number }}".to_owned(),
        text: TEXT.to_owned(),
        html: None,
        letter: Vec::new(),
    };
    change(&mut document);
    Template { code: "test".to_owned(), language: LanguageTag::EN, purpose, document }
}

fn found(
    purpose: TemplatePurpose,
    change: impl FnOnce(&mut TemplateDocument),
) -> Vec<(String, &'static str)> {
    lint(&template(purpose, change)).into_iter().map(|f| (f.field, f.code.text)).collect()
}

fn found_in_text(text: &str) -> Vec<&'static str> {
    let with = format!("{TEXT}\n{text}");
    found(TemplatePurpose::Reminder, |d| d.text = with).into_iter().map(|(_, code)| code).collect()
}

fn in_html(html: &str) -> Vec<&'static str> {
    let html = format!("<p>{TEXT}</p>{html}");
    found(TemplatePurpose::Reminder, |d| d.html = Some(html)).into_iter().map(|(_, code)| code).collect()
}

#[test]
fn a_template_that_says_what_it_must_is_clean() {
    assert_eq!(found(TemplatePurpose::Reminder, |_| {}), []);
    assert_eq!(in_html(""), [""; 0]);
}

#[test]
fn syntax_errors_are_found_with_their_line() {
    let finding =
        lint(&template(TemplatePurpose::Reminder, |d| d.text = format!("{TEXT}\n{{% if %}}"))).remove(0);
    assert_eq!((finding.code.text, finding.line), ("template.syntax", Some(4)));
    assert_eq!(found_in_text("{{ today|nosuch }}"), ["template.syntax"]);
    assert_eq!(found_in_text("{% include 'other' %}"), ["template.syntax"]);
}

#[test]
fn unknown_variables_are_found_also_where_no_sample_leads() {
    assert_eq!(found_in_text("{{ entity.nmae }}"), ["template.unknown_variable"]);
    assert_eq!(
        found_in_text("{% if account.number == 'never' %}{{ nothing }}{% endif %}"),
        ["template.unknown_variable"]
    );
    assert_eq!(found_in_text("{% for i in items %}{{ i.numbr }}{% endfor %}"), ["template.unknown_variable"]);
    assert_eq!(
        found_in_text("{% for i in items %}{% if i.numbr %}x{% endif %}{% endfor %}"),
        ["template.unknown_variable"]
    );
    assert_eq!(found_in_text("{{ range(3) }}"), ["template.unknown_variable"]);
    let cell = |cell: &str| Column { title: "No".to_owned(), align: Align::Left, cell: cell.to_owned() };
    let table = |text: &str| LetterBlock::Table {
        each: TableSource::Items,
        columns: vec![cell(text)],
        footer: Vec::new(),
    };
    let codes = found(TemplatePurpose::General, |d| d.letter = vec![table("{{ item.numbr }}")]);
    assert_eq!(codes, [("letter[0].columns[0].cell".to_owned(), "template.unknown_variable")]);
    let named = LetterBlock::Paragraph { text: "{{ entity.name }}".to_owned() };
    assert_eq!(found(TemplatePurpose::General, |d| d.letter = vec![table("{{ item.number }}"), named]), []);
}

#[test]
fn wrong_types_are_found() {
    for text in [
        "{{ today|money }}",
        "{{ totals.due|date }}",
        "{{ payment.reference|iban }}",
        "{{ items }}",
        "{{ entity }}",
        "{{ totals.due + 1 }}",
        "{% for x in totals.due %}x{% endfor %}",
        "{{ items|length > 3 }}",
        "{{ none }}",
    ] {
        assert_eq!(found_in_text(text), ["template.wrong_type"], "{text}");
    }
    assert_eq!(
        found_in_text("{{ today|date }} {{ totals.due|money }} {{ items|length }} {{ note|default('-') }}"),
        [""; 0]
    );
}

#[test]
fn optional_variables_must_be_asked_for() {
    for text in [
        "{{ note }}",
        "{{ 'Note: ' ~ note }}",
        "{{ interest.amount|money }}",
        "{{ contact.name|upper }}",
        "{{ payment.iban|iban }}",
        "{{ [party.tax_id, account.number]|join(' ') }}",
        "{% for i in items %}{{ i.order_no }}{% endfor %}",
        "{% if interest %}{{ interest.compensation }}{% endif %}",
        "{% if contact.name %}{{ payment.bic }}{% endif %}",
    ] {
        assert_eq!(found_in_text(text), ["template.optional_unguarded"], "{text}");
    }
    assert_eq!(found_in_text("{{ note if note }}"), ["template.wrong_type"]);
    assert_eq!(
        found_in_text("{% if interest.compensation %}{{ interest.compensation|money }}{% endif %}"),
        [""; 0]
    );
}

#[test]
fn a_message_must_state_debt_payment_and_who_writes() {
    let missing = |purpose, text: &str| {
        let findings = lint(&template(purpose, |d| d.text = text.to_owned()));
        assert!(findings.iter().all(|f| f.code.text == "template.block_missing"), "{findings:?}");
        findings.into_iter().map(|f| f.message).collect::<Vec<_>>().join("; ")
    };
    let reminder = TemplatePurpose::Reminder;
    assert!(missing(reminder, "{{ entity.name }} {{ payment.reference }}").contains("totals.due"));
    assert!(missing(reminder, "{{ entity.name }} {{ totals.due }}").contains("payment.iban"));
    let guarded = "{{ entity.name }} {{ totals.due }} {% if payment.iban %}{{ payment.iban }}{% endif %}";
    assert!(
        missing(reminder, guarded).contains("payment.iban"),
        "a message without an IBAN says nothing of paying"
    );
    assert!(missing(reminder, "{{ totals.due }} {{ payment.reference }}").contains("entity.name"));
    assert_eq!(missing(TemplatePurpose::Statement, "{{ entity.name }} {{ totals.due }}"), "");
    assert_eq!(missing(TemplatePurpose::General, "{{ entity.name }}"), "");
    let each_item = "{{ entity.name }} {% for i in items %}{{ i.open }} {% endfor %}{{ payment.reference }}";
    assert_eq!(missing(reminder, each_item), "");
}

#[test]
fn every_form_must_be_complete_in_itself() {
    let codes = found(TemplatePurpose::Reminder, |d| d.html = Some("<p>{{ entity.name }}</p>".to_owned()));
    assert_eq!(codes, vec![("html".to_owned(), "template.block_missing"); 2]);
    let paragraph = LetterBlock::Paragraph { text: "{{ entity.name }} {{ totals.due }}".to_owned() };
    let codes = found(TemplatePurpose::Reminder, |d| d.letter = vec![paragraph]);
    assert_eq!(codes, [("letter".to_owned(), "template.block_missing")]);
}

#[test]
fn a_formal_notice_states_the_consequences() {
    let formal = TemplatePurpose::FormalNotice;
    assert_eq!(found(formal, |_| {}), [("text".to_owned(), "template.block_missing")]);
    let block = "{% block consequences %}Without payment we may claim the debt in court.{% endblock %}";
    assert_eq!(found(formal, |d| d.text.push_str(block)), []);
    let empty = "{% block consequences %}{% if interest %}Without payment we may claim the debt.{% endif %}{% endblock %}";
    assert_eq!(found(formal, |d| d.text.push_str(empty)), [("text".to_owned(), "template.block_missing")]);
}

#[test]
fn banned_claims_and_outside_resources_are_found() {
    assert_eq!(found_in_text("NOTIFICACIÓN JUDICIAL"), ["template.banned_claim"]);
    assert_eq!(found_in_text("{{ 'court' ~ ' order' }}"), ["template.banned_claim"]);
    assert_eq!(in_html("<img src=\"https://t.example/p.gif\">"), ["template.external_resource"]);
    assert_eq!(in_html("<a href=\"{{ account.number }}\">x</a>"), ["template.external_resource"]);
}

#[test]
fn nothing_gets_into_html_unescaped() {
    assert_eq!(in_html("{{ party.name|safe }}"), ["template.syntax"]);
    assert_eq!(in_html("{% autoescape false %}{{ party.name }}{% endautoescape %}"), ["template.unescaped"]);
    assert_eq!(in_html("{% set x %}{{ party.name }}{% endset %}{{ x }}{{ [party.name]|join('') }}"), [""; 0]);
    assert_eq!(in_html("{% include 'text' %}"), ["template.syntax"]);
    let html = template(TemplatePurpose::General, |d| d.html = Some("<p>{{ entity.name }}</p>".to_owned()));
    let mut variables = sample();
    variables.entity.name = "<b>A & B</b>".to_owned();
    let rendered = CompiledTemplate::compile(&html).unwrap().render(&variables).unwrap();
    assert_eq!(rendered.html.unwrap(), "<p>&lt;b&gt;A &amp; B&lt;&#x2f;b&gt;</p>");
}

#[test]
fn lengths_and_shapes_are_limited() {
    let too_long = |change: fn(&mut TemplateDocument)| found(TemplatePurpose::Reminder, change)[0].1;
    assert_eq!(too_long(|d| d.subject = "x".repeat(501)), "template.too_long");
    assert_eq!(too_long(|d| d.subject = "x".repeat(201)), "template.too_long");
    assert_eq!(too_long(|d| d.text.push_str(&"x".repeat(20_000))), "template.too_long");
    let paragraph = || LetterBlock::Paragraph { text: String::new() };
    assert_eq!(
        too_long(|d| d.letter = vec![LetterBlock::Paragraph { text: "x".repeat(5_001) }]),
        "template.too_long"
    );
    let many = (0..61).map(|_| paragraph()).collect::<Vec<_>>();
    assert_eq!(found(TemplatePurpose::Reminder, |d| d.letter = many)[0].1, "template.too_long");
    let table = LetterBlock::Table { each: TableSource::Items, columns: Vec::new(), footer: Vec::new() };
    assert_eq!(
        found(TemplatePurpose::Reminder, |d| d.letter = vec![table])[0].1,
        "template.document_invalid"
    );
    assert_eq!(found(TemplatePurpose::Reminder, |d| d.schema = 2)[0].1, "template.document_invalid");
}

#[test]
fn a_subject_is_one_line() {
    let code = |subject: &str| found(TemplatePurpose::General, |d| d.subject = subject.to_owned())[0].1;
    assert_eq!(code("a\nBcc: x@y.es"), "template.subject_not_one_line");
    assert_eq!(code("a\tb"), "template.subject_not_one_line");
    assert_eq!(code("  "), "template.subject_not_one_line");
}

#[test]
fn endless_work_is_refused() {
    let nested = "{% for a in items %}{{ 'x' * 9000000 }}{% endfor %}".repeat(20);
    assert_eq!(found_in_text(&nested), ["template.too_costly"]);
    let recursive = "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}";
    assert!(!found_in_text(recursive).is_empty());
}
