//! Proves that what is stored agrees with itself.

mod groups;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use kernel::Outcome;

use crate::error::db;
use crate::feed::verify_chain;
use crate::tx::PgStore;

/// What `recobra verify` found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    pub events_checked: i64,
    /// First number at which the chain does not hold, and why.
    pub chain_broken_at: Option<(i64, String)>,
    /// Each rule with the number of rows that break it and one example.
    pub broken: Vec<(&'static str, i64, String)>,
    pub rules_checked: usize,
}

impl Verification {
    pub fn holds(&self) -> bool {
        self.chain_broken_at.is_none() && self.broken.is_empty()
    }
}

/// A rule and a query for the rows that break it: `count` and one `example`.
const RULES: &[(&str, &str)] = &[
    (
        "open amount = original + sum of entries",
        "SELECT count(*) AS count, coalesce(min(bad.id::text), '') AS example FROM ( \
             SELECT r.id FROM receivable r LEFT JOIN LATERAL (SELECT sum(amount) AS total FROM ledger_entry e \
                 WHERE e.account_id = r.account_id AND e.receivable_id = r.id) e ON true \
             WHERE r.open_amount <> r.original_amount + coalesce(e.total, 0)) bad",
    ),
    (
        "every allocation moves its credit and its debit by the same amount",
        "SELECT count(*) AS count, coalesce(min(bad.id::text), '') AS example FROM ( \
             SELECT a.id FROM allocation a LEFT JOIN LATERAL (SELECT sum(e.amount) AS total, count(*) AS entries \
                 FROM ledger_entry e WHERE e.account_id = a.account_id AND e.allocation_id = a.id) e ON true \
             WHERE coalesce(e.total, 0) <> 0 OR e.entries % 2 <> 0 OR e.entries = 0) bad",
    ),
    (
        "an allocation in force lowers its debit by its amount, a reversed one by nothing",
        "SELECT count(*) AS count, coalesce(min(bad.id::text), '') AS example FROM ( \
             SELECT a.id FROM allocation a JOIN LATERAL (SELECT coalesce(sum(e.amount), 0) AS total \
                 FROM ledger_entry e WHERE e.account_id = a.account_id AND e.receivable_id = a.debit_receivable_id \
                     AND e.allocation_id = a.id) e ON true \
             WHERE e.total <> CASE WHEN a.reversed_at IS NULL THEN -a.amount ELSE 0 END) bad",
    ),
    (
        "a reversal takes back its entry exactly, on the same receivable",
        "SELECT count(*) AS count, coalesce(min(e.id::text), '') AS example FROM ledger_entry e \
         LEFT JOIN ledger_entry o ON o.account_id = e.account_id AND o.id = e.reversed_entry_id \
         WHERE e.reversed_entry_id IS NOT NULL \
             AND (o.id IS NULL OR o.amount <> -e.amount OR o.receivable_id <> e.receivable_id)",
    ),
    (
        "versions of a receivable follow each other without a gap",
        "SELECT count(*) AS count, coalesce(min(bad.id::text), '') AS example FROM ( \
             SELECT v.receivable_id AS id, v.recorded_to AS until, coalesce(lead(v.recorded_from) OVER w, \
                 (SELECT r.recorded_at FROM receivable r WHERE r.account_id = v.account_id \
                     AND r.id = v.receivable_id)) AS next \
             FROM receivable_revision v \
             WINDOW w AS (PARTITION BY v.account_id, v.receivable_id ORDER BY v.recorded_to)) bad \
         WHERE bad.until <> bad.next",
    ),
    (
        "every receivable and every reservation has its account",
        "SELECT count(*) AS count, coalesce(min(r.id::text), '') AS example \
         FROM (SELECT id, account_id FROM receivable UNION ALL SELECT id, account_id FROM credit_reservation) r \
         WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.id = r.account_id)",
    ),
    (
        "exposure as it is kept = exposure as its items make it",
        "SELECT count(*) AS count, coalesce(min(bad.account_id::text), '') AS example FROM ( \
             SELECT account_id, currency, component, sum(amount) AS amount FROM ( \
                 SELECT account_id, currency, component, amount FROM r.exposure_item \
                 UNION ALL SELECT e.account_id, e.currency, c.component, -c.amount FROM r.exposure_now e \
                     CROSS JOIN LATERAL (VALUES ('open', open_amount), ('disputed', disputed_amount), \
                         ('returned', returned_amount), ('instruments', instruments_amount), \
                         ('orders', orders_amount), ('deliveries', deliveries_amount), \
                         ('reserved', reserved_amount), ('credits', credits_amount)) AS c (component, amount)) x \
             GROUP BY account_id, currency, component HAVING sum(amount) <> 0) bad",
    ),
    (
        "every account counts with the party it belongs to today",
        "SELECT count(*) AS count, coalesce(min(bad.id::text), '') AS example FROM ( \
             SELECT a.id FROM account a LEFT JOIN account_party l ON l.account_id = a.id AND l.superseded_at IS NULL \
                 AND l.valid @> ((SELECT coalesce(test_now, now()) FROM installation) AT TIME ZONE 'UTC')::date LEFT JOIN risk_member m ON m.account_id = a.id \
                 LEFT JOIN risk_party p ON p.party_id = l.party_id \
                 LEFT JOIN party q ON q.id = l.party_id \
             WHERE m.party_id IS DISTINCT FROM l.party_id \
                 OR m.risk_party_id IS DISTINCT FROM coalesce(p.risk_party_id, l.party_id) \
                 OR m.eliminated IS DISTINCT FROM q.intercompany) bad",
    ),
    (
        "letters of every account go to one of its legal entity",
        "SELECT count(*) AS count, coalesce(min(a.id::text), '') AS example FROM account a \
         WHERE NOT EXISTS (SELECT 1 FROM account d WHERE d.id = a.dunning_account_id \
             AND d.legal_entity_id = a.legal_entity_id)",
    ),
    (
        "every natural key of a receivable leads to it",
        "SELECT count(*) AS count, coalesce(min(k.external_id), '') AS example FROM natural_key k \
         WHERE k.kind = 'receivable' AND NOT EXISTS \
             (SELECT 1 FROM receivable r WHERE r.account_id = k.account_id AND r.id = k.object_id)",
    ),
    (
        "every event is numbered or waits to be",
        "SELECT count(*) AS count, coalesce(min(e.id::text), '') AS example FROM event e \
         WHERE NOT EXISTS (SELECT 1 FROM event_chain c WHERE c.event_id = e.id) \
             AND NOT EXISTS (SELECT 1 FROM event_unsequenced u WHERE u.event_id = e.id)",
    ),
    (
        "one real run decides for a legal entity and business date",
        "SELECT count(*) AS count, coalesce(min(bad.example), '') AS example FROM ( \
             SELECT min(r.id::text) AS example FROM dunning_run r WHERE NOT r.dry_run AND r.state = 'finished' \
             GROUP BY r.legal_entity_id, r.business_on HAVING count(*) > 1) bad",
    ),
    (
        "every action carries out a decision to act",
        "SELECT count(*) AS count, coalesce(min(a.id::text), '') AS example FROM action a \
         WHERE NOT EXISTS (SELECT 1 FROM decision d WHERE d.account_id = a.account_id AND d.decided_on = a.decided_on \
             AND d.id = a.decision_id AND d.outcome = 'act' AND NOT d.dry_run)",
    ),
    (
        "every proven send belongs to a sent message",
        "SELECT count(*) AS count, coalesce(min(i.message_id::text), '') AS example FROM message_item i \
         JOIN message m ON m.account_id = i.account_id AND m.id = i.message_id \
         WHERE i.sent_on IS NOT NULL AND m.state NOT IN ('sent', 'delivered')",
    ),
];

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = Text)]
    example: String,
}

impl PgStore {
    /// Checks the chain from its beginning and every rule over all rows, in one snapshot.
    ///
    /// # Errors
    /// `database.unavailable`.
    pub fn verify(&self) -> Outcome<Verification> {
        let mut connection = self.connections.get()?;
        let verified = connection.pg().build_transaction().read_only().repeatable_read().run(
            |conn| -> Result<_, crate::tx::TxError> {
                diesel::sql_query("SET LOCAL statement_timeout = 0").execute(conn)?;
                let (events_checked, chain_broken_at) = verify_chain(conn)?;
                let mut broken = Vec::new();
                for (rule, sql) in RULES {
                    let found = diesel::sql_query(*sql).get_result::<Found>(conn).map_err(db)?;
                    if found.count > 0 {
                        broken.push((*rule, found.count, found.example));
                    }
                }
                if let Some((count, example)) = groups::differing(conn)? {
                    broken.push((groups::RULE, count, example));
                }
                Ok(Verification { events_checked, chain_broken_at, broken, rules_checked: RULES.len() + 1 })
            },
        );
        verified.map_err(crate::tx::TxError::into_app)
    }
}
