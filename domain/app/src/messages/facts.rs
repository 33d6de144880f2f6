//! Everything known about a message and its debtor, read in one snapshot.

use std::collections::HashMap;

use chrono_tz::Tz;
use domain::comms::recipients::Contact;
use domain::comms::spoken::Scope;
use domain::comms::template::TemplatePurpose;
use domain::comms::{Channel, ContactPurpose, ContactRole, LanguageTag, MessageState};
use kernel::calendar::{BusinessCalendar, weekdays_from_iso};
use kernel::id::ContactId;
use kernel::text_enum::TextEnum as _;
use kernel::{Date, Decimal, Instant, Outcome};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A message as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MessageRow {
    pub account_id: Uuid,
    pub id: Uuid,
    pub legal_entity_id: Uuid,
    pub action_id: Option<Uuid>,
    pub channel: Channel,
    pub purpose: String,
    pub template_code: String,
    pub language: Option<String>,
    pub contact_id: Option<Uuid>,
    pub currency: String,
    pub total_amount: Decimal,
    pub step_code: Option<String>,
    pub step_no: Option<i16>,
    pub state: MessageState,
    /// Code of what withdrew it, or the words of who did.
    pub state_reason: Option<String>,
    pub not_before: Instant,
    /// Code of what it was put off for.
    pub waiting_for: Option<String>,
    pub planned_at: Instant,
    pub note: Option<String>,
    pub attempts: i64,
    pub version: i64,
}

/// Which message, and whose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct MessageRef {
    pub account_id: Uuid,
    pub id: Uuid,
    pub legal_entity_id: Uuid,
}

impl MessageRow {
    /// What a person wants it to say; a run names the contacts it wants, and its step what it claims.
    pub fn asked_for(&self) -> Option<TemplatePurpose> {
        TemplatePurpose::from_text(&self.purpose).filter(|_| self.step_no.is_none())
    }

    /// Whether it asks for payment: a step does, whatever its template is for; else what a person wanted decides.
    pub fn claims(&self, template: TemplatePurpose) -> bool {
        self.step_no.is_some() || self.asked_for().unwrap_or(template).claims()
    }

    /// Whether it says what is open on the day it is written, whatever was open when it was planned: it claims nothing.
    pub fn restates(&self) -> bool {
        self.asked_for().is_some_and(|purpose| Scope::of(purpose) == Scope::Everything)
    }

    pub fn reference(&self) -> MessageRef {
        MessageRef { account_id: self.account_id, id: self.id, legal_entity_id: self.legal_entity_id }
    }
}

/// What a message is made of.
#[derive(Debug, Clone, Deserialize)]
pub struct MessageFacts {
    pub entity: EntityFacts,
    pub account: AccountFacts,
    pub party: PartyFacts,
    pub contacts: Vec<ContactFacts>,
    pub items: Vec<ItemFacts>,
    pub calendar: CalendarFacts,
    pub policies: Vec<PolicyFacts>,
    pub templates: Vec<TemplateFacts>,
    /// Addresses that a relay refused for good, in small letters.
    pub refused: Vec<String>,
    pub blocks: Vec<BlockFacts>,
    pub rates: Vec<RateFacts>,
    pub compensations: Vec<CompensationFacts>,
    /// Business date of the last claim of these items that reached the debtor.
    pub previous_on: Option<Date>,
    /// The step's name by language, in the version of the scenario it was decided by.
    pub step_name: Option<HashMap<String, String>>,
}

/// Who claims.
#[derive(Debug, Clone, Deserialize)]
pub struct EntityFacts {
    pub id: Uuid,
    pub name: String,
    pub tax_id: Option<String>,
    pub country: String,
    pub time_zone: String,
    /// By which its items fall due.
    pub calendar_code: String,
    pub language: String,
    pub address: Vec<String>,
    pub payee_name: Option<String>,
    pub payee_iban: Option<String>,
    pub payee_bic: Option<String>,
    pub letterhead: LetterheadFacts,
    pub signatory: SignatoryFacts,
    pub sender_name: Option<String>,
    pub sender_email: Option<String>,
    pub reply_to: Option<String>,
    pub mail_relay: Option<String>,
    pub interest_segments: Vec<String>,
}

/// What stands on top of its letters.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct LetterheadFacts {
    pub lines: Vec<String>,
    pub footer: Vec<String>,
}

/// Who signs.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SignatoryFacts {
    pub name: String,
    pub role: String,
}

/// The customer number that receives the message.
#[derive(Debug, Clone, Deserialize)]
pub struct AccountFacts {
    pub number: String,
    pub name: String,
    pub language: Option<String>,
    pub time_zone: Option<String>,
    pub segment: Option<String>,
    pub address: Vec<String>,
}

/// The legal person behind it.
#[derive(Debug, Clone, Deserialize)]
pub struct PartyFacts {
    pub name: String,
    pub tax_id: Option<String>,
    pub language: Option<String>,
    pub address: Vec<String>,
}

/// A contact as stored.
#[derive(Debug, Clone, Deserialize)]
pub struct ContactFacts {
    pub id: Uuid,
    pub name: String,
    pub role: ContactRole,
    pub purposes: Vec<ContactPurpose>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub language: Option<String>,
    pub position: i16,
    pub opted_out_channels: Vec<Channel>,
    pub retired: bool,
}

/// One thing the message speaks of, as it is now and as it was planned.
#[derive(Debug, Clone, Deserialize)]
pub struct ItemFacts {
    pub account_id: Uuid,
    pub receivable_id: Uuid,
    pub document_no: String,
    pub order_no: Option<String>,
    pub payment_reference: Option<String>,
    pub kind: domain::receivables::kinds::ReceivableKind,
    pub issue_on: Date,
    /// The due date in force.
    pub due_on: Date,
    pub original: Decimal,
    pub open: Decimal,
    /// What was open when the message was planned.
    pub planned: Decimal,
    pub credit: bool,
    /// What live instruments stand for, at most what is open.
    pub covered: Decimal,
    /// Blocked or disputed today.
    pub excepted: bool,
    /// What changed the open amount and stands: an entry that was reversed is left out with its reversal.
    pub changes: Vec<ChangeFacts>,
    /// Whether an earlier message claimed the fixed sum for its invoice, on whatever instalment.
    pub compensation_claimed: bool,
}

/// A change of an open amount.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct ChangeFacts {
    pub on: Date,
    pub amount: Decimal,
}

/// The business calendar by which the debtor is contacted.
#[derive(Debug, Clone, Deserialize)]
pub struct CalendarFacts {
    pub code: String,
    pub weekend: Vec<i16>,
    pub holidays: Vec<Date>,
}

/// A contact policy in force.
#[derive(Debug, Clone, Deserialize)]
pub struct PolicyFacts {
    pub code: String,
    pub version: i32,
    pub document: serde_json::Value,
}

/// An active template of the wanted code.
#[derive(Debug, Clone, Deserialize)]
pub struct TemplateFacts {
    pub language: String,
    pub version: i32,
    pub purpose: String,
    pub document: serde_json::Value,
}

/// A contact that took place, or may have.
#[derive(Debug, Clone)]
pub struct ContactMade {
    pub at: Instant,
    /// With the account itself.
    pub same_group: bool,
    /// To the address asked about.
    pub same_recipient: bool,
}

/// A block of the account in force today.
#[derive(Debug, Clone, Deserialize)]
pub struct BlockFacts {
    pub reason: String,
    /// The last day it stands; `None` without end.
    pub until: Option<Date>,
}

/// A legal rate of the entity's country.
#[derive(Debug, Clone, Deserialize)]
pub struct RateFacts {
    pub jurisdiction: String,
    pub valid_from: Date,
    pub valid_to: Option<Date>,
    pub annual_percent: Decimal,
    pub source: String,
    pub status: domain::receivables::interest::legal_rate::RateStatus,
}

/// A fixed compensation of the entity's country.
#[derive(Debug, Clone, Deserialize)]
pub struct CompensationFacts {
    pub jurisdiction: String,
    pub valid_from: Date,
    pub valid_to: Option<Date>,
    pub amount: Decimal,
    pub currency: String,
    pub source: String,
}

impl CalendarFacts {
    /// The calendar as the rules know it.
    ///
    /// # Errors
    /// Those of a stored calendar this build cannot read.
    pub fn calendar(&self) -> Outcome<BusinessCalendar> {
        let holidays = self.holidays.iter().map(|day| (*day, String::new())).collect();
        let weekend = weekdays_from_iso("weekend", &self.weekend)?;
        BusinessCalendar::try_new(self.code.clone(), weekend, holidays)
    }
}

impl MessageFacts {
    /// The debtor's time zone: hours are those of who is contacted.
    pub fn zone(&self) -> Tz {
        let own = self.account.time_zone.as_deref().and_then(|zone| zone.parse().ok());
        own.unwrap_or_else(|| self.entity_zone())
    }

    /// The legal entity's time zone: business dates are days there.
    pub fn entity_zone(&self) -> Tz {
        self.entity.time_zone.parse().unwrap_or(Tz::UTC)
    }

    /// Contacts as the rules know them.
    pub fn contacts(&self) -> Vec<Contact> {
        self.contacts.iter().map(contact).collect()
    }

    /// The language of the account, or of its party.
    pub fn language(&self) -> Option<LanguageTag> {
        [&self.account.language, &self.party.language].into_iter().find_map(|l| tag(l.as_deref()))
    }
}

fn contact(facts: &ContactFacts) -> Contact {
    Contact {
        id: ContactId(facts.id),
        name: facts.name.clone(),
        role: facts.role,
        purposes: facts.purposes.clone(),
        email: facts.email.clone(),
        phone: facts.phone.clone(),
        language: tag(facts.language.as_deref()),
        position: facts.position,
        opted_out: facts.opted_out_channels.clone(),
        retired: facts.retired,
    }
}

/// A stored language; one that is no tag counts as not given.
pub fn tag(text: Option<&str>) -> Option<LanguageTag> {
    text.and_then(|text| LanguageTag::parse("language", text).ok())
}
