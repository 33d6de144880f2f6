//! Mandants, legal entities and sources.

use app::organisation::{LegalEntity, LegalEntitySettings, Mandant, OrganisationStore, Source};
use chrono::{DateTime, NaiveTime, Utc};
use diesel::prelude::*;
use kernel::id::{EventId, LegalEntityId, MandantId, SourceId};
use kernel::{Error, Outcome};
use schema::{legal_entity, mandant, source};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::error::db;
use crate::tx::PgTx;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = legal_entity, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true, treat_none_as_default_value = false)]
struct LegalEntityRow {
    id: Uuid,
    mandant_id: Uuid,
    code: String,
    name: String,
    tax_id: Option<String>,
    country: String,
    time_zone: String,
    language: String,
    currency: String,
    calendar_code: String,
    address: Value,
    payee_name: Option<String>,
    payee_iban: Option<String>,
    payee_bic: Option<String>,
    letterhead: Value,
    signatory: Value,
    sender_name: Option<String>,
    sender_email: Option<String>,
    reply_to: Option<String>,
    mail_relay: Option<String>,
    scenario_code: Option<String>,
    run_at: Option<NaiveTime>,
    stale_after_hours: i32,
    interest_segments: Vec<String>,
    version: i64,
    created_at: DateTime<Utc>,
    event_id: Uuid,
}

impl LegalEntityRow {
    fn new(entity: &LegalEntity, event: EventId) -> Outcome<Self> {
        let s = entity.settings.clone();
        Ok(Self {
            id: entity.id,
            mandant_id: entity.mandant_id,
            code: entity.code.clone(),
            name: s.name,
            tax_id: s.tax_id,
            country: s.country,
            time_zone: s.time_zone,
            language: s.language,
            currency: s.currency,
            calendar_code: s.calendar_code,
            address: json(&s.address)?,
            payee_name: s.payee_name,
            payee_iban: s.payee_iban,
            payee_bic: s.payee_bic,
            letterhead: json(&s.letterhead)?,
            signatory: json(&s.signatory)?,
            sender_name: s.sender_name,
            sender_email: s.sender_email,
            reply_to: s.reply_to,
            mail_relay: s.mail_relay,
            scenario_code: s.scenario_code,
            run_at: s.run_at.as_deref().map(time).transpose()?,
            stale_after_hours: s.stale_after_hours,
            interest_segments: s.interest_segments,
            version: entity.version,
            created_at: entity.created_at,
            event_id: event.0,
        })
    }

    fn into_entity(self) -> Outcome<LegalEntity> {
        Ok(LegalEntity {
            id: self.id,
            mandant_id: self.mandant_id,
            code: self.code,
            settings: LegalEntitySettings {
                name: self.name,
                tax_id: self.tax_id,
                country: self.country,
                time_zone: self.time_zone,
                language: self.language,
                currency: self.currency,
                calendar_code: self.calendar_code,
                address: from_json(self.address)?,
                payee_name: self.payee_name,
                payee_iban: self.payee_iban,
                payee_bic: self.payee_bic,
                letterhead: from_json(self.letterhead)?,
                signatory: from_json(self.signatory)?,
                sender_name: self.sender_name,
                sender_email: self.sender_email,
                reply_to: self.reply_to,
                mail_relay: self.mail_relay,
                scenario_code: self.scenario_code,
                run_at: self.run_at.map(|t| t.format("%H:%M").to_string()),
                stale_after_hours: self.stale_after_hours,
                interest_segments: self.interest_segments,
            },
            version: self.version,
            created_at: self.created_at,
        })
    }
}

impl OrganisationStore for PgTx<'_> {
    fn insert_mandant(&mut self, new: &Mandant, event: EventId) -> Outcome<()> {
        diesel::insert_into(mandant::table)
            .values((
                mandant::id.eq(new.id),
                mandant::code.eq(&new.code),
                mandant::name.eq(&new.name),
                mandant::version.eq(new.version),
                mandant::created_at.eq(new.created_at),
                mandant::event_id.eq(event.0),
            ))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn mandant_for_update(&mut self, id: MandantId) -> Outcome<Mandant> {
        let found = mandant::table
            .find(id.0)
            .select((mandant::id, mandant::code, mandant::name, mandant::version, mandant::created_at))
            .for_no_key_update()
            .first::<(Uuid, String, String, i64, DateTime<Utc>)>(self.conn)
            .optional()
            .map_err(db)?;
        let (id, code, name, version, created_at) =
            found.ok_or_else(|| app::lists::not_found("mandants", &id.to_string()))?;
        Ok(Mandant { id, code, name, version, created_at })
    }

    fn save_mandant(&mut self, new: &Mandant, event: EventId) -> Outcome<()> {
        let before =
            mandant::table.filter(mandant::id.eq(new.id)).filter(mandant::version.eq(new.version - 1));
        let saved = diesel::update(before)
            .set((
                mandant::name.eq(&new.name),
                mandant::version.eq(new.version),
                mandant::event_id.eq(event.0),
            ))
            .execute(self.conn)
            .map_err(db)?;
        saved_one(saved)
    }

    fn insert_legal_entity(&mut self, entity: &LegalEntity, event: EventId) -> Outcome<()> {
        let row = LegalEntityRow::new(entity, event)?;
        diesel::insert_into(legal_entity::table).values(row).execute(self.conn).map(drop).map_err(db)
    }

    fn legal_entity_for_update(&mut self, id: LegalEntityId) -> Outcome<LegalEntity> {
        legal_entity::table
            .find(id.0)
            .select(LegalEntityRow::as_select())
            .for_no_key_update()
            .first(self.conn)
            .optional()
            .map_err(db)?
            .ok_or_else(|| app::lists::not_found("legal_entities", &id.to_string()))?
            .into_entity()
    }

    fn save_legal_entity(&mut self, entity: &LegalEntity, event: EventId) -> Outcome<()> {
        let row = LegalEntityRow { version: entity.version + 1, ..LegalEntityRow::new(entity, event)? };
        let target = legal_entity::table.find(entity.id).filter(legal_entity::version.eq(entity.version));
        saved_one(diesel::update(target).set(row).execute(self.conn).map_err(db)?)
    }

    fn insert_source(&mut self, new: &Source, event: EventId) -> Outcome<()> {
        diesel::insert_into(source::table)
            .values((
                source::id.eq(new.id),
                source::legal_entity_id.eq(new.legal_entity_id),
                source::code.eq(&new.code),
                source::name.eq(&new.name),
                source::gates_dunning.eq(new.gates_dunning),
                source::snapshot_close_max_percent.eq(new.snapshot_close_max_percent),
                source::version.eq(new.version),
                source::created_at.eq(new.created_at),
                source::event_id.eq(event.0),
            ))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn source_for_update(&mut self, id: SourceId) -> Outcome<Source> {
        source::table
            .filter(source::id.eq(id.0))
            .select((
                source::id,
                source::legal_entity_id,
                source::code,
                source::name,
                source::gates_dunning,
                source::snapshot_close_max_percent,
                source::version,
                source::created_at,
            ))
            .for_no_key_update()
            .first::<(Uuid, Uuid, String, String, bool, i16, i64, DateTime<Utc>)>(self.conn)
            .optional()
            .map_err(db)?
            .map(
                |(
                    id,
                    legal_entity_id,
                    code,
                    name,
                    gates_dunning,
                    snapshot_close_max_percent,
                    version,
                    created_at,
                )| {
                    Source {
                        id,
                        legal_entity_id,
                        code,
                        name,
                        gates_dunning,
                        snapshot_close_max_percent,
                        version,
                        created_at,
                    }
                },
            )
            .ok_or_else(|| app::lists::not_found("sources", &id.to_string()))
    }

    fn save_source(&mut self, new: &Source, event: EventId) -> Outcome<()> {
        let before = source::table.filter(source::id.eq(new.id)).filter(source::version.eq(new.version - 1));
        let saved = diesel::update(before)
            .set((
                source::name.eq(&new.name),
                source::gates_dunning.eq(new.gates_dunning),
                source::snapshot_close_max_percent.eq(new.snapshot_close_max_percent),
                source::version.eq(new.version),
                source::event_id.eq(event.0),
            ))
            .execute(self.conn)
            .map_err(db)?;
        saved_one(saved)
    }
}

/// An update under a version check changed exactly one row, or the version was another.
pub(crate) fn saved_one(rows: usize) -> Outcome<()> {
    if rows == 1 { Ok(()) } else { Err(Error::new(&app::codes::VERSION_MISMATCH)) }
}

pub(crate) fn json<T: Serialize>(value: &T) -> Outcome<Value> {
    serde_json::to_value(value).map_err(|e| Error::new(&app::codes::INTERNAL).caused_by(e))
}

pub(crate) fn from_json<T: DeserializeOwned>(value: Value) -> Outcome<T> {
    serde_json::from_value(value).map_err(|e| Error::new(&app::codes::INTERNAL).caused_by(e))
}

fn time(text: &str) -> Outcome<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|e| Error::new(&app::codes::INTERNAL).caused_by(e))
}
