//! Electronic mail: composing the bytes, and handing them to a relay over SMTP (RFC 5321) or into a folder.
//!
//! [`compose`] turns an [`OutgoingMail`] into the exact bytes of RFC 5322, always the same for the same mail, so that they can be
//! stored before they are sent. [`Mailer`] hands such bytes over and tells in a [`SendResult`] what is known: accepted, refused,
//! surely not sent, or unknown. [`Throttle`] says when a recipient domain may be written to again.
//!
//! The grammar (addresses, MIME, commands, SASL) is lettre's; the dialog is ours, because lettre's connection does not tell whether
//! the final dot was written, adds an empty line to the message, knows neither `SIZE` nor `DSN`, keeps what was received in clear
//! before TLS, and cannot read an answer without text or in another encoding than UTF-8 - after the final dot each of these would
//! make a certain outcome uncertain, or the reverse.

mod address;
pub mod codes;
mod compose;
mod dialog;
mod envelope;
mod fingerprint;
mod folder;
mod mailer;
mod offers;
mod outgoing;
mod relay;
mod result;
mod session;
mod stuffing;
mod throttle;
mod tls;
mod verdict;

pub use address::domain_of;
pub use compose::compose;
pub use envelope::Envelope;
pub use mailer::{Mailer, send};
pub use outgoing::{Attachment, Mailbox, OutgoingMail};
pub use relay::{FolderRelay, Login, Relay, SmtpRelay, Timeouts, Tls};
pub use result::{Cause, Phase, SendResult};
pub use throttle::Throttle;
