//! Letters by typst.

use app::messages::codes::LETTER_REFUSED;
use app::messages::ports::{LetterSheet, PaymentSheet, Press};
use domain::comms::LanguageTag;
use domain::comms::template::{Align, LetterPiece, LetterTable};
use kernel::{Currency, Error, Outcome};
use render::{
    Block, EpcCharacterSet, EpcTransfer, EpcVersion, Language, Letter, Letterhead, PaymentBox, Remittance,
    Renderer, Signatory, Table, epc_qr,
};

/// The press of this process.
pub struct TypstPress(Renderer);

impl TypstPress {
    /// Reads fonts and template.
    ///
    /// # Errors
    /// `internal`: the program itself is damaged.
    pub fn try_new() -> Outcome<Self> {
        Renderer::new().map(Self).map_err(|e| Error::new(&app::codes::INTERNAL).caused_by(e))
    }
}

impl Press for TypstPress {
    fn letter(&self, sheet: &LetterSheet) -> Outcome<Vec<u8>> {
        let letter = letter(sheet);
        self.0.render(&letter).map_err(|e| Error::with(&LETTER_REFUSED, e.to_string()))
    }
}

fn letter(sheet: &LetterSheet) -> Letter {
    let mut body = sheet.pieces.iter().map(piece).collect::<Vec<_>>();
    // The signature follows the closing words; a page of its own would look forgotten.
    body.extend(sheet.signatory.as_ref().map(|(name, role)| {
        Block::Signatory(Signatory { name: name.clone(), role: role.clone(), signature: None })
    }));
    body.extend(sheet.payment.as_ref().map(|payment| Block::PaymentBox(payment_box(payment))));
    let spanish = sheet.language.language() == LanguageTag::ES.language();
    Letter {
        document_id: sheet.document_id.clone(),
        issued_at: sheet.issued_at,
        language: if spanish { Language::Spanish } else { Language::English },
        sender: Letterhead {
            legal_name: sheet.legal_name.clone(),
            lines: sheet.head_lines.clone(),
            tax_id: sheet.tax_id.clone(),
            logo: None,
        },
        place: String::new(),
        date: sheet.date.clone(),
        recipient: sheet.recipient.clone(),
        our_reference: sheet.our_reference.clone(),
        subject: sheet.subject.clone(),
        body,
    }
}

fn piece(piece: &LetterPiece) -> Block {
    match piece {
        LetterPiece::Heading(text) => Block::Heading(text.clone()),
        LetterPiece::Paragraph(text) => Block::Paragraph(text.clone()),
        LetterPiece::Table(LetterTable { titles, aligns, rows, footer }) => Block::Table(Table {
            titles: titles.clone(),
            right: aligns.iter().map(|align| *align == Align::Right).collect(),
            rows: rows.clone(),
            footer: footer.clone(),
        }),
    }
}

fn payment_box(payment: &PaymentSheet) -> PaymentBox {
    PaymentBox {
        payee: payment.payee.clone(),
        iban: payment.iban.grouped(),
        bic: payment.bic.as_ref().map(ToString::to_string),
        reference: payment.reference.clone(),
        amount: payment.amount_text.clone(),
        epc_payload: epc(payment),
    }
}

/// The code to scan, for euro; a letter whose payment does not fit the standard goes without.
fn epc(payment: &PaymentSheet) -> Option<String> {
    if payment.amount.currency != Currency::EUR {
        return None;
    }
    let transfer = EpcTransfer {
        version: EpcVersion::V002,
        character_set: EpcCharacterSet::Utf8,
        bic: payment.bic.clone(),
        payee: payment.payee.chars().take(70).collect(),
        iban: payment.iban.clone(),
        amount: payment.amount,
        purpose: None,
        remittance: Remittance::Text(payment.reference.chars().take(140).collect()),
        information: None,
    };
    let made = epc_qr(&transfer);
    if let Err(error) = &made {
        tracing::warn!(cause = %error, "a letter goes without its payment code");
    }
    made.ok()
}
