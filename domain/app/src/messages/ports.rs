//! What sending needs from outside: a press for letters, a courier for mails.

use domain::comms::LanguageTag;
use domain::comms::template::LetterPiece;
use kernel::registry::{Bic, Iban};
use kernel::{Instant, Money, Outcome};

/// A letter before it is set.
#[derive(Debug, Clone)]
pub struct LetterSheet {
    /// Identifies the letter for ever.
    pub document_id: String,
    pub issued_at: Instant,
    pub language: LanguageTag,
    pub legal_name: String,
    /// Address, telephone, register entry.
    pub head_lines: Vec<String>,
    pub tax_id: String,
    /// The date as the reader writes it.
    pub date: String,
    /// Name and postal address.
    pub recipient: Vec<String>,
    pub our_reference: String,
    pub subject: String,
    pub pieces: Vec<LetterPiece>,
    pub payment: Option<PaymentSheet>,
    /// Name and role.
    pub signatory: Option<(String, String)>,
}

/// How to pay, drawn as a box; with a code to scan for euro.
#[derive(Debug, Clone)]
pub struct PaymentSheet {
    pub payee: String,
    pub iban: Iban,
    pub bic: Option<Bic>,
    pub reference: String,
    pub amount: Money,
    /// The amount as the reader writes it.
    pub amount_text: String,
}

/// Sets letters as PDF/A.
pub trait Press: Send + Sync {
    /// # Errors
    /// `message.letter_refused` with the reason.
    fn letter(&self, sheet: &LetterSheet) -> Outcome<Vec<u8>>;
}

/// A mail before it is composed.
#[derive(Debug, Clone)]
pub struct Mail {
    /// `left@right`, unique in the world.
    pub message_id: String,
    pub from: (String, Option<String>),
    pub reply_to: Option<String>,
    pub to: (String, Option<String>),
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    /// File name and PDF.
    pub letter: Option<(String, Vec<u8>)>,
    pub date: Instant,
}

/// Relays whose messages are left alone for now, so that they hold up no others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Busy {
    pub named: Vec<String>,
    /// The one for legal entities that name none.
    pub default: bool,
}

/// Knows the relays; composes, and says when a recipient may be written to again.
pub trait Courier: Send + Sync {
    /// The relay of a legal entity, or the installation's when it names none.
    ///
    /// # Errors
    /// `message.relay_unknown`.
    fn relay(&self, wanted: Option<&str>) -> Outcome<String>;

    /// The exact bytes that will be handed over.
    ///
    /// # Errors
    /// Those of an address or header that no mail can carry.
    fn compose(&self, mail: &Mail) -> Outcome<Vec<u8>>;

    /// The relays that take no more mail at the moment, because all hand-overs that each may have are under way.
    fn busy(&self) -> Busy;

    /// When the recipient's mail domain has a place: `now` if it has one already.
    fn next_place(&self, relay: &str, recipient: &str, now: Instant) -> Instant;

    /// Takes a place in the recipient's mail domain, or says when there will be one.
    fn take_place(&self, relay: &str, recipient: &str, now: Instant) -> Result<(), Instant>;
}
