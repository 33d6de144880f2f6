//! The parts that every built-in template shares: tables, totals, payment data, signature.

use super::super::TemplatePurpose;
use super::super::document::{Align, Column, LetterBlock, TableSource};
use crate::comms::LanguageTag;

/// The words of the parts in one language.
#[derive(Debug)]
pub(super) struct Labels {
    pub(super) language: &'static str,
    number: &'static str,
    order: &'static str,
    issued: &'static str,
    due: &'static str,
    days: &'static str,
    open: &'static str,
    credit: &'static str,
    credits: &'static str,
    items_total: &'static str,
    total: &'static str,
    balance: &'static str,
    interest: &'static str,
    compensation: &'static str,
    with_interest: &'static str,
    payee: &'static str,
    reference: &'static str,
    closing: &'static str,
}

static SPANISH: Labels = Labels {
    language: "es",
    number: "Factura",
    order: "su pedido",
    issued: "Emisión",
    due: "Vencimiento",
    days: "Días de retraso",
    open: "Pendiente",
    credit: "Abono",
    credits: "Abonos y pagos a cuenta a su favor:",
    items_total: "Total facturas",
    total: "Total pendiente",
    balance: "Saldo",
    interest: "Intereses de demora hasta el {{ interest.until_on|date }}",
    compensation: "Compensación por costes de cobro",
    with_interest: "Total con intereses",
    payee: "Beneficiario",
    reference: "Concepto",
    closing: "Atentamente,",
};
static ENGLISH: Labels = Labels {
    language: "en",
    number: "Invoice",
    order: "your order",
    issued: "Issued",
    due: "Due",
    days: "Days overdue",
    open: "Outstanding",
    credit: "Credit",
    credits: "Credit notes and payments on account in your favour:",
    items_total: "Total of invoices",
    total: "Total outstanding",
    balance: "Balance",
    interest: "Late-payment interest up to {{ interest.until_on|date }}",
    compensation: "Compensation for recovery costs",
    with_interest: "Total including interest",
    payee: "Payee",
    reference: "Payment reference",
    closing: "Yours faithfully,",
};

impl Labels {
    pub(super) fn of(language: LanguageTag) -> Option<&'static Self> {
        match language {
            LanguageTag::ES => Some(&SPANISH),
            LanguageTag::EN => Some(&ENGLISH),
            _ => None,
        }
    }
}

/// The three forms of a part.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) text: String,
    pub(super) html: String,
    pub(super) letter: Vec<LetterBlock>,
}

/// A part by its name. `None` for an unknown name.
pub(super) fn part(labels: &Labels, name: &str, purpose: TemplatePurpose) -> Option<Part> {
    match name {
        "items" => Some(items(labels, purpose)),
        "credits" => Some(credits(labels)),
        "totals" => Some(totals(labels, purpose)),
        "payment" => Some(payment(labels)),
        "signature" => Some(signature(labels)),
        _ => None,
    }
}

const DAYS: &str = "{% if item.days_overdue > 0 %}{{ item.days_overdue }}{% endif %}";

fn items(labels: &Labels, purpose: TemplatePurpose) -> Part {
    let Labels { number, order, issued, due, days, open, items_total, .. } = labels;
    let number_cell = format!(
        "{{{{ item.number }}}}{{% if item.order_no %}} ({order} {{{{ item.order_no }}}}){{% endif %}}"
    );
    let mut columns = vec![
        column(number, Align::Left, &number_cell),
        column(issued, Align::Left, "{{ item.issue_on|date }}"),
        column(due, Align::Left, "{{ item.due_on|date }}"),
    ];
    let mut text_days = String::new();
    // Before the due date nobody is late.
    if purpose != TemplatePurpose::CourtesyReminder {
        columns.push(column(days, Align::Right, DAYS));
        text_days =
            format!("{{% if item.days_overdue > 0 %}}. {days}: {{{{ item.days_overdue }}}}{{% endif %}}");
    }
    columns.push(column(open, Align::Right, "{{ item.open|money }}"));
    let line = format!(
        "- {number} {number_cell}. {issued}: {{{{ item.issue_on|date }}}}. \
         {due}: {{{{ item.due_on|date }}}}{text_days}. {open}: {{{{ item.open|money }}}}"
    );
    let footer = ((*items_total).to_owned(), "{{ totals.items|money }}");
    let text = format!("{{% for item in items %}}\n{line}\n{{% endfor %}}\n\n{}: {}\n", footer.0, footer.1);
    table(TableSource::Items, columns, footer, text)
}

fn credits(labels: &Labels) -> Part {
    let Labels { credit, issued, open, credits, .. } = labels;
    let columns = vec![
        column(credit, Align::Left, "{{ credit.number }}"),
        column(issued, Align::Left, "{{ credit.issue_on|date }}"),
        column(open, Align::Right, "{{ credit.open|money }}"),
    ];
    let line = format!(
        "- {credit} {{{{ credit.number }}}}. {issued}: {{{{ credit.issue_on|date }}}}. {open}: {{{{ credit.open|money }}}}"
    );
    let text = format!(
        "{{% if credits %}}\n{credits}\n\n{{% for credit in credits %}}\n{line}\n{{% endfor %}}\n{{% endif %}}\n"
    );
    let footer = (labels.credit.to_owned(), "{{ totals.credits|money }}");
    let Part { text, html, letter } = table(TableSource::Credits, columns, footer, text);
    let heading = LetterBlock::Paragraph { text: format!("{{% if credits %}}{credits}{{% endif %}}") };
    Part {
        text,
        html: format!("{{% if credits %}}<p>{credits}</p>{html}{{% endif %}}"),
        letter: [vec![heading], letter].concat(),
    }
}

/// A table in HTML and in the letter, with its sum in the footer.
fn table(each: TableSource, columns: Vec<Column>, (label, sum): (String, &str), text: String) -> Part {
    const CELL: &str = "padding:4px 8px;border-bottom:1px solid #cccccc";
    let cells = |tag: &str, content: fn(&Column) -> &str| {
        let cell =
            |c: &Column| format!("<{tag} style=\"{CELL};text-align:{}\">{}</{tag}>", c.align, content(c));
        columns.iter().map(cell).collect::<String>()
    };
    let (row, span) = (each.row_name(), columns.len().saturating_sub(1));
    let html = format!(
        "<table style=\"border-collapse:collapse\">\n<tr>{}</tr>\n{{% for {row} in {each} %}}\n<tr>{}</tr>\n{{% endfor %}}\n\
         <tr><td colspan=\"{span}\" style=\"{CELL}\"><strong>{label}</strong></td>\
         <td style=\"{CELL};text-align:right\"><strong>{sum}</strong></td></tr>\n</table>",
        cells("th", |c| &c.title),
        cells("td", |c| &c.cell),
    );
    let mut footer = vec![String::new(); columns.len()];
    if let Some(first) = footer.first_mut() {
        *first = label;
    }
    if let Some(last) = footer.last_mut() {
        sum.clone_into(last);
    }
    Part { text, html, letter: vec![LetterBlock::Table { each, columns, footer }] }
}

fn column(title: &str, align: Align, cell: &str) -> Column {
    Column { title: title.to_owned(), align, cell: cell.to_owned() }
}

/// A label with its value, under a condition unless that is empty.
struct Line {
    condition: &'static str,
    label: &'static str,
    value: &'static str,
}

/// Lines one below the other. What has no value is left out together with its line.
fn lines(lines: &[Line]) -> Part {
    let joined = |begin: &str, between: &str, end: &str| {
        let line = |Line { condition, label, value }: &Line| {
            let line = format!("{begin}{label}: {value}{between}");
            if condition.is_empty() { line } else { format!("{{% if {condition} %}}{line}{{% endif %}}") }
        };
        lines.iter().map(line).collect::<String>() + end
    };
    Part {
        text: joined("", "\n", ""),
        html: format!("<p>{}", joined("", "<br>", "</p>")),
        letter: vec![LetterBlock::Paragraph { text: joined("", "\n", "") }],
    }
}

fn totals(labels: &Labels, purpose: TemplatePurpose) -> Part {
    let total = if purpose == TemplatePurpose::Statement { labels.balance } else { labels.total };
    let line = |condition, label, value| Line { condition, label, value };
    lines(&[
        line("", total, "{{ totals.due|money }}"),
        line("interest", labels.interest, "{{ interest.amount|money }}"),
        line("interest.compensation", labels.compensation, "{{ interest.compensation|money }}"),
        line("totals.with_interest", labels.with_interest, "{{ totals.with_interest|money }}"),
    ])
}

fn payment_lines(labels: &Labels) -> [Line; 4] {
    let line = |condition, label, value| Line { condition, label, value };
    [
        line("", labels.payee, "{{ payment.payee }}"),
        line("payment.iban", "IBAN", "{{ payment.iban|iban }}"),
        line("payment.bic", "BIC", "{{ payment.bic }}"),
        line("", labels.reference, "{{ payment.reference }}"),
    ]
}

fn payment(labels: &Labels) -> Part {
    let part = lines(&payment_lines(labels));
    let boxed = |block| match block {
        LetterBlock::Paragraph { text } => LetterBlock::Payment { text },
        other @ (LetterBlock::Heading { .. } | LetterBlock::Payment { .. } | LetterBlock::Table { .. }) => {
            other
        }
    };
    Part { letter: part.letter.into_iter().map(boxed).collect(), ..part }
}

/// In a letter the legal entity's own signature follows.
fn signature(labels: &Labels) -> Part {
    let closing = labels.closing;
    let signed = |between: &str| {
        format!(
            "{closing}{between}\
             {{% if entity.signatory %}}{{{{ entity.signatory.name }}}}{between}\
             {{% if entity.signatory.title %}}{{{{ entity.signatory.title }}}}{between}{{% endif %}}{{% endif %}}\
             {{{{ entity.name }}}}{between}\
             {{% if entity.phone %}}{{{{ entity.phone }}}}{between}{{% endif %}}\
             {{% if entity.email %}}{{{{ entity.email }}}}{{% endif %}}"
        )
    };
    Part {
        text: signed("\n"),
        html: format!("<p>{}</p>", signed("<br>")),
        letter: vec![LetterBlock::Paragraph { text: closing.to_owned() }],
    }
}
