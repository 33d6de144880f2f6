//! Chunks of one kind each, in the order in which rows can depend on each other.

use domain::imports::rows::{Origin, PartyRow as RawParty};
use domain::imports::targets::Entity;
use domain::imports::{Profile, RawRow};
use prost::Message;
use proto::v1 as pb;
use proto::v1::push_chunks_request::Rows;

use super::rows;
use crate::push_client::CHUNK_ROWS;

/// A chunk holds at most 4 MiB and one row at most the 1 MiB of its line: from here on it is sent.
const BYTES_FULL: usize = 2 * 1024 * 1024;

/// Rows of one kind, with where each comes from.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    pub(super) rows: Rows,
    pub(super) entity: Entity,
    pub(super) origins: Vec<Origin>,
}

#[derive(Debug)]
struct Set<T> {
    rows: Vec<T>,
    origins: Vec<Origin>,
    bytes: usize,
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), origins: Vec::new(), bytes: 0 }
    }
}

impl<T: Message> Set<T> {
    /// Whether the set is full now.
    fn add(&mut self, origin: Origin, row: T) -> bool {
        self.bytes += row.encoded_len();
        self.rows.push(row);
        self.origins.push(origin);
        self.rows.len() >= CHUNK_ROWS || self.bytes >= BYTES_FULL
    }

    fn take(&mut self, entity: Entity, wrap: impl FnOnce(Vec<T>) -> Rows) -> Option<Chunk> {
        let taken = std::mem::take(self);
        (!taken.rows.is_empty()).then(|| Chunk { rows: wrap(taken.rows), entity, origins: taken.origins })
    }
}

/// Gathers rows until one kind fills a chunk. The same file and profile always make the same chunks, so that a push
/// that was cut off can be gone on with.
#[derive(Debug, Default)]
pub(super) struct Gatherer {
    parties: Set<pb::PartyRow>,
    accounts: Set<pb::AccountRow>,
    contacts: Set<pb::ContactRow>,
    receivables: Set<pb::ReceivableRow>,
    instruments: Set<pb::InstrumentRow>,
    entries: Set<pb::EntryRow>,
}

impl Gatherer {
    /// Adds a row; gives the chunks to send when a kind is full.
    pub(super) fn add(&mut self, row: RawRow) -> Vec<Chunk> {
        let origin = row.origin().clone();
        let full = match row {
            RawRow::Party(row) => self.parties.add(origin, rows::party(row)),
            RawRow::Account(row) => self.accounts.add(origin, rows::account(row)),
            RawRow::Contact(row) => self.contacts.add(origin, rows::contact(row)),
            RawRow::Receivable(row) => self.receivables.add(origin, rows::receivable(*row)),
            RawRow::Instrument(row) => self.instruments.add(origin, rows::instrument(*row)),
            RawRow::Entry(row) => self.entries.add(origin, rows::entry(row)),
        };
        if full { self.take() } else { Vec::new() }
    }

    /// Everything gathered: what others depend on comes first.
    pub(super) fn take(&mut self) -> Vec<Chunk> {
        let chunks = [
            self.parties.take(Entity::Party, |rows| Rows::Parties(pb::PartyRows { rows })),
            self.accounts.take(Entity::Account, |rows| Rows::Accounts(pb::AccountRows { rows })),
            self.contacts.take(Entity::Contact, |rows| Rows::Contacts(pb::ContactRows { rows })),
            self.receivables.take(Entity::Receivable, |rows| Rows::Receivables(pb::ReceivableRows { rows })),
            self.instruments.take(Entity::Instrument, |rows| Rows::Instruments(pb::InstrumentRows { rows })),
            self.entries.take(Entity::Entry, |rows| Rows::Entries(pb::EntryRows { rows })),
        ];
        chunks.into_iter().flatten().collect()
    }
}

/// Whether a profile knows accounts and no legal persons behind them: then each account is its own.
pub(super) fn accounts_stand_alone(profile: &Profile) -> bool {
    let no_party = profile.rows.iter().all(|map| map.entity != Entity::Party);
    let mut accounts = profile.rows.iter().filter(|map| map.entity == Entity::Account);
    no_party && accounts.all(|map| !map.by_name && !map.fields.contains_key("party_external_id"))
}

/// The legal person of an account that stands alone, under the account's key and name.
pub(super) fn own_party(row: &mut RawRow) -> Option<RawRow> {
    let RawRow::Account(account) = row else { return None };
    account.party_external_id = Some(account.external_id.clone());
    Some(RawRow::Party(RawParty {
        origin: account.origin.clone(),
        external_id: account.external_id.clone(),
        kind: None,
        name: account.name.clone(),
        tax_id: None,
        lei: None,
        national_id: None,
        country: None,
        language: account.language.clone(),
        parent_external_id: None,
        segment: None,
        address: Vec::new(),
        insolvent_since: None,
        vulnerable: None,
        intercompany: None,
        attributes: Vec::new(),
    }))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use domain::imports::inspect::inspect;
    use domain::imports::{Reader, builtin};

    use super::*;

    /// The chunks of a file with `count` customers of one invoice each.
    fn gathered(count: usize, name: &str) -> Vec<Chunk> {
        let line = |n| format!("C{n};{name};F{n};15/01/2026;15/02/2026;1.234,56\n");
        let lines = (0..count).map(line).collect::<Vec<_>>().concat();
        let file = format!("Cliente;Nombre;Factura;Fecha;Vencimiento;Importe\n{lines}");
        let profile = builtin::profile("spanish_excel").unwrap();
        let dialect = inspect(&profile, &mut Cursor::new(&file)).unwrap();
        let mut gatherer = Gatherer::default();
        let rows = Reader::open(&profile, &dialect, file.as_bytes()).unwrap().flat_map(Result::unwrap);
        let mut chunks = rows.flat_map(|row| gatherer.add(row)).collect::<Vec<_>>();
        chunks.extend(gatherer.take());
        chunks
    }

    #[test]
    fn what_others_depend_on_is_sent_first_and_no_chunk_is_too_large() {
        let chunks = gathered(7_000, "Cliente");
        let kinds = chunks.iter().map(|c| (c.entity, c.origins.len())).collect::<Vec<_>>();
        let (p, a, r) = (Entity::Party, Entity::Account, Entity::Receivable);
        // The first 5,000 legal persons fill a chunk while the account and invoice of the last line are still to come.
        assert_eq!(kinds, [(p, 5_000), (a, 4_999), (r, 4_999), (p, 2_000), (a, 2_001), (r, 2_001)]);
    }

    #[test]
    fn long_rows_fill_a_chunk_by_their_bytes() {
        let chunks = gathered(6_000, &"x".repeat(490));
        assert!(chunks.first().is_some_and(|chunk| chunk.origins.len() < CHUNK_ROWS));
        for chunk in chunks {
            let request = pb::PushChunksRequest { rows: Some(chunk.rows), ..Default::default() };
            assert!(request.encoded_len() < app::push::CHUNK_BYTES_MAX);
        }
    }
}
