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
    let payment = sheet.payment.as_ref();
    let mut body = sheet.pieces.iter().map(|p| piece(p, payment)).collect::<Vec<_>>();
    // The signature follows the closing words; a page of its own would look forgotten.
    body.extend(sheet.signatory.as_ref().map(|(name, role)| {
        Block::Signatory(Signatory { name: name.clone(), role: role.clone(), signature: None })
    }));
    let placed = sheet.pieces.iter().any(|piece| matches!(piece, LetterPiece::Payment(_)));
    body.extend(payment.filter(|_| !placed).map(|payment| Block::PaymentBox(payment_box(payment))));
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

fn piece(piece: &LetterPiece, payment: Option<&PaymentSheet>) -> Block {
    match piece {
        LetterPiece::Payment(text) => match payment {
            Some(payment) => Block::PaymentBox(payment_box(payment)),
            None => Block::Paragraph(text.clone()),
        },
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

#[cfg(test)]
mod tests {
    use domain::comms::LanguageTag;
    use kernel::Money;
    use kernel::registry::Iban;

    use super::*;

    fn kinds(pieces: Vec<LetterPiece>, payee: bool) -> Vec<&'static str> {
        let payment = PaymentSheet {
            payee: "Muestra, S.A.".to_owned(),
            iban: Iban::parse("iban", "ES9121000418450200051332").unwrap(),
            bic: None,
            reference: "4300.000001".to_owned(),
            amount: Money::new("12.50".parse().unwrap(), Currency::EUR),
            amount_text: "12,50 EUR".to_owned(),
        };
        let sheet = LetterSheet {
            document_id: "msg_1".to_owned(),
            issued_at: "2026-06-30T08:00:00Z".parse().unwrap(),
            language: LanguageTag::ES,
            legal_name: "Muestra, S.A.".to_owned(),
            head_lines: Vec::new(),
            tax_id: "A58818501".to_owned(),
            date: "30 de junio de 2026".to_owned(),
            recipient: vec!["Cliente".to_owned()],
            our_reference: "4300.000001".to_owned(),
            subject: "Recordatorio".to_owned(),
            pieces,
            payment: payee.then_some(payment),
            signatory: Some(("Begoña Núñez".to_owned(), "Créditos".to_owned())),
        };
        let kind = |block: &Block| match block {
            Block::Paragraph(_) => "paragraph",
            Block::PaymentBox(_) => "payment",
            Block::Signatory(_) => "signature",
            Block::Heading(_) | Block::Table(_) => "other",
        };
        letter(&sheet).body.iter().map(kind).collect()
    }

    #[test]
    fn the_payment_data_stand_where_the_template_says_and_the_signature_at_the_end() {
        let text = || LetterPiece::Paragraph("Les rogamos el pago:".to_owned());
        let pieces = || vec![text(), LetterPiece::Payment("IBAN: ES91".to_owned()), text()];
        assert_eq!(kinds(pieces(), true), ["paragraph", "payment", "paragraph", "signature"]);
        assert_eq!(kinds(pieces(), false), ["paragraph", "paragraph", "paragraph", "signature"]);
        // A template of the user's own that gives them no place has them below.
        assert_eq!(kinds(vec![text()], true), ["paragraph", "signature", "payment"]);
    }
}
