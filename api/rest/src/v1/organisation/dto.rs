//! Shapes of the organisation on the wire.

use app::organisation::{LegalEntity, LegalEntitySettings, Letterhead, Mandant, Signatory, Source};
use kernel::id::{LegalEntityId, MandantId, SourceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Versioned;

/// A mandant: a group, or a client of a service provider.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Mandant)]
pub(crate) struct MandantDto {
    #[schema(example = "man_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    #[schema(example = "NORTE")]
    code: String,
    name: String,
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateMandant)]
pub(crate) struct CreateMandantBody {
    /// 1 to 40 letters, digits, points, hyphens, underscores; cannot be changed.
    pub(super) code: String,
    pub(super) name: String,
}

/// The name of a mandant; its code stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UpdateMandant)]
pub(crate) struct UpdateMandantBody {
    pub(super) name: String,
}

/// What stands on top and at the foot of a letter.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = Letterhead)]
pub(crate) struct LetterheadDto {
    lines: Vec<String>,
    /// Register entry and the like, for the foot of the page.
    footer: Vec<String>,
}

/// Who signs letters.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = Signatory)]
pub(crate) struct SignatoryDto {
    name: String,
    role: String,
}

/// A selling company.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = LegalEntity)]
pub(crate) struct LegalEntityDto {
    #[schema(example = "len_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    mandant_id: String,
    code: String,
    #[serde(flatten)]
    settings: LegalEntitySettingsDto,
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
}

/// Settings of a legal entity.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = LegalEntitySettings)]
pub(crate) struct LegalEntitySettingsDto {
    name: String,
    #[serde(default)]
    tax_id: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(example = "ES")]
    country: String,
    /// IANA name; business dates of this entity are days there.
    #[schema(example = "Europe/Madrid")]
    time_zone: String,
    /// ISO 639-1; the last resort for the language of messages.
    #[schema(example = "es")]
    language: String,
    #[schema(example = "EUR")]
    currency: String,
    /// Working days and holidays.
    #[schema(example = "ES")]
    calendar_code: String,
    #[serde(default)]
    address: Vec<String>,
    #[serde(default)]
    payee_name: Option<String>,
    #[serde(default)]
    payee_iban: Option<String>,
    #[serde(default)]
    payee_bic: Option<String>,
    #[serde(default)]
    letterhead: LetterheadDto,
    #[serde(default)]
    signatory: SignatoryDto,
    #[serde(default)]
    sender_name: Option<String>,
    #[serde(default)]
    sender_email: Option<String>,
    #[serde(default)]
    reply_to: Option<String>,
    /// A relay of the configuration; its first one when absent.
    #[serde(default)]
    mail_relay: Option<String>,
    /// Dunning scenario of accounts that name none.
    #[serde(default)]
    scenario_code: Option<String>,
    /// Local time of the daily dunning run; absent = on demand only.
    #[serde(default)]
    #[schema(example = "07:30")]
    run_at: Option<String>,
    /// Hours after which missing pushes hold the dunning.
    #[serde(default = "stale_after_hours")]
    stale_after_hours: i32,
    /// Segments whose letters claim statutory interest; empty = none.
    #[serde(default)]
    interest_segments: Vec<String>,
}

fn stale_after_hours() -> i32 {
    48
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CreateLegalEntity)]
pub(crate) struct CreateLegalEntityBody {
    pub(super) mandant_id: String,
    pub(super) code: String,
    #[serde(flatten)]
    pub(super) settings: LegalEntitySettingsDto,
}

/// An ERP company code that pushes.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Source)]
pub(crate) struct SourceDto {
    #[schema(example = "src_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    legal_entity_id: String,
    code: String,
    name: String,
    /// Whether dunning waits for this source's data.
    gates_dunning: bool,
    /// A snapshot that would close more than this share of the open items waits for a person.
    snapshot_close_max_percent: i16,
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateSource)]
pub(crate) struct CreateSourceBody {
    pub(super) legal_entity_id: String,
    pub(super) code: String,
    pub(super) name: String,
    #[serde(default = "yes")]
    pub(super) gates_dunning: bool,
    #[serde(default = "twenty")]
    #[schema(minimum = 0, maximum = 100)]
    pub(super) snapshot_close_max_percent: u8,
}

/// The settings of a source, all of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UpdateSource)]
pub(crate) struct UpdateSourceBody {
    pub(super) name: String,
    pub(super) gates_dunning: bool,
    #[schema(minimum = 0, maximum = 100)]
    pub(super) snapshot_close_max_percent: u8,
}

fn yes() -> bool {
    true
}

fn twenty() -> u8 {
    20
}

impl From<Mandant> for MandantDto {
    fn from(Mandant { id, code, name, version, created_at }: Mandant) -> Self {
        Self { id: MandantId(id).to_string(), code, name, version, created_at: created_at.to_rfc3339() }
    }
}

impl From<LegalEntity> for LegalEntityDto {
    fn from(LegalEntity { id, mandant_id, code, settings, version, created_at }: LegalEntity) -> Self {
        Self {
            id: LegalEntityId(id).to_string(),
            mandant_id: MandantId(mandant_id).to_string(),
            code,
            settings: settings.into(),
            version,
            created_at: created_at.to_rfc3339(),
        }
    }
}

impl From<Source> for SourceDto {
    fn from(source: Source) -> Self {
        let Source {
            id,
            legal_entity_id,
            code,
            name,
            gates_dunning,
            snapshot_close_max_percent,
            version,
            created_at,
        } = source;
        Self {
            id: SourceId(id).to_string(),
            legal_entity_id: LegalEntityId(legal_entity_id).to_string(),
            code,
            name,
            gates_dunning,
            snapshot_close_max_percent,
            version,
            created_at: created_at.to_rfc3339(),
        }
    }
}

impl From<LegalEntitySettings> for LegalEntitySettingsDto {
    fn from(s: LegalEntitySettings) -> Self {
        Self {
            name: s.name,
            tax_id: s.tax_id,
            country: s.country,
            time_zone: s.time_zone,
            language: s.language,
            currency: s.currency,
            calendar_code: s.calendar_code,
            address: s.address,
            payee_name: s.payee_name,
            payee_iban: s.payee_iban,
            payee_bic: s.payee_bic,
            letterhead: LetterheadDto { lines: s.letterhead.lines, footer: s.letterhead.footer },
            signatory: SignatoryDto { name: s.signatory.name, role: s.signatory.role },
            sender_name: s.sender_name,
            sender_email: s.sender_email,
            reply_to: s.reply_to,
            mail_relay: s.mail_relay,
            scenario_code: s.scenario_code,
            run_at: s.run_at,
            stale_after_hours: s.stale_after_hours,
            interest_segments: s.interest_segments,
        }
    }
}

impl From<LegalEntitySettingsDto> for LegalEntitySettings {
    fn from(s: LegalEntitySettingsDto) -> Self {
        Self {
            name: s.name,
            tax_id: s.tax_id,
            country: s.country,
            time_zone: s.time_zone,
            language: s.language,
            currency: s.currency,
            calendar_code: s.calendar_code,
            address: s.address,
            payee_name: s.payee_name,
            payee_iban: s.payee_iban,
            payee_bic: s.payee_bic,
            letterhead: Letterhead { lines: s.letterhead.lines, footer: s.letterhead.footer },
            signatory: Signatory { name: s.signatory.name, role: s.signatory.role },
            sender_name: s.sender_name,
            sender_email: s.sender_email,
            reply_to: s.reply_to,
            mail_relay: s.mail_relay,
            scenario_code: s.scenario_code,
            run_at: s.run_at,
            stale_after_hours: s.stale_after_hours,
            interest_segments: s.interest_segments,
        }
    }
}

impl Versioned for MandantDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

impl Versioned for LegalEntityDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

impl Versioned for SourceDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}
