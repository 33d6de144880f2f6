//! From a letter to what the template reads: one JSON file of clean texts, and the pictures beside it.

use serde_json::{Value, json};
use typst::foundations::Bytes;

use crate::RenderError;
use crate::labels::{labels, locale};
use crate::legible::Legible;
use crate::letter::{
    Block, LETTER_BYTES_MAX, LETTER_ROWS_MAX, Letter, Letterhead, PaymentBox, Picture, PictureFormat,
    Signatory, Table,
};
use crate::payment_code::payment_code_svg;
use crate::picture::readable;

/// Most pictures of one letter, payment codes included.
const PICTURES_MAX: usize = 16;

/// A paragraph up to this many characters stays on the page of the table, box or signature that it introduces.
const INTRODUCTION_MAX: usize = 400;

/// Characters after which a word may be broken: what surely fits into the width of each field.
mod word {
    pub(super) const BODY: usize = 44;
    pub(super) const ADDRESS: usize = 28;
    pub(super) const DOCUMENT: usize = 20;
}

/// What the template reads.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) data: Bytes,
    pub(crate) pictures: Vec<(String, Bytes)>,
}

/// Cleans and checks a letter.
///
/// # Errors
/// [`RenderError::TooLarge`], [`RenderError::Picture`], [`RenderError::PaymentCode`].
pub(crate) fn sheet(letter: &Letter, legible: &Legible) -> Result<Sheet, RenderError> {
    let mut setter = Setter { legible, bytes: 0, rows: 0, pictures: Vec::new() };
    let data = setter.letter(letter)?;
    if setter.bytes > LETTER_BYTES_MAX {
        return Err(RenderError::TooLarge { what: "bytes of text", limit: LETTER_BYTES_MAX });
    }
    Ok(Sheet { data: Bytes::new(data.to_string().into_bytes()), pictures: setter.pictures })
}

struct Setter<'a> {
    legible: &'a Legible,
    bytes: usize,
    rows: usize,
    pictures: Vec<(String, Bytes)>,
}

impl Setter<'_> {
    fn line(&mut self, text: &str, word_max: usize) -> String {
        self.bytes = self.bytes.saturating_add(text.len());
        self.legible.line(text, word_max)
    }

    fn lines(&mut self, texts: &[String], word_max: usize) -> Vec<String> {
        texts.iter().map(|text| self.line(text, word_max)).collect()
    }

    fn letter(&mut self, letter: &Letter) -> Result<Value, RenderError> {
        // The identifier and the instant go into the metadata, not onto the paper.
        let Letter {
            document_id: _,
            issued_at: _,
            language,
            sender,
            place,
            date,
            recipient,
            our_reference,
            subject,
            body,
        } = letter;
        let place_and_date = if place.is_empty() { date.clone() } else { format!("{place}, {date}") };
        let (language_code, country_code) = locale(*language);
        Ok(json!({
            "language": language_code,
            "country": country_code,
            "labels": labels(*language),
            "sender": self.letterhead(sender)?,
            "place_and_date": self.line(&place_and_date, word::ADDRESS),
            "recipient": self.lines(recipient, word::ADDRESS),
            "our_reference": self.line(our_reference, word::ADDRESS),
            "subject": self.line(subject, word::BODY),
            "body": self.body(body)?,
        }))
    }

    fn letterhead(&mut self, sender: &Letterhead) -> Result<Value, RenderError> {
        let Letterhead { legal_name, lines, tax_id, logo } = sender;
        Ok(json!({
            "legal_name": self.line(legal_name, word::ADDRESS),
            "lines": self.lines(lines, word::BODY),
            "tax_id": self.line(tax_id, word::ADDRESS),
            "logo": self.picture("logo", logo.as_ref())?,
        }))
    }

    fn body(&mut self, body: &[Block]) -> Result<Vec<Value>, RenderError> {
        let nexts = body.iter().skip(1).map(Some).chain([None]);
        body.iter().zip(nexts).map(|(block, next)| self.block(block, next)).collect()
    }

    fn block(&mut self, block: &Block, next: Option<&Block>) -> Result<Value, RenderError> {
        match block {
            Block::Paragraph(text) => Ok(self.paragraph(text, next)),
            Block::Heading(text) => Ok(json!({ "kind": "heading", "text": self.line(text, word::BODY) })),
            Block::Table(table) => self.table(table),
            Block::PaymentBox(payment) => self.payment(payment),
            Block::Signatory(signatory) => self.signatory(signatory),
        }
    }

    fn paragraph(&mut self, text: &str, next: Option<&Block>) -> Value {
        self.bytes = self.bytes.saturating_add(text.len());
        let introduces = next.is_some_and(|next| !matches!(next, Block::Paragraph(_)));
        json!({
            "kind": "paragraph",
            "text": self.legible.paragraph(text, word::BODY),
            "keep_with_next": introduces && text.len() <= INTRODUCTION_MAX,
        })
    }

    fn table(&mut self, table: &Table) -> Result<Value, RenderError> {
        let Table { titles, right, rows, footer } = table;
        self.rows = self.rows.saturating_add(rows.len());
        if self.rows > LETTER_ROWS_MAX {
            return Err(RenderError::TooLarge { what: "rows", limit: LETTER_ROWS_MAX });
        }
        // A cell too few or too many would shift all that follow it.
        let width = titles.len();
        let mut cells = |given: &[String]| {
            let mut cells = self.lines(given, word::DOCUMENT);
            cells.resize(width, String::new());
            cells
        };
        let (titles, footer_cells) = (cells(titles), cells(footer));
        let rows = rows.iter().map(|row| cells(row)).collect::<Vec<_>>();
        let right = (0..width).map(|column| right.get(column).copied().unwrap_or_default());
        Ok(json!({
            "kind": "table",
            "titles": titles,
            "right": right.collect::<Vec<_>>(),
            "rows": rows,
            "footer": if footer.is_empty() { Vec::new() } else { footer_cells },
        }))
    }

    fn payment(&mut self, payment: &PaymentBox) -> Result<Value, RenderError> {
        let PaymentBox { payee, iban, bic, reference, amount, epc_payload } = payment;
        let code = match epc_payload {
            Some(payload) => Some(self.embed("svg", Bytes::new(payment_code_svg(payload)?.into_bytes()))?),
            None => None,
        };
        Ok(json!({
            "kind": "payment",
            "payee": self.line(payee, word::ADDRESS),
            "iban": self.line(iban, word::ADDRESS),
            "bic": bic.as_ref().map(|bic| self.line(bic, word::ADDRESS)),
            "reference": self.line(reference, word::ADDRESS),
            "amount": self.line(amount, word::ADDRESS),
            "code": code,
        }))
    }

    fn signatory(&mut self, signatory: &Signatory) -> Result<Value, RenderError> {
        let Signatory { name, role, signature } = signatory;
        Ok(json!({
            "kind": "signatory",
            "name": self.line(name, word::ADDRESS),
            "role": self.line(role, word::ADDRESS),
            "signature": self.picture("signature", signature.as_ref())?,
        }))
    }

    fn picture(&mut self, field: &'static str, picture: Option<&Picture>) -> Result<Value, RenderError> {
        let Some(picture) = picture else { return Ok(Value::Null) };
        let extension = match picture.format {
            PictureFormat::Png => "png",
            PictureFormat::Svg => "svg",
        };
        let name = self.embed(extension, readable(field, picture)?)?;
        Ok(json!({ "path": name, "description": self.line(&picture.description, word::BODY) }))
    }

    /// Gives a picture its name. Names are few and repeat, for the compiler remembers each name for ever.
    fn embed(&mut self, extension: &str, bytes: Bytes) -> Result<String, RenderError> {
        if self.pictures.len() == PICTURES_MAX {
            return Err(RenderError::TooLarge { what: "pictures", limit: PICTURES_MAX });
        }
        let name = format!("/picture-{}.{extension}", self.pictures.len());
        self.pictures.push((name.clone(), bytes));
        Ok(name)
    }
}
