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
    /// `recipient.address_invalid`, `recipient.duplicate_address`.
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
        let usable = usable(contact, wanted).and_then(|address| {
            let fresh = address.cap_key().is_none_or(|key| seen.insert(key));
            if fresh { Ok(address) } else { Err(&codes::RECIPIENT_DUPLICATE_ADDRESS) }
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
mod tests {
    use kernel::text_enum::TextEnum;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn contact(no: u128, role: ContactRole, email: &str) -> Contact {
        Contact {
            id: ContactId(Uuid::from_u128(no)),
            name: format!("Contact {no}"),
            role,
            purposes: vec![ContactPurpose::Dunning],
            email: Some(email.to_owned()),
            phone: None,
            language: None,
            position: 0,
            opted_out: Vec::new(),
            retired: false,
        }
    }

    fn by(channel: Channel) -> Wanted<'static> {
        Wanted { channel, purpose: ContactPurpose::Dunning, roles: &[], has_postal_address: true }
    }

    fn chosen(selection: &Selection) -> Vec<u128> {
        selection.recipients.iter().filter_map(|r| r.contact).map(|id| id.0.as_u128()).collect()
    }

    fn reasons(selection: &Selection) -> Vec<&'static str> {
        selection.left_out.iter().map(|l| l.reason.text).collect()
    }

    #[test]
    fn those_who_can_pay_come_first_and_general_contacts_last() {
        let general = Contact {
            purposes: vec![ContactPurpose::General],
            ..contact(1, ContactRole::AccountsPayable, "a@x.es")
        };
        let second = Contact { position: 2, ..contact(3, ContactRole::AccountsPayable, "c@x.es") };
        let contacts = [
            general,
            contact(2, ContactRole::Management, "b@x.es"),
            second,
            contact(4, ContactRole::AccountsPayable, "d@x.es"),
        ];
        assert_eq!(chosen(&select(&contacts, &by(Channel::Email))), [4, 3, 2, 1]);
        let legal_first = Wanted { roles: &[ContactRole::Management], ..by(Channel::Email) };
        assert_eq!(chosen(&select(&contacts, &legal_first)), [2, 4, 3, 1]);
    }

    #[test]
    fn an_opt_out_holds_for_its_channel_only() {
        let shy = Contact { opted_out: vec![Channel::Email], ..contact(1, ContactRole::Billing, "a@x.es") };
        assert_eq!(
            reasons(&select(std::slice::from_ref(&shy), &by(Channel::Email))),
            ["recipient.opted_out"]
        );
        assert_eq!(chosen(&select(&[shy], &by(Channel::Letter))), [1]);
    }

    #[test]
    fn everybody_left_out_is_named_with_the_reason() {
        let base = |no| contact(no, ContactRole::Billing, "a@x.es");
        let contacts = [
            base(1),
            Contact { email: Some("A@X.es".to_owned()), ..base(2) },
            Contact { email: Some("not an address".to_owned()), ..base(3) },
            Contact { email: Some("  ".to_owned()), ..base(4) },
            Contact { retired: true, ..base(5) },
        ];
        let selection = select(&contacts, &by(Channel::Email));
        assert_eq!(chosen(&selection), [1]);
        assert_eq!(
            reasons(&selection),
            [
                "recipient.duplicate_address",
                "recipient.address_invalid",
                "recipient.address_missing",
                "recipient.retired"
            ]
        );
        let invoices = Contact { purposes: vec![ContactPurpose::Invoice], ..base(6) };
        assert_eq!(reasons(&select(&[invoices], &by(Channel::Email))), ["recipient.other_purpose"]);
    }

    #[test]
    fn without_anybody_the_message_is_held() {
        let error = select(&[], &by(Channel::Email)).first().unwrap_err();
        assert_eq!(error.code().text, "hold.no_recipient");
        let retired = Contact { retired: true, ..contact(1, ContactRole::Billing, "a@x.es") };
        let error = select(&[retired], &by(Channel::Call)).first().unwrap_err();
        assert!(error.to_string().contains("recipient.retired"), "{error}");
    }

    #[test]
    fn a_letter_reaches_the_company_unless_it_declined_letters() {
        let to_company = select(&[], &by(Channel::Letter));
        assert_eq!(to_company.first().unwrap().address, Address::Postal);
        let nowhere = Wanted { has_postal_address: false, ..by(Channel::Letter) };
        assert!(select(&[], &nowhere).first().is_err());
        let declined =
            Contact { opted_out: vec![Channel::Letter], ..contact(1, ContactRole::Billing, "a@x.es") };
        assert!(select(&[declined], &by(Channel::Letter)).first().is_err());
    }

    fn any_contact() -> impl Strategy<Value = Contact> {
        let purposes = proptest::sample::subsequence(ContactPurpose::ALL.to_vec(), 0..=4);
        let opted_out = proptest::sample::subsequence(Channel::ALL.to_vec(), 0..=4);
        let email = proptest::sample::select(vec![
            None,
            Some("a@x.es"),
            Some("b@x.es"),
            Some("B@x.es"),
            Some("wrong"),
        ]);
        let phone = proptest::sample::select(vec![None, Some("+34 911 23 45 67"), Some("12")]);
        let role = proptest::sample::select(ContactRole::ALL.to_vec());
        let address = (email, phone);
        (any::<u64>(), role, purposes, opted_out, address, any::<bool>()).prop_map(
            |(no, role, purposes, opted_out, (email, phone), retired)| Contact {
                purposes,
                opted_out,
                retired,
                email: email.map(str::to_owned),
                phone: phone.map(str::to_owned),
                ..contact(u128::from(no), role, "")
            },
        )
    }

    proptest! {
        #[test]
        fn an_opted_out_channel_is_never_used_and_nobody_is_lost(
            contacts in proptest::collection::vec(any_contact(), 0..8),
            channel in proptest::sample::select(Channel::ALL.to_vec()),
        ) {
            let selection = select(&contacts, &by(channel));
            let named = selection.recipients.iter().filter(|r| r.contact.is_some()).count();
            prop_assert_eq!(named + selection.left_out.len(), contacts.len());
            for id in selection.recipients.iter().filter_map(|r| r.contact) {
                prop_assert!(contacts.iter().any(|c| c.id == id && !c.opted_out.contains(&channel) && !c.retired));
            }
        }

        #[test]
        fn the_order_in_which_contacts_are_stored_does_not_matter(
            contacts in proptest::collection::vec(any_contact(), 0..8),
            channel in proptest::sample::select(Channel::ALL.to_vec()),
        ) {
            let mut reversed = contacts.clone();
            reversed.reverse();
            prop_assert_eq!(select(&contacts, &by(channel)), select(&reversed, &by(channel)));
        }
    }
}
