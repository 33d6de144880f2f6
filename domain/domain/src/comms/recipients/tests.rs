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
    Wanted { channel, purpose: ContactPurpose::Dunning, roles: &[], has_postal_address: true, refused: &[] }
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
    assert_eq!(reasons(&select(std::slice::from_ref(&shy), &by(Channel::Email))), ["recipient.opted_out"]);
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
fn an_address_that_was_refused_is_left_out_whatever_its_spelling() {
    let contacts =
        [contact(1, ContactRole::AccountsPayable, "Gone@x.es"), contact(2, ContactRole::Billing, "b@x.es")];
    let refused = ["gone@x.es".to_owned()];
    let selection = select(&contacts, &Wanted { refused: &refused, ..by(Channel::Email) });
    assert_eq!(chosen(&selection), [2]);
    assert_eq!(reasons(&selection), ["recipient.address_refused"]);
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
    let declined = Contact { opted_out: vec![Channel::Letter], ..contact(1, ContactRole::Billing, "a@x.es") };
    assert!(select(&[declined], &by(Channel::Letter)).first().is_err());
}

fn any_contact() -> impl Strategy<Value = Contact> {
    let purposes = proptest::sample::subsequence(ContactPurpose::ALL.to_vec(), 0..=4);
    let opted_out = proptest::sample::subsequence(Channel::ALL.to_vec(), 0..=4);
    let email =
        proptest::sample::select(vec![None, Some("a@x.es"), Some("b@x.es"), Some("B@x.es"), Some("wrong")]);
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
