//! The template document: what is stored and edited as JSON.

use kernel::{Error, Outcome};
use serde::{Deserialize, Serialize};

use super::Finding;
use crate::comms::codes;

/// The document version this build reads.
pub const SCHEMA: u32 = 1;

const SUBJECT_CHARS_MAX: usize = 500;
const TEXT_CHARS_MAX: usize = 20_000;
const HTML_CHARS_MAX: usize = 100_000;
const LETTER_BLOCKS_MAX: usize = 60;
const PARAGRAPH_CHARS_MAX: usize = 5_000;
/// More do not fit a sheet of paper.
const COLUMNS_MAX: usize = 8;

/// The parts of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateDocument {
    /// Version of the document's shape: [`SCHEMA`].
    pub schema: u32,
    pub subject: String,
    /// The message in plain text: what every reader can show.
    pub text: String,
    /// The same for readers who show HTML. Without it only the text is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// The same on paper; letterhead, address and signature come from the legal entity.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub letter: Vec<LetterBlock>,
}

/// One block of a letter. A block that renders to nothing is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum LetterBlock {
    Heading {
        text: String,
    },
    Paragraph {
        text: String,
    },
    /// How to pay: set as a box with the code to scan, or as this text where the seller has no bank account on record.
    Payment {
        text: String,
    },
    /// One row per item or credit; left out where there is none.
    Table {
        each: TableSource,
        columns: Vec<Column>,
        /// One cell per column, or none at all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        footer: Vec<String>,
    },
}

kernel::text_enum! {
    /// What a table has its rows from.
    pub enum TableSource {
        Items = "items",
        Credits = "credits",
    }
}

impl TableSource {
    /// The name of the variable that holds the row in a cell.
    pub fn row_name(self) -> &'static str {
        match self {
            Self::Items => "item",
            Self::Credits => "credit",
        }
    }
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    pub title: String,
    #[serde(default = "left")]
    pub align: Align,
    /// Rendered per row, with `item` or `credit` beside all other variables.
    pub cell: String,
}

fn left() -> Align {
    Align::Left
}

kernel::text_enum! {
    /// Where a column's texts stand.
    pub enum Align {
        Left = "left",
        Right = "right",
    }
}

impl TemplateDocument {
    /// Reads a document. Its shape is checked here, its sense by [`super::lint()`].
    ///
    /// # Errors
    /// `template.document_invalid`, naming unknown and missing fields.
    pub fn parse(document: &serde_json::Value) -> Outcome<Self> {
        Self::deserialize(document)
            .map_err(|e| Error::field("document", &codes::TEMPLATE_DOCUMENT_INVALID, e.to_string()))
    }

    /// Every source text with its path. The HTML part is `html`.
    pub(super) fn sources(&self) -> Vec<(String, &str)> {
        let mut sources =
            vec![("subject".to_owned(), self.subject.as_str()), ("text".to_owned(), &self.text)];
        sources.extend(self.html.as_deref().map(|html| ("html".to_owned(), html)));
        for (no, block) in self.letter.iter().enumerate() {
            match block {
                LetterBlock::Heading { text }
                | LetterBlock::Paragraph { text }
                | LetterBlock::Payment { text } => {
                    sources.push((format!("letter[{no}].text"), text));
                }
                LetterBlock::Table { columns, footer, .. } => {
                    let cells = columns.iter().enumerate();
                    sources.extend(cells.map(|(i, column)| (cell_path(no, i), column.cell.as_str())));
                    let footer = footer.iter().enumerate();
                    sources.extend(footer.map(|(i, cell)| (footer_path(no, i), cell.as_str())));
                }
            }
        }
        sources
    }

    /// What is too long, too many, or does not fit together.
    pub(super) fn shape_findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.schema != SCHEMA {
            let message = format!("this build reads schema {SCHEMA}, not {}", self.schema);
            findings.push(Finding::new("schema", &codes::TEMPLATE_DOCUMENT_INVALID, message));
        }
        for (field, source) in self.sources() {
            let max = match field.as_str() {
                "subject" => SUBJECT_CHARS_MAX,
                "text" => TEXT_CHARS_MAX,
                "html" => HTML_CHARS_MAX,
                _ => PARAGRAPH_CHARS_MAX,
            };
            let length = source.chars().count();
            if length > max {
                let message = format!("{length} characters, at most {max} are accepted");
                findings.push(Finding::new(field, &codes::TEMPLATE_TOO_LONG, message));
            }
        }
        if self.letter.len() > LETTER_BLOCKS_MAX {
            let message = format!("{} blocks, at most {LETTER_BLOCKS_MAX} are accepted", self.letter.len());
            findings.push(Finding::new("letter", &codes::TEMPLATE_TOO_LONG, message));
        }
        findings.extend(self.letter.iter().enumerate().filter_map(|(no, block)| table_finding(no, block)));
        findings
    }
}

fn table_finding(no: usize, block: &LetterBlock) -> Option<Finding> {
    let LetterBlock::Table { columns, footer, .. } = block else { return None };
    let message = if columns.is_empty() || columns.len() > COLUMNS_MAX {
        format!("a table has 1 to {COLUMNS_MAX} columns, not {}", columns.len())
    } else if !footer.is_empty() && footer.len() != columns.len() {
        format!("a footer has one cell per column: {}, not {}", columns.len(), footer.len())
    } else {
        return None;
    };
    Some(Finding::new(format!("letter[{no}]"), &codes::TEMPLATE_DOCUMENT_INVALID, message))
}

pub(super) fn cell_path(block: usize, column: usize) -> String {
    format!("letter[{block}].columns[{column}].cell")
}

pub(super) fn footer_path(block: usize, column: usize) -> String {
    format!("letter[{block}].footer[{column}]")
}

pub(super) fn text_path(block: usize) -> String {
    format!("letter[{block}].text")
}
