//! A mail before it is composed.

use kernel::{Instant, Outcome};

use super::Envelope;

/// An address with the name shown beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    pub address: String,
    /// Any script; an empty name counts as none.
    pub name: Option<String>,
}

impl Mailbox {
    /// A mailbox with a name.
    pub fn named(address: impl Into<String>, name: impl Into<String>) -> Self {
        Self { address: address.into(), name: Some(name.into()) }
    }

    /// A mailbox without a name.
    pub fn bare(address: impl Into<String>) -> Self {
        Self { address: address.into(), name: None }
    }
}

/// A file that goes with a mail; it is sent byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Any script, at most 255 bytes, without folders.
    pub file_name: String,
    /// A MIME type, e.g. `application/pdf`; neither `multipart/*` nor `message/*`.
    pub content_type: String,
    pub bytes: Vec<u8>,
}

/// All that is needed to compose a mail. Nothing is added from the clock, the host or chance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMail {
    /// `left@right` without angle brackets, unique in the world, at most 250 bytes.
    pub message_id: String,
    pub from: Mailbox,
    pub reply_to: Option<Mailbox>,
    pub to: Vec<Mailbox>,
    pub cc: Vec<Mailbox>,
    pub subject: String,
    /// The plain text; any line ends.
    pub text: String,
    /// The same as HTML.
    pub html: Option<String>,
    pub attachments: Vec<Attachment>,
    /// Additional headers, e.g. `In-Reply-To`; those that this module sets itself are refused.
    pub headers: Vec<(String, String)>,
    /// The return path; `None` is the address of `from`.
    pub envelope_from: Option<String>,
    /// What the `Date` header says.
    pub date: Instant,
}

impl OutgoingMail {
    /// The envelope of this mail: to everybody in `to` and `cc`, with the message id as envelope id.
    ///
    /// # Errors
    /// `mail.address_invalid`, `mail.recipients_invalid`.
    pub fn envelope(&self) -> Outcome<Envelope> {
        let from = self.envelope_from.as_deref().unwrap_or(&self.from.address);
        let to: Vec<&str> = self.to.iter().chain(&self.cc).map(|mailbox| mailbox.address.as_str()).collect();
        Envelope::try_new(Some(from), &to, Some(&self.message_id))
    }
}
