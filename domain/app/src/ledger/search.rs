//! One search over names, tax ids, numbers and amounts.

use domain::access::Permission;
use kernel::{Decimal, Error, Outcome, text, text_enum};
use serde::Deserialize;

use super::codes;
use crate::App;
use crate::ctx::Ctx;

/// Hits when the caller does not say, and the most.
pub const HITS_DEFAULT: u32 = 20;
pub const HITS_MAX: u32 = 100;

text_enum! {
    /// What a hit is.
    pub enum HitKind {
        Party = "party",
        Account = "account",
        Contact = "contact",
        Receivable = "receivable",
    }
}

text_enum! {
    /// By what it was found.
    pub enum MatchedBy {
        TaxId = "tax_id",
        AccountNumber = "account_number",
        DocumentNumber = "document_no",
        Name = "name",
        Email = "email",
        Amount = "amount",
    }
}

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct SearchRequest {
    pub text: String,
    /// All kinds the caller may see when empty.
    pub kinds: Vec<HitKind>,
    pub limit: Option<u32>,
}

/// A checked question to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchQuery {
    /// Trimmed, as typed.
    pub text: String,
    /// Each must be found, in any order.
    pub words: Vec<String>,
    /// What the text means if it is an amount: `1.234` may be two.
    pub amounts: Vec<Decimal>,
    pub kinds: Vec<HitKind>,
    pub limit: u32,
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Hit {
    pub kind: HitKind,
    /// Prefixed id.
    pub id: String,
    pub title: String,
    /// What tells it from its namesakes.
    pub detail: Option<String>,
    /// The account it hangs on.
    pub account_id: Option<String>,
    pub matched_by: MatchedBy,
    /// 100 for an exact number, less the vaguer the match.
    pub score: i32,
}

/// Finds parties, accounts, contacts and receivables. Case and accents make no difference, and a part of a word is
/// enough; a document number is found by its beginning.
///
/// # Errors
/// `auth.forbidden` when the caller may see neither customers nor receivables; `search.too_short`, `page.size`.
pub fn search(app: &App, ctx: &Ctx, request: &SearchRequest) -> Outcome<Vec<Hit>> {
    let may = |kind: HitKind| match kind {
        HitKind::Party | HitKind::Account | HitKind::Contact => Permission::CustomersRead,
        HitKind::Receivable => Permission::ReceivablesRead,
    };
    let wanted = if request.kinds.is_empty() {
        <HitKind as kernel::text_enum::TextEnum>::ALL.to_vec()
    } else {
        request.kinds.clone()
    };
    let kinds = wanted.iter().copied().filter(|k| ctx.principal.may(may(*k))).collect::<Vec<_>>();
    if let (true, Some(first)) = (kinds.is_empty(), wanted.first()) {
        ctx.require(may(*first))?;
    }
    let query = check(request, kinds)?;
    app.store.view("ledger.search", |tx| tx.search(ctx, &query))
}

fn check(request: &SearchRequest, kinds: Vec<HitKind>) -> Outcome<SearchQuery> {
    let limit = request.limit.unwrap_or(HITS_DEFAULT);
    if !(1..=HITS_MAX).contains(&limit) {
        let message = format!("a search answers 1 to {HITS_MAX} hits, not {limit}");
        return Err(Error::field("limit", &kernel::registry::codes::PAGE_SIZE, message));
    }
    let text = text::line("q", &request.text)?;
    if text.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
        return Err(Error::field("q", &codes::SEARCH_TOO_SHORT, format!("{text:?} is too short")));
    }
    let words = text.split_whitespace().map(str::to_owned).take(8).collect();
    let amounts = amounts(&text);
    Ok(SearchQuery { text, words, amounts, kinds, limit })
}

/// What a text can mean as an amount, in Spanish or English writing; nothing is lost by trying both.
fn amounts(text: &str) -> Vec<Decimal> {
    let digits = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
    let plain = text.trim_matches(|c: char| c == '€' || c == '$' || c == '£' || c.is_whitespace());
    if !plain.chars().all(digits) || !plain.chars().any(|c| c.is_ascii_digit()) {
        return Vec::new();
    }
    let read = |thousands: char, point: char| {
        let (whole, fraction) = plain.split_once(point).unwrap_or((plain, "0"));
        let groups = whole.split(thousands).collect::<Vec<_>>();
        // Separators stand before three digits each, or they are none.
        let grouped = groups.iter().skip(1).all(|group| group.len() == 3);
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let plain = grouped && digits(fraction) && groups.iter().all(|group| digits(group));
        let text = format!("{}.{fraction}", groups.concat());
        if plain { text.parse::<Decimal>().ok().map(|d| d.normalize()) } else { None }
    };
    let mut found = [read('.', ','), read(',', '.')].into_iter().flatten().collect::<Vec<_>>();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        amounts(text).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_amount_is_read_in_spanish_and_english() {
        assert_eq!(shown("1.234,56"), ["1234.56"]);
        assert_eq!(shown("1,234.56 €"), ["1234.56"]);
        assert_eq!(shown("350"), ["350"]);
        assert_eq!(shown("1.234"), ["1234", "1.234"]);
        assert_eq!(shown("1.234.567,8"), ["1234567.8"]);
        assert!(shown("12.34.56").is_empty());
        assert!(shown("F-2026").is_empty());
        assert!(shown("..").is_empty());
    }

    #[test]
    fn one_letter_is_no_question() {
        let request = SearchRequest { text: " ñ ".to_owned(), ..SearchRequest::default() };
        assert_eq!(check(&request, Vec::new()).unwrap_err().code().text, "search.too_short");
    }
}
