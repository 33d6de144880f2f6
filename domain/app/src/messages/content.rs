//! From facts to what is said: variables, texts, letter, mail.

use domain::comms::freeze::{self, Attachment};
use domain::comms::recipients::{Address, Recipient};
use domain::comms::template::formats::Formats;
use domain::comms::template::{
    AccountVariables, CompiledTemplate, ContactVariables, CreditVariables, EntityVariables,
    InterestVariables, ItemVariables, PartyVariables, PaymentVariables, Rendered, SignatoryVariables,
    StepVariables, Template, TemplateDocument, TemplatePurpose, TemplateVariables,
};
use domain::comms::{Channel, LanguageTag, language};
use kernel::registry::{Bic, Iban};
use kernel::text_enum::parse;
use kernel::time::business_date;
use kernel::{Currency, Date, Error, Instant, Money, Outcome};
use sha2::{Digest as _, Sha256};

use super::codes;
use super::facts::{ItemFacts, MessageFacts, MessageRow, TemplateFacts, tag};
use super::ports::{Courier, LetterSheet, Mail, PaymentSheet, Press};

mod interest;
pub use interest::{Compensated, InterestOmitted, LateClaim, late_claim_of};

/// What a message says, before it is anybody's in particular.
#[derive(Debug, Clone)]
pub struct Said {
    pub template_version: i32,
    pub language: LanguageTag,
    pub rendered: Rendered,
    pub sheet: LetterSheet,
    /// Why interest that should be claimed is not.
    pub interest_omitted: Option<InterestOmitted>,
    /// Fixed sums it claims, each once for an invoice.
    pub compensated: Vec<Compensated>,
}

/// What identifies and dates a message.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    pub row: &'a MessageRow,
    pub now: Instant,
}

/// The template in a wanted language, the account's, the legal entity's, or English.
///
/// # Errors
/// `message.template_missing`; those of a stored document.
pub fn choose_template(
    facts: &MessageFacts,
    wanted: impl IntoIterator<Item = LanguageTag>,
    code: &str,
) -> Outcome<(i32, Template)> {
    let available = facts.templates.iter().filter_map(|t| tag(Some(&t.language))).collect::<Vec<_>>();
    let entity = tag(Some(&facts.entity.language)).unwrap_or(LanguageTag::EN);
    let missing = || Error::with(&codes::TEMPLATE_MISSING, format!("no active template {code:?}"));
    let chosen = language::fallback(wanted.into_iter().chain(facts.language()), entity, &available)
        .ok_or_else(missing)?;
    let found = facts.templates.iter().find(|t| tag(Some(&t.language)) == Some(chosen));
    let TemplateFacts { version, purpose, document, .. } = found.ok_or_else(missing)?;
    let document = TemplateDocument::parse(document)?;
    let purpose = parse::<TemplatePurpose>("purpose", purpose)?;
    Ok((*version, Template { code: code.to_owned(), language: chosen, purpose, document }))
}

/// Writes the message.
///
/// # Errors
/// `message.template_missing`, the `template.*` codes of rendering, `money.overflow`.
pub fn say(facts: &MessageFacts, occasion: Occasion<'_>, to: &Recipient) -> Outcome<Said> {
    // What a person chose, then what the reader prefers.
    let wanted = tag(occasion.row.language.as_deref()).into_iter().chain(to.language);
    let (template_version, template) = choose_template(facts, wanted, &occasion.row.template_code)?;
    say_with(facts, occasion, to, (template_version, &template))
}

/// The same with a template in hand, e.g. one that is not saved yet.
///
/// # Errors
/// As [`say`].
pub fn say_with(
    facts: &MessageFacts,
    occasion: Occasion<'_>,
    to: &Recipient,
    (template_version, template): (i32, &Template),
) -> Outcome<Said> {
    let today = business_date(occasion.now, facts.entity_zone());
    let currency = Currency::parse("currency", &occasion.row.currency)?;
    let compiled = CompiledTemplate::compile(template)?;
    // Only what the debtor reads is claimed, and nothing by a message that asks for nothing. A task reaches no debtor.
    let claims = occasion.row.claims(template.purpose)
        && occasion.row.channel != Channel::Task
        && compiled.speaks_of_interest();
    let late = if claims { late_claim_of(facts, currency, today) } else { LateClaim::default() };
    let LateClaim { variables: interest, omitted, compensated } = late;
    let step = step(facts, occasion.row, template.language);
    let variables = TemplateVariables { step, ..variables(facts, occasion, (to, today, currency), interest) };
    let rendered = compiled.render(&variables)?;
    let sheet = sheet(facts, occasion, (template.language, &variables), &rendered)?;
    let language = template.language;
    Ok(Said { template_version, language, rendered, sheet, interest_omitted: omitted, compensated })
}

fn variables(
    facts: &MessageFacts,
    occasion: Occasion<'_>,
    (to, today, currency): (&Recipient, Date, Currency),
    interest: Option<InterestVariables>,
) -> TemplateVariables {
    let entity = &facts.entity;
    let (mut claimed, credits): (Vec<&ItemFacts>, Vec<_>) = facts.items.iter().partition(|i| !i.credit);
    claimed.sort_by(|a, b| (a.due_on, &a.document_no).cmp(&(b.due_on, &b.document_no)));
    TemplateVariables {
        currency,
        today,
        entity: EntityVariables {
            name: entity.name.clone(),
            tax_id: entity.tax_id.clone(),
            address: entity.address.clone(),
            email: entity.reply_to.clone().or_else(|| entity.sender_email.clone()),
            phone: None,
            signatory: signatory(facts).map(|(name, role)| SignatoryVariables {
                name,
                title: Some(role).filter(|role| !role.is_empty()),
            }),
        },
        account: AccountVariables { number: facts.account.number.clone(), name: facts.account.name.clone() },
        party: PartyVariables { name: facts.party.name.clone(), tax_id: facts.party.tax_id.clone() },
        contact: ContactVariables { name: to.name.clone() },
        items: claimed.into_iter().map(|item| claim(item, today)).collect(),
        credits: credits.into_iter().map(credit).collect(),
        interest,
        payment: payment(facts),
        step: None,
        previous_on: facts.previous_on,
        note: occasion.row.note.clone(),
    }
}

fn claim(item: &ItemFacts, today: Date) -> ItemVariables {
    ItemVariables {
        number: item.document_no.clone(),
        order_no: item.order_no.clone(),
        issue_on: item.issue_on,
        due_on: item.due_on,
        days_overdue: (today - item.due_on).num_days(),
        amount: item.original,
        open: item.open,
    }
}

fn credit(item: &ItemFacts) -> CreditVariables {
    CreditVariables { number: item.document_no.clone(), issue_on: item.issue_on, open: item.open }
}

/// The step, named in the letter's language: scenarios have English and Spanish names.
fn step(facts: &MessageFacts, row: &MessageRow, language: LanguageTag) -> Option<StepVariables> {
    let code = row.step_code.clone()?;
    let named = |of: LanguageTag| facts.step_name.as_ref()?.get(&of.without_region().to_string()).cloned();
    let name = named(language).or_else(|| named(LanguageTag::EN)).unwrap_or_else(|| code.clone());
    Some(StepVariables { name, code, no: row.step_no.unwrap_or(1).into() })
}

fn signatory(facts: &MessageFacts) -> Option<(String, String)> {
    let signatory = &facts.entity.signatory;
    (!signatory.name.is_empty()).then(|| (signatory.name.clone(), signatory.role.clone()))
}

/// The reference is the account's number, or that of the only document with one of its own.
fn payment(facts: &MessageFacts) -> PaymentVariables {
    let entity = &facts.entity;
    let mut own = facts.items.iter().filter(|i| !i.credit).map(|i| i.payment_reference.as_deref());
    let only = own.next().flatten().filter(|_| own.next().is_none());
    PaymentVariables {
        payee: entity.payee_name.clone().unwrap_or_else(|| entity.name.clone()),
        iban: entity.payee_iban.as_deref().and_then(|iban| Iban::parse("payee_iban", iban).ok()),
        bic: entity.payee_bic.as_deref().and_then(|bic| Bic::parse("payee_bic", bic).ok()),
        reference: only.unwrap_or(&facts.account.number).to_owned(),
        pay_by_on: None,
    }
}

fn sheet(
    facts: &MessageFacts,
    occasion: Occasion<'_>,
    (language, variables): (LanguageTag, &TemplateVariables),
    rendered: &Rendered,
) -> Outcome<LetterSheet> {
    let (entity, formats) = (&facts.entity, Formats::of(language));
    let totals = variables.totals()?;
    let amount = totals.with_interest.unwrap_or(totals.due);
    let payment = variables.payment.iban.clone().filter(|_| amount.amount > kernel::Decimal::ZERO);
    let payment = payment.map(|iban| PaymentSheet {
        payee: variables.payment.payee.clone(),
        iban,
        bic: variables.payment.bic.clone(),
        reference: variables.payment.reference.clone(),
        amount,
        amount_text: formats.money(Money::new(amount.amount, amount.currency)),
    });
    let postal = if facts.account.address.is_empty() { &facts.party.address } else { &facts.account.address };
    let name = [&facts.party.name, &facts.account.name].into_iter().find(|name| !name.is_empty());
    let recipient = name.into_iter().chain(postal).cloned().collect();
    let lines = [&entity.address, &entity.letterhead.lines, &entity.letterhead.footer];
    Ok(LetterSheet {
        document_id: format!("letter_{}", occasion.row.id.simple()),
        issued_at: occasion.now,
        language,
        legal_name: entity.name.clone(),
        head_lines: lines.into_iter().flatten().cloned().collect(),
        tax_id: entity.tax_id.clone().unwrap_or_default(),
        date: formats.date(variables.today),
        recipient,
        our_reference: facts.account.number.clone(),
        subject: rendered.subject.clone(),
        pieces: rendered.letter.clone(),
        payment,
        signatory: signatory(facts),
    })
}

/// The letter of a message, and the fingerprints of all it says.
#[derive(Debug, Clone)]
pub struct Packed {
    pub letter: Option<Vec<u8>>,
    pub content_hash: [u8; 32],
    pub attachment_hash: [u8; 32],
}

/// Sets the letter.
///
/// # Errors
/// `message.letter_refused`.
pub fn pack(press: &dyn Press, channel: Channel, (said, to): (&Said, &str)) -> Outcome<Packed> {
    let letter = if said.rendered.letter.is_empty() { None } else { Some(press.letter(&said.sheet)?) };
    let attachment = letter.as_ref().map(|bytes| Attachment {
        name: file_name(&said.rendered.subject),
        media_type: "application/pdf".to_owned(),
        hash: Sha256::digest(bytes).into(),
    });
    let attachments = attachment.into_iter().collect::<Vec<_>>();
    let content = freeze::Content {
        channel,
        recipient: to,
        language: said.language,
        rendered: &said.rendered,
        attachments: &attachments,
    };
    Ok(Packed {
        content_hash: freeze::content_hash(&content),
        attachment_hash: freeze::attachments_hash(&attachments),
        letter,
    })
}

/// The mail that carries a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    /// Its `Message-ID`.
    pub header_id: String,
    /// Its exact bytes.
    pub mime: Vec<u8>,
}

/// Composes the mail, with the letter attached.
///
/// # Errors
/// `message.sender_missing`, those of a mail that cannot be composed.
pub fn compose(
    courier: &dyn Courier,
    facts: &MessageFacts,
    occasion: Occasion<'_>,
    (said, packed, to): (&Said, &Packed, &str),
) -> Outcome<Composed> {
    let sender = facts.entity.sender_email.as_deref().ok_or_else(|| Error::new(&codes::SENDER_MISSING))?;
    let domain = sender.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let header_id = format!("{}.{}@{domain}", occasion.row.id.simple(), occasion.row.attempts + 1);
    let mail = Mail {
        message_id: header_id.clone(),
        from: (sender.to_owned(), facts.entity.sender_name.clone()),
        reply_to: facts.entity.reply_to.clone(),
        to: (to.to_owned(), None),
        subject: said.rendered.subject.clone(),
        text: said.rendered.text.clone(),
        html: said.rendered.html.clone(),
        letter: packed.letter.clone().map(|bytes| (file_name(&said.rendered.subject), bytes)),
        date: occasion.now,
    };
    Ok(Composed { mime: courier.compose(&mail)?, header_id })
}

/// A subject as the name of a PDF that every file system takes.
fn file_name(subject: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c } else { '_' };
    let name = subject.chars().take(80).map(plain).collect::<String>();
    let parts = name.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>();
    format!("{}.pdf", parts.join("_"))
}

/// The e-mail address of a recipient.
pub fn email_of(recipient: &Recipient) -> Option<&str> {
    match &recipient.address {
        Address::Email(email) => Some(email.as_str()),
        Address::Phone(_) | Address::Postal | Address::Internal => None,
    }
}
