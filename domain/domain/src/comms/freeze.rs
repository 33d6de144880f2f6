//! The fingerprint of what is about to be sent. It is taken at reservation and compared right before the hand-over, so
//! that what was approved, what was sent and what is shown years later are the same.
//!
//! Canonical form: a version line, then every value preceded by its length in bytes as eight bytes, big-endian; lists
//! are preceded by their number of elements in the same way. So no two different contents share a form.

use sha2::{Digest as _, Sha256};

use super::template::{LetterPiece, Rendered};
use super::{Channel, LanguageTag};

/// SHA-256.
pub type Hash = [u8; 32];

/// Names the canonical form; another form gets another name.
const FORM: &[u8] = b"recobra.message.1";
const ATTACHMENTS_FORM: &[u8] = b"recobra.attachments.1";

/// A file that goes with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub name: String,
    pub media_type: String,
    /// Of its bytes.
    pub hash: Hash,
}

/// Everything that makes a message what it is.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    pub channel: Channel,
    /// The address exactly as it is handed to the relay.
    pub recipient: &'a str,
    pub language: LanguageTag,
    pub rendered: &'a Rendered,
    pub attachments: &'a [Attachment],
}

/// The fingerprint of a message with its recipient and attachments.
pub fn content_hash(content: &Content<'_>) -> Hash {
    let Content { channel, recipient, language, rendered, attachments } = content;
    let Rendered { subject, text, html, letter } = rendered;
    let mut form = Form::new(FORM);
    form.value(&channel.to_string()).value(recipient).value(&language.to_string());
    form.value(subject).value(text).optional(html.as_deref());
    form.count(letter.len());
    for piece in letter {
        form.piece(piece);
    }
    form.bytes(&attachments_hash(attachments));
    form.hash()
}

/// The fingerprint of the attachments, in the order in which they are attached.
pub fn attachments_hash(attachments: &[Attachment]) -> Hash {
    let mut form = Form::new(ATTACHMENTS_FORM);
    form.count(attachments.len());
    for Attachment { name, media_type, hash } in attachments {
        form.value(name).value(media_type).bytes(hash);
    }
    form.hash()
}

struct Form(Sha256);

impl Form {
    fn new(name: &[u8]) -> Self {
        Self(Sha256::new_with_prefix(name))
    }

    fn count(&mut self, count: usize) -> &mut Self {
        self.0.update(u64::try_from(count).unwrap_or(u64::MAX).to_be_bytes());
        self
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.count(bytes.len());
        self.0.update(bytes);
        self
    }

    fn value(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// An absent part differs from an empty one.
    fn optional(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.count(1).value(text),
            None => self.count(0),
        }
    }

    fn list(&mut self, texts: &[String]) -> &mut Self {
        self.count(texts.len());
        for text in texts {
            self.value(text);
        }
        self
    }

    fn piece(&mut self, piece: &LetterPiece) {
        match piece {
            LetterPiece::Heading(text) => self.value("heading").value(text),
            LetterPiece::Paragraph(text) => self.value("paragraph").value(text),
            LetterPiece::Payment(text) => self.value("payment").value(text),
            LetterPiece::Table(table) => {
                self.value("table").list(&table.titles);
                let aligns = table.aligns.iter().map(ToString::to_string).collect::<Vec<_>>();
                self.list(&aligns).count(table.rows.len());
                for row in &table.rows {
                    self.list(row);
                }
                self.list(&table.footer)
            }
        };
    }

    fn hash(self) -> Hash {
        self.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rendered() -> Rendered {
        Rendered {
            subject: "Factura vencida".to_owned(),
            text: "Estimados señores:".to_owned(),
            html: None,
            letter: vec![LetterPiece::Paragraph("Estimados señores:".to_owned())],
        }
    }

    fn hash_of(rendered: &Rendered, recipient: &str, attachments: &[Attachment]) -> Hash {
        let language = LanguageTag::ES;
        content_hash(&Content { channel: Channel::Email, recipient, language, rendered, attachments })
    }

    #[test]
    fn the_form_never_changes_silently() {
        let hex = hash_of(&rendered(), "pagos@ejemplo.es", &[]).map(|b| format!("{b:02x}")).concat();
        assert_eq!(hex, "415251f395587ebce69718faa6828c5f91f96444ae502452fa51c04b117da520");
    }

    #[test]
    fn every_part_counts() {
        let attachment =
            Attachment { name: "a.pdf".to_owned(), media_type: "application/pdf".to_owned(), hash: [1; 32] };
        let mut seen = std::collections::BTreeSet::from([hash_of(&rendered(), "a@b.es", &[])]);
        let mut fresh = |hash: Hash| assert!(seen.insert(hash));
        fresh(hash_of(&rendered(), "a@c.es", &[]));
        fresh(hash_of(&rendered(), "a@b.es", std::slice::from_ref(&attachment)));
        fresh(hash_of(&rendered(), "a@b.es", &[Attachment { hash: [2; 32], ..attachment.clone() }]));
        fresh(hash_of(&rendered(), "a@b.es", &[attachment.clone(), attachment]));
        fresh(hash_of(&Rendered { subject: String::new(), ..rendered() }, "a@b.es", &[]));
        fresh(hash_of(&Rendered { text: String::new(), ..rendered() }, "a@b.es", &[]));
        fresh(hash_of(&Rendered { html: Some(String::new()), ..rendered() }, "a@b.es", &[]));
        fresh(hash_of(&Rendered { letter: Vec::new(), ..rendered() }, "a@b.es", &[]));
        let heading = LetterPiece::Heading("Estimados señores:".to_owned());
        fresh(hash_of(&Rendered { letter: vec![heading], ..rendered() }, "a@b.es", &[]));
    }

    proptest! {
        #[test]
        fn moving_a_boundary_between_parts_changes_the_fingerprint(whole in "[a-c]{1,12}", at in 0_usize..12) {
            let (left, right) = whole.split_at(at.min(whole.len()));
            let split = Rendered { subject: left.to_owned(), text: right.to_owned(), ..rendered() };
            let moved = Rendered { subject: whole.clone(), text: String::new(), ..rendered() };
            prop_assert_eq!(hash_of(&split, "a@b.es", &[]) == hash_of(&moved, "a@b.es", &[]), right.is_empty());
        }
    }
}
