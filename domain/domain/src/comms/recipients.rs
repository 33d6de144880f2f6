//! Who receives a message: a choice among the contacts of an account that can be explained.
//!
//! Order: contacts named for the purpose before general ones, then the preferred roles, then the position that people
//! gave them, then the id. Who is left out is named with the reason.

use std::collections::BTreeSet;

use kernel::id::ContactId;
use kernel::registry::{EmailAddress, PhoneNumber};
use kernel::{Code, Error, Outcome};

use super::{Channel, ContactPurpose, ContactRole, LanguageTag, codes};

/// A contact of the account, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub id: ContactId,
    pub name: String,
    pub role: ContactRole,
    pub purposes: Vec<ContactPurpose>,
    /// As it came from the ERP: may be wrong.
    pub email: Option<String>,
    /// As it came from the ERP: may be wrong.
    pub phone: Option<String>,
    pub language: Option<LanguageTag>,
    pub position: i16,
    pub opted_out: Vec<Channel>,
    pub retired: bool,
}

/// What is to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub channel: Channel,
    pub purpose: ContactPurpose,
    /// Most preferred first; other roles follow in the order of [`ROLES`].
    pub roles: &'a [ContactRole],
    /// The account has a postal address, which is where letters go.
    pub has_postal_address: bool,
    /// Addresses that a relay refused for good, as [`Address::cap_key`] writes them.
    pub refused: &'a [String],
}

/// The order of roles where nothing else is said: who can pay, then who can decide, then who bought.
pub const ROLES: [ContactRole; 6] = [
    ContactRole::AccountsPayable,
    ContactRole::Billing,
    ContactRole::Management,
    ContactRole::Other,
    ContactRole::Purchasing,
    ContactRole::Legal,
];

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    Email(EmailAddress),
    Phone(PhoneNumber),
    /// The postal address of the account.
    Postal,
    /// One of our own people: nothing leaves.
    Internal,
}

impl Address {
    /// What the daily cap per recipient counts by: small letters, so that spelling does not evade it.
    ///
    /// `None` where the address is nobody's in particular; the cap per group covers those.
    pub fn cap_key(&self) -> Option<String> {
        match self {
            Self::Email(email) => Some(email.as_str().to_lowercase()),
            Self::Phone(phone) => Some(phone.as_str().to_owned()),
            Self::Postal | Self::Internal => None,
        }
    }
}

/// A contact who may receive the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// `None` when a letter goes to the account without a person.
    pub contact: Option<ContactId>,
    pub name: Option<String>,
    pub language: Option<LanguageTag>,
    pub address: Address,
}

/// A contact who is not used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub contact: ContactId,
    /// `recipient.retired`, `recipient.other_purpose`, `recipient.opted_out`, `recipient.address_missing`,
    /// `recipient.address_invalid`, `recipient.address_refused`, `recipient.duplicate_address`.
    pub reason: &'static Code,
}

/// The outcome: who, in order of preference, and who not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    pub recipients: Vec<Recipient>,
    pub left_out: Vec<LeftOut>,
}

impl Selection {
    /// The preferred recipient.
    ///
    /// # Errors
    /// `hold.no_recipient`, counting the reasons.
    pub fn first(&self) -> Outcome<&Recipient> {
        self.recipients.first().ok_or_else(|| {
            let reasons = self.left_out.iter().map(|l| l.reason.text).collect::<BTreeSet<_>>();
            if reasons.is_empty() {
                return Error::with(&codes::HOLD_NO_RECIPIENT, "the account has no contact for this message");
            }
            let count = self.left_out.len();
            let reasons = reasons.into_iter().collect::<Vec<_>>().join(", ");
            Error::with(&codes::HOLD_NO_RECIPIENT, format!("none of {count} contacts can be used: {reasons}"))
        })
    }
}

/// Chooses the recipients of a message.
pub fn select(contacts: &[Contact], wanted: &Wanted<'_>) -> Selection {
    let mut ordered = contacts.iter().collect::<Vec<_>>();
    ordered.sort_by_key(|contact| rank(contact, wanted));
    let mut selection = Selection { recipients: Vec::new(), left_out: Vec::new() };
    let mut seen = BTreeSet::new();
    for contact in ordered {
        let usable = usable(contact, wanted).and_then(|address| match address.cap_key() {
            Some(key) if wanted.refused.contains(&key) => Err(&codes::RECIPIENT_ADDRESS_REFUSED),
            Some(key) if !seen.insert(key.clone()) => Err(&codes::RECIPIENT_DUPLICATE_ADDRESS),
            Some(_) | None => Ok(address),
        });
        match usable {
            Ok(address) => selection.recipients.push(Recipient {
                contact: Some(contact.id),
                name: Some(contact.name.clone()),
                language: contact.language,
                address,
            }),
            Err(reason) => selection.left_out.push(LeftOut { contact: contact.id, reason }),
        }
    }
    if selection.recipients.is_empty() {
        selection.recipients.extend(without_contact(contacts, wanted));
    }
    selection
}

/// A letter reaches the company, and a task our own people, without a person being named.
///
/// Where every contact in use declined letters, the company has declined them.
fn without_contact(contacts: &[Contact], wanted: &Wanted<'_>) -> Option<Recipient> {
    let address = match wanted.channel {
        Channel::Letter if wanted.has_postal_address => Address::Postal,
        Channel::Task => Address::Internal,
        Channel::Letter | Channel::Email | Channel::Call => return None,
    };
    let mut in_use = contacts.iter().filter(|c| !c.retired && serves(c, wanted.purpose)).peekable();
    if in_use.peek().is_some() && in_use.all(|c| c.opted_out.contains(&wanted.channel)) {
        return None;
    }
    Some(Recipient { contact: None, name: None, language: None, address })
}

fn rank(contact: &Contact, wanted: &Wanted<'_>) -> (bool, usize, i16, ContactId) {
    let general = !contact.purposes.contains(&wanted.purpose);
    let role = wanted.roles.iter().chain(&ROLES).position(|role| *role == contact.role).unwrap_or(usize::MAX);
    (general, role, contact.position, contact.id)
}

fn serves(contact: &Contact, purpose: ContactPurpose) -> bool {
    contact.purposes.contains(&purpose) || contact.purposes.contains(&ContactPurpose::General)
}

fn usable(contact: &Contact, wanted: &Wanted<'_>) -> Result<Address, &'static Code> {
    if contact.retired {
        return Err(&codes::RECIPIENT_RETIRED);
    }
    if !serves(contact, wanted.purpose) {
        return Err(&codes::RECIPIENT_OTHER_PURPOSE);
    }
    if contact.opted_out.contains(&wanted.channel) {
        return Err(&codes::RECIPIENT_OPTED_OUT);
    }
    let given = |text: &Option<String>| {
        text.clone().filter(|t| !t.trim().is_empty()).ok_or(&codes::RECIPIENT_ADDRESS_MISSING)
    };
    match wanted.channel {
        Channel::Email => {
            let parsed = EmailAddress::parse("email", &given(&contact.email)?);
            parsed.map(Address::Email).or(Err(&codes::RECIPIENT_ADDRESS_INVALID))
        }
        Channel::Call => {
            let parsed = PhoneNumber::parse("phone", &given(&contact.phone)?, None);
            parsed.map(Address::Phone).or(Err(&codes::RECIPIENT_ADDRESS_INVALID))
        }
        Channel::Letter if wanted.has_postal_address => Ok(Address::Postal),
        Channel::Letter => Err(&codes::RECIPIENT_ADDRESS_MISSING),
        Channel::Task => Ok(Address::Internal),
    }
}

#[cfg(test)]
mod tests;
