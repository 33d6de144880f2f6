//! Messages, attempts, templates, policies, alerts.

mod attempts;
mod facts;
mod library;
mod lines;

use app::codes::INTERNAL;
use app::messages::MessageStore;
use app::messages::facts::{ContactMade, MessageFacts, MessageRef, MessageRow};
use app::messages::ports::Busy;
use app::messages::store::{
    AttemptEnd, Content, Frozen, Library, Lines, NewAlert, NewMessage, TemplateRecord,
};
use diesel::prelude::*;
use diesel::sql_types::{Array, Binary, Bool, Jsonb, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use domain::comms::MessageState;
use kernel::id::{EventId, MessageId};
use kernel::{Error, Instant, Outcome};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::error::db;
use crate::tx::PgTx;

#[derive(QueryableByName)]
struct JsonRow {
    #[diesel(sql_type = Text)]
    row: String,
}

/// Columns of a message as `MessageRow` reads them.
const COLUMNS: &str = "m.account_id, m.id, m.legal_entity_id, m.action_id, m.channel, m.purpose, m.template_code, \
    m.language, m.contact_id, m.currency, r.amount(m.total_amount) AS total_amount, m.step_code, m.step_no, m.state, \
    m.state_reason, m.not_before, m.waiting_for, m.planned_at, m.note, m.version, \
    (SELECT count(*) FROM attempt a WHERE a.account_id = m.account_id AND a.message_id = m.id) AS attempts";

fn read<T: DeserializeOwned>(row: &JsonRow) -> Outcome<T> {
    serde_json::from_str(&row.row).map_err(|e| Error::new(&INTERNAL).caused_by(e))
}

impl MessageStore for PgTx<'_> {
    fn next_due_message(&mut self, now: Instant, busy: &Busy) -> Outcome<Option<MessageRef>> {
        // No more than which one: a message that cannot be read must still be found.
        let found = diesel::sql_query(
            "WITH due AS (SELECT account_id, id, legal_entity_id FROM message WHERE state = 'planned' AND not_before <= $1 \
                 AND NOT EXISTS (SELECT 1 FROM installation WHERE sending_quarantined) \
                 AND legal_entity_id <> ALL (ARRAY (SELECT e.id FROM legal_entity e \
                     WHERE CASE WHEN e.mail_relay IS NULL THEN $2 ELSE e.mail_relay = ANY ($3) END)) \
                 ORDER BY not_before, id LIMIT 1 FOR UPDATE SKIP LOCKED) \
             SELECT row_to_json(due)::text AS row FROM due",
        )
        .bind::<Timestamptz, _>(now)
        .bind::<Bool, _>(busy.default)
        .bind::<Array<Text>, _>(&busy.named)
        .get_result::<JsonRow>(self.conn)
        .optional()
        .map_err(db)?;
        found.as_ref().map(read).transpose()
    }

    fn message_for_update(&mut self, id: Uuid) -> Outcome<MessageRow> {
        let found = diesel::sql_query(format!(
            "WITH one AS (SELECT account_id, id FROM message WHERE id = $1 FOR UPDATE) \
             SELECT row_to_json(t)::text AS row FROM (SELECT {COLUMNS} \
                 FROM message m JOIN one ON one.account_id = m.account_id AND one.id = m.id) t"
        ))
        .bind::<SqlUuid, _>(id)
        .get_result::<JsonRow>(self.conn)
        .optional()
        .map_err(db)?;
        let found = found.ok_or_else(|| app::lists::not_found("messages", &MessageId(id).to_string()))?;
        read(&found)
    }

    fn lock_contact(&mut self, key: &str) -> Outcome<()> {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('contact ' || $1, 0))")
            .bind::<Text, _>(key)
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn message_facts(&mut self, message: &MessageRow, lines: Lines, now: Instant) -> Outcome<MessageFacts> {
        facts::of_message(self.conn, (message, lines), now)
    }

    fn contacts_made(
        &mut self,
        message: &MessageRow,
        address: Option<&str>,
        now: Instant,
    ) -> Outcome<Vec<ContactMade>> {
        facts::contacts_made(self.conn, message, address, now)
    }

    fn account_facts(
        &mut self,
        account: Uuid,
        currency: Option<&str>,
        template: &str,
        now: Instant,
    ) -> Outcome<(Uuid, String, MessageFacts)> {
        facts::of_account(self.conn, (account, currency, template), now)
    }

    fn claim_under_way(&mut self, account: Uuid) -> Outcome<Option<(Uuid, MessageState)>> {
        facts::claim_under_way(self.conn, account)
    }

    fn insert_message(&mut self, message: &NewMessage, now: Instant, event: EventId) -> Outcome<()> {
        diesel::sql_query(
            "INSERT INTO message (account_id, id, legal_entity_id, decided_on, channel, purpose, template_code, \
                 language, contact_id, currency, total_amount, note, state, not_before, planned_at, event_id) \
             SELECT m.account_id, m.id, m.legal_entity_id, m.decided_on, m.channel, m.purpose, m.template_code, \
                 m.language, m.contact_id, m.currency, $2, m.note, 'planned', $3, $3, $4 \
             FROM jsonb_to_record($1) AS m (account_id uuid, id uuid, legal_entity_id uuid, decided_on date, \
                 channel text, purpose text, template_code text, language text, contact_id uuid, currency text, \
                 note text)",
        )
        .bind::<Jsonb, _>(json!({
            "account_id": message.account_id, "id": message.id, "legal_entity_id": message.legal_entity_id,
            "decided_on": message.decided_on, "channel": message.channel, "purpose": message.purpose,
            "template_code": message.template_code, "language": message.language,
            "contact_id": message.contact_id, "currency": message.currency, "note": message.note,
        }))
        .bind::<Numeric, _>(message.total_amount)
        .bind::<Timestamptz, _>(now)
        .bind::<SqlUuid, _>(event.0)
        .execute(self.conn)
        .map_err(db)?;
        lines::insert(self.conn, (message.account_id, message.id), &message.items)
    }

    fn put_off(&mut self, message: MessageRef, until: Instant, reason: &str) -> Outcome<()> {
        diesel::sql_query(
            "UPDATE message SET not_before = $3, waiting_for = $4 \
             WHERE account_id = $1 AND id = $2 AND state = 'planned'",
        )
        .bind::<SqlUuid, _>(message.account_id)
        .bind::<SqlUuid, _>(message.id)
        .bind::<Timestamptz, _>(until)
        .bind::<Text, _>(reason)
        .execute(self.conn)
        .map(drop)
        .map_err(db)
    }

    fn withdraw(&mut self, row: &MessageRow, reason: &str, _: Instant, event: EventId) -> Outcome<()> {
        diesel::sql_query(
            "UPDATE message SET state = 'cancelled', state_reason = $3, waiting_for = NULL, version = version + 1, \
                 event_id = $4 WHERE account_id = $1 AND id = $2",
        )
        .bind::<SqlUuid, _>(row.account_id)
        .bind::<SqlUuid, _>(row.id)
        .bind::<Text, _>(reason)
        .bind::<SqlUuid, _>(event.0)
        .execute(self.conn)
        .map_err(db)?;
        attempts::end_action(self.conn, (row.account_id, row.id), ("cancelled", Some(reason)), event)
    }

    fn reserve(&mut self, frozen: &Frozen, now: Instant, event: EventId) -> Outcome<()> {
        attempts::reserve(self.conn, frozen, now, event)
    }

    fn last_attempt(&mut self, account: Uuid, message: Uuid) -> Outcome<Option<(Uuid, Instant)>> {
        attempts::last(self.conn, account, message)
    }

    fn end_attempt(&mut self, end: &AttemptEnd<'_>, now: Instant, event: EventId) -> Outcome<()> {
        attempts::end(self.conn, end, now, event)
    }

    fn lost_reservations(&mut self, before: Instant, limit: i64) -> Outcome<Vec<(Uuid, Uuid, Uuid)>> {
        attempts::lost(self.conn, before, limit)
    }

    fn content(&mut self, id: Uuid) -> Outcome<Option<Content>> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Nullable<Binary>)]
            mime: Option<Vec<u8>>,
            #[diesel(sql_type = Nullable<Binary>)]
            letter_pdf: Option<Vec<u8>>,
        }
        let found = diesel::sql_query(
            "SELECT c.mime, c.letter_pdf FROM message_content c JOIN message m \
             ON m.account_id = c.account_id AND m.id = c.message_id WHERE m.id = $1",
        )
        .bind::<SqlUuid, _>(id)
        .get_result::<Row>(self.conn)
        .optional()
        .map_err(db)?;
        Ok(found.map(|row| Content { mime: row.mime, letter: row.letter_pdf }))
    }

    fn save_template(&mut self, template: &TemplateRecord<'_>, now: Instant, event: EventId) -> Outcome<i32> {
        library::save_template(self.conn, template, now, event)
    }

    fn save_policy(&mut self, code: &str, document: &Value, now: Instant, event: EventId) -> Outcome<i32> {
        library::save_policy(self.conn, (code, document), now, event)
    }

    fn known_library(&mut self) -> Outcome<Library> {
        library::known(self.conn)
    }

    fn raise_alert(&mut self, id: Uuid, alert: &NewAlert<'_>, now: Instant, event: EventId) -> Outcome<bool> {
        library::raise_alert(self.conn, (id, alert), now, event)
    }

    fn standing_alert(&mut self, kind: &str, episode: &str) -> Outcome<Option<Uuid>> {
        library::standing_alert(self.conn, kind, episode)
    }

    fn resolve_alert(&mut self, id: Uuid, now: Instant, event: EventId) -> Outcome<()> {
        library::resolve_alert(self.conn, id, now, event)
    }

    fn quarantine(&mut self) -> Outcome<Option<String>> {
        library::quarantine(self.conn)
    }

    fn release_quarantine(&mut self, event: EventId) -> Outcome<()> {
        library::release_quarantine(self.conn, event)
    }
}
