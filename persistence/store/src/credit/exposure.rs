//! Exposure is kept by the transactions that change it: each notes what its items were before it touched them, looks again at its
//! end, and appends the difference. Nobody waits for anybody; what was appended is added up afterwards.

use std::collections::{BTreeMap, HashMap};

use app::credit::exposure::ExposureStore;
use app::push::store::ReceivableRecord;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Numeric, Text, Uuid as SqlUuid};
use domain::credit::exposure::{Component, Components, of_new_receivable};
use kernel::id::EventId;
use kernel::text_enum;
use kernel::text_enum::TextEnum as _;
use kernel::{Currency, Decimal, Error, Outcome};
use schema::exposure_movement;
use uuid::Uuid;

use crate::error::db;
use crate::locks;
use crate::push::stored;
use crate::tx::PgTx;

text_enum! {
    /// What exposure is made of, as the view names it.
    pub(crate) enum ItemKind {
        Receivable = "receivable",
        Instrument = "instrument",
        Order = "order",
        Delivery = "delivery",
        Reservation = "reservation",
    }
}

/// What an item counts for.
type Contribution = (Currency, Component, Decimal);

/// What a transaction does to exposure.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Known without looking.
    added: BTreeMap<(Uuid, Currency), Components>,
    /// What the items touched counted for before.
    before: HashMap<(ItemKind, Uuid, Uuid), Option<Contribution>>,
}

#[derive(QueryableByName)]
struct ItemRow {
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Text)]
    component: String,
    #[diesel(sql_type = Numeric)]
    amount: Decimal,
}

impl Changes {
    /// Receivables that were not there before.
    pub(crate) fn add_new(&mut self, receivables: &[ReceivableRecord]) {
        for r in receivables.iter().filter(|r| !r.open_amount.is_zero()) {
            let (component, amount) = of_new_receivable(r.open_amount, r.disputed);
            self.added.entry((r.account_id, r.currency)).or_default().add_to(component, amount);
        }
    }

    /// What is known to come to an account.
    pub(crate) fn add(&mut self, to: (Uuid, Currency), components: Components) {
        *self.added.entry(to).or_default() += components;
    }

    /// To be called before anything is written that these items, by account and id, depend on.
    pub(crate) fn touch(
        &mut self,
        conn: &mut PgConnection,
        kind: ItemKind,
        items: impl IntoIterator<Item = (Uuid, Uuid)>,
    ) -> Outcome<()> {
        let fresh = |(account, id): &(Uuid, Uuid)| !self.before.contains_key(&(kind, *account, *id));
        let items = items.into_iter().filter(fresh).collect::<Vec<_>>();
        let mut found = contributions(conn, kind, &items)?;
        for (account, id) in items {
            self.before.insert((kind, account, id), found.remove(&(account, id)));
        }
        Ok(())
    }

    /// Takes over what a part of the transaction did: where both touched an item, what it was before is known here.
    pub(crate) fn merge(&mut self, part: Self) {
        for (key, components) in part.added {
            *self.added.entry(key).or_default() += components;
        }
        for (item, before) in part.before {
            self.before.entry(item).or_insert(before);
        }
    }

    /// Looks again, and appends what the transaction came to.
    pub(crate) fn append(self, conn: &mut PgConnection, event: Option<EventId>) -> Outcome<()> {
        let Self { added: mut moved, before } = self;
        let mut touched = HashMap::<ItemKind, Vec<(Uuid, Uuid)>>::new();
        for (kind, account, id) in before.keys() {
            touched.entry(*kind).or_default().push((*account, *id));
        }
        for ((_, account, _), contribution) in &before {
            if let Some((currency, component, amount)) = *contribution {
                moved.entry((*account, currency)).or_default().add_to(component, -amount);
            }
        }
        for (kind, mut items) in touched {
            items.sort_unstable();
            for ((account, _), (currency, component, amount)) in contributions(conn, kind, &items)? {
                moved.entry((account, currency)).or_default().add_to(component, amount);
            }
        }
        moved.retain(|_, components| !components.is_zero());
        if moved.is_empty() {
            return Ok(());
        }
        let event = event.ok_or_else(|| {
            Error::new(&app::codes::INTERNAL)
                .caused_by("exposure moved in a transaction that recorded no event")
        })?;
        insert(conn, &moved, event)
    }
}

/// What items count for now; those that count for nothing are absent.
fn contributions(
    conn: &mut PgConnection,
    kind: ItemKind,
    items: &[(Uuid, Uuid)],
) -> Outcome<HashMap<(Uuid, Uuid), Contribution>> {
    if items.is_empty() {
        return Ok(HashMap::new());
    }
    let (accounts, ids): (Vec<_>, Vec<_>) = items.iter().copied().unzip();
    // Each by itself: left to join, the planner would rather read all of a large table for every chunk. And whether it counts
    // is asked afterwards: before a book's first ANALYZE the planner would read an account's open items to find one.
    let rows = diesel::sql_query(
        "SELECT e.account_id, e.id, e.currency, e.component, e.amount \
         FROM unnest($2, $3) AS k (account_id, id) CROSS JOIN LATERAL (\
             SELECT * FROM r.exposure_source x \
             WHERE x.kind = $1 AND x.account_id = k.account_id AND x.id = k.id OFFSET 0) e WHERE e.counts",
    )
    .bind::<Text, _>(kind.as_str())
    .bind::<Array<SqlUuid>, _>(accounts)
    .bind::<Array<SqlUuid>, _>(ids)
    .load::<ItemRow>(conn)
    .map_err(db)?;
    rows.iter().map(contribution).collect()
}

fn contribution(row: &ItemRow) -> Outcome<((Uuid, Uuid), Contribution)> {
    let currency = Currency::parse("currency", &row.currency)?;
    Ok(((row.account_id, row.id), (currency, stored(&row.component)?, row.amount)))
}

#[derive(Insertable)]
#[diesel(table_name = exposure_movement)]
#[diesel(treat_none_as_default_value = false)]
struct MovementRow<'m> {
    account_id: Uuid,
    currency: &'m str,
    event_id: Uuid,
    open_amount: Decimal,
    disputed_amount: Decimal,
    returned_amount: Decimal,
    instruments_amount: Decimal,
    orders_amount: Decimal,
    deliveries_amount: Decimal,
    reserved_amount: Decimal,
    credits_amount: Decimal,
}

fn insert(
    conn: &mut PgConnection,
    moved: &BTreeMap<(Uuid, Currency), Components>,
    event: EventId,
) -> Outcome<()> {
    let rows = moved.iter().map(|(key, components)| movement(key, components, event)).collect::<Vec<_>>();
    // A copy takes three times as long to begin as one row to be inserted.
    if let [row] = rows.as_slice() {
        return diesel::insert_into(exposure_movement::table).values(row).execute(conn).map(drop).map_err(db);
    }
    diesel::copy_from(exposure_movement::table).from_insertable(rows).execute(conn).map(drop).map_err(db)
}

fn movement<'m>(
    (account, currency): &'m (Uuid, Currency),
    c: &Components,
    event: EventId,
) -> MovementRow<'m> {
    MovementRow {
        account_id: *account,
        currency: currency.as_str(),
        event_id: event.0,
        open_amount: c.get(Component::Open),
        disputed_amount: c.get(Component::Disputed),
        returned_amount: c.get(Component::Returned),
        instruments_amount: c.get(Component::Instruments),
        orders_amount: c.get(Component::Orders),
        deliveries_amount: c.get(Component::Deliveries),
        reserved_amount: c.get(Component::Reserved),
        credits_amount: c.get(Component::Credits),
    }
}

#[derive(QueryableByName)]
struct Folded {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The columns of components, in one place for every statement that adds them.
const COLUMNS: [&str; 8] = [
    "open_amount",
    "disputed_amount",
    "returned_amount",
    "instruments_amount",
    "orders_amount",
    "deliveries_amount",
    "reserved_amount",
    "credits_amount",
];

/// Adds up at most `limit` movements; how many there were, none while another instance is at it. Movements and sums change in one
/// transaction, so a reader sees an amount either in one place or in the other.
fn fold(conn: &mut PgConnection, limit: i32) -> Outcome<i64> {
    if !locks::is_free(conn, locks::ADDING_UP).map_err(db)? {
        return Ok(0);
    }
    let each = |form: fn(&str) -> String| COLUMNS.map(form).join(", ");
    let statement = format!(
        "WITH taken AS (DELETE FROM exposure_movement WHERE ctid = ANY(ARRAY( \
                 SELECT ctid FROM exposure_movement ORDER BY account_id LIMIT $1)) RETURNING *), \
         added AS (INSERT INTO exposure (account_id, currency, {columns}, event_id) \
             SELECT account_id, currency, {sums}, max(event_id::text)::uuid FROM taken GROUP BY account_id, currency \
             ON CONFLICT (account_id, currency) DO UPDATE SET {adds}, event_id = excluded.event_id) \
         SELECT count(*) AS count FROM taken",
        columns = COLUMNS.join(", "),
        sums = each(|c| format!("sum({c})")),
        adds = each(|c| format!("{c} = exposure.{c} + excluded.{c}")),
    );
    let folded =
        diesel::sql_query(statement).bind::<Integer, _>(limit).get_result::<Folded>(conn).map_err(db)?;
    Ok(folded.count)
}

impl ExposureStore for PgTx<'_> {
    fn fold_exposure(&mut self, limit: i32) -> Outcome<i64> {
        fold(self.conn, limit)
    }
}
