//! Customers that a file of invoices repeats on every row.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use super::rows::{Origin, RawRow};

/// How many objects are remembered.
const SLOTS: u64 = 4096;

/// Recognises parties, accounts and contacts that say the same as when they were last seen, so that they need not be
/// sent again. The memory is bounded: what was forgotten is taken for new, which costs time and is never wrong.
///
/// Receivables, instruments and entries are never recognised: that one stands twice in a file is for the receiver
/// to judge.
pub struct Repeats {
    /// The last object of each slot, without the text of its row.
    seen: Vec<Option<RawRow>>,
}

impl Repeats {
    pub fn new() -> Self {
        Self { seen: (0..SLOTS).map(|_| None).collect() }
    }

    /// Whether the object says the same as the last one of its kind and key, and remembers it.
    pub fn is_repeat(&mut self, row: &RawRow) -> bool {
        let mut bare = row.clone();
        let Some(origin) = origin_mut(&mut bare) else { return false };
        *origin = Origin { line: 0, record: Arc::from("") };
        let mut hasher = DefaultHasher::new();
        (row.entity(), row.external_id()).hash(&mut hasher);
        let slot = usize::try_from(hasher.finish() % SLOTS).ok().and_then(|at| self.seen.get_mut(at));
        slot.is_some_and(|slot| slot.replace(bare) == *slot)
    }
}

impl Default for Repeats {
    fn default() -> Self {
        Self::new()
    }
}

/// The origin of an object that files repeat.
fn origin_mut(row: &mut RawRow) -> Option<&mut Origin> {
    match row {
        RawRow::Party(row) => Some(&mut row.origin),
        RawRow::Account(row) => Some(&mut row.origin),
        RawRow::Contact(row) => Some(&mut row.origin),
        RawRow::Receivable(_) | RawRow::Instrument(_) | RawRow::Entry(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::imports::inspect::inspect;
    use crate::imports::{Reader, builtin};

    fn fresh(profile: &str, file: &str) -> Vec<u64> {
        let profile = builtin::profile(profile).unwrap();
        let dialect = inspect(&profile, &mut Cursor::new(file)).unwrap();
        let rows = Reader::open(&profile, &dialect, file.as_bytes()).unwrap().flat_map(Result::unwrap);
        let mut repeats = Repeats::new();
        rows.filter(|row| !repeats.is_repeat(row)).map(|row| row.origin().line).collect()
    }

    #[test]
    fn an_account_is_new_when_it_first_comes_and_whenever_it_changes() {
        let file = "external_id;name;currency\nC1;a;EUR\nC1;a;EUR\nC2;a;EUR\nC1;b;EUR\nC1;a;EUR\nC2;a;EUR\n";
        assert_eq!(fresh("recobra_accounts", file), [2, 4, 5, 6]);
    }

    #[test]
    fn a_repeated_entry_is_left_to_the_receiver() {
        let row = "E1;C1;5;EUR;2026-01-05\n";
        let file = format!("external_id;account_external_id;amount;currency;effective_on\n{row}{row}");
        assert_eq!(fresh("recobra_entries", &file), [2, 3]);
    }
}
