//! Everything about a message or an account in one statement, as one JSON object.

use app::codes::INTERNAL;
use app::messages::facts::{ContactMade, MessageFacts, MessageRow};
use app::messages::store::Lines;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::comms::MessageState;
use kernel::id::AccountId;
use kernel::{Error, Instant, Outcome};
use uuid::Uuid;

use crate::dunning::facts::history::CLAIMS;
use crate::error::db;
use crate::push::stored;

/// Days of contacts that any rule may look back on.
const HISTORY: &str = "interval '370 days'";

#[derive(QueryableByName)]
struct FactsRow {
    #[diesel(sql_type = SqlUuid)]
    legal_entity_id: Uuid,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Text)]
    facts: String,
}

#[derive(QueryableByName)]
struct MadeRow {
    #[diesel(sql_type = Timestamptz)]
    at: Instant,
    #[diesel(sql_type = Bool)]
    same_group: bool,
    #[diesel(sql_type = Bool)]
    same_recipient: bool,
}

/// Facts that hang on the account alone. `$1` is the account, `$2` the instant, `$3` the template's code; `subject` has
/// the message's id (or NULL), currency and recipients; `item` its items.
fn statement(subject: &str, item: &str) -> String {
    let claims = CLAIMS.as_str();
    format!(
        "WITH subject AS ({subject}), \
         entity AS (SELECT e.*, ($2 AT TIME ZONE e.time_zone)::date AS today FROM legal_entity e \
             JOIN account a ON a.legal_entity_id = e.id WHERE a.id = $1), \
         item AS ({item}), \
         party_now AS (SELECT p.* FROM account_party l JOIN party p ON p.id = l.party_id, entity \
             WHERE l.account_id = $1 AND l.superseded_at IS NULL AND l.valid @> entity.today) \
         SELECT entity.id AS legal_entity_id, subject.currency, json_build_object( \
             'entity', json_build_object('id', entity.id, 'name', entity.name, 'tax_id', entity.tax_id, \
                 'country', entity.country, 'time_zone', entity.time_zone, 'language', entity.language, \
                 'calendar_code', entity.calendar_code, \
                 'address', entity.address, 'payee_name', entity.payee_name, 'payee_iban', entity.payee_iban, \
                 'payee_bic', entity.payee_bic, 'letterhead', entity.letterhead, 'signatory', entity.signatory, \
                 'sender_name', entity.sender_name, 'sender_email', entity.sender_email, \
                 'reply_to', entity.reply_to, 'mail_relay', entity.mail_relay, \
                 'interest_segments', entity.interest_segments), \
             'account', json_build_object('number', a.number, 'name', a.name, 'language', a.language, \
                 'time_zone', a.time_zone, 'segment', coalesce(a.segment, \
                 (SELECT p.segment FROM party_now p)), 'address', a.address), \
             'party', coalesce((SELECT json_build_object('name', p.name, 'tax_id', p.tax_id, \
                 'language', p.language, 'address', p.address) FROM party_now p), \
                 json_build_object('name', a.name, 'tax_id', NULL, 'language', NULL, 'address', '[]'::json)), \
             'contacts', coalesce((SELECT json_agg(json_build_object('id', c.id, 'name', c.name, 'role', c.role, \
                 'purposes', c.purposes, 'email', c.email, 'phone', c.phone, 'language', c.language, \
                 'position', c.position, 'opted_out_channels', c.opted_out_channels, \
                 'retired', c.retired_at IS NOT NULL)) FROM contact c WHERE c.account_id = $1), '[]'), \
             'items', coalesce((SELECT json_agg(json_build_object('account_id', t.account_id, \
                 'receivable_id', t.id, 'document_no', t.document_no, 'order_no', t.order_no, \
                 'payment_reference', t.payment_reference, 'kind', t.kind, 'issue_on', t.issue_on, \
                 'due_on', coalesce(t.agreed_due_on, t.due_on), 'original', r.amount(t.original_amount), \
                 'open', r.amount(t.open_amount), 'planned', r.amount(t.planned), 'credit', t.credit, \
                 'covered', r.amount({COVERED}), 'excepted', t.disputed OR {BLOCKED}, \
                 'changes', {CHANGES}, 'compensation_claimed', {COMPENSATION_CLAIMED}) \
                 ORDER BY t.due_on, t.id) FROM item t), '[]'), \
             'calendar', (SELECT json_build_object('code', c.code, 'weekend', c.weekend, 'holidays', \
                 coalesce((SELECT json_agg(h.day) FROM holiday h WHERE h.calendar_code = c.code \
                     AND h.day >= entity.today - 14 AND h.day <= entity.today + 800), '[]')) \
                 FROM calendar c WHERE c.code = coalesce(a.calendar_code, entity.calendar_code)), \
             'policies', coalesce((SELECT json_agg(json_build_object('code', p.code, 'version', p.version, \
                 'document', p.document)) FROM contact_policy p WHERE p.state = 'active'), '[]'), \
             'templates', coalesce((SELECT json_agg(json_build_object('language', t.language, \
                 'version', t.version, 'purpose', t.purpose, 'document', t.document)) \
                 FROM template t WHERE t.code = $3 AND t.state = 'active'), '[]'), \
             'refused', coalesce((SELECT json_agg(l.params->>'address') FROM alert l WHERE l.account_id = $1 \
                 AND l.kind = 'address_refused' AND l.resolved_at IS NULL), '[]'), \
             'blocks', coalesce((SELECT json_agg(json_build_object('reason', b.reason, 'until', \
                 upper(b.valid) - 1)) FROM block b WHERE b.account_id = $1 AND b.receivable_id IS NULL \
                 AND b.superseded_at IS NULL AND b.valid @> entity.today), '[]'), \
             'rates', coalesce((SELECT json_agg(json_build_object('jurisdiction', l.jurisdiction, \
                 'valid_from', coalesce(lower(l.valid), '1900-01-01'), 'valid_to', upper(l.valid) - 1, \
                 'annual_percent', r.amount(l.annual_percent), 'source', l.source, 'status', l.status)) \
                 FROM legal_rate l WHERE l.jurisdiction = entity.country AND l.superseded_at IS NULL), '[]'), \
             'compensations', coalesce((SELECT json_agg(json_build_object('jurisdiction', f.jurisdiction, \
                 'valid_from', coalesce(lower(f.valid), '1900-01-01'), 'valid_to', upper(f.valid) - 1, \
                 'amount', r.amount(f.amount), 'currency', f.currency, 'source', f.source)) \
                 FROM fixed_compensation f WHERE f.jurisdiction = entity.country \
                 AND f.superseded_at IS NULL), '[]'), \
             'previous_on', (SELECT max(s.sent_on) FROM message_item s JOIN item t \
                 ON t.account_id = s.item_account_id AND t.id = s.receivable_id \
                 JOIN message m ON m.account_id = s.account_id AND m.id = s.message_id \
                 WHERE s.account_id = $1 AND s.sent_on IS NOT NULL AND {claims} AND m.channel <> 'task' \
                     AND s.message_id IS DISTINCT FROM subject.message_id), \
             'step_name', ({STEP_NAME}) \
         )::text AS facts \
         FROM account a, entity, subject WHERE a.id = $1"
    )
}

/// The names of the message's step in the version of the scenario that it was decided by.
const STEP_NAME: &str = "SELECT s.step -> 'name' FROM message m \
    JOIN decision d ON d.account_id = m.account_id AND d.decided_on = m.decided_on AND d.id = m.decision_id \
    JOIN scenario c ON c.code = d.scenario_code AND c.version = d.scenario_version \
    CROSS JOIN LATERAL jsonb_array_elements(c.document -> 'steps') s (step) \
    WHERE m.account_id = $1 AND m.id = subject.message_id AND s.step ->> 'code' = m.step_code LIMIT 1";

/// Entries of item `t` that stand: one that was reversed never was, nor was its reversal.
const CHANGES: &str = "coalesce((SELECT json_agg(json_build_object('on', l.effective_on, 'amount', r.amount(l.amount)) \
        ORDER BY l.effective_on, l.id) FROM ledger_entry l \
    WHERE l.account_id = t.account_id AND l.receivable_id = t.id AND l.amount <> 0 AND l.reversed_entry_id IS NULL \
        AND NOT EXISTS (SELECT 1 FROM ledger_entry b WHERE b.account_id = l.account_id AND b.reversed_entry_id = l.id)), '[]')";

/// Whether another message that went, or may have gone, claimed the fixed sum for the invoice of item `t`.
const COMPENSATION_CLAIMED: &str = "EXISTS (SELECT 1 FROM receivable v \
    JOIN message_item c ON c.item_account_id = v.account_id AND c.receivable_id = v.id AND c.compensation_amount IS NOT NULL \
    JOIN message m ON m.account_id = c.account_id AND m.id = c.message_id \
    WHERE v.account_id = t.account_id AND v.document_no = t.document_no \
        AND m.state IN ('reserved', 'sent', 'delivered', 'unknown') AND m.id IS DISTINCT FROM subject.message_id)";

/// Whether item `t` is blocked: itself, or with its account where that is another than the one that receives the letters, whose
/// own block is the arbiter's.
const BLOCKED: &str = "EXISTS (SELECT 1 FROM block b WHERE b.account_id = t.account_id \
    AND (b.receivable_id = t.id OR b.receivable_id IS NULL AND t.account_id <> $1) \
    AND b.superseded_at IS NULL AND b.valid @> entity.today)";

/// What live instruments stand for of item `t`, at most what is open of it. As for a run, paper in another currency stands for
/// all of it.
const COVERED: &str = "least(greatest(t.open_amount, 0), coalesce((SELECT CASE WHEN bool_or(n.currency <> t.currency) \
        THEN t.open_amount ELSE sum(x.amount) END \
    FROM instrument_item x JOIN instrument n ON n.account_id = x.account_id AND n.id = x.instrument_id \
    WHERE x.account_id = t.account_id AND x.receivable_id = t.id \
        AND n.status IN ('received', 'discounted', 'matured')), 0))";

/// Items as planned beside what they are now.
const PLANNED_ITEMS: &str = "SELECT v.*, i.amount AS planned, i.credit \
    FROM message_item i JOIN receivable v ON v.account_id = i.item_account_id AND v.id = i.receivable_id \
    WHERE i.account_id = $1 AND i.message_id = $4";

/// Credits that came to the group since a claim was planned: they count against it like those it was planned with.
const CREDITS_SINCE: &str = "SELECT v.*, 0 AS planned, true AS credit \
    FROM receivable v JOIN account g ON g.id = v.account_id, subject \
    WHERE g.dunning_account_id = $1 AND v.closed_on IS NULL AND v.currency = subject.currency AND v.open_amount < 0 \
        AND NOT EXISTS (SELECT 1 FROM message_item i WHERE i.account_id = $1 AND i.message_id = $4 \
            AND i.item_account_id = v.account_id AND i.receivable_id = v.id)";

/// Everything open of the accounts whose letters this one receives.
const OPEN_ITEMS: &str = "SELECT v.*, v.open_amount AS planned, v.open_amount < 0 AS credit FROM receivable v \
    JOIN account g ON g.id = v.account_id, subject \
    WHERE g.dunning_account_id = $1 AND v.closed_on IS NULL AND v.currency = subject.currency";

pub(super) fn of_message(
    conn: &mut PgConnection,
    (message, lines): (&MessageRow, Lines),
    now: Instant,
) -> Outcome<MessageFacts> {
    let subject =
        "SELECT m.id AS message_id, m.currency FROM message m WHERE m.account_id = $1 AND m.id = $4";
    let claimed = format!("{PLANNED_ITEMS} UNION ALL {CREDITS_SINCE}");
    let items = match lines {
        Lines::Planned => PLANNED_ITEMS,
        Lines::PlannedAndCredits => &claimed,
        Lines::Open => OPEN_ITEMS,
    };
    let found = diesel::sql_query(statement(subject, items))
        .bind::<SqlUuid, _>(message.account_id)
        .bind::<Timestamptz, _>(now)
        .bind::<Text, _>(&message.template_code)
        .bind::<SqlUuid, _>(message.id)
        .get_result::<FactsRow>(conn)
        .map_err(db)?;
    read(&found.facts)
}

/// Contacts with an account or with an address, whatever account they were about.
pub(super) fn contacts_made(
    conn: &mut PgConnection,
    message: &MessageRow,
    address: Option<&str>,
    now: Instant,
) -> Outcome<Vec<ContactMade>> {
    let found = diesel::sql_query(format!(
        "SELECT coalesce(h.sent_at, h.reserved_at) AS at, h.account_id = $1 AS same_group, \
             coalesce(lower(h.recipient) = lower($3), false) AS same_recipient FROM message h \
         WHERE h.state IN ('reserved', 'sent', 'delivered', 'unknown') AND h.channel <> 'task' AND h.id <> $2 \
             AND h.reserved_at > $4 - {HISTORY} AND (h.account_id = $1 OR lower(h.recipient) = lower($3))"
    ))
    .bind::<SqlUuid, _>(message.account_id)
    .bind::<SqlUuid, _>(message.id)
    .bind::<Nullable<Text>, _>(address)
    .bind::<Timestamptz, _>(now)
    .load::<MadeRow>(conn)
    .map_err(db)?;
    let made = |row: MadeRow| ContactMade {
        at: row.at,
        same_group: row.same_group,
        same_recipient: row.same_recipient,
    };
    Ok(found.into_iter().map(made).collect())
}

#[derive(QueryableByName)]
struct UnderWay {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    state: String,
}

pub(super) fn claim_under_way(
    conn: &mut PgConnection,
    account: Uuid,
) -> Outcome<Option<(Uuid, MessageState)>> {
    let claims = CLAIMS.as_str();
    let found = diesel::sql_query(format!(
        "SELECT m.id, m.state FROM message m WHERE m.account_id = $1 AND m.state IN ('planned', 'reserved', 'unknown') \
             AND {claims} ORDER BY m.planned_at, m.id LIMIT 1"
    ))
    .bind::<SqlUuid, _>(account)
    .get_result::<UnderWay>(conn)
    .optional()
    .map_err(db)?;
    found.map(|row| Ok((row.id, stored(&row.state)?))).transpose()
}

pub(super) fn of_account(
    conn: &mut PgConnection,
    (account, currency, template): (Uuid, Option<&str>, &str),
    now: Instant,
) -> Outcome<(Uuid, String, MessageFacts)> {
    let subject = "SELECT NULL::uuid AS message_id, coalesce($4, a.currency) AS currency FROM account a WHERE a.id = $1";
    let found = diesel::sql_query(statement(subject, OPEN_ITEMS))
        .bind::<SqlUuid, _>(account)
        .bind::<Timestamptz, _>(now)
        .bind::<Text, _>(template)
        .bind::<Nullable<Text>, _>(currency)
        .get_result::<FactsRow>(conn)
        .optional()
        .map_err(db)?
        .ok_or_else(|| app::lists::not_found("accounts", &AccountId(account).to_string()))?;
    Ok((found.legal_entity_id, found.currency, read(&found.facts)?))
}

fn read(facts: &str) -> Outcome<MessageFacts> {
    serde_json::from_str(facts).map_err(|e| Error::new(&INTERNAL).caused_by(e))
}
