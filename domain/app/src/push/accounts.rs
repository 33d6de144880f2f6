//! Accounts of a chunk.

mod recipients;

use std::collections::{BTreeSet, HashMap};

use domain::attributes::AttributeOwner;
use kernel::text::{external_id, line, optional_line, shown};
use kernel::{Currency, Error, Outcome, time};
use uuid::Uuid;

use self::recipients::{Who, Wish};
use super::chunk::Session;
use super::content::Content;
use super::keys::{Sorting, Wait};
use super::parties::{attributes, language, lines, optional, optional_id};
use super::rows::AccountRow;
use super::store::{AccountRecord, KeyRow, NewKey};
use super::{KeyKind, codes};
use crate::credit::groups::refresh;
use crate::store::WriteTx;

struct Known {
    accounts: HashMap<String, KeyRow>,
    parties: HashMap<String, KeyRow>,
    portfolios: HashMap<String, Uuid>,
    /// Accounts created earlier in this chunk.
    fresh: HashMap<String, Uuid>,
}

/// Applies the accounts of a chunk. The dunning account may stand in the same chunk, before or after; it receives its own
/// letters.
pub(super) fn apply<'a>(
    session: &Session<'a>,
    tx: &mut dyn WriteTx,
    rows: &[AccountRow],
) -> Outcome<Sorting<'a>> {
    let mut sorting = Sorting::new(session.app, KeyKind::Account, rows.len());
    let mut refused = sorting.refuse_at_once(session, rows.iter().map(|r| r.external_id.as_str()));
    let set = |field: fn(&AccountRow) -> &str| rows.iter().map(field).collect::<BTreeSet<_>>();
    let accounts = &set(|r| &r.external_id) | &set(|r| &r.dunning_account_external_id);
    let mut known = Known {
        accounts: tx.keys(session.source.no, KeyKind::Account, &accounts)?,
        parties: tx.keys(session.source.no, KeyKind::Party, &set(|r| &r.party_external_id))?,
        portfolios: tx.portfolios(&set(|r| &r.portfolio))?,
        fresh: HashMap::new(),
    };
    for row in chained(session, tx, (rows, &refused), &known)? {
        if let Some(given) = rows.get(row) {
            let message = format!("{:?} cannot receive them", given.dunning_account_external_id);
            let field = "dunning_account_external_id";
            sorting.reject(row, &given.external_id, &Error::field(field, &codes::DUNNING_CHAINED, message));
        }
        refused.insert(row);
    }
    let accepted = rows.iter().enumerate().filter(|(row, _)| !refused.contains(row)).map(|(_, given)| given);
    known.fresh = fresh(session, accepted, &known);
    let mut records = Vec::new();
    for (row, given) in rows.iter().enumerate().filter(|(row, _)| !refused.contains(row)) {
        match sort(session, &mut sorting, &known, (row, given)) {
            Ok(record) => records.extend(record),
            Err(error) => sorting.reject(row, &given.external_id, &error),
        }
    }
    tx.upsert_accounts(&records, session.as_of_on, session.stamp)?;
    let parties = records.iter().map(|record| record.party_id).collect();
    refresh(tx, &parties, session.stamp.event, session.stamp.now)?;
    Ok(sorting)
}

/// Rows by which letters would go from one account to another and on to a third.
fn chained(
    session: &Session<'_>,
    tx: &mut dyn WriteTx,
    (rows, refused): (&[AccountRow], &BTreeSet<usize>),
    known: &Known,
) -> Outcome<BTreeSet<usize>> {
    let open = rows.iter().enumerate().filter(|(row, _)| !refused.contains(row));
    if !open.clone().any(|(row, given)| wish(known, row, given).names_another()) {
        return Ok(BTreeSet::new());
    }
    let valid = open.filter(|(_, given)| check(session, given, known).is_ok());
    let wishes = valid.map(|(row, given)| wish(known, row, given)).collect::<Vec<_>>();
    let named = wishes.iter().filter(|w| w.names_another()).flat_map(|w| [w.account, w.recipient]);
    let stored = named.filter_map(|who| match who {
        Who::Stored(id) => Some(id),
        Who::New(_) => None,
    });
    let stored = tx.letters_sent_away(&stored.collect::<Vec<_>>())?;
    Ok(recipients::chained(&wishes, &stored))
}

fn wish<'r>(known: &Known, row: usize, given: &'r AccountRow) -> Wish<'r> {
    let who = |id: &'r str| known.accounts.get(id).map_or(Who::New(id), |key| Who::Stored(key.object_id));
    let account = who(&given.external_id);
    Wish { row, account, recipient: optional(&given.dunning_account_external_id).map_or(account, who) }
}

/// Ids of the accounts that this chunk creates. One that waits for its party or for the account that receives its letters is
/// none of them, nor is one whose letters go to such a one.
fn fresh<'r>(
    session: &Session<'_>,
    rows: impl Iterator<Item = &'r AccountRow>,
    known: &Known,
) -> HashMap<String, Uuid> {
    let arrives = |given: &&AccountRow| {
        !known.accounts.contains_key(&given.external_id)
            && known.parties.contains_key(&given.party_external_id)
            && check(session, given, known).is_ok()
    };
    let mut rows = rows.filter(arrives).collect::<Vec<_>>();
    loop {
        let coming = rows.iter().map(|given| given.external_id.as_str()).collect::<BTreeSet<_>>();
        let stays = |given: &&AccountRow| {
            optional(&given.dunning_account_external_id)
                .is_none_or(|id| known.accounts.contains_key(id) || coming.contains(id))
        };
        let staying = rows.iter().copied().filter(stays).collect::<Vec<_>>();
        if staying.len() == rows.len() {
            return rows.into_iter().map(|r| (r.external_id.clone(), session.app.ids.next())).collect();
        }
        rows = staying;
    }
}

fn sort(
    session: &Session<'_>,
    sorting: &mut Sorting<'_>,
    known: &Known,
    (row, given): (usize, &AccountRow),
) -> Outcome<Option<AccountRecord>> {
    let mut record = check(session, given, known)?;
    let wait = |kind, external_id, field| Wait { kind, external_id, field };
    let Some(party) = known.parties.get(&given.party_external_id) else {
        let wait = wait(KeyKind::Party, &given.party_external_id, "party_external_id");
        sorting.park(row, &given.external_id, &wait, given)?;
        return Ok(None);
    };
    record.party_id = party.object_id;
    let found =
        |id: &str| known.accounts.get(id).map(|k| k.object_id).or_else(|| known.fresh.get(id).copied());
    record.id = found(&given.external_id).unwrap_or_default();
    record.dunning_account_id = record.id;
    if let Some(dunning) = optional(&given.dunning_account_external_id) {
        let Some(id) = found(dunning) else {
            let wait = wait(KeyKind::Account, dunning, "dunning_account_external_id");
            sorting.park(row, &given.external_id, &wait, given)?;
            return Ok(None);
        };
        record.dunning_account_id = id;
    }
    if record.id.is_nil() {
        return Err(Error::new(&crate::codes::INTERNAL).caused_by("an account that arrives has no id"));
    }
    let fingerprint = fingerprint(&record);
    match known.accounts.get(&given.external_id) {
        Some(key) if key.fingerprint == fingerprint => {
            sorting.unchanged(row, key);
            return Ok(None);
        }
        Some(key) => sorting.updated(row, &given.external_id, key, fingerprint),
        None => {
            let account_id = Some(record.id);
            let (external_id, object_id) = (given.external_id.clone(), record.id);
            sorting.created(
                row,
                NewKey { kind: KeyKind::Account, external_id, account_id, object_id, fingerprint },
            );
        }
    }
    Ok(Some(record))
}

fn check(session: &Session<'_>, given: &AccountRow, known: &Known) -> Outcome<AccountRecord> {
    let id = external_id("external_id", &given.external_id)?;
    external_id("party_external_id", &given.party_external_id)?;
    optional_id("dunning_account_external_id", &given.dunning_account_external_id)?;
    let portfolio = optional(&given.portfolio);
    let portfolio_id = portfolio.and_then(|code| known.portfolios.get(code)).copied();
    if let Some(code) = portfolio.filter(|_| portfolio_id.is_none()) {
        return Err(Error::field(
            "portfolio",
            &codes::PORTFOLIO_UNKNOWN,
            format!("there is no portfolio {:?}", shown(code)),
        ));
    }
    let terms = i16::try_from(given.payment_terms_days).ok().filter(|days| (0..=3650).contains(days));
    let terms = terms.ok_or_else(|| {
        let message = format!("{} is not a number of days from 0 to 3650", given.payment_terms_days);
        Error::field("payment_terms_days", &kernel::registry::codes::VALUE_UNKNOWN, message)
    })?;
    Ok(AccountRecord {
        id: Uuid::nil(),
        legal_entity_id: session.source.legal_entity_id,
        source_no: session.source.no,
        number: optional_line("number", &given.number)?.unwrap_or(id),
        name: line("name", &given.name)?,
        currency: Currency::parse("currency", &given.currency)?.to_string(),
        language: language(&given.language)?,
        time_zone: optional(&given.time_zone)
            .map(|z| time::parse_zone("time_zone", z).map(|z| z.to_string()))
            .transpose()?,
        dunning_account_id: Uuid::nil(),
        portfolio_id,
        segment: optional_line("segment", &given.segment)?,
        scenario_code: optional_line("scenario", &given.scenario)?,
        payment_terms_days: Some(terms).filter(|days| *days > 0),
        address: lines("address", &given.address)?,
        attributes: attributes(&session.declared, AttributeOwner::Account, &given.attributes)?,
        party_id: Uuid::nil(),
    })
}

fn fingerprint(account: &AccountRecord) -> Uuid {
    Content::default()
        .text(&account.number)
        .text(&account.name)
        .text(&account.currency)
        .optional(account.language.as_deref())
        .optional(account.time_zone.as_deref())
        .id(Some(account.dunning_account_id))
        .id(account.portfolio_id)
        .optional(account.segment.as_deref())
        .optional(account.scenario_code.as_deref())
        .number(account.payment_terms_days.unwrap_or(0).into())
        .texts(&account.address)
        .text(&account.attributes.to_string())
        .id(Some(account.party_id))
        .fingerprint()
}
