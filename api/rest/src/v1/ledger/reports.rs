//! Reports of an account or of many, and search.

use actix_web::get;
use actix_web::web::Path;
use app::ledger::AsOfRequest;
use app::ledger::ageing::{self, AgeingRequest, GroupBy};
use app::ledger::balances::{BalanceRequest, balances};
use app::ledger::convert::ConvertRequest;
use app::ledger::overview::{Overview, overview};
use app::ledger::search::{SearchRequest, search as find};
use app::ledger::statement::{StatementRequest, account_statement};
use app::ledger::store::Selection;
use domain::receivables::ageing::CreditTreatment;
use kernel::id::AccountId;
use kernel::{Currency, Outcome};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::shapes::{
    AccountStatementDto, AgeingDto, BalancesDto, HitDto, HitsDto, OverviewDto, OverviewRows, ageing_rows,
    balance_rows, statement_rows,
};
use crate::answer;
use crate::call::Call;
use crate::listing::typed;
use crate::params::Params;
use crate::problem::{Problem, RestResult};

/// What is open per currency, today or as of a business date, as known now or at an earlier instant.
#[utoipa::path(tag = "ledger", responses((status = 200, body = BalancesDto)), params(
    ("as_of" = Option<String>, Query, description = "Business date; without it the present state."),
    ("known_at" = Option<String>, Query, description = "Instant (RFC 3339) whose knowledge is shown."),
    ("convert_to" = Option<String>, Query, description = "Also show open amounts in this currency."),
    ("rate_source" = Option<String>, Query, description = "Whose exchange rates convert; needed with `convert_to`."),
))]
#[get("/v1/accounts/{account}/balances")]
pub(super) async fn get_balances(call: Call, account: Path<String>) -> RestResult {
    let id = AccountId::parse(&account).map_err(|e| call.problem(e))?;
    let params = Params::read(&call, &["as_of", "known_at", "convert_to", "rate_source"])?;
    let request = BalanceRequest { at: as_of(&params), convert: convert(&params) };
    let found = call.run_report(move |app, ctx| balances(app, ctx, id, &request)).await?;
    if answer::wants_csv(&call) {
        return answer::page(&call, &balance_rows(&found), None);
    }
    answer::json_of(&call, &BalancesDto::from(&found))
}

/// Parameters of every ageing.
const AGEING: &[&str] = &[
    "as_of",
    "known_at",
    "convert_to",
    "rate_source",
    "bucket_set",
    "bounds",
    "basis",
    "credits",
    "currency",
];

/// The ageing of an account, one row per currency.
#[utoipa::path(tag = "ledger", responses((status = 200, body = AgeingDto)), params(
    ("as_of" = Option<String>, Query, description = "Business date; without it the present state."),
    ("known_at" = Option<String>, Query, description = "Instant (RFC 3339) whose knowledge is shown."),
    ("bucket_set" = Option<String>, Query, description = "Code of a stored bucket set; 30, 60 and 90 days by default."),
    ("bounds" = Option<String>, Query, description = "Or the last days of the buckets, e.g. `30,60,90`."),
    ("basis" = Option<String>, Query, description = "With bounds: `due` (default) or `issue`."),
    ("credits" = Option<String>, Query, description = "`own_column` (default) or `net_oldest`."),
    ("currency" = Option<String>, Query, description = "Only items of this currency."),
    ("convert_to" = Option<String>, Query, description = "Also show totals in this currency."),
    ("rate_source" = Option<String>, Query, description = "Whose exchange rates convert; needed with `convert_to`."),
))]
#[get("/v1/accounts/{account}/ageing")]
pub(super) async fn get_account_ageing(call: Call, account: Path<String>) -> RestResult {
    let id = AccountId::parse(&account).map_err(|e| call.problem(e))?;
    let params = Params::read(&call, AGEING)?;
    let mut request = ageing_request(&params, GroupBy::Account).map_err(|e| call.problem(e))?;
    request.selection.account = Some(id.0);
    age(call, request).await
}

/// The ageing of everything in reach, or of a party, legal entity or portfolio; a row per group and currency.
#[utoipa::path(tag = "ledger", responses((status = 200, body = AgeingDto)), params(
    ("group_by" = Option<String>, Query, description = "`none` (default), `account`, `party`, `legal_entity`, `portfolio`."),
    ("account" = Option<String>, Query, description = "Only this account."),
    ("party" = Option<String>, Query, description = "Only accounts this party had on the business date."),
    ("legal_entity" = Option<String>, Query, description = "Only this legal entity."),
    ("portfolio" = Option<String>, Query, description = "Only this portfolio."),
    ("as_of" = Option<String>, Query, description = "Business date; without it the present state."),
    ("known_at" = Option<String>, Query, description = "Instant (RFC 3339) whose knowledge is shown."),
    ("bucket_set" = Option<String>, Query, description = "Code of a stored bucket set; 30, 60 and 90 days by default."),
    ("bounds" = Option<String>, Query, description = "Or the last days of the buckets, e.g. `30,60,90`."),
    ("basis" = Option<String>, Query, description = "With bounds: `due` (default) or `issue`."),
    ("credits" = Option<String>, Query, description = "`own_column` (default) or `net_oldest`."),
    ("currency" = Option<String>, Query, description = "Only items of this currency."),
    ("convert_to" = Option<String>, Query, description = "Also show totals in this currency."),
    ("rate_source" = Option<String>, Query, description = "Whose exchange rates convert; needed with `convert_to`."),
    ("limit" = Option<u32>, Query, description = "Groups of a page, 1 to 20000. Default: 500."),
    ("after" = Option<String>, Query, description = "`next_after` of the page before."),
))]
#[get("/v1/ageing")]
pub(super) async fn get_ageing(call: Call) -> RestResult {
    let more = ["group_by", "account", "party", "legal_entity", "portfolio", "limit", "after"];
    let params = Params::read(&call, &[AGEING, more.as_slice()].concat())?;
    let request = wide_request(&params).map_err(|e| call.problem(e))?;
    age(call, request).await
}

/// The statement of an account: opening balance, movements, closing balance and open items, per currency.
#[utoipa::path(tag = "ledger", responses((status = 200, body = AccountStatementDto)), params(
    ("from" = Option<String>, Query, description = "First day; 90 days before the last one by default."),
    ("to" = Option<String>, Query, description = "Last day; today by default."),
    ("known_at" = Option<String>, Query, description = "Instant (RFC 3339) whose knowledge is shown."),
))]
#[get("/v1/accounts/{account}/statement")]
pub(super) async fn get_statement(call: Call, account: Path<String>) -> RestResult {
    let id = AccountId::parse(&account).map_err(|e| call.problem(e))?;
    let params = Params::read(&call, &["from", "to", "known_at"])?;
    let (from, to, known_at) = (params.text("from"), params.text("to"), params.text("known_at"));
    let request = StatementRequest { from, to, known_at };
    let found = call.run_report(move |app, ctx| account_statement(app, ctx, id, &request)).await?;
    if answer::wants_csv(&call) {
        return answer::page(&call, &statement_rows(&found), None);
    }
    answer::json_of(&call, &AccountStatementDto::from(&found))
}

/// Everything about an account in one answer: balances, ageing, open items, last payments, instruments, contacts,
/// blocks, last actions and messages.
#[utoipa::path(tag = "ledger", responses((status = 200, body = OverviewDto)), params(
    ("bucket_set" = Option<String>, Query, description = "Code of a stored bucket set; 30, 60 and 90 days by default."),
    ("bounds" = Option<String>, Query, description = "Or the last days of the buckets, e.g. `30,60,90`."),
    ("basis" = Option<String>, Query, description = "With bounds: `due` (default) or `issue`."),
))]
#[get("/v1/accounts/{account}/overview")]
pub(super) async fn get_overview(call: Call, account: Path<String>) -> RestResult {
    let id = AccountId::parse(&account).map_err(|e| call.problem(e))?;
    let params = Params::read(&call, &["bucket_set", "bounds", "basis"])?;
    let buckets = buckets(&params).map_err(|e| call.problem(e))?;
    let mut found = call.run(move |app, ctx| overview(app, ctx, id, &buckets)).await?;
    let rows = overview_rows(&call, &mut found)?;
    answer::json_of(&call, &OverviewDto::new(&found, rows))
}

/// Finds parties, accounts, contacts and receivables by name, tax id, number or amount; best first. Accents and case
/// make no difference, a part of a word is enough.
#[utoipa::path(tag = "ledger", responses((status = 200, body = HitsDto)), params(
    ("q" = String, Query, description = "What to look for, at least two letters or digits."),
    ("kind" = Option<String>, Query, description = "One or several of party, account, contact, receivable."),
    ("limit" = Option<u32>, Query, description = "Hits, 1 to 100. Default: 20."),
))]
#[get("/v1/search")]
pub(super) async fn search(call: Call) -> RestResult {
    let params = Params::read(&call, &["q", "kind", "limit"])?;
    let request = search_request(&params).map_err(|e| call.problem(e))?;
    let hits = call.run(move |app, ctx| find(app, ctx, &request)).await?;
    let items = hits.into_iter().map(HitDto::from).collect::<Vec<_>>();
    if answer::wants_csv(&call) {
        return answer::page(&call, &items, None);
    }
    answer::json_of(&call, &HitsDto { items })
}

async fn age(call: Call, request: AgeingRequest) -> RestResult {
    let report = call.run_report(move |app, ctx| ageing::ageing(app, ctx, &request)).await?;
    if answer::wants_csv(&call) {
        let after = AgeingDto::from(&report).next_after();
        return answer::page(&call, &ageing_rows(&report), after.as_deref());
    }
    answer::json_of(&call, &AgeingDto::from(&report))
}

fn as_of(params: &Params) -> AsOfRequest {
    AsOfRequest { as_of: params.text("as_of"), known_at: params.text("known_at") }
}

fn convert(params: &Params) -> ConvertRequest {
    ConvertRequest { to: params.text("convert_to"), source: params.text("rate_source") }
}

fn buckets(params: &Params) -> Outcome<ageing::Buckets> {
    let (set, bounds, basis) = (params.text("bucket_set"), params.text("bounds"), params.text("basis"));
    ageing::buckets(set.as_deref(), bounds.as_deref(), basis.as_deref())
}

fn ageing_request(params: &Params, group_by: GroupBy) -> Outcome<AgeingRequest> {
    let currency = params.text("currency").map(|text| Currency::parse("currency", &text)).transpose()?;
    Ok(AgeingRequest {
        selection: Selection { currency, ..Selection::default() },
        group_by,
        buckets: buckets(params)?,
        credits: params.choice("credits")?.unwrap_or(CreditTreatment::OwnColumn),
        at: as_of(params),
        convert: convert(params),
        after: None,
        limit: ageing::GROUPS_DEFAULT,
    })
}

fn wide_request(params: &Params) -> Outcome<AgeingRequest> {
    let group_by = params.choice("group_by")?.unwrap_or(GroupBy::Nothing);
    let mut request = ageing_request(params, group_by)?;
    request.selection.account = params.id("account", "acc")?;
    request.selection.party = params.id("party", "pty")?;
    request.selection.legal_entity = params.id("legal_entity", "len")?;
    request.selection.portfolio = params.id("portfolio", "prt")?;
    request.limit = params.number("limit")?.unwrap_or(ageing::GROUPS_DEFAULT);
    let prefix = match group_by {
        GroupBy::Nothing | GroupBy::Account => "acc",
        GroupBy::Party => "pty",
        GroupBy::LegalEntity => "len",
        GroupBy::Portfolio => "prt",
    };
    request.after = params.id("after", prefix)?;
    Ok(request)
}

fn search_request(params: &Params) -> Outcome<SearchRequest> {
    let kinds = params.text("kind").unwrap_or_default();
    let kinds = kinds.split(',').filter(|k| !k.is_empty());
    Ok(SearchRequest {
        text: params.text("q").unwrap_or_default(),
        kinds: kinds.map(|k| kernel::text_enum::parse("kind", k)).collect::<Outcome<Vec<_>>>()?,
        limit: params.number("limit")?,
    })
}

fn overview_rows(call: &Call, found: &mut Overview) -> Result<OverviewRows, Problem> {
    let party = std::mem::take(&mut found.party);
    Ok(OverviewRows {
        account: typed(call, std::mem::take(&mut found.account))?,
        party: if party.is_null() { None } else { Some(typed(call, party)?) },
        open_items: rows(call, std::mem::take(&mut found.open_items))?,
        last_payments: rows(call, std::mem::take(&mut found.last_payments))?,
        instruments: rows(call, std::mem::take(&mut found.instruments))?,
        contacts: rows(call, std::mem::take(&mut found.contacts))?,
    })
}

fn rows<T: DeserializeOwned>(call: &Call, rows: Vec<Value>) -> Result<Vec<T>, Problem> {
    rows.into_iter().map(|row| typed(call, row)).collect()
}
