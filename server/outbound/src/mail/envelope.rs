//! Who a mail comes from and goes to on the way, apart from what its headers say.

use kernel::{Error, Outcome};
use lettre::Address;

use super::address::parse_address;
use super::codes;

/// RFC 5321, 4.5.3.1.8: what every relay must accept.
const RECIPIENTS_MAX: usize = 100;

/// RFC 3461, 4.4: the longest envelope id, in characters before its encoding.
const ENVELOPE_ID_CHARS_MAX: usize = 100;

/// The SMTP envelope. All of its recipients get the mail, or none does: one notice is one attempt with one outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub(super) from: Option<Address>,
    pub(super) to: Vec<Address>,
    pub(super) id: Option<String>,
}

impl Envelope {
    /// An envelope with its return path (`None` is the null path, to which nothing is ever returned), its recipients, each taken
    /// once, and an id. With an id, a relay that offers it is asked for delivery status notices (RFC 3461) that carry the id. An
    /// id that is too long or not printable ASCII is left out: it only helps to correlate.
    ///
    /// # Errors
    /// `mail.address_invalid`; `mail.recipients_invalid` for none, or more than 100.
    pub fn try_new<T: AsRef<str>>(from: Option<&str>, to: &[T], id: Option<&str>) -> Outcome<Self> {
        let from = from.map(|text| parse_address("envelope_from", text)).transpose()?;
        let mut recipients = Vec::with_capacity(to.len());
        for (index, text) in to.iter().enumerate() {
            let address = parse_address(&format!("to[{index}]"), text.as_ref())?;
            if !recipients.contains(&address) {
                recipients.push(address);
            }
        }
        if recipients.is_empty() || recipients.len() > RECIPIENTS_MAX {
            let message =
                format!("{} recipients; between 1 and {RECIPIENTS_MAX} are possible", recipients.len());
            return Err(Error::field("to", &codes::RECIPIENTS_INVALID, message));
        }
        let usable = |id: &&str| {
            !id.is_empty()
                && id.len() <= ENVELOPE_ID_CHARS_MAX
                && id.bytes().all(|byte| byte.is_ascii_graphic())
        };
        Ok(Self { from, to: recipients, id: id.filter(usable).map(str::to_owned) })
    }

    /// The addresses the mail goes to.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        self.to.iter().map(AsRef::as_ref)
    }
}
