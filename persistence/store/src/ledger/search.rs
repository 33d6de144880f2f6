//! One statement that looks everywhere and ranks what it finds.

use app::ctx::Ctx;
use app::ledger::search::{Hit, HitKind, SearchQuery};
use diesel::PgConnection;
use kernel::Outcome;

use crate::statement::Statement;

const SCOPE: &str = "a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})";
const PARTY_SCOPE: &str = "EXISTS (SELECT 1 FROM account_party l JOIN account a ON a.id = l.account_id \
    WHERE l.party_id = p.id AND l.superseded_at IS NULL \
        AND (a.legal_entity_id = ANY({entities}) OR a.portfolio_id = ANY({portfolios})))";

/// What the parts of the statement share: placeholders.
struct Parts {
    /// The text as typed.
    text: String,
    /// The same without anything but letters and digits, in upper case: as tax ids are kept.
    squeezed: String,
    /// Patterns of all words.
    words: Vec<String>,
    amounts: Option<String>,
    limit: String,
}

pub(super) fn search(conn: &mut PgConnection, ctx: &Ctx, query: &SearchQuery) -> Outcome<Vec<Hit>> {
    let mut statement = Statement::new();
    let squeezed = query.text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let amounts = query.amounts.iter().map(ToString::to_string).collect::<Vec<_>>();
    let parts = Parts {
        text: statement.bind(query.text.as_str()),
        squeezed: statement.bind(squeezed.to_ascii_uppercase()),
        words: query.words.iter().map(|word| format!("r.part({})", statement.bind(word.as_str()))).collect(),
        amounts: (!amounts.is_empty()).then(|| statement.bind(amounts.join(","))),
        limit: format!("{}::bigint", statement.bind(query.limit.to_string())),
    };
    let mut found = Vec::new();
    for kind in &query.kinds {
        match kind {
            HitKind::Party => found.push(parties(&mut statement, ctx, &parts)),
            HitKind::Account => found.push(accounts(&mut statement, ctx, &parts)),
            HitKind::Contact => found.push(contacts(&mut statement, ctx, &parts)),
            HitKind::Receivable => found.extend(receivables(&mut statement, ctx, &parts)),
        }
    }
    let found = found.iter().map(|sql| format!("({sql})")).collect::<Vec<_>>().join(" UNION ALL ");
    statement.sql = format!(
        "SELECT row_to_json(t)::text AS row FROM (SELECT * FROM (SELECT DISTINCT ON (f.id) f.* FROM ({found}) f \
             ORDER BY f.id, f.score DESC) h ORDER BY h.score DESC, h.title, h.id LIMIT {}) t",
        parts.limit
    );
    statement.load(conn)
}

/// Every word stands somewhere in the searched text.
fn all_words(column: &str, parts: &Parts) -> String {
    parts.words.iter().map(|word| format!("{column} LIKE {word}")).collect::<Vec<_>>().join(" AND ")
}

/// 90 for the whole name, 70 for its beginning, 60 for the beginning of a word, 40 for a part of one.
fn name_score(column: &str, parts: &Parts) -> String {
    let text = format!("r.fold({})", parts.text);
    format!(
        "CASE WHEN r.fold({column}) = {text} THEN 90 WHEN starts_with(r.fold({column}), {text}) THEN 70 \
         WHEN strpos(' ' || r.fold({column}), ' ' || {text}) > 0 THEN 60 ELSE 40 END"
    )
}

fn scoped(statement: &mut Statement, ctx: &Ctx, template: &str) -> String {
    statement.scope(template, &ctx.scope).map_or_else(String::new, |scope| format!(" AND {scope}"))
}

fn parties(statement: &mut Statement, ctx: &Ctx, parts: &Parts) -> String {
    let scope = scoped(statement, ctx, PARTY_SCOPE);
    let (words, name) = (all_words("p.search_text", parts), name_score("p.name", parts));
    let (squeezed, limit) = (&parts.squeezed, &parts.limit);
    format!(
        "SELECT 'party' AS kind, r.pid('pty', p.id) AS id, p.name AS title, p.tax_id AS detail, \
             NULL::text AS account_id, \
             CASE WHEN strpos(p.tax_id, {squeezed}) > 0 AND length({squeezed}) > 2 THEN 'tax_id' ELSE 'name' END \
                 AS matched_by, \
             CASE WHEN p.tax_id = {squeezed} THEN 95 WHEN strpos(p.tax_id, {squeezed}) > 0 AND length({squeezed}) > 2 \
                 THEN 65 ELSE {name} END AS score \
         FROM party p WHERE (({words}) OR p.tax_id = {squeezed}){scope} ORDER BY score DESC, p.name, p.id LIMIT {limit}"
    )
}

fn accounts(statement: &mut Statement, ctx: &Ctx, parts: &Parts) -> String {
    let scope = scoped(statement, ctx, SCOPE);
    let (words, name) = (all_words("a.search_text", parts), name_score("a.name", parts));
    let (text, limit) = (&parts.text, &parts.limit);
    format!(
        "SELECT 'account' AS kind, r.pid('acc', a.id) AS id, a.name AS title, e.code || ' ' || a.number AS detail, \
             r.pid('acc', a.id) AS account_id, \
             CASE WHEN starts_with(upper(a.number), upper({text})) THEN 'account_number' ELSE 'name' END AS matched_by, \
             CASE WHEN upper(a.number) = upper({text}) THEN 98 \
                 WHEN starts_with(upper(a.number), upper({text})) THEN 75 ELSE {name} END AS score \
         FROM account a JOIN legal_entity e ON e.id = a.legal_entity_id WHERE ({words}){scope} \
         ORDER BY score DESC, a.name, a.id LIMIT {limit}"
    )
}

fn contacts(statement: &mut Statement, ctx: &Ctx, parts: &Parts) -> String {
    let scope = scoped(statement, ctx, SCOPE);
    let (words, name) = (all_words("c.search_text", parts), name_score("c.name", parts));
    let (text, limit) = (&parts.text, &parts.limit);
    format!(
        "SELECT 'contact' AS kind, r.pid('con', c.id) AS id, c.name AS title, c.email AS detail, \
             r.pid('acc', c.account_id) AS account_id, \
             CASE WHEN strpos(lower(c.email), lower({text})) > 0 THEN 'email' ELSE 'name' END AS matched_by, \
             CASE WHEN lower(c.email) = lower({text}) THEN 92 ELSE {name} - 5 END AS score \
         FROM contact c JOIN account a ON a.id = c.account_id \
         WHERE c.retired_at IS NULL AND ({words}){scope} ORDER BY score DESC, c.name, c.id LIMIT {limit}"
    )
}

/// By the beginning of the document number, and by the original or the open amount.
fn receivables(statement: &mut Statement, ctx: &Ctx, parts: &Parts) -> Vec<String> {
    const COLUMNS: &str = "SELECT 'receivable' AS kind, r.pid('rcv', i.id) AS id, i.document_no AS title, \
        i.kind || ' ' || r.amount(i.open_amount) || ' of ' || r.amount(i.original_amount) || ' ' || i.currency AS detail, \
        r.pid('acc', i.account_id) AS account_id";
    let scope = scoped(statement, ctx, SCOPE);
    let (text, limit) = (&parts.text, &parts.limit);
    // A pattern made of a constant by immutable functions only, so that the index of document numbers serves.
    let begins = |text: &str| {
        format!("i.document_no LIKE regexp_replace({text}, '([\\\\%_])', '\\\\\\1', 'g') || '%'")
    };
    let mut found = vec![format!(
        "{COLUMNS}, 'document_no' AS matched_by, \
             CASE WHEN upper(i.document_no) = upper({text}) THEN 100 ELSE 80 END AS score \
         FROM receivable i JOIN account a ON a.id = i.account_id WHERE ({} OR {}){scope} \
         ORDER BY score DESC, i.document_no, i.id LIMIT {limit}",
        begins(text),
        begins(&format!("upper({text})")),
    )];
    if let Some(amounts) = &parts.amounts {
        found.push(format!(
            "{COLUMNS}, 'amount' AS matched_by, CASE WHEN i.closed_on IS NULL THEN 85 ELSE 50 END AS score \
             FROM receivable i JOIN account a ON a.id = i.account_id \
             WHERE (abs(i.original_amount) = ANY(string_to_array({amounts}, ',')::numeric[]) \
                 OR abs(i.open_amount) = ANY(string_to_array({amounts}, ',')::numeric[])){scope} \
             ORDER BY score DESC, i.id DESC LIMIT {limit}"
        ));
    }
    found
}
