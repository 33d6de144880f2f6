//! What stands between a planned message and its hand-over: one judgement, for the worker that sends and for whoever asks why
//! a message has not left.

use domain::comms::arbiter::{ContactPolicy, ContactRequest, PastContact, Reason, Stop, Verdict, arbitrate};
use domain::comms::recipients::{Recipient, Wanted, select};
use domain::comms::template::TemplatePurpose;
use domain::comms::{Channel, ContactPurpose};
use domain::dunning::reason::Reason as Basis;
use kernel::text_enum::TextEnum as _;
use kernel::{Error, ErrorKind, Instant, Outcome};

use super::content::{self, Composed, Occasion, Packed, Said, email_of};
use super::facts::{ContactMade, MessageFacts, MessageRow};
use super::send::Means;
use super::spoken::overtaken;
use crate::dunning::revalidate::{Verdict as StillTrue, last_look, look_at_claim};
use crate::store::WriteTx;

/// The message in question and everything known about it.
pub(super) struct Case<'a> {
    pub means: Means<'a>,
    pub row: &'a MessageRow,
    pub facts: &'a MessageFacts,
    pub now: Instant,
}

/// What becomes of a planned message at this moment.
pub(super) enum Ruling {
    /// It may go.
    Go(Box<Ready>),
    /// What it says no longer holds: a code, and the reasons of the new decision where a run made the old one.
    Withdraw(String, Vec<Basis>),
    /// The data is stale just now; why, as the gate says it.
    Stale(String),
    /// The contact is not allowed yet.
    NotNow { until: Instant, reasons: Vec<Reason> },
    /// The contact is not allowed unless somebody changes something.
    Never { reasons: Vec<Reason> },
    /// Only a person can help.
    Stuck(Error),
}

/// A mail that may go.
pub(super) struct Ready {
    pub recipient: Recipient,
    pub to: String,
    pub relay: String,
    pub said: Said,
    pub packed: Packed,
    pub mail: Composed,
}

/// Judges an e-mail.
///
/// # Errors
/// What is our own fault or passes by itself: `internal`, `database.unavailable`.
pub(super) fn judge(tx: &mut dyn WriteTx, case: &Case<'_>) -> Outcome<Ruling> {
    weigh(tx, case).or_else(|error| if is_ours(&error) { Err(error) } else { Ok(Ruling::Stuck(error)) })
}

/// Whether an error says nothing about the message.
fn is_ours(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Internal | ErrorKind::Unavailable)
}

fn weigh(tx: &mut dyn WriteTx, case: &Case<'_>) -> Outcome<Ruling> {
    let (row, facts) = (case.row, case.facts);
    if let Some(ruling) = outdated(tx, case)? {
        return Ok(ruling);
    }
    let recipient = recipient(row, facts)?;
    match contact_verdict(tx, case, &recipient)? {
        Verdict::Allow => {}
        Verdict::NotNow { until, reasons } => return Ok(Ruling::NotNow { until, reasons }),
        Verdict::Never { reasons } => return Ok(Ruling::Never { reasons }),
    }
    let to = email_of(&recipient).unwrap_or_default().to_owned();
    let relay = case.means.courier.relay(facts.entity.mail_relay.as_deref())?;
    let occasion = Occasion { row, now: case.now };
    let said = content::say(facts, occasion, &recipient)?;
    let packed = content::pack(case.means.press, row.channel, (&said, &to))?;
    let mail = content::compose(case.means.courier, facts, occasion, (&said, &packed, &to))?;
    Ok(Ruling::Go(Box::new(Ready { recipient, to, relay, said, packed, mail })))
}

/// Why what a person is to carry out no longer holds, with the reasons of the new decision; `None` when it does. Whatever else
/// stands in its way, the person who does it is told.
///
/// # Errors
/// What is our own fault or passes by itself: `internal`, `database.unavailable`.
pub(super) fn outdated_by_hand(
    tx: &mut dyn WriteTx,
    case: &Case<'_>,
) -> Outcome<Option<(String, Vec<Basis>)>> {
    match outdated(tx, case) {
        Ok(Some(Ruling::Withdraw(reason, basis))) => Ok(Some((reason, basis))),
        Err(error) if is_ours(&error) => Err(error),
        Ok(_) | Err(_) => Ok(None),
    }
}

/// What the facts say against a message, whoever carries it: that it no longer holds, or that they are stale themselves.
fn outdated(tx: &mut dyn WriteTx, case: &Case<'_>) -> Outcome<Option<Ruling>> {
    let row = case.row;
    if let Some(code) = overtaken(row, case.facts) {
        return Ok(Some(Ruling::Withdraw(code.text.to_owned(), Vec::new())));
    }
    let verdict = if row.asked_for().is_some_and(TemplatePurpose::claims) {
        look_at_claim(tx, (row.legal_entity_id, row.account_id), case.now)?
    } else {
        last_look(tx, (row.account_id, row.id), case.now)?
    };
    Ok(match verdict {
        StillTrue::Send => None,
        StillTrue::Wait(why) => Some(Ruling::Stale(why)),
        StillTrue::Withdraw(reason, basis) => Some(Ruling::Withdraw(reason, basis)),
    })
}

/// The recipient of a message: the contact it names and nobody in that one's stead, or the best one for its purpose.
///
/// # Errors
/// `hold.no_recipient`.
pub(super) fn recipient(row: &MessageRow, facts: &MessageFacts) -> Outcome<Recipient> {
    // A run names the contacts it wants, a person's message says what it is for.
    let purpose = ContactPurpose::from_text(&row.purpose).unwrap_or_else(|| {
        TemplatePurpose::from_text(&row.purpose)
            .map_or(ContactPurpose::General, TemplatePurpose::contact_purpose)
    });
    let wanted = Wanted {
        channel: row.channel,
        purpose,
        roles: &[],
        has_postal_address: !facts.account.address.is_empty() || !facts.party.address.is_empty(),
        refused: &facts.refused,
    };
    let mut contacts = facts.contacts();
    contacts.retain(|contact| row.contact_id.is_none_or(|named| contact.id.0 == named));
    select(&contacts, &wanted).first().cloned()
}

/// What the arbiter says about contacting this recipient now. Nobody else decides about the same address meanwhile.
///
/// # Errors
/// `contact_policy.invalid` for a stored policy this build cannot read.
pub(super) fn contact_verdict(
    tx: &mut dyn WriteTx,
    case: &Case<'_>,
    recipient: &Recipient,
) -> Outcome<Verdict> {
    let key = recipient.address.cap_key();
    if let Some(key) = &key {
        tx.lock_contact(key)?;
    }
    // Read under the lock: what another sender has just reserved for this address counts.
    let made = tx.contacts_made(case.row, key.as_deref(), case.now)?;
    verdict(case.facts, &made, (case.row.channel, key.as_deref()), case.now)
}

fn verdict(
    facts: &MessageFacts,
    made: &[ContactMade],
    (channel, recipient): (Channel, Option<&str>),
    now: Instant,
) -> Outcome<Verdict> {
    let policies = facts.policies.iter();
    let policies = policies.map(|p| ContactPolicy::parse(&p.code, p.version, &p.document));
    let policies = policies.collect::<Outcome<Vec<_>>>()?;
    let calendar = facts.calendar.calendar()?;
    let history = made.iter().map(|made| PastContact {
        at: made.at,
        same_group: made.same_group,
        recipient: recipient.filter(|_| made.same_recipient).map(str::to_owned),
    });
    let stops = facts.blocks.iter().map(|b| Stop { reason: b.reason.clone(), until: b.until });
    let request = ContactRequest {
        channel,
        recipient,
        now,
        zone: facts.zone(),
        is_business_day: &|day| calendar.is_business_day(day),
        history: &history.collect::<Vec<_>>(),
        last_answer_at: None,
        stops: &stops.collect::<Vec<_>>(),
        opted_out: false,
    };
    Ok(arbitrate(&policies, &request))
}
