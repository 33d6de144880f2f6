//! What a letter says, as plain data.

use kernel::Instant;

/// Most rows of all tables of one letter together: about a hundred pages.
pub const LETTER_ROWS_MAX: usize = 5_000;

/// Most bytes of text in one letter (UTF-8, pictures not counted).
pub const LETTER_BYTES_MAX: usize = 1_000_000;

/// Language of the form's own labels and of hyphenation; the text of the letter is the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    Spanish,
    English,
}

/// One letter. Amounts, dates and account numbers are texts that were formatted for its reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Identifies the letter for ever; the PDF's document identifier is derived from it (ISO 32000-1, 14.4).
    pub document_id: String,
    /// Creation instant written into the metadata, to the second: given, so that a reprint has the same bytes.
    pub issued_at: Instant,
    pub language: Language,
    pub sender: Letterhead,
    /// Place of writing, printed before the date. May be empty.
    pub place: String,
    /// The date as the reader writes it, for example `9 de octubre de 2026`.
    pub date: String,
    /// Lines of the recipient's address, name first. They stand in the window of a DIN 5008 form B envelope
    /// (27.3 mm high: six lines at full size, more are set smaller).
    pub recipient: Vec<String>,
    /// Our reference, usually the account number.
    pub our_reference: String,
    /// Subject, which is also the title of the document.
    pub subject: String,
    pub body: Vec<Block>,
}

/// The legal entity that writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letterhead {
    pub legal_name: String,
    /// Address, telephone, registry entry and the like: up to five lines look well.
    pub lines: Vec<String>,
    pub tax_id: String,
    pub logo: Option<Picture>,
}

/// An embedded picture. It may not refer to other files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub format: PictureFormat,
    pub bytes: Vec<u8>,
    /// What it shows, for readers who cannot see it.
    pub description: String,
}

/// How a picture is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PictureFormat {
    Png,
    Svg,
}

/// A part of the body, from top to bottom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Running text; line feeds are kept.
    Paragraph(String),
    /// A line that opens what follows it.
    Heading(String),
    /// What a template lays out: items, credits, totals, interest.
    Table(Table),
    PaymentBox(PaymentBox),
    Signatory(Signatory),
}

/// A table with titles of its own. Every row, and the footer unless it is empty, has one cell per title.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    pub titles: Vec<String>,
    /// Which columns stand at the right, such as amounts.
    pub right: Vec<bool>,
    pub rows: Vec<Vec<String>>,
    /// Set in bold below the rows, and never alone on a page.
    pub footer: Vec<String>,
}

/// Where and how to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentBox {
    pub payee: String,
    /// In groups of four (`kernel::registry::Iban::grouped`).
    pub iban: String,
    pub bic: Option<String>,
    /// What the payer should state.
    pub reference: String,
    pub amount: String,
    /// Payload made by [`crate::epc_qr`], drawn as a QR code.
    pub epc_payload: Option<String>,
}

/// Who signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signatory {
    pub name: String,
    pub role: String,
    pub signature: Option<Picture>,
}
