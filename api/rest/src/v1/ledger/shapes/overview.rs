//! The overview of an account, and search, on the wire.

use app::ledger::ageing::GroupBy;
use app::ledger::overview::Overview;
use app::ledger::search::Hit;
use kernel::text_enum::TextEnum as _;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::BalanceDto;
use super::ageing::AgeRowDto;
use crate::v1::customers::dto::{AccountDto, ContactDto, PartyDto};
use crate::v1::ledger::dto::{EntryDto, InstrumentDto, ReceivableDto};

/// Everything about an account on one page.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountOverview)]
pub(crate) struct OverviewDto {
    /// The business date at the legal entity.
    #[schema(format = Date)]
    as_of: String,
    account: AccountDto,
    party: Option<PartyDto>,
    balances: Vec<BalanceDto>,
    ageing_labels: Vec<String>,
    ageing: Vec<AgeRowDto>,
    /// The fifty oldest by due date; the list of receivables has the rest.
    pub(crate) open_items: Vec<ReceivableDto>,
    /// The last ten payments and returns.
    pub(crate) last_payments: Vec<EntryDto>,
    /// Not settled yet, or returned.
    pub(crate) instruments: Vec<InstrumentDto>,
    pub(crate) contacts: Vec<ContactDto>,
    /// Blocks of dunning, in force or to come.
    #[schema(value_type = Vec<Object>)]
    blocks: Value,
    /// What dunning last decided for the group of this account, per currency.
    #[schema(value_type = Vec<Object>)]
    dunning: Value,
    /// The last ten actions of its dunning group.
    #[schema(value_type = Vec<Object>)]
    last_actions: Value,
    /// The last ten messages of its dunning group.
    #[schema(value_type = Vec<Object>)]
    last_messages: Value,
}

/// The rows of an overview that have types of their own.
pub(crate) struct OverviewRows {
    pub(crate) account: AccountDto,
    pub(crate) party: Option<PartyDto>,
    pub(crate) open_items: Vec<ReceivableDto>,
    pub(crate) last_payments: Vec<EntryDto>,
    pub(crate) instruments: Vec<InstrumentDto>,
    pub(crate) contacts: Vec<ContactDto>,
}

impl OverviewDto {
    pub(crate) fn new(found: &Overview, rows: OverviewRows) -> Self {
        let by = GroupBy::Nothing;
        let part = |name: &str| found.activity.get(name).cloned().unwrap_or_else(|| json!([]));
        Self {
            as_of: found.on.to_string(),
            account: rows.account,
            party: rows.party,
            balances: found.balances.iter().map(|row| BalanceDto::new(row, None)).collect(),
            ageing_labels: found.bucket_set.labels().to_vec(),
            ageing: found.ageing.iter().map(|r| AgeRowDto::new(by, &found.bucket_set, r, None)).collect(),
            open_items: rows.open_items,
            last_payments: rows.last_payments,
            instruments: rows.instruments,
            contacts: rows.contacts,
            blocks: part("blocks"),
            dunning: part("standing"),
            last_actions: part("actions"),
            last_messages: part("messages"),
        }
    }
}

/// One thing found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchHit)]
pub(crate) struct HitDto {
    /// party, account, contact, receivable.
    kind: String,
    id: String,
    title: String,
    /// What tells it from its namesakes.
    detail: Option<String>,
    /// The account it hangs on.
    account_id: Option<String>,
    /// By what it was found: tax_id, account_number, document_no, name, email, amount.
    matched_by: String,
    /// 100 for an exact document number, less the vaguer the match.
    score: i32,
}

/// What a search found, best first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchResult)]
pub(crate) struct HitsDto {
    pub(crate) items: Vec<HitDto>,
}

impl From<Hit> for HitDto {
    fn from(hit: Hit) -> Self {
        Self {
            kind: hit.kind.as_str().to_owned(),
            id: hit.id,
            title: hit.title,
            detail: hit.detail,
            account_id: hit.account_id,
            matched_by: hit.matched_by.as_str().to_owned(),
            score: hit.score,
        }
    }
}
