//! Credit checks: what they look at, what they hold, what they leave.

use app::credit::rings::RingedFacts;
use app::credit::standing::CreditFacts;
use app::credit::store::{
    AccountRef, CheckRecord, CreditStore, FactsWanted, Release, Reservation, ReservationState, RiskAccount,
    StoredCheck,
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use domain::credit::check::Holder;
use domain::credit::exposure::{Component, Components};
use kernel::id::{CreditCheckId, EventId, ReservationId};
use kernel::text_enum::TextEnum as _;
use kernel::{Currency, Decimal, Error, Instant, Outcome};
use schema::{credit_check, credit_release, credit_reservation};
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::exposure::ItemKind;
use crate::error::db;
use crate::functions;
use crate::push::stored;
use crate::tx::PgTx;

/// What a function of the database answers: neither the value nor what serde quotes of it may come into a log.
fn typed<T: DeserializeOwned>(found: Value) -> Outcome<T> {
    serde_json::from_value(found).map_err(|e| {
        let cause = format!("an answer does not read as {}: {:?}", std::any::type_name::<T>(), e.classify());
        Error::new(&app::codes::INTERNAL).caused_by(cause)
    })
}

#[derive(Queryable)]
struct ReservationRow {
    account_id: Uuid,
    id: Uuid,
    check_id: Uuid,
    currency: String,
    amount: Decimal,
    reference: Option<String>,
    state: String,
    expires_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

impl ReservationRow {
    const COLUMNS: ReservationColumns = (
        credit_reservation::account_id,
        credit_reservation::id,
        credit_reservation::check_id,
        credit_reservation::currency,
        credit_reservation::amount,
        credit_reservation::reference,
        credit_reservation::state,
        credit_reservation::expires_at,
        credit_reservation::recorded_at,
        credit_reservation::ended_at,
    );

    fn read(self) -> Outcome<Reservation> {
        Ok(Reservation {
            id: self.id,
            account_id: self.account_id,
            check_id: self.check_id,
            currency: self.currency,
            amount: self.amount.normalize(),
            reference: self.reference,
            state: stored(&self.state)?,
            expires_at: self.expires_at,
            recorded_at: self.recorded_at,
            ended_at: self.ended_at,
        })
    }
}

type ReservationColumns = (
    credit_reservation::account_id,
    credit_reservation::id,
    credit_reservation::check_id,
    credit_reservation::currency,
    credit_reservation::amount,
    credit_reservation::reference,
    credit_reservation::state,
    credit_reservation::expires_at,
    credit_reservation::recorded_at,
    credit_reservation::ended_at,
);

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The advisory lock of a holder. Two holders may share one; then their checks wait for each other, and nothing worse.
fn lock_of(holder: &Holder) -> i64 {
    let (high, low) = holder.id.as_u64_pair();
    // Ids of version 7 differ in their last bits, which are random.
    i64::from_ne_bytes((high ^ low.rotate_left(17)).to_ne_bytes())
}

/// Ascending, each once.
fn locks_of(holders: &[Holder]) -> Vec<i64> {
    let mut locks = holders.iter().map(lock_of).collect::<Vec<_>>();
    locks.sort_unstable();
    locks.dedup();
    locks
}

impl CreditStore for PgTx<'_> {
    fn risk_account(&mut self, account: &AccountRef, now: Instant) -> Outcome<Option<RiskAccount>> {
        let (id, source, key) = match account {
            AccountRef::Id(id) => (Some(*id), None, None),
            AccountRef::Key { source, external_id } => (None, Some(source), Some(external_id)),
        };
        diesel::select(functions::risk_account(id, source, key, now))
            .get_result::<Option<Value>>(self.conn)
            .map_err(db)?
            .map(typed)
            .transpose()
    }

    fn credit_facts(
        &mut self,
        account: &RiskAccount,
        wanted: &FactsWanted<'_>,
        now: Instant,
    ) -> Outcome<CreditFacts> {
        let (id, entity, party) = (account.id, account.legal_entity_id, account.risk_party_id);
        let party_segment = account.party_segment.as_deref();
        let segment = account.segment.as_deref().or(party_segment);
        let (groups, today) = (&account.groups, account.today);
        let FactsWanted { reference, overdue_of, in_credit, alone } = *wanted;
        let locks = if alone { locks_of(&account.holders()) } else { Vec::new() };
        let found = diesel::select(functions::credit_facts_alone(
            locks,
            id,
            entity,
            party,
            groups,
            segment,
            party_segment,
            reference,
            overdue_of.as_str(),
            in_credit,
            now,
            today,
        ))
        .get_result::<Value>(self.conn);
        Ok(typed::<RingedFacts>(found.map_err(db)?)?.of(account))
    }

    fn releases_of(&mut self, account: Uuid, reference: &str, now: Instant) -> Outcome<Vec<Release>> {
        let found = credit_release::table
            .filter(credit_release::account_id.eq(account))
            .filter(credit_release::reference.eq(reference))
            .filter(credit_release::expires_at.gt(now))
            .order(credit_release::id)
            .select((
                credit_release::id,
                credit_release::check_id,
                credit_release::currency,
                credit_release::amount,
                credit_release::expires_at,
                credit_release::released_at,
                credit_release::released_by,
                credit_release::reason,
            ))
            .load::<(Uuid, Uuid, String, Decimal, DateTime<Utc>, DateTime<Utc>, String, String)>(self.conn)
            .map_err(db)?;
        let release =
            |(id, check_id, currency, amount, expires_at, released_at, released_by, reason)| Release {
                id,
                check_id,
                account_id: account,
                reference: reference.to_owned(),
                currency,
                amount,
                expires_at,
                released_at,
                released_by,
                reason,
            };
        Ok(found.into_iter().map(release).collect())
    }

    fn insert_check(&mut self, check: &CheckRecord, event: EventId) -> Outcome<()> {
        diesel::insert_into(credit_check::table)
            .values((
                credit_check::id.eq(check.id),
                credit_check::checked_at.eq(check.checked_at),
                credit_check::account_id.eq(check.account_id),
                credit_check::legal_entity_id.eq(check.legal_entity_id),
                credit_check::asked.eq(&check.asked),
                credit_check::checkpoint.eq(check.checkpoint.as_str()),
                credit_check::reference.eq(check.reference.as_deref()),
                credit_check::currency.eq(check.currency.as_str()),
                credit_check::amount.eq(check.amount),
                credit_check::outcome.eq(check.outcome.as_str()),
                credit_check::reason_code.eq(&check.reason_code),
                credit_check::degraded.eq(check.degraded),
                credit_check::policy_code.eq(&check.policy.0),
                credit_check::policy_version.eq(check.policy.1),
                credit_check::reservation_id.eq(check.reservation_id),
                credit_check::document.eq(&check.document),
                credit_check::actor_id.eq(check.actor),
                credit_check::event_id.eq(event.0),
            ))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn insert_reservation(&mut self, reservation: &Reservation, event: EventId) -> Outcome<()> {
        diesel::insert_into(credit_reservation::table)
            .values((
                credit_reservation::account_id.eq(reservation.account_id),
                credit_reservation::id.eq(reservation.id),
                credit_reservation::check_id.eq(reservation.check_id),
                credit_reservation::currency.eq(&reservation.currency),
                credit_reservation::amount.eq(reservation.amount),
                credit_reservation::reference.eq(reservation.reference.as_deref()),
                credit_reservation::expires_at.eq(reservation.expires_at),
                credit_reservation::recorded_at.eq(reservation.recorded_at),
                credit_reservation::event_id.eq(event.0),
            ))
            .execute(self.conn)
            .map_err(db)?;
        let currency = Currency::parse("currency", &reservation.currency)?;
        let held = Components::of(Component::Reserved, reservation.amount);
        self.exposure.add((reservation.account_id, currency), held);
        Ok(())
    }

    fn reservations_of(&mut self, account: Uuid, reference: &str) -> Outcome<Vec<Reservation>> {
        let found = credit_reservation::table
            .filter(credit_reservation::account_id.eq(account))
            .filter(credit_reservation::state.eq(ReservationState::Active.as_str()))
            .filter(credit_reservation::reference.eq(reference))
            .order(credit_reservation::id)
            .for_update()
            .select(ReservationRow::COLUMNS)
            .load::<ReservationRow>(self.conn)
            .map_err(db)?;
        found.into_iter().map(ReservationRow::read).collect()
    }

    fn reservation_for_update(&mut self, id: Uuid) -> Outcome<Reservation> {
        let found = credit_reservation::table
            .filter(credit_reservation::id.eq(id))
            .for_update()
            .select(ReservationRow::COLUMNS)
            .first::<ReservationRow>(self.conn)
            .optional()
            .map_err(db)?;
        let missing = || app::lists::not_found("credit/reservations", &ReservationId(id).to_string());
        found.ok_or_else(missing)?.read()
    }

    fn end_reservations(
        &mut self,
        reservations: &[(Uuid, Uuid)],
        state: ReservationState,
        (event, now): (EventId, Instant),
    ) -> Outcome<()> {
        if reservations.is_empty() {
            return Ok(());
        }
        self.exposure.touch(self.conn, ItemKind::Reservation, reservations.iter().copied())?;
        let (accounts, ids): (Vec<_>, Vec<_>) = reservations.iter().copied().unzip();
        diesel::sql_query(
            "UPDATE credit_reservation v SET state = $3, ended_at = $4, event_id = $5 \
             FROM unnest($1, $2) AS k (account_id, id) WHERE v.account_id = k.account_id AND v.id = k.id",
        )
        .bind::<Array<SqlUuid>, _>(accounts)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Text, _>(state.as_str())
        .bind::<Timestamptz, _>(now)
        .bind::<SqlUuid, _>(event.0)
        .execute(self.conn)
        .map(drop)
        .map_err(db)
    }

    fn lapsed_reservations(&mut self, now: Instant, limit: i64) -> Outcome<Vec<(Uuid, Uuid)>> {
        let found = diesel::sql_query(
            "SELECT account_id, id FROM credit_reservation WHERE ended_at IS NULL AND expires_at <= $1 \
             ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED",
        )
        .bind::<Timestamptz, _>(now)
        .bind::<BigInt, _>(limit)
        .load::<Key>(self.conn)
        .map_err(db)?;
        Ok(found.into_iter().map(|key| (key.account_id, key.id)).collect())
    }

    fn check_for_update(&mut self, id: Uuid) -> Outcome<StoredCheck> {
        #[derive(QueryableByName)]
        struct CheckRow {
            #[diesel(sql_type = Nullable<SqlUuid>)]
            account_id: Option<Uuid>,
            #[diesel(sql_type = Nullable<Text>)]
            reference: Option<String>,
            #[diesel(sql_type = Text)]
            currency: String,
            #[diesel(sql_type = Numeric)]
            amount: Decimal,
            #[diesel(sql_type = Text)]
            outcome: String,
            #[diesel(sql_type = SqlUuid)]
            actor_id: Uuid,
            #[diesel(sql_type = Bool)]
            released: bool,
        }
        let found = diesel::sql_query(
            "SELECT c.account_id, c.reference, c.currency, c.amount, c.outcome, c.actor_id, \
                 EXISTS (SELECT 1 FROM credit_release l WHERE l.check_id = c.id) AS released \
             FROM credit_check c WHERE c.id = $1 FOR UPDATE OF c",
        )
        .bind::<SqlUuid, _>(id)
        .load::<CheckRow>(self.conn)
        .map_err(db)?;
        let missing = || app::lists::not_found("credit/checks", &CreditCheckId(id).to_string());
        let check = found.into_iter().next().ok_or_else(missing)?;
        Ok(StoredCheck {
            id,
            account_id: check.account_id,
            reference: check.reference,
            currency: Currency::parse("currency", &check.currency)?,
            amount: check.amount.normalize(),
            outcome: stored(&check.outcome)?,
            actor: check.actor_id,
            released: check.released,
        })
    }

    fn insert_release(&mut self, release: &Release, event: EventId) -> Outcome<()> {
        diesel::insert_into(credit_release::table)
            .values((
                credit_release::id.eq(release.id),
                credit_release::check_id.eq(release.check_id),
                credit_release::account_id.eq(release.account_id),
                credit_release::reference.eq(&release.reference),
                credit_release::currency.eq(&release.currency),
                credit_release::amount.eq(release.amount),
                credit_release::expires_at.eq(release.expires_at),
                credit_release::released_at.eq(release.released_at),
                credit_release::released_by.eq(&release.released_by),
                credit_release::reason.eq(&release.reason),
                credit_release::event_id.eq(event.0),
            ))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }
}
